"""What a roster's row must say, and which rows contradict each other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.roster import check_line, check_roster
from schemas import sheet
from schemas.roster import UNIT_TYPE_LABELS, Rejection, RosterLine, UnitType
from tests.rosters import REGIONS, cells, credit_code

TODAY = date(2026, 10, 8)
_GOOD = RosterLine(
    row=3,
    unit_name="示例单位（合成）",
    credit_code=credit_code(1),
    unit_type=UnitType.party_government_organ,
    region_code="140213",
    headcount=20,
    registered=18,
    active=9,
    has_team=True,
    cut_off=date(2026, 9, 30),
    contact_name="合成人甲",
    contact_phone="13800000001",
)
_RIGHT = credit_code(1)
_WRONG_END = _RIGHT[:-1] + ("0" if _RIGHT[-1] != "0" else "1")

_FINDINGS: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    ({"name": "\u3000"}, [("单位名称", "不能为空")]),
    ({"name": "长" * 201}, [("单位名称", "名称过长，应不超过 200 字")]),
    ({"contact": "长" * 101}, [("联系人", "姓名过长，应不超过 100 字")]),
    ({"code": ""}, [("统一社会信用代码", "不能为空")]),
    ({"code": _RIGHT[:-1]}, [("统一社会信用代码", "统一社会信用代码应为 18 位，现为 17 位")]),
    (
        {"code": _WRONG_END},
        [("统一社会信用代码", f"统一社会信用代码校验位不对：按前 17 位应为 {_RIGHT[-1]}，现为 {_WRONG_END[-1]}")],
    ),
    (
        {"code": "OI1402000000000OOX"},
        [
            (
                "统一社会信用代码",
                "统一社会信用代码里不应有「OI」（只用数字和除 I、O、S、V、Z 外的大写字母）",
            )
        ],
    ),
    (
        {"code": "9.11402E+17"},
        [("统一社会信用代码", "被电子表格存成了数字，末几位已丢失；请把该列设为文本格式后重新填写")],
    ),
    ({"type": "协会"}, [("单位类型", "单位类型应为 机关、团体、企业、事业单位、村、社区 之一，现为「协会」")]),
    ({"region": ""}, [("所属区划代码", "不能为空")]),
    ({"region": "999999"}, [("所属区划代码", "区划表里没有代码 999999")]),
    ({"region": "999999", "county": "平城区"}, [("所属区划代码", "区划表里没有代码 999999")]),
    ({"region": "140214", "county": "平城区"}, [("所属区县", "「平城区」与区划代码 140214（大同市云冈区）不符")]),
    (
        {"region": "", "county": "无名县"},
        [("所属区县", "区划表里没有「无名县」；请填 6、9 或 12 位区划代码，或区县全名")],
    ),
    ({"registered": "21"}, [("注册志愿者数", "注册志愿者数 21 大于在岗人数 20")]),
    ({"active": "19"}, [("活跃志愿者数", "活跃志愿者数 19 大于注册志愿者数 18")]),
    (
        {"headcount": "3", "registered": "4", "active": "5"},
        [("注册志愿者数", "注册志愿者数 4 大于在岗人数 3"), ("活跃志愿者数", "活跃志愿者数 5 大于注册志愿者数 4")],
    ),
    (
        {"headcount": "-1", "registered": "", "active": "1.5"},
        [
            ("在岗人数", "不能为负数，现为「-1」"),
            ("注册志愿者数", "不能为空"),
            ("活跃志愿者数", "应填整数，现为「1.5」"),
        ],
    ),
    ({"headcount": "x", "active": "x"}, [("在岗人数", "应填整数，现为「x」"), ("活跃志愿者数", "应填整数，现为「x」")]),
    ({"team": "筹建"}, [("是否成立志愿服务队", "应填「是」或「否」，现为「筹建」")]),
    ({"cut_off": "九月底"}, [("数据截止日期", "日期应写成 2026-09-30 的样子，现为「九月底」")]),
    ({"cut_off": "2026-10-09"}, [("数据截止日期", "数据截止日期 2026-10-09 晚于今天（2026-10-08），请核对")]),
    ({"phone": "1.38E+10"}, [("联系人电话", "电话号码只应有数字、括号、横线和分隔号，且不少于 5 位")]),
]


def test_a_good_row_becomes_a_line() -> None:
    """Every column of a good row is in its line, under the row's own number."""
    assert check_line(cells(), 3, regions=REGIONS, today=TODAY) == _GOOD


def test_a_row_as_offices_write_it_becomes_the_same_line() -> None:
    """Full-width digits, separators, blanks, variants of words and a padded code say the same as the plain row."""
    written = cells(
        name=" 示例单位\u3000（合成）\n",
        code=f"{_RIGHT[:8]} {_RIGHT[8:]}".lower(),
        type=" 党政机关 ",
        region="140213000000",
        county="大同市平城区",
        headcount="２０人",
        registered="18.0",
        active="\xa09",
        team="√",
        cut_off="2026年9月30日",
        contact="合成人 甲",
        phone="１３８０００００００１",
    )

    assert check_line(written, 3, regions=REGIONS, today=TODAY) == _GOOD


def test_figures_of_today_are_taken() -> None:
    """A cut-off on the day of the import is the latest that can be."""
    line = check_line(cells(cut_off="2026-10-08"), 3, regions=REGIONS, today=TODAY)

    assert isinstance(line, RosterLine)
    assert line.cut_off == TODAY


def test_optional_columns_may_be_blank_or_absent() -> None:
    """Only name, code, type, region and the three counts are needed; what is not said is None."""
    blank = cells(team="", cut_off="", contact=" ", phone="\u3000")
    absent = {column: text for column, text in blank.items() if text.strip()}
    line = check_line(absent, 3, regions=REGIONS, today=TODAY)

    assert isinstance(line, RosterLine)
    assert check_line(blank, 3, regions=REGIONS, today=TODAY) == line
    assert (line.has_team, line.cut_off, line.contact_name, line.contact_phone) == (None, None, None, None)


@pytest.mark.parametrize(
    ("region", "county", "code"),
    [
        ("", "平城区", "140213"),
        ("平城区", "", "140213"),
        ("140213050", "平城区", "140213050"),
        ("140213", "高新技术产业园", "140213"),
    ],
)
def test_a_region_may_be_given_either_way(region: str, county: str, code: str) -> None:
    """The code decides; a district's name alone is enough; a name above the code agrees, one that is unknown says nothing."""
    line = check_line(cells(region=region, county=county), 3, regions=REGIONS, today=TODAY)

    assert isinstance(line, RosterLine)
    assert line.region_code == code


@pytest.mark.parametrize(("changes", "findings"), _FINDINGS)
def test_a_bad_row_is_reported_by_column_and_reason(changes: dict[str, str], findings: list[tuple[str, str]]) -> None:
    """Everything wrong with a row is told at once: its number, the column, the reason."""
    expected = [Rejection(row=9, column=column, reason=reason) for column, reason in findings]

    assert check_line(cells(**changes), 9, regions=REGIONS, today=TODAY) == expected


def test_a_row_longer_than_the_header_is_one_finding() -> None:
    """When a comma has moved a row's cells, none of them is judged."""
    moved = {**cells(headcount="-1"), sheet.BEYOND: "2"}

    assert check_line(moved, 9, regions=REGIONS, today=TODAY) == [
        Rejection(row=9, column="表头之外", reason="本行比表头多出 2 格；数字里若有逗号，请给它加上引号")
    ]


@pytest.mark.parametrize("unit_type", UnitType)
def test_unit_types_are_known_by_label_and_identifier(unit_type: UnitType) -> None:
    """Both the Chinese word and our own identifier name a type."""
    for word in (UNIT_TYPE_LABELS[unit_type], unit_type.value):
        line = check_line(cells(type=word), 3, regions=REGIONS, today=TODAY)

        assert isinstance(line, RosterLine)
        assert line.unit_type is unit_type


def test_identical_rows_count_once() -> None:
    """A row that repeats another, even if spelt otherwise, is counted once and noted."""
    rows = [(2, cells()), (3, cells(code=credit_code(2))), (4, cells(headcount="２０人")), (7, cells())]
    checked = check_roster(rows, REGIONS, today=TODAY)

    assert [line.row for line in checked.lines] == [2, 3]
    assert checked.rejections == ()
    assert [(note.row, note.text) for note in checked.notes] == [
        (4, "与第 2 行完全相同，只计一次"),
        (7, "与第 2 行完全相同，只计一次"),
    ]


def test_rows_that_contradict_each_other_are_all_refused() -> None:
    """The same code with other figures: no row goes in, and each names another; a row bad for itself contradicts nobody."""
    rows = [
        (2, cells()),
        (3, cells(headcount="30")),
        (4, cells()),
        (5, cells(code=credit_code(2))),
        (6, cells(code=credit_code(2), headcount="-1")),
    ]
    checked = check_roster(rows, REGIONS, today=TODAY)

    assert [line.row for line in checked.lines] == [5]
    assert [(one.row, one.column, one.reason) for one in checked.rejections] == [
        (2, "统一社会信用代码", "与第 3 行信用代码相同而内容不同；请只保留正确的一行"),
        (3, "统一社会信用代码", "与第 2 行信用代码相同而内容不同；请只保留正确的一行"),
        (4, "统一社会信用代码", "与第 2 行信用代码相同而内容不同；请只保留正确的一行"),
        (6, "在岗人数", "不能为负数，现为「-1」"),
    ]
    assert checked.notes == ()


_FIGURE = st.integers(-3, 30)


@given(st.lists(st.tuples(st.integers(1, 4), _FIGURE, _FIGURE, _FIGURE), max_size=12))
def test_every_row_is_accounted_for(units: list[tuple[int, int, int, int]]) -> None:
    """Each row ends as a line, a finding or a note, never as two; no line holds figures that cannot be; no code comes twice."""
    rows = [
        (row, cells(code=credit_code(unit), headcount=str(heads), registered=str(registered), active=str(active)))
        for row, (unit, heads, registered, active) in enumerate(units, start=2)
    ]
    checked = check_roster(rows, REGIONS, today=TODAY)
    accepted = [line.row for line in checked.lines]
    rejected = sorted({one.row for one in checked.rejections})
    noted = [note.row for note in checked.notes if note.row]
    codes = [line.credit_code for line in checked.lines]

    assert sorted(accepted + rejected + noted) == [row for row, _ in rows]
    assert all(0 <= line.active <= line.registered <= line.headcount for line in checked.lines)
    assert len(codes) == len(set(codes))
