"""Which days are worked, as the office's calendar knows it, and where an instant lies in working time.

Working time is one line: every working day adds the same number of microseconds of office time, and nights, weekends
and holidays add none. A `Reckoner` maps instants to that line and back; it is built once per calendar, year by year as
years are asked for, and found again by the calendar's digest. No year raises: without a revision it holds weekends and
the statutory days that have fixed dates.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap
from datetime import date, datetime, timedelta, timezone, tzinfo
from itertools import accumulate
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.calendar import Calendar, CalendarYear, OfficeHours

MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = 24 * 60 * 60_000_000
_SATURDAY: Final = 5
_EPOCH_YEAR: Final = 2000
_WORKING_DAYS_A_YEAR: Final = 250
_KEPT: Final = 64
_WALL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock has no time zone

# 《全国年节及纪念日放假办法》 art. 2, as in force from 2025: the days of a year that need no lunar table.
_FIXED_DAYS: Final = (
    ("元旦", 1, 1),
    ("劳动节", 5, 1),
    ("劳动节", 5, 2),
    ("国庆节", 10, 1),
    ("国庆节", 10, 2),
    ("国庆节", 10, 3),
)
# A year's notice has reached back into the December before it five times since 2006, never before the 29th.
_EDGE: Final = (12, 29)


def revision_of(calendar: Calendar, year: int) -> CalendarYear | None:
    """The revision of a year that holds: an announced one before a provisional one, then the latest known."""
    found = [revision for revision in calendar.revisions if revision.year == year]
    return max(found, key=lambda revision: (not revision.provisional, revision.known_on), default=None)


def as_known(calendar: Calendar, on: date) -> Calendar:
    """The calendar as it was known at the end of a day: one revision of each year, later ones left out."""
    known = Calendar(
        revisions=tuple(revision for revision in calendar.revisions if revision.known_on <= on), hours=calendar.hours
    )
    years = sorted({revision.year for revision in known.revisions})
    held = (revision_of(known, year) for year in years)
    return Calendar(revisions=tuple(revision for revision in held if revision), hours=calendar.hours)


def digest(calendar: Calendar) -> str:
    """The SHA-256, in lowercase hex, of the calendar's canonical JSON."""
    return calendar.digest


def is_provisional(calendar: Calendar, year: int) -> bool:
    """Whether the State Council's notice for a year is not in this calendar."""
    revision = revision_of(calendar, year)
    return revision is None or revision.provisional


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether offices work that day, make-up days included."""
    return reckoner(calendar).is_working_day(day)


def in_office_hours(calendar: Calendar, instant: datetime) -> bool:
    """Whether the office is open: from the opening instant, up to but not at the closing one."""
    found = reckoner(calendar)
    return found.opening_at(found.position(instant)) <= instant


def next_office_instant(calendar: Calendar, instant: datetime) -> datetime:
    """The instant itself if the office is open, else its next opening; in the office's time zone."""
    found = reckoner(calendar)
    return max(found.opening_at(found.position(instant)), instant.astimezone(found.zone))


def office_zone(calendar: Calendar) -> tzinfo:
    """The time zone of the office, as dates and times are shown to people."""
    return reckoner(calendar).zone


def local_day(calendar: Calendar, instant: datetime) -> date:
    """The day an instant falls on where the office is."""
    return instant.astimezone(reckoner(calendar).zone).date()


class _Year(NamedTuple):
    """One year's working days as ordinals, after `before` working days counted from 2000."""

    days: tuple[int, ...]
    before: int


class Reckoner:
    """Working time of one calendar; derived, so it is never stored.

    A *position* is a whole number of microseconds of office time. Where a session or a day ends, one position is two
    instants: `closing_at` gives the earlier, `opening_at` the later.
    """

    def __init__(self, calendar: Calendar) -> None:
        """Merge the revisions that hold: provisional days first, then announced ones in the order they became known."""
        self.zone = _zone(calendar.hours)
        sessions = [(_microseconds(opens), _microseconds(closes)) for opens, closes in calendar.hours.sessions]
        self._opens = [opens for opens, _ in sessions]
        self._closes = [closes for _, closes in sessions]
        # Office time of a day before each session, and after the last: 0, 3.5 and 7 hours with the default sessions.
        self._elapsed = [0, *accumulate(closes - opens for opens, closes in sessions)]
        self.day_length = self._elapsed[-1]
        self.closes = self._closes[-1]
        self._off: dict[int, str] = {}
        self._on: set[int] = set()
        in_force = _in_force(calendar)
        self._revised = {revision.year for revision in in_force}
        self._announced = {revision.year for revision in in_force if not revision.provisional}
        for revision in in_force:
            self._merge(revision)
        self._first = self._last = _EPOCH_YEAR
        self._years = {_EPOCH_YEAR: _Year(self._count(_EPOCH_YEAR), 0)}

    def _merge(self, revision: CalendarYear) -> None:
        for holiday in revision.holidays:
            for ordinal in range(holiday.first.toordinal(), holiday.last.toordinal() + 1):
                self._off[ordinal] = holiday.name
                self._on.discard(ordinal)
        for day in revision.make_up_days:
            self._off.pop(day.toordinal(), None)
            self._on.add(day.toordinal())

    # --- days ---------------------------------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether offices work that day."""
        self._year(day.year)
        return self._worked(day.toordinal())

    def is_make_up_day(self, day: date) -> bool:
        """Whether a weekend day is worked because a notice says so."""
        return day.weekday() >= _SATURDAY and self.is_working_day(day)

    def holiday(self, day: date) -> str | None:
        """The name of the holiday a day belongs to; weekends inside a holiday have its name."""
        self._year(day.year)
        return self._off.get(day.toordinal())

    def unannounced(self, day: date) -> int | None:
        """The year whose notice may still change a day, if any: its own, or for its last days the next year's."""
        if day.year not in self._announced:
            return day.year
        late = (day.month, day.day) >= _EDGE
        return day.year + 1 if late and day.year + 1 not in self._announced else None

    def provisional(self, first: date, last: date) -> bool:
        """Whether any of these days may still be changed by a notice that has not come."""
        ends = (date(year, 12, 31) for year in range(first.year, last.year))
        return any(self.unannounced(day) for day in (first, *ends, last))

    def working_days(self, year: int) -> int:
        """How many days of a year are worked."""
        return len(self._year(year).days)

    def rank(self, day: date) -> int:
        """How many working days there are from 2000 up to and including a day; not positive before them."""
        year = self._year(day.year)
        return year.before + bisect_right(year.days, day.toordinal())

    def working_day(self, rank: int) -> date:
        """The working day of a rank, the inverse of `rank`."""
        number = _EPOCH_YEAR + rank // _WORKING_DAYS_A_YEAR
        year = self._year(number)
        while rank <= year.before:
            number -= 1
            year = self._year(number)
        while rank > year.before + len(year.days):
            number += 1
            year = self._year(number)
        return date.fromordinal(year.days[rank - year.before - 1])

    # --- positions ----------------------------------------------------------------------------------------------------

    def position(self, instant: datetime) -> int:
        """Where an instant lies on the line of office time."""
        local = instant.astimezone(self.zone)
        day = local.date()
        rank = self.rank(day)
        if not self.is_working_day(day):
            return rank * self.day_length
        clock = ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
        session = bisect_right(self._opens, clock) - 1
        if session < 0:
            return (rank - 1) * self.day_length
        worked = self._elapsed[session] + min(clock, self._closes[session]) - self._opens[session]
        return (rank - 1) * self.day_length + worked

    def closing_at(self, position: int) -> datetime:
        """The earliest instant at a position: where sessions end, the close."""
        rank, within = divmod(position - 1, self.day_length)
        session = bisect_left(self._elapsed, within + 1) - 1
        return self._instant(self.working_day(rank + 1), self._opens[session] + within + 1 - self._elapsed[session])

    def opening_at(self, position: int) -> datetime:
        """The latest instant at a position: where sessions end, the next opening."""
        rank, within = divmod(position, self.day_length)
        session = bisect_right(self._elapsed, within) - 1
        return self._instant(self.working_day(rank + 1), self._opens[session] + within - self._elapsed[session])

    def opening_of(self, day: date) -> datetime:
        """When the office would open on a day, worked or not."""
        return self._instant(day, self._opens[0])

    def closing_of(self, day: date) -> datetime:
        """When the office would close on a day, worked or not."""
        return self._instant(day, self.closes)

    def wall(self, instant: datetime) -> int:
        """The office's wall clock as microseconds since 1970, in which every day is 24 hours long."""
        return (instant.astimezone(self.zone).replace(tzinfo=None) - _WALL_EPOCH) // MICROSECOND

    def midnight_after(self, day: date) -> datetime:
        """The end of a day where the office is."""
        return self._instant(day, _DAY)

    def due_day(self, due: datetime) -> date:
        """The day a due belongs to: where offices close at 24:00, midnight is still the day it ends."""
        local = due.astimezone(self.zone)
        ended = self.closes == _DAY and self.wall(local) % _DAY == 0
        return local.date() - timedelta(days=ended)

    def _instant(self, day: date, clock: int) -> datetime:
        # Wall-clock arithmetic on purpose: 24:00 is the next day's midnight, also across a change of summer time.
        return datetime(day.year, day.month, day.day, tzinfo=self.zone) + clock * MICROSECOND

    # --- years --------------------------------------------------------------------------------------------------------

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        return year if year is not None else self._build(number)

    def _build(self, number: int) -> _Year:
        """Count a year, and every year between it and those counted before, so that ranks join without a gap."""
        while number > self._last:
            before = self._years[self._last]
            self._last += 1
            self._years[self._last] = _Year(self._count(self._last), before.before + len(before.days))
        while number < self._first:
            after = self._years[self._first]
            self._first -= 1
            days = self._count(self._first)
            self._years[self._first] = _Year(days, after.before - len(days))
        return self._years[number]

    def _count(self, number: int) -> tuple[int, ...]:
        if number not in self._revised:
            for name, month, day in _FIXED_DAYS:
                self._off.setdefault(date(number, month, day).toordinal(), name)
        first = date(number, 1, 1).toordinal()
        return tuple(filter(self._worked, range(first, first + 365 + isleap(number))))

    def _worked(self, ordinal: int) -> bool:
        # Ordinal 1 was a Monday.
        return ordinal in self._on or ((ordinal - 1) % 7 < _SATURDAY and ordinal not in self._off)


def reckoner(calendar: Calendar) -> Reckoner:
    """The reckoner of a calendar; equal calendars share one, and the oldest goes when there are many."""
    found = _RECKONERS.get(calendar.digest)
    if found is None:
        while len(_RECKONERS) >= _KEPT:
            del _RECKONERS[next(iter(_RECKONERS))]
        found = _RECKONERS[calendar.digest] = Reckoner(calendar)
    return found


_RECKONERS: Final[dict[str, Reckoner]] = {}


def _in_force(calendar: Calendar) -> list[CalendarYear]:
    years = {revision.year for revision in calendar.revisions}
    held = [revision for year in years if (revision := revision_of(calendar, year))]
    return sorted(held, key=lambda revision: (not revision.provisional, revision.known_on, revision.year))


def _zone(hours: OfficeHours) -> tzinfo:
    # China has kept +08:00 without summer time since 1991; a fixed offset needs no file and is faster.
    return timezone(timedelta(hours=8)) if hours.time_zone == "Asia/Shanghai" else ZoneInfo(hours.time_zone)


def _microseconds(clock: str) -> int:
    return (int(clock[:2]) * 60 + int(clock[3:])) * 60_000_000
