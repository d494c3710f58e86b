"""Shown time from real time and back; pure arithmetic over a clock's segments."""

from datetime import UTC, datetime, timedelta

from schemas.clock import Clock

# A demonstration left running for days at ten days a second comes to the end of all dates; there shown time stands.
_END = datetime(9999, 12, 1, tzinfo=UTC)


def shown(clock: Clock, real: datetime) -> datetime:
    """Return the instant that people see at a real instant; before the first segment, the real one."""
    for segment in reversed(clock.segments):
        if real >= segment.real:
            return segment.shown + min((real - segment.real) * segment.rate, _END - segment.shown)
    return real


def real(clock: Clock, shown_at: datetime) -> datetime:
    """Return the real instant at which a shown one is reached.

    Rounded up to a microsecond, so that a timer never fires before what it waits for. A shown instant before the
    clock's first segment is as old as that segment: it was due when the clock began. One that a segment leaps over is
    reached by the leap.
    """
    reached = shown_at
    for index, segment in enumerate(clock.segments):
        if index and reached < segment.real:
            break
        ahead = max((shown_at - segment.shown) // timedelta(microseconds=1), 0)
        reached = segment.real + timedelta(microseconds=-(-ahead // segment.rate))
    return reached
