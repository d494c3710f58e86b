"""The shipped tables of regions: a CSV file a place under `policies/regions/`, with code, name, level, parent_code."""

import csv
from functools import cache
from pathlib import Path

from schemas.region import Region

FOLDER = Path(__file__).resolve().parent.parent / "policies" / "regions"


@cache
def load_regions(folder: Path = FOLDER) -> tuple[Region, ...]:
    """Every region of every table, read once: city, counties, townships, villages and communities of each place."""
    return tuple(region for path in sorted(folder.glob("*.csv")) for region in _read_table(path))


def _read_table(path: Path) -> list[Region]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Region.model_validate({**row, "parent_code": row["parent_code"] or None}) for row in csv.DictReader(file)
        ]
