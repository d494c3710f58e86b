"""The walkthrough is true: every command of docs/walkthrough.md runs on the real engine and ends as the page says."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from runtime.runfile import RunFile
from runtime.settings import Settings
from tests.commands.office import run
from tests.tree import ROOT

PAGE = ROOT / "docs" / "walkthrough.md"
UP = [sys.executable, "-c", "import cli; cli.main()", "up", "--workers", "1"]
STOP_WITHIN_S = 40
READY_WITHIN_S = 90


class Step(NamedTuple):
    """One command of the page, the exit code that it tells, and what it prints without what differs from run to run."""

    arguments: tuple[str, ...]
    code: int
    shown: tuple[str, ...]


def _today() -> datetime:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))


def _page() -> str:
    """The page as it reads this year: campaigns, document numbers and the last day of the suspension are today's."""
    text = PAGE.read_text(encoding="utf-8")
    until = (_today() + timedelta(days=14)).date().isoformat()
    text = re.sub(r"--until \S+", f"--until {until}", text)
    return text.replace("2026-00", f"{_today().year}-00").replace("〔2026〕", f"〔{_today().year}〕")


def _files(page: str) -> dict[str, str]:
    return dict(re.findall(r"```\w+ title=(\S+)\n(.*?)```", page, re.DOTALL))


def _steps(page: str) -> list[Step]:
    blocks = "\n".join(re.findall(r"```console\n(.*?)```", page, re.DOTALL))
    return [_step(block) for block in re.split(r"^\$ bihuan ", blocks, flags=re.MULTILINE)[1:]]


def _step(block: str) -> Step:
    command, _, printed = block.partition("\n")
    told = re.search(r"（退出码 (\d)）", printed)
    lasting = [
        line
        for line in printed.splitlines()
        if line and not re.search(r"\d\d:\d\d|\d{4}-\d\d-\d\d|回执|退出码|━|~/|  ", line)
    ]
    return Step(tuple(shlex.split(command)), int(told[1]) if told else 0, tuple(lasting))


@pytest.fixture
def running(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory whose engine runs, in a folder with the page's files."""
    monkeypatch.chdir(tmp_path)
    for name, text in _files(_page()).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    environment = {**os.environ, "BIHUAN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(UP, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as up:
        try:
            _wait_until_ready(up)
            yield home
        finally:
            up.terminate()
            assert up.wait(STOP_WITHIN_S) == 0


def _wait_until_ready(up: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends:
        found = RunFile.read(Settings.load().run_file)
        if found is not None and "worker-1" in found.processes and _keepers_run():
            return
        assert up.poll() is None
        time.sleep(0.2)
    message = "the engine did not become ready"
    raise AssertionError(message)


def _keepers_run() -> bool:
    found = json.loads(run("doctor", "--json").stdout)
    return {one["level"] for one in found if one["name"] in {"引擎", "通知投递", "收件转办"}} == {"ok"}


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.usefixtures("running")
def test_the_walkthrough_is_true() -> None:
    """Each command ends with the exit code that the page tells, and prints every lasting line of it."""
    steps = _steps(_page())
    wrong = []
    for step in steps:
        result = run(*step.arguments)
        missing = [line for line in step.shown if line not in result.output]
        if result.exit_code != step.code or missing:
            wrong.append((step.arguments, result.exit_code, missing, result.output))

    assert len(steps) > 25
    assert wrong == []
