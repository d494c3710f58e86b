"""Bringing a database to today's schema, from wherever it stands, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError
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
        Refused: `records.unreachable` or `records.damaged`.

    """
    try:
        with told(records), records.write() as write:
            write.hold("migrate")
            if schema_version(write) != _version_of(to):
                _move(write, to)
    except OSError as error:  # the file at which writers stand in line
        raise _unreachable(records) from error


@contextmanager
def told(records: Records) -> Iterator[None]:
    """Tell a database that cannot be reached, or a file that is none, as what it is; data that is refused passes.

    Raises:
        Refused: `records.unreachable` or `records.damaged`.

    """
    try:
        yield
    except OperationalError as error:
        raise _unreachable(records) from error
    except DatabaseError as error:
        # The drivers have classes of their own for refused data and wrong statements: what is left is a broken file.
        if type(error) is not DatabaseError:
            raise
        sentence = f"记录库已损坏，或不是记录库：{_where(records)}。请停止使用，从备份恢复，见运维手册。"
        raise Refused("records.damaged", sentence) from error


def _unreachable(records: Records) -> Refused:
    sentence = (
        f"记录库打不开：{_where(records)}。请检查数据库服务、网络、权限和磁盘，再重试；没有给出回执的操作没有收到。"
    )
    return Refused("records.unreachable", sentence)


def _where(records: Records) -> str:
    return records.engine.url.render_as_string(hide_password=True)


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
