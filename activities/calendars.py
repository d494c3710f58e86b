"""The office's calendar: what the data directory adopted, else what is shipped; and an announced year on top of it."""

from datetime import UTC, datetime

from activities.intake import adopt_calendar, newest_calendar
from connectors.calendars import load_shipped
from records.reading_loop import load_calendar
from records.session import Read, Records
from rules.calendar import as_known
from schemas.calendar import Calendar, CalendarYear


def calendar_in_force(read: Read) -> Calendar:
    """Return the calendar adopted last; where none was, the shipped one as known today."""
    digest = newest_calendar(read)
    return load_calendar(read, digest) if digest else as_known(load_shipped(), datetime.now(UTC).date())


def announce(records: Records, year: CalendarYear) -> tuple[Calendar, bool]:
    """Adopt the calendar in force with one more revision; tells whether that is news. Open dockets get it from the herald."""
    with records.read() as read:
        before = calendar_in_force(read)
    kept = tuple(one for one in before.revisions if one.year != year.year)
    revisions = tuple(sorted((*kept, year), key=lambda one: (one.year, one.known_on)))
    calendar = Calendar(revisions=revisions, hours=before.hours)
    return calendar, adopt_calendar(records, calendar)
