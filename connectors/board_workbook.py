"""The league table as a workbook for offices: four sheets, ready to filter and to print on A4 landscape."""

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from connectors.board_sheet import (
    CORRECTION_HEADINGS,
    UNIT_HEADINGS,
    Cell,
    correction_cells,
    definition_rows,
    district_cells,
    district_headings,
    guarded,
    plain,
    remarks,
    unit_cells,
)
from schemas.board import Board

_A4: Final = 9
_LATIN_END: Final = 0xFF
_WIDEST: Final = 60
_WRAPPED: Final = 30
_GROUPED: Final = 1000


class _Sheet(NamedTuple):
    """One sheet to be written: a name, headings, rows, and how many columns stay in sight."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    frozen: int


def workbook(board: Board) -> bytes:
    """Return the workbook with the sheets 各区县, 各单位, 口径 and 更正, each ready to print on A4 landscape."""
    small = board.definitions.small_unit
    districts = [district_cells(row) for row in (*board.districts, board.total)]
    definitions = list(definition_rows(board))
    sheets = (
        _Sheet("各区县", district_headings(), districts, 3),
        _Sheet("各单位", UNIT_HEADINGS, [unit_cells(line, small) for line in board.units], 4),
        _Sheet("口径", [str(cell) for cell in definitions[0]], definitions[1:], 1),
        _Sheet("更正", CORRECTION_HEADINGS, [correction_cells(one) for one in board.corrections], 3),
    )
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = plain(board.title), plain(board.office)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.name), sheet, board)
    return _timeless(book, board)


def _timeless(book: Workbook, board: Board) -> bytes:
    """Save a workbook so that the same board is the same bytes whenever it is written: its instant is the cut-off."""
    at = board.as_of.astimezone(UTC).replace(tzinfo=None)
    book.properties.created = book.properties.modified = at
    saved, out = io.BytesIO(), io.BytesIO()
    # `Workbook.save` would date it now.
    ExcelWriter(book, ZipFile(saved, "w")).save()
    with ZipFile(saved) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return out.getvalue()


def _write_sheet(target: Worksheet, sheet: _Sheet, board: Board) -> None:
    """Write a title, the edition's marks, the headings, the rows."""
    _set_up(target, sheet, board)
    target.append([_heading(target, f"{board.title} · {sheet.name}", size=14)])
    marks = "　".join(f"{name}：{value}" for name, value in remarks(board).items())
    target.append([_text(target, marks)])
    target.append([_heading(target, heading, fill=True) for heading in sheet.headings])
    for row in sheet.rows:
        target.append([_body(target, cell) for cell in row])


def _set_up(target: Worksheet, sheet: _Sheet, board: Board) -> None:
    target.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}4"
    target.page_setup.orientation, target.page_setup.paperSize = "landscape", _A4
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = 1, 0
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.print_title_rows = "3:3"
    footer = HeaderFooterItem()
    if footer.center is not None:
        footer.center.text = f"{board.seal}　第 &P 页 / 共 &N 页"
    target.HeaderFooter.oddFooter = footer
    last = get_column_letter(len(sheet.headings))
    target.auto_filter.ref = f"A3:{last}{3 + len(sheet.rows)}"
    for place in range(len(sheet.headings)):
        texts = [str(sheet.headings[place]), *(str(row[place]) for row in sheet.rows[:200])]
        widest = max(sum(2 if ord(char) > _LATIN_END else 1 for char in text) for text in texts)
        target.column_dimensions[get_column_letter(place + 1)].width = min(_WIDEST, widest + 2)


def _heading(target: Worksheet, text: str, *, size: int = 11, fill: bool = False) -> SheetCell:
    cell = _text(target, text)
    cell.font = Font(name="宋体", size=size, bold=True)
    cell.alignment = Alignment(vertical="center", wrap_text=fill)
    if fill:
        cell.fill = PatternFill("solid", fgColor="F3E9E7")
    return cell


def _body(target: Worksheet, value: Cell) -> SheetCell | Cell:
    """Return a cell for the body, styled only where that shows: a style object per cell would cost seconds."""
    if isinstance(value, int) and value >= _GROUPED:
        grouped: SheetCell = WriteOnlyCell(target, value=value)
        grouped.number_format = "#,##0"
        return grouped
    if not isinstance(value, str):
        return value
    if len(value) <= _WRAPPED and value == guarded(value):
        return value
    cell = _text(target, value)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _text(target: Worksheet, text: str) -> SheetCell:
    """Return a cell whose text is text, never a formula, whatever it begins with."""
    cell: SheetCell = WriteOnlyCell(target, value=plain(text))
    cell.data_type = "s"
    cell.quotePrefix = text != guarded(text)
    return cell
