"""Kill −9 in the middle of a demonstration, of everything and of one after the other: each order settles as it should.

The records are the only witness: every act that was receipted counts once or was refused with a reason, every rung was
reached once, and current rows are what the events tell.
"""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.commands.office import run
from tests.end_to_end.running import Process, bihuan, check_records, counted, receipts

pytestmark = [pytest.mark.engine, pytest.mark.slow]

DEMO = ("demo", "--units", "100", "--seed", "7", "--days-per-second", "8", "--lookback-days-per-second", "40")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that is not there yet, which the settings name."""
    place = tmp_path / "home"
    monkeypatch.setenv("BIHUAN_HOME", str(place))
    return place


def in_the_middle(demo: Process) -> None:
    """Wait until units are at work and the office has closed out the first orders."""

    def acted() -> bool:
        return any(":review:" in key for _, key in counted(demo.home))

    demo.until_said("引擎已就绪", within_s=60)
    demo.until(acted, within_s=60)


def settled(process: Process) -> None:
    """Wait until the campaign is over and the program says so, and end it as Ctrl-C does."""
    process.until_said("演示已结束", within_s=90)
    assert process.interrupt() == 0


def test_a_demonstration_killed_as_a_whole_goes_on_with_up(home: Path) -> None:
    """Killed while acts are receipted and nobody has judged them: `up` has them judged, and plays to the end."""
    with bihuan(home, *DEMO) as demo:
        in_the_middle(demo)
        os.kill(demo.marks()["worker-1"].pid, signal.SIGSTOP)
        demo.until(lambda: any(row.state == "waiting" for row in receipts(home)), within_s=30)
        killed = demo.marks()
        for mark in killed.values():
            mark.kill()
        assert demo.program.wait(30) == -signal.SIGKILL
        receipted = [row.key for row in receipts(home)]
        waiting = [row.key for row in receipts(home) if row.state == "waiting"]
    with bihuan(home, "up") as up:
        settled(up)

    assert killed.keys() == {"door", "engine", "worker-1"}
    assert waiting
    check_records(home, receipted)
    assert run("records", "rebuild", "--check").exit_code == 0


def test_a_demonstration_outlives_its_workers_and_its_engine(home: Path, tmp_path: Path) -> None:
    """Whatever is killed is started again, the screen says so, and the demonstration ends with its whole report."""
    report = tmp_path / "report.json"
    with bihuan(home, *DEMO, "--json", str(report)) as demo:
        in_the_middle(demo)
        receipted = [row.key for row in receipts(home)]
        demo.marks()["worker-1"].kill()
        demo.until_said("工作进程 worker-1 已重新启动", within_s=30)
        receipted += [row.key for row in receipts(home)]
        demo.marks()["engine"].kill()
        demo.until_said("引擎已重新启动", within_s=30)
        settled(demo)

    check_records(home, receipted)
    assert run("records", "rebuild", "--check").exit_code == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["units"] == 100
    assert told["rungs"]["count"] == len(told["rungs"]["each"]) > 0
    assert {"acknowledge", "plan", "submit", "close_out"} <= told["acts"].keys()
    assert told["board"][-1]["district"] == "total"
    assert all(Path(path).exists() for path in told["files"].values())
    assert told["seconds"].keys() == {"import", "assess", "issue", "loop", "publish"}
