"""Administrative regions: GB/T 2260 codes of cities and counties (6 digits), townships (9), villages (12)."""

from enum import StrEnum

from schemas.base import Model
from schemas.roster import RegionCode

# Where province, city, county and township end in a region code; villages have all twelve digits.
_LEVELS = (2, 4, 6, 9)


def beginning(region: str) -> str:
    """Return what every code below a region begins with: of `140200` four digits, of `140213100` all nine.

    Codes are GB/T 2260 with six, nine or twelve digits; an empty one is the beginning of all.
    """
    return next((region[:end] for end in _LEVELS if not region[end:].strip("0")), region)


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
