"""What the unit does: sign, plan, report, ask for close-out, hand in evidence, ask for time, object.

Each function adds to a draft what its act makes happen, or refuses with a sentence that says what to do next.
Who may act at all, and in which status, is checked before (`rules/order.py`).
"""

from rules.order_clocks import days_zh, most
from rules.order_draft import Draft, fingerprint
from rules.order_issue import original_span
from schemas.act import (
    Acknowledge,
    AttachEvidence,
    DisputeDispatch,
    ObjectToConclusion,
    ReportProgress,
    RequestCompletion,
    RequestExtension,
    SubmitPlan,
)
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Obligation, Proposal, ProposalKind
from schemas.order_events import (
    Acknowledged,
    Closed,
    CompletionRequested,
    ConclusionObjected,
    DispatchDisputed,
    EvidenceAttached,
    ExtensionRequested,
    PlanSubmitted,
    ProgressReported,
)
from schemas.policy import StepKind


def acknowledge(draft: Draft, act: Acknowledge) -> None:
    """签收."""
    draft.add(
        Acknowledged(happened_at=act.at, act_key=fingerprint(act.key), closes=draft.met(StepKind.sign)),
    )


def submit_plan(draft: Draft, act: SubmitPlan) -> None:
    """整改方案: a later plan replaces the earlier one; the clock is met by the first."""
    draft.add(
        PlanSubmitted(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            summary=act.summary,
            closes=draft.met(StepKind.plan),
        ),
    )


def report_progress(draft: Draft, act: ReportProgress) -> None:
    """进展反馈: the next cycle is counted from this one's due, so that a late report does not shift the rhythm."""
    cycle = draft.clocks(StepKind.report)
    next_cycle = tuple(draft.opened(StepKind.report, start=max(one.due, act.at)) for one in cycle)
    draft.add(
        ProgressReported(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            summary=act.summary,
            closes=draft.met(StepKind.report),
            opens=next_cycle,
        ),
    )


def request_completion(draft: Draft, act: RequestCompletion) -> None:
    """办结申请: plan and report are overtaken, the unit's main clocks are held while the office reviews."""
    review = draft.opened(StepKind.review)
    held = tuple(
        one.model_copy(update={"held_from": act.at})
        for one in draft.clocks(StepKind.finish, StepKind.rework, StepKind.rectify)
    )
    draft.add(
        CompletionRequested(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            by=act.actor.person,
            summary=act.summary,
            figures=act.figures,
            opens=(review,),
            closes=draft.lapsed(StepKind.plan, StepKind.report),
            changes=held,
        ),
    )
    draft.tell((Role.reviewer,), "review_needed", due=review.due)


def attach_evidence(draft: Draft, act: AttachEvidence) -> None:
    """证明材料: no clock moves."""
    draft.add(EvidenceAttached(happened_at=act.at, act_key=fingerprint(act.key), evidence=act.evidence))


def main_clock(draft: Draft) -> Obligation:
    """Return the clock of the duty itself: `finish`, or after a regression `rectify`."""
    [clock] = draft.clocks(StepKind.finish, StepKind.rectify)
    return clock


def request_extension(draft: Draft, act: RequestExtension) -> None:
    """延期申请: before expiry, as often and as long as the policy allows.

    Raises:
        Refused: `order.extension.too_late`, `.used_up`, `.pending`, `.unit` or `.too_long`.

    """
    _check_extension(draft, act)
    proposal = draft.proposal(ProposalKind.extension, by=act.actor.person, step=StepKind.decision)
    clock = draft.opened(StepKind.decision, proposal=ProposalKind.extension)
    draft.add(
        ExtensionRequested(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal.model_copy(update={"extend": act.by}),
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.tell((clock.waits_for,), "decision_needed", due=clock.due)


def _check_extension(draft: Draft, act: RequestExtension) -> None:
    rule, state = draft.policy.extension, draft.state
    if act.at > main_clock(draft).due:
        raise Refused("order.extension.too_late", "延期须在办理时限届满前申请;时限已过,请尽快办结并提交办结申请。")
    if state.counts.extended >= rule.times:
        raise Refused("order.extension.used_up", f"每份督办单最多延期{rule.times}次,已经用完。请按现有时限办理。")
    if any(one.kind is ProposalKind.extension for one in state.proposals):
        raise Refused("order.extension.pending", "已有一项延期申请等待决定,请等待答复。")
    original = original_span(state, draft.policy)
    if act.by.unit is not original.unit:
        raise Refused("order.extension.unit", f"延期须用与原时限相同的单位申请(原时限{days_zh(original)})。")
    limit = most(original, rule.numerator, rule.denominator)
    if act.by.n > limit:
        sentence = f"延期不得超过原时限({days_zh(original)})的{rule.numerator}/{rule.denominator},最多{limit},请缩短后再申请。"
        raise Refused("order.extension.too_long", sentence)


def dispute_dispatch(draft: Draft, act: DisputeDispatch) -> None:
    """派单异议: the unit's clocks pause until decided.

    Raises:
        Refused: `order.paused` while the clocks stand still already.

    """
    if draft.state.paused_by:
        raise Refused("order.paused", "时限已经暂停,请先等待前一事项处理完毕。")
    proposal, clock = _objection(draft, ProposalKind.dispatch_objection, by=act.actor.person)
    draft.add(
        DispatchDisputed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal,
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.tell((clock.waits_for,), "decision_needed", due=clock.due)


def object_to_conclusion(draft: Draft, act: ObjectToConclusion) -> None:
    """结论复核 within 30 days of the conclusion, decided within 30 (督查条例 art. 17).

    Raises:
        Refused: `order.objection.unknown` where no such conclusion has an open window.

    """
    about = next((one for one in draft.state.conclusions if one.id == act.conclusion), None)
    if about is None or about.window not in {one.id for one in draft.state.obligations}:
        open_ones = "、".join(one.id for one in draft.state.conclusions) or "无"
        raise Refused("order.objection.unknown", f"没有可以申请复核的结论“{act.conclusion}”(现有:{open_ones})。")
    proposal, clock = _objection(draft, ProposalKind.conclusion_objection, by=act.actor.person)
    draft.add(
        ConclusionObjected(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal.model_copy(update={"about": about.id}),
            reason=act.reason,
            opens=(clock,),
            closes=(Closed(id=about.window, outcome="met"),),
        ),
    )
    draft.tell((clock.waits_for,), "decision_needed", due=clock.due)


def _objection(draft: Draft, kind: ProposalKind, *, by: str) -> tuple[Proposal, Obligation]:
    proposal = draft.proposal(kind, by=by, step=StepKind.decision)
    return proposal, draft.opened(StepKind.decision, proposal=kind)
