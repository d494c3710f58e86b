"""The benchmark runs at its smallest size and tells a row that programs can read; nothing is timed here."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.lateness import lateness, percentile
from bench.office import office, open_office
from bench.peer_worker import issue_all
from runtime.settings import Settings

FIGURES = {"size", "value", "p50_s", "p99_s", "max_s", "durable_s", "lost", "doubled", "cpu_ms_per_order"}


@pytest.mark.engine
@pytest.mark.slow
def test_burst_measures_both_designs_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten orders in dockets of five, and ten workflows beside them: every rung once, figures in file and table."""
    monkeypatch.setattr("bench.strike.PLACE", tmp_path / "homes")
    monkeypatch.setattr("bench.strike.AFTERMATH_S", 0.2)
    monkeypatch.setattr("runtime.engine.STOP_WITHIN_S", 0)
    told = tmp_path / "rows.json"

    main(["--only", "burst", "--size", "10", "--docket", "5", "--workers", "1", "--json", str(told)])

    [row] = json.loads(told.read_text("utf-8"))
    peer = row["peers"]["workflow_per_order"]
    assert row["name"] == "burst"
    assert row["unit"] == "orders/s"
    assert row.keys() >= FIGURES
    assert peer.keys() >= FIGURES
    assert (row["size"], row["lost"], row["doubled"]) == (10, 0, 0)
    assert (peer["size"], peer["lost"], peer["doubled"]) == (10, 0, 0)
    quickest = max(one["value"] for one in row["peers"].values())
    assert row["ratio"] == pytest.approx(row["value"] / quickest, abs=0.06)
    assert row["machine"]["cpus"] >= 1
    assert "burst" in capsys.readouterr().out
    assert not any((tmp_path / "homes").iterdir())


def test_an_order_without_its_rung_is_counted_as_lost(tmp_path: Path) -> None:
    """Three orders issued and the hour long past: without rungs in the records all three are lost, and none is late."""
    shop = office()
    records = open_office(Settings(home=tmp_path / "home"), shop, units=3)
    issue_all(records, shop, size=3)
    now = datetime.now(UTC)

    found = lateness(records, 3, clock=shop.clock(now=now - timedelta(hours=2), strikes=now - timedelta(hours=1)))
    records.close()

    assert (found.lost, found.doubled, found.max_s) == (3, 0, 0)


def test_percentile_of_a_hundred_and_of_one() -> None:
    """The 99th percentile of 1 … 101 is 100; of one value it is that value, of none it is nothing."""
    assert percentile([float(n) for n in range(1, 102)], 99) == 100
    assert percentile([0.25], 99) == 0.25
    assert percentile([], 99) == 0
