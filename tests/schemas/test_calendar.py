"""The words of working time: what they accept, how they are written, and what they refuse."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from pydantic import ValidationError

from schemas.base import Model
from schemas.calendar import (
    Calendar,
    CalendarYear,
    Holiday,
    Notice,
    OfficeHours,
    Pause,
    Receipt,
    Span,
    SpanUnit,
)

NOON = datetime(2026, 9, 29, 4, 0, tzinfo=UTC)


class Policy(Model):
    """A model with a span in it, as policies and states have."""

    finish: Span


@pytest.mark.parametrize(("n", "unit"), list(product((1, 15, 9999), SpanUnit)))
def test_a_span_is_its_short_form(n: int, unit: SpanUnit) -> None:
    """Text, JSON and model are one thing in three dresses."""
    span = Span(n=n, unit=unit)

    assert Span.parse(str(span)) == span
    assert Policy.model_validate({"finish": str(span)}) == Policy(finish=span)
    assert Policy.model_validate_json(Policy(finish=span).model_dump_json()) == Policy(finish=span)
    assert Policy(finish=span).model_dump() == {"finish": str(span)}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("15wd", SpanUnit.working_days),
        ("15nd", SpanUnit.natural_days),
        ("15h", SpanUnit.hours),
        ("15oh", SpanUnit.office_hours),
    ],
)
def test_a_suffix_names_its_unit(text: str, unit: SpanUnit) -> None:
    """The four suffixes are fixed, because policies on disk use them."""
    assert Span.parse(text) == Span(n=15, unit=unit)


@pytest.mark.parametrize("text", ["", "wd", "0wd", "-1wd", "1.5h", "15 wd", "15d", "10000wd", "１５wd", "15WD"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """A misspelt span never becomes another one."""
    with pytest.raises(ValidationError, match="is not a span"):
        Span.parse(text)


def test_a_span_counts_forward() -> None:
    """A span of nothing, or backwards, does not exist."""
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Span(n=0, unit=SpanUnit.hours)


@pytest.mark.parametrize(
    "sessions",
    [
        [],
        [("12:00", "08:30")],
        [("08:30", "08:30")],
        [("08:30", "12:00"), ("11:59", "18:00")],
        [("14:30", "18:00"), ("08:30", "12:00")],
        [("8:30", "12:00")],
        [("08:30", "24:01")],
    ],
)
def test_office_sessions_follow_each_other(sessions: list[tuple[str, str]]) -> None:
    """Sessions that are empty, turned round, overlapping or misspelt are refused."""
    with pytest.raises(ValidationError):
        OfficeHours.model_validate({"sessions": sessions})


def test_an_office_may_never_close() -> None:
    """Midnight to 24:00 is a session, and so are two that touch."""
    assert OfficeHours(sessions=(("00:00", "24:00"),)).sessions == (("00:00", "24:00"),)
    assert OfficeHours(sessions=(("00:00", "12:00"), ("12:00", "24:00"))).time_zone == "Asia/Shanghai"


@pytest.mark.parametrize("name", ["Asia/Datong", "../etc/passwd", ""])
def test_a_time_zone_must_exist(name: str) -> None:
    """What is no IANA time zone is refused when the settings are read, not when a deadline is due."""
    with pytest.raises(ValidationError, match="is not an IANA time zone"):
        OfficeHours(time_zone=name)


def test_a_pause_ends_after_it_starts() -> None:
    """A pause may be open or of no length, but not backwards."""
    assert Pause(start=NOON).end is None
    assert Pause(start=NOON, end=NOON).end == NOON
    with pytest.raises(ValidationError, match="cannot end before it starts"):
        Pause(start=NOON, end=NOON - timedelta(seconds=1))


def test_a_holiday_ends_after_it_begins() -> None:
    """A range of days off is not backwards."""
    with pytest.raises(ValidationError, match="cannot end before it begins"):
        Holiday(name="国庆节", first=date(2026, 10, 7), last=date(2026, 10, 1))


def test_equal_calendars_have_one_digest() -> None:
    """The digest follows the content: through JSON it stays, with other content it changes, in a changed copy too."""
    year = CalendarYear(year=2026, notice=Notice(title="通知"), known_on=date(2025, 11, 4))
    calendar = Calendar(revisions=(year,))
    again = Calendar.model_validate_json(calendar.model_dump_json())
    changed = calendar.model_copy(update={"hours": OfficeHours(time_zone="UTC")})

    assert again.digest == calendar.digest
    assert again == calendar
    assert changed.digest != calendar.digest
    assert len(calendar.digest) == 64


def test_the_digest_is_of_canonical_json() -> None:
    """An empty calendar's digest is fixed, so that digests stored today still mean the same in ten years."""
    assert Calendar().digest == "2ff7a694944ce19a1e8ea6308b53e0db6b93e83aee5fa3c6ea86b2a49d81f814"


def test_a_receipt_knows_whether_its_clock_stands_still() -> None:
    """An open pause makes a receipt paused; an ended one does not; JSON keeps instants in UTC."""
    span = Span.parse("5wd")
    ended = Pause(start=NOON, end=NOON + timedelta(hours=1))
    receipt = Receipt(start=NOON, span=span, pauses=(ended,), due=NOON, provisional=False, calendar="0" * 64)
    paused = receipt.model_copy(update={"pauses": (ended, Pause(start=NOON))})

    assert not receipt.paused
    assert paused.paused
    assert '"due":"2026-09-29T04:00:00Z"' in receipt.model_dump_json()
