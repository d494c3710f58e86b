"""Calendar files: what ships is complete and cited, and a person's file is explained line by line."""

from datetime import date
from pathlib import Path

import pytest

from connectors.calendars import UnreadableCalendar, load_shipped, read_announcement
from schemas.calendar import CalendarYear

TODAY = date(2028, 12, 31)
GOOD = """\
# 2027年放假安排（测试用，并非真实通知）
year: 2027
notice:
  title: 关于2027年部分节假日安排的通知（测试）
  number: 测发〔2026〕1号
known_on: 2026-11-04
holidays:
  - { name: 元旦, first: 2027-01-01, last: 2027-01-03 }
  - { name: 春节, first: 2027-02-05, last: 2027-02-11 }
make_up_days:
  - 2027-01-30
  - 2027-02-20
"""


def announced(folder: Path, text: str) -> CalendarYear:
    """Read an announcement with this text."""
    path = folder / "2027.yaml"
    path.write_text(text, encoding="utf-8")
    return read_announcement(path, today=TODAY)


def problems(folder: Path, text: str) -> tuple[str, ...]:
    """What is said about an announcement with this text."""
    with pytest.raises(UnreadableCalendar) as caught:
        announced(folder, text)
    assert caught.value.code == "calendar.file.invalid"
    assert all(problem in caught.value.sentence for problem in caught.value.problems)
    return caught.value.problems


def test_every_announced_year_ships_with_its_notice() -> None:
    """2004 to 2026 are all there, each revision with title, document number and a day it became known."""
    announced_years = [revision for revision in load_shipped().revisions if not revision.provisional]

    assert {revision.year for revision in announced_years} == set(range(2004, 2027))
    assert all("号" in (revision.notice.number or "") for revision in announced_years)
    assert len({revision.notice.number for revision in announced_years}) == len(announced_years)
    # A notice is published in the last months before its year, or in the year when it revises one.
    assert all(revision.known_on.year in (revision.year - 1, revision.year) for revision in announced_years)
    assert sorted(r.year for r in announced_years if r.known_on.year == r.year) == [2015, 2019, 2020]


def test_the_guide_lists_every_notice() -> None:
    """The table in docs/calendar.md names each revision with its number and the day it became known."""
    page = (Path(__file__).parents[2] / "docs" / "calendar.md").read_text(encoding="utf-8")

    for revision in load_shipped().revisions:
        if not revision.provisional:
            assert f"| {revision.year} | {revision.notice.number} | {revision.known_on} |" in page
    assert GOOD in page


def test_what_ships_would_pass_as_an_announcement(tmp_path: Path) -> None:
    """Our own data meets the same checks as a person's file."""
    for number, revision in enumerate(r for r in load_shipped().revisions if not r.provisional):
        path = tmp_path / f"{number}.yaml"
        path.write_text(revision.model_dump_json(exclude={"provisional"}), encoding="utf-8")

        assert read_announcement(path, today=TODAY) == revision


def test_provisional_years_reach_to_2035() -> None:
    """Every year from 2004 has what the law gives, so that no day of the past was ever without an answer either."""
    provisional = [revision for revision in load_shipped().revisions if revision.provisional]

    assert {revision.year for revision in provisional} == set(range(2004, 2036))
    assert all(revision.make_up_days == () for revision in provisional)
    assert {r.known_on for r in provisional if r.year == 2030} == {
        date(1999, 9, 18),
        date(2007, 12, 16),
        date(2013, 12, 11),
        date(2024, 11, 12),
    }


def test_a_good_announcement_is_read(tmp_path: Path) -> None:
    """The file of the guide becomes one year, and a byte order mark does no harm."""
    year = announced(tmp_path, "\ufeff" + GOOD)

    assert (year.year, year.known_on, year.provisional) == (2027, date(2026, 11, 4), False)
    assert [holiday.name for holiday in year.holidays] == ["元旦", "春节"]
    assert year.make_up_days == (date(2027, 1, 30), date(2027, 2, 20))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("known_on: 2026-11-04\n", "", "第 2 行：known_on：缺少这一项，请补上。"),
        ("known_on: 2026-11-04", "known_on: 下周", "第 6 行：known_on：应为日期，写作 2027-02-05。"),
        ("known_on:", "publishd: x\nknown_on:", "第 6 行：publishd：不认识这一项，请核对拼写或删去。"),
        ("year: 2027", "year: 二〇二七", "第 2 行：year：应为整数年份，写作 2027。"),
        ("year: 2027", "year: 27", "第 2 行：year：年份应在 1949 至 2200 之间。"),
        ("year: 2027", "year: 2027.5", "第 2 行：year：写法不对，请对照说明改正。"),
        ("name: 春节, ", "", "第 9 行：holidays.2.name：缺少这一项，请补上。"),
        ("last: 2027-02-11", "last: 2027-02-04", "第 9 行：holidays.2：结束日不能早于开始日。"),
        ("last: 2027-02-11", "last: 2028-02-11", "第 9 行：春节 2027-02-05 至 2028-02-11 不在 2027 年前后。"),
        (
            "first: 2027-02-05, last: 2027-02-11",
            "first: 2027-01-03, last: 2027-01-08",
            "第 9 行：2027-01-03 已列为元旦，又列为春节。",
        ),
        ("- 2027-02-20", "- 2027-02-22", "第 12 行：调休上班日 2027-02-22 不是周六或周日，本来就上班。"),
        ("- 2027-02-20", "- 2026-02-21", "第 12 行：调休上班日 2026-02-21 不在 2027 年前后。"),
        ("- 2027-02-20", "- 2027-01-30", "第 12 行：2027-01-30 已列为调休上班日，又列为调休上班日。"),
        ("- 2027-02-20", "- 2027-02-06", "第 12 行：2027-02-06 已列为春节，又列为调休上班日。"),
        ("- 2027-02-20", "- 二月二十", "第 12 行：make_up_days.2：应为日期，写作 2027-02-05。"),
        ("known_on: 2026", "known_on: 2028", "第 6 行：公布日期 2028-11-04 晚于 2027 年，请核对。"),
        (
            "known_on: 2026",
            "known_on: 2206",
            "第 6 行：公布日期 2206-11-04 晚于今天（2028-12-31）；请填写通知实际公布的日期，尚未公布的等公布后再采用。",
        ),
        ("known_on:", "provisional: true\nknown_on:", "第 6 行：公布的年份不能标为暂定，请删去这一项。"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """One mistake gives one sentence, at the line where it stands or where something is missing."""
    assert old in GOOD
    assert problems(tmp_path, GOOD.replace(old, new, 1)) == (expected,)


def test_a_notice_of_today_is_taken(tmp_path: Path) -> None:
    """What is published today may be announced today; a day earlier nobody could have known it."""
    path = tmp_path / "2027.yaml"
    path.write_text(GOOD, encoding="utf-8")

    assert read_announcement(path, today=date(2026, 11, 4)).known_on == date(2026, 11, 4)
    with pytest.raises(UnreadableCalendar, match="晚于今天"):
        read_announcement(path, today=date(2026, 11, 3))


def test_several_mistakes_are_named_together(tmp_path: Path) -> None:
    """A person corrects a file once, not mistake by mistake."""
    text = GOOD.replace("2027-01-30", "2027-02-01").replace("2027-02-20", "2027-02-22")

    assert [problem[:7] for problem in problems(tmp_path, text)] == ["第 11 行：", "第 12 行："]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("year: [2027\n", "不是有效的 YAML"),
        ("year: 2027\nyear: 2028\n", "不是有效的 YAML"),
        ("- 2027\n", "第 1 行：应由 year"),
        ("", "第 1 行：应由 year"),
        ("year: \x00", "文件打不开"),
    ],
)
def test_what_is_no_calendar_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """Broken YAML, a key twice, a list and an empty file each get a sentence."""
    assert expected in problems(tmp_path, text)[0]


def test_a_year_without_holidays_is_refused(tmp_path: Path) -> None:
    """A notice without one holiday is a file somebody did not finish."""
    head, tail = GOOD[: GOOD.index("holidays:")], GOOD[GOOD.index("make_up_days:") :]

    assert problems(tmp_path, f"{head}holidays: []\n{tail}") == ("第 7 行：没有列出任何假日。",)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A missing file and one in another encoding get the same plain sentence."""
    foreign = tmp_path / "gb.yaml"
    foreign.write_bytes(GOOD.encode("gb18030"))

    for path in (tmp_path / "none.yaml", foreign):
        with pytest.raises(UnreadableCalendar, match="打不开"):
            read_announcement(path, today=TODAY)
