"""`bihuan records`: current rows made again from events, or compared with them; who looked at what is sealed."""

from collections.abc import Sequence
from typing import Any

import click

from activities.intake import find_order
from activities.rebuilding import FOLDS
from activities.viewing import looks
from commands.home import json_option, open_home, say
from commands.showing import Times, order_argument, show, table, times_of
from commands.timeline import who
from connectors.wording import EVENTS
from records.reading_events import RecordedEvent
from records.rebuild import Difference
from records.rebuild import rebuild as rebuild_rows

_FROZEN = {"candidates": "核查清单（candidates）", "boards": "已公布的成效表（boards）"}


@click.group(help="记录库：由事件重建或核对当前数据，查看密封内容的取阅记录。")
def records() -> None:
    """The verbs on the records."""


@records.command(help="由事件重建全部现状表；--check 只核对，不改动（有差异时退出码 1）。")
@click.option("--check", is_flag=True, help="只核对。")
@json_option
def rebuild(check: bool, as_json: bool) -> None:
    """Rebuild, or compare and tell every column that differs."""
    with open_home() as home:
        found = rebuild_rows(home.records, check=check, rows=FOLDS)
    if as_json:
        say({"checked": check, "equal": not found, "differences": [one.model_dump(mode="json") for one in found]})
    elif found:
        listed = table("表", "行", "列", "现存", "由事件得出")
        for one in found:
            listed.add_row(one.table, one.row, one.column, one.stored, one.evolved)
        show(listed, f"有 {len(found)} 处不一致。{_advice(found)}")
    else:
        show("一致：每一列都与事件相符。" if check else "已由事件重建全部现状表。")
    if found:
        raise click.exceptions.Exit(1)


def _advice(found: Sequence[Difference]) -> str:
    """Say what to do: rows that events make are rebuilt, frozen evidence comes from a backup only."""
    tables = {one.table for one in found}
    frozen = [told for name, told in _FROZEN.items() if name in tables]
    advice = ["请先备份，再运行 bihuan records rebuild 重建。"] if tables - _FROZEN.keys() else []
    return "".join([*advice, *(f"{told}是冻结的依据，不能由事件重建，请从备份恢复。" for told in frozen)])


@records.command(help="查看记录：谁在何时查看过一件督办单的密封文字和证明材料，或被拒绝。")
@order_argument
@json_option
def access(order: str, as_json: bool) -> None:
    """Print each look at what is sealed of an order, in order of time; pseudonyms only."""
    with open_home() as home, home.records.read() as read:
        found, times = looks(read, find_order(read, order)), times_of(read)
    told = [_look(one, times) for one in found]
    if as_json:
        say(told)
        return
    listed = table("时间", "人员", "内容")
    for one in told:
        listed.add_row(one["at_text"], one["who"], one["text"])
    show(listed if told else "没有查看记录。")


def _look(one: RecordedEvent, times: Times) -> dict[str, Any]:
    event = one.stored.event
    digest = str(event.fields.get("evidence", ""))[:12]
    words = event.fields | {"act": "查看密封内容", "texts": len(event.fields.get("refs", ())), "digest": digest}
    return {
        "at": event.happened_at.isoformat().replace("+00:00", "Z"),
        "at_text": times.text(event.happened_at),
        "person": one.actor["person"],
        "who": who(one),
        "tag": event.tag,
        "text": EVENTS[event.tag].zh.format(**words),
        **{name: value for name, value in event.fields.items() if name in ("refs", "number", "evidence", "code")},
    }
