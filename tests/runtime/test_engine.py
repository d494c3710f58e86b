"""The embedded engine on the real Temporal server: it starts, refuses a second copy, and survives being killed."""

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from runtime.client import connect
from runtime.engine import EmbeddedEngine, engine_address, free_ports, temporal_binary
from runtime.lock import HomeLock
from runtime.namespace import RETENTION_S
from runtime.runfile import Mark, Ports, RunFile
from runtime.settings import Settings
from schemas.errors import Refused

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
KIND = SearchAttributeKey.for_keyword("BihuanKind")


async def test_the_engine_is_ready_in_five_seconds_and_durable(settings: Settings) -> None:
    """The budget holds; retention is ten years; a search attribute works at once; the database is in WAL mode."""
    started = time.monotonic()
    async with EmbeddedEngine(settings, search_attributes={"BihuanKind": "Keyword"}) as engine:
        took = time.monotonic() - started
        client = await connect(settings)
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        kind = TypedSearchAttributes([SearchAttributePair(KIND, "order")])
        await client.start_workflow("Waiting", id="w1", task_queue="nobody", search_attributes=kind)

        assert took < 5
        assert namespace.config.workflow_execution_retention_ttl.seconds == RETENTION_S
        assert engine.address == engine_address(settings)
        assert settings.engine_db.with_name("temporal.db-wal").exists()

    with pytest.raises(Refused, match=r"engine\.not_running"):
        engine_address(settings)


async def test_a_second_copy_is_refused_and_the_first_is_left_alone(shared_engine: Settings) -> None:
    """The sentence names the holder and says what to do; the first engine still answers."""
    with pytest.raises(Refused, match=f"进程号 {os.getpid()}") as refused:
        await EmbeddedEngine(shared_engine).start()

    assert refused.value.code == "engine.already_running"
    assert await (await connect(shared_engine)).service_client.check_health()


@pytest.mark.usefixtures("abrupt")
async def test_after_kill_9_of_the_server_a_workflow_is_still_there(settings: Settings) -> None:
    """A workflow that the server has acknowledged survives SIGKILL, and the engine answers on the same ports."""
    async with EmbeddedEngine(settings) as engine:
        address = engine.address
        handle = await (await connect(settings)).start_workflow("Waiting", id="w1", task_queue="nobody")
        os.kill(engine.pid, signal.SIGKILL)
        code = await engine.wait()

    async with EmbeddedEngine(settings) as again:
        described = await (await connect(settings)).get_workflow_handle("w1").describe()

        assert code == -signal.SIGKILL
        assert (address, handle.result_run_id) == (again.address, described.run_id)


@pytest.mark.usefixtures("abrupt")
async def test_a_later_release_may_bring_new_search_attributes_but_not_change_their_types(settings: Settings) -> None:
    """On a data directory of an earlier release the new ones are there at the first start; a clash is refused."""
    async with EmbeddedEngine(settings, search_attributes={"BihuanOld": "Keyword"}):
        pass
    async with EmbeddedEngine(settings, search_attributes={"BihuanOld": "Keyword", "BihuanKind": "Keyword"}):
        kind = TypedSearchAttributes([SearchAttributePair(KIND, "order")])
        await (await connect(settings)).start_workflow("Waiting", id="w1", task_queue="nobody", search_attributes=kind)

    with pytest.raises(Refused, match="BihuanOld") as refused:
        await EmbeddedEngine(settings, search_attributes={"BihuanOld": "Int"}).start()

    assert refused.value.code == "engine.search_attribute.type"
    assert (RunFile.read(settings.run_file) or RunFile()).processes == {}


@pytest.mark.usefixtures("abrupt")
async def test_busy_ports_are_replaced_by_others(settings: Settings) -> None:
    """Somebody else on the port of last time does not stop the engine; the other ports stay the same."""
    ports = free_ports()
    RunFile(ports=ports).write(settings.run_file)
    with closing(socket.create_server(("127.0.0.1", ports.grpc))):
        async with EmbeddedEngine(settings) as engine:
            run = RunFile.read(settings.run_file)

            assert run is not None
            assert run.ports is not None
            assert f"127.0.0.1:{run.ports.grpc}" == engine.address
            assert run.ports.grpc != ports.grpc
            assert (ports.ui, ports.http, ports.metrics) == (run.ports.ui, run.ports.http, run.ports.metrics)


PARENT = """
import asyncio, sys
from pathlib import Path
from runtime.engine import EmbeddedEngine
from runtime.settings import Settings

async def main():
    async with EmbeddedEngine(Settings(home=Path(sys.argv[1]), workers=1)) as engine:
        print(engine.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.usefixtures("abrupt")
async def test_kill_9_of_the_owner_ends_the_server_and_frees_the_directory(settings: Settings) -> None:
    """No server is left behind without an owner, and the next one goes on where it was."""
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(settings.home)), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert owner.stdout is not None
    server = Mark.of(int(await owner.stdout.readline()))
    assert server.alive

    owner.kill()
    await owner.communicate()

    async with asyncio.timeout(5), EmbeddedEngine(settings):
        assert not server.alive


async def test_a_leftover_is_ended_by_its_mark_and_others_with_its_id_are_not() -> None:
    """On systems without the kernel's help the next start ends what the run file names, and nothing else."""
    sleeper = await asyncio.create_subprocess_exec("sleep", "600")
    mark = Mark.of(sleeper.pid)
    stranger = Mark(pid=sleeper.pid, created="another time")

    assert RunFile(processes={"engine": stranger}).end_leftovers() == []
    assert mark.alive
    assert RunFile(processes={"engine": mark}).end_leftovers() == ["engine"]
    assert await sleeper.wait() == -signal.SIGKILL


def test_the_lock_is_free_again_after_use(tmp_path: Path) -> None:
    """Taken twice in turn it holds each time; taken within itself it is refused."""
    path = tmp_path / "home" / "bihuan.lock"
    for _ in range(2):
        with HomeLock(path), pytest.raises(Refused, match=r"engine\.already_running"), HomeLock(path):
            pass


def test_an_unreadable_run_file_counts_as_none(tmp_path: Path) -> None:
    """Nothing durable depends on it, so a broken one is not an error."""
    path = tmp_path / "engine.json"
    path.write_text("{", encoding="utf-8")

    assert RunFile.read(path) is None


def test_free_ports_are_four_different_ones() -> None:
    """Each is held while the next is chosen."""
    assert len(set(free_ports().model_dump().values())) == len(Ports.model_fields)


async def test_a_server_that_ends_at_once_is_refused_with_the_file_to_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three tries the sentence names the exit code and the output, and the directory is free again."""
    monkeypatch.setattr("runtime.engine.temporal_binary", lambda: Path("/bin/false"))

    with pytest.raises(Refused, match=r"代码 1.*engine\.out") as refused:
        await EmbeddedEngine(settings).start()

    assert refused.value.code == "engine.not_ready"
    with HomeLock(settings.lock_file):
        pass


def test_a_missing_server_is_refused_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither beside this Python nor on the path."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Refused, match="make setup") as refused:
        temporal_binary()

    assert refused.value.code == "engine.not_installed"
