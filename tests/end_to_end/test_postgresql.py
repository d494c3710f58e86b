"""The whole small loop with its records on PostgreSQL: real engine, two workers, every act through the command line."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from records.reading import inbox_of, stream
from records.session import Records, open_records
from records.writing_rules import set_clock
from runtime.settings import Settings
from schemas import names
from schemas.clock import Clock, Segment
from tests.commands.office import UNIT, answer, furnish, run
from tests.records.conftest import postgresql
from tests.rosters import cells, credit_code
from tests.tree import ROOT

__all__ = ["postgresql"]

UP: Final = [sys.executable, "-c", "import cli; cli.main()", "up", "--workers", "2"]
POLICY: Final = ROOT / "policies" / "supervision" / "datong" / "v1.yaml"
CAMPAIGN: Final = "2026-001"
FIRST, SECOND = "同文明督〔2026〕1号", "同文明督〔2026〕2号"
MONDAY: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# People act while the clock runs as real time; then days pass in seconds, and who stayed silent is reminded.
MORNING: Final = timedelta(seconds=8)
A_DAY_A_SECOND: Final = 86_400
WITHIN_S: Final = 40


@pytest.fixture
def settings(postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data directory whose records are an empty PostgreSQL database."""
    name = f"office_{uuid4().hex}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgresql.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
    monkeypatch.setenv("BIHUAN_DATABASE_URL", url)
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Settings.load()


@pytest.fixture
def records(settings: Settings, tmp_path: Path) -> Iterator[Records]:
    """The records of an office with a roster, people and rules; its clock stands at a Monday morning."""
    furnish(tmp_path)
    unit = cells(name="合成机关乙", code=credit_code(2), headcount="30", registered="9", active="3")
    more = tmp_path / "more.csv"
    more.write_text(f"{','.join(unit)}\n{','.join(unit.values())}\n", encoding="utf-8")
    assert run("roster", "import", str(more)).exit_code == 0
    assert run("policy", "adopt", str(POLICY)).exit_code == 0
    opened = open_records(settings.records_url)
    yield opened
    opened.close()


@pytest.fixture
def engine(settings: Settings) -> Iterator[None]:
    """The engine with two workers, ready."""
    with subprocess.Popen(UP, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as up:
        try:
            assert up.stdout is not None
            said = iter(up.stdout.readline, "")
            assert any("已就绪" in line for line in said), (settings.logs / "up.log").read_text(encoding="utf-8")
            yield
        finally:
            up.terminate()
            assert up.wait(WITHIN_S) == 0


def start_the_clock(records: Records) -> None:
    """Fix the clock before anything is issued, as a demonstration does: dockets carry it."""
    now = datetime.now(UTC)
    noon = Segment(real=now + MORNING, shown=MONDAY + MORNING, rate=A_DAY_A_SECOND)
    with records.write() as tx:
        set_clock(tx, Clock(segments=(Segment(real=now, shown=MONDAY, rate=1), noon)), at=now)


def do(*arguments: str) -> None:
    """Run a verb that must go well."""
    done = run(*arguments)
    assert done.exit_code == 0, done.output


def lead(proof: Path) -> None:
    """Two orders go out; the first unit signs, answers and is closed out, the second stays silent."""
    proof.write_text("志愿者注册名单（合成）", encoding="utf-8")
    do("campaign", "start", "--as", "P0001")
    do("campaign", "confirm", CAMPAIGN, "--as", "P0001")
    do("order", "acknowledge", FIRST, "--as", "U0001", "--key", "sign")
    do("order", "acknowledge", FIRST, "--as", "U0001", "--key", "sign")
    do("order", "plan", FIRST, "--as", "U0001", "--summary", "集中注册（合成）")
    do("order", "attach", FIRST, str(proof), "--as", "U0001", "--key", "a1")
    figures = ("--headcount", "20", "--registered", "20", "--active", "19", "--team")
    do("order", "submit", FIRST, "--as", "U0001", "--summary", "已达标（合成）", *figures)
    do("order", "review", FIRST, "--as", "P0002", "--pass")


def reminded(records: Records) -> bool:
    """Whether the clock reached a rung of the silent order, and its unit's contact was told."""
    with records.read() as read:
        told = stream(read, names.order_stream(names.order_id(CAMPAIGN, 1, credit_code(2))))
        return any(one.event.tag == "order.rung.reached" for one in told) and bool(inbox_of(read, "U0002"))


@pytest.mark.engine
@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.usefixtures("engine")
def test_the_loop_runs_on_postgresql(
    records: Records, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the roster to the published table: acts, rungs and notices are there, and every row follows from events."""
    start_the_clock(records)
    lead(tmp_path / "proof.txt")
    ends = time.monotonic() + WITHIN_S
    while not reminded(records):
        assert time.monotonic() < ends, "no rung of the silent order was reached"
        time.sleep(0.1)
    do("campaign", "publish", CAMPAIGN, "--as", "P0001")

    listed = {one["number"]: (one["unit"], one["status"]) for one in answer("order", "list")}
    assert listed == {FIRST: (UNIT, "closed_out"), SECOND: (credit_code(2), "issued")}
    table = answer("board", "show", CAMPAIGN)["board"]["total"]["counts"]
    assert (table["issued"], table["closed"], table["open"]) == (2, 1, 1)
    assert {one["level"] for one in answer("doctor")} == {"ok"}
    do("records", "rebuild", "--check")
    assert not (settings.home / "records.db").exists()
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "second"))
    second = run("up")
    assert second.exit_code == 2
    assert "engine.records_in_use" in second.output
