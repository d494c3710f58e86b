"""When something is due: against independent calendars for every day of 23 years, by examples, and by properties."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from connectors.calendars import load_shipped
from rules.calendar import as_known, is_working_day, office_zone
from rules.deadline import after, before, deadline, expand, working_days_between, years_cited
from rules.deadline_text import duration, instant_text, span_text
from schemas.calendar import (
    Calendar,
    CalendarYear,
    DayReason,
    Holiday,
    Notice,
    OfficeHours,
    Pause,
    Span,
    SpanUnit,
)

SHIPPED = load_shipped()
KNOWN = as_known(SHIPPED, date.max)
ROUND_THE_CLOCK = KNOWN.model_copy(update={"hours": OfficeHours(sessions=(("00:00", "24:00"),))})
NEW_YORK = KNOWN.model_copy(update={"hours": OfficeHours(time_zone="America/New_York", sessions=(("09:00", "17:00"),))})
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
        (day, n): due for day in EVERY_DAY for n, due in enumerate(worked[bisect_right(worked, day) :][:MOST], start=1)
    }


@pytest.fixture(scope="module")
def ours() -> dict[tuple[date, int], date]:
    """Our due of every start day 2004-2026 and n = 1..30, as far as it falls in those years."""
    dues: dict[tuple[date, int], date] = {}
    counts = [Span(n=n, unit=SpanUnit.working_days) for n in range(1, MOST + 1)]
    zone = office_zone(KNOWN)
    for day in EVERY_DAY:
        start = datetime.combine(day, time(10), zone)
        for span in counts:
            due = deadline(start, span, calendar=KNOWN).due.astimezone(zone).date()
            if due > LAST:
                break
            dues[day, span.n] = due
    return dues


def test_every_deadline_is_right_by_a_library_with_its_own_sources(ours: dict[tuple[date, int], date]) -> None:
    """Some 252,000 deadlines: none differs from going through the days that `holidays` calls working days."""
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
    page = (Path(__file__).parents[2] / "docs" / "calendar.md").read_text(encoding="utf-8")
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


# --- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        # The day of issue is day 0 at any hour, on any day.
        (at(2026, 9, 29, 0, 0), "1wd", at(2026, 9, 30, 18)),
        (at(2026, 9, 29, 23, 59, 59), "1wd", at(2026, 9, 30, 18)),
        (at(2026, 10, 3, 10), "1wd", at(2026, 10, 8, 18)),
        (at(2026, 10, 10, 10), "1wd", at(2026, 10, 12, 18)),
        # Natural days end at the close of the n-th day, though nobody works on it.
        (at(2026, 9, 29, 10), "1nd", at(2026, 9, 30, 18)),
        (at(2026, 9, 29, 10), "5nd", at(2026, 10, 4, 18)),
        (at(2026, 1, 31, 23), "30nd", at(2026, 3, 2, 18)),
        # Hours run through the night; office hours wait for the office.
        (at(2026, 9, 30, 17), "2h", at(2026, 9, 30, 19)),
        (at(2026, 9, 30, 17), "2oh", at(2026, 10, 8, 9, 30)),
        (at(2026, 9, 29, 10), "2oh", at(2026, 9, 29, 12)),
        (at(2026, 9, 29, 10), "3oh", at(2026, 9, 29, 15, 30)),
        (at(2026, 9, 29, 12), "7oh", at(2026, 9, 30, 12)),
        (at(2026, 10, 3, 10), "8oh", at(2026, 10, 9, 9, 30)),
    ],
)
def test_a_due_by_example(start: datetime, span: str, due: datetime) -> None:
    """Starts in and out of office hours, in each unit."""
    assert deadline(start, Span.parse(span), calendar=KNOWN).due == due


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        # Two working days' office hours, whole or in parts, are two working days.
        ([(at(2026, 9, 30, 0), at(2026, 10, 9, 0))], at(2026, 10, 14, 18)),
        ([(at(2026, 9, 30, 10), at(2026, 10, 9, 10))], at(2026, 10, 14, 18)),
        # An hour is an hour of the next office day.
        ([(at(2026, 9, 30, 9), at(2026, 9, 30, 10))], at(2026, 10, 13, 9, 30)),
        # Nights, lunch, holidays and day 0 take nothing; nor does what comes after the due, or no length at all.
        ([(at(2026, 9, 30, 18), at(2026, 10, 8, 8, 30))], at(2026, 10, 12, 18)),
        ([(at(2026, 9, 30, 12), at(2026, 9, 30, 14, 30))], at(2026, 10, 12, 18)),
        ([(at(2026, 9, 28, 9), at(2026, 9, 29, 18))], at(2026, 10, 12, 18)),
        ([(at(2026, 10, 12, 18), at(2026, 10, 20, 18))], at(2026, 10, 12, 18)),
        ([(at(2026, 9, 30, 9), at(2026, 9, 30, 9))], at(2026, 10, 12, 18)),
        # A second pause may lie in the time the first gave back; overlapping pauses count once.
        ([(at(2026, 10, 9, 0), at(2026, 10, 10, 0)), (at(2026, 10, 13, 0), at(2026, 10, 14, 0))], at(2026, 10, 14, 18)),
        ([(at(2026, 10, 10, 0), at(2026, 10, 13, 0)), (at(2026, 10, 9, 0), at(2026, 10, 11, 0))], at(2026, 10, 15, 18)),
    ],
)
def test_a_pause_gives_back_office_time(pauses: list[tuple[datetime, datetime]], due: datetime) -> None:
    """Five working days from 2026-09-29, due 10-12 without a pause."""
    stops = tuple(Pause(start=start, end=end) for start, end in pauses)

    assert deadline(at(2026, 9, 29, 10), Span.parse("5wd"), calendar=KNOWN, pauses=stops).due == due


@pytest.mark.parametrize(
    ("span", "pause", "due"),
    [
        ("5nd", (at(2026, 10, 1, 0), at(2026, 10, 4, 0)), at(2026, 10, 7, 18)),
        ("5nd", (at(2026, 10, 1, 9), at(2026, 10, 1, 10)), at(2026, 10, 5, 18)),
        ("5nd", (at(2026, 9, 29, 11), at(2026, 9, 29, 20)), at(2026, 10, 4, 18)),
        ("5nd", (at(2026, 10, 4, 18), at(2026, 10, 6, 0)), at(2026, 10, 4, 18)),
        ("10h", (at(2026, 9, 29, 12), at(2026, 9, 29, 13, 30)), at(2026, 9, 29, 21, 30)),
        ("2oh", (at(2026, 9, 29, 11), at(2026, 9, 29, 15)), at(2026, 9, 29, 16)),
    ],
)
def test_a_pause_gives_back_what_its_unit_counts(span: str, pause: tuple[datetime, datetime], due: datetime) -> None:
    """Natural days and hours get time back, office hours office time; natural days still end at a close."""
    stop = Pause(start=pause[0], end=pause[1])

    assert deadline(at(2026, 9, 29, 10), Span.parse(span), calendar=KNOWN, pauses=(stop,)).due == due


def test_an_open_pause_makes_the_due_a_lower_bound() -> None:
    """While a clock stands still its receipt says so and gives the earliest due; when it ends, the due moves once."""
    start, span = at(2026, 9, 29, 10), Span.parse("5wd")
    still = deadline(start, span, calendar=KNOWN, pauses=(Pause(start=at(2026, 10, 9, 0)),))
    ended = deadline(start, span, calendar=KNOWN, pauses=(Pause(start=at(2026, 10, 9, 0), end=at(2026, 10, 10, 0)),))

    assert still.paused
    assert still.due == at(2026, 10, 12, 18)
    assert ended.due == at(2026, 10, 13, 18)


@pytest.mark.parametrize(
    ("due", "span", "reminder"),
    [
        (at(2026, 10, 12, 18), "3wd", at(2026, 10, 8, 8, 30)),
        (at(2026, 10, 12, 18), "4wd", at(2026, 9, 30, 8, 30)),
        (at(2026, 10, 4, 18), "1wd", at(2026, 9, 30, 8, 30)),
        (at(2026, 10, 9, 18), "1nd", at(2026, 10, 8, 8, 30)),
        (at(2026, 10, 9, 18), "3nd", at(2026, 9, 30, 8, 30)),
        (at(2026, 10, 12, 9), "2h", at(2026, 10, 10, 16, 30)),
        (at(2026, 10, 12, 3), "1h", at(2026, 10, 10, 17)),
        (at(2026, 9, 29, 18), "2oh", at(2026, 9, 29, 16)),
    ],
)
def test_a_reminder_by_example(due: datetime, span: str, reminder: datetime) -> None:
    """'One hour before' nine o'clock on Monday is on the last working afternoon, not at eight and not at midnight."""
    assert before(due, Span.parse(span), calendar=KNOWN) == reminder


@pytest.mark.parametrize(
    ("due", "span", "rung"),
    [
        (at(2026, 9, 30, 18), "1wd", at(2026, 10, 8, 8, 30)),
        (at(2026, 9, 30, 18), "5wd", at(2026, 10, 13, 8, 30)),
        (at(2026, 9, 30, 18), "1nd", at(2026, 10, 8, 8, 30)),
        (at(2026, 9, 29, 18), "1nd", at(2026, 9, 30, 8, 30)),
        (at(2026, 9, 29, 18), "2h", at(2026, 9, 30, 8, 30)),
        (at(2026, 9, 29, 9), "2h", at(2026, 9, 29, 11)),
        (at(2026, 9, 29, 17), "2oh", at(2026, 9, 30, 9, 30)),
        (at(2026, 9, 29, 18), "7oh", at(2026, 10, 8, 8, 30)),
    ],
)
def test_a_rung_by_example(due: datetime, span: str, rung: datetime) -> None:
    """The first working day overdue begins when the office opens on it."""
    assert after(due, Span.parse(span), calendar=KNOWN) == rung


# --- round the clock, other time zones, other years -------------------------------------------------------------------


def test_an_office_that_never_closes_loses_no_minute() -> None:
    """Zammad's trap: round the clock, 24 office hours are 24 hours, also across midnight, and days end at 24:00."""
    start = at(2026, 9, 28, 23, 59, 30)

    assert deadline(start, Span.parse("24oh"), calendar=ROUND_THE_CLOCK).due == start + timedelta(days=1)
    due = deadline(start, Span.parse("1wd"), calendar=ROUND_THE_CLOCK).due
    assert due == at(2026, 9, 30, 0, 0)
    assert working_days_between(start, due, calendar=ROUND_THE_CLOCK) == 1
    assert before(due, Span.parse("1wd"), calendar=ROUND_THE_CLOCK) == at(2026, 9, 28, 0, 0)
    assert after(due, Span.parse("1wd"), calendar=ROUND_THE_CLOCK) == at(2026, 9, 30, 0, 0)
    natural = deadline(start, Span.parse("2nd"), calendar=ROUND_THE_CLOCK)
    assert natural.due == at(2026, 10, 1, 0, 0)
    assert [line.n for line in expand(natural, ROUND_THE_CLOCK)] == [0, 1, 2]


def test_a_due_follows_the_wall_clock_of_its_office() -> None:
    """Across the end of summer time New York still closes at 17:00, and seven natural days are seven dates."""
    zone = office_zone(NEW_YORK)
    start = datetime(2026, 10, 30, 10, tzinfo=zone)

    assert deadline(start, Span.parse("1wd"), calendar=NEW_YORK).due == datetime(2026, 11, 2, 22, tzinfo=UTC)
    natural = deadline(start, Span.parse("7nd"), calendar=NEW_YORK)
    assert natural.due == datetime(2026, 11, 6, 22, tzinfo=UTC)
    assert [line.n for line in expand(natural, NEW_YORK)] == list(range(8))
    assert deadline(start, Span.parse("72h"), calendar=NEW_YORK).due == start.astimezone(UTC) + timedelta(days=3)


@pytest.mark.parametrize(
    ("start", "span", "provisional"),
    [
        (at(2026, 11, 23, 9), "20wd", False),
        (at(2026, 11, 23, 9), "30wd", True),
        (at(2026, 12, 25, 9), "2wd", True),
        (at(2026, 12, 31, 9), "1oh", True),
        (at(2026, 11, 23, 9), "60nd", False),
        (at(2026, 12, 31, 9), "48h", False),
        (at(2040, 5, 6, 9), "1wd", True),
        (at(2003, 6, 2, 9), "1wd", True),
    ],
)
def test_only_office_time_over_days_not_announced_is_provisional(start: datetime, span: str, provisional: bool) -> None:
    """A deadline that crosses into a year without a notice says so; natural time needs no notice."""
    assert deadline(start, Span.parse(span), calendar=KNOWN).provisional is provisional


# --- the derivation ---------------------------------------------------------------------------------------------------


def test_a_derivation_counts_as_a_person_would() -> None:
    """Every day from day 0 to the due, with its running count and its reason in Chinese."""
    receipt = deadline(at(2026, 9, 29, 10), Span.parse("5wd"), calendar=KNOWN)
    lines = expand(receipt, KNOWN)

    assert [line.day for line in lines] == [date(2026, 9, 29) + timedelta(days=n) for n in range(14)]
    assert [line.n for line in lines] == [0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 5]
    assert [line.counted for line in lines] == [n in {1, 9, 10, 11, 13} for n in range(14)]
    assert [line.reason for line in lines if line.n != 1] == [
        "起算当日（第 0 日），不计",
        "工作日",
        "工作日",
        "周六调休上班",
        "周日休息，不计",
        "工作日",
    ]
    assert {line.reason for line in lines[2:9]} == {"国庆节放假，不计"}
    assert {line.reason_code for line in lines} == set(DayReason) - {DayReason.natural_day, DayReason.paused}


def test_a_derivation_shows_its_pauses() -> None:
    """A paused day says how long it was paused and how much of it counts; a day paused throughout counts nothing."""
    stop = Pause(start=at(2026, 9, 30, 15), end=at(2026, 10, 9, 9, 15, 30))
    receipt = deadline(at(2026, 9, 29, 10), Span.parse("2wd"), calendar=KNOWN, pauses=(stop,))
    lines = {line.day: line for line in expand(receipt, KNOWN)}

    assert receipt.due == at(2026, 10, 10, 14, 45, 30)
    assert lines[date(2026, 9, 30)].reason == "暂停 3 小时，当日计 4 小时"
    assert lines[date(2026, 10, 8)].reason == "暂停 7 小时，不计"
    assert lines[date(2026, 10, 9)].reason == "暂停 45 分 30 秒，当日计 6 小时 14 分 30 秒"
    assert [line.n for line in lines.values()][-3:] == [0, 1, 2]


def test_a_derivation_of_hours_says_how_much_of_each_day() -> None:
    """Office hours pass over the weekend; hours do not; neither has a day 0."""
    office = expand(deadline(at(2026, 10, 10, 17), Span.parse("3oh"), calendar=KNOWN), KNOWN)
    elapsed = expand(deadline(at(2026, 10, 10, 17), Span.parse("9h"), calendar=KNOWN), KNOWN)
    midnight = expand(deadline(at(2026, 10, 10, 17), Span.parse("7h"), calendar=KNOWN), KNOWN)

    assert [(line.n, line.reason) for line in office] == [
        (1, "周六调休上班，当日计 1 小时"),
        (1, "周日休息，不计"),
        (3, "工作日，当日计 2 小时"),
    ]
    assert [(line.n, line.reason) for line in elapsed] == [
        (7, "自然日，当日计 7 小时"),
        (9, "自然日，当日计 2 小时"),
    ]
    assert [line.day for line in midnight] == [date(2026, 10, 10)]


def test_a_derivation_marks_the_days_that_may_change() -> None:
    """Days that wait for a notice say which year's."""
    lines = expand(deadline(at(2026, 12, 28, 9), Span.parse("4wd"), calendar=KNOWN), KNOWN)

    assert [line.provisional for line in lines] == [False, True, True, True, True, True, True, True]
    assert lines[1].reason == "工作日（暂定：2027年放假安排尚未公布）"
    assert lines[4].reason == "元旦放假，不计（暂定：2027年放假安排尚未公布）"


def test_a_deadline_rests_on_the_notices_that_name_its_days() -> None:
    """Its own year's, and a neighbour's that names one of its days or may still do so; none for time itself."""
    notice = Notice(title="测试", number="测发〔2026〕1号")
    holidays_of_2027 = (Holiday(name="元旦", first=date(2026, 12, 31), last=date(2027, 1, 2)),)
    year = CalendarYear(
        year=2027,
        notice=notice,
        known_on=date(2026, 11, 4),
        holidays=holidays_of_2027,
        make_up_days=(date(2026, 12, 26),),
    )
    announced = Calendar(revisions=(*KNOWN.revisions, year))

    def cited(day: date, span: str, calendar: Calendar) -> tuple[int, ...]:
        start = datetime.combine(day, time(10), office_zone(calendar))
        return years_cited(deadline(start, Span.parse(span), calendar=calendar), calendar)

    assert cited(date(2026, 12, 21), "1wd", announced) == (2026,)
    assert cited(date(2026, 12, 25), "1wd", announced) == (2026, 2027)
    assert cited(date(2026, 12, 30), "8oh", announced) == (2026, 2027)
    assert cited(date(2026, 12, 28), "1wd", KNOWN) == (2026, 2027)
    assert cited(date(2026, 12, 21), "1wd", KNOWN) == (2026,)
    assert cited(date(2210, 3, 1), "1wd", KNOWN) == (2210,)
    assert cited(date(2026, 12, 25), "3nd", announced) == cited(date(2026, 12, 25), "48h", announced) == ()


def test_a_derivation_needs_the_calendar_of_its_receipt() -> None:
    """Expanding with another calendar would explain another deadline, so it is refused."""
    receipt = deadline(at(2026, 9, 29, 10), Span.parse("5wd"), calendar=KNOWN)

    with pytest.raises(ValueError, match="was computed with calendar"):
        expand(receipt, SHIPPED)


def test_words_for_spans_and_instants() -> None:
    """What people read beside a deadline."""
    assert [span_text(Span(n=3, unit=unit)) for unit in SpanUnit] == [
        "3 个工作日",
        "3 个自然日",
        "3 小时",
        "3 个办公小时",
    ]
    assert instant_text(at(2026, 10, 12, 18)) == "2026年10月12日（周一）18:00"
    assert duration(timedelta(microseconds=3)) == "不足 1 秒"
