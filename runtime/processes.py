"""Runs the engine and the workers of one data directory together, and keeps them running until told to stop.

`async with Supervisor(settings, worker=[sys.executable, "-m", "worker"]) as running: await running.until_stopped()`.
A worker says that it is ready by `announce_ready()`. A process that dies is started again with growing pauses; none
outlives this one; whoever looks on is told. Ctrl-C and SIGTERM stop everything in order, workers first; a second one
kills.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

from runtime.child import Child
from runtime.engine import EmbeddedEngine
from runtime.lock import HomeLock
from runtime.log import logger
from runtime.runfile import RunFile
from runtime.settings import Settings
from schemas.errors import Refused

READY_VARIABLE = "BIHUAN_READY_FD"
COMPONENT_VARIABLE = "BIHUAN_COMPONENT"
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.5, 30.0, 60.0

log = logger(__name__)


def announce_ready() -> None:
    """Tell the supervisor, once, that this process does its work; does nothing when there is no supervisor."""
    descriptor = os.environ.pop(READY_VARIABLE, None)
    if descriptor is not None:
        os.write(int(descriptor), b"1")
        os.close(int(descriptor))


def component_name(default: str) -> str:
    """The name the supervisor gave this process, such as `worker-1`, else the default; for `log.configure`."""
    return os.environ.get(COMPONENT_VARIABLE, default)


@contextlib.contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set while the context lasts, for doors and workers; in the main thread only."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield stopping
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class Supervisor:
    """The running whole of one data directory, as an async context manager; entered once, in the main thread.

    `worker` is the command of one worker process; `settings.workers` of them run, as `worker-1` and so on. Each gets
    these settings in its environment, with Temporal's address filled in. With a Temporal address set, no engine is
    started. Entering is refused as `EmbeddedEngine.start` is, and with `worker.not_ready`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        worker: Sequence[str],
        search_attributes: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        """`environment` is added to each worker's own; `say` gets a sentence when a process dies or comes back."""
        self._settings = settings
        self._command = list(worker)
        self._environment = dict(environment or {})
        self._say = say or (lambda _: None)
        self._lock = HomeLock(settings.lock_file)
        self.engine = EmbeddedEngine(settings, search_attributes=search_attributes) if settings.embedded else None
        self.workers: dict[str, Child] = {}
        self.stopping = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []
        self._signals = 0

    @property
    def address(self) -> str:
        """Where Temporal answers."""
        return self.engine.address if self.engine else str(self._settings.temporal_address)

    @property
    def ui_url(self) -> str | None:
        """Temporal's own web page, when this program serves it."""
        return self.engine.ui_url if self.engine else None

    async def __aenter__(self) -> Self:
        """Start the engine, then the workers; return when each is ready, or stop what was started and raise."""
        self._listen(on=True)
        try:
            await self._start_engine()
            names = [f"worker-{number}" for number in range(1, self._settings.workers + 1)]
            await self._start_workers(names)
        except BaseException:
            await self._stop()
            raise
        self._keepers += [asyncio.create_task(self._keep_worker(name)) for name in names]
        if self.engine:
            self._keepers.append(asyncio.create_task(self._keep_engine(self.engine)))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the workers, then the engine."""
        await self._stop()

    async def until_stopped(self) -> None:
        """Wait until somebody wants an end: Ctrl-C, SIGTERM, or `stopping.set()`."""
        await self.stopping.wait()

    def _listen(self, *, on: bool) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            if on:
                loop.add_signal_handler(number, self._on_signal)
            else:
                loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        """The first asks; whoever asks again does not want to wait."""
        self._signals += 1
        self.stopping.set()
        if self._signals > 1:
            for worker in self.workers.values():
                worker.mark.kill()

    async def _start_engine(self) -> None:
        if self.engine:
            await self.engine.start()
            return
        self._lock.__enter__()
        last = RunFile.read(self._settings.run_file)
        if last is not None:
            last.end_leftovers()

    async def _start_workers(self, names: Sequence[str]) -> None:
        """All at once; raises the first problem only when none is still starting."""
        started = await asyncio.gather(*(self._start_worker(name) for name in names), return_exceptions=True)
        for problem in started:
            if problem is not None:
                raise problem

    async def _start_worker(self, name: str) -> None:
        """Start one worker and wait until it says it is ready; refused with `worker.not_ready` when it does not."""
        heard, said = os.pipe()
        environment = {
            **self._settings.environment,
            **self._environment,
            "BIHUAN_TEMPORAL_ADDRESS": self.address,
            COMPONENT_VARIABLE: name,
            READY_VARIABLE: str(said),
        }
        try:
            child = await Child.start(
                name, self._command, settings=self._settings, environment=environment, pass_fds=(said,)
            )
        except BaseException:
            os.close(heard)
            raise
        finally:
            os.close(said)
        self.workers[name] = child
        RunFile.update(self._settings.run_file, {name: child.mark})
        if not await _hears(heard):
            await child.stop(within_s=0)
            raise Refused("worker.not_ready", f"工作进程 {name} 没有启动成功。详情见 {child.output}，改正后重试。")

    async def _keep_worker(self, name: str) -> None:
        """Start the worker again whenever it ends."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while True:
            since = loop.time()
            code = await self.workers[name].wait()
            pause = FIRST_PAUSE_S if loop.time() - since > STEADY_AFTER_S else pause
            log.warning("worker.ended", worker=name, code=code, pause_s=pause)
            self._say(f"工作进程 {name} 意外结束（代码 {code}），{pause:g} 秒后重新启动。")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
            try:
                await self._start_worker(name)
            except (Refused, OSError):
                log.exception("worker.not_restarted", worker=name)
                self._say(f"工作进程 {name} 没有启动成功，详情见 {self.workers[name].output}。")
            else:
                log.info("worker.restarted", worker=name, pid=self.workers[name].pid)
                self._say(f"工作进程 {name} 已重新启动。")

    async def _keep_engine(self, engine: EmbeddedEngine) -> None:
        """Start the server again whenever it ends; workers find it by themselves when its port stayed the same."""
        pause = FIRST_PAUSE_S
        known = engine.address
        while True:
            code = await engine.wait()
            log.warning("engine.ended", code=code)
            self._say(f"引擎意外结束（代码 {code}），正在重新启动。")
            try:
                await engine.launch()
            except (Refused, OSError):
                log.exception("engine.not_restarted", pause_s=pause)
                self._say(f"引擎没有启动成功，{pause:g} 秒后再试，详情见 {self._settings.logs / 'engine.out'}。")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            log.info("engine.restarted", pid=engine.pid, address=engine.address)
            self._say(f"引擎已重新启动（{engine.address}）。")
            if engine.address != known:
                known = engine.address
                await asyncio.gather(*(w.stop(within_s=STOP_WITHIN_S) for w in self.workers.values()))

    async def _stop(self) -> None:
        self.stopping.set()
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(worker.stop(within_s=STOP_WITHIN_S) for worker in self.workers.values()))
        if self.workers:
            RunFile.update(self._settings.run_file, dict.fromkeys(self.workers))
        if self.engine:
            await self.engine.stop()
        self._lock.__exit__()
        self._listen(on=False)


async def _hears(descriptor: int) -> bool:
    """Whether something is written into the pipe before it is closed at the other end, or the time is over."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        return bool(await asyncio.wait_for(reader.read(1), READY_WITHIN_S))
    except TimeoutError:
        return False
    finally:
        transport.close()
