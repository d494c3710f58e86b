"""An order's clocks: opening an obligation with all its rungs, moving it when the calendar or a pause says so.

A rung's instant is fixed when the obligation is opened or changed, and stands in that event: nobody can ask later when
a reminder should have come. A rung that would fall before its obligation opens (a reminder three days before a deadline
one day away) does not exist.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from rules.calendar import next_office_instant, reckoner
from rules.deadline import after, before, deadline
from schemas.calendar import Calendar, Pause, Span, SpanUnit
from schemas.event import Role
from schemas.order import KIND_OF_LEVEL, Form, Obligation, OrderState, PlannedRung, ProposalKind, Urgency
from schemas.policy import Policy, Rung, StepKind, StepRule

Ladder = tuple[Rung, ...]


class Clock(NamedTuple):
    """What a policy says about one step of one order: whom it waits for, how long, by which ladder."""

    waits_for: Role
    next_in_line: Role
    span: Span
    ladder: Ladder


def clock_of(
    policy: Policy, kind: StepKind, *, form: Form, urgency: Urgency, proposal: ProposalKind | None = None
) -> Clock:
    """Return the rule of a step; decisions and approvals have one each per kind of proposal.

    A letter reminds and urges, but never climbs to what needs approval: who gets one is no object of supervision
    (督查条例 art. 5), so those rungs of the policy's ladder do not exist for it.
    """
    rule: StepRule = policy.steps[kind] if proposal is None else policy.decisions[proposal]
    ladder = policy.ladders[rule.ladder]
    if form is Form.advisory:
        ladder = tuple(rung for rung in ladder if rung.level not in KIND_OF_LEVEL)
    span = rule.urgent if urgency is Urgency.urgent else rule.normal
    return Clock(rule.waits_for, rule.next_in_line, span, ladder)


def rule_of(policy: Policy, state: OrderState, obligation: Obligation) -> Clock:
    """Return the rule of an open obligation."""
    proposal = next((one.kind for one in state.proposals if one.obligation == obligation.id), None)
    return clock_of(policy, obligation.kind, form=state.form, urgency=state.urgency, proposal=proposal)


# --- planning ---------------------------------------------------------------------------------------------------------


class _Known:
    """A calendar as a key: two with one digest are the same, and plan the same."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return hash(self.calendar.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.calendar.digest == other.calendar.digest


class _Planned(NamedTuple):
    due: datetime
    rungs: tuple[PlannedRung, ...]
    provisional: bool


# A docket issues hundreds of orders of one instant, and whole districts fall due in one: each is planned once.
@lru_cache(maxsize=4096)
def _plan(
    start: datetime, opens: datetime, span: Span, ladder: Ladder, pauses: tuple[Pause, ...], known: _Known
) -> _Planned:
    calendar = known.calendar
    receipt = deadline(start, span, calendar=calendar, pauses=pauses)
    return _Planned(receipt.due, plan(ladder, opens=opens, due=receipt.due, calendar=calendar), receipt.provisional)


@lru_cache(maxsize=4096)
def _after(at: datetime, span: Span, known: _Known) -> datetime:
    return after(at, span, calendar=known.calendar)


@lru_cache(maxsize=4096)
def _sent(at: datetime, known: _Known) -> datetime:
    return next_office_instant(known.calendar, at)


def sent_at(at: datetime, calendar: Calendar) -> datetime:
    """Return when a notice goes out: now, or when the office next opens."""
    return _sent(at, _Known(calendar))


def plan(ladder: Ladder, *, opens: datetime, due: datetime, calendar: Calendar) -> tuple[PlannedRung, ...]:
    """Return the rungs of an obligation in order of their instants, without those that would fall before it opens.

    A repeating rung is planned when the others are behind it (`following`), and at once where there are no others.
    """
    planned = [PlannedRung(name=rung.name, at=at) for rung in ladder if (at := _instant(rung, opens, due, calendar))]
    if not planned:
        first = _repetition(ladder, 1, due, calendar)
        return (first,) if first else ()
    return tuple(sorted(planned, key=lambda rung: rung.at))


def _instant(rung: Rung, opens: datetime, due: datetime, calendar: Calendar) -> datetime | None:
    if rung.at_start:
        return opens
    if rung.at_due:
        return max(opens, due)
    if rung.after is not None:
        return max(opens, after(due, rung.after, calendar=calendar))
    if rung.before is not None:
        at = before(due, rung.before, calendar=calendar)
        return at if at > opens else None
    return None


def _repetition(ladder: Ladder, number: int, behind: datetime, calendar: Calendar) -> PlannedRung | None:
    for rung in ladder:
        if rung.every is not None:
            return PlannedRung(name=f"{rung.name}-{number}", at=_after(behind, rung.every, _Known(calendar)))
    return None


def following(ladder: Ladder, clock: Obligation, calendar: Calendar) -> PlannedRung | None:
    """Return the next repetition when the last planned rung of a clock is reached (`chase-1`, `chase-2`, …), if any.

    Counted from the due where the last rung came before it.
    """
    if len(clock.rungs) > 1:
        return None
    reached = clock.rungs[0]
    number = int(reached.name.partition("-")[2] or 0) + 1
    return _repetition(ladder, number, max(reached.at, clock.due), calendar)


def rung_of(ladder: Ladder, planned: PlannedRung) -> Rung:
    """Return the rule that a planned rung stands for; `chase-3` is the third of `chase`."""
    name = planned.name.partition("-")[0]
    return next(rung for rung in ladder if rung.name == name)


# --- opening and moving -----------------------------------------------------------------------------------------------


def open_clock(
    name: str,
    rule: Clock,
    *,
    start: datetime,
    calendar: Calendar,
    opens: datetime | None = None,
    pauses: tuple[Pause, ...] = (),
) -> Obligation:
    """Return a new obligation of a name (`sign-1`), its due counted from `start`, its rungs from `opens` on."""
    planned = _plan(start, opens or start, rule.span, rule.ladder, pauses, _Known(calendar))
    return Obligation(
        id=name,
        waits_for=rule.waits_for,
        start=start,
        span=rule.span,
        due=planned.due,
        rungs=planned.rungs,
        provisional=planned.provisional,
    )


def move(
    one: Obligation,
    *,
    ladder: Ladder,
    pauses: tuple[Pause, ...],
    since: datetime,
    now: datetime,
    calendar: Calendar,
) -> Obligation:
    """Return the obligation with its due counted anew from its first start; rungs already reached do not come again.

    Rungs due before `since` stay: they are late, and will be reached as what they were. No other is moved into the
    past: one that would be, is due now. What was overdue by `since` waits on for as long as it had to, in working time.
    """
    planned = _plan(one.start, one.start, one.span, ladder, overlapping(pauses, one.start), _Known(calendar))
    position = reckoner(calendar).position
    if max(one.due, planned.due) < since:
        fresh, later = {}, position(now) - position(since)
    else:
        fresh = {rung.name: rung.at for rung in planned.rungs}
        later = position(planned.due) - position(one.due)
    rungs = [
        PlannedRung(name=rung.name, at=max(now, fresh.get(rung.name) or _later(rung.at, later, calendar)))
        if rung.at >= since
        else rung
        for rung in one.rungs
    ]
    rungs.sort(key=lambda rung: rung.at)
    return one.model_copy(update={"due": planned.due, "rungs": tuple(rungs), "provisional": planned.provisional})


def _later(at: datetime, office_time: int, calendar: Calendar) -> datetime:
    """Return an instant moved by office time, as repetitions are: they know no distance from the due of their own."""
    found = reckoner(calendar)
    return found.opening_at(found.position(at) + office_time) if office_time else at


def overlapping(pauses: Iterable[Pause], start: datetime) -> tuple[Pause, ...]:
    """Return the pauses that touch a clock started at `start`, cut to begin no earlier than it."""
    return tuple(
        Pause(start=max(pause.start, start), end=pause.end)
        for pause in pauses
        if pause.end is None or pause.end > start
    )


def release(obligation: Obligation, now: datetime) -> Obligation:
    """Return the obligation running again after the office's review: what fell due meanwhile is due now."""
    rungs = tuple(PlannedRung(name=rung.name, at=max(now, rung.at)) for rung in obligation.rungs)
    return obligation.model_copy(update={"held_from": None, "rungs": rungs})


def longer(span: Span, more: Span) -> Span:
    """Return a span lengthened by another of the same unit."""
    return Span(n=span.n + more.n, unit=span.unit)


def most(span: Span, numerator: int, denominator: int) -> int:
    """Return how many units of a span an extension may add at most, rounded down."""
    return span.n * numerator // denominator


_UNITS_ZH = {
    SpanUnit.working_days: "个工作日",
    SpanUnit.natural_days: "个自然日",
    SpanUnit.hours: "小时",
    SpanUnit.office_hours: "个办公小时",
}


def days_zh(span: Span) -> str:
    """Return a span in Chinese words."""
    return f"{span.n}{_UNITS_ZH[span.unit]}"
