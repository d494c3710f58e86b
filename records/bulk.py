"""Many rows in one statement: SQLite's prepared statement run over them, PostgreSQL's JSON taken apart.

Thousands of rows go in at once when an hour strikes for a whole county, so here, and only here, a statement's text is
written by hand from the table's own columns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from ledger.canonical import canonical, timestamp
from records.columns import Json, Moment
from records.transaction import Read, Write


class Clash(StrEnum):
    """What happens to a row whose primary key is there already."""

    refuse = "refuse"
    keep = "keep"
    overwrite = "overwrite"


# What a value becomes on its way to the driver, where it is not passed on as it is.
_BINDERS: Final[dict[type[TypeEngine[Any]], Callable[[Any], str]]] = {
    Moment: timestamp,
    Json: lambda value: canonical(value).decode(),
}
_TYPES: Final = {BigInteger: "bigint", Integer: "integer", Boolean: "boolean", LargeBinary: "bytea"}


def put(write: Write, table: Table, rows: Sequence[tuple[object, ...]], *, clash: Clash = Clash.refuse) -> int:
    """Insert rows whose values are in the table's column order and as the driver takes them (see `binder`).

    Returns how many were written; a row kept as it was is not counted.
    """
    if not rows:
        return 0
    statement = _statement(table, clash, sqlite=write.is_sqlite)
    given = list(rows) if write.is_sqlite else (_document(table, rows),)
    return write.connection.exec_driver_sql(statement, given).rowcount


def put_values(
    write: Write, table: Table, values: Iterable[Mapping[str, object]], *, clash: Clash = Clash.refuse
) -> int:
    """Insert rows given by column name, as Python values; see `put`."""
    bind = binder(table)
    return put(write, table, [bind(value) for value in values], clash=clash)


@cache
def binder(table: Table) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    """Return what turns a row by column name into a tuple for `put`: instants and JSON as their one text."""
    pick = itemgetter(*(column.name for column in table.columns))
    changed = [(at, _BINDERS[type(c.type)]) for at, c in enumerate(table.columns) if type(c.type) in _BINDERS]

    def bind(row: Mapping[str, object]) -> tuple[object, ...]:
        values = list(pick(row))
        for at, change in changed:
            if values[at] is not None:
                values[at] = change(values[at])
        return tuple(values)

    return bind


def given(read: Read, values: Sequence[str]) -> FromClause:
    """Return the values as a table with the one column `value`, however many there are."""
    if read.is_sqlite:
        return func.json_each(bindparam("given", canonical(list(values)).decode())).table_valued("value")
    return func.unnest(bindparam("given", list(values), ARRAY(Text))).table_valued("value").render_derived()


def among(read: Read, column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the column is one of the values; one statement text for any number of them."""
    table = given(read, values)
    return column.in_(table.select())


def _document(table: Table, rows: Sequence[tuple[object, ...]]) -> str:
    """All rows as one JSON text: the driver hands it on as it is, and the server takes it apart in C."""
    names = [str(column.name) for column in table.columns]
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_hexadecimal).decode()


def _hexadecimal(value: object) -> str:
    """Bytes as PostgreSQL writes them; nothing else needs help."""
    if not isinstance(value, bytes):
        message = f"a {type(value).__name__} is no value of a column"
        raise TypeError(message)
    return f"\\x{value.hex()}"


@cache
def _statement(table: Table, clash: Clash, *, sqlite: bool) -> str:
    names = [f'"{column.name}"' for column in table.columns]
    if sqlite:
        source = f"VALUES ({', '.join('?' for _ in names)})"
    else:
        typed = ", ".join(f'"{column.name}" {_TYPES.get(type(column.type), "text")}' for column in table.columns)
        source = f"SELECT * FROM json_to_recordset(%s::json) AS given({typed})"  # noqa: S608 - our own metadata's names
    return f"INSERT INTO {table.name} ({', '.join(names)}) {source}{_on_conflict(table, clash)}"


def _on_conflict(table: Table, clash: Clash) -> str:
    if clash is Clash.refuse:
        return ""
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    if clash is Clash.keep:
        return f" ON CONFLICT ({key}) DO NOTHING"
    sets = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in table.columns if not c.primary_key)
    return f" ON CONFLICT ({key}) DO UPDATE SET {sets}"
