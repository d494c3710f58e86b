"""The command line as a whole: fast to list its verbs, documented verb by verb, and well-behaved without an engine."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

import cli
from commands.home import open_home
from connectors.wording import NOTICES
from records.rows import MessageRow
from records.writing_outbox import put_messages
from tests.commands.office import NUMBER, ORDER, answer, run
from tests.commands.reference import commands, help_of, reference, written

HEAVY = ("sqlalchemy", "temporalio", "pydantic", "alembic", "rich")


def test_the_page_of_commands_is_true() -> None:
    """docs/commands.md holds the help of every verb as it is; `python -m tests.commands.reference` writes it."""
    assert reference() == written()[1]


def test_every_verb_and_option_is_explained() -> None:
    """No verb and no option is left without a Chinese line, and every verb but the long-running ones talks JSON."""
    for path, command in commands(cli.bihuan, ("bihuan",)):
        told = help_of(path, command)
        assert command.help, path
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (path, option.name)
        if not isinstance(command, click.Group) and path[1] != "up":
            assert "--json" in told, path


def test_the_list_of_verbs_loads_nothing() -> None:
    """`bihuan --help` imports neither the records nor the engine."""
    code = f"import sys, cli\ntry: cli.main()\nexcept SystemExit: pass\nprint([m for m in {HEAVY} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True).stdout

    assert shown.splitlines()[-1] == "[]"
    assert all(verb in shown for verb in cli.VERBS)


def test_an_unknown_verb_is_refused(home: Path) -> None:
    """A misspelt verb is told as such, and makes no data directory."""
    assert run("ordr").exit_code == 2
    assert not home.exists()


@pytest.mark.usefixtures("office")
def test_a_campaign_needs_the_engine() -> None:
    """Starting one with the engine stopped is refused with what to do, and leaves nothing behind."""
    result = run("campaign", "start", "--as", "P0001")

    assert result.exit_code == 2
    assert "bihuan up" in result.stderr
    assert answer("campaign", "list") == []
    assert "还没有专项行动" in run("campaign", "list").output


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("campaign", "start", "--as", "X1"), "person.unknown"),
        (("campaign", "start", "--as", "P0002"), "authority.role"),
        (("campaign", "start", "--as", "U0001"), "authority.role"),
        (("campaign", "start", "--as", "P0002", "--region", "140200"), "authority.role"),
        (("campaign", "start", "--as", "P0001", "--region", "999999"), "region.unknown"),
        (("campaign", "start", "--as", "P0001", "--region", "340000"), "region.unknown"),
        (("order", "list", "--district", "999999"), "region.unknown"),
        (("campaign", "start", "--as", "P0001", "--id", "专项"), "campaign.id"),
        (("campaign", "confirm", "2026-009", "--as", "P0001"), "campaign.unknown"),
        (("campaign", "show", "2026-009"), "campaign.unknown"),
        (("board", "show", "2026-009"), "campaign.unknown"),
        (("inbox", "--as", "X1"), "person.unknown"),
    ],
)
def test_other_verbs_refuse_in_a_sentence(arguments: tuple[str, ...], code: str) -> None:
    """Exit code 2 with the code behind the sentence, and as JSON."""
    assert f"〔{code}〕" in run(*arguments).stderr
    told = run(*arguments, "--json")
    assert (told.exit_code, f'"refused": "{code}"' in told.stdout) == (2, True)


@pytest.mark.usefixtures("office")
def test_an_inbox_is_read_once() -> None:
    """A message has its text and due; listed with `--mark-read` it is unread no longer."""
    message = MessageRow(
        id="m1",
        person="U0001",
        order_id=ORDER,
        template="supervision_order",
        created_at=datetime.now(UTC),
        params={"doc_no": NUMBER, "due": "2026-11-25T10:00:00Z", "fallback": "审核员无人，改送督办员；"},
    )
    with open_home() as home, home.records.write() as tx:
        put_messages(tx, [message])

    assert (
        f"收到 {NUMBER}，请签收，时限 2026-11-25 18:00。（审核员无人，改送督办员）"
        in run("inbox", "--as", "U0001").output
    )
    assert len(answer("inbox", "--as", "U0001", "--unread", "--mark-read")) == 1
    assert answer("inbox", "--as", "U0001", "--unread") == []
    assert "没有通知" in run("inbox", "--as", "U0002").output
    assert "supervision_order" in NOTICES


def test_the_doctor_comes_before_there_is_anything(home: Path) -> None:
    """Without data directory and engine it says what is missing and what to do, fails nothing, and makes nothing."""
    found = {one["name"]: one for one in answer("doctor")}

    assert found["数据目录"]["level"] == found["记录库"]["level"] == found["引擎"]["level"] == "warn"
    assert "bihuan up" in found["进程"]["advice"]
    assert not home.exists()


def test_the_doctor_looks_into_the_records(office: Path) -> None:
    """A waiting act is told; a data directory open to others is warned of; damaged records are a failure."""
    run("order", "acknowledge", NUMBER, "--as", "U0001")
    found = {one["name"]: one for one in answer("doctor")}
    assert (found["收件待办"]["level"], found["收件待办"]["text"]) == ("warn", "1 件")
    assert found["记录库"]["level"] == "ok"

    office.chmod(0o755)
    assert "chmod 700" in run("doctor").output

    for path in office.glob("records.db*"):
        path.write_bytes(b"not a database" * 100)
    damaged = run("doctor")
    assert damaged.exit_code == 1
    assert "故障  记录库" in damaged.output
