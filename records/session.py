"""Opening records: which database, in which mode, at which schema.

SQLite runs in WAL with full sync, and a writer takes the lock when it begins, so that what it read cannot change before
it writes. PostgreSQL does the same work row by row; where order matters, a writer takes a named lock (`hold`). Its
writers are READ COMMITTED, whatever the server's default is: a statement that comes after the lock must see what was
committed while the lock was waited for, which a snapshot taken at the start would not show.
"""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from records.migrating import migrate, told
from records.transaction import WRITER, Read, Records, Write
from schemas.errors import Refused

__all__ = ["Read", "Records", "Write", "migrate", "open_records", "sqlite_url", "told"]

LOCK_WAIT_SECONDS: Final = 60
# Of one process. A worker runs at most twenty activities at once, and each holds one connection at a time.
_CONNECTIONS: Final = 20
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


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite file, which `open_records` makes where it is missing."""
    return f"sqlite+pysqlite:///{path}"


def open_records(url: str) -> Records:
    """Open records at `url`: SQLite, or PostgreSQL through psycopg 3 whatever driver the address names.

    Nothing is connected yet. Raises `Refused` with `records.address` for an address of neither.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, connect_args={"isolation_level": None, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Records(engine, _queue_of(address.database))
    postgresql = address.set(drivername="postgresql+psycopg")
    engine = create_engine(postgresql, pool_pre_ping=True, pool_size=_CONNECTIONS)
    event.listen(engine, "begin", _begin_postgresql)
    return Records(engine)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    # What was given is not repeated: it may hold a password.
    if address is None or address.get_backend_name() not in {"sqlite", "postgresql"}:
        sentence = "BIHUAN_DATABASE_URL 不是可用的记录库地址。请写成 postgresql://用户@主机/库名，或留空使用数据目录中的 SQLite。"
        raise Refused("records.address", sentence)
    return address


def _queue_of(database: str | None) -> Path | None:
    """Return where the writers of a SQLite file stand in line; a database in memory has one writer anyway."""
    return Path(f"{database}.queue") if database and database != ":memory:" else None


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITER, False)
    mode = "READ COMMITTED, READ WRITE" if writes else "REPEATABLE READ, READ ONLY"
    connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {mode}")
