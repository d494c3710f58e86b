"""`bihuan order …`, what a unit does: sign, plan, report, hand in, ask for close-out or time, object."""

from pathlib import Path
from typing import Any

import click

from activities.intake import take_in_file
from commands.door import Desk, acting
from commands.texts import written
from schemas.act import (
    Acknowledge,
    Act,
    AttachEvidence,
    DisputeDispatch,
    ObjectToConclusion,
    ReportProgress,
    RequestCompletion,
    RequestExtension,
    SubmitPlan,
)
from schemas.calendar import Span, SpanUnit
from schemas.errors import Refused
from schemas.event import Sealed
from schemas.order import Figures
from schemas.policy import StepKind

_MAIN = (StepKind.finish, StepKind.rectify)
_COUNT = click.IntRange(0, 9_999_999)
_summary = click.option("--summary", required=True, metavar="文字", help="内容摘要，密封保存。")
_reason = click.option("--reason", required=True, metavar="文字", help="理由，密封保存。")


def words(desk: Desk, field: str, text: str) -> Sealed:
    """Seal what somebody wrote; blank paper meets no deadline.

    Raises:
        Refused: `text.blank`.

    """
    return desk.sealed(field, written(text))


def figures_options(build: Any) -> Any:  # noqa: ANN401 - a decorator of whatever builds an act
    """Ask for measured figures, heads and persons, never ratios; a team is claimed or denied, never assumed."""
    for name, words in (("active", "活跃志愿者数"), ("registered", "注册志愿者数"), ("headcount", "在岗人数")):
        build = click.option(f"--{name}", type=_COUNT, required=True, metavar="人数", help=f"{words}。")(build)
    team = "是否已成立志愿服务队，必须写明其一。"
    return click.option("--team/--no-team", "has_team", default=None, help=team)(build)


def figures_of(headcount: int, registered: int, active: int, *, has_team: bool | None) -> Figures:
    """Return figures that can be.

    Raises:
        Refused: `figures.team_unsaid`, or `figures.impossible` where more are registered than on post, or more active
            than registered.

    """
    if has_team is None:
        raise Refused("figures.team_unsaid", "请写明是否已成立志愿服务队：已成立用 --team，未成立用 --no-team。")
    if not active <= registered <= headcount:
        raise Refused("figures.impossible", "数据不可能成立：应为活跃数 ≤ 注册数 ≤ 在岗人数，请核对后重新提交。")
    return Figures(headcount=headcount, registered=registered, active=active, has_team=has_team)


@acting("acknowledge", "acknowledge", "签收督办单。")
def acknowledge(desk: Desk) -> Act:
    """签收."""
    return Acknowledge(**desk.head)


@acting("plan", "plan", "报送整改方案。")
@_summary
def plan(desk: Desk, summary: str) -> Act:
    """整改方案."""
    return SubmitPlan(**desk.head, summary=words(desk, "summary", summary))


@acting("report", "report", "反馈进展。")
@_summary
def report(desk: Desk, summary: str) -> Act:
    """进展反馈."""
    return ReportProgress(**desk.head, summary=words(desk, "summary", summary))


@acting("submit", "submit", "申请办结，并申报目前的数据。")
@_summary
@figures_options
def submit(desk: Desk, summary: str, headcount: int, registered: int, active: int, has_team: bool | None) -> Act:
    """办结申请."""
    figures = figures_of(headcount, registered, active, has_team=has_team)
    return RequestCompletion(**desk.head, summary=words(desk, "summary", summary), figures=figures)


@acting("extend", "extend", "申请延期，须在到期前提出。")
@click.option("--by", type=click.IntRange(1, 9999), required=True, metavar="数", help="延长多少，单位与原时限相同。")
@_reason
def extend(desk: Desk, by: int, reason: str) -> Act:
    """延期申请, in the unit in which the original period is counted."""
    units = [clock.span.unit for clock in desk.state.obligations if clock.kind in _MAIN]
    asked = Span(n=by, unit=units[0] if units else SpanUnit.working_days)
    return RequestExtension(**desk.head, by=asked, reason=words(desk, "reason", reason))


@acting("dispute", "dispute", "提出派单异议：认为不属于本单位职责。")
@_reason
def dispute(desk: Desk, reason: str) -> Act:
    """派单异议."""
    return DisputeDispatch(**desk.head, reason=words(desk, "reason", reason))


@acting("object", "object", "对结论申请复核（30 日内），结论编号见 order show。")
@click.option("--conclusion", required=True, metavar="结论编号", help="申请复核的结论。")
@_reason
def object_(desk: Desk, conclusion: str, reason: str) -> Act:
    """结论复核."""
    return ObjectToConclusion(**desk.head, conclusion=conclusion, reason=words(desk, "reason", reason))


@acting("attach", "attach", "提交一份证明材料，加密保存。")
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
def attach(desk: Desk, file: Path) -> Act:
    """证明材料: a repeat with the same key is the same act, although a file is never encrypted twice alike."""
    before = desk.received_before()
    if isinstance(before, AttachEvidence) and _same_size(file, before):
        return before
    evidence = take_in_file(desk.home.records, desk.home.settings.home, desk.state.id, file, key=desk.key)
    return AttachEvidence(**desk.head, evidence=evidence)


def _same_size(file: Path, act: AttachEvidence) -> bool:
    return file.is_file() and file.stat().st_size == act.evidence.size
