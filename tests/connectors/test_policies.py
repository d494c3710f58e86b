"""A rule set's file: every slip comes back with its line and a Chinese sentence, and nothing is read half."""

import re
from pathlib import Path

import pytest

from connectors.policies import load, problems, read
from rules.policy_findings import findings
from schemas.errors import Refused
from schemas.policy import Finding, Policy, Problem
from tests.tree import ROOT

V1 = ROOT / "policies/supervision/datong/v1.yaml"
LINES = V1.read_text(encoding="utf-8").splitlines()


def written(folder: Path, old: str, new: str) -> Path:
    """The shipped file with one text replaced by another, the first time it stands there."""
    text = V1.read_text(encoding="utf-8")
    assert old in text
    path = folder / "v2.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(text: str) -> int:
    """The line of the shipped file that holds a text, counted from 1."""
    return next(number for number, line in enumerate(LINES, start=1) if text in line)


def test_the_shipped_rules_load() -> None:
    """The sample rule set is read whole, without a problem, by shape and by rules."""
    policy = load(V1, check=findings)

    assert (policy.id, policy.version, len(policy.triggers), len(policy.review)) == ("datong", 1, 3, 6)
    assert problems(V1, check=findings) == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "sentence"),
    [
        ("version: 1", "version: '1'", "version", "「1」应是整数，不带引号和小数点"),
        ("percent: 90", "percent: 90.0", "triggers.1.percent", "「90.0」应是整数，不带引号和小数点"),
        ("percent: 90", "percent: 101", "triggers.1.percent", "「101」太大，不得大于 100"),
        ("small_unit: 5", "small_unit: -1", "publication.small_unit", "「-1」太小，不得小于 0"),
        ("id: datong", "id: 大同", "id", "「大同」写法不对，只可用小写字母、数字和连字符"),
        ("id: T3", "id: t3", "triggers.2.id", "「t3」写法不对，须以大写字母开头，只可用大写字母和数字，例如 T1"),
        ("office: 大同市文明办", "office: ''", "office", "不得为空"),
        ("office: 大同市文明办", "office: 12", "office", "「12」应是文字，纯数字请加引号"),
        ("at_start: true", "at_start: 'yes'", "ladders.lookback.0.at_start", "「yes」应是 true 或 false，不带引号"),
        ("start: [officer]", "start: officer", "who_may.start", "「officer」应是一个列表，例如 [officer, leader]"),
        ("extension: {times: 1, numerator: 1, denominator: 2}", "extension: 1", "extension", None),
    ],
)
def test_a_slip_is_told_at_its_line(tmp_path: Path, old: str, new: str, field: str, sentence: str | None) -> None:
    """One wrong value is one problem: its line, its field and a plain sentence."""
    expected = sentence or "「1」写法不对，此处应是一组「字段: 值」"

    assert problems(written(tmp_path, old, new)) == (Problem(line=line_of(old), field=field, sentence=expected),)


@pytest.mark.parametrize("span", ["30", "30 days", "'0wd'"])
def test_a_length_of_time_is_shown_how(tmp_path: Path, span: str) -> None:
    """What is no length of time, a bare number included, is answered with the four ways to write one."""
    [problem] = problems(written(tmp_path, "suspension_max: 30nd", f"suspension_max: {span}"))

    assert problem.line == line_of("suspension_max")
    assert "不是时限；请写成 15wd（工作日）、30nd（自然日）" in problem.sentence


def test_a_misspelt_field_is_recognised(tmp_path: Path) -> None:
    """A misspelt field is told once, with the name that was meant, and not as missing besides."""
    path = written(tmp_path, "registration_margin: 2", "registration_margn: 2")

    [problem] = problems(path)

    assert problem.line == line_of("registration_margin")
    assert problem.sentence == "不认识字段「registration_margn」，是不是想写「registration_margin」"


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    """A field that nothing resembles is to be taken out; a rule that nobody reads would deceive its office."""
    [problem] = problems(written(tmp_path, "small_unit: 5", "small_unit: 5\n  colour: 红"))

    assert (problem.line, problem.field) == (line_of("small_unit: 5") + 1, "publication.colour")
    assert problem.sentence == "不认识字段「colour」，请删去或改正"


def test_a_missing_field_is_told_where_it_belongs(tmp_path: Path) -> None:
    """What is missing is told at the line of what lacks it."""
    path = written(tmp_path, ", ladder: window}", "}")

    assert problems(path) == (
        Problem(line=line_of("  window: {"), field="steps.window.ladder", sentence="缺少字段「ladder」"),
    )


def test_a_wrong_word_is_answered_with_the_right_ones(tmp_path: Path) -> None:
    """A value outside a list is told once, with everything that the list allows; so is a wrong key."""
    [problem] = problems(written(tmp_path, "to: [waits_for]}", "to: [everybody]}"))
    [key] = problems(written(tmp_path, "  resume: {normal", "  resumes: {normal"))

    assert problem.sentence.startswith("「everybody」不在可选值之内，可写：unit_contact、officer、")
    assert problem.sentence.endswith("、waits_for、next_in_line")
    assert (key.line, key.field) == (line_of("  resume: {normal"), "steps.resumes")
    assert "、resume、" in key.sentence


def test_our_own_sentence_is_passed_on(tmp_path: Path) -> None:
    """What a model says in its own Chinese words arrives as it is."""
    [problem] = problems(written(tmp_path, "at_due: true", "at_due: true, after: 1wd"))

    assert problem.sentence == "at_start、before、at_due、after、every 五项须且只须写一项"


def test_too_few_entries_are_counted(tmp_path: Path) -> None:
    """A list that must not be empty says how many it needs and how many it has."""
    text = V1.read_text(encoding="utf-8")
    path = tmp_path / "v2.yaml"
    path.write_text(
        re.sub(r"(?s)^review:.*?^lookbacks:", "review: []\nlookbacks:", text, flags=re.MULTILINE), encoding="utf-8"
    )

    [problem] = problems(path)

    assert problem.sentence == "至少要有 1 项，现在只有 0 项"


def test_a_kind_of_error_without_words_is_still_told(tmp_path: Path) -> None:
    """An error that nobody foresaw, such as half a surrogate pair, is told with the text it is about, shortened."""
    [problem] = problems(written(tmp_path, "office: 大同市文明办", r'office: "\ud800"'))

    assert (problem.line, problem.field) == (1, "")
    assert re.fullmatch(r"「.{40}…」不合规定", problem.sentence)


def test_problems_come_in_order_of_lines(tmp_path: Path) -> None:
    """All problems are told at once, from top to bottom."""
    path = tmp_path / "v2.yaml"
    text = V1.read_text(encoding="utf-8")
    path.write_text(text.replace("5wd", "5xd").replace("version: 1", "version: x"), encoding="utf-8")

    lines = [problem.line for problem in problems(path)]

    assert len(lines) > 10
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "文件里没有规则"),
        (b"- 1\n", 1, "文件里没有规则"),
        (b"id: a\nid: b\n", 2, "写了两次"),
        (b"id: a\ntitle: [b\noffice: c\n", 3, "不合 YAML 写法"),
        (b"id: a\x07\n", 1, "不合 YAML 写法"),
        ("id: a\ntitle: 督办\n".encode("gb18030"), 2, "UTF-8"),
        (b"#" * 300_000, 1, "256 KB"),
        (b"title: 2026-13-45\n", 1, "像日期或数字"),
    ],
)
def test_what_is_no_rule_file_is_told(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    """A file that cannot be read as YAML has one problem, at the line where reading failed."""
    path = tmp_path / "v2.yaml"
    path.write_bytes(content)

    [problem] = read(path).problems

    assert problem.line == line
    assert words in problem.sentence
    assert read(path).policy is None


def test_merged_and_odd_values_are_text_or_refused(tmp_path: Path) -> None:
    """A date, a tag or a number as key is judged as what it says; a merged group is told at the line that merges it."""
    path = tmp_path / "v2.yaml"
    path.write_text("base: &b {small: 1}\npublication: {<<: *b, small_unit: 5}\ntitle: 2026-01-01\n7: x\n", "utf-8")

    told = {problem.field: problem.line for problem in problems(path)}

    assert told["publication.small"] == 2
    assert told["7"] == 1
    assert "title" not in told


def test_what_the_rules_find_gets_its_line() -> None:
    """A finding of the caller's check is told at the deepest part of its place that the file has."""

    def check(policy: Policy) -> list[Finding]:
        return [
            Finding(place=("triggers", 2, "id"), sentence=policy.id),
            Finding(place=("triggers", 9), sentence="没有第十项"),
            Finding(place=("office", "deeper"), sentence="再深也没有"),
        ]

    expected = [(line_of("triggers:"), "没有第十项"), (line_of("id: T3"), "datong"), (line_of("office:"), "再深也没有")]
    assert [(problem.line, problem.sentence) for problem in problems(V1, check=check)] == sorted(expected)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere is refused with its name and what to check."""
    with pytest.raises(Refused, match=r"读不到规则文件 none\.yaml.*〔policy\.file\.unreadable〕"):
        read(tmp_path / "none.yaml")


def test_loading_refuses_with_the_first_problem(tmp_path: Path) -> None:
    """Loading what is wrong in shape or in rules is refused: how many problems, and the first with its line."""
    shape = written(tmp_path, "version: 1", "version: x")
    with pytest.raises(Refused, match=r"v2\.yaml 有 1 处问题，第一处在第 5 行：「x」应是整数"):
        load(shape)

    rules = written(tmp_path, "returned_twice: 3", "returned_twice: 1")
    assert load(rules).causes.returned_twice == 1
    with pytest.raises(Refused, match="退回两次的等级不得低于退回一次的等级"):
        load(rules, check=findings)
