"""Deadlines as properties: monotone, additive, inverse to reminders, neutral to pauses, never where nobody works."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.calendars import load_shipped
from rules.calendar import as_known, in_office_hours, reckoner
from rules.deadline import after, before, deadline, expand, working_days_between
from schemas.calendar import Calendar, OfficeHours, Pause, Span, SpanUnit

KNOWN = as_known(load_shipped(), date.max)
ROUND_THE_CLOCK = KNOWN.model_copy(update={"hours": OfficeHours(sessions=(("00:00", "24:00"),))})
NEW_YORK = KNOWN.model_copy(update={"hours": OfficeHours(time_zone="America/New_York", sessions=(("09:00", "17:00"),))})

zone = st.just(UTC)
instants = st.datetimes(datetime(2004, 1, 1), datetime(2034, 12, 31), timezones=zone)  # noqa: DTZ001 - hypothesis adds it
spans = st.builds(Span, n=st.integers(1, 60), unit=st.sampled_from(SpanUnit))
calendars = st.sampled_from([KNOWN, ROUND_THE_CLOCK, NEW_YORK])


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> tuple[Pause, ...]:
    """Up to three ended pauses, before or after an instant, overlapping or not."""
    hours = st.integers(-50, 900)
    drawn = draw(st.lists(st.tuples(hours, st.integers(0, 300)), max_size=3))
    return tuple(
        Pause(start=start + timedelta(hours=begin), end=start + timedelta(hours=begin, minutes=13 * length))
        for begin, length in drawn
    )


@given(instants, st.timedeltas(timedelta(0), timedelta(days=40)), spans, calendars, st.data())
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, span: Span, calendar: Calendar, data: st.DataObject
) -> None:
    """Monotone, with pauses too."""
    pauses = data.draw(pauses_after(start))
    one, other = (deadline(each, span, calendar=calendar, pauses=pauses) for each in (start, start + later))

    assert one.due <= other.due


@given(instants, st.integers(1, 30), st.integers(1, 30), st.sampled_from(SpanUnit))
def test_spans_add_up(start: datetime, one: int, other: int, unit: SpanUnit) -> None:
    """Counting m and then n from that due is counting m + n."""
    first = deadline(start, Span(n=one, unit=unit), calendar=KNOWN).due
    second = deadline(first, Span(n=other, unit=unit), calendar=KNOWN).due

    assert second == deadline(start, Span(n=one + other, unit=unit), calendar=KNOWN).due


@given(instants, st.integers(1, 60), st.sampled_from([SpanUnit.working_days, SpanUnit.office_hours]), calendars)
def test_reminders_are_the_inverse_of_deadlines(start: datetime, n: int, unit: SpanUnit, calendar: Calendar) -> None:
    """Counting n forward from the reminder n before a due leads to that due; it goes out while the office is open."""
    span = Span(n=n, unit=unit)
    due = deadline(start, Span(n=60, unit=unit), calendar=calendar).due
    reminder = before(due, span, calendar=calendar)

    assert deadline(reminder, span, calendar=calendar).due == due
    assert in_office_hours(calendar, reminder)
    assert reminder < due


@given(instants, spans, spans, calendars)
def test_nothing_goes_out_while_the_office_is_closed(
    due: datetime, span: Span, other: Span, calendar: Calendar
) -> None:
    """Reminders lie before any instant and rungs after it, all in office hours, whatever the units."""
    due = deadline(due, other, calendar=calendar).due
    reminder, rung = before(due, span, calendar=calendar), after(due, span, calendar=calendar)

    assert reminder < due <= rung
    assert in_office_hours(calendar, reminder)
    assert in_office_hours(calendar, rung)


@given(instants, spans, calendars, st.data())
def test_no_due_lies_where_nobody_works(start: datetime, span: Span, calendar: Calendar, data: st.DataObject) -> None:
    """Office time ends in a session of a working day, its close included; natural days end at a close."""
    pauses = data.draw(pauses_after(start))
    due = deadline(start, span, calendar=calendar, pauses=pauses).due

    if span.unit in (SpanUnit.working_days, SpanUnit.office_hours):
        assert in_office_hours(calendar, due - timedelta(microseconds=1))
    if span.unit is SpanUnit.natural_days:
        found = reckoner(calendar)
        assert found.closing_of(found.due_day(due)) == due


@given(instants, spans, st.data())
def test_pauses_are_neutral(start: datetime, span: Span, data: st.DataObject) -> None:
    """The time left outside the pauses is the same with them as without, measured minute by minute in office time."""
    assume(span.unit in (SpanUnit.working_days, SpanUnit.office_hours))
    pauses = data.draw(pauses_after(start))
    found = reckoner(KNOWN)
    origin = found.position(start)
    if span.unit is SpanUnit.working_days:
        origin = found.rank(start.astimezone(found.zone).date()) * found.day_length
    without = deadline(start, span, calendar=KNOWN)
    paused = deadline(start, span, calendar=KNOWN, pauses=pauses)
    due = found.position(paused.due)
    stops = [(found.position(pause.start), found.position(pause.end)) for pause in pauses if pause.end is not None]
    edges = sorted({origin, due, *(edge for stop in stops for edge in stop if origin < edge < due)})
    pieces = pairwise(edges)
    running = sum(
        right - left for left, right in pieces if not any(start <= left and right <= end for start, end in stops)
    )

    assert running == found.position(without.due) - origin
    assert paused.due >= without.due


@given(instants, spans, calendars, st.data())
def test_a_derivation_ends_at_its_due(start: datetime, span: Span, calendar: Calendar, data: st.DataObject) -> None:
    """The count never falls, reaches n on the last day and not before, and the lines are the days in order."""
    receipt = deadline(start, span, calendar=calendar, pauses=data.draw(pauses_after(start)))
    lines = expand(receipt, calendar)
    counts = [line.n for line in lines]

    assert counts == sorted(counts)
    assert counts[-1] == span.n
    assert all(count < span.n for count in counts[:-1])
    assert lines[-1].counted
    assert [line.day.toordinal() for line in lines] == list(
        range(lines[0].day.toordinal(), lines[0].day.toordinal() + len(lines))
    )


@given(instants, st.integers(1, 60), calendars)
def test_working_days_between_is_the_span(start: datetime, n: int, calendar: Calendar) -> None:
    """Between a start and its due lie exactly the days counted, and backwards as many below nought."""
    due = deadline(start, Span(n=n, unit=SpanUnit.working_days), calendar=calendar).due

    assert working_days_between(start, due, calendar=calendar) == n
    assert working_days_between(start, start, calendar=calendar) == 0
    assert working_days_between(due - timedelta(seconds=1), start, calendar=calendar) == -n
