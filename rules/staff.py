"""Checking a list of people: the office's own with the region they answer for, and units' contacts with their unit.

A person's number is written in the clear wherever they act: so it must be a pseudonym, and can be no name, phone or
identity number.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from rules.cells import Unreadable, read_phone, token
from rules.regions import RegionTable
from rules.roster import Cells, RowReader, beyond, read_credit_code, read_person_name, read_region
from schemas import sheet
from schemas.event import Role
from schemas.roster import Note, Rejection, StaffLine

_PERSON = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_BETWEEN_ROLES = re.compile(r"[、,;/|\s]+")
_ROLE_WORDS = {
    "单位联系人": Role.unit_contact,
    "联系人": Role.unit_contact,
    "联络员": Role.unit_contact,
    "督办员": Role.officer,
    "经办人": Role.officer,
    "审核员": Role.reviewer,
    "审核人": Role.reviewer,
    "审批人": Role.approver,
    "负责人": Role.leader,
    "领导": Role.leader,
    "数据员": Role.data_steward,
    "审计员": Role.auditor,
}
# The clock is nobody, and the local operator is whoever sits at the machine.
_GRANTED = tuple(role for role in Role if role not in {Role.clock, Role.local_operator})
_ROLE_LIST = "、".join({role: word for word, role in reversed(_ROLE_WORDS.items())}[role] for role in _GRANTED)


class CheckedStaff(NamedTuple):
    """The good rows in order, why the others are not good (by row), and remarks."""

    lines: tuple[StaffLine, ...]
    rejections: tuple[Rejection, ...]
    notes: tuple[Note, ...]


def read_person(text: str) -> str:
    """A pseudonym such as `P0001`: begins with a letter, so that it can be no phone and no identity number."""
    person = token(text)
    if not _PERSON.fullmatch(person):
        raise Unreadable("人员编号应以字母开头、只用字母和数字（如 P0001），不要填姓名、手机号或身份证号")
    return person


def read_roles(text: str) -> tuple[Role, ...]:
    """One role or several separated by 、, in Chinese or as identifiers, each once."""
    roles: dict[Role, None] = {}
    for word in _BETWEEN_ROLES.split(text.strip("、,;/| ").replace("，", "、").replace("；", "、")):
        role = _ROLE_WORDS.get(word) or next((known for known in _GRANTED if known == word.lower()), None)
        if role is None:
            raise Unreadable(f"没有「{word[:20]}」这个角色；应为 {_ROLE_LIST}，多个用「、」分开")
        roles[role] = None
    return tuple(roles)


def check_staff_line(cells: Cells, row: int, *, regions: RegionTable) -> StaffLine | list[Rejection]:
    """One person's line, or everything that is wrong with it.

    A unit's contact needs the unit's credit code and has no other role in that row; everybody else needs a region.
    """
    if sheet.BEYOND in cells:
        return [beyond(cells, row)]
    reader = RowReader(cells, row=row)
    roles = reader.need(sheet.ROLES, read_roles)
    is_contact = roles is not None and Role.unit_contact in roles
    if is_contact and roles != (Role.unit_contact,):
        reader.reject(sheet.ROLES, "单位联系人与其他角色请分两行填写，因为所属范围不同")
    values = {
        "name": reader.need(sheet.PERSON_NAME, read_person_name),
        "person": reader.need(sheet.PERSON, read_person),
        "credit_code": reader.need(sheet.STAFF_CREDIT_CODE, read_credit_code) if is_contact else None,
        "region_code": None if is_contact else read_region(reader, regions),
        "phone": reader.may(sheet.PHONE, read_phone),
    }
    return reader.rejections or StaffLine.model_validate({"row": row, "roles": roles, **values})


def check_staff(rows: Iterable[tuple[int, Cells]], regions: RegionTable) -> CheckedStaff:
    """All rows of a list of people; somebody may stand in several rows, one for each region or unit.

    A row that repeats another is counted once and noted. One number with two names is refused in all its rows.
    """
    lines: list[StaffLine] = []
    rejections: list[Rejection] = []
    for row, cells in rows:
        checked = check_staff_line(cells, row, regions=regions)
        if isinstance(checked, StaffLine):
            lines.append(checked)
        else:
            rejections.extend(checked)
    shared = _shared_numbers(lines)
    seen: dict[StaffLine, int] = {}
    notes: list[Note] = []
    for line in lines:
        first = seen.setdefault(line.model_copy(update={"row": 1}), line.row)
        if first != line.row and line.person not in shared:
            notes.append(Note(row=line.row, text=f"与第 {first} 行完全相同，只计一次"))
    dropped = {note.row for note in notes}
    kept = tuple(line for line in lines if line.person not in shared and line.row not in dropped)
    rejections.extend(
        Rejection(row=line.row, column=sheet.PERSON, reason="同一人员编号用在了不同姓名上；请一人一号")
        for line in lines
        if line.person in shared
    )
    return CheckedStaff(kept, tuple(sorted(rejections, key=lambda one: one.row)), tuple(notes))


def _shared_numbers(lines: list[StaffLine]) -> set[str]:
    names: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        names[line.person].add(line.name)
    return {person for person, used in names.items() if len(used) > 1}
