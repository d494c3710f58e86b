"""The architecture holds, and the contracts that hold it would notice if it did not."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tree import ROOT, files, project

LINTER = project()["tool"]["importlinter"]
ROOMS: list[str] = LINTER["root_packages"]
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))

# Folders in the root that are no rooms, each with its reason.
NOT_ROOMS = {
    ".ci": "what a change must pass",
    "bench": "programs that measure; nobody imports them",
    "deploy": "files that docker-compose.yml mounts",
    "docs": "to be read",
    "policies": "data",
    "tests": "the proof",
}

# For each contract, imports that it must refuse: the importing module, and what it imports.
PLANTED = {
    "layers": ("schemas.planted", "rules"),
    "doors": ("activities.planted", "worker"),
    "rules": ("rules.planted", "ledger"),
    "connectors": ("connectors.planted", "rules"),
    "records": ("records.planted", "rules"),
    "runtime": ("runtime.planted", "ledger"),
    "plumbing": ("activities.planted", "runtime.settings"),
    "story": ("workflows.planted", "records"),
    "independence": ("workflows.planted", "workflows.docket"),
    "writing": ("commands.planted", "records.writing"),
    "outside": ("workflows.planted", "connectors"),
    "sql": ("activities.planted", "sqlalchemy"),
    "engine": ("rules.planted", "temporalio"),
    "pure": ("rules.planted", "pathlib"),
}


def _lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache", *arguments], cwd=folder, capture_output=True, check=False, text=True
    )


@pytest.fixture
def empty_house(tmp_path: Path) -> Path:
    """The rooms without furniture, under the real contracts."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    furniture = ["records/writing.py", "runtime/log.py", "runtime/settings.py", "workflows/docket.py"]
    for name in [f"{room}/__init__.py" for room in ROOMS] + furniture:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_contracts_are_kept() -> None:
    """No import in the rooms breaks a contract."""
    result = _lint(ROOT)

    assert result.returncode == 0, result.stdout


def test_empty_house_is_sound(empty_house: Path) -> None:
    """The house used below keeps every contract before a violation is planted in it."""
    assert _lint(empty_house).returncode == 0


@pytest.mark.parametrize("contract", PLANTED)
def test_contract_bites(contract: str, empty_house: Path) -> None:
    """A forbidden import planted for a contract is reported by that contract, at its line."""
    importer, imported = PLANTED[contract]
    (empty_house / f"{importer.replace('.', '/')}.py").write_text(f"import {imported}\n", encoding="utf-8")

    result = _lint(empty_house, "--contract", contract)

    assert result.returncode == 1
    assert "1 broken" in result.stdout
    assert importer in result.stdout


def test_log_of_the_plumbing_is_open(empty_house: Path) -> None:
    """The contract on plumbing lets the hands import the log and nothing else of it."""
    (empty_house / "activities" / "allowed.py").write_text("import runtime.log\n", encoding="utf-8")

    assert _lint(empty_house, "--contract", "plumbing").returncode == 0


def test_every_contract_has_a_planted_violation() -> None:
    """No contract is left whose bite was never tried."""
    assert PLANTED.keys() == {contract["id"] for contract in LINTER["contracts"]}


def test_every_root_folder_is_accounted_for() -> None:
    """Each folder in the root is a room under contract, or stands in the reasoned list; neither list names a ghost."""
    folders = {name.split("/", 1)[0] for name in files() if "/" in name}

    assert folders == set(ROOMS) | NOT_ROOMS.keys()


def test_every_room_stands_in_the_layers() -> None:
    """The contract on layers orders all rooms."""
    [layers] = [contract["layers"] for contract in LINTER["contracts"] if contract["id"] == "layers"]

    assert sorted(room for layer in layers for room in layer.split(" | ")) == sorted(ROOMS)


@pytest.mark.parametrize("name", [*ROOMS, "cli", "worker"])
def test_name_is_ours(name: str) -> None:
    """Other people's distributions install `records`, `rules` and the like; what is imported here is ours."""
    spec = find_spec(name)

    assert spec is not None
    assert spec.origin in {str(ROOT / name / "__init__.py"), str(ROOT / f"{name}.py")}


def test_wheel_takes_every_room_and_door() -> None:
    """What is installed is what is under contract, with the policies."""
    packed = set(project()["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])

    assert packed == {*ROOMS, "policies", "cli.py", "worker.py"}
