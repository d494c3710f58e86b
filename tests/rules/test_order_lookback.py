"""回头看 and decisions: regressions, what an objection puts right, levels and who must stand back."""

from datetime import datetime

import pytest

from rules import order_proposals
from rules.order_draft import Draft, Rules
from schemas.act import Decide
from schemas.event import Actor, Role
from schemas.order import Conclusion, Figures, Proposal, ProposalKind, Status
from tests.rules.builders import (
    APPROVER,
    CALENDAR,
    OFFICER,
    POLICY,
    REVIEWER_2,
    SHORT,
    STEWARD,
    Story,
    at,
    closed,
    regressed,
    signed,
)
from tests.rules.test_order_unit import refusal


def recloses(story: Story, when: datetime) -> None:
    """The unit puts it right and is closed out again."""
    story.submit(when)
    story.close_out(when, REVIEWER_2)


def test_two_passed_look_backs_settle() -> None:
    """Each look-back waits for its day; after the last one and the window nothing can run again."""
    story = closed()
    refusal("order.lookback.too_early", lambda: story.look_back(at("04-10 17:00")), story)
    story.look_back(at("04-13 10:00"))
    refusal("order.lookback.too_early", lambda: story.look_back(at("04-14 10:00")), story)
    assert story.look_back(at("06-10 10:00")) == ("order.lookback.passed", "order.settled")
    assert story.state.after == Figures(headcount=20, registered=20, active=18, has_team=True)


def test_without_look_backs_there_is_none_to_report() -> None:
    """A policy without look-backs settles when the window lapses; a report before is refused."""
    story = closed(policy=POLICY.model_copy(update={"lookbacks": ()}))
    refusal("order.lookback.none", lambda: story.look_back(at("03-12 10:00")), story)
    story.tick(at("04-10 18:00"))
    assert story.state.settled


def test_a_failed_look_back_reopens_one_level_higher() -> None:
    """反弹 opens a clock for putting it right, lapses later look-backs and the close-out's window, raises the level."""
    story = closed()
    first = story.state.first_due
    tags = story.look_back(at("04-10 18:00"), figures=SHORT)
    assert tags == ("order.lookback.failed", "order.level.raised")
    assert story.state.status is Status.in_progress
    assert story.clock("rectify") == ("rectify-1", at("05-06 18:00"))
    assert (story.state.level, story.state.floor, story.state.first_due) == (2, 1, first)
    assert story.open_kinds() == {"rectify", "window"}
    assert [one.id for one in story.state.conclusions] == ["regression-2"]


def test_from_level_two_a_regression_is_only_proposed() -> None:
    """Level 3 needs a named person: the regression proposes it, and it counts when approved."""
    story = closed()
    story.tick(at("04-10 18:00"))
    story = signed()
    story.submit(at("04-15 10:00"))
    story.close_out(at("04-16 10:00"))
    assert story.state.level == 2
    story.look_back(at("05-18 10:00"), figures=SHORT)
    assert (story.state.level, [one.id for one in story.state.proposals]) == (2, ["circular-1"])
    story.decide(at("05-19 10:00"), accept=True)
    assert story.state.level == 3


def test_failing_twice_proposes_the_interview() -> None:
    """回头看 fails twice: the next level and the interview, each once, told one by one."""
    story = regressed()
    recloses(story, at("04-20 10:00"))
    story.look_back(at("05-21 10:00"), figures=SHORT)
    kinds = [(one.kind, one.cause) for one in story.state.proposals]
    assert kinds == [("circular", "regression"), ("interview", "lookbacks_failed")]
    story.decide(at("05-22 10:00"), accept=True, proposal="interview-2")
    recloses(story, at("05-25 10:00"))
    story.look_back(at("06-26 10:00"), figures=SHORT)
    assert story.state.level == 4
    assert [one.kind for one in story.state.proposals] == ["circular"]


def test_a_policy_may_switch_causes_off() -> None:
    """With 0 no number of failures or circulars proposes an interview."""
    causes = POLICY.causes.model_copy(update={"lookbacks_failed_for_interview": 0, "circulars_for_interview": 0})
    story = regressed(policy=POLICY.model_copy(update={"causes": causes}))
    recloses(story, at("04-20 10:00"))
    story.look_back(at("05-21 10:00"), figures=SHORT)
    assert [one.kind for one in story.state.proposals] == ["circular"]
    story.decide(at("05-22 10:00"), accept=True)
    assert story.state.proposals == ()


def test_a_regression_set_aside_never_was() -> None:
    """The order is closed out as it was, its level falls back, and the outstanding look-backs are held after all."""
    story = regressed()
    before = closed().state
    assert story.state.level == 2
    story.object_to(at("04-14 10:00"), "regression-2")
    assert story.state.paused_by == "conclusion_objection-1"
    tags = story.decide(at("04-15 10:00"), accept=True)
    assert tags == ("order.proposal.decided", "order.regression.set_aside")
    state = story.state
    assert (state.status, state.closed_at, state.finish_due) == (before.status, before.closed_at, before.finish_due)
    assert (state.level, state.paused_by, state.counts.reopened, state.counts.lookbacks_failed) == (1, "", 0, 0)
    assert [one.start for one in state.obligations] == [at("04-15 10:00"), at("06-09 18:00")]


def test_only_the_outstanding_look_backs_come_back() -> None:
    """A regression at the second look-back, set aside, brings back that one alone."""
    story = closed()
    story.look_back(at("04-13 10:00"))
    story.look_back(at("06-10 10:00"), figures=SHORT)
    story.object_to(at("06-11 10:00"), "regression-2")
    story.decide(at("06-12 10:00"), accept=True)
    assert [one.start for one in story.state.obligations] == [at("06-12 10:00")]


def test_a_regression_set_aside_after_a_new_close_out() -> None:
    """Closed out anew meanwhile, the new look-backs stand, and what the regression led to is dropped."""
    story = regressed()
    story.object_to(at("04-14 10:00"), "regression-2")
    story.decide(at("04-15 10:00"), accept=False)
    assert (story.state.level, story.state.floor) == (2, 2)
    story = regressed()
    story.tick(at("05-13 10:00"))
    assert [one.cause for one in story.state.proposals] == ["rectify-1:circular"]
    recloses(story, at("05-13 10:00"))
    lookbacks = [one for one in story.state.obligations if one.kind == "lookback"]
    story.object_to(at("05-13 11:00"), "regression-2")
    story.decide(at("05-14 10:00"), accept=True, proposal="conclusion_objection-1")
    assert story.state.status is Status.closed_out
    assert story.state.proposals == ()
    assert [one for one in story.state.obligations if one.kind == "lookback"] == lookbacks
    assert story.state.closed_at == at("03-11 10:00")


def test_an_overtaken_close_out_is_not_reviewed_anew() -> None:
    """An objection to a close-out upheld after a regression changes no more than the conclusion itself."""
    story = closed()
    story.object_to(at("04-09 10:00"), "close_out-1")
    story.look_back(at("04-13 10:00"), figures=SHORT)
    assert story.state.paused_by == "conclusion_objection-1"
    assert story.decide(at("04-14 10:00"), accept=True) == ("order.proposal.decided",)
    assert (story.state.status, story.state.paused_by) == (Status.in_progress, "")


def levels(story: Story) -> tuple[int, int]:
    """The level in force, and what can no longer be undone."""
    return story.state.level, story.state.floor


def overdue() -> Story:
    """An order ten working days overdue: circular and interview proposed."""
    story = signed()
    story.tick(at("04-28 08:30"))
    assert [one.id for one in story.state.proposals] == ["circular-1", "interview-2"]
    return story


def test_a_waiting_or_refused_proposal_blocks_nothing() -> None:
    """The interview is proposed while the circular waits; either can be refused and the other approved."""
    story = overdue()
    assert levels(story) == (2, 2)
    story.decide(at("04-28 09:00"), accept=False)
    story.decide(at("04-28 09:01"), accept=True)
    assert levels(story) == (4, 2)


def test_setting_a_lower_level_aside_leaves_the_higher() -> None:
    """A circular set aside takes nothing from an approved interview, and the other way round."""
    other = Actor(person="P0099", role=Role.leader, scope="140200")
    for first, then, left in (("circular-1", "interview-2", (4, 2)), ("interview-2", "circular-1", (3, 2))):
        story = overdue()
        story.decide(at("04-28 09:00"), accept=True, proposal="circular-1")
        story.decide(at("04-28 09:01"), accept=True, proposal="interview-2")
        assert levels(story) == (4, 2)
        story.object_to(at("04-28 10:00"), first)
        story.decide(at("04-28 11:00"), accept=True, actor=other)
        assert levels(story) == left
        story.object_to(at("04-28 12:00"), then)
        story.decide(at("04-28 13:00"), accept=True, actor=other)
        assert levels(story) == (2, 2)


def test_a_level_stands_for_good_when_its_window_lapses() -> None:
    """After thirty days without objection, or when one is refused, a level can no longer fall."""
    story = overdue()
    story.decide(at("04-28 09:00"), accept=True)
    assert levels(story) == (3, 2)
    story.tick(at("05-28 18:00"))
    assert levels(story) == (3, 3)
    assert story.state.conclusions == ()


def test_whoever_took_part_stands_back() -> None:
    """督查条例 art. 17: neither the approver of the level nor the issuing officer decides the objection to it."""
    story = overdue()
    story.decide(at("04-28 09:00"), accept=True)
    story.object_to(at("04-28 10:00"), "circular-1")
    about = "conclusion_objection-1"
    issuer = Actor(person=OFFICER.person, role=Role.approver, scope="140200")
    for barred in (APPROVER, issuer):
        step = lambda who=barred: story.decide(at("04-29 10:00"), accept=True, proposal=about, actor=who)  # noqa: E731 - one line
        refusal("order.proposal.recused", step, story)
    story = signed()
    story.dispute(at("03-03 10:00"))
    refusal("order.proposal.recused", lambda: story.decide(at("03-04 10:00"), accept=True, actor=issuer), story)
    refusal("authority.role", lambda: story.decide(at("03-04 10:00"), accept=True, actor=STEWARD), story)


def test_three_circulars_propose_the_interview() -> None:
    """Three reds in a row lead to the interview, though the level was 3 from the first on."""
    story = signed()
    story.tick(at("04-21 08:30"))
    story.decide(at("04-21 09:00"), accept=True)
    for day, due in (("04-21 10:00", "05-12 08:30"), ("05-12 10:00", "05-26 08:30")):
        story.submit(at(day))
        story.send_back(at(day))
        story.tick(at(due))
    circulars = [one.id for one in story.state.proposals if one.kind is ProposalKind.circular]
    assert len(circulars) == 2
    for proposal in circulars:
        story.decide(at("05-27 09:00"), accept=True, proposal=proposal)
    assert "circulars" in [one.cause for one in story.state.proposals]


def test_decisions_that_cannot_be_are_errors() -> None:
    """An extension without a clock, or a regression that does not say what held before, is set aside, not guessed."""
    story = closed()
    rules = Rules(POLICY, CALENDAR, at("03-12 10:00"))
    act = Decide.model_validate(story.facts(APPROVER, rules.now) | {"proposal": "x", "accept": True})
    asked = Proposal(id="x", kind=ProposalKind.extension, obligation="window-1", by="")
    with pytest.raises(ValueError, match="without a clock"):
        order_proposals._extend(Draft(story.state, rules, cause="x"), act, asked)
    bare = Conclusion(id="regression-1", by="", window="window-1")
    with pytest.raises(ValueError, match="what held before"):
        order_proposals._undo_regression(Draft(story.state, rules, cause="x"), act, bare)
