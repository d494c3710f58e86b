"""`bihuan order restore`: take back an order that its docket had set aside (解除搁置)."""

import asyncio

import click

from activities.restoring import Aside, find_aside, restore
from commands.home import Home, json_option, open_home, person_option, say
from commands.showing import order_argument, show
from runtime.client import connect


@click.command("restore", help="解除搁置：数据问题处理后，让被搁置的督办单继续计时和办理（督办员）。")
@order_argument
@person_option
@json_option
def restore_(order: str, person: str, as_json: bool) -> None:
    """Ask the docket; what was received meanwhile is judged within seconds."""
    with open_home() as home:
        aside = find_aside(home.records, order)
        asyncio.run(_ask(home, aside, person))
    if as_json:
        say({"restored": True, "order": aside.order, "number": aside.number})
    else:
        show(f"{aside.number or aside.order} 已解除搁置。搁置期间收到的事项将依次办理，到期的时点按实际时间补记。")


async def _ask(home: Home, aside: Aside, person: str) -> None:
    await restore(await connect(home.settings), home.records, aside, person)
