"""`bihuan campaign confirm`: a named officer confirms the list, and the orders are issued while a bar counts them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from activities.campaign_standing import told_before
from activities.intake_campaign import campaign_input, seal_reason
from commands import campaign_engine as engine
from commands.campaign_page import SHOWN, campaign_row, describe, list_digest, short_units
from commands.door import key_option
from commands.home import Home, json_option, open_home, person_option, say
from commands.showing import campaign_argument, show, times_of
from records.reading import campaign_counts, stream
from records.session import Read
from schemas import names
from schemas.campaign import CampaignInput, Confirm, Exclusion, RoundConfirmed
from schemas.errors import Refused

_ISSUED_WITHIN: Final = timedelta(hours=1)


@click.command(help="确认名单并下达督办单；可剔除个别单位并写明理由。")
@campaign_argument
@person_option
@click.option("--list", "shown", metavar="名单摘要", help="只确认这份名单，摘要见 campaign start、assess 或 show。")
@click.option("--exclude", "excluded", multiple=True, metavar="信用代码=理由", help="剔除一家单位，可写多次。")
@key_option
@json_option
def confirm(
    campaign: str, person: str, *, shown: str | None, excluded: tuple[str, ...], key: str | None, as_json: bool
) -> None:
    """Confirm the round and wait until every order of it is issued."""
    own = engine.key_for("confirm", key)
    with open_home() as home:
        with home.records.read() as read:
            given = _round_meant(read, campaign, own)
            actor = engine.officer(read, person, "confirm", given)
            times = times_of(read)
            candidates = _list_meant(read, given, shown)
        message = Confirm(
            key=own,
            actor=actor,
            at=times.now,
            round=given.round,
            candidates=candidates,
            exclusions=_exclusions(home, given, excluded, key=own),
            clock=times.clock,
        )
        orders = asyncio.run(_confirm(home, given, message, quiet=as_json))
        with home.records.read() as read:
            found = describe(read, campaign_row(home.records, campaign))
    if as_json:
        say(found | {"issued": orders})
        return
    show(f"已确认第 {given.round} 轮，下达 {orders} 件，分 {len(found['dockets'])} 卷。")
    show(f"查看：bihuan order list --campaign {campaign}")


def _round_meant(read: Read, campaign: str, key: str) -> CampaignInput:
    """The running round; of a key that has confirmed one before, that one, whose list its officer has seen."""
    given = campaign_input(read, campaign)
    before = told_before(read, campaign, key)
    return given.model_copy(update={"round": before.round}) if isinstance(before, RoundConfirmed) else given


def _list_meant(read: Read, given: CampaignInput, shown: str | None) -> str:
    """The list's digest, as it was shown or else as it is frozen now.

    Raises:
        Refused: `campaign.not_assessed`, or `campaign.list_changed` for a list that is no longer the round's.

    """
    frozen = list_digest(read, given.campaign, given.round)
    if not frozen:
        raise Refused("campaign.not_assessed", "本轮核查尚未完成，请稍后再确认。")
    if shown is not None and (len(shown) < SHOWN or not frozen.startswith(shown)):
        sentence = f"名单摘要与现在的名单不符，请用 bihuan campaign show {given.campaign} 查看名单后再确认。"
        raise Refused("campaign.list_changed", sentence)
    return frozen


def _exclusions(home: Home, given: CampaignInput, excluded: Sequence[str], *, key: str) -> tuple[Exclusion, ...]:
    """Seal each reason; a unit that is not on the list cannot be left out of it."""
    with home.records.read() as read:
        short = {one["unit"] for one in short_units(read, given.campaign, given.round)}
    pairs = [(code.strip().upper(), reason.strip()) for code, _, reason in (one.partition("=") for one in excluded)]
    for code, reason in pairs:
        if not reason:
            raise Refused("campaign.exclude.reason", "剔除单位须写明理由，如 --exclude 信用代码=单位已撤销。")
        if code not in short:
            raise Refused("campaign.exclude.unit", f"未达标名单中没有 {code}，请用 bihuan campaign show 核对。")
    return tuple(
        Exclusion(
            unit=code,
            reason=seal_reason(home.records, given.campaign, reason, ref=f"{key}:{code}"),
        )
        for code, reason in pairs
    )


async def _confirm(home: Home, given: CampaignInput, message: Confirm, *, quiet: bool) -> int:
    """Confirm, then count the issued orders until all are there; returns how many that is."""
    client = await engine.reach(home)
    await engine.ask(client, given.campaign, "confirm", message, key=message.key)
    columns = (TextColumn("正在下达"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        bar = progress.add_task("", total=None)

        def all_issued() -> bool:
            total, issued = _confirmed(home, given), _issued(home, given)
            progress.update(bar, total=total, completed=issued)
            return total is not None and issued >= total

        if not await engine.until(all_issued, within=_ISSUED_WITHIN):
            sentence = f"下达仍在进行，请稍后用 bihuan campaign show {given.campaign} 查看。"
            raise Refused("campaign.issuing", sentence)
    return _issued(home, given)


def _confirmed(home: Home, given: CampaignInput) -> int | None:
    """How many orders the round's confirmation stands for; none until it is recorded."""
    with home.records.read() as read:
        told = [one.event for one in stream(read, names.campaign_stream(given.campaign))]
    for event in told:
        if event.tag == "campaign.round.confirmed" and event.fields["round"] == given.round:
            return int(str(event.fields["orders"]))
    return None


def _issued(home: Home, given: CampaignInput) -> int:
    with home.records.read() as read:
        return campaign_counts(read, given.campaign, given.round, now=times_of(read).now).issued
