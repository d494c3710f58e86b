"""A data directory for each test of the command line, and an office in it where one is asked for."""

from pathlib import Path

import pytest

from tests.commands.office import furnish, issue


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for a data directory, which the settings name."""
    place = tmp_path / "var"
    monkeypatch.setenv("BIHUAN_HOME", str(place))
    return place


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Path:
    """A data directory with roster, people, rules and one issued order."""
    furnish(tmp_path)
    issue()
    return home
