"""What runs for a data directory, where it listens, and which processes it owns: `engine/engine.json`.

The file outlives a stop, so that the next start prefers the same ports, and a kill −9, so that the next start finds
what was left over. A process is known by its id together with the instant it was created, because ids are reused.
"""

import contextlib
import os
import platform
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from schemas.base import Model


class Mark(Model):
    """One process, told apart from a later one with the same id by when it was created, as the system words it."""

    pid: int
    created: str

    @classmethod
    def of(cls, pid: int) -> "Mark":
        """The mark of a process that runs now; one that has already ended gets a mark that fits none."""
        return cls(pid=pid, created=_created(pid))

    @property
    def alive(self) -> bool:
        """Whether the very process that was marked still runs."""
        return self.created != "" and _created(self.pid) == self.created

    def kill(self) -> None:
        """End it at once, if it is still the one that was marked."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Ports(Model):
    """Where the embedded server listens on 127.0.0.1."""

    grpc: int
    ui: int
    http: int
    metrics: int


class RunFile(Model):
    """The content of `engine.json`: the ports last used, and the processes by component name."""

    ports: Ports | None = None
    processes: dict[str, Mark] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "RunFile | None":
        """The file's content; None when there is none or it is no longer readable: nothing durable depends on it."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    @classmethod
    def update(cls, path: Path, processes: Mapping[str, Mark | None], *, ports: Ports | None = None) -> None:
        """Note where the server listens, which process a component now is, or (None) that it has ended."""
        last = cls.read(path) or cls()
        running = {name: mark for name, mark in {**last.processes, **processes}.items() if mark is not None}
        cls(ports=ports or last.ports, processes=running).write(path)

    def write(self, path: Path) -> None:
        """Replace the file in one step, so that a reader never sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)

    def end_leftovers(self, *, within_s: float = 5) -> list[str]:
        """Kill what a killed run left behind and wait until it is gone; returns the components' names.

        Only for the holder of the lock: whatever else is alive then has lost its owner.
        """
        found = {name: mark for name, mark in self.processes.items() if mark.alive}
        for mark in found.values():
            mark.kill()
        patience = time.monotonic() + within_s
        while any(mark.alive for mark in found.values()) and time.monotonic() < patience:
            time.sleep(0.01)
        return sorted(found)


def _created(pid: int) -> str:
    """When a process was created, in words only this machine's current boot can repeat; empty when it has ended."""
    if platform.system() == "Linux":
        with contextlib.suppress(OSError):
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
            # The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            return f"{boot} {fields[19]}" if fields[0] != "Z" else ""
        return ""
    asked = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return asked.stdout.strip()
