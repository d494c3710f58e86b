"""`bihuan policy`: a wrong file is told line by line, a right one as its table; adopting stores the canonical text."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from commands import policy as verbs
from commands.home import open_home
from records.reading import history, rulebooks_of
from records.rows import RuleBookRow
from schemas.errors import Refused
from tests.tree import ROOT

V1 = ROOT / "policies/supervision/datong/v1.yaml"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A rule set with one slip of shape; the next slip, of rules, shows once that is mended."""
    path = tmp_path / "v2.yaml"
    path.write_text(V1.read_text(encoding="utf-8").replace("version: 1", "version: x"), encoding="utf-8")
    return path


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shipped rules with one percentage changed and the version left as it is."""
    path = tmp_path / "v1.yaml"
    path.write_text(V1.read_text(encoding="utf-8").replace("percent: 90", "percent: 80"), encoding="utf-8")
    return path


def adopt(path: Path, *options: str) -> Result:
    """Adopt a file as a person would."""
    return CliRunner().invoke(verbs.policy, ["adopt", str(path), *options])


def adopted() -> list[RuleBookRow]:
    """The policies of the data directory, the one in force last."""
    with open_home() as opened, opened.records.read() as read:
        return list(rulebooks_of(read, "policy"))


def test_a_wrong_file_is_told_with_its_line(wrong: Path) -> None:
    """Checking a wrong file exits 1 and names line, field and reason, and what to do next."""
    result = CliRunner().invoke(verbs.policy, ["check", str(wrong)])

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "v2.yaml 有 1 处问题：",
        "  第 5 行（version）：「x」应是整数，不带引号和小数点",
        "改正后请再次运行 bihuan policy check。",
    ]


def test_a_file_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    """A problem that belongs to no field is told by its line alone."""
    path = tmp_path / "v2.yaml"
    path.write_text("- 1\n", encoding="utf-8")

    result = CliRunner().invoke(verbs.policy, ["check", str(path)])

    assert result.exit_code == 1
    assert result.output.splitlines()[1].startswith("  第 1 行：文件里没有规则")


def test_rules_that_do_not_fit_are_wrong_too(tmp_path: Path) -> None:
    """A file of the right shape whose rules do not fit together exits 1 at the rule's line."""
    path = tmp_path / "v2.yaml"
    path.write_text(V1.read_text(encoding="utf-8").replace("times: 1, numerator: 1", "times: 1, numerator: 3"), "utf-8")

    result = CliRunner().invoke(verbs.policy, ["check", "--json", str(path)])
    report = json.loads(result.output)

    assert result.exit_code == 1
    assert [(each["field"], each["sentence"]) for each in report["problems"]] == [
        ("extension.numerator", "延期不得超过原办结时限")
    ]
    assert (report["ok"], report["digest"], report["table"]) == (False, None, [])


def test_a_right_file_is_shown_as_its_table() -> None:
    """Checking a right file exits 0 and prints every part of the decision table, no word of it cut off."""
    result = CliRunner().invoke(verbs.policy, ["check", str(V1)])

    assert result.exit_code == 0
    for part in (
        "触发条件",
        "办理时限",
        "具名决定",
        "阶梯 unit_major",
        "等级",
        "其他升级原因",
        "限度",
        "销号审核",
        "权限",
    ):
        assert f"\n{part}\n" in result.output
    assert "…" not in result.output
    assert "规则摘要 " in result.output


def test_a_program_gets_table_and_digest() -> None:
    """With `--json` a right file gives its digest and the same rows for programs."""
    report = json.loads(CliRunner().invoke(verbs.policy, ["check", "--json", str(V1)]).output)

    assert (report["ok"], report["problems"], len(report["digest"])) == (True, [], 64)
    assert report["table"][1]["when"] == "100·R ≤ 90·H（含本数）"


def test_adopting_stores_the_canonical_text(home: Path) -> None:
    """The canonical text is stored by its digest; adopting the same rules again says so and changes nothing."""
    first, again = adopt(V1), adopt(V1, "--json")

    [book] = adopted()
    assert home.is_dir()
    assert book.digest == sha256(book.text.encode()).hexdigest()
    assert first.output.splitlines()[1:] == ["datong 第 1 版：已采用", f"规则摘要 {book.digest}"]
    said = {"id": "datong", "version": 1, "digest": book.digest, "adopted": False, "again": False}
    assert json.loads(again.output) == said
    assert "此前已经采用，没有变化" in adopt(V1).output


@pytest.mark.usefixtures("home")
def test_a_version_has_one_text(changed: Path) -> None:
    """Other rules under a version that was adopted are refused with what to do, and nothing is stored."""
    adopt(V1)
    before = adopted()
    result = adopt(changed)

    assert isinstance(result.exception, Refused)
    assert result.exception.code == "policy.version_taken"
    assert "请把 version 改大后再采用" in result.exception.sentence
    assert adopted() == before


@pytest.mark.usefixtures("home")
def test_rules_adopted_again_are_in_force_again(changed: Path) -> None:
    """Rules that others followed become the newest when adopted again, by an event, and the answer says so."""
    adopt(V1)
    [first] = adopted()
    changed.write_text(changed.read_text(encoding="utf-8").replace("version: 1", "version: 2"), encoding="utf-8")
    adopt(changed)
    assert adopted()[-1].name == "datong/v2"
    back = json.loads(adopt(V1, "--json").output)

    assert (back["adopted"], back["again"]) == (True, True)
    assert adopted()[-1].digest == first.digest
    adopt(changed)
    assert "现已重新采用" in adopt(V1).output
    with open_home() as opened, opened.records.read() as read:
        events = [one.stored.event for one in history(read, f"rulebook:{first.digest}")]
    assert [one.tag for one in events] == ["rulebook.adopted"] * 3
    assert {one.fields["name"] for one in events} == {"datong/v1"}


def test_wrong_rules_are_not_adopted(wrong: Path, home: Path) -> None:
    """A wrong file is refused with its first problem, and no data directory is made for it."""
    result = adopt(wrong)

    assert isinstance(result.exception, Refused)
    assert result.exception.code == "policy.file.invalid"
    assert not home.exists()


def test_no_rule_is_folded_in_mid_phrase() -> None:
    """Where output goes to a file the table is wide enough for whole sentences."""
    lines = CliRunner().invoke(verbs.policy, ["check", str(V1)]).output.splitlines()

    assert max(map(cell_len, lines)) > 100
