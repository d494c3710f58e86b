"""Checking a roster row by row: what a row must say, figures that cannot be, rows that contradict each other.

All findings of a row are told at once, each with its column, so that an office corrects a file in one go.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from rules.cells import Unreadable, read_count, read_date, read_flag, read_phone, shown, tidy, token
from rules.credit_code import CHARACTERS, LENGTH, check_character
from rules.regions import RegionTable
from schemas import sheet
from schemas.roster import UNIT_TYPE_LABELS, Note, Rejection, RosterLine, UnitType

Cells = Mapping[str, str]
_Value = TypeVar("_Value")

_MAX_NAME = 200
_MAX_PERSON_NAME = 100
_TYPE_WORDS = {label: unit_type for unit_type, label in UNIT_TYPE_LABELS.items()} | {
    word: unit_type
    for unit_type, words in {
        UnitType.party_government_organ: "党政机关 政府机关 国家机关 行政机关 机关单位 party_government_organ organ",
        UnitType.mass_organization: "人民团体 群众团体 群团 群团组织 群团机关 社会团体 mass_organization",
        UnitType.enterprise: "企业单位 国有企业 国企 民营企业 私营企业 公司 enterprise company",
        UnitType.public_institution: "事业 公益类事业单位 参公事业单位 public_institution institution",
        UnitType.village: "行政村 建制村 村委会 村民委员会 village",
        UnitType.community: "居委会 居民委员会 社区居委会 社区居民委员会 城市社区 community",
    }.items()
    for word in words.split()
}
_TYPE_LIST = "、".join(UNIT_TYPE_LABELS.values())


class CheckedRoster(NamedTuple):
    """The good rows in order, why the others are not good (by row), and remarks."""

    lines: tuple[RosterLine, ...]
    rejections: tuple[Rejection, ...]
    notes: tuple[Note, ...]


class RowReader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, cells: Cells, *, row: int) -> None:
        self._cells = cells
        self._row = row
        self.rejections: list[Rejection] = []

    def reject(self, column: str, reason: str) -> None:
        """Remember one finding."""
        self.rejections.append(Rejection(row=self._row, column=column, reason=reason))

    def text(self, column: str) -> str:
        """A cell's clean text; empty when it is blank or the column is not there."""
        cell = self._cells.get(column)
        return tidy(cell) if cell else ""

    def need(self, column: str, read: Callable[[str], _Value]) -> _Value | None:
        """The value of a cell that must be filled in, or None with a finding."""
        value = self.may(column, read)
        if value is None and not self.text(column):
            self.reject(column, "不能为空")
        return value

    def may(self, column: str, read: Callable[[str], _Value]) -> _Value | None:
        """The value of a cell that may be blank, or None; an unreadable one is a finding."""
        text = self.text(column)
        if not text:
            return None
        try:
            return read(text)
        except Unreadable as error:
            self.reject(column, str(error))
            return None


def beyond(cells: Cells, row: int) -> Rejection:
    """The finding for a row that is longer than the header: its cells have moved, so none of them can be trusted."""
    reason = f"本行比表头多出 {cells[sheet.BEYOND]} 格；数字里若有逗号，请给它加上引号"
    return Rejection(row=row, column=sheet.BEYOND, reason=reason)


def read_credit_code(text: str) -> str:
    """A credit code in upper case; what may be wrong: its length, a letter that no code has, the check character."""
    code = token(text).upper()
    if "E+" in code:
        raise Unreadable("被电子表格存成了数字，末几位已丢失；请把该列设为文本格式后重新填写")
    if len(code) != LENGTH:
        raise Unreadable(f"统一社会信用代码应为 {LENGTH} 位，现为 {len(code)} 位")
    if not CHARACTERS.issuperset(code):
        strange = "".join(dict.fromkeys(character for character in code if character not in CHARACTERS))
        raise Unreadable(f"统一社会信用代码里不应有「{strange}」（只用数字和除 I、O、S、V、Z 外的大写字母）")
    expected = check_character(code[:-1])
    if code[-1] != expected:
        raise Unreadable(f"统一社会信用代码校验位不对：按前 17 位应为 {expected}，现为 {code[-1]}")
    return code


@lru_cache(maxsize=4096)
def read_unit_type(text: str) -> UnitType:
    """One of the six kinds, by its Chinese word, a usual variant, or the English identifier."""
    word = token(text).lower()
    try:
        return _TYPE_WORDS[word]
    except KeyError:
        raise Unreadable(f"单位类型应为 {_TYPE_LIST} 之一，现为「{shown(word)}」") from None


def read_name(text: str) -> str:
    """A unit's name of at most 200 characters."""
    if len(text) > _MAX_NAME:
        raise Unreadable(f"名称过长，应不超过 {_MAX_NAME} 字")
    return text


def read_person_name(text: str) -> str:
    """A person's name of at most 100 characters; the reason never repeats it."""
    if len(text) > _MAX_PERSON_NAME:
        raise Unreadable(f"姓名过长，应不超过 {_MAX_PERSON_NAME} 字")
    return text


def read_region(reader: RowReader, regions: RegionTable) -> str | None:
    """The region's code by 所属区划代码, else by 所属区县; both must agree. None with a finding otherwise."""
    name = reader.text(sheet.REGION_NAME)
    if not reader.text(sheet.REGION_CODE):
        region = reader.need(sheet.REGION_NAME if name else sheet.REGION_CODE, regions.read)
        return region.code if region else None
    region = reader.need(sheet.REGION_CODE, regions.read)
    if region is None:
        return None
    meant = regions.named(name) if name else ()
    if meant and not {other.code for other in meant} & {above.code for above in regions.line(region.code)}:
        reader.reject(
            sheet.REGION_NAME, f"「{shown(name)}」与区划代码 {region.code}（{regions.path(region.code)}）不符"
        )
        return None
    return region.code


def check_line(cells: Cells, row: int, *, regions: RegionTable, today: date) -> RosterLine | list[Rejection]:
    """One row's line, or everything wrong with it; `cells` maps Chinese column names to text, absent is blank.

    `today` is the day at the office: figures cannot have been counted on a later one.
    """
    if sheet.BEYOND in cells:
        return [beyond(cells, row)]
    reader = RowReader(cells, row=row)
    values = {
        "unit_name": reader.need(sheet.UNIT_NAME, read_name),
        "credit_code": reader.need(sheet.CREDIT_CODE, read_credit_code),
        "unit_type": reader.need(sheet.UNIT_TYPE, read_unit_type),
        "region_code": read_region(reader, regions),
        **_read_figures(reader),
        "has_team": reader.may(sheet.HAS_TEAM, read_flag),
        "cut_off": _read_cut_off(reader, today),
        "contact_name": reader.may(sheet.CONTACT_NAME, read_person_name),
        "contact_phone": reader.may(sheet.CONTACT_PHONE, read_phone),
    }
    return reader.rejections or RosterLine.model_validate({"row": row, **values})


def _read_figures(reader: RowReader) -> dict[str, int | None]:
    headcount = reader.need(sheet.HEADCOUNT, read_count)
    registered = reader.need(sheet.REGISTERED, read_count)
    active = reader.need(sheet.ACTIVE, read_count)
    if headcount is not None and registered is not None and registered > headcount:
        reader.reject(sheet.REGISTERED, f"注册志愿者数 {registered} 大于在岗人数 {headcount}")
    if registered is not None and active is not None and active > registered:
        reader.reject(sheet.ACTIVE, f"活跃志愿者数 {active} 大于注册志愿者数 {registered}")
    return {"headcount": headcount, "registered": registered, "active": active}


def _read_cut_off(reader: RowReader, today: date) -> date | None:
    cut_off = reader.may(sheet.CUT_OFF, read_date)
    if cut_off is not None and cut_off > today:
        reader.reject(sheet.CUT_OFF, f"数据截止日期 {cut_off} 晚于今天（{today}），请核对")
    return cut_off


def check_roster(rows: Iterable[tuple[int, Cells]], regions: RegionTable, *, today: date) -> CheckedRoster:
    """All rows of a sheet: good lines, findings and remarks.

    A row that repeats another is counted once and noted. Rows with the same credit code that say different things are
    all refused, each naming another: the figures become evidence, and which are true only the office knows.
    """
    lines: list[RosterLine] = []
    rejections: list[Rejection] = []
    for row, cells in rows:
        checked = check_line(cells, row, regions=regions, today=today)
        if isinstance(checked, RosterLine):
            lines.append(checked)
        else:
            rejections.extend(checked)
    kept, contradictions, notes = _settle_repeats(lines)
    return CheckedRoster(kept, tuple(sorted([*rejections, *contradictions], key=lambda one: one.row)), notes)


def _settle_repeats(
    lines: list[RosterLine],
) -> tuple[tuple[RosterLine, ...], list[Rejection], tuple[Note, ...]]:
    by_code: dict[str, list[RosterLine]] = defaultdict(list)
    for line in lines:
        by_code[line.credit_code].append(line)
    contradictions: list[Rejection] = []
    notes: list[Note] = []
    for same in by_code.values():
        if len(same) > 1:
            found = _contradictions(same)
            contradictions.extend(found)
            if not found:
                notes.extend(Note(row=line.row, text=f"与第 {same[0].row} 行完全相同，只计一次") for line in same[1:])
    dropped = {finding.row for finding in contradictions} | {note.row for note in notes}
    return tuple(line for line in lines if line.row not in dropped), contradictions, tuple(notes)


def _contradictions(same: list[RosterLine]) -> list[Rejection]:
    first = same[0]
    other = next((line for line in same[1:] if _content(line) != _content(first)), None)
    if other is None:
        return []
    return [
        Rejection(
            row=line.row,
            column=sheet.CREDIT_CODE,
            reason=f"与第 {(other if line is first else first).row} 行信用代码相同而内容不同；请只保留正确的一行",
        )
        for line in same
    ]


def _content(line: RosterLine) -> RosterLine:
    return line.model_copy(update={"row": 1})
