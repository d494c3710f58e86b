"""When something is due: against independent calendars for every day of 23 years, by examples, and by properties."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.calendars import load_shipped
from rules.calendar import as_known, in_office_hours, is_working_day, office_zone, reckoner
from rules.deadline import after, before, deadline, expand, working_days_between
from rules.deadline_text import duration, instant_text, span_text
from schemas.calendar import Calendar, DayReason, OfficeHours, Pause, Span, SpanUnit

SHIPPED = load_shipped()
KNOWN = as_known(SHIPPED, date.max)
ROUND_THE_CLOCK = KNOWN.model_copy(update={"hours": OfficeHours(sessions=(("00:00", "24:00"),))})
NEW_YORK = KNOWN.model_copy(
    update={"hours": OfficeHours(time_zone="America/New_York", sessions=(("09:00", "17:00"),))}
)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
DISPUTED = date(2005, 12, 31)
MOST = 30

at = partial(datetime, tzinfo=office_zone(KNOWN))
EVERY_DAY = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def due_on(day: date, n: int, calendar: Calendar = KNOWN) -> date:
    """The day of the due of n working days issued at ten on a day."""
    start = datetime.combine(day, time(10), office_zone(calendar))
    return deadline(start, Span(n=n, unit=SpanUnit.working_days), calendar=calendar).due.astimezone(start.tzinfo).date()


def counted_by(is_workday: Callable[[date], bool]) -> dict[tuple[date, int], date]:
    """The n-th working day after every day, found by listing working days: no arithmetic is shared with the rules."""
    worked = [day for day in EVERY_DAY if is_workday(day)]
    return {
        (day, n): due
        for day in EVERY_DAY
        for n, due in enumerate(worked[bisect_right(worked, day) :][:MOST], start=1)
    }


@pytest.fixture(scope="module")
def ours() -> dict[tuple[date, int], date]:
    """Our due of every start day 2004-2026 and n = 1..30, as far as it falls in those years."""
    dues: dict[tuple[date, int], date] = {}
    for day in EVERY_DAY:
        for n in range(1, MOST + 1):
            due = due_on(day, n)
            if due > LAST:
                break
            dues[day, n] = due
    return dues


def test_every_deadline_is_right_by_a_library_with_its_own_sources(ours: dict[tuple[date, int], date]) -> None:
    """Some 252,000 deadlines, and not one differs from counting by hand through the days that `holidays` calls working days."""
    china = holidays.country_holidays("CN", years=range(2004, 2027))

    assert ours == counted_by(china.is_working_day)
    assert len(ours) > 250_000


def test_every_difference_to_chinesecalendar_is_the_one_explained(ours: dict[tuple[date, int], date]) -> None:
    """The deadlines that differ are those whose count crosses 2005-12-31; with that day corrected none differs."""
    theirs = counted_by(chinese_calendar.is_workday)
    corrected = counted_by(lambda day: day == DISPUTED or chinese_calendar.is_workday(day))
    different = {key for key, due in ours.items() if theirs[key] != due}
    crossing = {(day, n) for (day, n), due in theirs.items() if day < DISPUTED < due}

    assert ours == corrected
    assert different == crossing
    page = Path("docs/calendar.md").read_text(encoding="utf-8")
    assert f"| {DISPUTED} | " in page
    assert f"{len(different):,} of {len(ours):,}" in page


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2026, 2, 13), 3, date(2026, 2, 25)),
        (date(2026, 2, 13), 10, date(2026, 3, 5)),
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
        (date(2022, 9, 30), 3, date(2022, 10, 10)),
        (date(2022, 7, 6), 15, date(2022, 7, 27)),
    ],
)
def test_dues_verified_by_hand(day: date, n: int, due: date) -> None:
    """Five deadlines around Spring Festival, National Day and an ordinary month, counted by a person."""
    assert due_on(day, n) == due


def test_the_revision_of_labour_day_2019_moves_seven_of_44() -> None:
    """Of the working days from 1 March to 5 May 2019, seven get another due; a deadline says which calendar it used."""
    before_revision, after_revision = as_known(SHIPPED, date(2019, 3, 21)), as_known(SHIPPED, date(2019, 3, 22))
    starts = [day for day in EVERY_DAY if date(2019, 3, 1) <= day <= date(2019, 5, 5)]
    starts = [day for day in starts if is_working_day(before_revision, day)]

    assert len(starts) == 44
    for n in (5, 10, 20):
        assert sum(due_on(day, n, before_revision) != due_on(day, n, after_revision) for day in starts) == 7
    span = Span.parse("5wd")
    one, other = (deadline(at(2019, 4, 25, 9), span, calendar=each) for each in (before_revision, after_revision))
    assert one.calendar != other.calendar
