"""The demonstration's script and report: seeded, marked synthetic, every behaviour in it; no engine."""

import asyncio
import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.intake import newest_policy
from commands.demo import stage
from commands.demo.actors import Part, Rates, Script, Temper, hash_of, next_act, objects, write_script
from commands.demo.report import whole_report
from commands.demo.seed import seeded_units, write_roster, write_staff
from commands.home import open_home
from records.reading import OrderFilter, clock_of, orders
from rules import clock as clocks
from runtime.settings import Settings
from schemas.order import OrderRow, Status
from tests.commands.office import run

DAY = timedelta(days=1)
RATES = Rates(1, 6)


def script(seed: int = 7, count: int = 2000) -> Script:
    """A script as the demonstration writes it."""
    return write_script("2026-001", seeded_units(count, seed), seed=seed, rates=RATES, policy="p")


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_of_two_thousand_units_three_to_four_hundred_and_fifty_fall_short(seed: int) -> None:
    """So many orders does the demonstration show, whatever the seed; two runs of one seed draw the same units."""
    units = seeded_units(2000, seed)

    assert len({unit.code for unit in units}) == 2000
    assert 300 <= sum(unit.short for unit in units) <= 450
    assert units == seeded_units(2000, seed) != seeded_units(2000, seed + 1)
    assert len({unit.unit_type for unit in units}) == 6


def test_everything_invented_says_that_it_is(tmp_path: Path) -> None:
    """Units and people carry 合成 in their names, in the very spreadsheets that are imported."""
    units = seeded_units(200, 7)
    write_roster(units, tmp_path / "roster.csv")
    write_staff(units, tmp_path / "staff.csv", seed=7)
    named = []
    for name in ("roster", "staff"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            named += [next(iter(row.values())) for row in csv.DictReader(file)]

    assert len(named) > 200
    assert [name for name in named if "合成" not in name] == []


def test_the_script_has_every_behaviour() -> None:
    """In time, late, returned, extended, disputing, silent and regressing units are all there, by the seed alone."""
    parts = script().parts.values()
    tempers = Counter(part.temper for part in parts)
    late = {Temper.late, Temper.silent}

    assert script() == script() != script(8)
    assert Script.model_validate_json(script().model_dump_json()) == script()
    assert tempers.keys() == set(Temper)
    assert all((part.effort_percent > 100) == (part.temper in late) for part in parts)
    assert min(part.effort_percent for part in parts if part.temper is Temper.silent) == 150
    assert {part.reports for part in parts} == {True, False}


ISSUED, PLANNED = Status.issued, Status.in_progress


@pytest.mark.parametrize(
    ("temper", "status", "days", "fields", "expected"),
    [
        (Temper.prompt, ISSUED, 0, {}, "acknowledge"),
        (Temper.late, ISSUED, 2, {}, None),
        (Temper.late, ISSUED, 3, {}, "acknowledge"),
        (Temper.disputing, ISSUED, 1, {}, "dispute"),
        (Temper.disputing, ISSUED, 9, {}, "acknowledge"),
        (Temper.prompt, Status.acknowledged, 6, {}, "plan"),
        (Temper.prompt, PLANNED, 15, {}, "submit"),
        (Temper.prompt, PLANNED, 5, {}, None),
        (Temper.prompt, PLANNED, 5, {"waits_step": "report"}, "report"),
        (Temper.extended, PLANNED, 6, {}, "extend"),
        (Temper.extended, PLANNED, 6, {"extended": 1}, None),
        (Temper.prompt, PLANNED, 5, {"reopened": 1}, "submit"),
        (Temper.returned, Status.rework, 5, {}, "submit"),
        (Temper.prompt, Status.under_review, 40, {}, None),
    ],
)
@pytest.mark.usefixtures("office")
def test_a_unit_acts_by_its_temper(
    temper: Temper, status: Status, days: int, fields: dict[str, Any], expected: str | None
) -> None:
    """What a unit does next follows from its part, its order's row and the shown instant."""
    row = _row().model_copy(update={"status": status, "waits_step": "finish", **fields})
    row = row.model_copy(update={"first_due": row.issued_at + 30 * DAY, "due": row.issued_at + (days + 1) * DAY})
    sign = 0 if temper is Temper.prompt else 3
    part = Part(temper=temper, headcount=10, sign_days=sign, plan_days=6, effort_percent=50, reports=True)

    assert next_act(row, part, row.issued_at + days * DAY) == expected


@pytest.mark.usefixtures("office")
async def test_what_waits_when_the_play_ends_is_left() -> None:
    """Only acts that were begun are ended: a long queue does not keep the table from being published."""
    done: list[str] = []

    async def act(name: str) -> None:
        await asyncio.sleep(0)
        done.append(name)

    with open_home() as opened:
        with opened.records.read() as read:
            policy = newest_policy(read) or ""
        told = script(count=10).model_copy(update={"policy": policy})
        actors = stage.actors_of(told, cast("Client", None), opened.records)
        begun = [str(number) for number in range(12)]
        for name in [*begun, "waits"]:
            actors._start(name, partial(act, name))
        await asyncio.sleep(0)
        over = asyncio.Event()
        over.set()
        await actors.play(over)

    assert done == begun


def test_some_circulars_are_objected_to() -> None:
    """Units object by their order's id alone, about one in four."""
    objecting = sum(objects(f"2026-001:r1:{code}") for code in script().parts)

    assert 0.15 < objecting / len(script().parts) < 0.35
    assert hash_of("ab") == hash_of("ba") == 195


@pytest.mark.usefixtures("home")
def test_the_clock_is_fixed_fast_for_years_and_slows_when_all_is_settled() -> None:
    """It passes the demonstration's horizon at the look-backs' rate, so that a resumed one settles; slowing keeps the past."""
    with open_home() as opened:
        told = stage.write(opened.settings, opened.records, count=20, seed=7, rates=RATES)
        assert stage.prepare(opened.settings, opened.records, told) == 20
        assert stage.prepare(opened.settings, opened.records, told) == 20
        clock, at = stage.fix_clock(opened.records, RATES)
        again, _ = stage.fix_clock(opened.records, RATES)
        stage.slow_clock(opened.records)
        stage.slow_clock(opened.records)
        with opened.records.read() as read:
            slow = clock_of(read)
        now = datetime.now(UTC)

    base, first, last, end = clock.segments
    assert len(again.segments) == 4
    assert (base.rate, first.rate, last.rate, end.rate) == (1, 86_400, 6 * 86_400, 1)
    assert stage.OPENING <= at < first.shown < last.shown < stage.HORIZON < end.shown
    assert end.shown.weekday() == stage.OPENING.weekday()
    assert [segment.rate for segment in slow.segments] == [1, 1]
    assert abs(clocks.shown(slow, now) - clocks.shown(again, now)) < timedelta(milliseconds=1)


def test_a_demonstration_is_refused_where_data_lies(office: Path) -> None:
    """It never mixes with an office's records, nor with another demonstration's; the sentence says what to do."""
    refused = run("demo", "--units", "10", "--exit")

    assert refused.exit_code == 2
    assert "demo.not_empty" in refused.output
    assert "bihuan up" in refused.output
    assert not stage.script_file(Settings(home=office)).exists()


def test_the_report_has_what_programs_read(office: Path, tmp_path: Path) -> None:
    """Units, orders by state, rungs with their lateness, acts, the board's rows, files and seconds by phase."""
    folder = tmp_path / "v1"
    folder.mkdir()
    (folder / "board.json").write_text("{}", encoding="utf-8")
    with open_home() as opened:
        report = whole_report(
            opened.records,
            campaign="2026-001",
            board={"districts": [{"district": "140213"}], "total": {"district": "total"}},
            home=office,
            folder=folder,
            acts=Counter(submit=2, acknowledge=3),
            refused=Counter(),
            seconds={"import": 0.123},
        )

    assert json.loads(json.dumps(report)) == report
    assert report["synthetic"] is True
    assert report["units"] == 1
    assert report["orders"] == {"issued": 1}
    assert report["rungs"] | {"by_rung": {}} == {
        "count": 0, "reached": 0, "max_s": 0.0, "p50_s": 0.0, "p90_s": 0.0, "p99_s": 0.0, "by_rung": {}, "each": [],
    }  # fmt: skip
    assert report["acts"] == {"acknowledge": 3, "submit": 2}
    assert [row["district"] for row in report["board"]] == ["140213", "total"]
    assert report["files"]["board.json"] == str(folder / "board.json")
    assert report["seconds"] == {"import": 0.12}


def _row() -> OrderRow:
    with open_home() as opened, opened.records.read() as read:
        return orders(read, OrderFilter(campaign="2026-001"))[0]
