"""Deadlines in Chinese: spans, days and instants, and the sentence beside each day that a person re-checks by hand."""

from datetime import date, datetime, timedelta
from typing import Final

from schemas.calendar import DayReason, Span, SpanUnit

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


_UNITS: Final = {
    SpanUnit.working_days: "个工作日",
    SpanUnit.natural_days: "个自然日",
    SpanUnit.hours: "小时",
    SpanUnit.office_hours: "个办公小时",
}


def span_text(span: Span) -> str:
    """`5 个工作日`."""
    return f"{span.n} {_UNITS[span.unit]}"


def date_text(day: date) -> str:
    """`2026年10月12日（周一）`."""
    return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def instant_text(local: datetime) -> str:
    """`2026年10月12日（周一）18:00`, in the time zone the instant comes with."""
    return f"{date_text(local.date())}{local:%H:%M}"


def day_text(
    reason: DayReason,
    *,
    day: date,
    holiday: str | None = None,
    counted: timedelta | None = None,
    paused: timedelta = timedelta(),
    unannounced: int | None = None,
) -> str:
    """Why a day counts or not; `counted` says how much of the day, `unannounced` which notice is awaited."""
    text = _why(reason, day=day, holiday=holiday)
    if paused:
        text += f" {duration(paused)}"
    if counted:
        text += f"，当日计 {duration(counted)}"
    elif counted is not None or reason in _NOT_COUNTED:
        text += "，不计"
    if unannounced is not None:
        text += f"（暂定：{unannounced}年放假安排尚未公布）"
    return text


def duration(length: timedelta) -> str:
    """`3 小时 30 分`; seconds are named only where there are any."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "小时"), (minutes, "分"), (seconds, "秒")) if n]
    return " ".join(parts) or "不足 1 秒"


_NOT_COUNTED: Final = frozenset({DayReason.issue_day, DayReason.weekend, DayReason.holiday})
_PLAIN: Final = {
    DayReason.issue_day: "起算当日（第 0 日）",
    DayReason.working_day: "工作日",
    DayReason.natural_day: "自然日",
    DayReason.paused: "暂停",
}


def _why(reason: DayReason, *, day: date, holiday: str | None) -> str:
    if reason is DayReason.holiday:
        return f"{holiday}放假"
    if reason is DayReason.weekend:
        return f"{WEEKDAYS[day.weekday()]}休息"
    if reason is DayReason.make_up_day:
        return f"{WEEKDAYS[day.weekday()]}调休上班"
    return _PLAIN[reason]
