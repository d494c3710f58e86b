"""The league table as files: a page to print in Chinese and one in English, CSV, a workbook and canonical JSON.

Each file stands alone and is written whole or not at all. All of them show the same board; nothing is counted here.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors import board_words
from connectors.board_sheet import (
    UNIT_HEADINGS,
    Cell,
    definitions,
    district_cells,
    district_headings,
    figure,
    guarded,
    moment,
    remarks,
    standing,
    unit_cells,
)
from connectors.board_words import Word
from connectors.board_workbook import workbook
from schemas.board import NOT_SEALED, Board, Correction, Reason, UnitLine
from schemas.roster import UnitType

_TEMPLATES: Final = Path(__file__).parent / "templates"


def write_board(board: Board, folder: Path) -> dict[str, Path]:
    """Write all files of an edition into `folder`, made when missing; return them by kind.

    Kinds: `html` (Chinese), `html_en`, `csv`, `xlsx`, `json`. A file that exists is replaced in one step.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents: dict[str, tuple[str, Callable[[Board], bytes]]] = {
        "html": ("board.html", lambda one: page(one, "zh").encode()),
        "html_en": ("board.en.html", lambda one: page(one, "en").encode()),
        "csv": ("board.csv", table),
        "xlsx": ("board.xlsx", workbook),
        "json": ("board.json", document),
    }
    return {kind: _replace(folder / name, make(board)) for kind, (name, make) in contents.items()}


def _replace(path: Path, content: bytes) -> Path:
    """Write beside the target, bring it to the disk, then rename; a failure leaves the old file and no other."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def document(board: Board) -> bytes:
    """Return the board as canonical JSON (RFC 8785): sorted keys, no spaces, UTF-8; its numbers are all integers."""
    text = json.dumps(board.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def table(board: Board) -> bytes:
    """Return one flat table, UTF-8 with a byte-order mark: districts, the total, then every order with 1 and 0.

    The first column says which kind of row it is; edition, cut-off, kind of data and seal stand on every row.
    """
    marks = remarks(board)
    shared = list(UNIT_HEADINGS)
    own = [name for name in district_headings() if name not in shared]
    headings = ["层级", *shared, *own, *marks]
    out = io.StringIO()
    writer = csv.DictWriter(out, headings, restval="")
    writer.writeheader()
    for kind, rows in (("区县", board.districts), ("合计", (board.total,))):
        for row in rows:
            cells = dict(zip(district_headings(), district_cells(row), strict=True))
            writer.writerow(_safe({"层级": kind} | cells | marks))
    for line in board.units:
        cells = dict(zip(UNIT_HEADINGS, unit_cells(line, board.definitions.small_unit), strict=True))
        writer.writerow(_safe({"层级": "单位"} | cells | marks))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(cells: dict[str, Cell]) -> dict[str, Cell]:
    return {name: guarded(cell) for name, cell in cells.items()}


def page(board: Board, language: str) -> str:
    """Return the page to print: one file without script or outside reference; `language` is `zh` or `en`."""
    words = _Words(language)
    shown = {
        "board": board,
        "definitions": definitions(board),
        "lang": language,
        "word": words.label,
        "heading": words.heading,
        "standing": words.standing,
        "level": words.level,
        "unit_type": words.unit_type,
        "corrections": _corrections(board.corrections, words),
        "lines": [(name, list(group)) for name, group in groupby(board.units, key=lambda line: line.district_name)],
        "as_of": moment(board.as_of, board.zone),
        "seal": words.label("unsealed") if board.seal == NOT_SEALED and language == "en" else board.seal,
    }
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("board.html.j2").render(shown)


class _Words:
    """The terms of one language."""

    def __init__(self, language: str) -> None:
        self._place = Word._fields.index(language)

    def label(self, name: str) -> str:
        return board_words.LABELS[name][self._place]

    def heading(self, name: str) -> str:
        return board_words.HEADINGS[name][self._place]

    def standing(self, line: UnitLine) -> tuple[str, str]:
        sign, outcome = standing(line)
        return sign[self._place], outcome[self._place]

    def reason(self, name: Reason) -> str:
        return board_words.REASONS[name][self._place]

    def level(self, level: int) -> str:
        return board_words.LEVELS[level][self._place]

    def unit_type(self, kind: UnitType) -> str:
        return kind.label if self._place == 0 else board_words.UNIT_TYPES_EN[kind]


class _Corrected(NamedTuple):
    """Corrections of one district for one reason, which a reader takes in as one."""

    version: int
    district: str
    reason: str
    cells: tuple[str, ...]
    numbers: tuple[str, ...]


def _corrections(corrections: Sequence[Correction], words: _Words) -> list[_Corrected]:
    """Gather cells by edition, district and reason, newest edition first."""
    newest_first = sorted(corrections, key=lambda one: -one.version)
    grouped = groupby(newest_first, key=lambda one: (one.version, one.district_name, one.reason))
    return [_gathered(words, key=key, group=list(group)) for key, group in grouped]


def _gathered(words: _Words, *, key: tuple[int, str, Reason], group: Sequence[Correction]) -> _Corrected:
    version, district, reason = key
    cells = tuple(f"{words.heading(one.column)} {figure(one.before)}→{figure(one.after)}" for one in group)
    numbers = dict.fromkeys(number for one in group for number in (*one.removed, *one.added, *one.revised))
    return _Corrected(version, district, words.reason(reason), cells, tuple(numbers))
