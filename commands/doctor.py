"""`bihuan doctor`: is everything as it should be, and if not, what to do; works with the engine stopped."""

import asyncio
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import version
from typing import Final, NamedTuple

import click
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from commands.door import reach
from commands.home import json_option, say
from commands.showing import show
from records.health import Health, health
from records.session import open_records
from runtime.engine import temporal_binary
from runtime.runfile import RunFile
from runtime.settings import Settings
from schemas import names
from schemas.errors import Refused

_GIGABYTE: Final = 1 << 30
_LOW, _FULL = 2 * _GIGABYTE, _GIGABYTE // 4
_PATIENCE: Final = timedelta(seconds=5)
_OTHERS: Final = 0o077


class Level(StrEnum):
    """How a check came out."""

    ok = "ok"
    warn = "warn"
    fail = "fail"


class Finding(NamedTuple):
    """One line of the doctor: what was looked at, how it is, and what to do."""

    name: str
    level: Level
    text: str
    advice: str = ""


KEEPERS: Final = {
    names.Keeper.courier: "通知投递",
    names.Keeper.forwarder: "收件转办",
    names.Keeper.herald: "日历送达",
}
MARKS: Final = {Level.ok: "正常", Level.warn: "注意", Level.fail: "故障"}


@click.command(help="检查版本、数据目录、记录库、引擎和待办积压；有故障时退出码为 1。引擎停止时也可用。")
@json_option
def doctor(as_json: bool) -> None:
    """Print a line for each check."""
    settings = Settings.load()
    found = [finding for check in CHECKS for finding in check(settings)]
    if as_json:
        say([{**one._asdict(), "level": one.level.value} for one in found])
    else:
        for one in found:
            show(f"{MARKS[one.level]}  {one.name}：{one.text}")
            if one.advice:
                show(f"      {one.advice}")
    if any(one.level is Level.fail for one in found):
        raise click.exceptions.Exit(1)


def _versions(_settings: Settings) -> Iterator[Finding]:
    told = f"bihuan {version('bihuan')}，Python {platform.python_version()}，Temporal SDK {version('temporalio')}"
    yield Finding("版本", Level.ok, told)
    try:
        yield Finding("引擎程序", Level.ok, str(temporal_binary()))
    except Refused as refused:
        yield Finding("引擎程序", Level.fail, refused.sentence, "请运行 make setup。")


def _directory(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    nearest = next(place for place in (home, *home.parents) if place.exists())
    if not nearest.is_dir() or (nearest != home and not os.access(nearest, os.W_OK | os.X_OK)):
        yield Finding("数据目录", Level.fail, f"{home} 不能用作数据目录", settings.unusable().sentence)
        return
    if not home.is_dir():
        yield Finding("数据目录", Level.warn, f"{home} 尚未建立", "首次导入名册或运行 bihuan up 时自动建立。")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding("数据目录", Level.fail, f"{home} 不可写", "请检查目录的所有者和权限。")
        return
    if home.stat().st_mode & _OTHERS:
        yield Finding("数据目录", Level.warn, f"{home} 其他用户可读", f"其中有密钥，请运行 chmod 700 {home}。")
    else:
        yield Finding("数据目录", Level.ok, str(home))
    free = shutil.disk_usage(home).free
    level = Level.fail if free < _FULL else Level.warn if free < _LOW else Level.ok
    advice = "" if level is Level.ok else "请清理磁盘；写满后不能再收件。"
    yield Finding("磁盘", level, f"剩余 {free / _GIGABYTE:.1f} GB", advice)


def _processes(settings: Settings) -> Iterator[Finding]:
    run = RunFile.read(settings.run_file)
    alive = {name: mark for name, mark in run.processes.items() if mark.alive} if run else {}
    if not alive:
        yield Finding("进程", Level.warn, "没有运行", "请运行 bihuan up；停止期间收到的操作会在恢复后办理。")
        return
    told = "、".join(f"{name}（{mark.pid}）" for name, mark in sorted(alive.items()))
    yield Finding("进程", Level.ok, told)
    dead = sorted(set(run.processes) - set(alive)) if run else []
    if dead:
        yield Finding("进程", Level.warn, f"{'、'.join(dead)} 已退出", f"会自动重新启动；详情见 {settings.logs}。")


def _records(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url and not (settings.home / "records.db").exists():
        yield Finding("记录库", Level.warn, "尚未建立", "首次导入名册时自动建立。")
        return
    records = open_records(settings.records_url)
    try:
        with records.read() as read:
            found = health(read)
    except Exception as error:  # noqa: BLE001 - whatever keeps the records from being read is the finding
        yield Finding("记录库", Level.fail, f"无法读取（{type(error).__name__}）", "请从备份恢复，见运维手册。")
        return
    finally:
        records.close()
    yield from _schema(found)
    yield from _backlog(found)


def _schema(found: Health) -> Iterator[Finding]:
    if found.version != found.newest:
        told = f"版本 {found.version or '无'}，应为 {found.newest}"
        yield Finding("记录库", Level.warn, told, "下次运行 bihuan up 或任一写入命令时自动升级，请先备份。")
    else:
        yield Finding("记录库", Level.ok, f"版本 {found.version}")
    if found.damage:
        yield Finding("记录库完整性", Level.fail, found.damage, "请停止使用并从备份恢复，见运维手册。")
    if found.unsafe:
        told = "、".join(found.unsafe)
        yield Finding("落盘设置", Level.fail, told, "断电可能丢失已收到的操作；请把数据目录放在本机磁盘上。")


def _backlog(found: Health) -> Iterator[Finding]:
    waits = found.waiting_acts
    advice = "引擎运行时会自动办理；长时间不减少请查看日志。" if waits else ""
    yield Finding("收件待办", Level.warn if waits else Level.ok, f"{waits} 件", advice)
    if found.failing_notices:
        told = f"{found.failing_notices} 条发送失败，正在重试"
        yield Finding("通知", Level.warn, told, "请检查通知渠道；详情见日志 courier.failed。")
    if found.set_aside:
        told = f"{len(found.set_aside)} 件被搁置：{'、'.join(found.set_aside[:5])}"
        advice = (
            "请查看日志 docket.subject_set_aside，处理数据问题后由督办员解除：bihuan order restore 编号 --as 人员编号。"
        )
        yield Finding("搁置", Level.fail, told, advice)


def _engine(settings: Settings) -> Iterator[Finding]:
    yield from asyncio.run(_answers(settings))


async def _answers(settings: Settings) -> list[Finding]:
    client = await reach(settings, patience=_PATIENCE)
    if client is None:
        advice = "请运行 bihuan up；查看、导入和收件不受影响。"
        return [Finding("引擎", Level.warn, "没有答复", advice)]
    kept = [await _keeper(client, keeper) for keeper in names.Keeper]
    return [Finding("引擎", Level.ok, f"{client.service_client.config.target_host} 已连接"), *kept]


async def _keeper(client: Client, keeper: names.Keeper) -> Finding:
    called = KEEPERS[keeper]
    try:
        found = await client.get_workflow_handle(names.keeper_workflow_id(keeper)).describe(rpc_timeout=_PATIENCE)
    except RPCError:
        return Finding(called, Level.fail, "没有运行", "请重新运行 bihuan up。")
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return Finding(called, Level.fail, f"状态 {found.status}", "请重新运行 bihuan up。")
    return Finding(called, Level.ok, "正在运行")


CHECKS: Final[tuple[Callable[[Settings], Iterator[Finding]], ...]] = (
    _versions,
    _directory,
    _processes,
    _records,
    _engine,
)
