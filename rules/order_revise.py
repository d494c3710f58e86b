"""A calendar that became known moves open deadlines; old and new stand in one event of each order that it touches."""

from datetime import datetime

from rules.order_clocks import move, rule_of
from rules.order_draft import Decision, Draft, Rules
from rules.order_state import UNIT_DUTIES
from schemas.order import Obligation, OrderState, PlannedRung
from schemas.order_events import DeadlineRevised


def revise(state: OrderState, rules: Rules, *, cause: str) -> Decision | None:
    """Return the event that moves this order's deadlines to the calendar now known; none where nothing changes.

    A deadline that was provisional and stays where it is, is in the event too: it is certain now, and nobody is told. A
    unit's clock under a pause is left: it is counted anew, on the calendar then known, when the pause ends. A rung due
    earlier and not yet recorded is left too: it was late by what was known.
    """
    draft = Draft(state, rules, cause=cause)
    pairs = [(one, _counted_anew(draft, one)) for one in state.obligations if not _stands_still(state, one)]
    changed = [(old, new) for old, new in pairs if _told(old) != _told(new) or old.provisional != new.provisional]
    if not changed:
        return None
    draft.add(
        DeadlineRevised(
            happened_at=rules.now,
            before=tuple(PlannedRung(name=old.id, at=old.due) for old, _ in changed),
            changes=tuple(new for _, new in changed),
        ),
    )
    moved = {old.waits_for for old, new in changed if _told(old) != _told(new)}
    draft.tell(sorted(moved), "deadline_revised", due=draft.state.finish_due)
    return draft.decision()


def _told(clock: Obligation) -> tuple[datetime, tuple[PlannedRung, ...]]:
    return clock.due, clock.rungs


def _stands_still(state: OrderState, clock: Obligation) -> bool:
    return bool(state.paused_by) and clock.kind in UNIT_DUTIES


def _counted_anew(draft: Draft, clock: Obligation) -> Obligation:
    pauses = draft.state.pauses if clock.kind in UNIT_DUTIES else ()
    return move(
        clock,
        ladder=rule_of(draft.policy, draft.state, clock).ladder,
        pauses=pauses,
        since=draft.now,
        now=draft.now,
        calendar=draft.calendar,
    )
