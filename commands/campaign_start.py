"""`bihuan campaign start`: a campaign begins, every unit is assessed, and the list of who falls short is shown."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import click

from activities.intake import actor_for
from activities.intake_campaign import start_campaign
from commands import campaign_engine as engine
from commands.campaign_page import campaign_row, describe, how_to_confirm, page
from commands.home import Home, json_option, open_home, person_option, say
from commands.rulebooks import RuleBooks, rules_in_force
from commands.showing import region_code, show, times_of
from connectors.regions import load_regions
from records.reading import all_campaigns, clock_of
from records.reading_loop import roles_of
from records.session import Read
from rules.authority import check_may, check_role
from rules.board_terms import freeze
from schemas.campaign import CampaignInput, CampaignState
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Urgency

_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,31}")
_ASSESSED_WITHIN: Final = timedelta(minutes=10)


@click.command(help="发起专项行动：按最新采用的规则核查全部单位，列出未达标的单位和原因。")
@person_option
@click.option("--id", "campaign_id", metavar="编号", help="专项行动编号；不填为下一个，如 2026-001。")
@click.option("--title", metavar="名称", help="名称；不填按区划取名。")
@click.option("--region", metavar="区划", help="范围，代码或名称；不填为本人负责的区划。")
@click.option("--urgent", is_flag=True, help="按紧急时限办理。")
@click.option("--rounds", type=click.IntRange(1, 99), default=1, show_default=True, help="轮数。")
@click.option("--docket-size", type=click.IntRange(1, 1000), default=250, show_default=True, help="每卷最多件数。")
@json_option
def start(
    person: str,
    *,
    campaign_id: str | None,
    title: str | None,
    region: str | None,
    urgent: bool,
    rounds: int,
    docket_size: int,
    as_json: bool,
) -> None:
    """Assess and show the list that waits for a confirmation."""
    with open_home() as home:
        rules = rules_in_force(home.records)
        given = _given(home, person, rules, campaign_id=campaign_id, title=title, region=region)
        urgency = Urgency.urgent if urgent else Urgency.normal
        given = given.model_copy(update={"urgency": urgency, "rounds": rounds, "docket_size": docket_size})
        asyncio.run(_start(home, given))
        with home.records.read() as read:
            row = campaign_row(home.records, given.campaign)
            found = describe(read, row)
            times = times_of(read)
    if as_json:
        say(found)
        return
    page(found, row, times)
    show("", *how_to_confirm(found, person))


def _given(
    home: Home, person: str, rules: RuleBooks, *, campaign_id: str | None, title: str | None, region: str | None
) -> CampaignInput:
    with home.records.read() as read:
        who_may = rules.policy.who_may
        where = region_code(region) if region else _own_region(read, person, who_may)
        actor = actor_for(read, person, "start", unit="", region=where, who_may=who_may)
        check_may(actor, "start", unit="", region=where, who_may=who_may)
        times = times_of(read)
        number = campaign_id or _next_id([one.id for one in all_campaigns(read)], times.now.astimezone(times.zone).year)
        if not _ID.fullmatch(number):
            raise Refused("campaign.id", "专项行动编号只用字母、数字和短横线，最多 32 个字符，如 2026-001。")
        publication = rules.policy.publication
        return CampaignInput(
            campaign=number,
            title=(title or "").strip() or f"{_region_name(where)}志愿服务督办专项行动",
            region=where,
            policy=rules.policy_digest,
            calendar=rules.calendar_digest,
            started_by=actor,
            started_at=times.now,
            definitions=freeze(publication.definitions, small_unit=publication.small_unit),
            who_may=who_may,
            clock=clock_of(read),
        )


def _own_region(read: Read, person: str, who_may: Mapping[str, tuple[Role, ...]]) -> str:
    """The one region for which a person may start a campaign; raises `Refused` where there is none, or more than one."""
    check_role(actor_for(read, person, "start", unit="", region="", who_may=who_may), "start", who_may=who_may)
    mine = sorted({scope for role, scope in roles_of(read, person) if role in who_may["start"]})
    if len(mine) == 1:
        return mine[0]
    listed = "、".join(mine)
    raise Refused(
        "campaign.region", f"您负责的区划不止一个（{listed}），请用 --region 写明范围，如 --region {mine[0]}。"
    )


def _region_name(code: str) -> str:
    return next((region.name for region in load_regions() if region.code == code), code)


def _next_id(taken: Sequence[str], year: int) -> str:
    numbers = [int(one[5:]) for one in taken if re.fullmatch(rf"{year}-\d+", one)]
    return f"{year}-{max(numbers, default=0) + 1:03d}"


async def _start(home: Home, given: CampaignInput) -> None:
    """Reach the engine first: a campaign that cannot run is not begun."""
    client = await engine.reach(home)
    await asyncio.to_thread(start_campaign, home.records, given)
    await engine.start(client, given)

    def assessed() -> bool:
        return campaign_row(home.records, given.campaign).state != CampaignState.started

    if not await engine.until(assessed, within=_ASSESSED_WITHIN):
        sentence = f"核查仍在进行，请稍后用 bihuan campaign show {given.campaign} 查看。"
        raise Refused("campaign.assessing", sentence)
