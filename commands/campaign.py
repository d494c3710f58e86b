"""`bihuan campaign`: start, confirm, look at, publish and withdraw a supervision campaign (专项行动)."""

import asyncio
from typing import Any

import click

from activities.intake_campaign import campaign_input, seal_reason
from commands import campaign_engine as engine
from commands.campaign_assess import assess
from commands.campaign_confirm import confirm
from commands.campaign_page import campaign_row, describe, how_to_confirm, page, print_short
from commands.campaign_start import start
from commands.door import key_option
from commands.home import Home, json_option, open_home, person_option, say
from commands.showing import campaign_argument, flat, show, table, times_of
from commands.texts import written
from connectors.wording import CAMPAIGN_STATES
from records.reading import all_campaigns, campaign_counts, publications_of
from schemas.campaign import CampaignState, Publish, WithdrawCampaign


@click.group(help="专项行动：发起、核查、确认下达、公布、撤回。")
def campaign() -> None:
    """The verbs on campaigns."""


campaign.add_command(start)
campaign.add_command(assess)
campaign.add_command(confirm)


@campaign.command("show", help="查看专项行动：进度、未达标名单、督办单统计、公布版本。")
@campaign_argument
@json_option
def show_(campaign: str, as_json: bool) -> None:
    """Print how far a campaign is, and who fell short."""
    with open_home() as home, home.records.read() as read:
        row = campaign_row(home.records, campaign)
        found, times = describe(read, row), times_of(read)
    if as_json:
        say(found)
        return
    page(found, row, times)
    if row.confirmed_at:
        show("")
        print_short(found["short"])
    elif row.state == CampaignState.assessed:
        show("", *how_to_confirm(found))


@campaign.command("list", help="列出专项行动，最新的在前。")
@json_option
def list_(as_json: bool) -> None:
    """Print a line for each campaign."""
    with open_home() as home, home.records.read() as read:
        rows, times = all_campaigns(read), times_of(read)
        counts = {row.id: campaign_counts(read, row.id, row.round, now=times.now) for row in rows}
    if as_json:
        say([flat(row) | {"orders": counts[row.id].issued, "open": counts[row.id].open} for row in rows])
        return
    listed = table("编号", "名称", "轮次", "进度", "下达", "在办", "发起")
    for row in rows:
        told = CAMPAIGN_STATES[row.state].zh, str(counts[row.id].issued), str(counts[row.id].open)
        listed.add_row(row.id, row.title, str(row.round), *told, times.text(row.started_at))
    show(listed if rows else "还没有专项行动。发起：bihuan campaign start --as 人员编号")


@campaign.command(help="立即公布本轮目前的结果，作为新的一版。")
@campaign_argument
@person_option
@key_option
@json_option
def publish(campaign: str, person: str, key: str | None, as_json: bool) -> None:
    """Publish the round's table as it stands; nothing new is published where nothing changed."""
    with open_home() as home:
        with home.records.read() as read:
            given = campaign_input(read, campaign)
            actor = engine.officer(read, person, "publish", given)
            message = Publish(key=engine.key_for("publish", key), actor=actor, at=times_of(read).now)
        asyncio.run(_ask(home, campaign, "publish", message))
        with home.records.read() as read:
            last = publications_of(read, campaign)[-1]
    folder = home.settings.published / campaign / f"r{last.round}" / f"v{last.version}"
    if as_json:
        say(flat(last) | {"folder": str(folder)})
        return
    show(f"已公布第 {last.round} 轮第 {last.version} 版：{folder}", f"查看：bihuan board show {campaign}")


@campaign.command(help="撤回专项行动：不再进行下一轮，在办的督办单逐件撤回，保留文号。")
@campaign_argument
@person_option
@click.option("--reason", required=True, metavar="文字", help="理由，密封保存。")
@key_option
@json_option
def withdraw(campaign: str, person: str, reason: str, key: str | None, as_json: bool) -> None:
    """Take a campaign back."""
    with open_home() as home:
        with home.records.read() as read:
            given = campaign_input(read, campaign)
            actor, now = engine.officer(read, person, "withdraw", given), times_of(read).now
        own = engine.key_for("withdraw", key)
        sealed = seal_reason(home.records, campaign, written(reason), ref=f"{campaign}:{own}")
        message = WithdrawCampaign(key=own, actor=actor, at=now, reason=sealed)
        answer = asyncio.run(_ask(home, campaign, "withdraw", message))
    if as_json:
        say(answer)
        return
    show(f"专项行动 {campaign} 已撤回；在办的督办单正逐件撤回。查看：bihuan order list --campaign {campaign}")


async def _ask(home: Home, campaign_id: str, update: str, message: Publish | WithdrawCampaign) -> dict[str, Any]:
    answer = await engine.ask(await engine.reach(home), campaign_id, update, message, key=message.key)
    return answer.model_dump(mode="json")
