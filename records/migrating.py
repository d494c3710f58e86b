"""Bringing a database to today's schema, from wherever it stands, in one transaction."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import SetColumnComment, SetTableComment

import records.tables_current  # noqa: F401 - its tables belong to the metadata
from records.tables import metadata
from records.transaction import Read, Records, Write
from schemas.errors import Refused

_SCRIPTS: Final = Path(__file__).parent / "migrations"


def migrate(records: Records, *, to: str = "head") -> None:
    """Bring the schema to `to`, the newest unless said otherwise; nothing is changed when it is there already.

    Two that start at once do not meet: the second waits, and finds nothing to do. Everybody who opens records comes by
    here first, so it is here that a database which cannot be reached is told as such.

    Raises:
        Refused: `records.unreachable`.

    """
    try:
        with records.write() as write:
            write.hold("migrate")
            if schema_version(write) != _version_of(to):
                _move(write, to)
    except OperationalError as error:
        where = records.engine.url.render_as_string(hide_password=True)
        sentence = f"记录库打不开：{where}。请检查数据库服务、网络、权限和磁盘，再重试；没有给出回执的操作没有收到。"
        raise Refused("records.unreachable", sentence) from error


def schema_version(read: Read) -> str | None:
    """Return the version the database stands at, None for an empty one."""
    return MigrationContext.configure(read.connection).get_current_revision()


def newest_version() -> str:
    """Return the version that this code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _version_of(to: str) -> str | None:
    return {"head": newest_version(), "base": None}.get(to, to)


def _move(write: Write, to: str) -> None:
    config = _config()
    config.attributes["connection"] = write.connection
    (command.downgrade if to == "base" else command.upgrade)(config, to)
    if to == "head" and not write.is_sqlite:
        _comment(write.connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _comment(connection: Connection) -> None:
    """Give PostgreSQL the sentences of the metadata, so that a column explains itself there too."""
    for table in metadata.sorted_tables:
        connection.execute(SetTableComment(table))
        for column in table.columns:
            connection.execute(SetColumnComment(column))
