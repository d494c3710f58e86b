"""A child process on a leash: its output goes to a file, it never outlives its parent, and it ends when asked."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from runtime import leash
from runtime.runfile import Mark
from runtime.settings import Settings

OUTPUT_LIMIT = 10 * 1024 * 1024
_LEASH = str(Path(leash.__file__))


class Child:
    """One running child process, made by `Child.start`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: Path) -> None:
        """Use `Child.start`."""
        self.name = name
        self.output = output
        self.mark = Mark.of(process.pid)
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Self:
        """Start a command; what it prints is appended to `logs/NAME.out`.

        The child is in a session of its own, so that a Ctrl-C in the terminal reaches only the parent, which stops its
        children in order. `environment` is added to this process's own.
        """
        output = settings.logs / f"{name}.out"
        with _opened(output) as sink:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", _LEASH, str(os.getpid()), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**os.environ, **(environment or {})},
                pass_fds=pass_fds,
                start_new_session=True,
            )
        return cls(name, process, output)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for its end; returns the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, *, within_s: float) -> None:
        """Ask it to end (SIGTERM), and kill it when it has not within the time; harmless when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            if within_s > 0:
                self._process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), within_s)
            if self._process.returncode is None:
                self._process.kill()
        await self._process.wait()


@contextlib.contextmanager
def _opened(output: Path) -> Iterator[int]:
    """The output file opened for appending; what grew too long is kept once, as `.out.1`."""
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.exists() and output.stat().st_size > OUTPUT_LIMIT:
        output.replace(output.with_suffix(".out.1"))
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
