"""Settings come from one table, and the page about them says the same."""

from pathlib import Path

import pytest

from runtime.settings import SETTINGS, Settings
from schemas.errors import Refused

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_variable_default_and_help() -> None:
    """The rows of the page's table are the rows of the table in the code, in order."""
    expected = [f"| `{s.variable}` | {f'`{s.default}`' if s.default else '（空）'} | {s.help} |" for s in SETTINGS]

    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert expected == rows


def test_the_table_and_the_model_have_the_same_settings() -> None:
    """No setting can be read that is not in the table, and none is listed that cannot be set."""
    assert [s.name for s in SETTINGS] == list(Settings.model_fields)


def test_without_environment_the_data_directory_is_var_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The default is `var` in the current directory, made absolute so that children agree."""
    monkeypatch.chdir(tmp_path)

    settings = Settings.load({})

    assert tmp_path / "var" == settings.home
    assert f"sqlite:///{tmp_path}/var/records.db" == settings.records_url


def test_environment_is_read_and_overridden_by_options() -> None:
    """A command's own option wins over the environment; blank ones do not count."""
    environ = {"BIHUAN_HOME": "/a", "BIHUAN_WORKERS": "3", "BIHUAN_NAMESPACE": "office", "BIHUAN_TEMPORAL_ADDRESS": ""}

    settings = Settings.load(environ, home="/b", workers=None)

    assert (Path("/b"), 3, "office", True) == (
        settings.home,
        settings.workers,
        settings.namespace,
        settings.embedded,
    )


def test_a_child_process_gets_the_same_settings() -> None:
    """What is handed down through the environment loads to an equal value."""
    settings = Settings(home=Path("/data"), workers=2, log_format="json", temporal_address="temporal:7233")

    assert settings == Settings.load(settings.environment)


@pytest.mark.parametrize(("variable", "value"), [("BIHUAN_WORKERS", "0"), ("BIHUAN_LOG_FORMAT", "xml")])
def test_a_value_that_cannot_be_used_is_refused_by_its_variable(variable: str, value: str) -> None:
    """The sentence names the variable to correct."""
    with pytest.raises(Refused, match=variable) as refused:
        Settings.load({variable: value})

    assert refused.value.code == "settings.invalid"


def test_the_data_directory_is_for_its_owner_only(tmp_path: Path) -> None:
    """Keys and sealed values lie in it; making it twice is harmless."""
    settings = Settings(home=tmp_path / "a" / "home")
    settings.make_home()
    settings.make_home()

    assert settings.home.stat().st_mode & 0o777 == 0o700
