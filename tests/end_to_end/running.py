"""Bihuan as a person runs it, in processes of its own, to be killed; and what its records alone tell afterwards."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from records.reading import OrderFilter, campaign, orders, publications_of
from records.reading_rungs import reached_rungs
from records.session import Records, open_records
from runtime.runfile import Mark, RunFile
from runtime.settings import Settings
from schemas.campaign import CampaignState
from tests.tree import ROOT

CAMPAIGN: Final = "2026-001"
_BIHUAN: Final = (sys.executable, "-c", "import cli; cli.main()")
_STOP_WITHIN_S: Final = 40


class Process(NamedTuple):
    """A verb that runs in a data directory, and the file it prints to."""

    home: Path
    program: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        """What it has printed."""
        return self.output.read_text(encoding="utf-8")

    def until(self, condition: Callable[[], bool], *, within_s: float) -> None:
        """Wait until it holds, as long as the program runs."""
        ends = time.monotonic() + within_s
        while not condition():
            assert self.program.poll() is None, self.said()
            assert time.monotonic() < ends, self.said()
            time.sleep(0.01)

    def until_said(self, words: str, *, within_s: float) -> None:
        """Wait until it has printed these words."""
        self.until(lambda: words in self.said(), within_s=within_s)

    def marks(self) -> dict[str, Mark]:
        """Its processes by name, its own among them."""
        found = RunFile.read(Settings(home=self.home).run_file) or RunFile()
        return {"door": Mark.of(self.program.pid), **found.processes}

    def interrupt(self) -> int:
        """End it as Ctrl-C does; returns its exit code."""
        self.program.send_signal(signal.SIGINT)
        return self.program.wait(_STOP_WITHIN_S)


@contextmanager
def bihuan(home: Path, *arguments: str) -> Iterator[Process]:
    """Run a verb in a data directory; whatever becomes of the test, nothing of it stays behind."""
    output = home.with_name(f"{arguments[0]}.txt")
    environment = {**os.environ, "BIHUAN_HOME": str(home), "BIHUAN_WORKERS": "1", "PYTHONPATH": str(ROOT)}
    with output.open("wb") as sink:
        program = subprocess.Popen([*_BIHUAN, *arguments], env=environment, stdout=sink, stderr=sink)
    try:
        yield Process(home, program, output)
    finally:
        program.kill()
        program.wait(_STOP_WITHIN_S)


class InboxRow(NamedTuple):
    """A receipt as it stands in the inbox."""

    key: str
    order: str
    state: str
    refusal: str | None


def receipts(home: Path) -> list[InboxRow]:
    """Every receipt that a door has given, by plain SQL; none before there is a table."""
    with closing(sqlite3.connect(f"file:{home / 'records.db'}?mode=ro", uri=True, timeout=30)) as database:
        found = database.execute("SELECT key, order_id, state, refusal_code FROM inbox")
        return [InboxRow(*row) for row in found]


def counted(home: Path) -> Counter[tuple[str, str]]:
    """How many times each act begins in the events of an order, by stream and the act's own key."""
    with closing(sqlite3.connect(f"file:{home / 'records.db'}?mode=ro", uri=True, timeout=30)) as database:
        found = database.execute("SELECT stream, cause_key FROM events WHERE stream LIKE 'order:%' AND cause_n = 0")
        return Counter((stream, key) for stream, key in found)


def _told_wrong(home: Path, receipted: list[str]) -> list[InboxRow]:
    """Receipts that do not count exactly once where they were accepted, and not at all where they were refused."""
    times, rows = counted(home), {row.key: row for row in receipts(home)}
    assert set(receipted) <= rows.keys()
    due = {"judged": 1, "refused": 0}
    return [
        row
        for row in rows.values()
        if times[f"order:{row.order}", row.key] != due.get(row.state)
        or (row.state == "refused") != (row.refusal is not None)
    ]


def _doubled_or_skipped(records: Records) -> list[tuple[str, str, int]]:
    """Rungs reached twice by one order, and repeated ones (`chase-3`) whose numbers have gaps."""
    with records.read() as read:
        times = Counter((one.stream, one.obligation, one.rung) for one in reached_rungs(read))
    wrong = [(stream, f"{obligation}:{rung}", n) for (stream, obligation, rung), n in times.items() if n != 1]
    for stream, obligation, rung in times:
        name, _, number = rung.partition("-")
        if number.isdecimal() and int(number) > 1 and (stream, obligation, f"{name}-{int(number) - 1}") not in times:
            wrong.append((stream, f"{obligation}:{rung}", 0))
    return wrong


def check_records(home: Path, receipted: list[str]) -> None:
    """Hold the records against what a kill must not change: the acts receipted before it, every rung, every order."""
    assert _told_wrong(home, receipted) == []
    with closing(open_records(Settings(home=home).records_url)) as records:
        assert _doubled_or_skipped(records) == []
        with records.read() as read:
            rows = orders(read, OrderFilter(campaign=CAMPAIGN))
            row = campaign(read, CAMPAIGN)
            assert rows
            assert [one.id for one in rows if not one.settled] == []
            assert row is not None
            assert row.state == CampaignState.ended
            assert publications_of(read, CAMPAIGN)
