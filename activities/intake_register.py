"""What the imports of units and of people share: one file's import, its shown time, and its chunks of rows.

A file goes in by chunks, each one transaction: rows are whole or not there, a repeat after a crash brings in the rest
and nothing twice, and whoever acts meanwhile waits for one chunk at most. What is news is found out by reading only;
the writer then makes sure that no stream has moved since, or finds out again.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, Self, TypeVar

from connectors.spreadsheets import SheetRows
from records.reading import clock_of, last_seqs
from records.session import Read, Records, Write
from records.writing import Fact
from rules import clock as clocks
from rules.calendar import local_day
from schemas.calendar import Calendar
from schemas.clock import Clock
from schemas.errors import Refused
from schemas.event import Actor, Cause, Event, dump
from schemas.roster import Note, Outdated, Rejection, RosterReport

Progress = Callable[[str, int, int | None], None]
"""Told what is being done (in Chinese), how many rows of it are done, and of how many, where that is known."""

READING: Final = "读取"
CHECKING: Final = "核对"
RECORDING: Final = "登记"
_SOURCE_DIGITS: Final = 16
_ROWS_PER_STEP: Final = 2_000
_T = TypeVar("_T")


def nobody(_step: str, _done: int, _total: int | None) -> None:
    """Watch no progress."""


class Plan(Protocol):
    """What a chunk of rows comes to: which streams it was made on, and what is to be written."""

    @property
    def positions(self) -> Mapping[str, int]:
        """The last event of each stream that the plan rests on."""
        ...

    @property
    def is_news(self) -> bool:
        """Whether there is anything to write."""
        ...

    def store(self, write: Write) -> None:
        """Write it, all of it, in this transaction."""
        ...


_P = TypeVar("_P", bound=Plan)


@dataclass(frozen=True)
class FileImport:
    """One file on its way in: its digest, who brings it, and by which clock."""

    records: Records
    digest: str
    by: Actor
    clock: Clock
    dry_run: bool

    @classmethod
    def begin(cls, records: Records, path: Path, *, by: Actor, dry_run: bool) -> Self:
        """Take the file's digest and the clock of the data directory."""
        with records.read() as read:
            clock = clock_of(read)
        return cls(records, sha256(path.read_bytes()).hexdigest(), by, clock, dry_run)

    @cached_property
    def file(self) -> str:
        """The first sixteen digits of the file's digest, which begin the source of each of its figures."""
        return self.digest[:_SOURCE_DIGITS]

    def source(self, row: int) -> str:
        """Where a row's figures came from: the first sixteen digits of the file's digest, and the row."""
        return f"{self.file}:{row}"

    @cached_property
    def today(self) -> date:
        """The shown day at the office when the import began."""
        # Only the office's zone matters, which every calendar has: to read all years would take longer than most files.
        return local_day(Calendar(), self.shown_now())

    def shown_now(self) -> datetime:
        """The instant that people see now."""
        return clocks.shown(self.clock, datetime.now(UTC))

    def fact(self, row: int, position: int, events: Iterable[Event]) -> Fact:
        """The fact that a row states at the stream's `position`; its key is this row's, there, for ever."""
        cause = Cause(key=f"import:{self.source(row)}@{position}", digest=self.digest)
        return Fact(cause=cause, actor=self.by, events=tuple(dump(event) for event in events))

    def carry_out(self, make: Callable[[Read], _P]) -> _P:
        """Make a chunk's plan and, unless this is a trial, write it; returns the plan that holds."""
        with self.records.read() as read:
            plan = make(read)
        if self.dry_run or not plan.is_news:
            return plan
        with self.records.write() as write:
            write.hold("register")
            if last_seqs(write, list(plan.positions)) != plan.positions:
                plan = make(write)
            plan.store(write)
        return plan


@dataclass(slots=True)
class Tally:
    """What an import did so far."""

    accepted: int = 0
    unchanged: int = 0
    outdated: list[Outdated] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def report(self) -> RosterReport:
        """The report, findings and remarks in the order of the sheet; what concerns the whole sheet comes first."""
        return RosterReport(
            accepted=self.accepted,
            unchanged=self.unchanged,
            outdated=tuple(sorted(self.outdated, key=lambda one: one.row)),
            rejected=tuple(sorted(self.rejected, key=lambda one: one.row)),
            notes=tuple(sorted(self.notes, key=lambda one: one.row or 0)),
        )


def check_not_empty(rows: SheetRows, path: Path, *, code: str) -> None:
    """Refuse a file that has a header and nothing under it: whoever exported it meant to send something."""
    if not len(rows):
        raise Refused(code, f"文件「{path.name}」只有表头，没有数据行，没有导入任何内容。请核对是否导出完整。")


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of cycles still: among millions of values that hold none, it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def counted(rows: Iterable[_T], total: int, tell: Progress) -> Iterator[_T]:
    """Pass rows on and tell now and then how many were checked."""
    for done, row in enumerate(rows):
        if done % _ROWS_PER_STEP == 0:
            tell(CHECKING, done, total)
        yield row
    tell(CHECKING, total, total)


def chunks(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """Cut a sequence into lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
