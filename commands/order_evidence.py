"""`bihuan order evidence`: the files handed in for an order, listed by name, or one of them written out in the clear."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from activities.intake import find_order
from activities.recording import evolved
from activities.viewing import Attached, attached, take_out, viewer
from commands.home import Home, json_option, open_home, person_option, say
from commands.showing import Times, order_argument, show, table, times_of
from records.reading import history
from records.session import Read
from schemas import names
from schemas.errors import Refused
from schemas.event import Actor
from schemas.order import OrderState


@click.command("evidence", help="列出证明材料；--number 取出其中一份（解密）。每次查看都留下记录。")
@order_argument
@person_option
@click.option("--number", type=click.IntRange(1), metavar="序号", help="取出第几份，序号见列表。")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="文件",
    help="写到哪个文件；不填则在当前目录用材料原名。",
)
@json_option
def evidence(order: str, person: str, number: int | None, output: Path | None, as_json: bool) -> None:
    """Print the list, or where the file was written."""
    with open_home() as home:
        with home.records.read() as read:
            state, times = _state(read, order), times_of(read)
            events = history(read, names.order_stream(state.id))
        actor = viewer(home.records, state, person)
        files = attached(home.records, actor, state.id, events)
        if number is None and output is None:
            _list(files, times, as_json=as_json)
            return
        chosen = _chosen(files, number)
        target = output or Path(Path(chosen.title).name)
        _write(target, _pieces(home, actor, state, chosen))
    if as_json:
        say(_told(chosen) | {"file": str(target)})
    else:
        show(f"第 {chosen.number} 份“{chosen.title}”已写入 {target}（{chosen.evidence.size:,} 字节，已解密）。")
        show("请按规定保管，用后及时删除。")


def _state(read: Read, order: str) -> OrderState:
    state = evolved(one.stored for one in history(read, names.order_stream(find_order(read, order))))
    if state is None:
        raise Refused("order.unknown", f"没有督办单“{order}”。请用 bihuan order list 查看编号或文号。")
    return state


def _chosen(files: list[Attached], number: int | None) -> Attached:
    """Return the file of a number; without one the only one there is."""
    if number is None and len(files) == 1:
        return files[0]
    for one in files:
        if one.number == number:
            return one
    told = f"只有 {len(files)} 份" if files else "还没有证明材料"
    raise Refused("evidence.unknown", f"请用 --number 写明取出第几份；这份督办单{told}。可先不加选项列出。")


def _pieces(home: Home, actor: Actor, state: OrderState, chosen: Attached) -> Iterator[bytes]:
    return take_out(home.records, home.settings.home, actor, state.id, chosen)


def _write(target: Path, pieces: Iterator[bytes]) -> None:
    """Write the file whole or not at all, readable by its owner only, and never over another one.

    Raises:
        Refused: `evidence.target`.

    """
    if target.exists():
        raise Refused("evidence.target", f"{target} 已经存在，不会覆盖；请用 -o 另选文件名。")
    try:
        handle, draft = tempfile.mkstemp(dir=target.absolute().parent, prefix=".bihuan-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(pieces)
            Path(draft).replace(target)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise Refused("evidence.target", f"{target} 无法写入，请用 -o 另选位置，或检查权限和磁盘空间。") from error


def _list(files: list[Attached], times: Times, *, as_json: bool) -> None:
    if as_json:
        say([_told(one) for one in files])
        return
    if not files:
        show("还没有证明材料。")
        return
    listed = table("序号", "名称", "字节", "提交人", "提交时间", "密文摘要")
    for one in files:
        size = f"{one.evidence.size:,}"
        listed.add_row(str(one.number), one.title, size, one.person, times.text(one.at), one.evidence.digest[:12])
    show(listed, "取出一份：加 --number 序号（可用 -o 指定文件名）。")


def _told(one: Attached) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "size": one.evidence.size,
        "digest": one.evidence.digest,
        "person": one.person,
        "at": one.at.isoformat().replace("+00:00", "Z"),
    }
