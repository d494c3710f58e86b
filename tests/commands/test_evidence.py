"""Evidence and sealed texts: what may be handed in by whom, who may open it, and the trace that each look leaves."""

import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from activities.intake import take_in_file
from commands.home import open_home
from commands.rulebooks import rules_in_force
from records.reading import history
from records.reading_loop import load_calendar
from records.session import Records
from records.vault import destroy
from records.writing import append
from records.writing_inbox import waiting_on
from rules import order_changes
from rules.order import evolve
from schemas import names
from schemas.clock import Clock
from schemas.docket import Recording, RuleBook
from schemas.order_events import parse
from tests.commands.office import NUMBER, ORDER, answer, run

TEXT = "合成材料，第一页"


def judge_waiting(records: Records) -> None:
    """Have everything that was received judged and recorded, as the order's docket would."""
    rules = rules_in_force(records)
    with records.write() as tx:
        calendar = load_calendar(tx, rules.calendar_digest)
        book = RuleBook(
            policies={rules.policy_digest: rules.policy}, calendar=calendar, calendar_digest=rules.calendar_digest
        )
        for act in waiting_on(tx, ORDER):
            state = None
            for one in history(tx, names.order_stream(ORDER)):
                state = evolve(state, parse(one.stored.event))
            assert state is not None
            change = order_changes.of_act(state, act, book, now=act.at).change
            recording = Recording(docket=state.docket, simulated=False, changes=(change,))
            append(tx, recording, recorded_at=datetime.now(UTC), clock=Clock())


def traces(stream: str) -> list[tuple[str, str]]:
    """Who did what in a stream: person and tag."""
    with open_home() as home, home.records.read() as read:
        return [(one.actor["person"], one.stored.event.tag) for one in history(read, stream)]


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """A file to hand in."""
    path = tmp_path / "名册.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def filed(office: Path, proof: Path) -> Path:
    """The data directory of an office in which the unit handed in a file and a plan."""
    assert run("order", "attach", NUMBER, str(proof), "--as", "U0001", "--key", "a1").exit_code == 0
    with open_home() as home:
        judge_waiting(home.records)
    return office


# --- handing in ---


@pytest.mark.usefixtures("office")
def test_a_strangers_file_is_not_stored(home: Path, proof: Path) -> None:
    """Refused before anything is kept: no file, no receipt, no sealed name, only the attempt with who tried."""
    refused = run("order", "attach", NUMBER, str(proof), "--as", "U0002", "--key", "a1")

    assert (refused.exit_code, "〔authority.other_unit〕" in refused.stderr) == (2, True)
    assert not (home / "evidence").exists()
    assert traces(names.attempts_stream(ORDER)) == [("U0002", "order.attempt.refused")]
    with open_home() as opened, opened.records.read() as read:
        assert waiting_on(read, ORDER) == ()


@pytest.mark.usefixtures("office")
def test_who_answers_may_change_by_an_act_that_waits() -> None:
    """While a transfer waits to be judged, the door refuses nobody: the docket will know who answers then."""
    moved = ("transfer", NUMBER, "--as", "P0001", "--to-authority", "--reason", "合成")
    assert run("order", *moved).exit_code == 0

    assert answer("order", "acknowledge", NUMBER, "--as", "U0002")["judged"] is False


@pytest.mark.usefixtures("office")
def test_an_empty_file_is_refused(home: Path, tmp_path: Path) -> None:
    """Nothing is no evidence, and leaves nothing."""
    empty = tmp_path / "empty.txt"
    empty.touch()
    refused = run("order", "attach", NUMBER, str(empty), "--as", "U0001")

    assert "〔evidence.empty〕" in refused.stderr
    assert list((home / "evidence").iterdir()) == []


@pytest.mark.usefixtures("office")
def test_others_write_while_a_large_file_is_encrypted(home: Path, tmp_path: Path) -> None:
    """A file that takes its time holds up nobody: another act is received before it has been read to its end."""
    slow = tmp_path / "slow"
    os.mkfifo(slow)
    with open_home() as opened:
        taking = Thread(target=take_in_file, args=(opened.records, home, ORDER, slow), kwargs={"key": "slow"})
        taking.start()
        with slow.open("wb") as source:
            source.write(b"x")
            source.flush()
            writing = Thread(target=run, args=("order", "acknowledge", NUMBER, "--as", "U0001"))
            writing.start()
            writing.join(timeout=20)
            held_up = writing.is_alive()
        taking.join()
        writing.join()

    assert not held_up
    assert len(list((home / "evidence").iterdir())) == 1


# --- taking out ---


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("person", ["U0001", "P0001", "P0002", "P0003"])
def test_who_answers_reads_the_list_and_takes_a_file(tmp_path: Path, person: str) -> None:
    """The unit's contact and the office see the name, and get the file as it was handed in, readable by nobody else."""
    target = tmp_path / "out.txt"
    [listed] = answer("order", "evidence", NUMBER, "--as", person)
    told = run("order", "evidence", NUMBER, "--as", person, "--number", "1", "-o", str(target))

    assert (listed["number"], listed["title"], listed["person"]) == (1, "名册.txt", "U0001")
    assert told.exit_code == 0, told.output
    assert target.read_text(encoding="utf-8") == TEXT
    assert target.stat().st_mode & 0o077 == 0
    assert "名册.txt" in run("order", "evidence", NUMBER, "--as", person).output
    looks = ["order.texts.viewed", "order.texts.viewed", "order.evidence.viewed", "order.texts.viewed"]
    assert traces(names.access_stream(ORDER)) == [(person, tag) for tag in looks]


@pytest.mark.usefixtures("filed")
def test_a_file_is_taken_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a target the file comes into the current folder; it is never written over another."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    taken = answer("order", "evidence", NUMBER, "--as", "P0002", "--number", "1")
    again = run("order", "evidence", NUMBER, "--as", "P0002", "--number", "1")

    assert taken["file"] == "名册.txt"
    assert [path.name for path in place.iterdir()] == ["名册.txt"]
    assert "〔evidence.target〕" in again.stderr


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("asked", [("evidence",), ("evidence", "--number", "1"), ("show", "--text")])
def test_a_stranger_sees_nothing_and_leaves_a_trace(asked: tuple[str, ...]) -> None:
    """Another unit's contact is refused, the attempt is recorded, and no look is."""
    verb, *rest = asked
    refused = run("order", verb, NUMBER, *rest, "--as", "U0002")

    assert (refused.exit_code, "〔authority.other_unit〕" in refused.stderr) == (2, True)
    assert traces(names.attempts_stream(ORDER)) == [("U0002", "order.attempt.refused")]
    assert traces(names.access_stream(ORDER)) == []


@pytest.mark.usefixtures("filed")
def test_a_number_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Neither the second of one file, nor a folder that is not there, is taken for something else."""
    second = run("order", "evidence", NUMBER, "--as", "P0002", "--number", "2")
    nowhere = run("order", "evidence", NUMBER, "--as", "P0002", "-o", str(tmp_path / "no" / "folder"))

    assert "〔evidence.unknown〕" in second.stderr
    assert "〔evidence.target〕" in nowhere.stderr


def test_a_changed_file_is_never_written_out(filed: Path, tmp_path: Path) -> None:
    """One byte changed on the disk: refused, and no half of it is left where it should have gone."""
    [stored] = (filed / "evidence").iterdir()
    stored.write_bytes(stored.read_bytes()[:-1] + b"\x00")
    place = tmp_path / "here"
    place.mkdir()
    refused = run("order", "evidence", NUMBER, "--as", "P0002", "-o", str(place / "out.txt"))

    assert "〔evidence.damaged〕" in refused.stderr
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("filed")
def test_what_was_erased_is_told_so(proof: Path) -> None:
    """With the order's key destroyed nothing can be listed, taken or handed in, and each says why."""
    with open_home() as home, home.records.write() as tx:
        destroy(tx, names.order_stream(ORDER), at=datetime.now(UTC))

    for asked in (("evidence", NUMBER, "--as", "P0002"), ("attach", NUMBER, str(proof), "--as", "U0001")):
        assert "〔order.erased〕" in run("order", *asked).stderr


# --- sealed texts ---


@pytest.mark.usefixtures("office")
def test_sealed_texts_are_shown_to_a_named_person_and_noted() -> None:
    """Without a name nothing is opened; with one the text is shown, and who saw which is recorded."""
    for verb, *rest in (("acknowledge",), ("plan", "--summary", "合成方案")):
        assert run("order", verb, NUMBER, "--as", "U0001", *rest).exit_code == 0
        with open_home() as home:
            judge_waiting(home.records)
    nameless = run("order", "show", NUMBER, "--text")
    shown = run("order", "show", NUMBER, "--text", "--as", "P0002")

    assert (nameless.exit_code, "〔order.text.by_whom〕" in nameless.stderr) == (2, True)
    assert "“合成方案”" in shown.output
    assert traces(names.access_stream(ORDER)) == [("P0002", "order.texts.viewed")]
    assert "合成方案" not in run("order", "show", NUMBER).output


@pytest.mark.usefixtures("filed")
def test_the_trace_can_be_read(tmp_path: Path) -> None:
    """Who looked at an order, who tried to, and when, for people and for programs; nothing sealed is in it."""
    run("order", "evidence", NUMBER, "--as", "P0002", "-o", str(tmp_path / "out.txt"))
    run("order", "evidence", NUMBER, "--as", "U0002")
    told = answer("records", "access", NUMBER)
    shown = run("records", "access", NUMBER).output

    assert [(one["person"], one["tag"]) for one in told] == [
        ("P0002", "order.texts.viewed"),
        ("P0002", "order.evidence.viewed"),
        ("U0002", "order.attempt.refused"),
    ]
    for words in ("P0002（审核员）", "取阅证明材料第 1 份", "U0002（单位联系人）", "authority.other_unit"):
        assert words in shown
    assert "名册" not in shown
