"""`bihuan order` without an engine: receipts that outlive it, repeats, refusals, and what reading shows."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.home import open_home
from records.session import Records
from records.writing_inbox import find_act
from schemas.act import AttachEvidence
from schemas.event import Sealed
from schemas.order import Figures
from tests.commands.office import NUMBER, OFFICER, ORDER, UNIT, act, answer, run

GOOD = ("--headcount", "9", "--registered", "9", "--active", "9")
FEWER = Figures(headcount=5, registered=5, active=4, has_team=True)
SEALED = Sealed(ref="synthetic", commitment="ab" * 32)


def received(records: Records, key: str) -> Any:  # noqa: ANN401 - any act
    """What lies in the inbox under a key."""
    with records.read() as read:
        found = find_act(read, key)
    assert found is not None
    return found


@pytest.mark.usefixtures("office")
def test_an_act_is_received_while_the_engine_is_down() -> None:
    """The person reads that it is on disk and will be judged; the exit code is that of success."""
    result = run("order", "acknowledge", NUMBER, "--as", "U0001", "--key", "k1")

    assert result.exit_code == 0
    assert "签收已于 " in result.output
    assert "收到，待引擎恢复后办理。" in result.output
    assert "回执 k1" in result.output
    with open_home() as home:
        assert received(home.records, "k1").state == "waiting"


@pytest.mark.usefixtures("office")
def test_a_program_is_told_received_and_not_judged() -> None:
    """`received` is true, `judged` false, and the key made for the act is told."""
    told = answer("order", "acknowledge", ORDER, "--as", "U0001")

    assert (told["received"], told["judged"], told["repeated"], told["answer"]) == (True, False, False, None)
    assert (told["order"], told["number"]) == (ORDER, NUMBER)
    assert len(told["key"]) == 36


@pytest.mark.usefixtures("office")
def test_the_same_key_is_the_same_act() -> None:
    """A repeat is told as such, its sealed text sealed once; another text under the same key is refused."""
    asked = ("order", "plan", NUMBER, "--as", "U0001", "--key", "k1", "--summary")

    first, again, other = answer(*asked, "甲"), answer(*asked, "甲"), run(*asked, "乙")

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["received_at"] == again["received_at"]
    assert other.exit_code == 2
    assert "〔act.key_reused〕" in other.output


@pytest.mark.usefixtures("office")
def test_a_file_sent_twice_is_one_act(tmp_path: Path) -> None:
    """A file is never encrypted twice alike, yet a repeat with the same key is the same act."""
    proof = tmp_path / "proof.txt"
    proof.write_text("合成材料", encoding="utf-8")
    asked = ("order", "attach", NUMBER, str(proof), "--as", "U0001", "--key", "k1")

    assert [answer(*asked)["repeated"], answer(*asked)["repeated"]] == [False, True]
    with open_home() as home:
        act = received(home.records, "k1").act
        assert isinstance(act, AttachEvidence)
        assert [path.name for path in home.settings.evidence.iterdir()] == [act.evidence.digest]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("acknowledge", "没有", "--as", "U0001"), "order.unknown"),
        (("acknowledge", NUMBER, "--as", "X9999"), "person.unknown"),
        (("acknowledge", NUMBER, "--as", "U0001", "--key", "k" * 101), "act.key_too_long"),
        (("review", NUMBER, "--as", "P0002"), "order.review.unsaid"),
        (("decide", NUMBER, "--as", "P0003"), "order.decide.unsaid"),
        (("approve", NUMBER, "--as", "P0003"), "order.proposal.unknown"),
        (("transfer", NUMBER, "--as", "P0001", "--reason", "x"), "order.transfer.where"),
        (("transfer", NUMBER, "--as", "P0001", "--to", "9" * 18, "--reason", "x"), "unit.unknown"),
        (("attach", NUMBER, "nowhere.txt", "--as", "U0001"), "evidence.unreadable"),
        (
            (
                "submit",
                NUMBER,
                "--as",
                "U0001",
                "--summary",
                "x",
                "--headcount",
                "1",
                "--registered",
                "2",
                "--active",
                "0",
                "--team",
            ),
            "figures.impossible",
        ),
        (("submit", NUMBER, "--as", "U0001", "--summary", "x", *GOOD), "figures.team_unsaid"),
        (("lookback", NUMBER, "--as", "P0001", *GOOD), "figures.team_unsaid"),
        (("review", NUMBER, "--as", "P0002", "--pass", "--points", "facts_clear"), "order.review.both"),
    ],
)
def test_a_refusal_is_a_sentence_and_a_code(arguments: tuple[str, ...], code: str) -> None:
    """Exit code 2 and no traceback, for people on the error stream, for programs as JSON."""
    shown, told = run("order", *arguments), run("order", *arguments, "--json")

    assert (shown.exit_code, told.exit_code) == (2, 2)
    assert f"〔{code}〕" in shown.stderr
    refused = json.loads(told.stdout)
    assert refused["refused"] == code
    assert refused["sentence"].endswith("。")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "U0001", "--summary"),
        ("report", "U0001", "--summary"),
        ("submit", "U0001", *GOOD, "--team", "--summary"),
        ("extend", "U0001", "--by", "3", "--reason"),
        ("dispute", "U0001", "--reason"),
        ("object", "U0001", "--conclusion", "c", "--reason"),
        ("return", "P0002", "--points", "format_right", "--reason"),
        ("suspend", "P0001", "--until", "2026-12-10", "--reason"),
        ("transfer", "P0001", "--to", UNIT, "--reason"),
        ("transfer", "P0001", "--to-authority", "--reason"),
        ("withdraw", "P0001", "--reason"),
        ("decide", "P0003", "--proposal", "extension-1", "--refuse", "--reason"),
        ("approve", "P0003", "--proposal", "circular-1", "--reason"),
    ],
)
def test_blank_words_meet_no_clock(arguments: tuple[str, ...], blank: str) -> None:
    """Empty text, or nothing but blanks of any width, is refused before a receipt is given."""
    verb, person, *rest = arguments
    result = run("order", verb, NUMBER, "--as", person, *rest, blank, "--key", "k1")

    assert (result.exit_code, "〔text.blank〕" in result.stderr) == (2, True)
    with open_home() as home, home.records.read() as read:
        assert find_act(read, "k1") is None


@pytest.mark.usefixtures("office")
def test_a_claim_below_what_was_measured_is_shown() -> None:
    """Issued on 20 staff and 16 registered, closed out on 5 and 5: the reviewer and any reader are told both, in plain words."""
    lines = ("申报在岗人数 5，下达时 20", "申报注册志愿者数 5，下达时 16")
    before = run("order", "show", NUMBER).output
    act({"act": "acknowledge", "key": "k1"})
    act({"act": "submit", "key": "k2", "summary": SEALED, "figures": FEWER})
    shown, reviewed = run("order", "show", NUMBER).output, run("order", "review", NUMBER, "--as", "P0002")
    told = answer("order", "show", NUMBER)["falls"]

    assert not any(line in before for line in lines)
    assert all(line in shown and line in reviewed.stderr for line in lines)
    assert [(one["figure"], one["claimed"], one["issued"]) for one in told] == [
        ("headcount", 5, 20),
        ("registered", 5, 16),
    ]


@pytest.mark.usefixtures("office")
def test_a_transferred_order_is_shown_where_its_unit_lies() -> None:
    """The page names the county of the unit that answers now, and the one that the order counts for."""
    moved = {"unit": UNIT[:-1] + "0", "unit_type": "village", "region": "140214100", "reason": SEALED}
    act({"act": "transfer", "key": "k1"} | moved, by=OFFICER)
    found = answer("order", "show", NUMBER)

    assert (found["district_name"], found["county_name"]) == ("平城区", "云冈区")
    assert "云冈区（计入平城区）" in run("order", "show", NUMBER).output
    assert len(answer("order", "list", "--mine", "P0001")) == 1


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("arguments", "act"),
    [
        (("report", "--as", "U0001", "--summary", "x"), "report"),
        (("extend", "--as", "U0001", "--by", "3", "--reason", "x"), "extend"),
        (("dispute", "--as", "U0001", "--reason", "x"), "dispute"),
        (("object", "--as", "U0001", "--conclusion", "c", "--reason", "x"), "object"),
        (("review", "--as", "P0002", "--pass"), "close_out"),
        (("review", "--as", "P0002", "--points", "facts_clear，format_right"), "close_out"),
        (("return", "--as", "P0002", "--points", "format_right", "--reason", "x"), "return"),
        (("suspend", "--as", "P0001", "--until", "2026-12-10", "--reason", "x"), "suspend"),
        (("resume", "--as", "P0001"), "resume"),
        (("transfer", "--as", "P0001", "--to", UNIT.lower(), "--reason", "x"), "transfer"),
        (("transfer", "--as", "P0001", "--to-authority", "--reason", "x"), "hand_over"),
        (("withdraw", "--as", "P0001", "--reason", "x"), "withdraw"),
        (("decide", "--as", "P0003", "--proposal", "extension-1", "--refuse"), "decide"),
        (("approve", "--as", "P0003", "--proposal", "circular-1", "--reason", "x"), "decide"),
        (("submit", "--as", "U0001", "--summary", "x", *GOOD, "--team"), "submit"),
        (("lookback", "--as", "P0001", *GOOD, "--no-team"), "lookback"),
    ],
)
def test_every_acting_verb_leaves_its_act(arguments: tuple[str, ...], act: str) -> None:
    """Each verb puts exactly its own act on disk, by the person asked, without a word of free text in it."""
    verb, *rest = arguments
    told = answer("order", verb, NUMBER, *rest, "--key", "k1")

    with open_home() as home:
        stored = received(home.records, told["key"]).act
    assert (stored.act, stored.actor.person, stored.order) == (act, rest[1], ORDER)
    assert '"x"' not in stored.model_dump_json()


@pytest.mark.usefixtures("office")
def test_a_list_for_programs_has_number_and_id() -> None:
    """Every filter leaves the one order or takes it away; the answer is a list."""
    [listed] = answer("order", "list")

    assert (listed["id"], listed["number"], listed["unit_name"]) == (ORDER, NUMBER, "合成机关甲")
    for kept in (("--campaign", "2026-001"), ("--district", "平城区"), ("--status", "issued"), ("--mine", "P0001")):
        assert len(answer("order", "list", *kept)) == 1
    for left_out in (("--campaign", "2"), ("--district", "140214"), ("--status", "rework"), ("--mine", "U0002")):
        assert answer("order", "list", *left_out) == []
    assert answer("order", "list", "--overdue") == []


@pytest.mark.usefixtures("office")
def test_a_person_reads_the_list() -> None:
    """Number, unit, district, status and whom it waits for; an empty list says so."""
    shown = run("order", "list").output

    for words in (NUMBER, "合成机关甲", "平城区", "待签收", "单位联系人签收", "共 1 件"):
        assert words in shown
    assert "没有符合条件的督办单" in run("order", "list", "--unit", "x").output
    assert run("order", "list", "--district", "某区").exit_code == 2
    assert run("order", "list", "--mine", "X1").exit_code == 2


@pytest.mark.usefixtures("office")
def test_one_order_is_shown_whole() -> None:
    """Facts, clocks with the day-by-day derivation asked for, and the story; programs get the same as one object."""
    shown = run("order", "show", NUMBER, "--deadline", "--text", "--as", "P0001").output
    found = answer("order", "show", ORDER, "--deadline")

    for words in ("注册 16/20，至少 19", "待签收", "起算当日（第 0 日）", "P0001（督办员）", "下达督办单", "办结"):
        assert words in shown
    assert [one["kind"] for one in found["obligations"]] == ["sign", "plan", "report", "finish"]
    for clock in found["obligations"]:
        assert [day["n"] for day in clock["days"] if day["counted"]][-1] == int(clock["span"].removesuffix("wd"))
    assert [one["tag"] for one in found["timeline"]] == ["order.issued"]
    assert found["authority_basis"]


@pytest.mark.usefixtures("office")
def test_records_are_what_their_events_say() -> None:
    """The check finds every column equal, with exit code 0; a rebuild leaves the list as it was."""
    before = answer("order", "list")

    assert answer("records", "rebuild", "--check") == {"checked": True, "equal": True, "differences": []}
    assert "已由事件重建" in run("records", "rebuild").output
    assert answer("order", "list") == before
