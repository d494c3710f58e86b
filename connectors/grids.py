"""Files into grids of raw cells: CSV in the encodings that offices use, and workbooks.

Row i of a grid is row i + 1 of the spreadsheet.
What cannot be read at all is refused with a sentence that says what to do.
"""

import codecs
import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, cast

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from schemas.errors import Refused

# What a cell may hold: text in a CSV file; in a workbook also numbers (always floats), days, instants, truths.
Cell = object

_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (CalamineError, PasswordError, XmlError, ZipError)
_DELIMITERS = ",;\t"
_LINES_LOOKED_AT = 30
_EXACT_INTEGERS = 2**53


class Grid(NamedTuple):
    """One sheet's cells from its first row and column on.

    `merged` lists cells that span rows: column, first and last row. `ragged`: rows may outgrow the header (CSV).
    """

    name: str
    rows: list[list[Cell]]
    merged: Sequence[tuple[int, int, int]] = ()
    ragged: bool = False


def load_grids(path: Path) -> list[Grid]:
    """The visible sheets of a workbook, or the one grid of a CSV file; its first bytes tell which, not its name.

    Raises Refused (`sheet.file.*`) for a file that is missing, empty, broken, encrypted, an old .xls, no spreadsheet.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused("sheet.file.unreadable", f"读不到文件「{path}」，请核对路径和读取权限。") from error
    if not raw.strip():
        raise Refused("sheet.file.empty", f"文件「{path.name}」是空的，请重新导出后再导入。")
    if raw.startswith(_OLE):
        raise Refused(
            "sheet.file.old_excel",
            f"文件「{path.name}」是旧版 .xls 或加了密码；请在电子表格软件里去掉密码，另存为 .xlsx 或 CSV 后再导入。",
        )
    return _workbook_grids(raw, name=path.name) if raw.startswith(_ZIP) else [_csv_grid(raw, name=path.name)]


def cell_text(value: Cell) -> str:
    """A cell as text: whole numbers without a fraction, days as 2026-09-30, TRUE as `true`.

    A number too large to be exact keeps its exponent (`9.11e+17`), so that nobody takes its invented digits for a code.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_INTEGERS else str(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _workbook_grids(raw: bytes, *, name: str) -> list[Grid]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            wanted = [meta.name for meta in book.sheets_metadata if _is_visible_sheet(meta)]
            return [_sheet_grid(book.get_sheet_by_name(title)) for title in wanted]
    except _BROKEN as error:
        raise Refused(
            "sheet.file.broken",
            f"文件「{name}」不是电子表格、加了密码，或已损坏、不完整；请重新另存为 .xlsx 后再导入。",
        ) from error


def _is_visible_sheet(meta: SheetMetadata) -> bool:
    return meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible


def _sheet_grid(sheet: CalamineSheet) -> Grid:
    rows = cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False))
    merged = [(place, top, bottom) for (top, place), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top]
    return Grid(sheet.name, rows, merged)


def _csv_grid(raw: bytes, *, name: str) -> Grid:
    is_utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # Web pages that call themselves .xls begin with a bracket; no text but UTF-16 has zero bytes.
    if raw.lstrip().startswith(b"<") or (b"\x00" in raw and not is_utf16):
        raise Refused(
            "sheet.file.not_a_spreadsheet",
            f"文件「{name}」不是 CSV 或 .xlsx 表格；请用电子表格软件另存为 .xlsx 后再导入。",
        )
    text = _decode(raw, encodings=["utf-16"] if is_utf16 else ["utf-8-sig", "gb18030"], name=name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[Cell]] = []
    try:
        rows.extend(list(row) for row in reader)
    except csv.Error as error:
        raise Refused(
            "sheet.file.quotes", f"文件「{name}」第 {len(rows) + 1} 行的引号不成对，后面的内容分不清；请改正后再导入。"
        ) from error
    return Grid("", rows, ragged=True)


def _decode(raw: bytes, *, encodings: Sequence[str], name: str) -> str:
    # GB18030 accepts almost anything, UTF-8 almost nothing that is not UTF-8: so that one is asked first.
    for encoding in encodings:
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise Refused("sheet.file.encoding", f"文件「{name}」的文字编码认不出来；请另存为 UTF-8 的 CSV 或 .xlsx 后再导入。")


def _delimiter(text: str) -> str:
    lines = text[: 1 << 16].splitlines()[:_LINES_LOOKED_AT]
    return max(_DELIMITERS, key=lambda mark: max(line.count(mark) for line in lines))
