"""回头看: figures some time after close-out show whether the targets hold; if not, the order opens again."""

from rules.assessment import still_short
from rules.calendar import local_day
from rules.order_draft import Draft, fingerprint
from rules.order_office import named
from schemas.act import LookBackReport
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import LEVEL_OF, Conclusion, ConclusionKind, Obligation, ProposalKind
from schemas.order_events import Closed, LookBackFailed, LookBackPassed
from schemas.policy import StepKind

# A regression raises up to the interview; handing over (level 5) is for refusal and false material only.
INTERVIEW = LEVEL_OF[ProposalKind.interview]


def look_back(draft: Draft, act: LookBackReport) -> None:
    """回头看: the targets still hold, or the order is open again one level higher.

    Raises:
        Refused: `order.lookback.none` or `order.lookback.too_early`.

    """
    clock = min(draft.clocks(StepKind.lookback), key=lambda one: one.start, default=None)
    if clock is None:
        raise Refused("order.lookback.none", "这份督办单没有待进行的回头看。")
    if act.at < clock.start:
        sentence = f"回头看从{local_day(draft.calendar, clock.start).isoformat()}开始，请到时再报数据。"
        raise Refused("order.lookback.too_early", sentence)
    short = still_short(draft.state.triggers, act.figures, draft.policy)
    if short:
        _regress(draft, act, clock=clock, short=short)
        return
    draft.add(
        LookBackPassed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            figures=act.figures,
            closes=(_met(clock, act),),
        ),
    )


def _met(clock: Obligation, act: LookBackReport) -> Closed:
    return Closed(id=clock.id, outcome="met", on_time=act.at <= clock.due)


def _regress(draft: Draft, act: LookBackReport, *, clock: Obligation, short: tuple[str, ...]) -> None:
    """反弹: later look-backs lapse, and so does a window still open on the close-out that did not last."""
    conclusion, window = _conclusion(draft, act)
    overtaken = {one.window for one in draft.state.conclusions if one.kind is ConclusionKind.close_out}
    lapsed = [
        closed
        for closed in draft.lapsed(StepKind.lookback, StepKind.window)
        if closed.id in overtaken or (closed.id.startswith(StepKind.lookback) and closed.id != clock.id)
    ]
    rectify = draft.opened(StepKind.rectify)
    draft.add(
        LookBackFailed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            figures=act.figures,
            short=short,
            conclusion=conclusion,
            opens=(rectify, window),
            closes=(_met(clock, act), *lapsed),
        ),
    )
    draft.tell((Role.unit_contact, Role.officer), "regression", due=rectify.due)
    _raise(draft, conclusion)


def _conclusion(draft: Draft, act: LookBackReport) -> tuple[Conclusion, Obligation]:
    window = draft.opened(StepKind.window)
    conclusion = Conclusion(
        id=named(ConclusionKind.regression, window),
        by=act.actor.person,
        window=window.id,
        closed_at=draft.state.closed_at,
        due_before=draft.state.finish_due,
        lookbacks=len(draft.clocks(StepKind.lookback)),
    )
    return conclusion, window


def _raise(draft: Draft, conclusion: Conclusion) -> None:
    """One level higher, and from the second failure on the interview too; each once."""
    causes = {min(draft.state.level + 1, INTERVIEW): "regression"}
    limit = draft.policy.causes.lookbacks_failed_for_interview
    if limit and draft.state.counts.lookbacks_failed >= limit:
        causes[INTERVIEW] = "lookbacks_failed"
    for level, cause in causes.items():
        draft.raise_to(level, cause=cause, conclusion=conclusion.id)
