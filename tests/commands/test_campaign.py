"""`bihuan campaign` at the door: which list and which round a confirmation means, and what is refused before the engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activities.campaign_rows import candidate_row
from activities.campaign_standing import tell
from activities.intake_campaign import campaign_input, start_campaign
from commands import campaign_engine
from commands.home import open_home
from commands.rulebooks import rules_in_force
from records.reading_loop import load_policy, measured_units
from records.session import Write
from records.writing_current import put_candidates
from rules.assessment import assess
from rules.board_terms import freeze
from schemas.campaign import CampaignAnswer, CampaignInput, Confirm, RoundAssessed, RoundConfirmed
from schemas.errors import Refused
from schemas.event import CLOCK
from tests.commands.office import OFFICER, answer, furnish, run
from tests.rosters import staff_cells

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CAMPAIGN = "2026-001"


@pytest.fixture
def assessed(home: Path, tmp_path: Path) -> Path:
    """An office whose campaign of two rounds waits for the first confirmation; no engine runs."""
    furnish(tmp_path)
    with open_home() as here:
        rules = rules_in_force(here.records)
        publication = rules.policy.publication
        given = CampaignInput(
            campaign=CAMPAIGN,
            title="合成专项行动",
            region="140200",
            policy=rules.policy_digest,
            calendar=rules.calendar_digest,
            rounds=2,
            started_by=OFFICER,
            started_at=AT,
            definitions=freeze(publication.definitions, small_unit=publication.small_unit),
            who_may=rules.policy.who_may,
        )
        start_campaign(here.records, given)
        with here.records.write() as tx:
            list_made(tx, given, key="assess-1")
    return home


def list_made(tx: Write, given: CampaignInput, *, key: str) -> None:
    """Freeze a round's list, as its activity does."""
    policy = load_policy(tx, given.policy)
    rows = [
        candidate_row(given, unit, assess(unit.figures, unit.unit_type, policy))
        for unit in measured_units(tx, given.region)
    ]
    event = RoundAssessed(
        happened_at=AT,
        round=given.round,
        assessed=len(rows),
        short=len(rows),
        advisory=0,
        watched=0,
        candidates=put_candidates(tx, rows),
    )
    tell(tx, given, event, key=key, actor=CLOCK)


def confirmed(key: str) -> None:
    """Record the first round's confirmation under a key, and the second round's list."""
    with open_home() as home, home.records.write() as tx:
        given = campaign_input(tx, CAMPAIGN)
        event = RoundConfirmed(happened_at=AT, round=1, orders=1, first_number=1, last_number=1, ends_at=AT)
        tell(tx, given, event, key=key, actor=OFFICER)
        list_made(tx, given.model_copy(update={"round": 2}), key="assess-2")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is sent to the engine, which refuses everything."""
    messages: list[Any] = []

    async def ask(_client: object, _campaign: str, _update: str, message: Any, *, key: str) -> CampaignAnswer:  # noqa: ANN401 - any message
        assert key == message.key
        messages.append(message)
        raise Refused("engine.slow", "合成。")

    async def reach(_home: object) -> object:
        return object()

    monkeypatch.setattr(campaign_engine, "ask", ask)
    monkeypatch.setattr(campaign_engine, "reach", reach)
    return messages


@pytest.mark.usefixtures("assessed")
def test_a_confirmation_means_the_list_that_is_shown(sent: list[Any]) -> None:
    """Whoever reads the page types its digest; it is sent whole, and another one is refused at the door."""
    shown = answer("campaign", "show", CAMPAIGN)["list"]
    page = run("campaign", "show", CAMPAIGN).output
    confirm = ("campaign", "confirm", CAMPAIGN, "--as", "P0001")
    refused = [run(*confirm, "--list", wrong).stderr for wrong in ("0" * 12, shown[:4], "")]
    run(*confirm, "--list", shown)
    run(*confirm)

    assert f"--list {shown}" in page
    assert all("〔campaign.list_changed〕" in one for one in refused)
    assert [(one.round, one.candidates[:12]) for one in sent] == [(1, shown)] * 2
    assert all(isinstance(one, Confirm) for one in sent)


@pytest.mark.usefixtures("assessed")
def test_a_key_never_confirms_a_later_round(sent: list[Any]) -> None:
    """The same key after the campaign moved on means the round it confirmed, so that the campaign refuses it."""
    run("campaign", "confirm", CAMPAIGN, "--as", "P0001", "--key", "k1")
    confirmed(sent[0].key)
    for key in ("k1", "k2"):
        run("campaign", "confirm", CAMPAIGN, "--as", "P0001", "--key", key)

    assert [one.round for one in sent] == [1, 1, 2]
    assert sent[0].candidates == sent[1].candidates != sent[2].candidates


@pytest.mark.usefixtures("assessed")
def test_one_key_serves_each_verb(sent: list[Any]) -> None:
    """A key used to confirm does not stand for a withdrawal: the engine would answer it with the confirmation's answer."""
    for verb in (("assess",), ("confirm",), ("publish",), ("withdraw", "--reason", "x")):
        run("campaign", verb[0], CAMPAIGN, "--as", "P0001", "--key", "k1", *verb[1:])

    assert [one.key for one in sent] == ["assess:k1", "confirm:k1", "publish:k1", "withdraw:k1"]


@pytest.mark.usefixtures("assessed", "sent")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("withdraw", "--reason", " "), "text.blank"),
        (("withdraw", "--reason", "x", "--key", "k" * 101), "act.key_too_long"),
        (("assess", "--key", ""), "act.key_too_long"),
        (("confirm", "--exclude", "11140200000000001G= "), "campaign.exclude.reason"),
    ],
)
def test_what_the_door_refuses(arguments: tuple[str, ...], code: str) -> None:
    """Blank reasons and keys that cannot be recorded never reach the campaign."""
    verb, *rest = arguments

    assert f"〔{code}〕" in run("campaign", verb, CAMPAIGN, "--as", "P0001", *rest).stderr


@pytest.mark.usefixtures("home")
def test_who_starts_a_campaign_is_told_what_is_wrong(tmp_path: Path) -> None:
    """A stranger, another role, two regions, a region of somebody else: each has a sentence of its own."""
    furnish(tmp_path)
    two = [
        staff_cells(person="P0009", name="合成人九", roles="督办员", region=region) for region in ("140213", "140214")
    ]
    path = tmp_path / "two.csv"
    path.write_text("\n".join([",".join(two[0]), *(",".join(row.values()) for row in two)]) + "\n", encoding="utf-8")
    assert run("staff", "import", str(path)).exit_code == 0

    told = {
        ("X1",): "人员名单中没有“X1”",
        ("P0002",): "这一步只能由督办员办理；您的角色是审核员",
        ("P0009",): "您负责的区划不止一个（140213、140214）",
        ("P0009", "--region", "140200"): "这项专项行动的范围超出您负责的区划",
        ("P0001", "--region", "999999"): "没有区划“999999”",
    }
    for who, words in told.items():
        assert words in run("campaign", "start", "--as", *who).stderr
