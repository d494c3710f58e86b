"""What the imports share on the command line: a bar while it runs, the report for people or programs, the exit code."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from commands.home import fail, open_home, say
from commands.showing import page
from records.session import Records
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR, Actor
from schemas.roster import Note, Outdated, Rejection, RosterReport

SOME_REJECTED = 3
"""The exit code when the good rows went in and others did not."""

_SHOWN = 50


class Hand(Protocol):
    """An import of `activities.intake_roster`."""

    def __call__(  # noqa: D102 - as in the protocol's own sentence
        self, records: Records, path: Path, *, by: Actor, dry_run: bool, on_progress: "Tell"
    ) -> RosterReport: ...


class Tell(Protocol):
    """Takes what is being done, how many rows of it are done, and of how many."""

    def __call__(self, step: str, done: int, total: int | None, /) -> None: ...  # noqa: D102 - as above


def carry_out(hand: Hand, file: Path, *, dry_run: bool, as_json: bool, show_all: bool) -> None:
    """Run an import in the data directory as the local operator, tell what came of it, and end with its exit code."""
    try:
        with open_home() as home, _bar(hidden=as_json) as tell:
            report = hand(home.records, file, by=LOCAL_OPERATOR, dry_run=dry_run, on_progress=tell)
    except Refused as refused:
        fail(refused, as_json=as_json)
    if as_json:
        say(report.model_dump(mode="json"))
    else:
        _print(report, file.name, dry_run=dry_run, show_all=show_all)
    if report.rejected:
        raise click.exceptions.Exit(SOME_REJECTED)


@contextmanager
def _bar(*, hidden: bool) -> Iterator[Tell]:
    """A bar a step on the error stream; none where nobody watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal) as progress:
        tasks = {}

        def tell(step: str, done: int, total: int | None, /) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield tell


def _print(report: RosterReport, name: str, *, dry_run: bool, show_all: bool) -> None:
    console = page()
    rows = {one.row for one in report.rejected}
    console.print(f"{name}：{_sums(report, len(rows), dry_run=dry_run)}", markup=False, soft_wrap=True)
    for note in report.notes[: None if show_all else _SHOWN]:
        console.print(_note(note), markup=False, soft_wrap=True)
    _more(console, len(report.notes), "条说明", show_all=show_all)
    for one in report.outdated[: None if show_all else _SHOWN]:
        console.print(_outdated(one), markup=False, soft_wrap=True)
    _more(console, len(report.outdated), "行旧数据", show_all=show_all)
    if not report.rejected:
        return
    console.print(_rejections(report.rejected[: None if show_all else _SHOWN]))
    _more(console, len(report.rejected), "处问题", show_all=show_all)
    console.print("请按上表改正后，重新导入整个文件；已导入的行不会重复。", markup=False, soft_wrap=True)


def _sums(report: RosterReport, rejected: int, *, dry_run: bool) -> str:
    done = "可以导入" if dry_run else "导入"
    kinds = ((report.unchanged, "没有变化"), (len(report.outdated), "不是最新数据"))
    among = "，".join(f"{count} 行{kind}" for count, kind in kinds if count)
    same = f"（其中 {among}）" if among else ""
    back = f"，退回 {rejected} 行，共 {len(report.rejected)} 处问题" if rejected else ""
    return f"{done} {report.accepted} 行{same}{back}。{'这是试运行，没有写入。' if dry_run else ''}"


def _note(note: Note) -> str:
    return f"说明：{note.text}" if note.row is None else f"说明：第 {note.row} 行：{note.text}"


def _outdated(one: Outdated) -> str:
    known = f"该单位已有截止 {one.latest} 的数据"
    return f"不是最新数据：第 {one.row} 行：截止 {one.cut_off}，{known}；已留作证据，核查仍用较新的数据"


def _more(console: Console, total: int, what: str, *, show_all: bool) -> None:
    if total > _SHOWN and not show_all:
        console.print(f"还有 {total - _SHOWN} {what}，用 --all 全部列出。", markup=False, soft_wrap=True)


def _rejections(rejected: Iterable[Rejection]) -> Table:
    # Folded, never cut: a reason that is not readable corrects nothing.
    headers = (Column("行", justify="right"), Column("列", overflow="fold"), Column("原因", overflow="fold"))
    table = Table(*headers, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for one in rejected:
        table.add_row(str(one.row), one.column.replace("[", r"\["), one.reason.replace("[", r"\["))
    return table
