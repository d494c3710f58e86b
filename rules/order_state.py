"""`evolve`: an order's state is only ever this fold over its events; and `row`, the current row that follows from a state.

Three fields that every event carries (what it opens, closes and changes) are applied alike for all of them; what is left per
event is a line or two. No event is judged here: whatever was recorded, happened.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from schemas.calendar import Pause
from schemas.order import ENDED, Obligation, OrderRow, OrderState, Proposal, ProposalKind, Status
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

COLORS = {0: "blue", 1: "blue", 2: "orange", 3: "red", 4: "red", 5: "red"}
UNIT_DUTIES = frozenset(
    {StepKind.sign, StepKind.plan, StepKind.report, StepKind.finish, StepKind.rework, StepKind.rectify}
)
_KEYS_KEPT = 16

Changed = dict[str, Any]


def evolve(state: OrderState | None, event: AnyOrderEvent) -> OrderState:
    """Return the state after one event; the first event of a stream is `order.issued`, on no state at all."""
    if state is None:
        return _clocks(_born(event), event)
    changed = _APPLY[type(event)](state, event)
    changed["seq"] = state.seq + 1
    if event.act_key:
        changed["keys"] = (*state.keys, event.act_key)[-_KEYS_KEPT:]
    return _clocks(state.model_copy(update=changed), event)


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
        keys=(event.act_key,),
    )


def _clocks(state: OrderState, event: OrderEvent) -> OrderState:
    """Apply what the event opens, closes and changes; untouched clocks stay as they are."""
    if not (event.opens or event.closes or event.changes):
        return state
    gone = {closed.id for closed in event.closes}
    changed = {obligation.id: obligation for obligation in event.changes}
    kept = tuple(changed.get(held.id, held) for held in state.obligations if held.id not in gone)
    opened = dict(state.counts.opened)
    for obligation in event.opens:
        opened[obligation.kind] = opened.get(obligation.kind, 0) + 1
    counts = state.counts.model_copy(update={"opened": opened})
    return state.model_copy(update={"obligations": kept + event.opens, "counts": counts})


def earliest(state: OrderState) -> datetime | None:
    """Return the instant of the next rung; none where no clock runs (ended, or paused with nothing else open)."""
    return min((one.rungs[0].at for one in running(state) if one.rungs), default=None)


def running(state: OrderState) -> Iterator[Obligation]:
    """Yield the obligations whose clocks run: a unit's duties stand still under a pause or a review of its work."""
    for one in state.obligations:
        if one.held_from is None and not (state.paused_by and one.kind in UNIT_DUTIES):
            yield one


def _count(state: OrderState, **more: int) -> Changed:
    now = {name: getattr(state.counts, name) + by for name, by in more.items()}
    return {"counts": state.counts.model_copy(update=now)}


def _nothing(_state: OrderState, _event: OrderEvent) -> Changed:
    """All that such an event does is in its clocks."""
    return {}


def _measured(_state: OrderState, event: LookBackPassed) -> Changed:
    return {"after": event.figures}


def _acknowledged(_state: OrderState, event: OrderEvent) -> Changed:
    return {"status": Status.acknowledged, "signed_at": event.happened_at}


def _planned(state: OrderState, _event: PlanSubmitted) -> Changed:
    return {"status": Status.in_progress if state.status is Status.acknowledged else state.status}


def _rung(state: OrderState, event: RungReached) -> Changed:
    held = next((one for one in state.obligations if one.id == event.obligation), None)
    if held is None:
        return {}
    rungs = tuple(rung for rung in held.rungs if rung.name != event.rung)
    if event.next is not None:
        rungs = (*rungs, event.next)
    now = held.model_copy(update={"rungs": rungs})
    changed: Changed = {
        "obligations": tuple(now if one is held else one for one in state.obligations),
        "level": max(state.level, event.level),
    }
    if event.closes:
        changed["conclusions"] = tuple(one for one in state.conclusions if one.window != event.obligation)
    return changed


def _submitted(state: OrderState, event: CompletionRequested) -> Changed:
    return {
        "status": Status.under_review,
        "submitted_at": event.happened_at,
        "first_submitted_at": state.first_submitted_at or event.happened_at,
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


def _asked(state: OrderState, proposal: Proposal) -> Changed:
    return {"proposals": (*state.proposals, proposal)} | _count(state, proposed=1)


def _proposed(state: OrderState, event: ProposalMade | ExtensionRequested) -> Changed:
    return _asked(state, event.proposal)


def _objected(state: OrderState, event: DispatchDisputed | ConclusionObjected) -> Changed:
    """Pause the unit's clocks while its objection is open, unless the order has ended or stands still already."""
    changed = _asked(state, event.proposal)
    if state.paused_by or state.status in ENDED:
        return changed
    return changed | _pause(state, event, by=event.proposal.id)


def _suspended(state: OrderState, event: OrderEvent) -> Changed:
    return _pause(state, event, by="suspension")


def _pause(state: OrderState, event: OrderEvent, *, by: str) -> Changed:
    return {"paused_by": by, "pauses": (*state.pauses, Pause(start=event.happened_at, end=None))}


def _unpause(state: OrderState, event: OrderEvent) -> Changed:
    last = state.pauses[-1].model_copy(update={"end": event.happened_at})
    return {"paused_by": "", "pauses": (*state.pauses[:-1], last)}


def _resumed(state: OrderState, event: Resumed) -> Changed:
    return _unpause(state, event) | {"finish_due": event.finish_due}


def _decided(state: OrderState, event: ProposalDecided) -> Changed:
    """Let the proposal go, end its pause, and let hold what was granted."""
    kept = tuple(one for one in state.proposals if one.id != event.proposal)
    changed: Changed = {"proposals": kept}
    if state.paused_by == event.proposal:
        changed |= _unpause(state, event)
    if event.finish_due is not None:
        changed["finish_due"] = event.finish_due
    if event.conclusion is not None:
        changed["conclusions"] = (*state.conclusions, event.conclusion)
    if event.set_aside:
        changed["conclusions"] = tuple(one for one in state.conclusions if one.id != event.set_aside)
    if event.level is not None:
        changed["level"] = event.level
    if event.accepted and event.kind == ProposalKind.extension:
        changed |= _count(state, extended=1)
    if event.accepted and event.kind == ProposalKind.circular:
        changed |= _count(state, circulars=1)
    return changed


def _raised(_state: OrderState, event: LevelRaised) -> Changed:
    return {"level": event.level}


def _transferred(_state: OrderState, event: Transferred) -> Changed:
    return {"unit": event.unit, "region": event.region, "status": Status.issued}


def _withdrawn(state: OrderState, event: OrderEvent) -> Changed:
    changed: Changed = {"status": Status.withdrawn, "closed_at": event.happened_at, "proposals": ()}
    return changed | (_unpause(state, event) if state.paused_by else {})


def _regressed(state: OrderState, event: LookBackFailed) -> Changed:
    return {
        "status": Status.in_progress,
        "closed_at": None,
        "submitted_at": None,
        "after": event.figures,
        "finish_due": event.finish_due,
        "conclusions": (*state.conclusions, event.conclusion),
    } | _count(state, reopened=1, lookbacks_failed=1)


def _reviewed_anew(state: OrderState, _event: OrderEvent) -> Changed:
    return {"status": Status.under_review, "closed_at": None, "claimed": state.after}


def _never_regressed(state: OrderState, event: RegressionSetAside) -> Changed:
    """Close it out again as it was; the counts of reopenings and failures go back, visibly, by this event."""
    changed: Changed = {"status": Status.closed_out, "closed_at": event.closed_at, "finish_due": event.finish_due}
    return changed | _count(state, reopened=-1, lookbacks_failed=-1)


def _revised(_state: OrderState, event: DeadlineRevised) -> Changed:
    return {"finish_due": event.finish_due}


def _settled(_state: OrderState, _event: OrderEvent) -> Changed:
    return {"settled": True, "conclusions": ()}


_APPLY: dict[type, Callable[[OrderState, Any], Changed]] = {
    Acknowledged: _acknowledged,
    PlanSubmitted: _planned,
    ProgressReported: _nothing,
    CompletionRequested: _submitted,
    EvidenceAttached: _nothing,
    Returned: _returned,
    ClosedOut: _closed_out,
    ExtensionRequested: _proposed,
    DispatchDisputed: _objected,
    ConclusionObjected: _objected,
    ProposalMade: _proposed,
    ProposalDecided: _decided,
    LevelRaised: _raised,
    Suspended: _suspended,
    Resumed: _resumed,
    Transferred: _transferred,
    Withdrawn: _withdrawn,
    LookBackPassed: _measured,
    LookBackFailed: _regressed,
    ReviewReopened: _reviewed_anew,
    RegressionSetAside: _never_regressed,
    RungReached: _rung,
    DeadlineRevised: _revised,
    Settled: _settled,
}


def _pressing(one: Obligation) -> tuple[bool, bool, datetime]:
    """Order what an order waits for: what runs before what is held, duties before open windows, then by due."""
    return (one.held_from is not None, one.kind is StepKind.window, one.due)


def row(state: OrderState) -> OrderRow:
    """Return the order's current row; nothing in it that is not in the state."""
    waiting = min(state.obligations, key=_pressing, default=None)
    after = state.after
    return OrderRow(
        id=state.id,
        docket=state.docket,
        campaign=state.campaign,
        round=state.round,
        district=state.district,
        region=state.region,
        unit=state.unit,
        unit_type=state.unit_type.value,
        number=state.doc_no,
        form=state.form.value,
        urgency=state.urgency.value,
        triggers="、".join(state.triggers),
        status=state.status.value,
        paused=state.paused_by,
        level=state.level,
        color=COLORS[state.level],
        waits_for=waiting.waits_for.value if waiting else "",
        waits_step=waiting.kind.value if waiting else "",
        due=waiting.due if waiting else None,
        next_due=earliest(state),
        provisional=any(one.provisional for one in state.obligations),
        issued_at=state.issued_at,
        signed_at=state.signed_at,
        sign_due=state.sign_due,
        first_due=state.first_due,
        finish_due=state.finish_due,
        first_submitted_at=state.first_submitted_at,
        submitted_at=state.submitted_at,
        closed_at=state.closed_at,
        extended=state.counts.extended,
        returned=state.counts.returned,
        reopened=state.counts.reopened,
        paused_from=state.pauses[-1].start if state.paused_by else None,
        headcount_after=after.headcount if after else None,
        registered_after=after.registered if after else None,
        active_after=after.active if after else None,
        team_after=int(after.has_team) if after else None,
        seq=state.seq,
        settled=state.settled,
    )
