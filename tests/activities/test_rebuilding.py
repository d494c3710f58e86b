"""From the doors to the tables and back: what imports, a campaign and its orders leave follows from their events alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import delete, select, update
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.boards import Publisher
from activities.campaigns import CampaignOffice
from activities.intake import adopt_calendar, adopt_policy
from activities.intake_campaign import start_campaign
from activities.intake_roster import import_roster, import_staff
from activities.rebuilding import FOLDS
from connectors.calendars import load_shipped
from connectors.policies import load
from records.reading import campaign, candidates_of
from records.rebuild import rebuild
from records.session import Records
from records.tables import metadata
from records.writing import append
from rules import order as machine
from rules import order_steps
from rules.board_terms import freeze
from rules.policy import canonical_text, digest
from schemas.campaign import CampaignInput, Confirm, IssueTask, RoundTask, WithdrawCampaign, WithdrawTask
from schemas.clock import Clock
from schemas.docket import DocketInput, Recording
from schemas.event import LOCAL_OPERATOR, Actor, Role, Sealed
from tests.activities.registers import people_list, roster, row
from tests.tree import ROOT

AT = datetime(2026, 10, 9, 1, tzinfo=UTC)
OFFICER = Actor(person="P0001", role=Role.officer, scope="140200")
CAMPAIGN = "2026-001"
POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
CALENDAR = load_shipped()
GIVEN = CampaignInput(
    campaign=CAMPAIGN,
    title="合成专项行动",
    region="140200",
    policy=digest(POLICY),
    calendar=CALENDAR.digest,
    started_by=OFFICER,
    started_at=AT,
    definitions=freeze(POLICY.publication.definitions, small_unit=POLICY.publication.small_unit),
    who_may=POLICY.who_may,
)
TASK = RoundTask(given=GIVEN, at=AT)


class Engine:
    """Stands in for the engine: a docket that is started records its orders at once."""

    def __init__(self, records: Records) -> None:
        """Take the records to write into."""
        self._records = records

    async def start_workflow(self, _workflow: str, given: DocketInput, **_how: object) -> None:
        """Issue every order of the docket."""
        changes = []
        for act in given.issues:
            decided = machine.issue_order(act, policy=POLICY, calendar=CALENDAR)
            step = order_steps.act_step(decided, act, policy=given.policy, calendar=given.calendar)
            changes.append(order_steps.change(None, [step], decided.state))
        recording = Recording(docket=given.docket, simulated=False, changes=tuple(changes))
        with self._records.write() as tx:
            append(tx, recording, recorded_at=datetime.now(UTC), clock=Clock())


@pytest.fixture
def office(records: Records, tmp_path: Path) -> CampaignOffice:
    """The hands of a campaign, with rules adopted, three units and two people imported, and the campaign started."""
    adopt_policy(records, POLICY, canonical_text(POLICY), digest(POLICY))
    adopt_calendar(records, CALENDAR)
    figures = {"headcount": "20", "registered": "16", "active": "9"}
    for turn, name in enumerate(("甲", "乙")):
        units = roster(tmp_path / f"{turn}.csv", row(1, **figures), row(2, **figures, name=name), row(3))
        import_roster(records, units, by=LOCAL_OPERATOR)
    people = people_list(tmp_path / "people.csv", {}, {"person": "P0002", "roles": "审核员、审批人"})
    import_staff(records, people, by=LOCAL_OPERATOR)
    start_campaign(records, GIVEN)
    publisher = Publisher(records, tmp_path / "published", district_names={})
    return CampaignOffice(records, cast("Client", Engine(records)), publisher=publisher)


async def lead(office: CampaignOffice) -> None:
    """Assess, confirm and publish a round."""
    found = await office.assess(TASK)
    confirm = Confirm(key="confirm-1", actor=OFFICER, at=AT, round=1, candidates=found.candidates)
    await ActivityEnvironment().run(office.issue, IssueTask(given=GIVEN, confirm=confirm))
    await office.publish(TASK)


def found(records: Records) -> list[tuple[str, str]]:
    """What a check finds: table and column."""
    return [(one.table, one.column) for one in rebuild(records, check=True, rows=FOLDS)]


def tables(records: Records) -> Mapping[str, list[Any]]:
    """Every row of every derived table."""
    with records.read() as read:
        return {
            name: sorted(map(repr, read.connection.execute(select(table))))
            for name, table in metadata.tables.items()
            if table.info.get("derived")
        }


async def test_every_step_leaves_what_its_events_say(records: Records, office: CampaignOffice) -> None:
    """From the start to the end no check finds anything, however a step is repeated."""
    await lead(office)
    assert found(records) == []
    await lead(office)
    assert found(records) == []
    await office.end(TASK)
    assert found(records) == []
    await office.end(TASK)

    assert found(records) == []
    assert all(tables(records).values()), "every derived table has rows here"


async def test_a_withdrawn_campaign_follows_from_its_events(records: Records, office: CampaignOffice) -> None:
    """Its row says so after a rebuild too."""
    await lead(office)
    message = WithdrawCampaign(key="w", actor=OFFICER, at=AT, reason=Sealed(ref="r", commitment="ab" * 32))
    await office.withdraw(WithdrawTask(given=GIVEN, message=message))
    before = tables(records)

    assert rebuild(records, check=False, rows=FOLDS) == ()
    assert tables(records) == before
    with records.read() as read:
        row_now = campaign(read, CAMPAIGN)
    assert row_now is not None
    assert (row_now.state, row_now.confirmed_by) == ("withdrawn", "P0001")


async def test_everything_derived_is_made_again(records: Records, office: CampaignOffice) -> None:
    """After each derived table was emptied every row is told missing, and a rebuild brings back every column."""
    await lead(office)
    before = tables(records)
    with records.write() as tx:
        for name in before:
            tx.connection.execute(delete(metadata.tables[name]))

    assert sorted(found(records)) == sorted((name, "*") for name, rows in before.items() for _ in rows)
    assert rebuild(records, check=False, rows=FOLDS) == ()
    assert tables(records) == before
    assert found(records) == []


async def test_an_edited_word_of_each_table_is_found(records: Records, office: CampaignOffice) -> None:
    """Words changed by hand are told by their column, those of frozen candidates by their round; a rebuild mends all else."""
    await lead(office)
    edited = {
        "orders": "status",
        "units": "name",
        "measurements": "source",
        "staff": "phone",
        "campaigns": "title",
        "publications": "digest",
        "candidates": "cut_off",
    }
    with records.write() as tx:
        for name, column in edited.items():
            table = metadata.tables[name]
            tx.connection.execute(update(table).values({column: "edited"}))

    assert set(found(records)) == {(name, column if name != "candidates" else "*") for name, column in edited.items()}
    rebuild(records, check=False, rows=FOLDS)
    assert found(records) == [("candidates", "*")]


async def test_a_repeated_assessment_keeps_what_was_frozen(
    records: Records, office: CampaignOffice, tmp_path: Path
) -> None:
    """Figures that arrive between a worker's death and its repeat do not change the list, and the answer is the first one."""
    first = await office.assess(TASK)
    with records.read() as read:
        frozen = candidates_of(read, CAMPAIGN, 1)
    import_roster(records, roster(tmp_path / "later.csv", row(1), row(4)), by=LOCAL_OPERATOR)

    assert await office.assess(TASK) == first
    with records.read() as read:
        assert candidates_of(read, CAMPAIGN, 1) == frozen
    assert found(records) == []
