"""`bihuan up`: the engine, the workers and the keepers of one data directory, until Ctrl-C."""

import asyncio
import sys

import click

from commands.demo.resume import resumed
from commands.home import sole_engine
from commands.showing import show
from runtime.log import configure
from runtime.processes import Supervisor
from runtime.settings import Settings
from schemas import names


@click.command(help="启动引擎、工作进程和守护进程，直到 Ctrl-C；上次中断的从原处继续。")
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数；不填按处理器核数。")
def up(workers: int | None) -> None:
    """Run the data directory."""
    settings = Settings.load(workers=workers)
    settings.make_home()
    configure(settings, component="up", screen=False)
    with sole_engine(settings):
        asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    show(f"正在启动，数据目录 {settings.home}")
    command = [sys.executable, "-m", "worker"]
    async with Supervisor(settings, worker=command, search_attributes=names.SEARCH_ATTRIBUTES, say=show) as running:
        show(f"引擎 {running.address}，工作进程 {len(running.workers)} 个")
        if running.ui_url:
            show(f"Temporal 页面 {running.ui_url}")
        show("已就绪。按 Ctrl-C 停止；另开窗口使用 bihuan 的其他命令。")
        async with resumed(settings, running.address, show):
            await running.until_stopped()
        show("正在停止……")
    show("已停止。再次运行 bihuan up 即从原处继续。")
