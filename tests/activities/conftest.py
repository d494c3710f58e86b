"""Records to write into: a fresh SQLite file for every test, and a PostgreSQL database where a test asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from records.session import Records, migrate, open_records, sqlite_url
from tests.records.conftest import postgresql

__all__ = ["postgresql"]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Empty records at today's schema."""
    opened = open_records(sqlite_url(tmp_path / "records.db"))
    migrate(opened)
    yield opened
    opened.close()
