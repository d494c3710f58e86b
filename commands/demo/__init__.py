"""`bihuan demo`: the whole supervision loop on Datong's real places with synthetic units, on the real engine.

What is shown is what happened: the same imports, campaign, doors and clocks as in earnest, only faster.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from commands.demo.screen import Screen, say_lateness, say_league_table
from records.session import Records, migrate, open_records
from runtime.settings import Settings

console = Console()


class Watch:
    """The seconds each phase took."""

    def __init__(self) -> None:
        """Begin with no phase."""
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase."""
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began


@click.command(help="演示:大同市真实地名、合成数据,真实引擎,从导入到公布走完全程。")
@click.option("--units", default=2000, show_default=True, help="单位数。")
@click.option("--seed", default=7, show_default=True, help="随机种子,相同种子数据相同。")
@click.option("--exit", "leave", is_flag=True, help="结束后立即退出,不停留。")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="把完整报告写入此文件。")
@click.option("--days-per-second", "rate", default=1.0, show_default=True, help="前60天每秒走几天。")
@click.option("--lookback-days-per-second", "last_rate", default=6.0, show_default=True, help="其后每秒走几天。")
def demo(units: int, seed: int, leave: bool, json_file: Path | None, rate: float, last_rate: float) -> None:
    """Run the demonstration in a fresh data directory."""
    home = None if "BIHUAN_HOME" in _environment() else f"var/demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    settings = Settings.load(home=home)
    asyncio.run(_run(settings, units=units, seed=seed, leave=leave, json_file=json_file, rates=(rate, last_rate)))


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


async def _run(
    settings: Settings, *, units: int, seed: int, leave: bool, json_file: Path | None, rates: tuple[float, float]
) -> None:
    from runtime.log import configure

    settings.make_home()
    configure(settings, component="demo", screen=False)
    records = open_records(settings.records_url)
    migrate(records)
    try:
        await _play(settings, records, units=units, seed=seed, leave=leave, json_file=json_file, rates=rates)
    finally:
        records.close()


async def _play(
    settings: Settings,
    records: Records,
    *,
    units: int,
    seed: int,
    leave: bool,
    json_file: Path | None,
    rates: tuple[float, float],
) -> None:
    from commands.demo import stage
    from runtime.client import connect
    from runtime.processes import Supervisor
    from schemas.names import SEARCH_ATTRIBUTES

    watch = Watch()
    console.print(f"[bold]闭环演示[/] 数据目录 {settings.home}(单位、人员、数据均为合成)")
    with watch.phase("import"):
        _, accepted = await asyncio.to_thread(stage.prepare, settings, records, count=units, seed=seed)
    console.print(f"已导入 {accepted} 家单位")
    async with Supervisor(settings, worker=stage.worker_command(), search_attributes=SEARCH_ATTRIBUTES) as running:
        client = await connect(settings, address=running.address)
        console.print(f"引擎已就绪,Temporal 页面:{running.ui_url}")
        with watch.phase("assess"):
            handle = await stage.start(client, records)
        with watch.phase("issue"):
            await stage.confirm(handle, records, first_rate=rates[0], last_rate=rates[1])
        actors = stage.actors_of(settings, client, records)
        if actors is None:
            message = "the script was written a moment ago and is gone"
            raise RuntimeError(message)
        with watch.phase("loop"):
            screen = Screen(records, rates=rates, actors=actors)
            await screen.until_over(running.stopping, last=stage.horizon(records))
        with watch.phase("publish"):
            await stage.publish(handle, records)
        report = await asyncio.to_thread(_report, settings, records, accepted, actors.done, actors.refused, watch)
        say_league_table(console, report)
        say_lateness(console, report)
        if json_file is not None:
            text = json.dumps(report, ensure_ascii=False, indent=1)
            await asyncio.to_thread(json_file.write_text, text, encoding="utf-8")
        if not leave and not running.stopping.is_set():
            console.print("演示仍在运行,可另开终端用 bihuan order list 等命令查看;按 Ctrl-C 结束。")
            await running.until_stopped()


def _report(
    settings: Settings, records: Records, units: int, done: Counter[str], refused: Counter[str], watch: Watch
) -> dict[str, object]:
    from commands.demo import stage
    from commands.demo.report import whole_report
    from records.reading import publications_of

    with records.read() as read:
        last = publications_of(read, stage.CAMPAIGN)[-1]
    folder = settings.published / stage.CAMPAIGN / f"r{last.round}" / f"v{last.version}"
    board = json.loads((folder / "board.json").read_text(encoding="utf-8"))
    return whole_report(
        records,
        campaign=stage.CAMPAIGN,
        units=units,
        board=board,
        home=settings.home,
        folder=folder,
        acts=done,
        refused=refused,
        seconds=watch.seconds,
    )
