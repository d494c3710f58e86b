"""Whole files as offices write them, from bytes to exact reports by row, column and reason."""

import codecs
import csv
import io
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.spreadsheets import SheetRows, read_rows
from rules.roster import check_roster
from schemas import sheet
from schemas.errors import Refused
from tests.rosters import HEADINGS, REGIONS, cells, credit_code

_HEADER = ",".join(HEADINGS)
_FIGURES = ("在岗人数", "注册志愿者数", "活跃志愿者数")


def _row(number: int, **changes: str) -> list[str]:
    written = cells(**{"code": credit_code(number), **changes})
    return [written[heading] for heading in HEADINGS]


def _csv(path: Path, rows: list[list[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _xlsx(path: Path, rows: list[list[object]], *, merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    for cell_range in merged:
        page.merge_cells(cell_range)
    book.save(path)
    return path


def _notes(read: SheetRows) -> list[tuple[int | None, str]]:
    return [(note.row, note.text) for note in read.notes]


def test_a_gb18030_csv_is_reported_row_by_row(tmp_path: Path) -> None:
    """A GB18030 file with wrong codes and impossible figures: good rows go in, each bad one is told exactly."""
    right = credit_code(3)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    path = _csv(
        tmp_path / "名册.csv",
        [
            ["大同市单位名册（合成数据）"],
            [],
            list(HEADINGS),
            _row(1, headcount="１,２００人", registered="1,100", cut_off="2026年9月30日"),
            _row(2, registered="30"),
            _row(3, code=wrong, active="19"),
            [],
            _row(4, region="999999", headcount="二十"),
            _row(1, headcount="1200", registered="1100"),
            ["合  计", "", "", "", "1240", "1148", "28"],
            ["备注：数据由各单位填报"],
        ],
        encoding="gb18030",
    )
    read = read_rows(path)
    checked = check_roster(read, REGIONS, today=date(2026, 11, 1))

    assert [(line.row, line.headcount, line.cut_off) for line in checked.lines] == [(4, 1200, date(2026, 9, 30))]
    assert [(one.row, one.column, one.reason) for one in checked.rejections] == [
        (5, "注册志愿者数", "注册志愿者数 30 大于在岗人数 20"),
        (6, "统一社会信用代码", f"统一社会信用代码校验位不对：按前 17 位应为 {right[-1]}，现为 {wrong[-1]}"),
        (6, "活跃志愿者数", "活跃志愿者数 19 大于注册志愿者数 18"),
        (8, "所属区划代码", "区划表里没有代码 999999"),
        (8, "在岗人数", "应填整数，现为「二十」"),
    ]
    assert [(note.row, note.text) for note in checked.notes] == [(9, "与第 4 行完全相同，只计一次")]
    assert _notes(read) == [(10, "合计行，未读入"), (11, "说明文字，未读入")]


def test_a_workbook_with_merged_title_is_reported_row_by_row(tmp_path: Path) -> None:
    """A workbook with a merged title, a header on two rows, merged districts, numbers, days and truths as cells."""
    top: list[object] = [
        "序号",
        "单位全称",
        "社会信用代码",
        "单位性质",
        "所属区县",
        "人数情况",
        "",
        "",
        "有无队伍",
        "截止时间",
    ]
    below: list[object] = ["", "", "", "", "", "在岗人数\n（人）", "注册", "活跃人数*", "", "（年月日）"]
    below[6] = "注册人数"
    path = _xlsx(
        tmp_path / "roster.xlsx",
        [
            ["大同市单位志愿服务情况统计表（合成数据）"],
            ["填报单位：合成办公室"],
            top,
            below,
            [1, "甲单位", credit_code(1), "机关", "平城区", 20, 18.0, 9, True, date(2026, 9, 30)],
            [2, "乙单位", credit_code(2), "村", None, 10, 11, 0, False, datetime(2026, 9, 30)],  # noqa: DTZ001 - a cell has no zone
            [3, "丙单位", 911402000000000000, "企业", "云冈区", 5.5, 5, 1, "√", 46295],
            [4, "丁单位", credit_code(4), "企业", "云冈区", None, 5, 1],
            [None, "合计", None, None, None, 35, 34, 10],
        ],
        merged=("A1:J1", "A2:J2", "F3:H3", "B3:B4", "C3:C4", "E5:E6", "F7:F8"),
    )
    read = read_rows(path)
    checked = check_roster(read, REGIONS, today=date(2026, 11, 1))

    assert read.columns == (
        *("单位名称", "统一社会信用代码", "单位类型", "所属区县", *_FIGURES, "是否成立志愿服务队", "数据截止日期"),
    )
    assert [(line.row, line.region_code, line.has_team, line.cut_off) for line in checked.lines] == [
        (5, "140213", True, date(2026, 9, 30))
    ]
    assert [(one.row, one.column, one.reason) for one in checked.rejections] == [
        (6, "注册志愿者数", "注册志愿者数 11 大于在岗人数 10"),
        (7, "统一社会信用代码", "被电子表格存成了数字，末几位已丢失；请把该列设为文本格式后重新填写"),
        (7, "在岗人数", "应填整数，现为「5.5」"),
        (8, "在岗人数", "不能为空"),
    ]
    assert _notes(read) == [(None, "未使用的列：序号"), (9, "合计行，未读入")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_reads_alike(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """UTF-8 with or without its mark, GB18030, GBK and UTF-16, with commas, semicolons or tabs, give the same rows."""
    read = read_rows(
        _csv(tmp_path / "r.csv", [list(HEADINGS), _row(1), _row(2)], encoding=encoding, delimiter=delimiter)
    )

    assert [row for row, _ in read] == [2, 3]
    assert read.rows[0][1] == {heading: cells()[heading] for heading in HEADINGS}


def test_gb18030_with_its_mark_is_read(tmp_path: Path) -> None:
    """The byte-order mark that some programs put before GB18030 too is no part of the first heading."""
    path = tmp_path / "r.csv"
    path.write_bytes(codecs.encode(f"\ufeff{_HEADER}\r\n{','.join(_row(1))}\r\n", "gb18030"))

    assert len(read_rows(path)) == 1


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    """A cell with a line break inside quotes is one row, and a blank line is one too."""
    text = f'{_HEADER}\n"甲\n单位",{",".join(_row(1)[1:])}\n\n{",".join(_row(2))}\n'
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    read = read_rows(path)

    assert [row for row, _ in read] == [2, 4]
    assert [line.unit_name for line in check_roster(read, REGIONS, today=date(2026, 11, 1)).lines] == [
        "甲单位",
        "示例单位（合成）",
    ]


def test_a_comma_inside_a_number_is_no_new_figure(tmp_path: Path) -> None:
    """An unquoted `1,200` moves all cells behind it: the row is refused, its figures are not misread; empty cells do no harm."""
    path = tmp_path / "r.csv"
    moved = ",".join(_row(1, headcount="1,200"))
    path.write_text(f"{_HEADER}\n{moved}\n{','.join(_row(2))},,\n", encoding="utf-8")
    checked = check_roster(read_rows(path), REGIONS, today=date(2026, 11, 1))

    assert [line.row for line in checked.lines] == [3]
    assert [(one.row, one.column) for one in checked.rejections] == [(2, sheet.BEYOND)]


def test_what_is_no_data_is_left_out_and_noted(tmp_path: Path) -> None:
    """Repeated headers, totals, remarks and stray text are noted by row; a unit without its code is still reported."""
    header = ["序号", *HEADINGS]
    rows = [
        header,
        ["1", *_row(1)],
        header,
        ["平城区小计（1个）", "", "", "", "", "20"],
        ["2"],
        ["", "审计局", ""],
        ["以上数据截至九月底"],
        ["填表人：某某  审核人：某某"],
        ["", "Total", "", "", "", "20"],
    ]
    read = read_rows(_csv(tmp_path / "r.csv", rows))

    assert [row for row, _ in read] == [2, 6]
    assert _notes(read) == [
        (None, "未使用的列：序号"),
        (3, "重复的表头，未读入"),
        (4, "合计行，未读入"),
        (7, "不在表头各列之下的文字，未读入"),
        (8, "说明文字，未读入"),
        (9, "合计行，未读入"),
    ]


def test_the_sheet_with_the_header_is_read(tmp_path: Path) -> None:
    """Hidden sheets are not looked at; of the visible ones the first with a header is read, and the others are named."""
    book = openpyxl.Workbook()
    hidden, guide, data = book.worksheets[0], book.create_sheet("填表说明"), book.create_sheet("名册")
    book.create_sheet("空表")
    hidden.sheet_state = "hidden"
    for page, name in ((hidden, "旧单位"), (data, "新单位")):
        page.append(list(HEADINGS))
        page.append(_row(1, name=name))
    guide.append(["请逐行填写"])
    book.save(tmp_path / "r.xlsx")
    read = read_rows(tmp_path / "r.xlsx")

    assert read.sheet == "名册"
    assert [written["单位名称"] for _, written in read] == ["新单位"]
    assert _notes(read) == [(None, "工作表「填表说明」未读入，只读「名册」")]


def test_cells_of_other_kinds_become_text(tmp_path: Path) -> None:
    """Times of day, instants and large numbers are shown as they are, so that a check can name them."""
    row: list[object] = [*_row(1)]
    row[HEADINGS.index("数据截止日期")] = datetime(2026, 9, 30, 12, 30)  # noqa: DTZ001 - a cell has no zone
    row[HEADINGS.index("联系人电话")] = 13800000001
    row[HEADINGS.index("联系人")] = time(8, 30)
    (_, written), *_ = read_rows(_xlsx(tmp_path / "r.xlsx", [[*HEADINGS], row]))

    assert written["数据截止日期"] == "2026-09-30T12:30:00"
    assert written["联系人电话"] == "13800000001"
    assert written["联系人"] == "08:30:00"


def test_progress_is_told(tmp_path: Path) -> None:
    """A long file tells how many rows it has read, never fewer than before, and all of them in the end."""
    told: list[int] = []
    read = read_rows(_csv(tmp_path / "r.csv", [list(HEADINGS), *([_row(1)] * 4500)]), on_progress=told.append)

    assert len(read) == 4500
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == 4500


def test_of_two_like_headings_the_exact_one_counts(tmp_path: Path) -> None:
    """The column's own name wins over a variant; of two variants of a column that may be blank the first counts; both are told."""
    optional = ["手机" if heading == "联系人电话" else heading for heading in HEADINGS]
    rows = [["职工人数", *optional, "联系方式"], ["99", *_row(1), "13800000009"]]
    read = read_rows(_csv(tmp_path / "r.csv", rows))

    assert read.rows[0][1]["在岗人数"] == "20"
    assert read.rows[0][1]["联系人电话"] == "13800000001"
    assert _notes(read) == [(None, "未使用的列：职工人数、联系方式")]


def test_a_list_of_people_is_read_by_its_own_form(tmp_path: Path) -> None:
    """The same reader takes the form of the office's people."""
    path = _csv(
        tmp_path / "s.csv", [["姓名", "工号", "角色", "行政区划代码"], ["合成人甲", "P0001", "督办员", "140200"]]
    )
    (found,) = read_rows(path, form=sheet.STAFF_FORM)

    assert found == (2, {"姓名": "合成人甲", "人员编号": "P0001", "角色": "督办员", "所属区划代码": "140200"})


def _zip_without_sheets() -> bytes:
    return b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet.file.empty"),
        (b" \r\n ", "sheet.file.empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "sheet.file.old_excel"),
        (b"PK\x03\x04 broken", "sheet.file.broken"),
        (_zip_without_sheets(), "sheet.file.broken"),
        (b"\x89\x00\x01\x02,", "sheet.file.not_a_spreadsheet"),
        ("<html><table>单位名称</table>".encode(), "sheet.file.not_a_spreadsheet"),
        (b"\xff\xff\xff", "sheet.file.encoding"),
        (f'{_HEADER}\n"甲,乙\n丙'.encode(), "sheet.file.quotes"),
        ("一份没有表头的文件".encode(), "sheet.header.missing"),
        (_HEADER.replace("活跃志愿者数", "其他").encode(), "sheet.header.incomplete"),
        (f"{_HEADER},注册志愿者数".encode(), "sheet.header.doubled"),
    ],
)
def test_a_file_that_is_no_form_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """What cannot be read as the form is refused as a whole, by a code and a Chinese sentence that ends in what to do."""
    path = tmp_path / "r.csv"
    path.write_bytes(content)

    with pytest.raises(Refused) as refused:
        read_rows(path)

    assert refused.value.code == code
    assert refused.value.sentence.endswith("。")


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    """A workbook cut off anywhere is refused, never read in part."""
    whole = _xlsx(tmp_path / "r.xlsx", [[*HEADINGS], [*_row(1)]]).read_bytes()
    path = tmp_path / "cut.xlsx"
    for part in range(10, 100, 10):
        path.write_bytes(whole[: len(whole) * part // 100])
        with pytest.raises(Refused, match="已损坏、不完整"):
            read_rows(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path where nothing is, or a folder, is answered with a sentence."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Refused, match="读不到文件"):
            read_rows(path)


def test_a_refused_header_says_what_is_lacking(tmp_path: Path) -> None:
    """The sentence names the header's row and every required column that it lacks."""
    path = _csv(tmp_path / "r.csv", [["标题"], ["单位名称", "信用代码", "类型"], _row(1)])

    with pytest.raises(Refused) as refused:
        read_rows(path)

    assert refused.value.sentence == (
        "文件「r.csv」第 2 行的表头缺少必填列：所属区划代码或所属区县、在岗人数、注册志愿者数、活跃志愿者数；请补上后再导入。"
    )


def _read_or_refused(path: Path) -> SheetRows | str:
    try:
        return read_rows(path)
    except Refused as refused:
        return refused.code


@given(
    st.one_of(st.binary(), st.binary().map(lambda tail: b"PK\x03\x04" + tail), st.text().map(str.encode)), st.booleans()
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, headed: bool) -> None:
    """Whatever a file holds, below a header or alone, it is read and checked or refused with a sentence, and nothing else."""
    path = tmp_path_factory.mktemp("any") / "r"
    path.write_bytes(f"{_HEADER}\n".encode() + content if headed else content)
    read = _read_or_refused(path)
    if isinstance(read, str):
        assert read.startswith("sheet.")
        return
    checked = check_roster(read, REGIONS, today=date(2026, 11, 1))

    told = {line.row for line in checked.lines} | {rejection.row for rejection in checked.rejections}
    assert {row for row, _ in read} == told


@settings(max_examples=60)
@given(st.data())
def test_any_known_headings_in_any_order_are_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever variant each column is called by, decorated or not, and in whatever order, the same cells are read."""
    columns = data.draw(st.permutations(sheet.ROSTER_FORM.columns))
    decoration = st.sampled_from(["{}", " {} ", "*{}", "{}（必填）", "{}：", "3.{}", "{}\n[人]"])
    headings = [data.draw(decoration).format(data.draw(st.sampled_from((c.name, *c.variants)))) for c in columns]
    titles = data.draw(st.lists(st.just(["大同市名册"]), max_size=3))
    values = cells()
    path = tmp_path_factory.mktemp("any") / "r.csv"
    read = read_rows(_csv(path, [*titles, headings, [values[c.name] for c in columns]]))

    assert read.rows == ((len(titles) + 2, values),)


@pytest.mark.parametrize("name", ["r.xlsx", "R.XLSX"])
def test_text_that_calls_itself_a_workbook_is_told(tmp_path: Path, name: str) -> None:
    """A text file with the ending of a workbook is no workbook without a header: that is said, and what to do."""
    path = tmp_path / name
    path.write_text("这不是表格\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_rows(path)

    assert refused.value.code == "sheet.file.not_xlsx"
    assert "不是 XLSX 文件" in refused.value.sentence
