"""How late, lost and doubled: read from the records afterwards, and watched from outside while it happens."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles

from sqlalchemy import text

from records.reading_rungs import reached_rungs
from records.session import Records
from rules import clock as clocks
from schemas.clock import Clock

LOOK_EVERY_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """Of the rungs that were due: the quantiles of their lateness in real seconds, and how many never or twice came."""

    p50_s: float
    p99_s: float
    max_s: float
    lost: int
    doubled: int


def lateness(records: Records, orders: int, *, clock: Clock) -> Lateness:
    """Compare what is recorded with one rung an order; a rung counts as doubled when its order has more than one."""
    with records.read() as read:
        rungs = reached_rungs(read)
    late = [(rung.recorded_at - clocks.real(clock, rung.scheduled)).total_seconds() for rung in rungs]
    of_order = Counter(rung.stream for rung in rungs)
    return Lateness(
        p50_s=percentile(late, 50),
        p99_s=percentile(late, 99),
        max_s=round(max(late, default=0), 3),
        lost=orders - len(of_order),
        doubled=sum(count - 1 for count in of_order.values()),
    )


def percentile(values: Sequence[float], of: int) -> float:
    """Return the percentile, seconds to the millisecond; of a single value that value, of none 0."""
    if len(values) <= 1:
        return round(sum(values), 3)
    return round(quantiles(values, n=100, method="inclusive")[of - 1], 3)


async def all_reached(records: Records, events: int, *, due: datetime, within_s: float) -> float:
    """Look until so many events are committed in all; return the seconds since the real instant `due`.

    Raises `TimeoutError` when they are not there after `within_s` seconds.
    """
    async with asyncio.timeout(within_s):
        while events_so_far(records) < events:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(LOOK_EVERY_S)
    return (datetime.now(UTC) - due).total_seconds()


def events_so_far(records: Records) -> int:
    """The number of events committed: counted in an index, which is quick enough to be asked all the time."""
    return _number(records, "SELECT count(*) FROM events")


def orders_so_far(records: Records) -> int:
    """The number of orders issued."""
    return _number(records, "SELECT count(*) FROM orders")


def _number(records: Records, question: str) -> int:
    with records.read() as read:
        return int(read.connection.execute(text(question)).scalar_one())
