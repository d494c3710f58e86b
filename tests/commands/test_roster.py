"""`bihuan roster import` and `bihuan staff import`: what people and programs read, and the exit codes."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from commands.roster import roster as roster_verbs
from commands.staff import staff as staff_verbs
from records.reading import all_staff, all_units
from records.session import open_records
from tests.activities.registers import people_list, roster, row


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that is not there yet."""
    folder = tmp_path / "home"
    monkeypatch.setenv("BIHUAN_HOME", str(folder))
    return folder


def bring(verbs: click.Group, path: Path, *options: str) -> Result:
    """Import as a person would."""
    return CliRunner().invoke(verbs, ["import", str(path), *options])


def units_in(home: Path) -> int:
    """How many units the data directory knows."""
    records = open_records(f"sqlite:///{home / 'records.db'}")
    with records.read() as read:
        count = len(all_units(read))
    records.close()
    return count


def test_a_good_roster_exits_0(home: Path, tmp_path: Path) -> None:
    """All rows go in, the data directory is made, and a repeat says that nothing changed."""
    path = roster(tmp_path / "名册.csv", row(1), row(2))
    first, again = bring(roster_verbs, path), bring(roster_verbs, path)

    assert (first.exit_code, first.stdout) == (0, "名册.csv：导入 2 行。\n")
    assert (again.exit_code, again.stdout) == (0, "名册.csv：导入 2 行（其中 2 行没有变化）。\n")
    assert units_in(home) == 2


def test_rejected_rows_exit_3(home: Path, tmp_path: Path) -> None:
    """Good rows go in; each bad one stands in a table with row, column and reason, and the next step is named."""
    path = roster(tmp_path / "r.csv", row(1), row(2, registered="30", active="[x]"))
    result = bring(roster_verbs, path)

    assert result.exit_code == 3
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "r.csv：导入 1 行，退回 1 行，共 2 处问题。",
        "行 列 原因",
        "3 活跃志愿者数 应填整数，现为「[x]」",
        "3 注册志愿者数 注册志愿者数 30 大于在岗人数 20",
        "请按上表改正后，重新导入整个文件；已导入的行不会重复。",
    ]
    assert units_in(home) == 1


def test_a_program_gets_the_report(tmp_path: Path) -> None:
    """With `--json` the four parts of the report are all that is printed."""
    path = roster(tmp_path / "r.csv", row(1), row(2, headcount="二十"), ["合计", "", "", "", "40"])
    result = bring(roster_verbs, path, "--json")

    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "accepted": 1,
        "unchanged": 0,
        "outdated": [],
        "rejected": [{"row": 3, "column": "在岗人数", "reason": "应填整数，现为「二十」"}],
        "notes": [{"row": 4, "text": "合计行，未读入"}],
    }


def test_a_trial_writes_nothing(home: Path, tmp_path: Path) -> None:
    """`--dry-run` says what could go in, that nothing was written, and keeps to it."""
    path = roster(tmp_path / "r.csv", row(1), ["备注：合成数据"])
    result = bring(roster_verbs, path, "--dry-run")

    assert result.stdout.splitlines() == [
        "r.csv：可以导入 1 行。这是试运行，没有写入。",
        "说明：第 3 行：说明文字，未读入",
    ]
    assert units_in(home) == 0


def test_a_long_table_is_cut_unless_asked_for(tmp_path: Path) -> None:
    """The first fifty findings are shown and the others counted; `--all` shows them all."""
    path = roster(tmp_path / "r.csv", *(row(number, headcount="x") for number in range(60)))
    short, whole = bring(roster_verbs, path), bring(roster_verbs, path, "--all")

    assert short.stdout.count("应填整数") == 50
    assert "还有 10 处问题，用 --all 全部列出。" in short.stdout
    assert whole.stdout.count("应填整数") == 60
    assert "还有" not in whole.stdout


@pytest.mark.parametrize("verbs", [roster_verbs, staff_verbs])
def test_a_file_that_cannot_be_read_exits_2(tmp_path: Path, verbs: click.Group) -> None:
    """A person gets the sentence and its code on the error stream, a program both as JSON."""
    missing = tmp_path / "none.csv"
    told, answered = bring(verbs, missing), bring(verbs, missing, "--json")

    assert (told.exit_code, told.stdout, answered.exit_code) == (2, "", 2)
    assert told.stderr.startswith("读不到文件「")
    assert told.stderr.endswith("〔sheet.file.unreadable〕\n")
    assert "sheet.file.unreadable" in json.loads(answered.stdout).values()


@pytest.mark.parametrize(("verbs", "code"), [(roster_verbs, "roster.empty"), (staff_verbs, "staff.empty")])
def test_a_file_without_a_row_exits_2(home: Path, tmp_path: Path, verbs: click.Group, code: str) -> None:
    """A header alone is no import that went well: it is refused, and nothing is written."""
    path = roster(tmp_path / "r.csv") if verbs is roster_verbs else people_list(tmp_path / "s.csv", {})
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    told, answered = bring(verbs, path), bring(verbs, path, "--json")

    assert (told.exit_code, told.stdout, answered.exit_code) == (2, "", 2)
    assert "只有表头，没有数据行" in told.stderr
    assert json.loads(answered.stdout)["refused"] == code
    assert units_in(home) == 0


def test_older_figures_are_told(tmp_path: Path) -> None:
    """A row that is not the latest went in: exit code 0, a count and a line for people, a list for programs."""
    bring(roster_verbs, roster(tmp_path / "new.csv", row(1, cut_off="2026-10-31"), row(2)))
    old = roster(tmp_path / "old.csv", row(1, cut_off="2026-01-31", headcount="30"), row(2))
    told, answered = bring(roster_verbs, old), bring(roster_verbs, old, "--json")

    assert told.exit_code == answered.exit_code == 0
    assert told.stdout.splitlines() == [
        "old.csv：导入 2 行（其中 1 行不是最新数据）。",
        "不是最新数据：第 2 行：截止 2026-01-31，该单位已有截止 2026-10-31 的数据；已留作证据，核查仍用较新的数据",
    ]
    assert json.loads(answered.stdout)["outdated"] == [{"row": 2, "cut_off": "2026-01-31", "latest": "2026-10-31"}]


def test_no_reason_is_folded_in_mid_phrase(tmp_path: Path) -> None:
    """Where output goes to a file each finding has one line."""
    result = bring(
        roster_verbs, roster(tmp_path / "r.csv", row(1, code="91140200OI0000000X", type="一个没有人听说过的类型"))
    )

    assert len(result.stdout.splitlines()) == 5


def test_people_are_imported_alike(home: Path, tmp_path: Path) -> None:
    """`staff import` has the same options, report and exit codes."""
    path = people_list(tmp_path / "s.csv", {}, {"roles": "局长"})
    result = bring(staff_verbs, path, "--json")
    records = open_records(f"sqlite:///{home / 'records.db'}")
    with records.read() as read:
        people = [(one.person, one.role) for one in all_staff(read)]
    records.close()

    assert result.exit_code == 3
    assert [one["column"] for one in json.loads(result.stdout)["rejected"]] == ["角色"]
    assert people == [("P0001", "officer")]


def test_nothing_personal_is_printed_or_logged(home: Path, tmp_path: Path) -> None:
    """Neither what a person reads nor any file of the data directory holds a contact's name or phone."""
    rows = [
        row(1, contact="合成人戊", phone="13812345678"),
        row(2, contact="合成人戊", phone="13812345678", active="99"),
    ]
    result = bring(roster_verbs, roster(tmp_path / "r.csv", *rows))
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())

    assert result.exit_code == 3
    for text in (result.output.encode(), written):
        assert "合成人戊".encode() not in text
        assert b"13812345678" not in text
