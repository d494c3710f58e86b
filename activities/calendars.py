"""The office's calendar: what the data directory adopted, else what is shipped; and an announced year on top of it."""

from datetime import UTC, date, datetime

from activities.intake import adopt_calendar_in, hold_rulebooks, newest_calendar
from connectors.calendars import load_shipped
from records.reading import clock_of, rulebook
from records.reading_loop import load_calendar
from records.session import Read, Records
from rules import clock as clocks
from rules.calendar import as_known, local_day, revision_of
from schemas.calendar import Calendar, CalendarYear
from schemas.errors import Refused


def calendar_in_force(read: Read) -> Calendar:
    """Return the calendar adopted last; where none was, the shipped one as known on the shown day."""
    digest = newest_calendar(read)
    if digest:
        return load_calendar(read, digest)
    shipped = load_shipped()
    return as_known(shipped, local_day(shipped, clocks.shown(clock_of(read), datetime.now(UTC))))


def shipped_calendar(known_at: date | None = None) -> Calendar:
    """Return what ships, or of it what was known at the end of a day: the answer where no office is."""
    return as_known(load_shipped(), known_at or date.max)


def office_calendar(read: Read, known_at: date | None = None) -> Calendar:
    """Return the calendar adopted last, or what this office knew at the end of a day: shipped and announced years.

    Where none was adopted, what ships answers, whatever day it is.
    """
    digest = newest_calendar(read)
    if digest is None:
        return shipped_calendar(known_at)
    adopted = load_calendar(read, digest)
    return adopted if known_at is None else as_known(_with_history(adopted), known_at)


def shown_day(read: Read) -> date:
    """Return the day that it is at this office, by its own clock."""
    return local_day(calendar_in_force(read), clocks.shown(clock_of(read), datetime.now(UTC)))


def announce(records: Records, year: CalendarYear) -> tuple[Calendar, bool]:
    """Adopt the calendar in force with one more revision; tells whether that is news. Open dockets get it from the herald.

    A revision made known on the same day replaces the one before: it corrects it. Earlier ones are kept, so that
    it can still be told what was known when.

    Raises:
        Refused: `calendar.year.older` where what is known already became known later; `calendar.superseded` where this
            would bring back a calendar that another has followed.

    """
    with records.write() as tx:
        hold_rulebooks(tx)
        calendar = _with_year(calendar_in_force(tx), year)
        if rulebook(tx, calendar.digest) is not None and newest_calendar(tx) != calendar.digest:
            raise Refused(
                "calendar.superseded",
                f"{year.year}年的这份安排采用过，后来又被更正，不能再照原样采用。如果它重新有效，请把 known_on 改为重新公布的日期。",
            )
        return calendar, adopt_calendar_in(tx, calendar)


def _with_year(before: Calendar, year: CalendarYear) -> Calendar:
    held = revision_of(before, year.year)
    if held is not None and not held.provisional and held.known_on > year.known_on:
        raise Refused(
            "calendar.year.older",
            f"{year.year}年已有{held.known_on}公布的安排，这份{year.known_on}公布的更早，不能代替它。请核对 known_on。",
        )
    return _merged(before, (year,))


def _with_history(adopted: Calendar) -> Calendar:
    """The adopted calendar with all that ships: it may hold only what was known when it was adopted."""
    return _merged(Calendar(revisions=load_shipped().revisions, hours=adopted.hours), adopted.revisions)


def _merged(before: Calendar, more: tuple[CalendarYear, ...]) -> Calendar:
    revisions = {_key(one): one for one in (*before.revisions, *more)}
    return Calendar(revisions=tuple(revisions[key] for key in sorted(revisions)), hours=before.hours)


def _key(one: CalendarYear) -> tuple[int, bool, date]:
    return one.year, not one.provisional, one.known_on
