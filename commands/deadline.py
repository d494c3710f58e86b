"""`bihuan deadline`: when something is due, and every day that counted or did not, and why."""

import json
from datetime import UTC, date, datetime

import click
from rich.table import Table

from activities.calendars import office_calendar, shipped_calendar
from commands.home import look_in
from commands.showing import page
from rules import deadline as rule
from rules.calendar import office_zone, revision_of
from rules.deadline_text import WEEKDAYS, date_text, instant_text, span_text
from schemas.calendar import Calendar, DayLine, Receipt, Span, SpanUnit
from schemas.errors import Refused

# As far as a calendar's years reach; the longest span ends well within what a date can be.
_YEARS = range(1949, 2201)


class InstantText(click.ParamType[datetime]):
    """An instant in ISO 8601; without an offset it is read in the office's time zone, without a time as midnight."""

    name = "时刻"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse, or say how an instant is written."""
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是时刻，请写作 2026-09-29T10:00。", param, ctx)


class DayText(click.ParamType[date]):
    """A day in ISO 8601."""

    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse, or say how a day is written."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是日期，请写作 2026-09-29。", param, ctx)


@click.command(help="计算办理期限：起算当日为第 0 日，逐日列出计与不计及其理由。")
@click.option("--from", "start", type=InstantText(), help="起算时刻，如 2026-09-29T10:00；不填为现在。")
@click.option("--working-days", type=click.IntRange(1, 9999), help="工作日数（含调休上班日）。")
@click.option("--natural-days", type=click.IntRange(1, 9999), help="自然日数。")
@click.option("--hours", type=click.IntRange(1, 9999), help="小时数，昼夜连续计算。")
@click.option("--office-hours", type=click.IntRange(1, 9999), help="办公小时数，只计办公时间。")
@click.option("--known-at", type=DayText(), help="按这一天已公布的放假安排计算，如 2019-03-01。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def deadline(start: datetime | None, known_at: date | None, as_json: bool, **spans: int | None) -> None:
    """Print one deadline; a program gets `due`, `provisional`, `calendar` and `days`."""
    span = _one_span(spans)
    calendar = known_calendar(known_at)
    zone = office_zone(calendar)
    begins = start or datetime.now(UTC).replace(second=0, microsecond=0)
    if begins.year not in _YEARS:
        raise Refused(
            "deadline.out_of_range", f"起算时刻须在 {_YEARS[0]} 至 {_YEARS[-1]} 年之间，现为 {begins.year} 年，请核对。"
        )
    local = begins.replace(tzinfo=zone) if begins.tzinfo is None else begins.astimezone(zone)
    receipt = rule.deadline(local, span, calendar=calendar)
    days = rule.expand(receipt, calendar)
    due = receipt.due.astimezone(zone)
    if as_json:
        click.echo(_json(receipt, days, start=local, due=due))
    else:
        _print(receipt, days, start=local, due=due, calendar=calendar)


def known_calendar(known_at: date | None) -> Calendar:
    """Return the office's calendar, as known at the end of a day if one is given; the shipped one where no office is.

    A question makes no data directory.
    """
    with look_in() as read:
        return shipped_calendar(known_at) if read is None else office_calendar(read, known_at)


def _one_span(spans: dict[str, int | None]) -> Span:
    given = [Span(n=n, unit=SpanUnit(unit)) for unit, n in spans.items() if n is not None]
    if len(given) != 1:
        message = "请在 --working-days、--natural-days、--hours、--office-hours 中给出一个，且只给一个。"
        raise click.UsageError(message)
    return given[0]


def _json(receipt: Receipt, days: tuple[DayLine, ...], *, start: datetime, due: datetime) -> str:
    report = {
        "start": start.isoformat(),
        "span": str(receipt.span),
        "due": due.isoformat(),
        "provisional": receipt.provisional,
        "calendar": receipt.calendar,
        "rule": receipt.rule,
        "days": [day.model_dump(mode="json") for day in days],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


def _print(receipt: Receipt, days: tuple[DayLine, ...], *, start: datetime, due: datetime, calendar: Calendar) -> None:
    console = page()
    console.print(f"起算 {instant_text(start)}，期限 {span_text(receipt.span)}")
    console.print(f"到期 [bold]{instant_text(due)}[/bold]{'（暂定）' if receipt.provisional else ''}")
    table = Table("日期", "星期", "第几", "说明", box=None, pad_edge=False)
    for day in days:
        count, style = (str(day.n), None) if day.counted else ("–", "dim")
        table.add_row(str(day.day), WEEKDAYS[day.day.weekday()], count, day.reason, style=style)
    console.print(table)
    cited = rule.years_cited(receipt, calendar)
    for year in cited:
        console.print(_source(calendar, year), soft_wrap=True)
    if not cited:
        console.print("自然日和小时连续计算，与放假调休安排无关。")
    console.print(f"日历摘要 {receipt.calendar}", soft_wrap=True)


def _source(calendar: Calendar, year: int) -> str:
    revision = revision_of(calendar, year)
    if revision is None or revision.provisional:
        return f"{year}年放假安排尚未公布：按周末和法定节日暂定，公布后重新计算。"
    number = f"（{revision.notice.number}）" if revision.notice.number else ""
    return f"依据《{revision.notice.title}》{number}，{date_text(revision.known_on)}公布"
