"""The current row of an order: every column follows from its state, so that truncated tables come back equal."""

from datetime import datetime

from rules.order_state import UNIT_DUTIES, earliest
from schemas.order import BETWEEN_TRIGGERS, Obligation, OrderRow, OrderState
from schemas.policy import StepKind

COLORS = {0: "blue", 1: "blue", 2: "orange", 3: "red", 4: "red", 5: "red"}


def pressing(state: OrderState) -> Obligation | None:
    """Return what an order waits for first: what runs before what stands still, duties before windows, then by due."""

    def order(one: Obligation) -> tuple[bool, bool, datetime]:
        still = one.held_from is not None or (bool(state.paused_by) and one.kind in UNIT_DUTIES)
        return (still, one.kind is StepKind.window, one.due)

    return min(state.obligations, key=order, default=None)


def row(state: OrderState) -> OrderRow:
    """Return the order's current row; nothing in it that is not in the state."""
    waiting = pressing(state)
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
        triggers=BETWEEN_TRIGGERS.join(state.triggers),
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
        first_submitted_at=state.submitted_before or state.submitted_at,
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
