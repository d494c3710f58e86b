"""Decisions on what only a named person may decide: extensions, objections, and the ladder's levels from 3 up.

A refused or waiting proposal never blocks the next. The decider is named in the event, and never decides on their own doing.
"""

from rules.order_clocks import longer
from rules.order_draft import Draft, fingerprint
from rules.order_office import finish_of, lookback_clocks
from rules.order_unit import main_clock
from schemas.act import Decide
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import ENDED, LEVEL_OF, Conclusion, ConclusionKind, Obligation, Proposal, ProposalKind
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
        raise Refused("order.proposal.unknown", f"没有等待决定的事项“{act.proposal}”(现有:{waiting})。")
    _check_recusal(draft, proposal, act.actor.person)
    if not act.accept:
        draft.add(_decided(draft, act, proposal, changes=_unpaused(draft, proposal)))
    else:
        _ACCEPTED[proposal.kind](draft, act, proposal)
    draft.tell((Role.unit_contact, Role.officer), "decided", due=draft.state.finish_due)


def _check_recusal(draft: Draft, proposal: Proposal, person: str) -> None:
    """Keep out whoever asked, and on an objection whoever took part in the conclusion (督查条例 art. 17)."""
    barred = {proposal.by}
    if proposal.kind is ProposalKind.conclusion_objection:
        barred |= {_about(draft, proposal).by, draft.state.issued_by}
    if person in barred:
        sentence = "您参与了该事项,依照《政府督查工作条例》第十七条应当回避,请由其他有权人员决定。"
        raise Refused("order.proposal.recused", sentence)


def _about(draft: Draft, proposal: Proposal) -> Conclusion:
    return next(one for one in draft.state.conclusions if one.id == proposal.about)


def _unpaused(draft: Draft, proposal: Proposal) -> tuple[Obligation, ...]:
    return draft.moved(end_pause=True) if draft.state.paused_by == proposal.id else ()


def _decided(draft: Draft, act: Decide, proposal: Proposal, **more: object) -> ProposalDecided:
    changes: tuple[Obligation, ...] = more.pop("changes", ())  # type: ignore[assignment] # only ever this
    clock = next(one for one in draft.state.obligations if one.id == proposal.obligation)
    return ProposalDecided(
        happened_at=act.at,
        act_key=fingerprint(act.key),
        proposal=proposal.id,
        kind=proposal.kind,
        accepted=act.accept,
        decided_by=act.actor.person,
        reason=act.reason,
        finish_due=finish_of(changes, draft.state) if changes else None,
        closes=(Closed(id=clock.id, outcome="met", on_time=act.at <= clock.due),),
        changes=changes,
        **more,  # type: ignore[arg-type] # the event's own fields, checked by the model
    )


def _extend(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """Lengthen the main clock from its first start; other clocks stay."""
    clock = main_clock(draft)
    more = proposal.extend
    if more is None:
        message = f"extension proposal {proposal.id} without a span"
        raise ValueError(message)
    [moved] = [one for one in draft.moved(span_for={clock.id: longer(clock.span, more)}) if one.id == clock.id]
    draft.add(_decided(draft, act, proposal, changes=(moved,)))


def _not_its_duty(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """派单异议成立: the order is taken back; whose duty it is gets an order of its own."""
    draft.add(_decided(draft, act, proposal, changes=_unpaused(draft, proposal)))
    draft.add(
        Withdrawn(happened_at=act.at, cause="dispatch_objection", closes=draft.lapsed(*StepKind)),
    )


def _reach_level(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """The level counts from now; the unit may object to it within its window."""
    level, before = LEVEL_OF[proposal.kind], draft.state.level
    window = draft.opened(StepKind.window)
    conclusion = Conclusion(
        id=proposal.id, kind=ConclusionKind.level, by=act.actor.person, window=window.id, level_before=before
    )
    event = _decided(draft, act, proposal, level=max(level, before), conclusion=conclusion)
    draft.add(event.model_copy(update={"opens": (window,)}))
    limit = draft.policy.causes.circulars_for_interview
    if limit and draft.state.counts.circulars >= limit:
        draft.propose(ProposalKind.interview, by="", cause="circulars")


def _set_aside(draft: Draft, act: Decide, proposal: Proposal) -> None:
    """复核成立: the conclusion is set aside, and what it had changed is put right by an event of its own."""
    about = _about(draft, proposal)
    level = about.level_before if about.kind is ConclusionKind.level else None
    draft.add(
        _decided(draft, act, proposal, changes=_unpaused(draft, proposal), set_aside=about.id, level=level)
    )
    if about.kind is ConclusionKind.close_out and draft.state.status in ENDED:
        review = draft.opened(StepKind.review)
        lapsed = draft.lapsed(StepKind.lookback)
        draft.add(ReviewReopened(happened_at=act.at, opens=(review,), closes=lapsed))
        draft.tell((review.waits_for,), "review_needed", due=review.due)
    if about.kind is ConclusionKind.regression and draft.state.status not in ENDED:
        _undo_regression(draft, act, about)


def _undo_regression(draft: Draft, act: Decide, about: Conclusion) -> None:
    draft.add(
        RegressionSetAside(
            happened_at=act.at,
            closed_at=about.closed_before or act.at,
            finish_due=about.due_before or act.at,
            closes=draft.lapsed(StepKind.rectify, StepKind.rework, StepKind.review, StepKind.report),
            opens=lookback_clocks(draft)[:1],
        ),
    )


_ACCEPTED = {
    ProposalKind.extension: _extend,
    ProposalKind.dispatch_objection: _not_its_duty,
    ProposalKind.conclusion_objection: _set_aside,
    ProposalKind.circular: _reach_level,
    ProposalKind.interview: _reach_level,
    ProposalKind.handover: _reach_level,
}
