"""Reading a form that an office filled in: its rows, under the form's own column names, as the sheet numbers them.

What stands around the data (titles, totals, remarks, repeated headers, blank rows) is left out and noted;
whether a row is right is for `rules/` to judge.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.grids import Cell, Grid, cell_text, load_grids
from connectors.headers import Header, find_header, missing_columns
from schemas.errors import Refused
from schemas.roster import Note
from schemas.sheet import BEYOND, ROSTER_FORM, SheetForm

_ROWS_PER_STEP = 2_000
_TOTAL = re.compile(r".{0,8}?(?:合计|总计|小计|共计|subtotal|total)(?:[^\u4e00-\u9fff].*)?", re.IGNORECASE)
_REMARK = re.compile(
    r"(?:注|备注|附注|说明|填表说明|填报说明|填表人|填报人|制表人?|制表单位|填报单位|审核人?|复核人?"
    r"|(?:单位|部门|主要|分管)?(?:负责人|领导)|主管领导|联系人|联系电话|(?:填表|填报|制表|报送)?(?:日期|时间))(?:\(.*?\))?[:：].*",
    re.DOTALL,
)


def _no_progress(_done: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The data rows of a sheet: (row number, column name to text), in order; and what was left out around them."""

    sheet: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    notes: tuple[Note, ...]

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """The rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)


def read_rows(
    path: Path, *, form: SheetForm = ROSTER_FORM, on_progress: Callable[[int], None] = _no_progress
) -> SheetRows:
    """The rows of the first visible sheet that has the form's header, of a workbook or a CSV file.

    CSV may be UTF-8, UTF-16 or GB18030, with commas, semicolons or tabs. Row numbers are the spreadsheet's: a record
    whose cells span lines is one row. `on_progress` is told now and then how many rows were read.
    Raises Refused (`sheet.file.*`, `sheet.header.*`) when the file cannot be read as the form.
    """
    grids = load_grids(path)
    grid, header = _choose(grids, form, name=path.name)
    notes = [
        Note(row=None, text=f"工作表「{other.name}」未读入，只读「{grid.name}」")
        for other in grids
        if other is not grid and any(map(any, other.rows))
    ]
    if header.unused:
        notes.append(Note(row=None, text=f"未使用的列：{'、'.join(header.unused)}"))
    _fill_down(grid, header, form)
    rows: list[tuple[int, Mapping[str, str]]] = []
    for index in range(header.last + 1, len(grid.rows)):
        cells = _cells(grid, index, header)
        if remark := _not_data(grid.rows[index], cells, form, heading=grid.rows[header.last]):
            notes.append(Note(row=index + 1, text=remark))
        elif any(cells.values()):
            rows.append((index + 1, cells))
        if index % _ROWS_PER_STEP == 0:
            on_progress(len(rows))
    on_progress(len(rows))
    return SheetRows(grid.name, tuple(header.places), tuple(rows), tuple(notes))


def _choose(grids: list[Grid], form: SheetForm, *, name: str) -> tuple[Grid, Header]:
    """The first sheet with a whole header; failing that, the refusal that helps most."""
    partial: tuple[Grid, Header] | None = None
    for grid in grids:
        header = find_header(grid, form)
        if header and not missing_columns(header, form):
            return grid, header
        if header and partial is None:
            partial = grid, header
    if partial is None and grids and grids[0].ragged and name.lower().endswith((".xlsx", ".xlsm")):
        raise Refused(
            "sheet.file.not_xlsx",
            f"文件「{name}」不是 XLSX 文件：里面是文本。请用电子表格软件打开后另存为 .xlsx；若本来是 CSV，请把扩展名改回 .csv。",
        )
    if partial is None:
        wanted = "、".join("或".join(group) for group in form.required)
        raise Refused(
            "sheet.header.missing", f"在文件「{name}」前 30 行里没有找到{form.title}的表头；表头至少要有：{wanted}。"
        )
    grid, header = partial
    lacking = "、".join(missing_columns(header, form))
    raise Refused(
        "sheet.header.incomplete",
        f"文件「{name}」第 {header.first + 1} 行的表头缺少必填列：{lacking}；请补上后再导入。",
    )


def _fill_down(grid: Grid, header: Header, form: SheetForm) -> None:
    """A district merged over its units' rows is meant for each; a figure merged over two units is neither's."""
    shared = {header.places[name] for name in form.shared if name in header.places}
    for place, top, bottom in grid.merged:
        if place in shared:
            for below in range(max(top, header.last) + 1, min(bottom + 1, len(grid.rows))):
                grid.rows[below][place] = grid.rows[top][place]


def _cells(grid: Grid, index: int, header: Header) -> dict[str, str]:
    row = grid.rows[index]
    width = len(row)
    cells = {name: cell_text(row[place]) if place < width else "" for name, place in header.places.items()}
    heading_width = max(len(grid.rows[header.first]), len(grid.rows[header.last]))
    if grid.ragged and width > heading_width and any(row[heading_width:]):
        cells[BEYOND] = str(width - heading_width)
    return cells


def _not_data(row: list[Cell], cells: dict[str, str], form: SheetForm, *, heading: list[Cell]) -> str | None:
    """Why a row is none of the form's data, or None; blank rows are no data either, but need no remark."""
    if row == heading:
        return "重复的表头，未读入"
    if cells[form.key].strip():
        return None
    first = next((text for text in (_compact(cell) for cell in row) if text and not text.isdigit()), "")
    if _TOTAL.fullmatch(first):
        return "合计行，未读入"
    if _REMARK.fullmatch(first):
        return "说明文字，未读入"
    return "不在表头各列之下的文字，未读入" if first and not any(text.strip() for text in cells.values()) else None


def _compact(cell: Cell) -> str:
    return re.sub(r"\s+", "", cell_text(cell))
