"""`bihuan deadline` and `bihuan calendar show`: what people and programs read where no office is yet."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import cli
from commands.calendar import calendar
from commands.deadline import deadline

pytestmark = pytest.mark.usefixtures("home")


def run(command: click.Command, *arguments: str) -> Result:
    """Run a verb as a person would."""
    return CliRunner().invoke(command, arguments)


def answer(command: click.Command, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a program reads."""
    result = run(command, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_person_reads_every_day_and_why() -> None:
    """The example of the README: each day counted or skipped, the due, and the notice it rests on."""
    result = run(deadline, "--from", "2026-09-29T10:00", "--working-days", "5")

    assert result.exit_code == 0
    for words in (
        "起算 2026年9月29日（周二）10:00，期限 5 个工作日",
        "到期 2026年10月12日（周一）18:00",
        "国庆节放假，不计",
        "周六调休上班",
        "国办发明电〔2025〕7号",
        "日历摘要 ",
    ):
        assert words in result.output
    assert "暂定" not in result.output


def test_a_program_reads_due_and_days(home: Path) -> None:
    """RFC 3339 in the office's time zone, the digest, and a line for each day; a question makes no data directory."""
    found = answer(deadline, "--from", "2026-09-29T10:00", "--working-days", "5")

    assert found["due"] == "2026-10-12T18:00:00+08:00"
    assert found["provisional"] is False
    assert len(found["calendar"]) == 64
    assert [day["day"] for day in found["days"] if day["counted"]] == [
        "2026-09-30",
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
        "2026-10-12",
    ]
    assert found["days"][0]["reason_code"] == "issue_day"
    assert not home.exists()


@pytest.mark.parametrize(
    ("known_at", "due"), [("2019-03-21", "2019-05-02T18:00:00+08:00"), ("2019-03-22", "2019-04-30T18:00:00+08:00")]
)
def test_it_answers_as_it_was_known(known_at: str, due: str) -> None:
    """Before the revision of Labour Day 2019 the due was another, and the digest says which calendar answered."""
    found = answer(deadline, "--from", "2019-04-22T10:00", "--working-days", "7", "--known-at", known_at)

    assert found["due"] == due
    assert found["calendar"] != answer(deadline, "--from", "2019-04-22", "--working-days", "7")["calendar"]


@pytest.mark.parametrize(
    ("option", "due"),
    [
        ("--natural-days", "2026-10-01T18:00:00+08:00"),
        ("--hours", "2026-09-29T12:00:00+08:00"),
        ("--office-hours", "2026-09-29T12:00:00+08:00"),
    ],
)
def test_it_counts_in_other_units(option: str, due: str) -> None:
    """Two natural days, hours and office hours; an instant with an offset is the same instant."""
    assert answer(deadline, "--from", "2026-09-29T02:00+00:00", option, "2")["due"] == due


def test_a_provisional_due_says_so() -> None:
    """A due in a year not announced is marked, for people and for programs, with what it waits for."""
    arguments = ("--from", "2026-12-20T10:00", "--working-days", "15")
    shown = run(deadline, *arguments).output

    assert answer(deadline, *arguments)["provisional"] is True
    assert "（暂定）" in shown
    assert "2027年放假安排尚未公布：按周末和法定节日暂定，公布后重新计算。" in shown


@pytest.mark.parametrize("option", ["--natural-days", "--hours"])
def test_time_itself_cites_no_notice(option: str) -> None:
    """Natural days and hours are counted whatever is worked, so no notice is cited for them."""
    shown = run(deadline, "--from", "2026-09-29T10:00", option, "5").output

    assert "号）" not in shown
    assert "自然日和小时连续计算，与放假调休安排无关。" in shown


@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-30", "1948-12-31T23:59"])
def test_a_start_beyond_all_calendars_is_refused(start: str) -> None:
    """A year in which nothing can be counted is a refusal with its code, never a traceback."""
    result = CliRunner().invoke(cli.bihuan, ["deadline", "--from", start, "--working-days", "9999", "--json"])

    assert result.exit_code == 2
    assert json.loads(result.stdout)["refused"] == "deadline.out_of_range"


@pytest.mark.parametrize("start", ["1949-01-01", "2200-12-31"])
def test_the_longest_span_ends(start: str) -> None:
    """At both ends of what may be asked, the longest span has a due."""
    for option in ("--working-days", "--natural-days", "--office-hours", "--hours"):
        assert answer(deadline, "--from", start, option, "9999")["due"]


def test_no_reason_is_folded_in_mid_phrase() -> None:
    """Where output goes to a file each day has one line, with its whole reason."""
    shown = run(deadline, "--from", "2026-12-20T10:00", "--working-days", "15").output.splitlines()
    days = [line for line in shown if line.startswith("202") and line[4] == "-"]
    found = answer(deadline, "--from", "2026-12-20T10:00", "--working-days", "15")["days"]

    assert [line.split(maxsplit=3)[3].strip() for line in days] == [day["reason"] for day in found]


def test_without_a_start_it_counts_from_now() -> None:
    """Asked without `--from`, it starts from the present minute."""
    found = answer(deadline, "--hours", "1")

    assert datetime.fromisoformat(found["due"]).timestamp() - datetime.fromisoformat(found["start"]).timestamp() == 3600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "给出一个，且只给一个"),
        (("--hours", "1", "--working-days", "1"), "给出一个，且只给一个"),
        (("--hours", "0"), "1<=x<=9999"),
        (("--from", "明天", "--hours", "1"), "“明天”不是时刻，请写作 2026-09-29T10:00。"),
        (("--known-at", "昨天", "--hours", "1"), "“昨天”不是日期，请写作 2026-09-29。"),
    ],
)
def test_a_wrong_question_is_explained(arguments: tuple[str, ...], words: str) -> None:
    """Every error says in Chinese what to write instead, and exits with 2."""
    result = run(deadline, *arguments)

    assert result.exit_code == 2
    assert words in result.output


def test_the_calendar_is_shown_year_by_year() -> None:
    """The list has a line a year with its notice; provisional years say so."""
    shown = run(calendar, "show").output

    assert "国办发明电〔2025〕7号" in shown
    assert "尚未公布" in shown
    assert [year["year"] for year in answer(calendar, "show")] == list(range(2004, 2036))


def test_one_year_is_shown_day_by_day() -> None:
    """A year lists its holidays, make-up days, working days and notice, as known on a day if asked."""
    shown = run(calendar, "show", "2026").output
    before = run(calendar, "show", "2026", "--known-at", "2025-11-03").output

    assert "国庆节：2026年10月1日（周四） 至 2026年10月7日（周三）" in shown
    assert "调休上班：2026年10月10日（周六）" in shown
    assert "全年工作日 248 天" in shown
    assert "2025年11月4日（周二）公布" in shown
    assert "2026年放假安排尚未公布" in before
    assert answer(calendar, "show", "2026")[0]["working_days"] == 248


def test_a_year_outside_the_calendar_is_explained() -> None:
    """Asking for a year the calendar does not hold says what would be used for it."""
    result = run(calendar, "show", "2050")

    assert result.exit_code == 2
    assert "日历里没有 2050 年" in result.output
