"""What the office does: review, close out, return; suspend and resume; transfer, hand over, withdraw."""

from functools import partial

import pytest

from rules import order_office
from rules.authority import covers
from rules.order import row
from rules.order_draft import Draft, Rules
from schemas.act import CloseOut
from schemas.event import Actor, Role
from schemas.order import Status
from schemas.order_events import ClosedOut, parse
from schemas.roster import UnitType
from tests.rules.builders import (
    CALENDAR,
    CONTACT,
    OFFICER,
    OTHER_CONTACT,
    OTHER_UNIT,
    POINTS,
    POLICY,
    REVIEWER,
    REVIEWER_2,
    START,
    Story,
    at,
    closed,
    regressed,
    signed,
    under_review,
)
from tests.rules.test_order_unit import refusal


def verdict(story: Story) -> ClosedOut:
    """The last close-out recorded."""
    found = [parse(data) for data in story.events if data.tag == "order.closed_out"][-1]
    assert isinstance(found, ClosedOut)
    return found


def test_close_out_ends_the_duty_but_not_the_clocks() -> None:
    """销号 meets the duty; look-backs and the objection window begin, so the order is closed out and not settled."""
    story = under_review()
    assert story.close_out(at("03-11 10:00")) == ("order.closed_out",)
    assert story.state.status is Status.closed_out
    assert not story.state.settled
    starts = [one.start for one in story.state.obligations if one.kind == "lookback"]
    assert starts == [at("04-10 18:00"), at("06-09 18:00")]
    assert story.open_kinds() == {"lookback", "window"}
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (True, True)


def test_close_out_needs_every_point_and_a_stranger() -> None:
    """All points must be met and known, and neither the person who asked nor another role may close out."""
    story = under_review()
    asker = REVIEWER.model_copy(update={"person": CONTACT.person})
    refusal("order.close_out.points", lambda: story.close_out(at("03-11 10:00"), points=POINTS[1:]), story)
    refusal("order.review.points", lambda: story.close_out(at("03-11 10:00"), points=(*POINTS, "x")), story)
    refusal("order.review.own_request", lambda: story.close_out(at("03-11 10:00"), asker), story)
    refusal("order.review.own_request", lambda: story.send_back(at("03-11 10:00"), asker), story)
    refusal("authority.role", lambda: story.close_out(at("03-11 10:00"), OFFICER), story)
    refusal("order.status.acknowledged", lambda: signed().close_out(at("03-11 10:00")), story)


def test_a_review_without_a_request_is_an_error() -> None:
    """A state that cannot be (under review, nothing claimed) is an error, not a refusal."""
    story = under_review()
    state = story.state.model_copy(update={"claimed": None})
    act = CloseOut.model_validate(story.facts(REVIEWER, at("03-11 10:00")) | {"points": POINTS})
    with pytest.raises(ValueError, match="without a request"):
        order_office.close_out(Draft(state, Rules(POLICY, CALENDAR, act.at), cause="x"), act)


def test_on_time_is_by_the_request_and_the_due_in_force() -> None:
    """A slow review makes nobody late; a request after the first due but within the extension is told apart."""
    story = signed()
    story.submit(at("04-14 18:00"))
    story.close_out(at("04-30 10:00"))
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (True, True)
    story = signed()
    story.extend(at("04-13 10:00"), "5wd")
    story.decide(at("04-14 10:00"), accept=True)
    story.submit(at("04-15 10:00"))
    story.close_out(at("04-16 10:00"))
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (True, False)
    story = signed()
    story.submit(at("04-15 10:00"))
    story.close_out(at("04-16 10:00"))
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (False, False)


def test_a_return_opens_rework_while_the_first_clock_runs_on() -> None:
    """退回重办 opens a clock of its own; the main clock stands as it was, and the first return raises to level 2."""
    story = under_review()
    due = story.state.finish_due
    assert story.send_back(at("03-11 10:00")) == ("order.returned", "order.level.raised")
    assert story.state.status is Status.rework
    assert story.clock("rework") == ("rework-1", at("03-18 18:00"))
    assert story.state.finish_due == due
    assert story.state.level == 2
    story.submit(at("03-12 10:00"))
    refusal("order.review.points", lambda: story.send_back(at("03-12 11:00"), points=("nonsense",)), story)


def test_the_second_return_proposes_the_circular() -> None:
    """Returned twice, level 3 is proposed and not in force; a third return while it waits proposes nothing more."""
    story = under_review()
    story.send_back(at("03-11 10:00"))
    story.submit(at("03-12 10:00"))
    assert story.send_back(at("03-13 10:00")) == ("order.returned", "order.proposal.made")
    assert (story.state.level, [one.cause for one in story.state.proposals]) == (2, ["returned_twice"])
    story.submit(at("03-16 10:00"))
    assert story.send_back(at("03-17 10:00")) == ("order.returned",)
    story.decide(at("03-17 11:00"), accept=True)
    assert story.state.level == 3


def test_what_fell_due_during_review_is_due_at_the_return() -> None:
    """The held clock's rungs are reached at the return at the earliest, each once."""
    story = signed()
    story.submit(at("04-14 10:00"))
    assert story.tick(at("04-16 10:00")) != ()
    story.send_back(at("04-16 11:00"))
    late = story.tick(at("04-16 11:00"))
    assert [(rung.obligation, rung.rung, rung.scheduled) for rung in late] == [
        ("finish-1", "expedite", at("04-16 11:00"))
    ]


def test_a_set_aside_close_out_is_reviewed_by_somebody_else() -> None:
    """The reviewer of the conclusion is barred from the new review; a rework after it has no clock to extend."""
    story = closed()
    story.object_to(at("03-12 10:00"), "close_out-1")
    assert story.decide(at("03-13 10:00"), accept=True) == ("order.proposal.decided", "order.review.reopened")
    assert (story.state.status, story.state.barred) == (Status.under_review, (REVIEWER.person,))
    assert story.open_kinds() == {"review"}
    refusal("order.review.recused", lambda: story.close_out(at("03-16 10:00")), story)
    refusal("order.review.recused", lambda: story.send_back(at("03-16 10:00")), story)
    story.send_back(at("03-16 10:00"), REVIEWER_2)
    assert story.open_kinds() == {"rework"}
    refusal("order.extension.no_clock", lambda: story.extend(at("03-16 11:00")), story)
    story.submit(at("03-17 10:00"))
    story.close_out(at("03-18 10:00"), REVIEWER_2)
    assert verdict(story).on_time_without_extension
    assert verdict(story).conclusion.id == "close_out-2"


def test_an_extension_is_remembered_when_a_close_out_is_set_aside() -> None:
    """Closed out anew without a main clock, the due without extension is still that of the issue."""
    story = signed()
    story.extend(at("04-13 10:00"), "5wd")
    story.decide(at("04-14 10:00"), accept=True)
    story.submit(at("04-15 10:00"))
    story.close_out(at("04-16 10:00"))
    story.object_to(at("04-17 10:00"), "close_out-1")
    story.decide(at("04-20 10:00"), accept=True)
    story.close_out(at("04-21 10:00"), REVIEWER_2)
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (True, False)


def test_a_rectification_extended_and_reviewed_anew() -> None:
    """After a regression the due without extension is that of the rectification, while its clock is there."""
    story = regressed()
    story.extend(at("05-06 10:00"), "7wd")
    story.decide(at("05-06 11:00"), accept=True, proposal="extension-1")
    story.submit(at("05-08 10:00"))
    story.close_out(at("05-08 11:00"))
    assert (verdict(story).on_time, verdict(story).on_time_without_extension) == (True, False)
    story.object_to(at("05-11 10:00"), verdict(story).conclusion.id)
    story.decide(at("05-12 10:00"), accept=True, proposal="conclusion_objection-2")
    story.close_out(at("05-13 10:00"), REVIEWER_2)
    assert verdict(story).on_time


def test_a_pending_extension_lapses_with_the_close_out() -> None:
    """Nothing is left to extend, so the proposal goes with its clock and nobody can trip over it."""
    story = signed()
    story.extend(at("03-09 10:00"))
    story.submit(at("03-10 10:00"))
    story.close_out(at("03-11 10:00"))
    assert story.state.proposals == ()
    refusal(
        "order.proposal.unknown", lambda: story.decide(at("03-11 11:00"), accept=True, proposal="extension-1"), story
    )


def test_a_transfer_lets_the_first_clock_run() -> None:
    """The other unit must sign within its own clock; finish start and due stand; the old contact is out."""
    story = signed()
    due = story.state.finish_due
    refusal("order.transfer.same_unit", lambda: story.transfer(at("03-04 10:00"), unit=CONTACT.scope), story)
    county = OFFICER.model_copy(update={"scope": "140213"})
    refusal("order.transfer.other_region", lambda: story.transfer(at("03-04 10:00"), county), story)
    enterprise = partial(story.transfer, at("03-04 10:00"), unit_type="enterprise")
    refusal("order.transfer.form", enterprise, story)
    refusal("order.transfer.covered", lambda: story.transfer(at("03-04 10:00"), asked=("T2",)), story)
    assert story.transfer(at("03-04 10:00"), unit_type="mass_organization", asked=("T9",)) == ("order.transferred",)
    assert story.state.unit_type is UnitType.mass_organization
    assert (story.state.unit, story.state.status, story.state.finish_due) == (OTHER_UNIT, Status.issued, due)
    assert (story.state.signed_at, story.state.sign_due) == (None, at("03-05 18:00"))
    refusal("authority.other_unit", lambda: story.acknowledge(at("03-05 10:00")), story)
    story.acknowledge(at("03-05 10:00"), OTHER_CONTACT)
    told = [(notice.scope, notice.template) for notice in story.notices if notice.to is Role.unit_contact]
    assert told[-2:] == [(CONTACT.scope, "transferred_away"), (OTHER_UNIT, "supervision_order")]


def test_after_a_transfer_those_who_may_act_are_told() -> None:
    """Every notice to an office from then on goes where the new unit lies, whose officer may act and the old one not."""
    story = signed()
    old, new = (OFFICER.model_copy(update={"scope": scope}) for scope in ("140213", "140214"))
    story.transfer(at("03-04 10:00"))
    behind = len(story.notices)
    refusal("authority.other_region", lambda: story.withdraw(at("03-04 11:00"), old), story)
    story.tick(at("04-30 10:00"))
    told = {(notice.to, notice.scope) for notice in story.notices[behind:] if notice.to is not Role.unit_contact}
    assert {role for role, _ in told} >= {Role.officer, Role.approver}
    assert all(covers(new.scope, scope) and not covers(old.scope, scope) for _, scope in told)
    assert (row(story.state).district, row(story.state).region) == ("140213", "140214100")
    story.withdraw(at("04-30 11:00"), new)


def test_handing_over_is_proposed_and_approved() -> None:
    """移交 is an officer's proposal; once; by approval the level is 5, and the proposer does not decide."""
    story = signed()
    assert story.hand_over(at("03-04 10:00")) == ("order.proposal.made",)
    refusal("order.handover.pending", lambda: story.hand_over(at("03-04 11:00")), story)
    proposer = Actor(person=OFFICER.person, role=Role.approver, scope="140200")
    refusal("order.proposal.recused", lambda: story.decide(at("03-05 10:00"), accept=True, actor=proposer), story)
    story.decide(at("03-05 10:00"), accept=True)
    assert story.state.level == 5


def test_withdrawal_settles_and_keeps_the_number() -> None:
    """撤回 ends every clock and proposal, also under a pause; nothing can be done afterwards."""
    story = signed()
    story.hand_over(at("03-04 10:00"))
    story.suspend(at("03-04 11:00"), at("03-20 10:00"))
    assert story.withdraw(at("03-05 10:00")) == ("order.withdrawn", "order.settled")
    assert (story.state.status, story.state.paused_by) == (Status.withdrawn, "")
    refusal("order.settled", lambda: story.withdraw(at("03-06 10:00")), story)
    refusal("order.status.closed_out", lambda: closed().withdraw(at("03-12 10:00")), story)


def test_withdrawal_keeps_the_level_reached() -> None:
    """A level still open to objection stays as it was when the order is taken back."""
    story = signed()
    story.hand_over(at("03-04 10:00"))
    story.decide(at("03-05 10:00"), accept=True)
    story.object_to(at("03-06 10:00"), "handover-1")
    story.withdraw(at("03-09 10:00"))
    assert (story.state.level, story.state.floor) == (5, 5)


def test_issue_is_refused_to_whoever_complies() -> None:
    """An officer cannot order what is done already."""
    good = {"headcount": 20, "registered": 20, "active": 18, "has_team": True}
    refusal("order.issue.compliant", lambda: Story(figures=good), Story())


def test_an_order_leaves_out_what_another_one_asks() -> None:
    """What an open order covers is no item of a new one; where nothing is left there is no order (督查条例 art. 15)."""
    assert Story(covered=("T1", "T3")).state.triggers == ("T2",)
    refusal("order.issue.covered", lambda: Story(covered=("T1", "T2", "T3")), Story())


@pytest.mark.parametrize(
    ("unit_type", "urgency", "form", "template", "sign_due"),
    [
        ("village", "normal", "order", "supervision_order", at("03-03 18:00")),
        ("enterprise", "normal", "advisory", "advisory_letter", at("03-03 18:00")),
        ("village", "urgent", "order", "supervision_order", at("03-02 11:00")),
    ],
)
def test_issue_in_either_form_and_urgency(
    unit_type: str, urgency: str, form: str, template: str, sign_due: object
) -> None:
    """Enterprises get a letter (督查条例 art. 5), urgent orders shorter periods; day of issue is day 0."""
    story = Story(unit_type=unit_type, urgency=urgency)
    issued = story.issued()
    assert (issued.form, story.state.sign_due) == (form, sign_due)
    assert [notice.template for notice in story.notices] == [template]
    assert [item.trigger for item in issued.items] == ["T1", "T2", "T3"]
    assert story.open_kinds() == {"sign", "plan", "report", "finish"}
    assert story.notices[0].send_after == START
