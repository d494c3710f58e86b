"""How one transaction is held: a reader sees one state, a writer commits once, at the edge."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

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

        Take it before reading what it protects. On SQLite there is one writer at a time anyway.
        """
        if not self.is_sqlite:
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
            self.connection.execute(lock, {"name": name})


@dataclass(frozen=True, slots=True)
class Records:
    """An open database; `write` and `read` are the only ways in."""

    engine: Engine
    queue: Path | None = None
    """The file at which SQLite's writers of all processes stand in line; none where the database queues them itself."""

    @contextmanager
    def write(self) -> Iterator[Write]:
        """Hold one transaction; committed when the block ends well, rolled back when it raises."""
        with self._turn(), self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITER: True})
            with connection.begin():
                yield Write(connection)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait in line for the one writer's place.

        SQLite itself lets writers try again after ever longer naps, up to 100 ms, in no order: with several writers the
        file is mostly idle while everybody sleeps. A file lock wakes the next at once, and dies with its process.
        """
        if self.queue is None:
            yield
            return
        with self.queue.open("ab") as place:
            fcntl.flock(place, fcntl.LOCK_EX)
            yield

    @contextmanager
    def read(self) -> Iterator[Read]:
        """Hold one state still to read from; nothing is written."""
        with self.engine.connect() as connection:
            yield Read(connection)

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Hold `name` among all processes of this database while the block lasts; false where another one holds it.

        A SQLite file has one owner by its data directory's lock, so there it is always true. The claim dies with its
        connection, however the process ends.
        """
        if self.engine.dialect.name == "sqlite":
            yield True
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            asked = {"name": name}
            key = "hashtextextended(:name, 0)"
            mine = bool(connection.scalar(text(f"SELECT pg_try_advisory_lock({key})"), asked))
            try:
                yield mine
            finally:
                if mine:
                    with suppress(DBAPIError):  # a server that went away has let go already
                        connection.execute(text(f"SELECT pg_advisory_unlock({key})"), asked)

    def close(self) -> None:
        """Give back every connection; the last one on SQLite folds the write-ahead log into the file."""
        self.engine.dispose()
