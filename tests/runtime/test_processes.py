"""The supervisor keeps engine and workers running, and leaves nothing behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable

import pytest

from runtime import processes
from runtime.client import connect
from runtime.engine import free_ports
from runtime.processes import Supervisor, announce_ready, component_name, stop_signals
from runtime.runfile import Mark, RunFile
from runtime.settings import Settings
from schemas.errors import Refused

pytestmark = pytest.mark.engine

# What `announce_ready` does, without loading it: a worker is to start quickly here.
SLEEPER = (
    "import os, signal, time; told = os.environ; "
    "print(told['BIHUAN_COMPONENT'], told['BIHUAN_TEMPORAL_ADDRESS'], told['BIHUAN_HOME'], flush=True); "
    "os.write(int(told['BIHUAN_READY_FD']), b'1'); time.sleep(600)"
)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command of a worker that says it is ready and then sleeps; pauses are short."""
    monkeypatch.setattr(processes, "FIRST_PAUSE_S", 0.05)
    return [sys.executable, "-c", SLEEPER]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds, at most twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


def marks(settings: Settings) -> dict[str, Mark]:
    """The processes named in the run file."""
    return (RunFile.read(settings.run_file) or RunFile()).processes


async def test_what_dies_is_started_again_and_nothing_is_left_behind(settings: Settings, worker: list[str]) -> None:
    """A killed worker and a killed server come back, the server at the same address; after the end all are gone."""
    async with Supervisor(settings, worker=worker) as running:
        address = running.address
        before = marks(settings)
        for mark in before.values():
            os.kill(mark.pid, signal.SIGKILL)
        await until(lambda: all(marks(settings)[name] != mark for name, mark in before.items()))

        assert address == running.address
        assert await (await connect(settings, address=address)).service_client.check_health()
        after = marks(settings)

    assert {"engine", "worker-1"} == set(before)
    assert not any(mark.alive for mark in after.values())
    assert f"worker-1 {address} {settings.home}\n" in (settings.logs / "worker-1.out").read_text(encoding="utf-8")


@pytest.mark.usefixtures("abrupt")
async def test_a_signal_ends_the_wait_and_a_second_one_does_not_wait_for_workers(
    settings: Settings, worker: list[str]
) -> None:
    """Ctrl-C reaches this process only; a worker that ignores SIGTERM is killed by the second."""
    stubborn = [*worker[:2], f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"]
    loop = asyncio.get_running_loop()
    async with Supervisor(settings, worker=stubborn) as running:
        child = running.workers["worker-1"]
        os.kill(os.getpid(), signal.SIGINT)
        await running.until_stopped()
        alive, asked = child.mark.alive, loop.time()
        loop.call_later(0.3, os.kill, os.getpid(), signal.SIGINT)

    assert (alive, await child.wait()) == (True, -signal.SIGKILL)
    assert loop.time() - asked < processes.STOP_WITHIN_S


@pytest.mark.usefixtures("abrupt")
async def test_when_the_server_comes_back_elsewhere_workers_are_told(
    settings: Settings, worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its port taken by somebody else meanwhile, the server gets another, and workers start again with that."""
    async with Supervisor(settings, worker=worker) as running:
        before, address = marks(settings), running.address
        monkeypatch.setattr("runtime.engine.free_ports", lambda _preferred: free_ports())
        os.kill(before["engine"].pid, signal.SIGKILL)
        output = settings.logs / "worker-1.out"
        await until(lambda: f"worker-1 {running.address} " in output.read_text() and running.address != address)


async def test_a_door_can_wait_for_a_signal() -> None:
    """The event is set by SIGTERM inside the context, and the signal means what it meant before outside of it."""
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as stopping:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            await stopping.wait()

    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.usefixtures("abrupt")
async def test_a_worker_that_cannot_start_stops_the_whole_with_a_sentence(settings: Settings) -> None:
    """The sentence names the file to read; engine and lock are given back, so that the next start can try."""
    broken = [sys.executable, "-c", "raise SystemExit('no such module')"]

    with pytest.raises(Refused, match=r"worker-1\.out") as refused:
        async with Supervisor(settings, worker=broken):
            pytest.fail("it must not start")

    assert refused.value.code == "worker.not_ready"
    assert marks(settings) == {}
    assert "no such module" in (settings.logs / "worker-1.out").read_text(encoding="utf-8")


async def test_with_a_temporal_address_set_only_workers_run(
    shared_engine: Settings, settings: Settings, worker: list[str]
) -> None:
    """Against a cluster nothing is embedded, and a second copy on the same data directory is still refused."""
    run = RunFile.read(shared_engine.run_file)
    assert run is not None
    assert run.ports is not None
    outside = settings.model_copy(update={"temporal_address": f"127.0.0.1:{run.ports.grpc}"})

    async with Supervisor(outside, worker=worker) as running:
        with pytest.raises(Refused, match=r"engine\.already_running"):
            await Supervisor(outside, worker=worker).__aenter__()

        assert (running.engine, running.ui_url, list(running.workers)) == (None, None, ["worker-1"])


def test_saying_ready_is_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte reaches the supervisor, and the pipe is closed behind it."""
    heard, said = os.pipe()
    monkeypatch.setenv("BIHUAN_READY_FD", str(said))

    announce_ready()
    announce_ready()

    with os.fdopen(heard, "rb") as pipe:
        assert pipe.read() == b"1"


def test_without_a_supervisor_saying_ready_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker may be started by hand or by compose, under the name it gives itself."""
    monkeypatch.delenv("BIHUAN_READY_FD", raising=False)
    monkeypatch.delenv("BIHUAN_COMPONENT", raising=False)

    announce_ready()

    assert component_name("worker") == "worker"
