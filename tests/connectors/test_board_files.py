"""The league table as files: each opened by another reader than what wrote it, and compared with the board."""

import csv
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rfc8785
from openpyxl import load_workbook

from connectors.board_files import document, page, table, write_board
from connectors.board_sheet import guarded
from connectors.board_words import HEADINGS, LABELS, LEVELS, OUTCOMES, REASONS, SIGNS, UNIT_TYPES_EN
from connectors.board_workbook import workbook
from rules.board import make_board
from schemas.board import Board, Column, Indicator, Outcome, Rate, Reason, Sign
from schemas.order import Form, Status
from schemas.roster import UnitType
from tests.rules.board_cases import DEFINITIONS, day, figures, head, order

EVIL = "=HYPERLINK(\"http://example.invalid\")<script>alert('x')</script>\x07"


def _board(**changes: object) -> Board:
    orders = [
        order(1, unit_name=EVIL, after=figures(100, 95, 50)),
        order(2, before=figures(4, 3, 1)),
        order(3, status=Status.in_progress),
        order(4, form=Form.advisory, status=Status.in_progress),
        order(5, form=Form.advisory, unit_type=UnitType.enterprise),
        order(6, status=Status.withdrawn),
        order(7, district="140213", district_name="平城区", submitted_at=day(21)),
    ]
    first = make_board(orders, head=head(1, **changes), definitions=DEFINITIONS)
    orders[0] = orders[0].model_copy(update={"reopened": 1, "status": Status.in_progress})
    orders[6] = orders[6].model_copy(update={"before": figures(100, 59, 20)})
    return make_board(orders, head=head(2, **changes), definitions=DEFINITIONS, previous=first)


class _Page(HTMLParser):
    """Gathers tags, attributes and text as a browser would."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "style", "onclick"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_writes_all_files_whole(tmp_path: Path) -> None:
    """Five files in a folder that did not exist, nothing else beside them, and the same again on a second run."""
    folder = tmp_path / "2026-001" / "r1"
    first = {kind: path.read_bytes() for kind, path in write_board(_board(), folder).items() if kind != "xlsx"}
    files = write_board(_board(), folder)

    assert {"html", "html_en", "csv", "xlsx", "json"} == set(files)
    assert sorted(path.name for path in files.values()) == sorted(path.name for path in folder.iterdir())
    assert first == {kind: path.read_bytes() for kind, path in files.items() if kind != "xlsx"}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, what was published stays, and no half file lies about."""

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "board.html").write_text("旧", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        write_board(_board(), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["board.html"]
    assert (tmp_path / "board.html").read_text(encoding="utf-8") == "旧"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_stands_alone_and_runs_nothing(language: str) -> None:
    """No script, no picture, no address but the other language's file; a name that is code is shown as text."""
    text = page(_board(), language)
    seen = _Page(text)

    assert not {"script", "img", "iframe", "link", "object"} & set(seen.tags)
    assert ["board.en.html" if language == "zh" else "board.html"] == seen.links
    assert "url(" not in text
    assert any("<script>alert('x')</script>" in word for word in seen.words)


def test_the_page_says_what_it_must() -> None:
    """Edition, cut-off in the office's time, kind of data, seal, corrections before the table, definitions after."""
    text = page(_board(), "zh")
    places = [
        text.index(word) for word in ("合成示例行动", "第 2 版", "回头看未通过", "一、各区县", "二、各单位", "三、口径")
    ]

    assert places == sorted(places)
    assert "2026-11-11 09:00" in text
    assert "尚未封存 (not yet sealed)" in text
    assert "合成数据 synthetic" in text
    assert head().definitions_digest in text
    assert all(one.words in text for one in DEFINITIONS.columns.values())


def test_real_data_bears_no_synthetic_mark() -> None:
    """The banner is a statement of fact: it stands on invented data and nowhere else."""
    board = _board(simulated=False)

    assert "合成数据" not in page(board, "zh")
    assert "实际数据" in table(board).decode("utf-8-sig")


def test_a_first_edition_says_that_it_corrects_nothing() -> None:
    """Silence about corrections would be ambiguous; a board without orders is still a page."""
    empty = make_board([], head=head(), definitions=DEFINITIONS)

    assert "没有更正" in page(empty, "zh")
    assert "not yet sealed" in page(empty, "en")


def test_small_units_print_as_fewer_than_five() -> None:
    """The unit is listed in every file, its figures in none."""
    board = _board()
    row = next(one for one in csv.DictReader(io.StringIO(table(board).decode("utf-8-sig"))) if one["单位代码"] == "U2")

    assert (row["在岗（前）"], row["注册（前）"], row["活跃（前）"], row["建队（前）"]) == ("<5", "<5", "<5", "<5")
    assert page(board, "zh").count("&lt;5") >= 3
    assert json.loads(document(board))["units"][1]["before"] is None


def test_csv_adds_up_and_runs_nothing() -> None:
    """With a byte-order mark; each district's counts equal the sum of its orders' 1 and 0; no cell begins a formula."""
    board, content = _board(), table(_board())
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    assert content.startswith(b"\xef\xbb\xbf")
    for code, counts in [(row.district, row.counts) for row in board.districts]:
        lines = [row for row in rows if row["层级"] == "单位" and row["区划代码"] == code]
        assert counts == {column: sum(int(row[HEADINGS[column].zh]) for row in lines) for column in Column}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {"尚未封存 (not yet sealed)"} == {row["封存"] for row in rows}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"])
def test_what_could_begin_a_formula_is_quoted(text: str) -> None:
    """Blanks and control characters before it, and full-width forms, do not help."""
    assert str(guarded(text)).startswith("'")


@pytest.mark.parametrize("cell", ["新荣区", "同文明督〔2026〕1号", -1, None, "—", "<5"])
def test_ordinary_cells_stay_as_they_are(cell: str | int | None) -> None:
    """Words, numbers, blanks and the marks that the table itself prints are not touched."""
    assert cell == guarded(cell)


def test_a_board_read_back_makes_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own document, on another day, every file comes out byte for byte as it was published."""
    board = _board()
    first = {kind: path.read_bytes() for kind, path in write_board(board, tmp_path / "first").items()}
    monkeypatch.setattr("time.time", lambda: 2e9)
    again = write_board(Board.model_validate_json(first["json"]), tmp_path / "again")

    assert [kind for kind, path in again.items() if path.read_bytes() != first[kind]] == []


def test_workbook_is_ready_for_use() -> None:
    """Four sheets, headings frozen and repeated in print, A4 landscape, counts as numbers and evil names as text."""
    board = _board()
    book = load_workbook(io.BytesIO(workbook(board)))

    assert book.sheetnames == ["各区县", "各单位", "口径", "更正"]
    for sheet in book.worksheets:
        assert str(sheet.freeze_panes).endswith("4")
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize or 0)) == ("landscape", 9)
        assert "$3:$3" in str(sheet.print_title_rows)
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    districts = [[cell.value for cell in row] for row in book["各区县"].iter_rows(min_row=4)]
    assert [row.counts[Column.issued] for row in (*board.districts, board.total)] == [row[3] for row in districts]
    assert str(book["各单位"]["D4"].value).startswith("=HYPERLINK")
    assert len(board.corrections) == book["更正"].max_row - 3


def test_large_counts_are_grouped() -> None:
    """Four digits and more are shown with a separator, and remain numbers."""
    orders = [order(1, before=figures(12_345, 9_000, 100))]
    board = make_board(orders, head=head(), definitions=DEFINITIONS)
    cells = [cell for row in load_workbook(io.BytesIO(workbook(board)))["各单位"].iter_rows(min_row=4) for cell in row]

    assert [(cell.number_format, cell.value) for cell in cells if cell.value == 12_345] == [("#,##0", 12_345)]


def test_json_is_canonical() -> None:
    """Byte for byte what an independent RFC 8785 implementation writes, without a single float."""
    content = document(_board())

    def refuse(number: str) -> float:
        raise AssertionError(number)

    assert content == rfc8785.dumps(json.loads(content, parse_float=refuse))
    assert Board.model_validate_json(content) == _board()


def test_letters_are_never_called_late() -> None:
    """An advisory letter is told as answered or open; a withdrawn order as withdrawn."""
    rows = {one["单位代码"]: one for one in csv.DictReader(io.StringIO(table(_board()).decode("utf-8-sig")))}

    assert (rows["U4"]["签收"], rows["U4"]["办结"]) == ("—", "· 在办")
    assert (rows["U5"]["签收"], rows["U5"]["办结"]) == ("—", "✓ 已销号")
    assert (rows["U6"]["签收"], rows["U6"]["办结"]) == ("—", "— 撤回")


def test_every_term_has_words_in_both_languages() -> None:
    """No term of the board lacks a word, and no mark of the way an order stands is colour alone."""
    assert set(HEADINGS) == {*Column, *Rate, *Indicator}
    assert (set(Sign), set(Outcome), set(Reason)) == (set(SIGNS), set(OUTCOMES), set(REASONS))
    assert set(UNIT_TYPES_EN) == set(UnitType)
    assert len(LEVELS) == 6
    assert all(word.zh and word.en for name, word in LABELS.items() if name != "language_note")
    assert len({word.zh[0] for word in OUTCOMES.values()}) >= 7


def test_a_long_table_stays_small() -> None:
    """Two thousand units make a page of less than 1.5 MB."""
    orders = [order(number, after=figures(100, 95, 50)) for number in range(1, 2_001)]
    board = make_board(orders, head=head(), definitions=DEFINITIONS)

    assert len(page(board, "zh").encode()) < 1_500_000
