"""The league table as flat rows of cells, shared by CSV and workbook; text is made safe for spreadsheets here."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from connectors.board_words import (
    HEADINGS,
    LABELS,
    LETTER_CLOSED,
    LETTER_OPEN,
    LEVELS,
    NOTHING,
    OUTCOMES,
    REASONS,
    SIGNS,
    Word,
)
from schemas.board import Board, BoardRow, Column, Correction, Definition, Indicator, Outcome, Rate, Ratio, UnitLine
from schemas.order import Figures, Form

Cell = str | int | None

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
# A cell that begins so is a formula to a spreadsheet; the full-width forms are taken for the others by some.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def plain(text: str) -> str:
    """Return text without control characters, which no spreadsheet format can hold, on one line."""
    return _CONTROLS.sub(" ", text)


def guarded(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula: text that could begin one gets an apostrophe."""
    if not isinstance(cell, str):
        return cell
    text = plain(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def moment(instant: datetime, zone: str) -> str:
    """Return an instant as the office's own clock shows it, `2026-10-12 17:30`."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def figure(value: int | Ratio) -> str:
    """Return a corrected cell in print: a count, or a rate with what it was divided from."""
    return str(value) if isinstance(value, int) else f"{value.percent()}（{value.numerator}/{value.denominator}）"


def district_headings() -> list[str]:
    """Return the headings of 各区县: counts, then every rate and indicator: numerator, denominator, percent."""
    ratios = [f"{HEADINGS[name].zh}{part}" for name in (*Rate, *Indicator) for part in ("·分子", "·分母", "")]
    counts = [HEADINGS[column].zh for column in Column]
    return ["名次", "区划代码", "区县", *counts, *ratios, "复测单位数", "计入指标单位数", "未计入的小单位数"]


def district_cells(row: BoardRow) -> list[Cell]:
    """Return one row for those headings; percents are text, because they are rounded for reading."""
    ratios: list[Cell] = []
    for ratio in (*(row.rates[name] for name in Rate), *(row.indicators[name] for name in Indicator)):
        ratios += [ratio.numerator, ratio.denominator, ratio.percent()]
    counts = [row.counts[column] for column in Column]
    measured = (row.measured.numerator, row.measured.denominator)
    return [row.rank, row.district, row.district_name, *counts, *ratios, *measured, row.small_units]


UNIT_HEADINGS: Final = (
    *("区划代码", "区县", "单位代码", "单位", "类型", "文号", "形式", "签收", "办结", "销号日"),
    *("延期次数", "退回次数", "反弹次数", "级别"),
    *("在岗（前）", "注册（前）", "活跃（前）", "建队（前）", "在岗（后）", "注册（后）", "活跃（后）", "建队（后）"),
    *(HEADINGS[column].zh for column in Column),
)


def standing(line: UnitLine) -> tuple[Word, Word]:
    """Return how signing and finishing stand, in words; of a letter only whether it was answered."""
    if line.outcome is Outcome.withdrawn:
        return NOTHING, OUTCOMES[line.outcome]
    if line.form is Form.advisory:
        return NOTHING, LETTER_CLOSED if Column.letters_closed in line.counted else LETTER_OPEN
    return SIGNS[line.sign], OUTCOMES[line.outcome]


def unit_cells(line: UnitLine, small_unit: int) -> list[Cell]:
    """Return one line for those headings; the last are 1 or 0: a spreadsheet can add up any district's row."""
    form = "提示函" if line.form is Form.advisory else "督办单"
    closed = line.closed_on.isoformat() if line.closed_on else ""
    sign, outcome = standing(line)
    how = (sign.zh, outcome.zh, closed)
    figures = [*_figures(line.before, line, small_unit), *_figures(line.after, line, small_unit)]
    unit = (line.district, line.district_name, line.unit, line.unit_name, line.unit_type.label, line.number, form)
    times = (line.extended, line.returned, line.reopened, LEVELS[line.level].zh)
    return [*unit, *how, *times, *figures, *(int(column in line.counted) for column in Column)]


def _figures(figures: Figures | None, line: UnitLine, small_unit: int) -> list[Cell]:
    if figures is None:
        return [f"<{small_unit}" if line.small else ""] * 4
    return [figures.headcount, figures.registered, figures.active, "有" if figures.has_team else "无"]


CORRECTION_HEADINGS: Final = (
    *("版次", "区划代码", "区县", "栏目", "原值", "现值", "原因", "移出文号", "移入文号", "数据更正文号"),
)


def correction_cells(one: Correction) -> list[Cell]:
    """Return one corrected cell with the numbers of all orders concerned."""
    numbers = ["、".join(listed) for listed in (one.removed, one.added, one.revised)]
    values = [figure(one.before), figure(one.after)]
    heading = HEADINGS[one.column].zh
    return [one.version, one.district, one.district_name, heading, *values, REASONS[one.reason].zh, *numbers]


def definitions(board: Board) -> list[tuple[str, Definition]]:
    """Return each column with what it means, in the order of the headings, wherever the board comes from."""
    columns = board.definitions.columns
    return [(name, columns[name]) for name in HEADINGS if name in columns]


def definition_rows(board: Board) -> Iterator[list[Cell]]:
    """Yield the sheet 口径: every column's words and formula, ranking, what is hidden, and the frozen digest."""
    yield ["栏目", "含义", "算法"]
    for name, one in definitions(board):
        yield [HEADINGS[name].zh, one.words, one.formula]
    ranking = "、".join(HEADINGS[rate].zh for rate in board.definitions.ranking)
    small = board.definitions.small_unit
    yield [LABELS["ranking"].zh, ranking, LABELS["ranking_note"].zh]
    yield ["小单位", LABELS["small_note"].zh.format(small, small), ""]
    yield ["口径摘要", board.definitions_digest, "SHA-256，行动启动前冻结"]


def remarks(board: Board) -> dict[str, Cell]:
    """Return what must stay with every copied row: edition, cut-off, whether invented, whether sealed."""
    nature = "合成数据 synthetic" if board.simulated else "实际数据"
    return {
        "行动编号": board.campaign,
        "轮次": board.round,
        "版次": board.version,
        "统计截至": moment(board.as_of, board.zone),
        "数据性质": nature,
        "封存": board.seal,
    }
