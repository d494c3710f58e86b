"""`bihuan order …`, what the office does: review, return, suspend, transfer, withdraw, decide, look back."""

from datetime import date, datetime, time, timedelta

import click

from commands.deadline import DayText
from commands.door import Desk, acting
from commands.order_unit import figures_of, figures_options, words
from records.reading import stream
from records.reading import unit as unit_of
from records.reading_loop import open_triggers
from rules.order_claim import Fall, falls
from schemas.act import Act, CloseOut, Decide, HandOver, LookBackReport, Resume, Return, Suspend, Transfer, Withdraw
from schemas.errors import Refused
from schemas.event import Sealed
from schemas.names import order_stream
from schemas.order import LEVEL_OF
from schemas.order_events import parse
from schemas.roster import UnitType

_reason = click.option("--reason", required=True, metavar="文字", help="理由，密封保存。")


@acting("review", "close_out", "审核办结申请，六项要点全部通过即销号。")
@click.option("--pass", "all_points", is_flag=True, help="确认六项要点全部通过。")
@click.option("--points", metavar="要点", help="只写通过的要点编号，用逗号分开。")
def review(desk: Desk, all_points: bool, points: str | None) -> Act:
    """销号: the reviewer answers for every point, printed first, with what the unit claims below the figures issued on."""
    for point in desk.policy.review:
        click.echo(f"  {point.id:<20}{point.question}", err=True)
    for fall in _falls(desk):
        click.echo(f"  {fall.text}", err=True)
    if all_points and points is not None:
        raise Refused("order.review.both", "--pass 表示全部通过，--points 只写通过的要点，两者只能用一个，请重新填写。")
    if not all_points and points is None:
        raise Refused(
            "order.review.unsaid",
            "请逐项审核以上要点：全部通过用 --pass；只写通过的用 --points；未通过的用 bihuan order return 退回。",
        )
    passed = tuple(point.id for point in desk.policy.review) if all_points else _split(points or "")
    return CloseOut(**desk.head, points=passed)


def _falls(desk: Desk) -> tuple[Fall, ...]:
    with desk.home.records.read() as read:
        return falls(parse(one.event) for one in stream(read, order_stream(desk.state.id)))


@acting("return", "return", "退回重办，写明未通过的要点和理由。")
@click.option("--points", required=True, metavar="要点", help="未通过的要点编号，用逗号分开，见 order review。")
@_reason
def return_(desk: Desk, points: str, reason: str) -> Act:
    """退回重办."""
    return Return(**desk.head, points=_split(points), reason=words(desk, "reason", reason))


@acting("suspend", "suspend", "中止办理，写明最迟恢复日期。")
@click.option("--until", type=DayText(), required=True, help="最迟恢复日期，如 2026-10-12；到当日办公结束。")
@_reason
def suspend(desk: Desk, until: date, reason: str) -> Act:
    """中止: until the close of office hours of that day."""
    hours, minutes = map(int, desk.times.calendar.hours.sessions[-1][1].split(":"))
    midnight = datetime.combine(until, time(), tzinfo=desk.times.zone)
    at = midnight + timedelta(hours=hours, minutes=minutes)
    return Suspend(**desk.head, until=at, reason=words(desk, "reason", reason))


@acting("resume", "resume", "恢复办理，时限按中止的工作时间顺延。")
def resume(desk: Desk) -> Act:
    """恢复办理."""
    return Resume(**desk.head)


@acting("transfer", "transfer", "转办给另一单位；或用 --to-authority 提请移交主管机关。")
@click.option("--to", "unit", metavar="信用代码", help="转给哪个单位。")
@click.option("--to-authority", is_flag=True, help="提请移交主管机关，经批准后生效。")
@_reason
def transfer(desk: Desk, unit: str | None, to_authority: bool, reason: str) -> Act:
    """转办, or 移交: the one goes to a unit of the roster, the other waits for an approval."""
    if (unit is None) != to_authority:
        raise Refused("order.transfer.where", "请用 --to 写明接办单位，或用 --to-authority 提请移交，两者选一。")
    if unit is None:
        return HandOver(**desk.head, reason=words(desk, "reason", reason))
    with desk.home.records.read() as read:
        target = unit_of(read, unit.upper())
        asked = [one for order, code, triggers in open_triggers(read) if code == unit.upper() for one in triggers]
    if target is None:
        raise Refused("unit.unknown", f"名册中没有单位 {unit}，请核对信用代码，或先导入名册。")
    sealed = words(desk, "reason", reason)
    return Transfer(
        **desk.head,
        unit=target.credit_code,
        unit_type=UnitType(target.unit_type),
        region=target.region,
        asked=tuple(sorted(set(asked))),
        reason=sealed,
    )


@acting("withdraw", "withdraw", "撤回督办单，保留文号。")
@_reason
def withdraw(desk: Desk, reason: str) -> Act:
    """撤回."""
    return Withdraw(**desk.head, reason=words(desk, "reason", reason))


@acting("decide", "decide", "对延期、异议、复核作出决定，事项编号见 order show。")
@click.option("--proposal", metavar="事项编号", help="哪一项；只有一项等待时可不填。")
@click.option("--accept/--refuse", "accept", default=None, help="同意或不同意。")
@click.option("--reason", metavar="文字", help="理由，密封保存。")
def decide(desk: Desk, proposal: str | None, accept: bool | None, reason: str | None) -> Act:
    """Decide what somebody asked for: extension, objection, review of a conclusion."""
    return _decision(desk, proposal, accept=accept, reason=reason, levels=False)


@acting("approve", "decide", "审批提请的通报、约谈、移交，事项编号见 order show。")
@click.option("--proposal", metavar="事项编号", help="哪一项；只有一项等待时可不填。")
@click.option("--accept/--refuse", "accept", default=True, help="批准（默认）或不批准。")
@click.option("--reason", metavar="文字", help="理由，密封保存。")
def approve(desk: Desk, proposal: str | None, accept: bool | None, reason: str | None) -> Act:
    """Approve what the ladder or an officer proposed: circular, interview, hand-over."""
    return _decision(desk, proposal, accept=accept, reason=reason, levels=True)


@acting("lookback", "lookback", "报送回头看数据。")
@figures_options
def lookback(desk: Desk, headcount: int, registered: int, active: int, has_team: bool | None) -> Act:
    """回头看."""
    return LookBackReport(**desk.head, figures=figures_of(headcount, registered, active, has_team=has_team))


def _decision(desk: Desk, proposal: str | None, *, accept: bool | None, reason: str | None, levels: bool) -> Act:
    if accept is None:
        raise Refused("order.decide.unsaid", "请写明决定：--accept 同意，或 --refuse 不同意。")
    chosen = proposal or _only_one(desk, levels=levels)
    sealed: Sealed | None = None if reason is None else words(desk, "reason", reason)
    return Decide(**desk.head, proposal=chosen, accept=accept, reason=sealed)


def _only_one(desk: Desk, *, levels: bool) -> str:
    """The one proposal of the kind that the verb is for; an unclear one is asked for, never guessed."""
    before = desk.received_before()
    if isinstance(before, Decide):
        return before.proposal
    waiting = [one.id for one in desk.state.proposals if (one.kind in LEVEL_OF) == levels]
    if len(waiting) == 1:
        return waiting[0]
    listed = "、".join(waiting) or "无"
    raise Refused("order.proposal.unknown", f"请用 --proposal 写明是哪一项（等待中的：{listed}）。")


def _split(points: str) -> tuple[str, ...]:
    return tuple(part for part in points.replace("，", ",").replace("、", ",").split(",") if part)
