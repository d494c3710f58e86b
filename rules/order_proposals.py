"""Decisions on what only a named person may decide: extensions, objections, and the ladder's levels from 3 up.

A refused or waiting proposal never blocks the next. The decider is named in the event, and never decides on their own
doing.
"""

from typing import NamedTuple

from rules.order_clocks import longer, open_clock, overlapping
from rules.order_draft import Draft, fingerprint
from rules.order_office import lookback_clocks
from rules.order_state import UNIT_DUTIES
from rules.order_unit import main_clock
from schemas.act import Decide
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import LEVEL_OF, Conclusion, ConclusionKind, Obligation, Proposal, ProposalKind, Status
from schemas.order_events import Closed, ProposalDecided, RegressionSetAside, ReviewReopened, Withdrawn
from schemas.policy import StepKind


def decide_proposal(draft: Draft, act: Decide) -> None:
    """Approve or refuse a proposal by its id.

    Raises:
        Refused: `order.proposal.unknown`, `order.proposal.recused`.

    """
    proposal = next((one for one in draft.state.proposals if one.id == act.proposal), None)
    if proposal is None:
        waiting = "、".join(one.id for one in draft.state.proposals) or "无"
        raise Refused("order.proposal.unknown", f"没有等待决定的事项“{act.proposal}”（现有：{waiting}）。")
    _check_recusal(draft, proposal, act.actor.person)
    if act.accept:
        _ACCEPTED[proposal.kind](draft, act, proposal)
    else:
        _decide(draft, act, proposal)
    draft.tell((Role.unit_contact, Role.officer), "decided", due=draft.state.finish_due)


def _check_recusal(draft: Draft, proposal: Proposal, person: str) -> None:
    """Keep out whoever asked, and on an objection whoever took part in what is objected to (督查条例 art. 17)."""
    barred = {proposal.by}
    if proposal.kind is ProposalKind.dispatch_objection:
        barred.add(draft.state.issued_by)
    if proposal.kind is ProposalKind.conclusion_objection:
        barred |= {_about(draft, proposal).by, draft.state.issued_by}
    if person in barred:
        sentence = "您参与了该事项，依照《政府督查工作条例》第十七条应当回避，请由其他有权人员决定。"
        raise Refused("order.proposal.recused", sentence)


def _about(draft: Draft, proposal: Proposal) -> Conclusion:
    return next(one for one in draft.state.conclusions if one.id == proposal.about)


class _Follows(NamedTuple):
    """What follows from a decision, in the same event."""

    conclusion: Conclusion | None = None
    set_aside: str = ""
    opens: tuple[Obligation, ...] = ()
    closes: tuple[Closed, ...] = ()


def _decide(draft: Draft, act: Decide, proposal: Proposal, follows: _Follows = _Follows()) -> None:  # noqa: B008 - a frozen value
    clock = next(one for one in draft.state.obligations if one.id == proposal.obligation)
    closes = (Closed(id=clock.id, outcome="met", on_time=act.at <= clock.due), *follows.closes)
    draft.add(
        ProposalDecided(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal.id,
            kind=proposal.kind,
            accepted=act.accept,
            decided_by=act.actor.person,
            reason=act.reason,
            conclusion=follows.conclusion,
            set_aside=follows.set_aside,
            opens=follows.opens,
            closes=closes,
            changes=draft.unpaused_by(closes),
        ),
    )


def _extend(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """延期: the main clock goes on from its first start under a new name, with reminders of the longer period."""
    clock, more = main_clock(draft), proposal.extend
    if clock is None or more is None:
        message = f"extension proposal {proposal.id} without a clock or a span"
        raise ValueError(message)
    extended = open_clock(
        draft.next_name(clock.kind),
        draft.rule(clock.kind)._replace(span=longer(clock.span, more)),
        start=clock.start,
        opens=act.at,
        pauses=overlapping(draft.state.pauses, clock.start),
        calendar=draft.calendar,
    )
    held = extended.model_copy(update={"held_from": clock.held_from})
    _decide(draft, act, proposal, _Follows(opens=(held,), closes=(Closed(id=clock.id, outcome="lapsed"),)))


def _not_its_duty(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """派单异议成立: the order is taken back; whose duty it is gets an order of its own."""
    _decide(draft, act, proposal)
    draft.add(
        Withdrawn(happened_at=act.at, cause="dispatch_objection", closes=draft.lapsed(*StepKind)),
    )


def _reach_level(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """The level counts from now; the unit may object to it within its window."""
    window = draft.opened(StepKind.window)
    conclusion = Conclusion(
        id=proposal.id,
        by=act.actor.person,
        window=window.id,
        level=LEVEL_OF[proposal.kind],
    )
    _decide(draft, act, proposal, _Follows(conclusion=conclusion, opens=(window,)))
    limit = draft.policy.causes.circulars_for_interview
    if proposal.kind is ProposalKind.circular and limit and draft.state.counts.circulars >= limit:
        draft.propose(LEVEL_OF[ProposalKind.interview], cause="circulars")


def _set_aside(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """复核成立: the conclusion is set aside, and what it had changed is put right by an event of its own."""
    about = _about(draft, proposal)
    _decide(draft, act, proposal, _Follows(set_aside=about.id))
    # A close-out that a regression or a later close-out has overtaken is beyond reviewing.
    if about.kind is ConclusionKind.close_out and about.closed_at == draft.state.closed_at:
        review = draft.opened(StepKind.review)
        lapsed = draft.lapsed(StepKind.lookback)
        draft.add(ReviewReopened(happened_at=act.at, barred=about.by, opens=(review,), closes=lapsed))
        draft.ask(review, "review_needed")
    if about.kind is ConclusionKind.regression:
        _undo_regression(draft, act, about)


def _undo_regression(draft: Draft, act: Decide, about: Conclusion) -> None:
    """Close the order out again as it was, with the look-backs outstanding, and drop what the regression led to.

    Where the unit has been closed out anew meanwhile, that stands with its own look-backs.
    """
    closed_at, finish_due = about.closed_at, about.due_before
    if closed_at is None or finish_due is None:
        message = f"conclusion {about.id} does not say what held before it"
        raise ValueError(message)
    reopened = draft.state.status is not Status.closed_out
    outstanding = draft.policy.lookbacks[-about.lookbacks :] if reopened else ()
    draft.add(
        RegressionSetAside(
            happened_at=act.at,
            closed_at=closed_at,
            finish_due=finish_due,
            closes=(*draft.lapsed(*_OF_A_REGRESSION), *_led_to(draft)),
            opens=lookback_clocks(draft, closed_at, outstanding),
        ),
    )


def _led_to(draft: Draft) -> tuple[Closed, ...]:
    """Return the clocks of proposals that rest on a regression: its own causes, and lateness in putting it right."""
    causes = ("regression", "lookbacks_failed", f"{StepKind.rectify}-")
    return tuple(
        Closed(id=one.obligation, outcome="lapsed")
        for one in draft.state.proposals
        if one.kind is ProposalKind.extension or one.cause.startswith(causes)
    )


_OF_A_REGRESSION = (*UNIT_DUTIES, StepKind.review, StepKind.resume)

_ACCEPTED = {
    ProposalKind.extension: _extend,
    ProposalKind.dispatch_objection: _not_its_duty,
    ProposalKind.conclusion_objection: _set_aside,
    ProposalKind.circular: _reach_level,
    ProposalKind.interview: _reach_level,
    ProposalKind.handover: _reach_level,
}
