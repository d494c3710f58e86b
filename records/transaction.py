"""How one transaction is held: a reader sees one state, a writer commits once, at the edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

WRITER: Final = "bihuan_writer"
"""The connection's option by which the engine knows that a transaction will write."""


@dataclass(frozen=True, slots=True)
class Read:
    """One consistent look at the records."""

    connection: Connection

    @property
    def is_sqlite(self) -> bool:
        """Which of the two databases this is."""
        return self.connection.dialect.name == "sqlite"


@dataclass(frozen=True, slots=True)
class Write(Read):
    """One transaction that will be committed at the edge, as a whole or not at all."""

    def hold(self, name: str) -> None:
        """Keep everybody else who holds `name` out until this transaction ends.

        On SQLite there is one writer at a time anyway.
        """
        if not self.is_sqlite:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
            self.connection.execute(lock, {"name": name})


@dataclass(frozen=True, slots=True)
class Records:
    """An open database; `write` and `read` are the only ways in."""

    engine: Engine

    @contextmanager
    def write(self) -> Iterator[Write]:
        """Hold one transaction; committed when the block ends well, rolled back when it raises."""
        with self.engine.connect().execution_options(**{WRITER: True}) as connection, connection.begin():
            yield Write(connection)

    @contextmanager
    def read(self) -> Iterator[Read]:
        """Hold one state still to read from; nothing is written."""
        with self.engine.connect() as connection:
            yield Read(connection)

    def close(self) -> None:
        """Give back every connection; the last one on SQLite folds the write-ahead log into the file."""
        self.engine.dispose()
