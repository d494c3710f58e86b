"""Administrative regions: GB/T 2260 codes of cities and counties (6 digits), townships (9), villages (12)."""

from enum import StrEnum

from schemas.base import Model
from schemas.roster import RegionCode


class RegionLevel(StrEnum):
    """A region's level; villages and communities are on the same one."""

    city = "city"
    county = "county"
    township = "township"
    village = "village"
    community = "community"


class Region(Model):
    """One region and the one above it; a city has none above it in the shipped tables."""

    code: RegionCode
    name: str
    level: RegionLevel
    parent_code: RegionCode | None = None
