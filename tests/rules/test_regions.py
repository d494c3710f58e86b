"""Finding a region by what offices write."""

import pytest

from rules.cells import Unreadable
from rules.regions import RegionTable
from schemas.region import Region, RegionLevel
from tests.rosters import CITY, COUNTY, NAMESAKE, OTHER_COUNTY, REGIONS, TOWNSHIP


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("140213", COUNTY),
        ("140213.0", COUNTY),
        ("１４０２１３", COUNTY),
        ("140213000", COUNTY),
        ("140213000000", COUNTY),
        ("140213050", TOWNSHIP),
        ("140213050000", TOWNSHIP),
        ("平城区", COUNTY),
        (" 平 城 区 ", COUNTY),
        ("大同市平城区", COUNTY),
        ("山西省大同市平城区", COUNTY),
        ("云冈区新华街道", NAMESAKE),
        ("大同市云冈区新华街道", NAMESAKE),
        ("大同市", CITY),
    ],
)
def test_regions_are_found(text: str, region: Region) -> None:
    """A code, a padded code, a name, and a name after those above it all find the region; asking again finds it too."""
    assert REGIONS.read(text) == region
    assert REGIONS.read(text) == region


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("140299", "区划表里没有代码 140299"),
        ("1402", "区划代码应为 6、9 或 12 位数字，现为 4 位"),
        ("140213001", "区划表里没有代码 140213001"),
        ("城东新区", "区划表里没有「城东新区」；请填 6、9 或 12 位区划代码，或区县全名"),
        ("云冈区平城区", "区划表里没有「云冈区平城区」；请填 6、9 或 12 位区划代码，或区县全名"),
        (
            "新华街道",
            "「新华街道」有 2 处，请改填区划代码：140213050 大同市平城区新华街道、140214001 大同市云冈区新华街道",
        ),
    ],
)
def test_what_is_no_region_is_refused(text: str, reason: str) -> None:
    """An unknown code or name is refused; a name that fits several is refused with the candidates."""
    with pytest.raises(Unreadable) as refused:
        REGIONS.read(text)

    assert str(refused.value) == reason


def test_only_five_candidates_are_listed() -> None:
    """A village's name found six times lists five and says that there are more."""
    villages = [Region(code=f"14021305020{n}", name="东村", level=RegionLevel.village) for n in range(6)]

    with pytest.raises(Unreadable, match=r"^「东村」有 6 处.*140213050204 东村 等$"):
        RegionTable(villages).read("东村")


def test_a_region_stands_in_its_line() -> None:
    """A region's line begins at the top; its path joins the names; an unknown code has neither."""
    assert REGIONS.line("140213050") == (CITY, COUNTY, TOWNSHIP)
    assert REGIONS.path("140214") == CITY.name + OTHER_COUNTY.name
    assert REGIONS.line("999999") == ()
    assert REGIONS.get("140214") == OTHER_COUNTY
    assert REGIONS.get("999999") is None
