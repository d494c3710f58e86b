"""`bihuan calendar announce`: what a file changes, what it may not, and what is answered from then on."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from activities import calendars
from commands.home import open_home
from connectors.calendars import read_announcement
from records.reading import rulebook
from records.reading_events import history
from records.writing_rules import set_clock
from schemas.clock import Clock, Segment
from schemas.event import LOCAL_OPERATOR
from tests.commands.office import answer, run
from tests.connectors.test_calendars import GOOD

COUNTED = ("deadline", "--from", "2026-12-28T10:00", "--working-days", "5")
CORRECTED = GOOD.replace("last: 2027-01-03", "last: 2027-01-04")
LATER = CORRECTED.replace("known_on: 2026-11-04", "known_on: 2026-11-18").replace("1号", "2号")


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    """The guide's file of a synthetic year 2027; no data directory is there yet."""
    path = tmp_path / "2027.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert not home.exists()
    return path


def announced(file: Path, text: str = GOOD) -> Any:  # noqa: ANN401 - JSON
    """What a program reads of an announcement with this text."""
    file.write_text(text, encoding="utf-8")
    return answer("calendar", "announce", str(file))


def due(*arguments: str) -> tuple[str, bool]:
    """The due of the question above, and whether it is provisional."""
    found = answer(*COUNTED, *arguments)
    return found["due"][:10], found["provisional"]


def year(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    """The year 2027 as the office's calendar has it."""
    [found] = answer("calendar", "show", "2027", *arguments)
    return found


def test_an_announced_year_is_adopted(file: Path) -> None:
    """Without engine or data directory it is taken in, as done by the local operator, and says what happens next."""
    shown = run("calendar", "announce", str(file))

    assert shown.exit_code == 0, shown.output
    assert "2027年放假安排（测发〔2026〕1号）：已采用，引擎运行时自动送达所有在办督办单。" in shown.output
    digest = shown.output.split()[-1]
    with open_home() as home, home.records.read() as read:
        row, [event] = rulebook(read, digest), history(read, f"rulebook:{digest}")
    assert (row.kind, row.name) == ("calendar", "cn/2026-11-04") if row else False
    assert event.stored.event.tag == "rulebook.adopted"
    assert event.actor["person"] == LOCAL_OPERATOR.person


def test_from_then_on_it_answers(file: Path) -> None:
    """A due across the new year is provisional before and certain after, by the digest that was adopted."""
    before = due()
    digest = announced(file)["calendar"]

    assert (before, due()) == (("2027-01-05", True), ("2027-01-05", False))
    assert answer(*COUNTED)["calendar"] == digest
    assert (year()["provisional"], year()["notice"]["number"]) == (False, "测发〔2026〕1号")
    assert digest in run("calendar", "show").output


def test_a_due_cites_the_notice_that_names_its_days(file: Path) -> None:
    """A day of December that the next year's notice makes worked is cited with that notice; other days are not."""
    text = GOOD.replace("  - 2027-01-30\n", "  - 2026-12-26\n")
    announced(file, text)
    near = run("deadline", "--from", "2026-12-25T10:00", "--working-days", "1").output
    far = run("deadline", "--from", "2026-12-21T10:00", "--working-days", "1").output

    assert "国办发明电〔2025〕7号" in near
    assert "测发〔2026〕1号" in near
    assert "国办发明电〔2025〕7号" in far
    assert "测发〔2026〕1号" not in far


def test_the_same_file_twice_changes_nothing(file: Path) -> None:
    """It says so, and the calendar in force is the same."""
    first, second = announced(file), announced(file)

    assert (first["adopted"], second["adopted"]) == (True, False)
    assert first["calendar"] == second["calendar"]
    assert "此前已经采用，没有变化" in run("calendar", "announce", str(file)).output


def test_it_answers_as_it_was_known(file: Path) -> None:
    """Each day's answer rests on what was published by then: nothing, the first notice, the second that changed it."""
    announced(file)
    announced(file, LATER)

    assert due("--known-at", "2026-11-03") == ("2027-01-05", True)
    assert due("--known-at", "2026-11-04") == due("--known-at", "2026-11-17") == ("2027-01-05", False)
    assert due("--known-at", "2026-11-18") == due() == ("2027-01-06", False)
    assert year("--known-at", "2026-11-03")["provisional"]
    assert year("--known-at", "2026-11-17")["notice"]["number"] == "测发〔2026〕1号"
    assert year()["notice"]["number"] == "测发〔2026〕2号"
    assert len(answer("calendar", "show")) == 2035 - 2004 + 1


def test_years_that_ship_are_still_known_as_they_were(file: Path) -> None:
    """An office that adopted a calendar still hears what Labour Day 2019 was before its revision."""
    announced(file)
    asked = ("deadline", "--from", "2019-04-22T10:00", "--working-days", "7", "--known-at")

    assert answer(*asked, "2019-03-21")["due"] == "2019-05-02T18:00:00+08:00"
    assert answer(*asked, "2019-03-22")["due"] == "2019-04-30T18:00:00+08:00"


def test_a_correction_of_the_same_day_replaces(file: Path) -> None:
    """A file put right on the day of the notice is in force instead; what it replaced cannot come back unsaid."""
    announced(file)
    assert announced(file, CORRECTED)["adopted"]
    assert due() == due("--known-at", "2026-11-04") == ("2027-01-06", False)

    file.write_text(GOOD, encoding="utf-8")
    again = run("calendar", "announce", str(file))
    assert again.exit_code == 2
    assert "后来又被更正，不能再照原样采用" in again.stderr
    assert "〔calendar.superseded〕" in again.stderr
    assert due() == ("2027-01-06", False)


def test_an_older_notice_does_not_replace_a_newer_one(file: Path) -> None:
    """A year that contradicts what became known later is refused with both dates, and nothing is adopted."""
    announced(file, LATER)
    file.write_text(GOOD, encoding="utf-8")
    result = run("calendar", "announce", str(file))

    assert result.exit_code == 2
    assert "2027年已有2026-11-18公布的安排，这份2026-11-04公布的更早，不能代替它。请核对 known_on。" in result.stderr
    assert year()["notice"]["number"] == "测发〔2026〕2号"


def test_a_notice_of_tomorrow_is_refused(file: Path, home: Path) -> None:
    """A day to come is told with its line and what to do, and does not stand in the way of the right file."""
    file.write_text(GOOD.replace("known_on: 2026-11-04", "known_on: 2027-12-31"), encoding="utf-8")
    result = run("calendar", "announce", str(file))

    assert result.exit_code == 2
    assert "第 6 行：公布日期 2027-12-31 晚于今天" in result.stderr
    assert not home.exists()
    assert announced(file)["adopted"]


def test_today_is_the_day_of_the_data_directory(file: Path) -> None:
    """In a directory whose clock shows another day, that day decides what may have been published."""
    shown = Segment(real=datetime.now(UTC), shown=datetime(2026, 11, 3, 1, tzinfo=UTC), rate=1)
    with open_home() as home, home.records.write() as tx:
        set_clock(tx, Clock(segments=(shown,)), at=shown.real)

    assert "晚于今天（2026-11-03）" in run("calendar", "announce", str(file)).stderr


def test_two_years_announced_at_once_are_both_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces waits for whoever is announcing: neither adopts over what the other read before."""
    other = GOOD.replace("2027", "2026").replace("known_on: 2026-11-04", "known_on: 2026-03-02")
    other = other.replace("- 2026-01-30\n  - 2026-02-20", "- 2026-01-31\n  - 2026-02-28")
    second = file.with_name("2026.yaml")
    second.write_text(other, encoding="utf-8")
    years = [read_announcement(path, today=date(2026, 11, 4)) for path in (file, second)]
    begun, merge = Barrier(2), calendars._with_year

    def slowly(*args: object) -> object:
        # Both would be here at once if either looked before it held the place.
        with suppress(BrokenBarrierError):
            begun.wait(0.5)
        return merge(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(calendars, "_with_year", slowly)
    with open_home() as home, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: calendars.announce(home.records, one), years))

    assert year()["notice"]["number"] == "测发〔2026〕1号"
    assert answer("calendar", "show", "2026")[0]["known_on"] == "2026-03-02"


def test_a_shipped_year_can_be_changed(file: Path) -> None:
    """A later notice on a year that ships replaces the whole of it; one dated before the shipped notice is refused."""
    text = GOOD.replace("2027", "2026").replace("known_on: 2026-11-04", "known_on: 2026-03-02")
    text = text.replace("- 2026-01-30\n  - 2026-02-20", "- 2026-01-31\n  - 2026-02-28")
    file.write_text(text.replace("2026-03-02", "2025-11-03"), encoding="utf-8")

    assert "〔calendar.year.older〕" in run("calendar", "announce", str(file)).stderr
    assert announced(file, text)["adopted"]
    assert answer("deadline", "--from", "2026-10-01T10:00", "--working-days", "1")["due"][:10] == "2026-10-02"


def test_a_wrong_file_is_explained_line_by_line(file: Path, home: Path) -> None:
    """Every mistake at once, each with its line; for programs the same sentence with its code; nothing is adopted."""
    file.write_text(GOOD.replace("2027-01-30", "2027-02-01").replace("known_on: 2026-11-04\n", ""), encoding="utf-8")
    missing = run("calendar", "announce", str(file))
    file.write_text(GOOD.replace("2027-01-30", "2027-02-01").replace("2027-02-20", "2027-02-06"), encoding="utf-8")
    wrong = run("calendar", "announce", str(file))

    assert (missing.exit_code, wrong.exit_code) == (2, 2)
    assert "第 2 行：known_on：缺少这一项，请补上。" in missing.stderr
    assert wrong.stderr.splitlines() == [
        "日历文件 2027.yaml 有 2 处问题，请改正后再试：",
        "  第 11 行：调休上班日 2027-02-01 不是周六或周日，本来就上班。",
        "  第 12 行：2027-02-06 已列为春节，又列为调休上班日。〔calendar.file.invalid〕",
    ]
    assert '"refused": "calendar.file.invalid"' in run("calendar", "announce", str(file), "--json").stdout
    assert "打不开" in run("calendar", "announce", str(file.with_name("none.yaml"))).stderr
    assert not home.exists()
