"""How verbs show things: instants in the office's time zone, names of districts, figures and shortfalls in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Column, Table

from activities.intake import newest_calendar
from connectors.calendars import load_shipped
from connectors.regions import load_regions
from records.reading import clock_of
from records.reading_loop import load_calendar
from records.session import Read
from rules import clock as clocks
from rules.labels import ROLES, STEPS
from schemas.calendar import Calendar
from schemas.clock import Clock
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Figures, Form, OrderItem
from schemas.policy import StepKind, TriggerKind

FORMS = {Form.order: "督办单", Form.advisory: "提示函"}
_PAGE = 160
URGENCIES = {"normal": "常规", "urgent": "紧急"}
TRIGGERS = {TriggerKind.no_team: "未成立志愿服务队", TriggerKind.registration: "注册", TriggerKind.activity: "活跃"}


class Times(NamedTuple):
    """The office's time: its calendar, its clock, and the shown instant now."""

    calendar: Calendar
    clock: Clock
    now: datetime

    def text(self, instant: datetime | None) -> str:
        """`2026-10-12 18:00` where the office is; empty for none."""
        return "" if instant is None else f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def minute(self, instant: datetime) -> str:
        """`17:05`."""
        return f"{instant.astimezone(self.zone):%H:%M}"

    def lateness(self, scheduled: datetime, recorded_at: datetime) -> float:
        """How many real seconds after its instant something was recorded."""
        return (recorded_at - clocks.real(self.clock, scheduled)).total_seconds()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the office."""
        return ZoneInfo(self.calendar.hours.time_zone)


def times_of(read: Read) -> Times:
    """Return the office's time by the calendar adopted last, else by the shipped one."""
    digest = newest_calendar(read)
    calendar = load_calendar(read, digest) if digest else load_shipped()
    clock = clock_of(read)
    return Times(calendar, clock, clocks.shown(clock, datetime.now(UTC)))


def district_names() -> dict[str, str]:
    """Return what the shipped counties are called, by code."""
    return {region.code: region.name for region in load_regions() if region.level == "county"}


def region_code(code_or_name: str) -> str:
    """Return the code of a region given by its code, or of a city or county given by its name.

    Raises:
        Refused: `region.unknown`.

    """
    for region in load_regions():
        if region.code == code_or_name or (region.name == code_or_name and region.level in ("city", "county")):
            return region.code
    raise Refused("region.unknown", f"没有区划“{code_or_name}”，请填写区划代码或区县全名，如 140213 或 平城区。")


def figures_text(figures: Figures) -> str:
    """`在岗 20、注册 18、活跃 9、有队伍`."""
    team = "有队伍" if figures.has_team else "无队伍"
    return f"在岗 {figures.headcount}、注册 {figures.registered}、活跃 {figures.active}、{team}"


def shortfall_text(item: OrderItem) -> str:
    """`注册 16/20，至少 19`."""
    if item.kind is TriggerKind.no_team:
        return TRIGGERS[item.kind]
    return f"{TRIGGERS[item.kind]} {item.numerator}/{item.denominator}，至少 {item.target}"


def waiting_text(role: str, step: str = "") -> str:
    """`单位联系人签收`; empty when nobody is waited for."""
    return (ROLES[Role(role)] if role else "") + (STEPS[StepKind(step)] if step else "")


def table(*headings: str) -> Table:
    """Return a plain table whose cells are folded, never cut; the first, which names the row, stays on one line."""
    columns = (Column(heading, overflow="fold", no_wrap=not number) for number, heading in enumerate(headings))
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))


def page(*, markup: bool = True) -> Console:
    """Return the person's screen; where output goes elsewhere, a page wide enough that no table folds in mid-phrase."""
    console = Console(highlight=False, markup=markup)
    if not console.is_terminal:
        console.width = _PAGE
    return console


def show(*parts: object) -> None:
    """Print tables and lines to a person's screen; text is never folded in mid-word by us."""
    console = page(markup=False)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))


def named(names: Mapping[str, str], code: str) -> str:
    """Return a name, or the code where there is none."""
    return names.get(code, code)


def flat(model: Any) -> dict[str, Any]:  # noqa: ANN401 - a model, or a frozen row
    """Return a row or model as JSON values."""
    if hasattr(model, "model_dump"):
        dumped: dict[str, Any] = model.model_dump(mode="json")
        return dumped
    return {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in vars(model).items()
    }


order_argument = click.argument("order", metavar="编号或文号")
campaign_argument = click.argument("campaign", metavar="专项行动编号")
