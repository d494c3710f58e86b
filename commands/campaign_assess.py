"""`bihuan campaign assess`: judge the round's units again, on figures that came in after its list was made."""

import asyncio

import click

from activities.intake_campaign import campaign_input
from commands import campaign_engine as engine
from commands.campaign_page import campaign_row, describe, how_to_confirm, page
from commands.door import key_option
from commands.home import Home, json_option, open_home, person_option, say
from commands.showing import campaign_argument, show, times_of
from schemas.campaign import Reassess


@click.command(help="重新核查：导入新的数据后、确认之前，按最新数据重列本轮名单。")
@campaign_argument
@person_option
@key_option
@json_option
def assess(campaign: str, person: str, key: str | None, as_json: bool) -> None:
    """Replace the list that waits for a confirmation by one on the newest figures."""
    with open_home() as home:
        with home.records.read() as read:
            given = campaign_input(read, campaign)
            actor = engine.officer(read, person, "confirm", given)
            message = Reassess(key=engine.key_for("assess", key), actor=actor, at=times_of(read).now)
        asyncio.run(_ask(home, campaign, message))
        with home.records.read() as read:
            row = campaign_row(home.records, campaign)
            found, times = describe(read, row), times_of(read)
    if as_json:
        say(found)
        return
    page(found, row, times)
    show("", *how_to_confirm(found, person))


async def _ask(home: Home, campaign: str, message: Reassess) -> None:
    await engine.ask(await engine.reach(home), campaign, "assess", message, key=message.key)
