"""What a list of people must say: a pseudonym, roles, and the region or the unit answered for."""

import pytest

from rules.staff import check_staff, check_staff_line
from schemas import sheet
from schemas.event import Role
from schemas.roster import Rejection, StaffLine
from tests.rosters import REGIONS, credit_code, staff_cells

_ROLE_REASON = "应为 单位联系人、督办员、审核员、审批人、负责人、数据员、审计员，多个用「、」分开"

_FINDINGS: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    ({"name": ""}, [("姓名", "不能为空")]),
    (
        {"person": "13800000002"},
        [("人员编号", "人员编号应以字母开头、只用字母和数字（如 P0001），不要填姓名、手机号或身份证号")],
    ),
    ({"roles": "督办员、秘书"}, [("角色", f"没有「秘书」这个角色；{_ROLE_REASON}")]),
    ({"roles": "clock"}, [("角色", f"没有「clock」这个角色；{_ROLE_REASON}")]),
    ({"roles": ""}, [("角色", "不能为空")]),
    ({"region": ""}, [("所属区划代码", "不能为空")]),
    ({"roles": "单位联系人"}, [("所属单位信用代码", "不能为空")]),
    (
        {"roles": "单位联系人、督办员", "unit": credit_code(1)},
        [("角色", "单位联系人与其他角色请分两行填写，因为所属范围不同")],
    ),
    ({"phone": "无"}, [("电话", "电话号码只应有数字、括号、横线和分隔号，且不少于 5 位")]),
]


def test_an_officer_answers_for_a_region() -> None:
    """An office's person has roles, each once, and a region; a unit's code in the row is no concern of theirs."""
    written = staff_cells(roles=" 督办员，reviewer、督办员 ", region="", county="大同市", unit=credit_code(1))

    assert check_staff_line(written, 2, regions=REGIONS) == StaffLine(
        row=2,
        person="P0001",
        name="合成人乙",
        roles=(Role.officer, Role.reviewer),
        region_code="140200",
        phone="13800000002",
    )


def test_a_contact_answers_for_a_unit() -> None:
    """A unit's contact has the unit's code, and needs neither region nor phone."""
    written = staff_cells(roles="单位联系人", region="", unit=credit_code(1), phone="")

    assert check_staff_line(written, 2, regions=REGIONS) == StaffLine(
        row=2, person="P0001", name="合成人乙", roles=(Role.unit_contact,), credit_code=credit_code(1)
    )


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("督办员", Role.officer),
        ("审核员", Role.reviewer),
        ("审批人", Role.approver),
        ("负责人", Role.leader),
        ("数据员", Role.data_steward),
        ("审计员", Role.auditor),
        ("data_steward", Role.data_steward),
    ],
)
def test_roles_are_known_by_word_and_identifier(word: str, role: Role) -> None:
    """Each role that may be granted has its Chinese word, and its identifier is understood too."""
    line = check_staff_line(staff_cells(roles=word), 2, regions=REGIONS)

    assert isinstance(line, StaffLine)
    assert line.roles == (role,)


@pytest.mark.parametrize(("changes", "findings"), _FINDINGS)
def test_a_bad_row_is_reported_by_column_and_reason(changes: dict[str, str], findings: list[tuple[str, str]]) -> None:
    """Everything wrong with a person's row is told: its number, the column, the reason."""
    expected = [Rejection(row=5, column=column, reason=reason) for column, reason in findings]

    assert check_staff_line(staff_cells(**changes), 5, regions=REGIONS) == expected


def test_a_row_longer_than_the_header_is_one_finding() -> None:
    """A row whose cells have moved is refused as a whole."""
    found = check_staff_line({**staff_cells(), sheet.BEYOND: "1"}, 5, regions=REGIONS)

    assert isinstance(found, list)
    assert [(one.row, one.column) for one in found] == [(5, "表头之外")]


def test_one_person_may_stand_in_several_rows() -> None:
    """A person with two regions keeps both rows; a repeated row is counted once; a bad row is reported."""
    rows = [
        (2, staff_cells()),
        (3, staff_cells(region="140213")),
        (4, staff_cells()),
        (5, staff_cells(person="P0002", name="")),
    ]
    checked = check_staff(rows, REGIONS)

    assert [line.row for line in checked.lines] == [2, 3]
    assert [(one.row, one.column) for one in checked.rejections] == [(5, "姓名")]
    assert [(note.row, note.text) for note in checked.notes] == [(4, "与第 2 行完全相同，只计一次")]


def test_one_number_is_one_person() -> None:
    """A number with two names is refused in all its rows, because acts would be written to the wrong person."""
    rows = [(2, staff_cells()), (3, staff_cells(name="合成人丙")), (4, staff_cells()), (5, staff_cells(person="P0009"))]
    checked = check_staff(rows, REGIONS)

    assert [line.row for line in checked.lines] == [5]
    assert checked.rejections == tuple(
        Rejection(row=row, column="人员编号", reason="同一人员编号用在了不同姓名上；请一人一号") for row in (2, 3, 4)
    )
    assert checked.notes == ()
