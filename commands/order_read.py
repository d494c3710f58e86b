"""`bihuan order list` and `show`: how orders stand, read from the records alone, so the engine may be stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from activities.intake import find_order
from activities.recording import evolved
from activities.viewing import note_texts, texts_in, viewer
from commands.home import Home, json_option, open_home, say
from commands.order_page import describe, page
from commands.showing import (
    Times,
    district_names,
    flat,
    named,
    order_argument,
    region_code,
    show,
    table,
    times_of,
    waiting_text,
)
from records.reading import OrderFilter, all_units, history, orders, overdue, unit
from records.reading_loop import load_policy, roles_of
from records.session import Read
from rules.authority import covers
from rules.labels import STATUSES
from rules.registers import district_of
from schemas import names
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import OrderRow, Status


@click.command("list", help="列出督办单，可按专项行动、区县、状态、单位筛选。")
@click.option("--campaign", metavar="编号", help="只看这一专项行动。")
@click.option("--district", metavar="区县", help="只看这一区县，代码或名称。")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="只看这一状态。")
@click.option("--unit", metavar="信用代码", help="只看这一单位。")
@click.option("--overdue", "late", is_flag=True, help="只看逾期的，逾期最久的在前。")
@click.option("--mine", metavar="人员编号", help="只看此人负责的：本单位的，或负责区划内的。")
@click.option("--limit", type=click.IntRange(1), help="最多列出多少件。")
@json_option
def list_(
    *,
    campaign: str | None,
    district: str | None,
    status: str | None,
    unit: str | None,
    late: bool,
    mine: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Print orders; a program gets a list in which each has `id` and `number`."""
    where = OrderFilter(campaign=campaign, region=region_code(district) if district else None, unit=unit, status=status)
    with open_home() as home, home.records.read() as read:
        times = times_of(read)
        found = overdue(read, times.now, where) if late else orders(read, where)
        chosen = [row for row in found if mine is None or _is_mine(row, roles_of(read, mine))][:limit]
        called = {one.credit_code: one.name for one in all_units(read)}
    if as_json:
        say([flat(row) | {"unit_name": named(called, row.unit)} for row in chosen])
    else:
        _print(chosen, called, times)


def _is_mine(row: OrderRow, held: Sequence[tuple[Role, str]]) -> bool:
    if not held:
        raise Refused("person.unknown", "人员名单中没有这个人员编号。请用 bihuan staff import 导入，或核对编号。")
    return any(scope == row.unit if role is Role.unit_contact else covers(scope, row.region) for role, scope in held)


def _print(rows: Sequence[OrderRow], called: Mapping[str, str], times: Times) -> None:
    if not rows:
        show("没有符合条件的督办单。")
        return
    districts = district_names()
    listed = table("文号", "单位", "区县", "状态", "级别", "等待", "最迟")
    for row in rows:
        waits = waiting_text(row.waits_for, row.waits_step)
        due = times.text(row.due)
        if row.due is not None and row.due < times.now and not row.paused:
            due += " 逾期"
        status = STATUSES[Status(row.status)] + ("（暂停）" if row.paused else "")
        listed.add_row(
            row.number,
            named(called, row.unit),
            named(districts, district_of(row.region)),
            status,
            str(row.level),
            waits,
            due,
        )
    show(listed, f"共 {len(rows)} 件。查看一件：bihuan order show 文号")


@click.command("show", help="查看一件督办单：事实、时限、待决事项、可复核的结论和全过程。")
@order_argument
@click.option("--deadline", is_flag=True, help="逐日列出每个时限的推算过程。")
@click.option(
    "--text", "with_text", is_flag=True, help="同时打开密封的文字（方案、摘要、理由），须用 --as；留下查看记录。"
)
@click.option("--as", "person", metavar="人员编号", help="以谁的身份查看密封的文字，如 P0001。")
@json_option
def show_(order: str, deadline: bool, with_text: bool, person: str | None, as_json: bool) -> None:
    """Print an order with its clocks and its story; a program gets the same as one object."""
    with open_home() as home:
        if with_text:
            _ask_to_read(home, order, person)
        with home.records.read() as read:
            found = _gather(read, find_order(read, order), deadline=deadline, with_text=with_text)
    if as_json:
        say(found)
    else:
        page(found)


def _ask_to_read(home: Home, order: str, person: str | None) -> None:
    """Let only those read the sealed texts who may, and note that they did.

    Raises:
        Refused: `order.text.by_whom`, `order.unknown`, `person.unknown` or `authority.*`.

    """
    if person is None:
        raise Refused("order.text.by_whom", "查看密封的文字须写明身份，请加 --as 人员编号。")
    with home.records.read() as read:
        events = history(read, names.order_stream(find_order(read, order)))
    state = evolved(one.stored for one in events)
    if state is not None:
        note_texts(home.records, viewer(home.records, state, person), state.id, texts_in(events))


def _gather(read: Read, order: str, *, deadline: bool, with_text: bool) -> dict[str, Any]:
    events = history(read, names.order_stream(order))
    state = evolved(one.stored for one in events)
    if state is None:
        raise Refused("order.unknown", f"没有督办单“{order}”。请用 bihuan order list 查看编号或文号。")
    times = times_of(read)
    holder = unit(read, state.unit)
    return describe(
        read,
        state,
        events,
        unit_name=holder.name if holder else state.unit,
        policy=load_policy(read, state.policy),
        times=times,
        days=deadline,
        with_text=with_text,
    )
