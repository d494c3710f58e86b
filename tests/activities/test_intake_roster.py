"""A roster on its way into the records: exact reports and rows, nothing twice, nothing half done, nothing personal."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities import intake_roster
from activities.intake_register import FileImport
from activities.intake_roster import import_roster
from records.reading import all_measurements, all_units, history
from records.session import Records, migrate, open_records, sqlite_url
from records.vault import destroy
from records.writing_rules import set_clock
from rules.registers import figures_now, unit_now
from schemas.clock import Clock, Segment
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR
from schemas.names import unit_stream
from schemas.roster import Note, Outdated, Rejection, RosterReport
from tests.activities.registers import everything, register, roster, row, streams, write_csv, write_xlsx
from tests.rosters import HEADINGS, credit_code
from tests.tree import ROOT

_KILLED = """
import os, sys
from pathlib import Path
from activities import intake_roster
from records.session import open_records
from schemas.event import LOCAL_OPERATOR

intake_roster.ROWS_AT_ONCE = 40
calls = []
finish = intake_roster.put_measurements

def die(write, rows):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), 9)
    finish(write, rows)

intake_roster.put_measurements = die
intake_roster.import_roster(open_records(sys.argv[1]), Path(sys.argv[2]), by=LOCAL_OPERATOR)
"""


def bring(records: Records, path: Path, *, dry_run: bool = False) -> RosterReport:
    """Import as the local operator."""
    return import_roster(records, path, by=LOCAL_OPERATOR, dry_run=dry_run)


def test_a_gb18030_csv_goes_in_row_by_row(records: Records, tmp_path: Path) -> None:
    """Of a GB18030 file with wrong codes and impossible figures the good rows are stored, each bad one told exactly."""
    right = credit_code(3)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    rows = [["大同市单位名册（合成数据）"], list(HEADINGS), row(1, headcount="１,２００人", cut_off="2026年9月30日")]
    rows += [row(2, registered="30"), row(3, code=wrong), row(4, type="村", team="否"), ["合计", "", "", "", "1240"]]
    path = write_csv(tmp_path / "名册.csv", rows, encoding="gb18030")
    digits = sha256(path.read_bytes()).hexdigest()[:16]

    reason = f"统一社会信用代码校验位不对：按前 17 位应为 {right[-1]}，现为 {wrong[-1]}"
    assert bring(records, path) == RosterReport(
        accepted=2,
        rejected=(
            Rejection(row=4, column="注册志愿者数", reason="注册志愿者数 30 大于在岗人数 20"),
            Rejection(row=5, column="统一社会信用代码", reason=reason),
        ),
        notes=(Note(row=7, text="合计行，未读入"),),
    )
    shared = {"region": "140213", "district": "140213", "contact_name": "合成人甲", "registered": 18, "active": 9}
    shared |= {"cut_off": "2026-09-30", "seq": 1}
    assert register(records) == {
        code: {"credit_code": code, "unit": code, **shared, **own}
        for code, own in (
            (
                credit_code(1),
                {"name": "合成单位1", "unit_type": "party_government_organ", "contact_phone": "13800000001"}
                | {"headcount": 1200, "has_team": True, "source": f"{digits}:3"},
            ),
            (
                credit_code(4),
                {"name": "合成单位4", "unit_type": "village", "contact_phone": "13800000004"}
                | {"headcount": 20, "has_team": False, "source": f"{digits}:6"},
            ),
        )
    }


def test_a_workbook_with_a_merged_title_goes_in(records: Records, tmp_path: Path) -> None:
    """Of a workbook with a merged title, merged districts and no contacts, what is stored is what its cells mean."""
    rows: list[list[object]] = [
        ["大同市单位志愿服务情况表（合成数据）"],
        [
            "序号",
            "单位全称",
            "社会信用代码",
            "单位性质",
            "所属区县",
            "在岗人数（人）",
            "注册人数",
            "活跃人数*",
            "截止时间",
        ],
        [1, "甲单位", credit_code(1), "机关", "平城区", 20, 18.0, 9, date(2026, 9, 30)],
        [2, "乙单位", credit_code(2), "企业", None, "1,200", 1100, 0, "2026.9.30"],
        [3, "丙单位", credit_code(3), "村", "云冈区", 10, 11, 0],
    ]
    path = write_xlsx(tmp_path / "roster.xlsx", rows, merged=("A1:I1", "E3:E4"))
    report = bring(records, path)

    assert report.accepted == 2
    assert [(one.row, one.column) for one in report.rejected] == [(5, "注册志愿者数")]
    assert [note.text for note in report.notes] == [
        "未使用的列：序号",
        "有 2 行没有填写「是否成立志愿服务队」：沿用已有数据，从未填写过的不按“未成立”督办",
    ]
    found = register(records)
    assert [
        (one["name"], one["region"], one["headcount"], one["has_team"], one["contact_name"]) for one in found.values()
    ] == [("甲单位", "140213", 20, True, None), ("乙单位", "140213", 1200, True, None)]


def test_the_same_file_twice_changes_nothing(records: Records, tmp_path: Path) -> None:
    """A repeat writes no event and seals no value, and says that all its rows are unchanged."""
    path = roster(tmp_path / "r.csv", row(1), row(2, team="", cut_off=""))
    bring(records, path)
    before = everything(records)
    again = bring(records, path)

    assert (again.accepted, again.unchanged) == (2, 2)
    assert everything(records) == before


def test_only_what_changed_becomes_an_event(records: Records, tmp_path: Path) -> None:
    """A later file states anew the unit that is renamed, seals anew the phone that changed, and measures all again."""
    bring(records, roster(tmp_path / "a.csv", row(1), row(2), row(3)))
    with records.read() as read:
        first = {one.credit_code: one for one in all_units(read)}
    later = [row(1, headcount="25"), row(2, phone="13900000002"), row(3, name="改名单位", contact="", phone="")]
    report = bring(records, roster(tmp_path / "b.csv", *later))
    with records.read() as read:
        now = {one.credit_code: one for one in all_units(read)}
    one, two, three = (credit_code(number) for number in (1, 2, 3))
    tags = {stream: [tag for _, tag, _ in events] for stream, events in streams(records).items()}

    assert (report.accepted, report.unchanged) == (3, 0)
    assert tags[unit_stream(one)] == ["unit.registered", "unit.measured", "unit.measured"]
    assert tags[unit_stream(two)] == ["unit.registered", "unit.measured", "unit.updated", "unit.measured"]
    assert now[one] == first[one]
    assert now[two].contact_name == first[two].contact_name
    assert now[two].contact_phone != first[two].contact_phone
    assert (now[three].contact_name, now[three].seq) == (first[three].contact_name, 3)
    found = register(records)
    assert [(found[code]["name"], found[code]["contact_phone"]) for code in (two, three)] == [
        ("合成单位2", "13900000002"),
        ("改名单位", "13800000003"),
    ]


def test_older_figures_are_kept_and_judge_nobody(records: Records, tmp_path: Path) -> None:
    """A row of an earlier cut-off goes in as evidence, is reported, and neither once nor twice replaces the newer one."""
    bring(records, roster(tmp_path / "new.csv", row(1, registered="12", cut_off="2026-10-31"), row(2)))
    old = roster(tmp_path / "old.csv", row(1, registered="20", cut_off="2026-01-31"), row(2, headcount="25"))
    trial = bring(records, old, dry_run=True)
    report = bring(records, old)
    events = everything(records)
    again = bring(records, old)

    late = (Outdated(row=2, cut_off=date(2026, 1, 31), latest=date(2026, 10, 31)),)
    assert trial == report == RosterReport(accepted=2, outdated=late)
    assert again == RosterReport(accepted=2, unchanged=2, outdated=late)
    assert everything(records) == events
    found = register(records)
    assert [(found[credit_code(n)]["registered"], found[credit_code(n)]["headcount"]) for n in (1, 2)] == [
        (12, 20),
        (18, 25),
    ]
    assert [tag for _, tag, _ in streams(records)[unit_stream(credit_code(1))]] == [
        "unit.registered",
        "unit.measured",
        "unit.measured",
    ]


def test_a_file_without_cut_offs_stays_of_its_day(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imported again after newer figures, what it said is still of the day it was first imported on."""
    undated = roster(tmp_path / "a.csv", row(1, registered="20", cut_off="", team=""))
    monkeypatch.setattr(FileImport, "today", date(2026, 10, 1))
    bring(records, undated)
    monkeypatch.setattr(FileImport, "today", date(2026, 10, 9))
    bring(records, roster(tmp_path / "b.csv", row(1, registered="12", cut_off="2026-10-08", team="否")))
    report = bring(records, undated)

    assert (report.unchanged, [one.cut_off for one in report.outdated]) == (1, [date(2026, 10, 1)])
    assert register(records)[credit_code(1)]["registered"] == 12


def test_figures_of_tomorrow_are_refused(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut-off after the directory's day is told with its row and column, and nothing of the row goes in."""
    monkeypatch.setattr(FileImport, "today", date(2026, 9, 29))
    report = bring(records, roster(tmp_path / "r.csv", row(1), row(2, cut_off="2026-09-29")))

    assert report.accepted == 1
    assert report.rejected == (
        Rejection(row=2, column="数据截止日期", reason="数据截止日期 2026-09-30 晚于今天（2026-09-29），请核对"),
    )


def test_current_rows_are_what_events_say(records: Records, tmp_path: Path) -> None:
    """Folding each unit's stream from nothing gives its row and its figures, column by column."""
    bring(records, roster(tmp_path / "a.csv", row(1), row(2, contact="", phone="")))
    bring(records, roster(tmp_path / "b.csv", row(1, name="改名单位"), row(2, active="1", contact="合成人丁")))
    bring(records, roster(tmp_path / "c.csv", row(1, cut_off="2026-01-31"), row(2, cut_off="2026-10-31")))
    with records.read() as read:
        units, figures = all_units(read), all_measurements(read)
        pasts = {one.credit_code: history(read, unit_stream(one.credit_code)) for one in units}

    assert len(units) == 2
    for unit in units:
        past = pasts[unit.credit_code]
        rebuilt = unit_now(unit.credit_code, [one.stored for one in past])
        measured = figures_now(unit.credit_code, [(one.event_id, one.stored) for one in past])
        assert rebuilt is not None
        assert measured is not None
        assert rebuilt._asdict() == vars(unit)
        assert measured._asdict() == vars(figures[unit.credit_code])


def test_a_trial_reports_and_writes_nothing(records: Records, tmp_path: Path) -> None:
    """With `dry_run` the report is that of a real import, before and after one."""
    path = roster(tmp_path / "r.csv", row(1), row(2, registered="30"))
    trial = bring(records, path, dry_run=True)

    assert everything(records) == ([], [])
    assert bring(records, path) == trial
    assert bring(records, path, dry_run=True).unchanged == 1


def test_nothing_personal_is_in_the_clear(records: Records, tmp_path: Path) -> None:
    """Neither a contact's name nor a phone stands anywhere in the database's files."""
    bring(records, roster(tmp_path / "r.csv", row(1, contact="合成人戊", phone="13812345678")))
    written = b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))

    assert "合成单位1".encode() in written
    assert "合成人戊".encode() not in written
    assert b"13812345678" not in written


def test_an_erased_contact_stays_erased(records: Records, tmp_path: Path) -> None:
    """After a unit's key is destroyed its figures go on, its contact is not taken in again, and the report says so."""
    bring(records, roster(tmp_path / "a.csv", row(1), row(2)))
    with records.write() as write:
        destroy(write, unit_stream(credit_code(1)), at=datetime.now(UTC))
    report = bring(records, roster(tmp_path / "b.csv", row(1, headcount="25"), row(2)))
    with records.read() as read:
        figures = all_measurements(read)

    assert [(note.row, note.text) for note in report.notes] == [(2, "该单位的联系人信息已依法删除，联系人不再登记")]
    assert figures[credit_code(1)].headcount == 25


def test_simulated_time_is_shown_time(records: Records, tmp_path: Path) -> None:
    """In a demonstration's directory events are marked, happen in shown time, and a blank cut-off is the shown day."""
    real = datetime(2026, 1, 1, tzinfo=UTC)
    segment = Segment(real=real, shown=datetime(2031, 5, 6, 20, tzinfo=UTC), rate=1)
    with records.write() as write:
        set_clock(write, Clock(segments=(segment,)), at=real)
    bring(records, roster(tmp_path / "r.csv", row(1, cut_off="")))
    with records.read() as read:
        past = history(read, unit_stream(credit_code(1)))
    shown = past[0].stored.event.happened_at

    assert all(one.simulated for one in past)
    assert abs((shown - past[0].recorded_at) - (segment.shown - real)) < timedelta(minutes=1)
    assert past[1].stored.event.fields["cut_off"] == f"{shown.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"


def test_a_stream_that_moved_on_is_judged_again(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another import writes between the reading and the writing, what is news is found out again."""
    path = roster(tmp_path / "r.csv", row(1), row(2))
    plan = intake_roster._plan
    waiting = [path]

    def overtaken(*args: object, **kwargs: object) -> object:
        made = plan(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        if waiting:
            bring(records, waiting.pop())
        return made

    monkeypatch.setattr(intake_roster, "_plan", overtaken)
    bring(records, path)

    assert {len(events) for events in streams(records).values()} == {2}


def test_a_file_that_is_no_roster_writes_nothing(records: Records, tmp_path: Path) -> None:
    """A file without the header is refused as a whole."""
    with pytest.raises(Refused) as refused:
        bring(records, write_csv(tmp_path / "r.csv", [["一份没有表头的文件"], row(1)]))

    assert refused.value.code == "sheet.header.missing"
    assert everything(records) == ([], [])


def test_progress_is_told_step_by_step(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading, checking and recording are told in this order, each up to its last row."""
    monkeypatch.setattr(intake_roster, "ROWS_AT_ONCE", 2)
    told: list[tuple[str, int, int | None]] = []
    path = roster(tmp_path / "r.csv", *(row(number) for number in range(1, 6)))
    import_roster(records, path, by=LOCAL_OPERATOR, on_progress=lambda *step: told.append(step))

    assert list(dict.fromkeys(step for step, _, _ in told)) == ["读取", "核对", "登记"]
    assert [(done, total) for step, done, total in told if step == "登记"] == [(2, 5), (4, 5), (5, 5)]
    assert told[told.index(("核对", 5, 5)) - 1][0] == "核对"


def test_an_import_killed_half_way_is_completed_by_a_repeat(records: Records, tmp_path: Path) -> None:
    """Kill −9 inside a transaction leaves whole rows only; the same file again gives what one import gives."""
    path = roster(tmp_path / "r.csv", *(row(number) for number in range(1, 151)))
    url = sqlite_url(tmp_path / "killed.db")
    killed = open_records(url)
    migrate(killed)
    died = subprocess.run([sys.executable, "-c", _KILLED, url, path], cwd=ROOT, check=False)
    left = streams(killed)
    whole = register(killed)
    report = bring(killed, path)
    bring(records, path)

    assert died.returncode == -9
    assert len(whole) == len(left) == 80
    assert {len(events) for events in left.values()} == {2}
    assert (report.accepted, report.unchanged) == (150, 80)
    assert register(killed) == register(records)
    assert streams(killed) == streams(records)
    killed.close()


@pytest.mark.postgres
def test_postgresql_takes_the_same_roster(records: Records, postgresql: str, tmp_path: Path) -> None:
    """On PostgreSQL the same files leave the same rows and streams as on SQLite."""
    server = open_records(postgresql)
    migrate(server)
    files = [roster(tmp_path / "a.csv", row(1), row(2)), roster(tmp_path / "b.csv", row(1), row(2, name="改名单位"))]
    for path in (*files, files[-1]):
        assert bring(server, path) == bring(records, path)

    assert register(server) == register(records)
    assert streams(server) == streams(records)
    server.close()
