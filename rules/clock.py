"""Shown time from real time and back; pure arithmetic over a clock's segments."""

from datetime import datetime, timedelta

from schemas.clock import Clock


def shown(clock: Clock, real: datetime) -> datetime:
    """Return the instant that people see at a real instant; before the first segment, the real one."""
    for segment in reversed(clock.segments):
        if real >= segment.real:
            return segment.shown + (real - segment.real) * segment.rate
    return real


def real(clock: Clock, shown_at: datetime) -> datetime:
    """Return the real instant at which a shown one is reached.

    Rounded up to a microsecond, so that a timer never fires before what it waits for. A shown instant before
    the clock's first segment is as old as that segment: it was due when the clock began.
    """
    for segment in reversed(clock.segments):
        if shown_at >= segment.shown:
            microseconds = (shown_at - segment.shown) // timedelta(microseconds=1)
            return segment.real + timedelta(microseconds=-(-microseconds // segment.rate))
    return clock.segments[0].real if clock.segments else shown_at
