"""`evolve`: an order's state is only ever this fold over its events.

Three fields that every event carries (what it opens, closes and changes) are applied alike for all of them, with what
follows from the clocks: the dues in force, the proposals still waiting, and whether the unit's clocks stand still. What
is left per event is a line or two. No event is judged here: whatever was recorded, happened.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from schemas.calendar import Pause
from schemas.order import ENDED, Conclusion, Obligation, OrderState, Proposal, ProposalKind, Status
from schemas.order_events import (
    Acknowledged,
    AnyOrderEvent,
    ClosedOut,
    CompletionRequested,
    ConclusionObjected,
    DeadlineRevised,
    DispatchDisputed,
    EvidenceAttached,
    ExtensionRequested,
    Issued,
    LevelRaised,
    LookBackFailed,
    LookBackPassed,
    OrderEvent,
    PlanSubmitted,
    ProgressReported,
    ProposalDecided,
    ProposalMade,
    RegressionSetAside,
    Resumed,
    Returned,
    ReviewReopened,
    RungReached,
    Settled,
    Suspended,
    Transferred,
    Withdrawn,
)
from schemas.policy import StepKind

UNIT_DUTIES = frozenset(
    {StepKind.sign, StepKind.plan, StepKind.report, StepKind.finish, StepKind.rework, StepKind.rectify}
)
FIRST = (StepKind.sign, StepKind.plan, StepKind.report, StepKind.finish)
MAIN = frozenset({StepKind.finish, StepKind.rectify})
SUSPENSION = "suspension"
_OBJECTIONS = frozenset({ProposalKind.dispatch_objection, ProposalKind.conclusion_objection})
_KEYS_KEPT = 16

Changed = dict[str, Any]


def evolve(state: OrderState | None, event: AnyOrderEvent) -> OrderState:
    """Return the state after one event; the first event of a stream is `order.issued`, on no state at all."""
    if state is None:
        return _born(event)
    changed = _APPLY[type(event)](state, event)
    changed["seq"] = state.seq + 1
    if event.act_key:
        changed["keys"] = " ".join([*state.keys.split(), event.act_key][-_KEYS_KEPT:])
    if event.opens or event.closes or event.changes:
        _clocks(state, event, changed)
    after = state.model_copy(update=changed)
    if not event.opens and not event.closes:
        return after
    return _paused(_suspended(after, event.happened_at), event.happened_at)


def _born(event: AnyOrderEvent) -> OrderState:
    if not isinstance(event, Issued):
        message = f"a stream begins with order.issued, not {event.tag}"
        raise TypeError(message)
    dues = {obligation.kind: obligation.due for obligation in event.opens}
    return OrderState(
        id=event.order,
        docket=event.docket,
        campaign=event.campaign,
        round=event.round,
        district=event.district,
        region=event.region,
        unit=event.unit,
        unit_type=event.unit_type,
        doc_no=event.doc_no,
        form=event.form,
        urgency=event.urgency,
        triggers=tuple(item.trigger for item in event.items),
        policy=event.policy,
        issued_at=event.happened_at,
        issued_by=event.issued_by,
        sign_due=dues[StepKind.sign],
        first_due=dues[StepKind.finish],
        finish_due=dues[StepKind.finish],
        seq=1,
        obligations=event.opens,
        keys=event.act_key,
    )


# --- what every event does to the clocks ------------------------------------------------------------------------------


def _clocks(state: OrderState, event: OrderEvent, changed: Changed) -> None:
    """Apply what the event opens, closes and changes; untouched clocks stay as they are."""
    gone = {closed.id: closed.outcome for closed in event.closes}
    new = {obligation.id: obligation for obligation in event.changes}
    obligations: tuple[Obligation, ...] = changed.get("obligations", state.obligations)
    changed["obligations"] = (*(new.get(one.id, one) for one in obligations if one.id not in gone), *event.opens)
    for one in (*event.changes, *event.opens):
        if one.kind is StepKind.sign:
            changed["sign_due"] = one.due
        if one.kind in MAIN:
            changed["finish_due"] = one.due
    if event.opens:
        counts = changed.get("counts", state.counts)
        opened = dict(counts.opened)
        for one in event.opens:
            opened[one.kind] = opened.get(one.kind, int(one.kind in FIRST)) + 1
        changed["counts"] = counts.model_copy(update={"opened": opened})
    if gone:
        _let_go(state, gone, changed)


def opened_of(state: OrderState, kind: StepKind) -> int:
    """Return how many obligations of a kind there have been; those of the issue are not written down."""
    return state.counts.opened.get(kind, int(kind in FIRST))


def _let_go(state: OrderState, gone: Mapping[str, str], changed: Changed) -> None:
    """A proposal lives as long as its clock; a conclusion whose window lapsed stands for good."""
    proposals: tuple[Proposal, ...] = changed.get("proposals", state.proposals)
    changed["proposals"] = tuple(one for one in proposals if one.obligation not in gone)
    conclusions: tuple[Conclusion, ...] = changed.get("conclusions", state.conclusions)
    final = [one for one in conclusions if gone.get(one.window) == "lapsed"]
    changed |= _concluded(state, changed, tuple(one for one in conclusions if one not in final), final)


def _concluded(
    state: OrderState, changed: Changed, open_ones: tuple[Conclusion, ...], final: Iterable[Conclusion] = ()
) -> Changed:
    """The level in force: what no objection can undo any more, or the highest that a conclusion still open brought."""
    floor = max([changed.get("floor", state.floor), *(one.level for one in final)])
    return {"conclusions": open_ones, "floor": floor, "level": max([floor, *(one.level for one in open_ones)])}


def pauser(status: Status, obligations: Iterable[Obligation], proposals: Iterable[Proposal]) -> str:
    """Return what makes the unit's clocks stand still: a suspension, or an objection not yet decided; else nothing."""
    if status in ENDED:
        return ""
    if any(one.kind is StepKind.resume for one in obligations):
        return SUSPENSION
    return next((one.id for one in proposals if one.kind in _OBJECTIONS), "")


def _paused(state: OrderState, at: datetime) -> OrderState:
    """Begin or end the pause as the clocks say; where one cause hands over to another it goes on."""
    by = pauser(state.status, state.obligations, state.proposals)
    if by == state.paused_by:
        return state
    pauses = state.pauses
    if not state.paused_by:
        pauses = (*pauses, Pause(start=at))
    elif not by:
        pauses = ended(pauses, at)
    return state.model_copy(update={"paused_by": by, "pauses": pauses})


def _suspended(state: OrderState, at: datetime) -> OrderState:
    """Note from when to when the order was suspended: as long as somebody is waited for to resume it."""
    past = state.suspensions
    suspended = any(one.kind is StepKind.resume for one in state.obligations)
    if suspended == (bool(past) and past[-1].end is None):
        return state
    noted = (*past, Pause(start=at)) if suspended else ended(past, at)
    return state.model_copy(update={"suspensions": noted})


def ended(pauses: tuple[Pause, ...], at: datetime) -> tuple[Pause, ...]:
    """Return pauses with the last one ended; a door whose clock went back ends it where it began."""
    last = pauses[-1]
    return (*pauses[:-1], Pause(start=last.start, end=max(last.start, at)))


def earliest(state: OrderState) -> datetime | None:
    """Return the instant of the next rung; none where no clock runs any more."""
    return min((one.rungs[0].at for one in running(state) if one.rungs), default=None)


def running(state: OrderState) -> Iterator[Obligation]:
    """Yield the obligations whose clocks run: a unit's duties stand still under a pause or a review of its work."""
    for one in state.obligations:
        if one.held_from is None and not (state.paused_by and one.kind in UNIT_DUTIES):
            yield one


# --- what is left per event -------------------------------------------------------------------------------------------


def _count(state: OrderState, **more: int) -> Changed:
    now = {name: getattr(state.counts, name) + by for name, by in more.items()}
    return {"counts": state.counts.model_copy(update=now)}


def _nothing(_state: OrderState, _event: OrderEvent) -> Changed:
    """All that such an event does is in its clocks."""
    return {}


def _measured(_state: OrderState, event: LookBackPassed) -> Changed:
    return {"after": event.figures}


def _acknowledged(_state: OrderState, event: Acknowledged) -> Changed:
    return {"status": Status.acknowledged, "signed_at": event.happened_at}


def _planned(state: OrderState, _event: PlanSubmitted) -> Changed:
    return {"status": Status.in_progress if state.status is Status.acknowledged else state.status}


def _rung(state: OrderState, event: RungReached) -> Changed:
    changed: Changed = {"obligations": tuple(_behind(one, event) for one in state.obligations)}
    if event.level > state.floor:
        changed |= {"floor": event.level, "level": max(state.level, event.level)}
    return changed


def _behind(one: Obligation, event: RungReached) -> Obligation:
    if one.id != event.obligation:
        return one
    rungs = tuple(rung for rung in one.rungs if rung.name != event.rung)
    return one.model_copy(update={"rungs": (*rungs, event.next) if event.next else rungs})


def _submitted(state: OrderState, event: CompletionRequested) -> Changed:
    return {
        "status": Status.under_review,
        "submitted_at": event.happened_at,
        "submitted_before": state.submitted_before or state.submitted_at,
        "requested_by": event.by,
        "claimed": event.figures,
    }


def _returned(state: OrderState, _event: Returned) -> Changed:
    return {"status": Status.rework} | _count(state, returned=1)


def _closed_out(state: OrderState, event: ClosedOut) -> Changed:
    return {
        "status": Status.closed_out,
        "closed_at": event.happened_at,
        "after": event.figures,
        "claimed": None,
        "conclusions": (*state.conclusions, event.conclusion),
    }


def _proposed(state: OrderState, event: ProposalMade | ExtensionRequested | ConclusionObjected) -> Changed:
    return {"proposals": (*state.proposals, event.proposal)}


def _disputed(state: OrderState, event: DispatchDisputed) -> Changed:
    return {"proposals": (*state.proposals, event.proposal)} | _count(state, disputed=1)


def _decided(state: OrderState, event: ProposalDecided) -> Changed:
    """Let hold what was granted; a conclusion objected to is either set aside or stands for good."""
    changed: Changed = {}
    about = {one.about for one in state.proposals if one.id == event.proposal and one.about}
    if event.accepted and event.kind == ProposalKind.extension:
        changed |= _count(state, extended=1)
    if event.accepted and event.kind == ProposalKind.circular:
        changed |= _count(state, circulars=1)
    judged = [one for one in state.conclusions if one.id in about]
    kept = tuple(one for one in state.conclusions if one.id not in about)
    made = (event.conclusion,) if event.conclusion else ()
    return changed | _concluded(state, changed, kept + made, final=[one for one in judged if one.id != event.set_aside])


def _raised(state: OrderState, event: LevelRaised) -> Changed:
    if not event.conclusion:
        return {"floor": event.level, "level": event.level}
    conclusions = tuple(
        one.model_copy(update={"level": event.level}) if one.id == event.conclusion else one
        for one in state.conclusions
    )
    return _concluded(state, {}, conclusions)


def _transferred(state: OrderState, event: Transferred) -> Changed:
    changed: Changed = {"unit": event.unit, "unit_type": event.unit_type, "region": event.region}
    changed |= {"status": Status.issued, "signed_at": None}
    return changed | _count(state, disputed=-state.counts.disputed)


def _withdrawn(state: OrderState, event: Withdrawn) -> Changed:
    return {"status": Status.withdrawn, "closed_at": event.happened_at, "conclusions": (), "floor": state.level}


def _regressed(state: OrderState, event: LookBackFailed) -> Changed:
    return {
        "status": Status.in_progress,
        "closed_at": None,
        "after": event.figures,
        "conclusions": (*state.conclusions, event.conclusion),
    } | _count(state, reopened=1, lookbacks_failed=1)


def _reviewed_anew(state: OrderState, event: ReviewReopened) -> Changed:
    return {
        "status": Status.under_review,
        "closed_at": None,
        "claimed": state.after,
        "barred": (*state.barred, event.barred),
    }


def _never_regressed(state: OrderState, event: RegressionSetAside) -> Changed:
    """Close it out again as it was; the counts of reopenings and failures go back, visibly, by this event."""
    changed: Changed = {"status": Status.closed_out, "closed_at": event.closed_at, "finish_due": event.finish_due}
    return changed | _count(state, reopened=-1, lookbacks_failed=-1)


def _settled(_state: OrderState, _event: Settled) -> Changed:
    return {"settled": True}


_APPLY: dict[type, Callable[[OrderState, Any], Changed]] = {
    Acknowledged: _acknowledged,
    PlanSubmitted: _planned,
    ProgressReported: _nothing,
    CompletionRequested: _submitted,
    EvidenceAttached: _nothing,
    Returned: _returned,
    ClosedOut: _closed_out,
    ExtensionRequested: _proposed,
    DispatchDisputed: _disputed,
    ConclusionObjected: _proposed,
    ProposalMade: _proposed,
    ProposalDecided: _decided,
    LevelRaised: _raised,
    Suspended: _nothing,
    Resumed: _nothing,
    Transferred: _transferred,
    Withdrawn: _withdrawn,
    LookBackPassed: _measured,
    LookBackFailed: _regressed,
    ReviewReopened: _reviewed_anew,
    RegressionSetAside: _never_regressed,
    RungReached: _rung,
    DeadlineRevised: _nothing,
    Settled: _settled,
}
