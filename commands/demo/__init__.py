"""`bihuan demo`: the whole supervision loop on Datong's real places with synthetic units, on the real engine.

What is shown is what happened: the same imports, campaign, doors and clocks as in earnest, only faster.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from commands.demo.actors import Rates, Script
from commands.demo.screen import Screen, say_lateness, say_league_table
from commands.home import sole_engine
from records.session import Records, migrate, open_records
from runtime.processes import Supervisor
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


@click.command(help="演示：大同市真实地名、合成数据，真实引擎，从导入到公布走完全程。")
@click.option("--units", default=2000, show_default=True, help="单位数。")
@click.option("--seed", default=7, show_default=True, help="随机种子，相同种子数据相同。")
@click.option("--exit", "leave", is_flag=True, help="结束后立即退出，不停留。")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="把完整报告写入此文件。")
@click.option("--days-per-second", "rate", default=1.0, show_default=True, help="前60天每秒走几天。")
@click.option("--lookback-days-per-second", "last_rate", default=4.0, show_default=True, help="其后每秒走几天。")
def demo(units: int, seed: int, leave: bool, json_file: Path | None, rate: float, last_rate: float) -> None:
    """Run the demonstration in a fresh data directory."""
    home = None if os.environ.get("BIHUAN_HOME") else f"var/demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    settings = Settings.load(home=home)
    rates = Rates(rate, last_rate)
    with sole_engine(settings):
        asyncio.run(_run(settings, units=units, seed=seed, leave=leave, json_file=json_file, rates=rates))


async def _run(settings: Settings, *, units: int, seed: int, leave: bool, json_file: Path | None, rates: Rates) -> None:
    from commands.demo import stage
    from runtime.log import configure
    from schemas.names import SEARCH_ATTRIBUTES

    settings.make_home()
    configure(settings, component="demo", screen=False)
    records = open_records(settings.records_url)
    try:
        migrate(records)
        script = stage.write(settings, records, count=units, seed=seed, rates=rates)
        watch = Watch()
        console.print(f"[bold]闭环演示[/] 数据目录 {settings.home}（单位、人员、数据均为合成）")
        with watch.phase("import"):
            accepted = await asyncio.to_thread(stage.prepare, settings, records, script)
        console.print(f"已导入 {accepted} 家单位")
        worker = stage.worker_command()
        async with Supervisor(
            settings, worker=worker, search_attributes=SEARCH_ATTRIBUTES, say=console.print
        ) as running:
            report = await _play(settings, records, script, running, watch)
            if report is not None:
                await _show(report, json_file)
                if not leave:
                    await _stay(settings, running)
    finally:
        records.close()


async def _play(
    settings: Settings, records: Records, script: Script, running: Supervisor, watch: Watch
) -> dict[str, object] | None:
    """Play the script to its end and publish; returns the report, none when somebody stopped it before."""
    from commands.demo import stage
    from runtime.client import connect

    client = await connect(settings, address=running.address)
    console.print(f"引擎已就绪，Temporal 页面：{running.ui_url}")
    with watch.phase("assess"):
        handle = await stage.start(client, records)
    with watch.phase("issue"):
        await stage.confirm(handle, records, script.rates)
    actors = stage.actors_of(script, client, records)
    with watch.phase("loop"):
        screen = Screen(records, console=console, rates=script.rates, actors=actors)
        over = await screen.until_over(running.stopping, last=stage.HORIZON)
    if not over:
        console.print(f"演示没有演完。要接着演，请运行：BIHUAN_HOME={settings.home} bihuan up", soft_wrap=True)
        return None
    with watch.phase("publish"):
        await (stage.finish if actors.settled else stage.publish)(handle, records)
    return await asyncio.to_thread(_report, settings, records, actors.done, actors.refused, watch)


async def _show(report: dict[str, object], json_file: Path | None) -> None:
    say_league_table(console, report)
    say_lateness(console, report)
    if json_file is not None:
        text = json.dumps(report, ensure_ascii=False, indent=1)
        await asyncio.to_thread(json_file.write_text, text, encoding="utf-8")


async def _stay(settings: Settings, running: Supervisor) -> None:
    """Stay up for looking around; what is not settled goes on."""
    from commands.demo.resume import resumed

    console.print("演示仍在运行，可另开终端用 bihuan order list 等命令查看；按 Ctrl-C 结束。")
    async with resumed(settings, running.address, console.print):
        await running.until_stopped()


def _report(
    settings: Settings, records: Records, done: Counter[str], refused: Counter[str], watch: Watch
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
        board=board,
        home=settings.home,
        folder=folder,
        acts=done,
        refused=refused,
        seconds=watch.seconds,
    )
