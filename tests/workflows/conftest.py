"""One real Temporal server for a session, whose workflows' clocks can be moved; a queue and records for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.loop import Loop
from tests.workflows.server import SMALL, looped, start_server, stock


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    """The server that most tests share."""
    async with await start_server() as env:
        yield env


@pytest.fixture(scope="session")
async def small_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server that suggests to continue as new after a handful of acts."""
    async with await start_server(**SMALL) as env:
        yield env


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with all that an assessment needs."""
    return stock(tmp_path_factory.mktemp("stocked"))


@pytest.fixture
def loop(server: WorkflowEnvironment, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    """A loop of the test's own."""
    with looped(server, stocked, tmp_path / "home", monkeypatch) as made:
        yield made


@pytest.fixture
def small_loop(
    small_server: WorkflowEnvironment, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Loop]:
    """A loop whose workflows soon continue as new."""
    with looped(small_server, stocked, tmp_path / "home", monkeypatch) as made:
        yield made
