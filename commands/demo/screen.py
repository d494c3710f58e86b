"""What the demonstration shows while it runs, and at its end: the shown date, a live tally, the league table, the lateness."""

import asyncio
from asyncio import to_thread
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from commands.demo.actors import Actors, Rates
from records.reading import clock_of
from records.session import Records
from rules import clock as clocks
from rules.labels import STATUSES
from schemas.board import Rate, Ratio
from schemas.order import ENDED, OrderRow, Status

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_REFRESH: Final = 0.5


class Screen:
    """The live picture; it also says when the loop is over."""

    def __init__(self, records: Records, *, console: Console, rates: Rates, actors: Actors) -> None:
        """Take what it looks at."""
        self._records = records
        self._console = console
        self._rates = rates
        self._actors = actors
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(40), TextColumn("{task.completed}/{task.total}")
        )
        self._days = self._bars.add_task("演示天数", total=0)
        self._ended = self._bars.add_task("销号或撤回", total=0)
        self._settled = self._bars.add_task("全部了结", total=0)

    async def until_over(self, stopping: asyncio.Event, *, last: datetime) -> bool:
        """Play and show until every order is settled or the last day is reached; false when somebody stopped it first."""
        over = asyncio.Event()
        playing = asyncio.create_task(self._actors.play(over))
        began = await to_thread(self._now)
        ended = False
        with Live(console=self._console, refresh_per_second=4) as live:
            while not (ended or stopping.is_set() or playing.done()):
                await asyncio.sleep(_REFRESH)
                now, rows = self._actors.now, tuple(self._actors.rows.values())
                if now is not None:
                    live.update(self._picture(now, rows, day=(now - began).days, last_day=(last - began).days))
                    ended = now >= last or self._actors.settled
        over.set()
        await playing
        return ended or self._actors.settled

    def _now(self) -> datetime:
        with self._records.read() as read:
            return clocks.shown(clock_of(read), datetime.now(UTC))

    def _picture(self, now: datetime, rows: tuple[OrderRow, ...], *, day: int, last_day: int) -> Group:
        ended = sum(Status(row.status) in ENDED for row in rows)
        self._bars.update(self._days, completed=min(day, last_day), total=last_day)
        self._bars.update(self._ended, completed=ended, total=len(rows))
        self._bars.update(self._settled, completed=sum(row.settled for row in rows), total=len(rows))
        pace = f"先每秒{self._rates.first:g}天，回头看每秒{self._rates.last:g}天"
        head = f"演示时间 {now.astimezone(_ZONE):%Y年%m月%d日 %H:%M}（第{day}天；{pace}）"
        return Group(Text(head, style="bold"), self._bars, self._tally(rows))

    def _tally(self, rows: tuple[OrderRow, ...]) -> Text:
        statuses = Counter(row.status for row in rows)
        levels = Counter(row.level for row in rows)
        said = " ".join(f"{STATUSES[one]}{statuses[one.value]}" for one in Status)
        high = " ".join(f"{name}{levels[level]}" for level, name in ((2, "催办"), (3, "通报"), (4, "约谈")))
        acts = sum(self._actors.done.values())
        return Text(f"{said} | {high} | 已办 {acts} 次，被拒 {sum(self._actors.refused.values())} 次")


def say_league_table(console: Console, report: dict[str, Any]) -> None:
    """Print the published table, one line a district."""
    table = Table(box=None, title="晒工效：各区县督办成效（合成数据，尚未封存）")
    for name in (
        "名次",
        "区县",
        "下达",
        "撤回",
        "销号",
        "在办",
        "逾期",
        "退回",
        "反弹",
        "按时签收率",
        "按时办结率",
        "一次办结率",
    ):
        table.add_column(name, justify="left" if name == "区县" else "right")
    for row in report["board"]:
        counts = row["counts"]
        figures = [
            counts[name] for name in ("issued", "withdrawn", "closed", "open", "overdue", "returned", "reopened")
        ]
        rates = [_percent(row, rate) for rate in (Rate.sign_rate, Rate.finish_rate, Rate.first_time_rate)]
        table.add_row(str(row["rank"] or "—"), row["district_name"], *map(str, figures), *rates)
    console.print(table)


def _percent(row: dict[str, Any], rate: Rate) -> str:
    return Ratio.model_validate(row["rates"][rate.value]).percent()


def say_lateness(console: Console, report: dict[str, Any]) -> None:
    """Print how late the clock's rungs were, in real seconds, and where everything lies."""
    rungs = report["rungs"]
    table = Table(box=None, title="时点触发的真实迟延（秒）")
    for name in ("时点", "次数", "中位", "九成", "99%", "最大"):
        table.add_column(name, justify="left" if name == "时点" else "right")
    for name, one in (*rungs["by_rung"].items(), ("合计", rungs)):
        table.add_row(name, str(one["reached"]), *(f"{one[key]:.2f}" for key in ("p50_s", "p90_s", "p99_s", "max_s")))
    console.print(table)
    for name, path in report["files"].items():
        console.print(f"{name}: {path}", soft_wrap=True)
    console.print("各阶段用时（秒）：" + ",".join(f"{name} {value}" for name, value in report["seconds"].items()))
