"""When something is due: spans counted forward from an instant, and reminders and rungs counted around a due.

The day of issue is day 0, whatever the hour and whether or not it is worked.

- *n working days*: due at the close of office hours of the n-th working day after day 0.
- *n natural days*: due at the close of office hours of the n-th day after day 0, worked or not.
- *n hours*: due n hours later, day and night. *n office hours*: n hours of office time later.

A pause gives back what it took: office time for working days and office hours, time itself for the other two; a due in
natural days then moves on to a close. Day 0 is not counted in days, so a pause on day 0 takes nothing.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from rules.calendar import MICROSECOND, Reckoner, reckoner, revision_of
from rules.deadline_text import day_text
from schemas.calendar import Calendar, CalendarYear, DayLine, DayReason, Pause, Receipt, Span, SpanUnit

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = 3_600_000_000
_DAY_TIME: Final = 24 * _HOUR
_ONE_DAY: Final = timedelta(days=1)
_IN_DAYS: Final = frozenset({SpanUnit.working_days, SpanUnit.natural_days})
_OFFICE_TIME: Final = frozenset({SpanUnit.working_days, SpanUnit.office_hours})

Measure = Callable[[datetime], int]
"""A line of time: where an instant lies on it, in microseconds."""


def deadline(start: datetime, span: Span, *, calendar: Calendar, pauses: tuple[Pause, ...] = ()) -> Receipt:
    """The receipt of a deadline: its due, with everything it was computed from.

    A pause without an end counts as if it ended at once, so `due` is the earliest possible; `Receipt.paused` says so.
    """
    found = reckoner(calendar)
    local = start.astimezone(found.zone)
    measure = _measure(found, span.unit)
    point = _stretch(_origin(found, local, span.unit), _length(found, span), _taken(pauses, measure))
    due = _due_at(found, span.unit, point)
    # Time itself needs no calendar: only office time can rest on days not yet announced.
    provisional = span.unit in _OFFICE_TIME and found.provisional(local.date(), found.due_day(due))
    return Receipt(start=start, span=span, pauses=pauses, due=due, provisional=provisional, calendar=calendar.digest)


def before(due: datetime, span: Span, *, calendar: Calendar) -> datetime:
    """When a reminder goes out a span before a due: backwards in working time, always while the office is open.

    Days lead to an opening: of the n-th working day before the day of the due, or for natural days of the last working
    day up to then. Hours of either kind run back through office time.
    """
    found = reckoner(calendar)
    day = found.due_day(due)
    if span.unit is SpanUnit.working_days:
        return found.opening_of(found.working_day(found.rank(day - _ONE_DAY) + 1 - span.n))
    if span.unit is SpanUnit.natural_days:
        return found.opening_of(found.working_day(found.rank(day - span.n * _ONE_DAY)))
    return found.opening_at(found.position(due) - span.n * _HOUR)


def after(due: datetime, span: Span, *, calendar: Calendar) -> datetime:
    """When a rung falls a span after a due: always while the office is open.

    Days lead to an opening: `1wd` is the opening of the first working day after the day of the due. Where natural days
    or hours lead outside office hours, the rung waits for the next opening.
    """
    found = reckoner(calendar)
    day = found.due_day(due)
    if span.unit is SpanUnit.working_days:
        return found.opening_of(found.working_day(found.rank(day) + span.n))
    if span.unit is SpanUnit.office_hours:
        return found.opening_at(found.position(due) + span.n * _HOUR)
    if span.unit is SpanUnit.natural_days:
        then = found.opening_of(day + span.n * _ONE_DAY)
    else:
        then = (due + timedelta(hours=span.n)).astimezone(found.zone)
    return max(found.opening_at(found.position(then)), then)


def working_days_between(start: datetime, end: datetime, *, calendar: Calendar) -> int:
    """How many working days after the day of `start`, up to and including that of `end`; negative backwards."""
    found = reckoner(calendar)
    first, last = (instant.astimezone(found.zone).date() for instant in (start, end))
    return found.rank(found.due_day(end) if end > start else last) - found.rank(first)


def expand(receipt: Receipt, calendar: Calendar) -> tuple[DayLine, ...]:
    """The derivation of a receipt day by day, from day 0 to the day of the due, as a person would count it.

    Raises:
        ValueError: the calendar is not the one the receipt was computed with.

    """
    if calendar.digest != receipt.calendar:
        message = f"the receipt was computed with calendar {receipt.calendar[:12]}, not {calendar.digest[:12]}"
        raise ValueError(message)
    found = reckoner(calendar)
    count = _Count(found, receipt)
    days = range(count.first.toordinal(), count.last.toordinal() + 1)
    return tuple(count.line(date.fromordinal(each)) for each in days)


def years_cited(receipt: Receipt, calendar: Calendar) -> tuple[int, ...]:
    """The years whose arrangements the days of a receipt rest on, in order.

    That is each day's own year, and a neighbouring one whose notice names the day (2026-12-26 may be a make-up day of
    2027) or, for the last days of December, is still to come. Natural days and hours rest on no arrangement.
    """
    if receipt.span.unit not in _OFFICE_TIME:
        return ()
    found = reckoner(calendar)
    days = {line.day for line in expand(receipt, calendar)}
    own = {day.year for day in days}
    awaited = {year for day in days if (year := found.unannounced(day))}
    near = {year + step for year in own for step in (-1, 1)} - own - awaited
    return tuple(sorted(own | awaited | {year for year in near if _named(revision_of(calendar, year), days)}))


def _named(revision: CalendarYear | None, days: Collection[date]) -> bool:
    """Whether a year's arrangements speak of any of these days."""
    if revision is None:
        return False
    off = any(holiday.first <= day <= holiday.last for holiday in revision.holidays for day in days)
    return off or any(day in days for day in revision.make_up_days)


# --- lines of time ----------------------------------------------------------------------------------------------------


def _measure(found: Reckoner, unit: SpanUnit) -> Measure:
    if unit in _OFFICE_TIME:
        return found.position
    return _absolute if unit is SpanUnit.hours else found.wall


def _absolute(instant: datetime) -> int:
    return (instant - _EPOCH) // MICROSECOND


def _origin(found: Reckoner, local: datetime, unit: SpanUnit) -> int:
    """Where counting begins: after day 0 for days, at once for hours."""
    return _measure(found, unit)(found.midnight_after(local.date()) if unit in _IN_DAYS else local)


def _length(found: Reckoner, span: Span) -> int:
    if span.unit is SpanUnit.working_days:
        return span.n * found.day_length
    if span.unit is SpanUnit.natural_days:
        return (span.n - 1) * _DAY_TIME + found.closes
    return span.n * _HOUR


def _due_at(found: Reckoner, unit: SpanUnit, point: int) -> datetime:
    if unit in _OFFICE_TIME:
        return found.closing_at(point)
    if unit is SpanUnit.hours:
        return (_EPOCH + point * MICROSECOND).astimezone(found.zone)
    days, clock = divmod(point - found.closes, _DAY_TIME)
    return found.closing_of(_EPOCH.date() + (days + (clock > 0)) * _ONE_DAY)


class _Taken(NamedTuple):
    """What a pause covers on a line of time."""

    start: int
    end: int


def _taken(pauses: Iterable[Pause], measure: Measure) -> list[_Taken]:
    """The ended pauses on a line of time, in order and without overlap."""
    taken: list[_Taken] = []
    for start, end in sorted((measure(pause.start), measure(pause.end)) for pause in pauses if pause.end is not None):
        fresh = max(start, taken[-1].end) if taken else start
        if end > fresh:
            taken.append(_Taken(fresh, end))
    return taken


def _stretch(origin: int, length: int, taken: Iterable[_Taken]) -> int:
    """The earliest point by which `length` has passed since `origin` outside the pauses."""
    point = origin + length
    for start, end in taken:
        if start >= point:
            break
        point += max(0, end - max(start, origin))
    return point


def _paused(taken: Iterable[_Taken], first: int, last: int) -> int:
    return sum(max(0, min(end, last) - max(start, first)) for start, end in taken)


# --- the derivation ---------------------------------------------------------------------------------------------------


class _Count:
    """Counts the days of one receipt, in order."""

    def __init__(self, found: Reckoner, receipt: Receipt) -> None:
        self._found = found
        self._unit = receipt.span.unit
        self._measure = _measure(found, self._unit)
        self._taken = _taken(receipt.pauses, self._measure)
        local = receipt.start.astimezone(found.zone)
        self.first = local.date()
        self._origin = _origin(found, local, self._unit)
        self._due = receipt.due.astimezone(found.zone)
        # A due at midnight ends the day before it.
        self.last = (self._due - MICROSECOND).date()
        self._target = receipt.span.n
        self._counted = 0
        self._step = {SpanUnit.working_days: found.day_length, SpanUnit.natural_days: _DAY_TIME}.get(self._unit, _HOUR)

    def line(self, day: date) -> DayLine:
        """The next day's line."""
        begins, ends = self._bounds(day)
        paused = _paused(self._taken, begins, ends)
        counted = ends - begins - paused
        self._counted += counted
        reason = self._reason(day, paused=paused > 0)
        unannounced = self._found.unannounced(day) if self._unit in _OFFICE_TIME else None
        # The day of the due completes the count, though a natural day ends at its close and not at midnight.
        n = self._target if day == self.last else self._counted // self._step
        return DayLine(
            day=day,
            counted=counted > 0,
            n=n,
            reason_code=reason,
            reason=day_text(
                reason,
                day=day,
                holiday=self._found.holiday(day),
                counted=counted * MICROSECOND if paused or self._unit not in _IN_DAYS else None,
                paused=paused * MICROSECOND,
                unannounced=unannounced,
            ),
            provisional=unannounced is not None,
        )

    def _bounds(self, day: date) -> tuple[int, int]:
        midnights = (self._found.midnight_after(day - _ONE_DAY), min(self._found.midnight_after(day), self._due))
        begins, ends = (max(self._origin, self._measure(instant)) for instant in midnights)
        return begins, ends

    def _reason(self, day: date, *, paused: bool) -> DayReason:
        if day == self.first and self._unit in _IN_DAYS:
            return DayReason.issue_day
        if paused:
            return DayReason.paused
        if self._unit not in _OFFICE_TIME:
            return DayReason.natural_day
        if self._found.is_working_day(day):
            return DayReason.make_up_day if self._found.is_make_up_day(day) else DayReason.working_day
        return DayReason.holiday if self._found.holiday(day) else DayReason.weekend
