"""The demonstration's report: what became of the orders, how late each rung was in real seconds, where the files are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from records.reading import OrderFilter, all_units, clock_of, orders, publications_of
from records.reading_rungs import reached_rungs
from records.session import Records
from rules import clock as clocks

_SHARES: Final = {"p50_s": 0.5, "p90_s": 0.9, "p99_s": 0.99}


def lateness(records: Records) -> dict[str, Any]:
    """Return how many rungs were reached and how late, in real seconds, in all and by rung; and each one."""
    with records.read() as read:
        clock = clock_of(read)
        rungs = reached_rungs(read)
    late: dict[str, list[float]] = {}
    each = []
    for rung in rungs:
        seconds = (rung.recorded_at - clocks.real(clock, rung.scheduled)).total_seconds()
        late.setdefault(rung.rung.partition("-")[0], []).append(seconds)
        each.append(
            {"order": rung.stream.partition(":")[2], "rung": f"{rung.obligation}:{rung.rung}", "late_s": seconds}
        )
    everything = [seconds for many in late.values() for seconds in many]
    by_rung = {name: _spread(many) for name, many in sorted(late.items())}
    return {"count": len(each), **_spread(everything), "by_rung": by_rung, "each": each}


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(seconds)
    if not ordered:
        return {"reached": 0, "max_s": 0.0, **dict.fromkeys(_SHARES, 0.0)}
    shares = {name: round(ordered[int(share * (len(ordered) - 1))], 3) for name, share in _SHARES.items()}
    return {"reached": len(ordered), "max_s": round(ordered[-1], 3), **shares}


def whole_report(
    records: Records,
    *,
    campaign: str,
    board: Mapping[str, Any],
    home: Path,
    folder: Path,
    acts: Counter[str],
    refused: Counter[str],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return everything that `--json` writes."""
    with records.read() as read:
        rows = orders(read, OrderFilter(campaign=campaign))
        versions = publications_of(read, campaign)
        units = len(all_units(read))
    return {
        "synthetic": True,
        "campaign": campaign,
        "units": units,
        "orders": dict(sorted(Counter(row.status for row in rows).items())) | {"issued": len(rows)},
        "settled": sum(row.settled for row in rows),
        "levels": dict(sorted(Counter(str(row.level) for row in rows).items())),
        "rungs": lateness(records),
        "acts": dict(sorted(acts.items())),
        "refused": dict(sorted(refused.items())),
        "board": [*board["districts"], board["total"]],
        "publications": [{"round": one.round, "version": one.version, "digest": one.digest} for one in versions],
        "files": {"home": str(home), "published": str(folder), **{p.name: str(p) for p in sorted(folder.iterdir())}},
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
    }
