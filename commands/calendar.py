"""`bihuan calendar`: what the office's calendar holds, year by year, and which notice each year rests on."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.table import Table

from activities.calendars import announce as adopt_announced
from activities.calendars import shown_day
from commands.deadline import DayText, known_calendar
from commands.home import fail, look_in, open_home, say
from commands.showing import page
from connectors.calendars import load_shipped, read_announcement
from rules.calendar import local_day, reckoner, revision_of
from rules.deadline_text import date_text
from schemas.calendar import Calendar, CalendarYear
from schemas.errors import Refused


@click.group(help="工作日历：查看放假和调休安排。")
def calendar() -> None:
    """The verbs on the working calendar."""


@calendar.command(help="列出各年放假安排；给出年份则列出该年每个假日和调休上班日。")
@click.argument("year", type=int, required=False, metavar="[年份]")
@click.option("--known-at", type=DayText(), help="按这一天已公布的安排。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def show(year: int | None, known_at: date | None, as_json: bool) -> None:
    """Print one year, or a line for each; a program gets a list of years."""
    known = known_calendar(known_at)
    years = _years(known, year)
    if not years:
        message = f"日历里没有 {year} 年；这样的年份按周末和固定日期的法定节日暂定。"
        raise click.UsageError(message)
    if as_json:
        report = [
            each.model_dump(mode="json") | {"working_days": reckoner(known).working_days(each.year)} for each in years
        ]
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    elif year is None:
        _print_years(known, years)
    else:
        _print_year(known, years[0])


@calendar.command(help="采用新公布或更正的一年放假安排，并送达所有在办督办单；时限有变的逐件记录。")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def announce(file: Path, as_json: bool) -> None:
    """Adopt one announced year; the herald delivers it to open dockets as soon as the engine runs."""
    try:
        year = read_announcement(file, today=_today())
        with open_home() as home:
            adopted, new = adopt_announced(home.records, year)
    except Refused as refused:
        fail(refused, as_json=as_json)
    if as_json:
        say({"year": year.year, "calendar": adopted.digest, "adopted": new})
        return
    done = "已采用，引擎运行时自动送达所有在办督办单" if new else "此前已经采用，没有变化"
    click.echo(f"{year.year}年放假安排（{_cited(year)}）：{done}。\n日历摘要 {adopted.digest}")


def _today() -> date:
    """The day at the office; where no office is yet, the present one."""
    with look_in() as read:
        return local_day(load_shipped(), datetime.now(UTC)) if read is None else shown_day(read)


def _years(known: Calendar, wanted: int | None) -> list[CalendarYear]:
    """The revisions that hold, one a year."""
    numbers = sorted({one.year for one in known.revisions if wanted in (None, one.year)})
    return [held for number in numbers if (held := revision_of(known, number))]


def _print_years(known: Calendar, years: list[CalendarYear]) -> None:
    table = Table("年份", "工作日", "公布", "依据", box=None, pad_edge=False)
    for each in years:
        since, basis = ("尚未公布", "按周末和法定节日暂定") if each.provisional else (str(each.known_on), _cited(each))
        table.add_row(str(each.year), str(reckoner(known).working_days(each.year)), since, basis)
    console = page()
    console.print(table)
    console.print(f"日历摘要 {known.digest}", soft_wrap=True)


def _print_year(known: Calendar, year: CalendarYear) -> None:
    console = page()
    if year.provisional:
        console.print(f"{year.year}年放假安排尚未公布：按周末和法定节日暂定。")
    else:
        console.print(
            f"{year.year}年，依据《{year.notice.title}》（{_cited(year)}），{date_text(year.known_on)}公布",
            soft_wrap=True,
        )
    for holiday in year.holidays:
        until = "" if holiday.first == holiday.last else f" 至 {date_text(holiday.last)}"
        console.print(f"  {holiday.name}：{date_text(holiday.first)}{until}")
    for day in year.make_up_days:
        console.print(f"  调休上班：{date_text(day)}")
    console.print(f"全年工作日 {reckoner(known).working_days(year.year)} 天")


def _cited(year: CalendarYear) -> str:
    return year.notice.number or "发文字号未查明"
