"""Making the current orders again from events alone, or proving that they are what events say, column by column."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import delete, select, text

from records.bulk import binder, put
from records.entries import own_fields
from records.tables import events
from records.tables_current import orders
from records.transaction import Read, Records, Write
from schemas.base import Model
from schemas.docket import StoredEvent
from schemas.event import EventData
from schemas.order import OrderRow

Evolve = Callable[[tuple[StoredEvent, ...]], OrderRow]
"""From a stream's events to its row; the rules bring it, since the memory judges nothing."""

ORDER_STREAMS: Final = "order:"
_BATCH: Final = 1000


class Difference(Model):
    """One column that is not what the events say; a row that is missing on one side is the column `*`."""

    order: str
    column: str
    stored: str
    evolved: str


def rebuild(records: Records, *, check: bool, rows: Evolve) -> tuple[Difference, ...]:
    """Empty `orders` and evolve every order's stream again; with `check`, change nothing and return what differs.

    One transaction: readers see the old rows until the new ones are complete.
    """
    if check:
        with records.read() as read:
            return tuple(_differences(read, rows))
    with records.write() as write:
        _keep_writers_out(write)
        write.connection.execute(delete(orders))
        batch: list[tuple[object, ...]] = []
        for row in _evolved(write, rows):
            batch.append(binder(orders)(row.__dict__))
            if len(batch) == _BATCH:
                put(write, orders, batch)
                batch = []
        put(write, orders, batch)
    return ()


def _keep_writers_out(write: Write) -> None:
    """A docket that records meanwhile waits with its row, and sets it again afterwards."""
    if not write.is_sqlite:
        write.connection.execute(text("LOCK TABLE orders IN EXCLUSIVE MODE"))


def _differences(read: Read, rows: Evolve) -> Iterator[Difference]:
    stored = {row["id"]: dict(row) for row in read.connection.execute(select(orders)).mappings()}
    for evolved in _evolved(read, rows):
        before = stored.pop(evolved.id, None)
        if before is None:
            yield Difference(order=evolved.id, column="*", stored="", evolved="a row")
        else:
            yield from _columns(evolved.id, before, evolved.__dict__)
    for left in stored:
        yield Difference(order=left, column="*", stored="a row", evolved="")


def _columns(order: str, stored: dict[str, Any], evolved: dict[str, Any]) -> Iterator[Difference]:
    for column in orders.columns:
        before, after = stored[column.name], evolved[column.name]
        if before != after:
            yield Difference(order=order, column=column.name, stored=str(before), evolved=str(after))


def _evolved(read: Read, rows: Evolve) -> Iterator[OrderRow]:
    columns = events.c.stream, events.c.seq, events.c.tag, events.c.schema_no, events.c.happened_at, events.c.fields
    ours = events.c.stream.startswith(ORDER_STREAMS, autoescape=True)
    found = select(*columns).where(ours).order_by(events.c.stream, events.c.seq)
    streamed = read.connection.execute(found.execution_options(yield_per=_BATCH))
    for _, group in groupby(streamed, key=lambda row: row[0]):
        yield rows(tuple(_stored(*row[1:]) for row in group))


def _stored(seq: int, tag: str, schema_no: int, happened_at: Any, fields: str) -> StoredEvent:  # noqa: ANN401 - checked by the model
    data = EventData(tag=tag, schema_no=schema_no, happened_at=happened_at, fields=own_fields(orjson.loads(fields)))
    return StoredEvent(seq=seq, event=data)
