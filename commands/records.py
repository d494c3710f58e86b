"""`bihuan records`: current rows made again from events, or compared with them column by column."""

from collections.abc import Sequence

import click

from activities.rebuilding import FOLDS
from commands.home import json_option, open_home, say
from commands.showing import show, table
from records.rebuild import Difference
from records.rebuild import rebuild as rebuild_rows


@click.group(help="记录库：由事件重建当前数据，或核对是否一致。")
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
    frozen = "核查清单（candidates）是冻结的依据，不能由事件重建，请从备份恢复。" if "candidates" in tables else ""
    return ("请先备份，再运行 bihuan records rebuild 重建。" if tables - {"candidates"} else "") + frozen
