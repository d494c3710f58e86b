"""`bihuan records`: current rows made again from events, or compared with them column by column."""

import click

from activities.recording import evolved
from commands.home import json_option, open_home, say
from commands.showing import show, table
from records.rebuild import rebuild as rebuild_orders
from rules.order import row
from schemas.docket import StoredEvent
from schemas.order import OrderRow


@click.group(help="记录库：由事件重建当前数据，或核对是否一致。")
def records() -> None:
    """The verbs on the records."""


@records.command(help="由事件重建督办单现状；--check 只核对，不改动（有差异时退出码 1）。")
@click.option("--check", is_flag=True, help="只核对。")
@json_option
def rebuild(check: bool, as_json: bool) -> None:
    """Rebuild, or compare and tell every column that differs."""
    with open_home() as home:
        found = rebuild_orders(home.records, check=check, rows=_row)
    if as_json:
        say({"checked": check, "equal": not found, "differences": [one.model_dump(mode="json") for one in found]})
    elif found:
        listed = table("编号", "列", "现存", "由事件得出")
        for one in found:
            listed.add_row(one.order, one.column, one.stored, one.evolved)
        show(listed, f"有 {len(found)} 处不一致。请先备份，再运行 bihuan records rebuild 重建。")
    else:
        show("一致：每一列都与事件相符。" if check else "已由事件重建督办单现状。")
    if found:
        raise click.exceptions.Exit(1)


def _row(events: tuple[StoredEvent, ...]) -> OrderRow:
    state = evolved(events)
    if state is None:
        message = "a stream without events has no row"
        raise ValueError(message)
    return row(state)
