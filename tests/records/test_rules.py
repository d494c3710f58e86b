"""Document numbers, adopted rule sets and the clock."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from threading import Barrier

import pytest
from sqlalchemy import select

from records import reading
from records.rows import RuleBookRow
from records.session import Records
from records.tables import counters
from records.writing_rules import adopt, set_clock, take_numbers
from schemas.clock import Clock, Segment
from tests.records.examples import DIGEST, LATER, NOON, order_id


def take(records: Records, key: str, office: str, n: int) -> tuple[int, int]:
    """Take a block of numbers in a transaction of its own."""
    with records.write() as tx:
        return take_numbers(tx, key, office=office, year=2026, n=n)


def test_numbers_have_no_gaps_when_many_take_them_at_once(records: Records) -> None:
    """Eight campaigns at the same moment get blocks that together are 1 to 36, each asked for twice."""
    office = order_id()
    start = Barrier(8)

    def one(n: int) -> tuple[int, int]:
        start.wait()
        assert take(records, f"{office}:{n}", office, n) == take(records, f"{office}:{n}", office, n)
        return take(records, f"{office}:{n}", office, n)

    with ThreadPoolExecutor(8) as pool:
        blocks = list(pool.map(one, range(1, 9)))

    assert sorted(chain.from_iterable(range(first, last + 1) for first, last in blocks)) == list(range(1, 37))


def test_the_same_campaign_at_the_same_moment_takes_one_block(records: Records) -> None:
    """Two attempts of one confirmation get the same numbers, and the counter moved once."""
    office = order_id()
    start = Barrier(2)

    def one(_: int) -> tuple[int, int]:
        start.wait()
        return take(records, office, office, 12)

    with ThreadPoolExecutor(2) as pool:
        blocks = list(pool.map(one, range(2)))

    with records.read() as read:
        last = read.connection.scalar(select(counters.c.last).where(counters.c.office == office))
    assert blocks == [(1, 12), (1, 12)]
    assert last == 12


def test_numbers_of_a_failed_transaction_are_given_back(records: Records) -> None:
    """A confirmation that dies leaves no gap behind it."""
    office = order_id()

    def die() -> None:
        with records.write() as tx:
            take_numbers(tx, f"{office}:dead", office=office, year=2026, n=5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()

    assert take(records, f"{office}:alive", office, 2) == (1, 2)


def test_a_campaign_cannot_ask_for_another_block(records: Records) -> None:
    """The same key with another size is an error, not a second block."""
    office = order_id()
    take(records, office, office, 3)

    with pytest.raises(ValueError, match="another block"):
        take(records, office, office, 4)


def test_a_rule_set_is_kept_once_under_its_digest(records: Records) -> None:
    """Adopting again changes nothing; a text under another's digest is refused; the last adopted is in force."""
    texts = [f'{{"v":"{order_id()}"}}' for _ in range(2)]
    first, second = (
        RuleBookRow(
            digest=sha256(one.encode()).hexdigest(),
            kind="policy",
            name="s/v1",
            text=one,
            adopted_at=at,
            adopted_by="local",
        )
        for one, at in zip(texts, (NOON, LATER), strict=True)
    )
    forged = RuleBookRow(digest=DIGEST, kind="policy", name="s/v1", text="{}", adopted_at=NOON, adopted_by="local")

    with records.write() as tx:
        assert adopt(tx, second)
        assert adopt(tx, first)
        assert not adopt(tx, first)
        with pytest.raises(ValueError, match="digest"):
            adopt(tx, forged)
        assert reading.rulebook(tx, first.digest) == first
        assert reading.rulebook(tx, DIGEST) is None
        assert reading.rulebooks_of(tx, "policy")[-1] == second
        assert reading.newest_rulebook(tx, "policy") == second.digest
        assert reading.newest_rulebook(tx, "nothing of the kind") is None


def test_the_clock_is_kept_and_stays_what_it_is(records: Records) -> None:
    """Real time until one is set; a demonstration's clock gains segments, and never becomes real."""
    segment = Segment(real=NOON, shown=NOON, rate=129_600)
    faster = Clock(segments=(segment, Segment(real=LATER, shown=LATER, rate=864_000)))

    with records.write() as tx:
        assert reading.clock_of(tx) == Clock()
        set_clock(tx, Clock(segments=(segment,)), at=NOON)
        set_clock(tx, faster, at=LATER)
        assert reading.clock_of(tx) == faster
        with pytest.raises(ValueError, match="simulated"):
            set_clock(tx, Clock(), at=LATER)
