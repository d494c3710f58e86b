"""A data directory of its own for each test, and one engine for those that only need it to answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.engine import EmbeddedEngine
from runtime.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a fresh data directory and one worker."""
    return Settings(home=tmp_path / "home", workers=1)


@pytest.fixture
def abrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are killed instead of asked to end: saves seconds, and nothing durable may depend on the difference."""
    monkeypatch.setattr("runtime.engine.STOP_WITHIN_S", 0)


@pytest.fixture(scope="package")
async def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Settings whose embedded engine runs while the tests of this folder do."""
    settings = Settings(home=tmp_path_factory.mktemp("engine") / "home", workers=1)
    async with EmbeddedEngine(settings):
        yield settings
