"""Seeded data of the demonstration: Datong's real places, each hosting synthetic units, figures and people.

Places are facts; every figure, person and credit code is invented from the seed and marked synthetic.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.regions import load_regions
from rules.credit_code import check_character
from schemas.region import Region, RegionLevel
from schemas.roster import UnitType
from schemas.sheet import (
    ACTIVE,
    CREDIT_CODE,
    CUT_OFF,
    HAS_TEAM,
    HEADCOUNT,
    PERSON,
    PERSON_NAME,
    PHONE,
    REGION_CODE,
    REGISTERED,
    ROLES,
    STAFF_CREDIT_CODE,
    UNIT_NAME,
    UNIT_TYPE,
)

CITY: Final = "140200"
CUT_OFF_DAY: Final = "2026-02-28"
_SHORT_PERCENT: Final = 17
_NO_CONTACT_PERCENT: Final = 4
_HOSTED: Final = {
    RegionLevel.county: (
        (UnitType.party_government_organ, "文明办"),
        (UnitType.mass_organization, "总工会"),
        (UnitType.public_institution, "图书馆"),
        (UnitType.enterprise, "供水公司"),
    ),
    RegionLevel.township: ((UnitType.party_government_organ, "机关"),),
    RegionLevel.village: ((UnitType.village, ""),),
    RegionLevel.community: ((UnitType.community, ""),),
}


@dataclass(frozen=True, slots=True)
class SeededUnit:
    """A synthetic unit at a real place, with figures; `short` says that they were drawn to fall short."""

    name: str
    code: str
    unit_type: UnitType
    region: str
    headcount: int
    registered: int
    active: int
    has_team: bool
    short: bool


def seeded_units(count: int, seed: int) -> list[SeededUnit]:
    """Return `count` units over Datong's places, in order of place; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a seeded demonstration, not a secret
    hosts = [region for region in load_regions() if region.code.startswith("1402") and region.code != CITY]
    homes = list(_homes(hosts))
    if count < len(homes):
        homes = sorted(chance.sample(homes, count), key=lambda home: home[0].code)
    while len(homes) < count:
        homes.append((*chance.choice(homes)[:2], f"第{len(homes)}分部"))
    return [_unit(chance, number, *home) for number, home in enumerate(homes)]


def _homes(hosts: Sequence[Region]) -> Iterator[tuple[Region, UnitType, str]]:
    for host in hosts:
        for unit_type, suffix in _HOSTED[host.level]:
            yield host, unit_type, suffix


def _unit(chance: random.Random, number: int, host: Region, unit_type: UnitType, suffix: str) -> SeededUnit:
    headcount = chance.choice((4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60))
    short = chance.randrange(100) < _SHORT_PERCENT
    registered, active, has_team = _figures(chance, headcount, short=short)
    return SeededUnit(
        name=f"{host.name}{suffix}（合成）",
        code=_credit_code(unit_type, host.code[:6], number),
        unit_type=unit_type,
        region=host.code,
        headcount=headcount,
        registered=registered,
        active=active,
        has_team=has_team,
        short=short,
    )


def _figures(chance: random.Random, headcount: int, *, short: bool) -> tuple[int, int, bool]:
    """Draw figures that meet every target, then spoil one or more of them."""
    registered = headcount
    active = registered // 2 + 1 + chance.randrange(max(1, registered // 2))
    if not short:
        return registered, min(active, registered), True
    spoilt = chance.choice(("team", "registration", "registration", "activity", "activity", "all"))
    has_team = spoilt not in ("team", "all")
    if spoilt in ("registration", "all"):
        registered = headcount * chance.randrange(30, 91) // 100
    if spoilt in ("activity", "all"):
        active = registered * chance.randrange(0, 51) // 100
    return registered, min(active, registered), has_team


def _credit_code(unit_type: UnitType, region: str, number: int) -> str:
    head = {UnitType.enterprise: "91", UnitType.mass_organization: "51", UnitType.public_institution: "12"}
    first17 = f"{head.get(unit_type, '11')}{region}{number:09d}"
    return first17 + check_character(first17)


def write_roster(units: Iterable[SeededUnit], path: Path) -> None:
    """Write the units as the spreadsheet that an office would hand in."""
    header = (UNIT_NAME, CREDIT_CODE, UNIT_TYPE, REGION_CODE, HEADCOUNT, REGISTERED, ACTIVE, HAS_TEAM, CUT_OFF)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for unit in units:
            figures = (unit.headcount, unit.registered, unit.active, "是" if unit.has_team else "否", CUT_OFF_DAY)
            writer.writerow((unit.name, unit.code, unit.unit_type.label, unit.region, *figures))


def write_staff(units: Sequence[SeededUnit], path: Path, *, seed: int) -> None:
    """Write the office's people, and a contact for nearly every unit that falls short: some have none on purpose."""
    chance = random.Random(seed + 1)  # noqa: S311 - a seeded demonstration, not a secret
    rows: list[tuple[str, ...]] = [
        ("合成督办员一", "P0001", "督办员", CITY, "", "13800000001"),
        ("合成审核员一", "P0002", "审核员", CITY, "", "13800000002"),
        ("合成审批人一", "P0003", "审批人", CITY, "", "13800000003"),
        ("合成负责人一", "P0004", "负责人", CITY, "", "13800000004"),
        ("合成数据员一", "P0005", "数据员", CITY, "", "13800000005"),
    ]
    for number, unit in enumerate(unit for unit in units if unit.short):
        if chance.randrange(100) >= _NO_CONTACT_PERCENT:
            phone = f"139{number:08d}"
            rows.append((f"合成联系人{number}", contact_of(unit.code), "单位联系人", "", unit.code, phone))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((PERSON_NAME, PERSON, ROLES, REGION_CODE, STAFF_CREDIT_CODE, PHONE))
        writer.writerows(rows)


def contact_of(code: str) -> str:
    """Return the pseudonym of a seeded unit's contact."""
    return f"C{code[2:]}"
