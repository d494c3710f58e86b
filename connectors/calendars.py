"""Working calendars as files: the ones shipped with the product, and an announcement that a person hands in.

A shipped file holds every revision of one year; `statutes.yaml` holds what a year is before its notice comes. An
announcement is one revision of one year. Who wrote it learns in plain sentences, line by line, what is wrong with it.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from schemas.base import Model
from schemas.calendar import Calendar, CalendarYear, Holiday, Notice
from schemas.errors import Refused

_SHIPPED: Final = Path(__file__).parent.parent / "policies" / "calendars" / "cn"
_SATURDAY: Final = 5


class UnreadableCalendar(Refused):
    """A calendar file that cannot be used; `problems` has one Chinese sentence for each, with its line."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        """The sentence lists the problems, one a line."""
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            "calendar.file.invalid", f"日历文件 {path.name} 有 {len(problems)} 处问题，请改正后再试：\n{listed}"
        )
        self.problems = problems


@cache
def load_shipped() -> Calendar:
    """China's calendar as shipped: all revisions of 2004 to 2026, provisional years to 2035, default office hours."""
    statutes = _Statutes.model_validate(_load(_SHIPPED / "statutes.yaml"))
    years = [_YearFile.model_validate(_load(path)) for path in sorted(_SHIPPED.glob("[0-9]*.yaml"))]
    announced = [revision.of(file.year) for file in years for revision in file.revisions]
    return Calendar(revisions=(*announced, *statutes.provisional_years()))


def read_announcement(path: Path, *, today: date) -> CalendarYear:
    """One announced year from a YAML file, as `docs/calendar.md` describes it; `today` is the day at the office.

    Raises:
        UnreadableCalendar: the file cannot be read, is no YAML, lacks something, contradicts itself, or says that it
            was published on a day that is still to come.

    """
    try:
        found = _parse(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = f"第 {line} 行：不是有效的 YAML，请检查缩进、冒号后的空格和引号，以及有没有重复的项。"
        raise UnreadableCalendar(path, (problem,)) from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UnreadableCalendar(path, ("文件打不开，或不是 UTF-8 文本，请检查路径和编码。",)) from error
    if not isinstance(found, CommentedMap):
        raise UnreadableCalendar(path, ("第 1 行：应由 year、notice、known_on、holidays、make_up_days 各项组成。",))
    try:
        year = CalendarYear.model_validate(found)
    except ValidationError as error:
        problems = [_sentence(found, each["loc"], each["type"]) for each in error.errors()]
        raise UnreadableCalendar(path, tuple(problems)) from error
    contradictions = _contradictions(found, year, today)
    if contradictions:
        raise UnreadableCalendar(path, tuple(contradictions))
    return year


def _parse(path: Path) -> Any:  # noqa: ANN401 - whatever a person wrote
    return YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))


def _load(path: Path) -> Any:  # noqa: ANN401 - checked by the model it goes into
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


# --- shipped files ----------------------------------------------------------------------------------------------------


class _Revision(Model):
    """One revision in a shipped year file."""

    notice: Notice
    known_on: date
    holidays: tuple[Holiday, ...]
    make_up_days: tuple[date, ...]

    def of(self, year: int) -> CalendarYear:
        return CalendarYear(
            year=year,
            notice=self.notice,
            known_on=self.known_on,
            holidays=self.holidays,
            make_up_days=self.make_up_days,
        )


class _YearFile(Model):
    """A shipped file: all revisions of one year."""

    year: int
    revisions: tuple[_Revision, ...]


class _StatutoryDay(Model):
    """Days that a statute gives: from a fixed day of the year, or from a festival and an offset."""

    name: str
    month: int | None = None
    day: int | None = None
    festival: str | None = None
    offset: int = 0
    days: int = Field(ge=1)

    def within(self, year: int, festivals: dict[str, date]) -> Holiday:
        if self.festival is not None:
            first = festivals[self.festival] + timedelta(days=self.offset)
        else:
            first = date(year, self.month or 1, self.day or 1)
        return Holiday(name=self.name, first=first, last=first + timedelta(days=self.days - 1))


class _Statute(Model):
    """A version of the measures on public holidays, for the years it governs."""

    notice: Notice
    known_on: date
    first_year: int
    days: tuple[_StatutoryDay, ...]


class _Statutes(Model):
    """Every version of the measures, and the dates of the festivals they name."""

    statutes: tuple[_Statute, ...]
    festivals: dict[int, dict[str, date]]

    def provisional_years(self) -> list[CalendarYear]:
        return [
            CalendarYear(
                year=year,
                notice=statute.notice,
                known_on=statute.known_on,
                holidays=tuple(day.within(year, festivals) for day in statute.days),
                provisional=True,
            )
            for statute in self.statutes
            for year, festivals in self.festivals.items()
            if year >= statute.first_year
        ]


# --- what is wrong with a person's file -------------------------------------------------------------------------------

_MESSAGES: Final = {
    "missing": "缺少这一项，请补上。",
    "extra_forbidden": "不认识这一项，请核对拼写或删去。",
    "date_type": "应为日期，写作 2027-02-05。",
    "date_from_datetime_parsing": "应为日期，写作 2027-02-05。",
    "date_parsing": "应为日期，写作 2027-02-05。",
    "int_type": "应为整数年份，写作 2027。",
    "int_parsing": "应为整数年份，写作 2027。",
    "greater_than_equal": "年份应在 1949 至 2200 之间。",
    "less_than_equal": "年份应在 1949 至 2200 之间。",
    "string_type": "应为文字。",
    "string_too_short": "不能为空。",
    "tuple_type": "应为列表，每行以“- ”开头。",
    "value_error": "结束日不能早于开始日。",
}


def _sentence(root: CommentedMap, loc: tuple[int | str, ...], kind: str) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    return f"第 {_line(root, loc)} 行：{where}：{_MESSAGES.get(kind, '写法不对，请对照说明改正。')}"


def _line(root: CommentedMap, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of a place that the file really has, counted from 1."""
    node: Any = root
    line = int(root.lc.line)
    for part in loc:
        if isinstance(node, CommentedMap) and part in node:
            line = int(node.lc.key(part)[0])
        elif isinstance(node, CommentedSeq) and isinstance(part, int):
            line = int(node.lc.item(part)[0])
        else:
            break
        node = node[part]
    return line + 1


def _contradictions(root: CommentedMap, year: CalendarYear, today: date) -> list[str]:
    """What no notice would say; each with its line."""
    taken: dict[date, str] = {}
    problems: list[str] = []
    for index, holiday in enumerate(year.holidays):
        line = _line(root, ("holidays", index))
        problems += [f"第 {line} 行：{problem}" for problem in _holiday_problems(year.year, holiday, taken)]
    for index, day in enumerate(year.make_up_days):
        line = _line(root, ("make_up_days", index))
        problems += [f"第 {line} 行：{problem}" for problem in _make_up_problems(year.year, day, taken)]
    if not year.holidays:
        problems.append(f"第 {_line(root, ('holidays',))} 行：没有列出任何假日。")
    line = _line(root, ("known_on",))
    if year.known_on > today:
        wrong = f"公布日期 {year.known_on} 晚于今天（{today}）"
        problems.append(f"第 {line} 行：{wrong}；请填写通知实际公布的日期，尚未公布的等公布后再采用。")
    elif year.known_on > date(year.year, 12, 31):
        problems.append(f"第 {line} 行：公布日期 {year.known_on} 晚于 {year.year} 年，请核对。")
    if year.provisional:
        problems.append(f"第 {_line(root, ('provisional',))} 行：公布的年份不能标为暂定，请删去这一项。")
    return problems


def _holiday_problems(year: int, holiday: Holiday, taken: dict[date, str]) -> list[str]:
    if not (_near(year, holiday.first) and _near(year, holiday.last)):
        return [f"{holiday.name} {holiday.first} 至 {holiday.last} 不在 {year} 年前后。"]
    days = [holiday.first + timedelta(days=n) for n in range((holiday.last - holiday.first).days + 1)]
    problems = [f"{day} 已列为{taken[day]}，又列为{holiday.name}。" for day in days if day in taken]
    taken |= dict.fromkeys(days, holiday.name)
    return problems


def _make_up_problems(year: int, day: date, taken: dict[date, str]) -> list[str]:
    if not _near(year, day):
        return [f"调休上班日 {day} 不在 {year} 年前后。"]
    if day.weekday() < _SATURDAY:
        return [f"调休上班日 {day} 不是周六或周日，本来就上班。"]
    problems = [f"{day} 已列为{taken[day]}，又列为调休上班日。"] if day in taken else []
    taken[day] = "调休上班日"
    return problems


def _near(year: int, day: date) -> bool:
    """Whether a year's notice may speak of a day: in the year, in the December before it or the January after it."""
    return date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31)
