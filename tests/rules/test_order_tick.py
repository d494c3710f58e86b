"""The clock's own act: which rungs are planned, how they are reached, who is told, and what an outage changes."""

from datetime import timedelta

import pytest

from rules.order import decide, issue_order, next_due, row
from rules.order_clocks import days_zh, rung_of
from rules.order_draft import Rules
from rules.order_revise import revise
from rules.order_row import pressing
from rules.order_steps import act_step, change, clock_step, content_digest, revision_step
from schemas.act import Acknowledge, Tick
from schemas.calendar import Span
from schemas.event import CLOCK, Role
from schemas.order import Form
from schemas.policy import Party, Policy, Rung, StepKind
from tests.rules.builders import (
    APPROVER,
    CALENDAR,
    CONTACT,
    ORDER,
    POLICY,
    START,
    UNIT,
    Story,
    at,
    closed,
    issue,
    signed,
    under_review,
)


def with_ladder(name: str, *rungs: Rung) -> Policy:
    """The shipped policy with another ladder."""
    return POLICY.model_copy(update={"ladders": POLICY.ladders | {name: rungs}})


def test_every_first_clock_is_planned_at_issue() -> None:
    """Rungs and dues are those a person counts by hand; a reminder before a due too near does not exist."""
    planned = {one.id: [(rung.name, rung.at) for rung in one.rungs] for one in Story().state.obligations}
    assert planned == {
        "sign-1": [("expedite", at("03-04 08:30"))],
        "plan-1": [("expedite", at("03-06 08:30"))],
        "report-1": [("remind", at("03-04 08:30")), ("expedite", at("03-10 08:30"))],
        "finish-1": [
            ("remind", at("04-09 08:30")),
            ("expedite", at("04-15 08:30")),
            ("circular", at("04-21 08:30")),
            ("interview", at("04-28 08:30")),
        ],
    }


def test_rungs_of_one_instant_all_speak() -> None:
    """Two rungs due at the same opening are no outage: the reminder is sent beside the urging."""
    story = Story()
    reached = story.tick(at("03-04 08:30"))
    assert [(rung.obligation, rung.rung, rung.told) for rung in reached] == [
        ("report-1", "remind", True),
        ("sign-1", "expedite", True),
    ]
    assert story.state.level == 2


def test_after_an_outage_only_the_highest_speaks() -> None:
    """Every rung is recorded with its own instant; one speaks, but an approval is asked for in any case."""
    story = Story()
    told_before = len(story.notices)
    reached = story.tick(at("04-29 10:00"))
    assert [rung.rung for rung in reached if rung.told] == ["interview"]
    assert [rung.scheduled for rung in reached] == sorted(rung.scheduled for rung in reached)
    assert {rung.happened_at for rung in reached} == {at("04-29 10:00")}
    told = [(notice.to, notice.template) for notice in story.notices[told_before:]]
    assert told == [
        (Role.approver, "approval_needed"),
        (Role.officer, "interview_proposed"),
        (Role.approver, "approval_needed"),
    ]


def test_an_approver_has_the_whole_period_after_an_outage() -> None:
    """What a late rung opens starts when it is recorded: nobody is late because our server was down."""
    story = signed()
    story.tick(at("04-21 08:30"), now=at("04-24 10:00"))
    [clock] = [one for one in story.state.obligations if one.kind == "approval"]
    assert (clock.start, clock.due) == (at("04-24 10:00"), at("04-29 18:00"))


def test_an_act_is_judged_before_the_rung_of_its_own_instant() -> None:
    """Rungs due earlier than an act are recorded first, dated when it was judged; one due at its instant is not."""
    story = Story()
    act = Acknowledge.model_validate(story.facts(CONTACT, at("03-04 08:30")))
    on_the_dot = decide(story.state, act, policy=POLICY, calendar=CALENDAR, now=at("03-09 10:00"))
    assert len(on_the_dot) == 1
    later = act.model_copy(update={"at": act.at + timedelta(microseconds=1)})
    decisions = decide(story.state, later, policy=POLICY, calendar=CALENDAR, now=at("03-09 10:00"))
    assert [one.events[0].tag for one in decisions] == ["order.rung.reached"] * 2 + ["order.acknowledged"]
    assert [one.events[0].happened_at for one in decisions] == [at("03-09 10:00")] * 2 + [later.at]
    assert decisions[-1].state.level == 2


def test_chases_go_on_from_the_last_rung() -> None:
    """Behind the last rung the chase repeats every five working days, each planned by the one before."""
    story = Story()
    reached = story.tick(at("03-26 10:00"))
    mine = [(rung.rung, rung.scheduled) for rung in reached if rung.obligation == "sign-1"]
    assert mine == [
        ("expedite", at("03-04 08:30")),
        ("chase-1", at("03-11 08:30")),
        ("chase-2", at("03-18 08:30")),
        ("chase-3", at("03-25 08:30")),
    ]


def test_a_ladder_that_only_repeats_begins_after_the_due() -> None:
    """Where nothing but the repetition is left, its first is planned at once, so that no step waits unasked."""
    chase = Rung(name="chase", every=Span.parse("2wd"), notice="chase", to=(Role.officer,))
    remind = Rung(name="remind", before=Span.parse("3wd"), notice="remind", to=(Party.waits_for,))
    story = Story(policy=with_ladder("unit_minor", remind, chase))
    planned = {one.id: [(rung.name, rung.at) for rung in one.rungs] for one in story.state.obligations}
    assert planned["sign-1"] == [("chase-1", at("03-05 08:30"))]
    assert planned["report-1"] == [("remind", at("03-04 08:30"))]
    story.tick(at("03-04 08:30"))
    [report] = [one for one in story.state.obligations if one.id == "report-1"]
    assert [(rung.name, rung.at) for rung in report.rungs] == [("chase-1", at("03-11 08:30"))]


def test_an_urgent_rung_is_told_at_once_and_nobody_twice() -> None:
    """What the policy marks urgent does not wait for office hours; a role named twice is told once."""
    first = Rung(name="call", at_start=True, notice="call", to=(Role.officer, Party.next_in_line), urgent=True)
    chase = Rung(name="chase", every=Span.parse("2wd"), notice="chase", to=(Role.officer,))
    story = Story(policy=with_ladder("unit_minor", first, chase))
    behind = len(story.notices)
    story.tick(START, now=at("03-02 23:00"))
    told = story.notices[behind:]
    assert [(notice.to, notice.send_after) for notice in told] == [(Role.officer, at("03-02 23:00"))] * 3
    story.tick(at("03-06 23:00"))
    assert story.notices[-1].send_after == at("03-09 08:30")


def test_a_call_at_the_start_of_a_step_is_never_silenced() -> None:
    """Who is to supply figures is asked, though higher rungs were due in the same late sweep."""
    story = closed()
    story.tick(at("05-13 10:00"))
    assert {(rung.rung, rung.told) for rung in story.rungs if rung.rung == "call"} == {("call", True)}
    assert "lookback_call" in [notice.template for notice in story.notices]


def test_a_letter_reminds_but_never_climbs() -> None:
    """For an enterprise the ladder has no rung that needs approval (督查条例 art. 5)."""
    story = Story(unit_type="enterprise")
    assert story.state.form is Form.advisory
    story.tick(at("06-30 10:00"))
    assert {rung.rung.partition("-")[0] for rung in story.rungs} == {"remind", "expedite", "chase"}
    assert (story.state.level, story.state.proposals) == (2, ())


def test_no_cause_lifts_a_letter_above_level_two() -> None:
    """Returned twice, failing twice at look-backs: a letter stays at level 2, and is not handed over."""
    story = under_review(unit_type="enterprise")
    for day in ("03-11", "03-12", "03-13"):
        story.send_back(at(f"{day} 10:00"))
        story.submit(at(f"{day} 11:00"))
    story.close_out(at("03-16 10:00"))
    assert (story.state.level, story.state.proposals) == (2, ())


def test_a_policy_cannot_lift_a_letter_by_one_return() -> None:
    """Where a policy gives the first return level 3, a letter is raised to 2 at once and nothing is proposed."""
    causes = POLICY.causes.model_copy(update={"returned_once": 3})
    story = under_review(policy=POLICY.model_copy(update={"causes": causes}), unit_type="enterprise")
    story.send_back(at("03-11 10:00"))
    assert (story.state.level, story.state.proposals) == (2, ())


def test_a_circular_at_level_three_is_another_red() -> None:
    """A rework as late as a circular proposes a second one at level 3, but none once the interview is in force."""
    story = signed()
    story.tick(at("04-21 08:30"))
    story.decide(at("04-21 09:00"), accept=True)
    story.submit(at("04-21 10:00"))
    story.send_back(at("04-21 11:00"))
    story.tick(at("04-30 08:30"))
    assert [one.id for one in story.state.proposals] == ["interview-2"]
    story.decide(at("04-30 09:00"), accept=True)
    story.tick(at("05-30 08:30"))
    assert story.state.level == 4
    assert [one.id for one in story.state.proposals] == []


def test_the_row_says_whom_it_waits_for() -> None:
    """What runs comes before what stands still, duties before windows: the office while it reviews or decides."""
    story = under_review()
    assert (row(story.state).waits_for, row(story.state).waits_step) == ("reviewer", "review")
    story = signed()
    story.dispute(at("03-03 10:00"))
    assert (row(story.state).waits_for, row(story.state).waits_step) == ("approver", "decision")
    assert row(story.state).paused == "dispatch_objection-1"
    story = closed()
    assert (row(story.state).waits_for, row(story.state).color) == ("data_steward", "blue")
    story.look_back(at("04-13 10:00"))
    story.look_back(at("06-10 10:00"))
    assert pressing(story.state) is None
    assert row(story.state).team_after == 1


def test_steps_carry_cause_actor_and_rules() -> None:
    """A rung's key is order, obligation and rung; an act's its own, its digest blind to the instant of receipt."""
    story = Story()
    [decided] = decide(
        story.state, Tick(at=at("03-04 08:30")), policy=POLICY, calendar=CALENDAR, now=at("03-04 08:30")
    )[:1]
    step = clock_step(decided, order=ORDER, policy="b" * 64, calendar="c" * 64)
    assert (step.cause.key, step.actor) == (f"{ORDER}:report-1:remind", CLOCK)
    asked = issue()
    issued = issue_order(asked, policy=POLICY, calendar=CALENDAR)
    made = act_step(issued, asked, policy="b" * 64, calendar="c" * 64)
    assert (made.cause.key, made.actor) == ("issue", asked.actor)
    assert content_digest(asked) == content_digest(asked.model_copy(update={"at": at("03-09 10:00")}))
    assert content_digest(asked) != content_digest(asked.model_copy(update={"unit": "x"}))
    first = change(None, [made], issued.state)
    then = change(issued.state, [step], decided.state)
    assert (first.stream, first.expected_seq, then.expected_seq) == (f"order:{ORDER}", 0, 1)
    assert then.row == row(decided.state)


def test_a_revision_is_one_step_an_order_and_calendar() -> None:
    """Its key has the order and the calendar's digest, so that a repeat delivers nothing twice."""
    bare = CALENDAR.model_copy(update={"revisions": ()})
    story = Story()
    decided = revise(story.state, Rules(POLICY, bare, START), cause="x")
    assert decided is not None
    step = revision_step(decided, order=ORDER, policy="b" * 64, calendar="c" * 64)
    assert step.cause.key == f"{ORDER}:calendar:{'c' * 16}"


def test_long_keys_fit() -> None:
    """An act's key may be 200 characters long: notices have keys of their own that fit."""
    story = Story(key="k" * 200)
    assert all(len(notice.key) <= 200 for notice in story.notices)
    assert story.notices[0].scope == UNIT


@pytest.mark.parametrize(
    ("span", "words"), [("2wd", "2个工作日"), ("3nd", "3个自然日"), ("4h", "4小时"), ("8oh", "8个办公小时")]
)
def test_spans_in_words(span: str, words: str) -> None:
    """Every unit has its Chinese words."""
    assert days_zh(Span.parse(span)) == words


def test_every_planned_rung_has_its_rule() -> None:
    """A repetition's name leads back to the rung that repeats."""
    ladder = POLICY.ladders["unit_minor"]
    story = Story()
    story.tick(at("03-20 10:00"))
    for one in story.state.obligations:
        if one.kind is StepKind.sign:
            assert {rung_of(ladder, rung).name for rung in one.rungs} == {"chase"}


def test_a_state_stays_small() -> None:
    """At issue and in the usual course of a life an order's memory stays under 1.5 KB; a full one under 2.5 KB."""
    story = Story()
    sizes = [len(story.state.model_dump_json(exclude_defaults=True).encode())]
    story = under_review()
    story.close_out(at("03-11 10:00"))
    sizes.append(len(story.state.model_dump_json(exclude_defaults=True).encode()))
    assert max(sizes) < 1536
    full = signed()
    full.tick(at("04-28 08:30"))
    for number in range(20):
        full.attach(at("04-28 09:00"))
        full.plan(at("04-28 09:01"))
        assert number >= 0
    full.decide(at("04-28 09:02"), accept=True, proposal="circular-1")
    full.object_to(at("04-28 09:03"), "circular-1")
    assert len(full.state.model_dump_json(exclude_defaults=True).encode()) < 2560
    assert len(full.state.keys.split()) == 16
    assert next_due(full.state) is not None
    assert APPROVER.person not in full.state.barred
