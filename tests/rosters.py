"""Synthetic rosters for tests: credit codes that check, a small table of regions, and the cells of one good row."""

from rules.credit_code import check_character
from rules.regions import RegionTable
from schemas import sheet
from schemas.region import Region, RegionLevel

CITY = Region(code="140200", name="大同市", level=RegionLevel.city)
COUNTY = Region(code="140213", name="平城区", level=RegionLevel.county, parent_code="140200")
OTHER_COUNTY = Region(code="140214", name="云冈区", level=RegionLevel.county, parent_code="140200")
TOWNSHIP = Region(code="140213050", name="新华街道", level=RegionLevel.township, parent_code="140213")
NAMESAKE = Region(code="140214001", name="新华街道", level=RegionLevel.township, parent_code="140214")
REGIONS = RegionTable((CITY, COUNTY, OTHER_COUNTY, TOWNSHIP, NAMESAKE))

HEADINGS = tuple(column.name for column in sheet.ROSTER_FORM.columns if column.name != sheet.REGION_NAME)


def credit_code(number: int) -> str:
    """The synthetic credit code of a number below 10^9."""
    first17 = f"11140200{number:09d}"
    return first17 + check_character(first17)


def cells(**changes: str) -> dict[str, str]:
    """A good row's cells under their Chinese names, changed by keyword (`headcount="12"`)."""
    fields = {
        "name": (sheet.UNIT_NAME, "示例单位（合成）"),
        "code": (sheet.CREDIT_CODE, credit_code(1)),
        "type": (sheet.UNIT_TYPE, "机关"),
        "region": (sheet.REGION_CODE, "140213"),
        "county": (sheet.REGION_NAME, ""),
        "headcount": (sheet.HEADCOUNT, "20"),
        "registered": (sheet.REGISTERED, "18"),
        "active": (sheet.ACTIVE, "9"),
        "team": (sheet.HAS_TEAM, "是"),
        "cut_off": (sheet.CUT_OFF, "2026-09-30"),
        "contact": (sheet.CONTACT_NAME, "合成人甲"),
        "phone": (sheet.CONTACT_PHONE, "13800000001"),
    }
    assert changes.keys() <= fields.keys()
    return {column: changes.get(field, text) for field, (column, text) in fields.items()}


def staff_cells(**changes: str) -> dict[str, str]:
    """A good officer's cells, changed by keyword."""
    fields = {
        "name": (sheet.PERSON_NAME, "合成人乙"),
        "person": (sheet.PERSON, "P0001"),
        "roles": (sheet.ROLES, "督办员"),
        "region": (sheet.REGION_CODE, "140200"),
        "county": (sheet.REGION_NAME, ""),
        "unit": (sheet.STAFF_CREDIT_CODE, ""),
        "phone": (sheet.PHONE, "13800000002"),
    }
    assert changes.keys() <= fields.keys()
    return {column: changes.get(field, text) for field, (column, text) in fields.items()}
