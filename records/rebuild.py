"""Making the current rows again from events alone, or proving that they are what events say, column by column."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, Final, TypeAlias

from sqlalchemy import Table, delete, select, text

from records.bulk import binder, put
from records.editions import Edition, unlike_documents
from records.frozen import Round, unlike
from records.reading_events import RecordedEvent, recorded
from records.rows import CampaignRow, FrozenRound, MeasurementRow, PublicationRow, StaffRow, UnitRow
from records.tables import events
from records.tables_current import boards, campaigns, candidates, measurements, orders, publications, staff, units
from records.transaction import Read, Records, Write
from schemas.base import Model
from schemas.order import OrderRow


class Kind(StrEnum):
    """Whose events a stream holds; a stream's name begins with it and a colon."""

    order = "order"
    unit = "unit"
    staff = "staff"
    campaign = "campaign"


Row: TypeAlias = OrderRow | UnitRow | MeasurementRow | StaffRow | CampaignRow | PublicationRow | FrozenRound

Evolve: TypeAlias = Callable[[str, tuple[RecordedEvent, ...]], Iterable[Row]]
"""From whose stream it is (its name behind the colon) and its events to all rows that it leaves.

The rules bring it, since the memory judges nothing.
"""

# In the order in which writers reach for them, so that nobody waits for each other in a ring.
_TABLES: Final[dict[Kind, dict[type[Row], Table]]] = {
    Kind.order: {OrderRow: orders},
    Kind.unit: {UnitRow: units, MeasurementRow: measurements},
    Kind.staff: {StaffRow: staff},
    Kind.campaign: {CampaignRow: campaigns, PublicationRow: publications},
}
_BATCH: Final = 1000
_Key: TypeAlias = tuple[Any, ...]


class Difference(Model):
    """One column that is not what the events say; `row` is its key, a row missing on one side is the column `*`."""

    table: str
    row: str
    column: str
    stored: str
    evolved: str


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What the events of campaigns commit to and no event makes again: digests of candidates and of editions."""

    rounds: dict[Round, str] = field(default_factory=dict)
    editions: dict[Edition, str] = field(default_factory=dict)

    def takes(self, row: Row) -> bool:
        """Note a commitment; says whether that was all, and there is no row of a table to be made."""
        if isinstance(row, PublicationRow):
            self.editions[row.campaign, row.round, row.version] = row.digest
        if isinstance(row, FrozenRound):
            self.rounds[row.campaign, row.round] = row.digest
        return isinstance(row, FrozenRound)


def rebuild(records: Records, *, check: bool, rows: Mapping[Kind, Evolve]) -> tuple[Difference, ...]:
    """Empty the tables of these kinds and evolve every stream of theirs again; with `check`, change nothing.

    Returns what differs: every column when checking, else what events cannot mend: frozen candidates and documents. One
    transaction: readers see the old rows until the new ones are complete.
    """
    if check:
        with records.read() as read:
            return tuple(one for kind, evolve in rows.items() for one in _differences(read, kind, evolve))
    with records.write() as write:
        _keep_writers_out(write, [table for kind in rows for table in _TABLES[kind].values()])
        return tuple(one for kind, evolve in rows.items() for one in _remade(write, kind, evolve))


def _keep_writers_out(write: Write, tables: Iterable[Table]) -> None:
    """Whoever records meanwhile waits with their row, and sets it again afterwards."""
    if not write.is_sqlite:
        for table in tables:
            write.connection.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))


def _remade(write: Write, kind: Kind, evolve: Evolve) -> tuple[Difference, ...]:
    """Make a kind's rows again; returns what could not be."""
    tables = _TABLES[kind]
    for table in tables.values():
        write.connection.execute(delete(table))
    batches: dict[Table, list[tuple[object, ...]]] = {table: [] for table in tables.values()}
    frozen = _Frozen()
    for row in _evolved(write, kind, evolve):
        if frozen.takes(row):
            continue
        table = tables[type(row)]
        batches[table].append(binder(table)(row.__dict__))
        if len(batches[table]) == _BATCH:
            put(write, table, batches[table])
            batches[table] = []
    for table, batch in batches.items():
        put(write, table, batch)
    return tuple(_thawed(write, kind, frozen))


def _differences(read: Read, kind: Kind, evolve: Evolve) -> Iterator[Difference]:
    stored = {table: _rows_by_key(read, table) for table in _TABLES[kind].values()}
    frozen = _Frozen()
    for row in _evolved(read, kind, evolve):
        if frozen.takes(row):
            continue
        table = _TABLES[kind][type(row)]
        key = _key(table, row.__dict__)
        before = stored[table].pop(key, None)
        if before is None:
            yield _difference(table, key, "*", "", "a row")
        else:
            yield from _columns(table, key, before, row.__dict__)
    for table, left in stored.items():
        yield from (_difference(table, key, "*", "a row", "") for key in left)
    yield from _thawed(read, kind, frozen)


def _thawed(read: Read, kind: Kind, frozen: _Frozen) -> Iterator[Difference]:
    """What campaigns froze and is not as it was."""
    if kind is Kind.campaign:
        for key, held, committed in unlike(read, frozen.rounds):
            yield _difference(candidates, key, "*", held, committed)
        for edition, held, committed in unlike_documents(read, frozen.editions):
            yield _difference(boards, edition, "*", held, committed)


def _columns(table: Table, key: _Key, stored: Mapping[str, Any], evolved: Mapping[str, Any]) -> Iterator[Difference]:
    for column in table.columns:
        before, after = stored[column.name], evolved[column.name]
        if before != after:
            yield _difference(table, key, column.name, str(before), str(after))


def _difference(table: Table, key: _Key, column: str, stored: str, evolved: str) -> Difference:
    row = " ".join(map(str, key))
    return Difference(table=table.name, row=row, column=column, stored=stored, evolved=evolved)


def _rows_by_key(read: Read, table: Table) -> dict[_Key, dict[str, Any]]:
    return {_key(table, dict(row)): dict(row) for row in read.connection.execute(select(table)).mappings()}


def _key(table: Table, row: Mapping[str, Any]) -> _Key:
    return tuple(row[column.name] for column in table.primary_key)


def _evolved(read: Read, kind: Kind, evolve: Evolve) -> Iterator[Row]:
    """All rows that the streams of a kind leave, stream by stream."""
    prefix = f"{kind}:"
    ours = events.c.stream.startswith(prefix, autoescape=True)
    found = select(events).where(ours).order_by(events.c.stream, events.c.seq)
    streamed = read.connection.execute(found.execution_options(yield_per=_BATCH)).mappings()
    for name, group in groupby(streamed, key=lambda row: str(row["stream"])):
        yield from evolve(name.removeprefix(prefix), tuple(recorded(row) for row in group))
