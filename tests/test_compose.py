"""The deployment file: valid, and without the traps of the examples it grew from."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from runtime.settings import SETTINGS
from schemas.names import SEARCH_ATTRIBUTES
from tests.tree import ROOT

COMPOSE = ROOT / "docker-compose.yml"
BIN = Path(sys.executable).parent
JOBS = {"temporal-schema", "temporal-namespace"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file with its merge keys resolved."""
    content: dict[str, Any] = YAML(typ="safe", pure=True).load(COMPOSE)
    return content


def test_valid_against_the_compose_schema() -> None:
    """The Compose specification's own schema accepts the file."""
    result = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        check=False,
        text=True,
    )

    assert result.returncode == 0, result.stdout


def test_server_is_the_one_we_test_with(compose: dict[str, Any]) -> None:
    """Server, its tools and its page have the versions that the embedded engine has."""
    shown = subprocess.run([BIN / "temporal", "--version"], capture_output=True, check=True, text=True).stdout
    found = re.search(r"Server ([\d.]+), UI ([\d.]+)", shown)
    assert found is not None
    images = {name: service.get("image") for name, service in compose["services"].items()}

    assert images["temporal"] == f"temporalio/server:{found[1]}"
    assert images["temporal-schema"] == images["temporal-namespace"] == f"temporalio/admin-tools:{found[1]}"
    assert images["temporal-ui"] == f"temporalio/ui:{found[2]}"


def test_no_password_stands_in_the_file(compose: dict[str, Any]) -> None:
    """Every password comes from the environment, and its absence stops the start with a sentence."""
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|PWD", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)
            else:
                assert not re.search(r"://\w+:(?!\$\{\w+:\?)", value)


def test_nothing_is_published_beyond_this_machine(compose: dict[str, Any]) -> None:
    """Only Temporal's page has a published port, on the loopback address; PostgreSQL and the frontend have none."""
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}

    assert published == {"temporal-ui": ["127.0.0.1:8080:8080"]}


def test_data_lies_on_named_volumes(compose: dict[str, Any]) -> None:
    """What must survive a `down` has a name: the database and the worker's data directory."""
    assert compose["volumes"].keys() == {"postgresql", "worker"}
    assert "postgresql:/var/lib/postgresql/data" in compose["services"]["postgresql"]["volumes"]
    assert "worker:/bihuan/var" in compose["services"]["worker"]["volumes"]


def test_every_mounted_file_is_here(compose: dict[str, Any]) -> None:
    """Each file that a service mounts exists, and a script can be run."""
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file()
                assert not source.endswith(".sh") or (ROOT / source).stat().st_mode & 0o111


def test_server_gets_its_dynamic_configuration(compose: dict[str, Any]) -> None:
    """The path that the server is told of is the path at which our file is mounted."""
    server = compose["services"]["temporal"]
    path = server["environment"]["DYNAMIC_CONFIG_FILE_PATH"]

    assert f"./deploy/dynamicconfig.yaml:{path}:ro" in server["volumes"]
    assert YAML(typ="safe").load(ROOT / "deploy" / "dynamicconfig.yaml")["frontend.enablePrincipalPropagation"]


def test_shards_are_enough_for_ever(compose: dict[str, Any]) -> None:
    """The number of history shards, which can never be changed, is not the image's default of 4."""
    assert compose["services"]["temporal"]["environment"]["NUM_HISTORY_SHARDS"] == "512"


def test_services_wait_until_the_others_are_ready(compose: dict[str, Any]) -> None:
    """Who is waited for has a health check or is a job, and is waited for by the matching condition."""
    services = compose["services"]
    for service in services.values():
        for name, wish in service.get("depends_on", {}).items():
            done = name in JOBS
            assert wish["condition"] == ("service_completed_successfully" if done else "service_healthy")
            assert done or "healthcheck" in services[name]


def test_long_running_services_come_back(compose: dict[str, Any]) -> None:
    """What runs for ever is started again after a crash; a job is tried again only when it failed."""
    for name, service in compose["services"].items():
        assert service["restart"] == ("on-failure:5" if name in JOBS else "unless-stopped")


def test_worker_has_no_rights_and_time_to_finish(compose: dict[str, Any]) -> None:
    """The worker runs as nobody in particular, with a read-only image, and is given a minute to stop."""
    worker = compose["services"]["worker"]
    uid = worker["user"].split(":")[0]

    assert int(uid) > 0
    assert f"--uid {uid} " in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert worker["read_only"]
    assert worker["cap_drop"] == ["ALL"]
    assert worker["stop_grace_period"] == "1m"


def test_worker_is_told_only_settings_that_exist(compose: dict[str, Any]) -> None:
    """Each variable handed to the worker is one that the settings read."""
    assert compose["services"]["worker"]["environment"].keys() <= {setting.variable for setting in SETTINGS}


def test_worker_and_job_agree_on_the_namespace(compose: dict[str, Any]) -> None:
    """The worker works in the namespace that the job makes and that the page opens with."""
    environments = {name: service.get("environment", {}) for name, service in compose["services"].items()}

    assert (
        environments["temporal-namespace"]["TEMPORAL_NAMESPACE"]
        == environments["temporal-ui"]["TEMPORAL_DEFAULT_NAMESPACE"]
        == environments["worker"]["BIHUAN_NAMESPACE"]
    )


def test_job_creates_our_search_attributes() -> None:
    """The namespace job creates exactly the search attributes that the workflows set."""
    script = (ROOT / "deploy" / "namespace.sh").read_text(encoding="utf-8")
    found = re.search(r"for name in ([\w ]+); do", script)
    assert found is not None

    assert set(found[1].split()) == SEARCH_ATTRIBUTES.keys()
    assert set(SEARCH_ATTRIBUTES.values()) == set(re.findall(r"--type (\w+)", script))


def test_image_takes_every_room_of_the_wheel() -> None:
    """The worker's image is built from exactly what the wheel holds, and the lock."""
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    wheel = re.search(r"only-include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.DOTALL)
    assert wheel is not None

    assert allowed == {*re.findall(r'"([^"]+)"', wheel[1]), "requirements.lock"}
