"""A command that is typed wrongly, or in a place where nothing can be kept, is refused in Chinese and with a code."""

import ast
import json
import re
from pathlib import Path

import click
import pytest
from sqlalchemy.exc import IntegrityError

import cli
from activities import intake
from commands.home import open_home
from commands.usage import SPEAKING, WORDS
from records.session import open_records, sqlite_url, told
from tests.commands.office import NUMBER, ORDER, answer, run
from tests.commands.reference import commands, help_of

# What click says to whoever writes a program with it, never to whoever types a command.
FOR_PROGRAMMERS = {
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Could not determine name for option with declarations {decls!r}",
    (
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?"
    ),
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
}
WRONG = [
    (("order", "acknowledge", "1"), "缺少选项 '--as'。请用 bihuan order acknowledge --help 查看用法。"),
    (("order", "show"), "缺少参数 '编号或文号'。请用 bihuan order show --help 查看用法。"),
    (("ordr",), "没有命令 ordr。"),
    (("order", "lst"), "没有命令 lst。是不是 'list'？请用 bihuan order --help 查看用法。"),
    (("--quiet", "order"), "没有选项 --quiet。"),
    (("order", "list", "--lmit", "3"), "没有选项 --lmit。"),
    (("deadline", "--hours", "0"), "'--hours' 填写有误：0 不在 1<=x<=9999 的范围内。"),
    (("deadline", "--hours", "三"), "'--hours' 填写有误：“三”不是数字。"),
    (("deadline", "--hours"), "选项 --hours 后面应有值。"),
    (("deadline",), "中给出一个，且只给一个。"),
    (("calendar", "show", "2026", "2027"), "多出了参数：2027。"),
    (("calendar", "show", "2050"), "日历里没有 2050 年"),
]


def _english(text: str) -> list[str]:
    """The English words of a text, but for what is typed and what has no other name."""
    plain = re.sub(r"--[a-z-]+|'[^']*'|[a-z_]*\.[a-z_.]+", "", text)
    typed = {name for path, _ in commands(cli.bihuan, ("bihuan",)) for name in path}
    return [word for word in re.findall(r"[A-Za-z]{2,}", plain) if word not in typed | {"usage", "ordr", "lst"}]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_a_wrong_command_is_told_in_chinese(arguments: tuple[str, ...], words: str) -> None:
    """People read what is wrong and where the usage is explained, with the code; the exit code is 2."""
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert result.stderr.endswith("〔usage〕\n")
    assert _english(result.stderr) == []


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("arguments", "words"), WRONG)
def test_a_wrong_command_is_told_to_programs(arguments: tuple[str, ...], words: str) -> None:
    """With `--json` anywhere the answer is JSON in the shape of every refusal, and nothing else."""
    for given in {(*arguments, "--json"), (arguments[0], "--json", *arguments[1:])}:
        if given[-2] == "--hours":  # there `--json` is taken for the hours
            continue
        result = run(*given)
        said = json.loads(result.stdout)

        assert (result.exit_code, result.stderr, said["refused"]) == (2, "", "usage")
        if given == (*arguments, "--json"):
            assert words in said["sentence"]


def test_all_that_click_can_say_has_its_words() -> None:
    """Each message that click looks up is in the table, so that a new version of it cannot speak English unnoticed."""
    said = {
        call.args[0].value
        for module in SPEAKING
        for call in ast.walk(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    }

    assert said - FOR_PROGRAMMERS - WORDS.keys() == set()
    assert WORDS.keys() - said == {"required"}  # looked up by a variable


def test_no_word_asks_for_what_click_does_not_give() -> None:
    """A translation uses only the names that its message is filled in with, of the singular or the plural."""
    plural = {"possibilities", "choices", "formats", "len"}
    for english, chinese in WORDS.items():
        asked, given = (set(re.findall(r"\{(\w+)", text)) for text in (chinese, english))
        assert asked <= given | plural, english


def test_the_help_is_chinese() -> None:
    """Headings, values and standard options of every verb's help bear Chinese names."""
    for path, command in commands(cli.bihuan, ("bihuan",)):
        shown = help_of(path, command)

        assert shown.startswith("用法： ")
        for english in (
            "Usage",
            "Options",
            "OPTIONS",
            "COMMAND",
            "ARGS",
            "Show this",
            "INTEGER",
            "TEXT",
            "PATH",
            "required",
        ):
            assert english not in shown, path


@pytest.mark.parametrize(
    "verb", [("order", "list"), ("up",), ("campaign", "list"), ("calendar", "show"), ("roster", "import", "x")]
)
def test_a_place_that_is_no_directory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    """A data directory that is a file is told as such by every verb, in words and as JSON."""
    place = tmp_path / "taken"
    place.write_text("a file", encoding="utf-8")
    monkeypatch.setenv("BIHUAN_HOME", str(place))
    result = run(*verb)

    assert result.exit_code == 2
    assert f"数据目录 {place} 不是目录" in result.stderr
    assert "〔home.unusable〕" in result.stderr
    if verb != ("up",):
        assert json.loads(run(*verb, "--json").stdout)["refused"] == "home.unusable"


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a file no directory can be made; the doctor says so too, without making anything."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for place in ("taken", "taken/var"):
        monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / place))
        found = run("doctor", "--json")
        levels = {one["name"]: one["level"] for one in json.loads(found.stdout)}

        assert (found.exit_code, levels["数据目录"]) == (1, "fail")
        assert "〔home.unusable〕" in run("order", "list").stderr


@pytest.mark.parametrize(
    "verb",
    [("order", "list"), ("deadline", "--hours", "1"), ("up",), ("records", "rebuild"), ("inbox", "--as", "P0001")],
)
def test_damaged_records_are_refused(home: Path, verb: tuple[str, ...]) -> None:
    """A file that is no database is told as damaged, with what to do, by verbs that read, write or run."""
    home.mkdir(mode=0o700)
    (home / "records.db").write_bytes(b"not a database" * 100)
    result = run(*verb)

    assert result.exit_code == 2
    assert "记录库已损坏" in result.stderr
    assert "〔records.damaged〕" in result.stderr
    if verb != ("up",):
        assert json.loads(run(*verb, "--json").stdout)["refused"] == "records.damaged"


def test_records_damaged_further_in_are_refused_too(office: Path) -> None:
    """A database whose head is sound and whose pages are not is told in the same way."""
    with open_home() as home, home.records.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = office / "records.db"
    raw = bytearray(path.read_bytes())
    raw[8 * 4096 :] = b"\xff" * (len(raw) - 8 * 4096)
    path.write_bytes(raw)
    result = run("order", "list", "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["refused"] == "records.damaged"


def test_refused_data_is_not_taken_for_damage(tmp_path: Path) -> None:
    """A statement that the database refuses is an error of ours and stays one."""
    records = open_records(sqlite_url(tmp_path / "r.db"))
    with records.write() as write:
        write.connection.exec_driver_sql("CREATE TABLE t (a UNIQUE)")
    with pytest.raises(IntegrityError), told(records), records.write() as write:
        write.connection.exec_driver_sql("INSERT INTO t VALUES (1), (1)")
    records.close()


@pytest.mark.usefixtures("office")
def test_a_serial_alone_finds_its_order() -> None:
    """`order show 1` is the first document of the newest year, by whatever verb takes a number."""
    assert answer("order", "show", "1")["id"] == ORDER
    assert answer("order", "acknowledge", "1", "--as", "U0001")["number"] == NUMBER
    assert "〔order.unknown〕" in run("order", "show", "2").stderr


@pytest.mark.usefixtures("office")
def test_a_serial_of_several_offices_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two documents of the year have the serial both are listed, and none is taken."""
    numbers = {NUMBER: ORDER, "云文明督〔2026〕1号": "other"}
    monkeypatch.setattr(intake, "numbers_of_orders", lambda _read: numbers)
    result = run("order", "show", "1")

    assert result.exit_code == 2
    assert f"序号 1 有 2 件：{NUMBER}、云文明督〔2026〕1号。请写明文号。" in result.stderr


def test_help_asked_for_is_no_refusal() -> None:
    """A group without a verb shows its help, as click does."""
    assert "签收督办单" in run("order").output
    assert isinstance(cli.bihuan, click.Group)
    assert "〔usage〕" not in run("order").output
