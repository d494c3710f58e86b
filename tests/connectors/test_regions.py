"""The shipped tables of regions."""

from collections import Counter

from connectors.regions import load_regions
from schemas.region import RegionLevel


def test_shipped_tables_hold_three_places_whole() -> None:
    """Datong, Ninghua and Shalong are there with every county, township, village and community."""
    counts = Counter((region.code[:4], region.level) for region in load_regions())

    assert counts == {
        ("1402", RegionLevel.city): 1,
        ("1402", RegionLevel.county): 11,
        ("1402", RegionLevel.township): 127,
        ("1402", RegionLevel.village): 1426,
        ("1402", RegionLevel.community): 401,
        ("3504", RegionLevel.city): 1,
        ("3504", RegionLevel.county): 1,
        ("3504", RegionLevel.township): 16,
        ("3504", RegionLevel.village): 210,
        ("3504", RegionLevel.community): 25,
        ("5329", RegionLevel.city): 1,
        ("5329", RegionLevel.county): 1,
        ("5329", RegionLevel.township): 1,
        ("5329", RegionLevel.village): 5,
        ("5329", RegionLevel.community): 2,
    }


def test_every_region_stands_under_another() -> None:
    """Codes are unique; all but the cities have a parent in the tables, whose code begins their own, as long as levels go."""
    by_code = {region.code: region for region in load_regions()}
    length = {RegionLevel.city: 6, RegionLevel.county: 6, RegionLevel.township: 9}

    assert len(by_code) == len(load_regions())
    for region in by_code.values():
        assert len(region.code) == length.get(region.level, 12)
        if region.level is RegionLevel.city:
            assert region.parent_code is None
        else:
            assert region.code.startswith(by_code[region.parent_code or ""].code.removesuffix("00"))
