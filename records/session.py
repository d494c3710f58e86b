"""Where records are and how one transaction is held: a reader sees one state, a writer commits once, at the edge.

SQLite runs in WAL with full sync, and a writer takes the lock when it begins, so that what it read cannot change before
it writes. PostgreSQL does the same work row by row; where order matters, a writer takes a named lock (`hold`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

LOCK_WAIT_SECONDS: Final = 60
_WRITER: Final = "bihuan_writer"
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}",
    "PRAGMA foreign_keys = ON",
    # Without it `INSERT OR REPLACE` deletes rows behind the triggers that protect events.
    "PRAGMA recursive_triggers = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 4000",
)


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
        with self.engine.connect().execution_options(**{_WRITER: True}) as connection, connection.begin():
            yield Write(connection)

    @contextmanager
    def read(self) -> Iterator[Read]:
        """Hold one state still to read from; nothing is written."""
        with self.engine.connect() as connection:
            yield Read(connection)

    def close(self) -> None:
        """Give back every connection; the last one on SQLite folds the write-ahead log into the file."""
        self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file, which `open_records` makes where it is missing."""
    return f"sqlite+pysqlite:///{path}"


def open_records(url: str) -> Records:
    """Open records at `url`: SQLite, or PostgreSQL through psycopg 3 whatever driver the address names."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, connect_args={"isolation_level": None, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        postgresql = address.set(drivername="postgresql+psycopg")
        engine = create_engine(postgresql, pool_pre_ping=True)
        event.listen(engine, "begin", _begin_postgresql)
    return Records(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITER, False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
