"""What the unit does: sign, plan, report, ask for close-out, hand in evidence, ask for time, object.

Each function adds to a draft what its act makes happen, or refuses with a sentence that says what to do next.
Who may act at all, and in which status, is checked before (`rules/order.py`).
"""

from rules.order_clocks import days_zh, most
from rules.order_draft import Draft, fingerprint
from rules.order_issue import original_span
from rules.order_state import MAIN
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
from schemas.calendar import Span
from schemas.errors import Refused
from schemas.order import Obligation, ProposalKind
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
from schemas.policy import Extension, StepKind


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
    """进展反馈: the next cycle is counted from this report, so that early ones cannot be stored up."""
    next_cycle = tuple(draft.opened(StepKind.report) for _ in draft.clocks(StepKind.report))
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
    draft.ask(review, "review_needed")


def attach_evidence(draft: Draft, act: AttachEvidence) -> None:
    """证明材料: no clock moves."""
    draft.add(EvidenceAttached(happened_at=act.at, act_key=fingerprint(act.key), evidence=act.evidence))


def main_clock(draft: Draft) -> Obligation | None:
    """Return the clock of the duty itself: `finish`, or after a regression `rectify`.

    None where the duty was met once and only its review was set aside: a rework after that has a clock of its own.
    """
    return next(iter(draft.clocks(*MAIN)), None)


def request_extension(draft: Draft, act: RequestExtension) -> None:
    """延期申请: before expiry, as often and as long as the policy allows.

    Raises:
        Refused: `order.extension.no_clock`, `.too_late`, `.used_up`, `.pending`, `.unit` or `.too_long`.

    """
    _check_extension(draft, act)
    proposal, clock = draft.proposal(ProposalKind.extension, by=act.actor.person, step=StepKind.decision)
    draft.add(
        ExtensionRequested(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal.model_copy(update={"extend": act.by}),
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.ask(clock, "decision_needed")


def _check_extension(draft: Draft, act: RequestExtension) -> None:
    rule, state, clock = draft.policy.extension, draft.state, main_clock(draft)
    if clock is None:
        raise Refused("order.extension.no_clock", "办结时限已经结束，现在只剩重办时限，不能延期；请按重办时限办理。")
    if act.at > clock.due:
        raise Refused("order.extension.too_late", "延期须在办理时限届满前申请；时限已过，请尽快办结并提交办结申请。")
    if state.counts.extended >= rule.times:
        raise Refused("order.extension.used_up", f"每份督办单最多延期{rule.times}次，已经用完。请按现有时限办理。")
    if any(one.kind is ProposalKind.extension for one in state.proposals):
        raise Refused("order.extension.pending", "已有一项延期申请等待决定，请等待答复。")
    _check_length(act.by, original_span(state, clock.kind, draft.policy), rule)


def _check_length(asked: Span, original: Span, rule: Extension) -> None:
    words = f"原时限{days_zh(original)}"
    if asked.unit is not original.unit:
        raise Refused("order.extension.unit", f"延期须用与原时限相同的单位申请（{words}）。")
    limit = most(original, rule.numerator, rule.denominator)
    if asked.n > limit:
        share = f"{rule.numerator}/{rule.denominator}"
        raise Refused("order.extension.too_long", f"延期不得超过{words}的{share}，最多{limit}，请缩短后再申请。")


def dispute_dispatch(draft: Draft, act: DisputeDispatch) -> None:
    """派单异议: the unit's clocks pause until decided; once a unit, for what was decided is not returnable (济南 2018).

    Raises:
        Refused: `order.dispute.decided`.

    """
    if draft.state.counts.disputed:
        raise Refused("order.dispute.decided", "派单异议已经提出并作出决定，不得再次提出，请继续办理。")
    proposal, clock = draft.proposal(ProposalKind.dispatch_objection, by=act.actor.person, step=StepKind.decision)
    draft.add(
        DispatchDisputed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal,
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.ask(clock, "decision_needed")


def object_to_conclusion(draft: Draft, act: ObjectToConclusion) -> None:
    """结论复核 within 30 days of the conclusion, decided within 30 (督查条例 art. 17).

    Raises:
        Refused: `order.objection.unknown` where no such conclusion has an open window.

    """
    about = next((one for one in draft.state.conclusions if one.id == act.conclusion), None)
    if about is None or about.window not in {one.id for one in draft.state.obligations}:
        open_ones = "、".join(one.id for one in draft.state.conclusions) or "无"
        raise Refused("order.objection.unknown", f"没有可以申请复核的结论“{act.conclusion}”（现有：{open_ones}）。")
    proposal, clock = draft.proposal(ProposalKind.conclusion_objection, by=act.actor.person, step=StepKind.decision)
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
    draft.ask(clock, "decision_needed")
