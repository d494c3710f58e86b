"""`bihuan inbox`: what the office has told a person, read from the records."""

from typing import Any

import click

from activities.intake_inbox import mark_messages_read
from commands.home import json_option, open_home, person_option, say
from commands.showing import Times, flat, show, table, times_of
from connectors.wording import message_text
from records.reading import inbox_of
from records.reading_loop import roles_of
from records.rows import MessageRow
from rules import clock as clocks
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR


@click.command(help="查看发给某人的通知，最新的在前。")
@person_option
@click.option("--unread", is_flag=True, help="只看未读的。")
@click.option("--mark-read", is_flag=True, help="把列出的记为已读。")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="最多列出多少条。")
@json_option
def inbox(person: str, unread: bool, mark_read: bool, limit: int, as_json: bool) -> None:
    """Print a person's messages."""
    with open_home() as home:
        with home.records.read() as read:
            found = inbox_of(read, person, unread=unread, limit=limit)
            if not found and person != LOCAL_OPERATOR.person and not roles_of(read, person):
                raise Refused("person.unknown", f"人员名单中没有“{person}”。请核对编号，或先导入人员名单。")
            times = times_of(read)
        told = [_message(one, times) for one in found]
        if mark_read:
            mark_messages_read(home.records, person, [one.id for one in found])
    if as_json:
        say(told)
        return
    listed = table("时间", "", "内容", "编号")
    for one in told:
        listed.add_row(one["at_text"], "" if one["read_at"] else "未读", one["text"], one["order_id"])
    show(listed if told else "没有通知。")


def _message(one: MessageRow, times: Times) -> dict[str, Any]:
    text = message_text(one.template, one.params, zone=times.calendar.hours.time_zone)
    shown = times.text(clocks.shown(times.clock, one.created_at))
    return flat(one) | {"at_text": shown, "text": text}
