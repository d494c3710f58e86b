"""Shown time and back: the same instants in earnest, and on a faster clock never a timer too early."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clock import real, shown
from schemas.clock import Clock, Segment

ZERO = datetime(2026, 11, 23, 12, tzinfo=UTC)
STEPS = st.integers(-(10**13), 10**13).map(lambda micro: timedelta(microseconds=micro))


def segment(real_s: int, shown_s: int, rate: int) -> Segment:
    """A segment so many real and shown seconds after zero."""
    return Segment(real=ZERO + timedelta(seconds=real_s), shown=ZERO + timedelta(seconds=shown_s), rate=rate)


IN_EARNEST = Clock(segments=(segment(0, 0, 1),))
DEMO = Clock(segments=(segment(0, 0, 129_600), segment(50, 50 * 129_600, 864_000)))
LEAP = Clock(segments=(segment(0, 0, 7), segment(100, 10_000, 3)))


def test_no_segment_is_real_time() -> None:
    """Without segments, or with one at rate 1 that shows the real time, nothing is simulated and nothing changes."""
    for clock in (Clock(), IN_EARNEST):
        assert not clock.simulated
        assert shown(clock, ZERO + timedelta(seconds=5)) == ZERO + timedelta(seconds=5)
        assert real(clock, ZERO + timedelta(seconds=5)) == ZERO + timedelta(seconds=5)


@pytest.mark.parametrize("clock", [DEMO, LEAP, Clock(segments=(segment(0, 60, 1),))])
def test_another_time_is_simulated(clock: Clock) -> None:
    """A rate, or a shown instant that is not the real one, marks a run as simulated."""
    assert clock.simulated


def test_a_faster_clock() -> None:
    """Ten real seconds at 129,600 shown ones are fifteen days; the second segment goes on at its own rate."""
    assert shown(DEMO, ZERO + timedelta(seconds=10)) == ZERO + timedelta(days=15)
    assert shown(DEMO, ZERO + timedelta(seconds=51)) == ZERO + timedelta(days=85)
    assert real(DEMO, ZERO + timedelta(days=15)) == ZERO + timedelta(seconds=10)
    assert real(DEMO, ZERO + timedelta(days=85)) == ZERO + timedelta(seconds=51)


def test_before_the_clock_began() -> None:
    """Before the first segment real time is shown; what was due before it is due when it begins."""
    assert shown(DEMO, ZERO - timedelta(days=1)) == ZERO - timedelta(days=1)
    assert real(DEMO, ZERO - timedelta(days=1)) == ZERO


def test_a_leap_reaches_what_it_leaps_over() -> None:
    """A shown instant between two segments is reached when the second begins, not later."""
    assert real(LEAP, ZERO + timedelta(seconds=5_000)) == ZERO + timedelta(seconds=100)
    assert real(LEAP, ZERO + timedelta(seconds=10_003)) == ZERO + timedelta(seconds=101)


@pytest.mark.parametrize("clock", [Clock(), IN_EARNEST, DEMO, LEAP])
@given(step=STEPS)
def test_a_timer_is_never_early_and_never_a_microsecond_late(clock: Clock, step: timedelta) -> None:
    """At its real instant a shown one is reached, and a microsecond before it was not."""
    wanted = ZERO + step
    fires = real(clock, wanted)
    assert shown(clock, fires) >= wanted
    if clock.segments and fires > clock.segments[0].real:
        assert shown(clock, fires - timedelta(microseconds=1)) < wanted


@pytest.mark.parametrize("clock", [DEMO, LEAP])
@given(first=STEPS, second=STEPS)
def test_shown_time_never_runs_back(clock: Clock, first: timedelta, second: timedelta) -> None:
    """Of two real instants the later shows the later time, up to the end of all dates."""
    early, late = sorted((ZERO + first, ZERO + second))
    assert shown(clock, early) <= shown(clock, late)
