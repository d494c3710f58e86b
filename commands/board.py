"""`bihuan board`: the league table as it was published last, or as it would be published now."""

import click

from activities.boards import Publisher
from activities.editions import Edition
from activities.intake_campaign import campaign_input
from commands.home import Home, json_option, open_home, say
from commands.showing import district_names, show, table, times_of
from connectors.board_words import HEADINGS
from records.reading import stream
from rules.campaign_register import rounds_confirmed
from schemas import names
from schemas.board import Board, BoardRow, Column, Indicator, Rate
from schemas.campaign import RoundTask

_COUNTS = (Column.issued, Column.accountable, Column.closed, Column.open, Column.overdue, Column.returned)
_RATES = (Rate.sign_rate, Rate.finish_rate, Rate.finish_rate_without_extension, Rate.first_time_rate, Rate.reopen_rate)


@click.group(help="成效表：查看已公布的或目前的结果。")
def board() -> None:
    """The verbs on the league table."""


@board.command("show", help="查看成效表：最近公布的一版；尚未公布或用 --now 时为目前的结果。")
@click.argument("campaign", metavar="专项行动编号")
@click.option(
    "--round", "round_no", type=click.IntRange(1), help="哪一轮；不填为最近公布的一轮，尚未公布时为最近下达的一轮。"
)
@click.option("--now", is_flag=True, help="按目前的情况计算，不公布。")
@json_option
def show_(campaign: str, round_no: int | None, now: bool, as_json: bool) -> None:
    """Print the table by district and where its files are."""
    with open_home() as home:
        published, found = _board(home, campaign, round_no, now=now)
    if as_json:
        files = sorted(str(path) for path in published.folder.iterdir()) if published else []
        lost = list(published.lost) if published else []
        told = {"published": published is not None, "files": files, "lost": lost}
        say({**told, "board": found.model_dump(mode="json")})
    else:
        _print(found, published)


def _board(home: Home, campaign: str, round_no: int | None, *, now: bool) -> tuple[Edition | None, Board]:
    """Return the edition published last, and its board; with `now`, or where none is published, how things stand."""
    publisher = Publisher(home.records, home.settings.published, district_names=district_names())
    with home.records.read() as read:
        given = campaign_input(read, campaign)
        confirmed = rounds_confirmed(stream(read, names.campaign_stream(campaign)))
        at = times_of(read).now
    published = None if now else publisher.latest(campaign, round_no)
    if published is not None:
        return published, published.board
    # The round that waits for its confirmation has nothing to show yet; the one before it has.
    wanted = round_no or max(confirmed, default=given.round)
    return None, publisher.preview(RoundTask(given=given.model_copy(update={"round": wanted}), at=at))


def _print(found: Board, published: Edition | None) -> None:
    mark = "（模拟数据）" if found.simulated else ""
    edition = f"第 {found.version} 版" if published else "尚未公布，目前的结果"
    show(
        f"{found.title}{mark}  第 {found.round} 轮  {edition}",
        f"{found.office}，{found.period.first} 至 {found.period.last}，{found.seal}",
    )
    listed = table("名次", "区县", *(HEADINGS[name].zh for name in (*_COUNTS, *_RATES)), "注册比例", "活跃度")
    for row in (*found.districts, found.total):
        listed.add_row(*_cells(row))
    show(listed)
    for one in found.corrections:
        name = HEADINGS[one.column].zh
        show(f"更正（第 {one.version} 版）{one.district_name} {name}")
    if published:
        show("文件", *(f"  {path}" for path in sorted(published.folder.iterdir())))
    if published and published.lost:
        names_lost = "、".join(published.lost)
        show(f"缺失或与公布时不同：{names_lost}。本版程序写出的内容与当时不一致，请从备份恢复 published 目录。")


def _cells(row: BoardRow) -> list[str]:
    indicators = row.indicators
    change = [
        f"{indicators[before].percent()} → {indicators[after].percent()}"
        for before, after in (
            (Indicator.registration_before, Indicator.registration_after),
            (Indicator.activity_before, Indicator.activity_after),
        )
    ]
    rank = "" if row.rank is None else str(row.rank)
    counts = [str(row.counts[name]) for name in _COUNTS]
    return [rank, row.district_name, *counts, *(row.rates[name].percent() for name in _RATES), *change]
