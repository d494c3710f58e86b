"""An order's clocks: opening an obligation with all its rungs, moving it when the calendar, a pause or an extension says so.

A rung's instant is fixed when the obligation is opened or changed, and stands in that event: nobody can ask later when a
reminder should have come. A rung that would fall before its obligation opens (a reminder three days before a deadline one
day away) does not exist.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rules.deadline import after, before, deadline
from schemas.calendar import Calendar, Pause, Span, SpanUnit
from schemas.event import Role
from schemas.order import Obligation, OrderState, PlannedRung, ProposalKind, Urgency
from schemas.policy import Policy, Rung, StepKind, StepRule


def step_rule(policy: Policy, kind: StepKind, proposal: ProposalKind | None = None) -> StepRule:
    """Return the rule of a step; decisions and approvals have one each per kind of proposal."""
    return policy.steps[kind] if proposal is None else policy.decisions[proposal]


def span_of(rule: StepRule, urgency: Urgency) -> Span:
    """Return the period that applies to an order of this urgency."""
    return rule.urgent if urgency is Urgency.urgent else rule.normal


def plan(ladder: Sequence[Rung], *, start: datetime, due: datetime, calendar: Calendar) -> tuple[PlannedRung, ...]:
    """Return the rungs of an obligation in order of their instants, without those that would fall before it opens.

    A repeating rung is planned once the others are behind it (`following`), unless it is the whole ladder.
    """
    planned = [PlannedRung(name=rung.name, at=at) for rung in ladder if (at := _instant(rung, start, due, calendar))]
    return tuple(sorted(planned, key=lambda rung: rung.at))


def _instant(rung: Rung, start: datetime, due: datetime, calendar: Calendar) -> datetime | None:
    if rung.at_start:
        return start
    if rung.at_due:
        return due
    if rung.after is not None:
        return after(due, rung.after, calendar=calendar)
    if rung.before is not None:
        at = before(due, rung.before, calendar=calendar)
        return at if at > start else None
    return None


def following(ladder: Sequence[Rung], reached: PlannedRung, *, calendar: Calendar) -> PlannedRung | None:
    """Return the next repetition behind a ladder's last rung (`chase-1`, `chase-2`, …), if the ladder repeats."""
    repeating = next((rung for rung in ladder if rung.every is not None), None)
    if repeating is None or repeating.every is None:
        return None
    name, _, count = reached.name.partition("-")
    number = int(count) + 1 if name == repeating.name else 1
    return PlannedRung(name=f"{repeating.name}-{number}", at=after(reached.at, repeating.every, calendar=calendar))


def rung_of(ladder: Iterable[Rung], planned: PlannedRung) -> Rung:
    """Return the ladder's rung that a planned one stands for; `chase-3` is the third of `chase`."""
    name = planned.name.partition("-")[0]
    return next(rung for rung in ladder if rung.name == name)


def ladder_of(policy: Policy, state: OrderState, obligation: Obligation) -> tuple[Rung, ...]:
    """Return the ladder that an open obligation climbs."""
    proposal = next((one.kind for one in state.proposals if one.obligation == obligation.id), None)
    return policy.ladders[step_rule(policy, obligation.kind, proposal).ladder]


def open_clock(
    kind: StepKind,
    number: int,
    *,
    rule: StepRule,
    span: Span,
    start: datetime,
    policy: Policy,
    calendar: Calendar,
    waits_for: Role | None = None,
) -> Obligation:
    """Return a new obligation, its due and all its rungs; `number` counts the obligations of that kind from 1."""
    receipt = deadline(start, span, calendar=calendar)
    return Obligation(
        id=f"{kind}-{number}",
        kind=kind,
        waits_for=waits_for or rule.waits_for,
        start=start,
        span=span,
        due=receipt.due,
        rungs=plan(policy.ladders[rule.ladder], start=start, due=receipt.due, calendar=calendar),
        provisional=receipt.provisional,
    )


def move(
    obligation: Obligation,
    *,
    ladder: Sequence[Rung],
    span: Span,
    pauses: tuple[Pause, ...],
    now: datetime,
    calendar: Calendar,
) -> Obligation:
    """Return the obligation with its due counted anew from its first start; rungs already reached are not reached again.

    No rung is moved into the past: one that would be, is due now. Repetitions keep their number.
    """
    receipt = deadline(obligation.start, span, calendar=calendar, pauses=overlapping(pauses, obligation.start))
    fresh = {rung.name: rung.at for rung in plan(ladder, start=obligation.start, due=receipt.due, calendar=calendar)}
    rungs = tuple(
        PlannedRung(name=rung.name, at=max(now, fresh.get(rung.name, rung.at))) for rung in obligation.rungs
    )
    return obligation.model_copy(
        update={
            "span": span,
            "due": receipt.due,
            "rungs": tuple(sorted(rungs, key=lambda rung: rung.at)),
            "provisional": receipt.provisional,
        }
    )


def overlapping(pauses: Iterable[Pause], start: datetime) -> tuple[Pause, ...]:
    """Return the pauses that touch a clock started at `start`, cut to begin no earlier than it."""
    return tuple(
        Pause(start=max(pause.start, start), end=pause.end) for pause in pauses if pause.end is None or pause.end > start
    )


def release(obligation: Obligation, now: datetime) -> Obligation:
    """Return the obligation running again after the office's review: what fell due meanwhile is due now, not earlier."""
    rungs = tuple(PlannedRung(name=rung.name, at=max(now, rung.at)) for rung in obligation.rungs)
    return obligation.model_copy(update={"held_from": None, "rungs": rungs})


def longer(span: Span, more: Span) -> Span:
    """Return a span lengthened by another of the same unit."""
    return Span(n=span.n + more.n, unit=span.unit)


def most(span: Span, numerator: int, denominator: int) -> int:
    """Return how many units of a span an extension may add at most, rounded down."""
    return span.n * numerator // denominator


def days_zh(span: Span) -> str:
    """Return a span in Chinese words."""
    words = {
        SpanUnit.working_days: "个工作日",
        SpanUnit.natural_days: "个自然日",
        SpanUnit.hours: "小时",
        SpanUnit.office_hours: "个办公小时",
    }
    return f"{span.n}{words[span.unit]}"
