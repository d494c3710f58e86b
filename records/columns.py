"""The few column types that all tables share, so that a value reads back equal on SQLite and on PostgreSQL.

Instants are the very text that stands in a ledger entry (RFC 3339, UTC, six decimals, `Z`): it sorts as time does, and
what an auditor reads in a row is what was hashed. Text is compared byte by byte on both databases.
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Integer, LargeBinary, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeEngine

from ledger.canonical import canonical, timestamp

Word: TypeEngine[str] = Text().with_variant(TEXT(collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept as the ledger writes it; comes back in UTC."""

    impl = Word
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the signature
        """Write it; a naive instant is refused by the ledger's own check."""
        return None if value is None else timestamp(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the same
        """Read it back, equal to what was written."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A small value as canonical JSON text: equal values are equal bytes, so a row can be compared by its columns."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 - JSON
        """Write it as the ledger would."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - JSON
        """Read it as plain lists and dicts."""
        return None if value is None else json.loads(value)


def word(name: str, comment: str, *, key: bool = False, null: bool = False) -> Column[str]:
    """Build a text column."""
    return Column(name, Word, primary_key=key, nullable=null, comment=comment)


def number(name: str, comment: str, *, key: bool = False, null: bool = False, big: bool = False) -> Column[int]:
    """Build an integer column, never self-numbering: numbers here mean something."""
    kind = BigInteger() if big else Integer()
    return Column(name, kind, primary_key=key, autoincrement=False, nullable=null, comment=comment)


def flag(name: str, comment: str) -> Column[bool]:
    """Build a yes-or-no column."""
    return Column(name, Boolean(create_constraint=False), nullable=False, comment=comment)


def moment(name: str, comment: str, *, null: bool = False) -> Column[datetime]:
    """Build a column of instants."""
    return Column(name, Moment(), nullable=null, comment=comment)


def blob(name: str, comment: str, *, null: bool = False) -> Column[bytes]:
    """Build a column of bytes."""
    return Column(name, LargeBinary(), nullable=null, comment=comment)


def plain_json(name: str, comment: str, *, null: bool = False) -> Column[Any]:
    """Build a column of canonical JSON."""
    return Column(name, Json(), nullable=null, comment=comment)
