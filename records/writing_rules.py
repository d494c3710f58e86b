"""What everything else is judged, numbered and timed by: adopted rule sets, document numbers, the clock."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select, update

from records.bulk import Clash, put, put_values
from records.rows import RuleBookRow
from records.tables import clock, counters, number_blocks, rulebooks
from records.transaction import Write
from schemas.clock import Clock

THE_CLOCK: Final = 1


def adopt(write: Write, row: RuleBookRow) -> bool:
    """Keep a rule set under its digest; tell whether it was new. Raises `ValueError` for a digest of another text."""
    if sha256(row.text.encode()).hexdigest() != row.digest:
        message = f"{row.digest} is not the digest of this text"
        raise ValueError(message)
    known = write.connection.scalar(select(rulebooks.c.digest).where(rulebooks.c.digest == row.digest))
    put_values(write, rulebooks, [vars(row)], clash=Clash.keep)
    return known is None


def adopt_again(write: Write, digest: str, *, by: str, at: datetime) -> None:
    """Make a rule set that was adopted before the newest of its kind."""
    again = {"adopted_at": at, "adopted_by": by}
    write.connection.execute(update(rulebooks).where(rulebooks.c.digest == digest).values(again))


def take_numbers(write: Write, campaign_key: str, *, office: str, year: int, n: int) -> tuple[int, int]:
    """Take a block of `n` document numbers, first and last; the same campaign key gets the same block for ever.

    There are no gaps: a transaction that fails gives its numbers back. Raises `ValueError` when the key asks for
    another office, year or size than it has.
    """
    _lock_counter(write, office, year)
    block = number_blocks.c
    asked = select(block.office, block.year, block.first, block.last).where(block.campaign_key == campaign_key)
    taken = write.connection.execute(asked).one_or_none()
    if taken is None:
        return _take(write, campaign_key, office=office, year=year, n=n)
    if (taken.office, taken.year, taken.last - taken.first + 1) != (office, year, n):
        message = f"{campaign_key} has taken another block of numbers before"
        raise ValueError(message)
    return taken.first, taken.last


def set_clock(write: Write, value: Clock, *, at: datetime) -> None:
    """Set this data directory's clock; segments may be added, simulated never becomes real or real simulated.

    Raises `ValueError` when they would.
    """
    before = write.connection.scalar(select(clock.c.simulated))
    if before is not None and before != value.simulated:
        message = "simulated and real records never share a data directory"
        raise ValueError(message)
    segments = [segment.model_dump(mode="json") for segment in value.segments]
    row = {"id": THE_CLOCK, "segments": segments, "simulated": value.simulated, "set_at": at}
    put_values(write, clock, [row], clash=Clash.overwrite)


def _lock_counter(write: Write, office: str, year: int) -> None:
    """Make the counter and keep its row: whoever numbers next waits here."""
    put(write, counters, [(office, year, 0)], clash=Clash.keep)
    mine = counters.c.office == office, counters.c.year == year
    write.connection.execute(update(counters).where(*mine).values(last=counters.c.last))


def _take(write: Write, campaign_key: str, *, office: str, year: int, n: int) -> tuple[int, int]:
    mine = counters.c.office == office, counters.c.year == year
    last = write.connection.scalar(
        update(counters).where(*mine).values(last=counters.c.last + n).returning(counters.c.last)
    )
    if last is None:
        message = "the counter was locked a moment ago and is gone"
        raise RuntimeError(message)
    put(write, number_blocks, [(campaign_key, office, year, last - n + 1, last)])
    return last - n + 1, last
