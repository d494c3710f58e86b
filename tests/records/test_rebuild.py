"""Rebuilding: the current orders follow from events alone, and what does not is told column by column."""

import pytest
from sqlalchemy import delete, update

from records import reading
from records.rebuild import Difference, rebuild
from records.session import Records
from records.tables_current import orders
from records.writing import append
from schemas.clock import Clock
from tests.records.examples import LATER, act_step, change, event, evolve_seq, order_id, recording


@pytest.fixture
def three(records: Records) -> list[str]:
    """Three orders with one, two and three events."""
    ids = [order_id() for _ in range(3)]
    with records.write() as tx:
        tx.connection.execute(delete(orders))
        for order, n in zip(ids, (1, 2, 3), strict=True):
            happened = [event(order=order) for _ in range(n)]
            given = change(order, act_step(order, *happened), status="issued" if n == 1 else "acknowledged")
            append(tx, recording(given), recorded_at=LATER, clock=Clock())
    return ids


def differences(records: Records, ours: list[str]) -> list[Difference]:
    """What a check finds about these orders."""
    return [one for one in rebuild(records, check=True, rows=evolve_seq) if one.order in ours]


def test_a_check_names_every_column_that_is_not_what_events_say(records: Records, three: list[str]) -> None:
    """A changed column, a missing row and a row too many are each found, and a check repairs nothing."""
    assert differences(records, three) == []
    with records.write() as tx:
        tx.connection.execute(update(orders).where(orders.c.id == three[0]).values(level=5))
        tx.connection.execute(delete(orders).where(orders.c.id == three[1]))
        tx.connection.execute(update(orders).where(orders.c.id == three[2]).values(id="stray"))

    for _ in range(2):
        found = {(one.order, one.column) for one in differences(records, [*three, "stray"])}
        assert found == {(three[0], "level"), (three[1], "*"), (three[2], "*"), ("stray", "*")}


def test_rebuilding_makes_every_row_again(records: Records, three: list[str]) -> None:
    """After the table was emptied and spoilt, every column of every row is back, and a check finds nothing."""
    with records.read() as read:
        before = [reading.order(read, order) for order in three]
    with records.write() as tx:
        tx.connection.execute(update(orders).values(status="withdrawn"))
        tx.connection.execute(delete(orders).where(orders.c.id == three[1]))

    assert rebuild(records, check=False, rows=evolve_seq) == ()

    with records.read() as read:
        assert [reading.order(read, order) for order in three] == before
    assert differences(records, three) == []
