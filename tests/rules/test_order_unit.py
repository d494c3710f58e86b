"""What the unit does: each act allowed, refused with its code, and what it leads to."""

from collections.abc import Callable

import pytest

from rules.order import evolve
from schemas.errors import Refused
from schemas.order import Figures, Status
from schemas.order_events import Settled
from tests.rules import builders
from tests.rules.builders import CONTACT, OTHER_CONTACT, REVIEWER, SHORT, START, Story, at, signed, under_review


def refusal(code: str, step: Callable[[], object], story: Story) -> None:
    """The step is refused with a code, says so in Chinese, and leaves nothing changed."""
    before = (story.state, len(story.events), len(story.notices))
    with pytest.raises(Refused) as refused:
        step()
    assert refused.value.code == code
    assert refused.value.sentence.endswith("。")
    assert (story.state, len(story.events), len(story.notices)) == before


def test_signing_ends_the_first_clock() -> None:
    """签收 meets the signing clock and is dated by its receipt; only once."""
    story = Story()
    assert story.acknowledge(at("03-02 10:00")) == ("order.acknowledged",)
    assert story.state.status is Status.acknowledged
    assert story.state.signed_at == at("03-02 10:00")
    assert "sign" not in story.open_kinds()
    refusal("order.status.acknowledged", lambda: story.acknowledge(at("03-02 11:00")), story)


def test_another_unit_may_not_sign() -> None:
    """The contact of another unit, and anybody in another role, is refused."""
    story = Story()
    refusal("authority.other_unit", lambda: story.acknowledge(START, OTHER_CONTACT), story)
    refusal("authority.role", lambda: story.acknowledge(START, REVIEWER), story)


def test_planning_needs_a_signature_first() -> None:
    """A plan before signing is refused; after it, the plan's clock is met and a later plan replaces it."""
    story = Story()
    refusal("order.status.issued", lambda: story.plan(at("03-02 10:00")), story)
    story.acknowledge(at("03-02 10:00"))
    assert story.plan(at("03-03 10:00")) == ("order.plan.submitted",)
    assert story.state.status is Status.in_progress
    assert story.open_kinds() == {"report", "finish"}
    story.plan(at("03-04 10:00"))
    assert story.state.status is Status.in_progress


def test_reports_come_round_and_cannot_be_stored_up() -> None:
    """Each report opens the next cycle from its own day; three on one day move the next due no further than one."""
    story = signed()
    assert story.clock("report") == ("report-1", at("03-09 18:00"))
    for _ in range(3):
        story.report(at("03-04 10:00"))
    assert story.clock("report") == ("report-4", at("03-11 18:00"))


def test_asking_for_close_out_holds_the_clock() -> None:
    """办结申请 opens the review, ends plan and report, and holds the main clock while its due stands."""
    story = signed()
    due = story.state.finish_due
    story.submit(at("03-10 10:00"))
    assert story.state.status is Status.under_review
    assert story.open_kinds() == {"review", "finish"}
    assert story.state.finish_due == due
    assert story.tick(at("03-13 18:00")) != ()
    assert {rung.obligation for rung in story.rungs} <= {"report-1", "plan-1", "review-1"}
    refusal("order.status.under_review", lambda: story.submit(at("03-14 10:00")), story)


def test_evidence_may_come_until_all_is_settled() -> None:
    """A file may be handed in until the order is settled, after close-out too, and moves no clock."""
    story = under_review()
    open_before = story.state.obligations
    assert story.attach(at("03-10 11:00")) == ("order.evidence.attached",)
    assert story.state.obligations == open_before
    story.close_out(at("03-11 10:00"))
    story.attach(at("03-12 10:00"))
    story.look_back(at("04-13 10:00"))
    story.look_back(at("06-10 10:00"))
    assert story.state.settled
    refusal("order.settled", lambda: story.attach(at("06-11 10:00")), story)


def test_a_stream_begins_with_its_issue() -> None:
    """Events of an order that was never issued are an error, not a state."""
    with pytest.raises(TypeError, match=r"begins with order\.issued"):
        evolve(None, Settled(happened_at=START))


def test_an_extension_is_asked_and_granted() -> None:
    """A grant lengthens the main clock from its first start, with reminders of its own, and is counted once."""
    story = signed()
    start, first = story.state.issued_at, story.state.first_due
    assert story.clock("finish") == ("finish-1", at("04-14 18:00"))
    story.extend(at("04-13 10:00"), "15wd")
    assert story.state.proposals[0].id == "extension-1"
    story.decide(at("04-14 10:00"), accept=True)
    name, due = story.clock("finish")
    assert (name, due) == ("finish-2", at("05-08 18:00"))
    assert story.state.first_due == first
    assert [one.start for one in story.state.obligations if one.id == name] == [start]
    assert story.state.counts.extended == 1
    assert "remind" in story.planned["finish-2"]
    refusal("order.extension.used_up", lambda: story.extend(at("04-15 10:00")), story)


def test_a_refused_extension_changes_nothing_and_may_be_asked_again() -> None:
    """A refusal leaves the clock as it was; it has not used up the one extension."""
    story = signed()
    story.extend(at("03-10 10:00"))
    refusal("order.extension.pending", lambda: story.extend(at("03-10 11:00")), story)
    clock = story.clock("finish")
    story.decide(at("03-11 10:00"), accept=False)
    assert story.clock("finish") == clock
    assert story.extend(at("03-12 10:00")) == ("order.extension.requested",)


@pytest.mark.parametrize(
    ("when", "by", "code"),
    [
        ("04-14 18:00", "15wd", None),
        ("04-14 18:01", "15wd", "order.extension.too_late"),
        ("03-10 10:00", "16wd", "order.extension.too_long"),
        ("03-10 10:00", "5nd", "order.extension.unit"),
    ],
)
def test_the_limits_of_an_extension(when: str, by: str, code: str | None) -> None:
    """Asked by the very due, at most half of the original period, in its unit; else refused."""
    story = signed()
    if code is None:
        story.extend(at(when), by)
    else:
        refusal(code, lambda: story.extend(at(when), by), story)


def test_half_of_fifteen_is_seven() -> None:
    """Where only the team is missing the period is fifteen days, and the half is rounded down."""
    story = signed(figures=Figures(headcount=20, registered=20, active=18, has_team=False))
    refusal("order.extension.too_long", lambda: story.extend(at("03-10 10:00"), "8wd"), story)
    story.extend(at("03-10 10:00"), "7wd")


def test_an_extension_granted_during_review_stays_held() -> None:
    """The longer clock is held like the one it replaces, and runs when the order comes back."""
    story = signed()
    story.extend(at("03-09 10:00"), "10wd")
    story.submit(at("03-10 10:00"))
    story.decide(at("03-10 11:00"), accept=True)
    assert [one.held_from for one in story.state.obligations if one.id == "finish-2"] == [at("03-10 10:00")]
    story.send_back(at("03-11 10:00"))
    assert [one.held_from for one in story.state.obligations if one.id == "finish-2"] == [None]


def test_a_late_grant_makes_no_rung_of_the_past() -> None:
    """Granted long after the longer due too, its rungs fall due now and not earlier."""
    story = signed()
    story.extend(at("04-14 10:00"), "1wd")
    story.decide(at("05-20 10:00"), accept=True)
    [clock] = [one for one in story.state.obligations if one.kind == "finish"]
    assert clock.due == at("04-15 18:00")
    assert min(rung.at for rung in clock.rungs) == at("05-20 10:00")


def test_a_dispute_pauses_until_decided() -> None:
    """派单异议 stops the unit's clocks; refused, every due has moved by the working time it took."""
    story = signed()
    due = story.state.finish_due
    story.dispute(at("03-03 08:30"))
    assert story.state.paused_by == "dispatch_objection-1"
    refusal("order.paused", lambda: story.plan(at("03-03 10:00")), story)
    refusal("order.paused", lambda: story.dispute(at("03-03 10:00")), story)
    story.decide(at("03-05 08:30"), accept=False)
    assert story.state.paused_by == ""
    assert due == at("04-14 18:00")
    assert story.state.finish_due == at("04-16 18:00")
    assert story.state.first_due == due


def test_a_decided_dispute_does_not_come_back() -> None:
    """What was decided is not returnable by the same unit; another unit, after a transfer, may object once."""
    story = signed()
    story.dispute(at("03-03 10:00"))
    story.decide(at("03-04 10:00"), accept=False)
    refusal("order.dispute.decided", lambda: story.dispute(at("03-05 10:00")), story)
    story.transfer(at("03-05 10:00"))
    assert story.dispute(at("03-05 11:00"), OTHER_CONTACT) == ("order.dispatch.disputed",)


def test_a_dispute_upheld_takes_the_order_back() -> None:
    """Upheld, the order is withdrawn with its number, its pause is over and nothing waits any more."""
    story = signed()
    story.dispute(at("03-03 10:00"))
    assert story.decide(at("03-04 10:00"), accept=True) == (
        "order.proposal.decided",
        "order.withdrawn",
        "order.settled",
    )
    assert story.state.status is Status.withdrawn
    assert story.state.pauses[-1].end == at("03-04 10:00")
    assert story.state.doc_no == "同文明督〔2026〕12号"


def test_only_an_open_conclusion_can_be_objected_to() -> None:
    """Before any conclusion there is nothing to object to; thirty days after close-out the window has lapsed."""
    story = under_review()
    refusal("order.objection.unknown", lambda: story.object_to(at("03-10 11:00"), "close_out-1"), story)
    story.close_out(at("03-11 10:00"))
    refusal("order.objection.unknown", lambda: story.object_to(at("04-10 18:01"), "close_out-1"), story)
    assert story.state.conclusions[0].id == "close_out-1"
    assert story.object_to(at("04-10 18:00"), "close_out-1") == ("order.conclusion.objected",)
    refusal("order.objection.unknown", lambda: story.object_to(at("04-10 18:00"), "close_out-1"), story)


def test_figures_that_fall_short_may_be_submitted_but_not_accepted() -> None:
    """The unit may ask with any figures; the review refuses to close out on ones that miss a target."""
    story = builders.signed()
    story.submit(at("03-10 10:00"), CONTACT, SHORT)
    refusal("order.close_out.figures_short", lambda: story.close_out(at("03-11 10:00")), story)
