"""Which days are worked: against two independent libraries, as known at the time, and in years nobody announced."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.calendars import load_shipped
from rules import calendar as rule
from rules.calendar import (
    Reckoner,
    as_known,
    digest,
    in_office_hours,
    is_provisional,
    is_working_day,
    local_day,
    next_office_instant,
    office_zone,
    reckoner,
)
from schemas.calendar import Calendar, CalendarYear, Holiday, Notice, OfficeHours

SHIPPED = load_shipped()
KNOWN = as_known(SHIPPED, date.max)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
# The one day on which the libraries disagree; docs/calendar.md explains why ours is right.
DISPUTED = date(2005, 12, 31)

at = partial(datetime, tzinfo=office_zone(KNOWN))


def days(first: date, last: date) -> list[date]:
    """Every day from first to last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_is_as_chinesecalendar_has_it_but_one() -> None:
    """8,401 days against chinesecalendar: it misses the Saturday that the notice of 2006 made a working day."""
    different = [day for day in days(FIRST, LAST) if is_working_day(KNOWN, day) != chinese_calendar.is_workday(day)]

    assert different == [DISPUTED]
    assert is_working_day(KNOWN, DISPUTED)


def test_every_day_is_as_holidays_has_it() -> None:
    """The same days against a library with sources of its own."""
    china = holidays.country_holidays("CN", years=range(2004, 2027))

    assert [day for day in days(FIRST, LAST) if is_working_day(KNOWN, day) != china.is_working_day(day)] == []


@pytest.mark.parametrize("year", range(2027, 2036))
def test_provisional_years_hold_the_statutory_days(year: int) -> None:
    """A year not announced has the days that the law gives, lunar ones as `holidays` computes them, and no others."""
    library = holidays.country_holidays("CN", years=year, language="zh_CN")
    # A 补假 in lieu of a weekend is settled by the notice, so it is not held before.
    statutory = {day for day, name in library.items() if "补假" not in name}
    off = {day for day in days(date(year, 1, 1), date(year, 12, 31)) if reckoner(KNOWN).holiday(day)}

    assert off == statutory
    assert is_provisional(KNOWN, year)
    assert not any(reckoner(KNOWN).is_make_up_day(day) for day in days(date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize(
    ("on", "day", "worked"),
    [
        (date(2019, 3, 21), date(2019, 5, 2), True),
        (date(2019, 3, 22), date(2019, 5, 2), False),
        (date(2019, 3, 21), date(2019, 4, 28), False),
        (date(2019, 3, 22), date(2019, 4, 28), True),
        (date(2020, 1, 26), date(2020, 1, 31), True),
        (date(2020, 1, 27), date(2020, 1, 31), False),
        (date(2020, 1, 26), date(2020, 2, 1), True),
        (date(2020, 1, 27), date(2020, 2, 1), False),
        (date(2015, 5, 12), date(2015, 9, 3), True),
        (date(2015, 5, 13), date(2015, 9, 3), False),
        (date(2015, 5, 13), date(2015, 9, 6), True),
        (date(2025, 11, 3), date(2026, 1, 2), True),
        (date(2025, 11, 4), date(2026, 1, 2), False),
        (date(2018, 12, 5), date(2018, 12, 31), True),
        (date(2018, 12, 6), date(2018, 12, 31), False),
    ],
)
def test_a_day_is_as_it_was_known(on: date, day: date, worked: bool) -> None:
    """Each revision that happened holds from the day it was published, and not a day earlier."""
    assert is_working_day(as_known(SHIPPED, on), day) is worked


@pytest.mark.parametrize(
    ("on", "year", "eve"),
    [(date(2007, 12, 15), 2010, False), (date(2007, 12, 16), 2010, True), (date(2013, 12, 11), 2016, False)],
)
def test_a_year_not_announced_follows_the_law_of_the_day(on: date, year: int, eve: bool) -> None:
    """Before its notice a year has the statutory days of the measures in force: New Year's Eve came and went by law."""
    known = as_known(SHIPPED, on)
    new_years_eve = {2010: date(2010, 2, 13), 2016: date(2016, 2, 7)}[year]

    assert is_provisional(known, year)
    assert (reckoner(known).holiday(new_years_eve) is not None) is eve


def test_as_known_keeps_one_revision_of_each_year() -> None:
    """What was known is itself a calendar, with its own digest, and asking it again changes nothing."""
    known = as_known(SHIPPED, date(2019, 3, 1))

    assert len({revision.year for revision in known.revisions}) == len(known.revisions)
    assert as_known(known, date(2019, 3, 1)) == known
    assert digest(known) != digest(KNOWN)
    assert as_known(SHIPPED, date(1990, 1, 1)).revisions == ()


@pytest.mark.parametrize("year", [1, 1949, 1999, 2003, 2036, 2050, 3000])
def test_no_year_raises(year: int) -> None:
    """Far from every notice there are still weekends and the fixed statutory days, provisionally."""
    assert is_provisional(KNOWN, year)
    assert not is_working_day(KNOWN, date(year, 10, 1))
    assert reckoner(KNOWN).holiday(date(year, 5, 2)) == "劳动节"
    assert 250 <= reckoner(KNOWN).working_days(year) <= 262


def test_the_last_days_of_a_year_wait_for_the_next_notice() -> None:
    """From 29 December a day belongs to the notice of the next year as much as to its own."""
    found = reckoner(KNOWN)

    assert found.unannounced(date(2026, 12, 28)) is None
    assert found.unannounced(date(2026, 12, 29)) == 2027
    assert found.unannounced(date(2027, 1, 4)) == 2027
    assert found.unannounced(date(2025, 12, 31)) is None
    assert found.provisional(date(2026, 1, 5), date(2027, 1, 1))
    assert found.provisional(date(2003, 12, 1), date(2004, 1, 5))
    assert not found.provisional(date(2024, 12, 1), date(2026, 12, 28))


def test_the_later_notice_decides_a_day_that_two_speak_of() -> None:
    """Where the notices of two years name one day, the one that became known later holds, whichever way."""

    def year(number: int, known: date, off: tuple[date, ...], on: tuple[date, ...]) -> CalendarYear:
        holiday = tuple(Holiday(name="元旦", first=day, last=day) for day in off)
        return CalendarYear(year=number, notice=Notice(title="通知"), known_on=known, holidays=holiday, make_up_days=on)

    friday, saturday = date(2021, 12, 31), date(2022, 1, 1)
    first = year(2021, date(2020, 11, 1), (friday,), (saturday,))
    second = year(2022, date(2021, 11, 1), (saturday,), ())

    assert not is_working_day(Calendar(revisions=(first, second)), saturday)
    assert is_working_day(Calendar(revisions=(year(2022, date(2019, 1, 1), (saturday,), ()), first)), saturday)
    assert not is_working_day(Calendar(revisions=(second, first)), friday)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (at(2026, 9, 29, 8, 29, 59), at(2026, 9, 29, 8, 30)),
        (at(2026, 9, 29, 8, 30), at(2026, 9, 29, 8, 30)),
        (at(2026, 9, 29, 11, 59, 59), at(2026, 9, 29, 11, 59, 59)),
        (at(2026, 9, 29, 12, 0), at(2026, 9, 29, 14, 30)),
        (at(2026, 9, 30, 18, 0), at(2026, 10, 8, 8, 30)),
        (at(2026, 10, 10, 9, 0), at(2026, 10, 10, 9, 0)),
        (at(2026, 10, 11, 9, 0), at(2026, 10, 12, 8, 30)),
    ],
)
def test_the_next_office_instant(instant: datetime, expected: datetime) -> None:
    """Lunch, evening, holiday and weekend lead to the next opening; a make-up Saturday is open."""
    assert next_office_instant(KNOWN, instant) == expected
    assert in_office_hours(KNOWN, instant) is (instant == expected)


ZONE = st.just(UTC)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2040, 1, 1), timezones=ZONE)  # noqa: DTZ001 - hypothesis adds it
offices = st.sampled_from(
    [
        KNOWN.model_copy(update={"hours": hours})
        for hours in (
            OfficeHours(),
            OfficeHours(sessions=(("00:00", "24:00"),)),
            OfficeHours(sessions=(("00:00", "06:00"), ("06:00", "24:00"))),
            OfficeHours(time_zone="America/New_York", sessions=(("09:00", "17:00"),)),
        )
    ]
)


@given(instants, offices)
def test_positions_and_instants_are_inverse(instant: datetime, calendar: Calendar) -> None:
    """An instant in office hours comes back from its position; any other lies from a close to the next opening."""
    found = reckoner(calendar)
    position = found.position(instant)
    closing, opening = found.closing_at(position), found.opening_at(position)

    if in_office_hours(calendar, instant):
        assert opening == instant
    else:
        assert closing <= instant < opening
    assert found.position(closing) == found.position(opening) == position


@given(instants, st.integers(min_value=0, max_value=10**11))
def test_positions_never_run_backwards(instant: datetime, microseconds: int) -> None:
    """Later is never earlier on the line of office time, and office time never runs faster than time."""
    found = reckoner(KNOWN)
    gained = found.position(instant + timedelta(microseconds=microseconds)) - found.position(instant)

    assert 0 <= gained <= microseconds


@given(st.dates(date(1980, 1, 1), date(2060, 12, 31)))
def test_ranks_count_working_days(day: date) -> None:
    """From one day to the next the rank grows on working days only; `working_day` is its inverse."""
    found = reckoner(KNOWN)
    step = found.rank(day) - found.rank(day - timedelta(days=1))

    assert step == is_working_day(KNOWN, day)
    if step:
        assert found.working_day(found.rank(day)) == day


def test_a_reckoner_does_not_depend_on_what_was_asked_first() -> None:
    """Years counted from the far past and from the far future give the same ranks."""
    forward, backward = Reckoner(KNOWN), Reckoner(KNOWN)
    early, late = date(1985, 6, 3), date(2045, 6, 5)

    assert (forward.rank(early), forward.rank(late)) == (backward.rank(late), backward.rank(early))[::-1]
    assert Reckoner(KNOWN).working_day(forward.rank(early)) == date(1985, 6, 3)


def test_equal_calendars_share_a_reckoner_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that came through JSON finds the reckoner of its original; when there are many, the oldest goes."""
    monkeypatch.setattr(rule, "_RECKONERS", {})
    monkeypatch.setattr(rule, "_KEPT", 2)
    first = reckoner(KNOWN)

    assert reckoner(Calendar.model_validate_json(KNOWN.model_dump_json())) is first
    for on in (date(2010, 1, 1), date(2011, 1, 1)):
        reckoner(as_known(SHIPPED, on))
    assert reckoner(KNOWN) is not first


def test_a_day_is_the_day_where_the_office_is() -> None:
    """Sixteen o'clock in Greenwich is the next day in Shanghai."""
    assert local_day(KNOWN, datetime(2026, 9, 29, 16, 0, tzinfo=UTC)) == date(2026, 9, 30)
