"""Rebuilding: current rows follow from events alone, and what does not is told table by table and column by column."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import Boolean, Column, Integer, delete, select, update

from records import reading
from records.columns import Json, Moment
from records.editions import document_of, put_document
from records.reading_events import RecordedEvent
from records.rebuild import Difference, Evolve, Kind, Row, rebuild
from records.rows import CampaignRow, CandidateRow, FrozenRound, MeasurementRow, PublicationRow, StaffRow, UnitRow
from records.session import Records
from records.tables import metadata
from records.tables_current import boards, candidates, orders, units
from records.writing import Fact, append, append_facts
from records.writing_current import put_candidates
from schemas.clock import Clock
from schemas.event import Cause
from schemas.order import OrderRow
from tests.records.examples import (
    CONTACT,
    DIGEST,
    LATER,
    NOON,
    act_step,
    change,
    event,
    evolve_seq,
    order_id,
    recording,
)

DOCUMENT: Final = '{"board":"合成"}'.encode()


def evolve_order(_order: str, events: tuple[RecordedEvent, ...]) -> list[OrderRow]:
    """Stand in for the rules of an order."""
    return [evolve_seq(tuple(one.stored for one in events))]


def evolve_unit(code: str, events: tuple[RecordedEvent, ...]) -> list[Row]:
    """Stand in for the rules of a unit: its name is the last tag, its figures name the last event."""
    tag, event_id, seq = events[-1].stored.event.tag, events[-1].event_id, len(events)
    where = {"unit_type": "village", "region": "140213050", "district": "140213"}
    known: dict[str, Any] = {"has_team": True, "cut_off": "2026-09-30", "source": "synthetic"}
    return [
        UnitRow(credit_code=code, name=tag, seq=seq, **where),
        MeasurementRow(unit=code, headcount=9, registered=8, active=7, event_id=event_id, **known),
    ]


def evolve_staff(person: str, events: tuple[RecordedEvent, ...]) -> list[StaffRow]:
    """Stand in for the rules of a person: two roles, of which one is held for nothing."""
    return [StaffRow(person=person, role=role, scope="", seq=len(events)) for role in ("officer", "reviewer")]


def evolve_campaign(campaign: str, events: tuple[RecordedEvent, ...]) -> list[Row]:
    """Stand in for the rules of a campaign: who acted, when it was written, and a digest of what was frozen."""
    told: dict[str, Any] = {
        "title": "合成专项行动",
        "policy": DIGEST,
        "calendar": DIGEST,
        "urgency": "normal",
        "state": "running",
    }
    by = str(events[0].actor["person"])
    given: dict[str, Any] = {"round": 1, "definitions": {"columns": {}}, "started_at": NOON, "started_by": by}
    return [
        CampaignRow(id=campaign, seq=len(events), **told, **given),
        PublicationRow(
            campaign=campaign,
            round=1,
            version=1,
            digest=sha256(DOCUMENT).hexdigest(),
            files={"a": DIGEST},
            made_at=events[0].recorded_at,
        ),
        FrozenRound(campaign=campaign, round=1, digest=str(events[0].stored.event.fields["frozen"])),
    ]


FOLDS: Final[Mapping[Kind, Evolve]] = {
    Kind.order: evolve_order,
    Kind.unit: evolve_unit,
    Kind.staff: evolve_staff,
    Kind.campaign: evolve_campaign,
}


def candidate(campaign: str, unit: str) -> CandidateRow:
    """An assessed unit."""
    frozen: dict[str, Any] = {
        "verdict": {"form": "order", "name": "合成单位"},
        "figures": {"headcount": 20},
        "cut_off": "2026-09-30",
    }
    return CandidateRow(
        campaign=campaign, round=1, unit=unit, district="140213", finding="short", measurement="m", **frozen
    )


@pytest.fixture
def three(records: Records) -> list[str]:
    """Three orders with one, two and three events."""
    ids = [order_id() for _ in range(3)]
    with records.write() as tx:
        tx.connection.execute(delete(orders))
        for order, n in zip(ids, (1, 2, 3), strict=True):
            happened = [event(order=order) for _ in range(n)]
            given = change(order, act_step(order, *happened), status="issued" if n == 1 else "acknowledged")
            append(tx, recording(given), recorded_at=LATER, clock=Clock())
    return ids


@pytest.fixture
def known(records: Records) -> str:
    """A unit, a person and a campaign of one name, each with one event and with the rows that follow from it."""
    name = uuid4().hex
    with records.write() as tx:
        frozen = put_candidates(tx, [candidate(name, f"U{n}") for n in (2, 1)])
        put_document(tx, (name, 1, 1), DOCUMENT)
        for stream in (f"unit:{name}", f"staff:{name}", f"campaign:{name}"):
            cause = Cause(key=f"{stream}:synthetic", digest=DIGEST)
            fact = Fact(cause=cause, actor=CONTACT, events=(event("synthetic.happened", frozen=frozen),))
            append_facts(tx, stream, [fact], recorded_at=LATER, simulated=False)
    assert rebuild(records, check=False, rows=FOLDS) == ()
    return name


def check(records: Records, kinds: Mapping[Kind, Evolve] = FOLDS) -> set[tuple[str, str]]:
    """What a check finds: table and column."""
    return {(one.table, one.column) for one in rebuild(records, check=True, rows=kinds)}


def differences(records: Records, ours: list[str]) -> list[Difference]:
    """What a check finds about these orders."""
    return [one for one in rebuild(records, check=True, rows={Kind.order: evolve_order}) if one.row in ours]


def spoil(records: Records, column: Column[Any]) -> None:
    """Set this column of one row to something else, as a hand in the database would."""
    table = column.table
    with records.write() as tx:
        row = tx.connection.execute(select(table).limit(1)).mappings().one()
        mine = [key == row[key.name] for key in table.primary_key]
        tx.connection.execute(update(table).where(*mine).values({column.name: other(column, row[column.name])}))


def other(column: Column[Any], value: Any) -> object:  # noqa: ANN401 - of any column
    """Another value of the column's type."""
    match column.type:
        case Boolean():
            return not value
        case Integer():
            return (value or 0) + 1
        case Moment():
            return (value or LATER) + timedelta(seconds=1)
        case Json():
            return {**value, "spoilt": 1}
        case _:
            return f"{value or ''}~"


def test_a_check_names_every_column_that_is_not_what_events_say(records: Records, three: list[str]) -> None:
    """A changed column, a missing row and a row too many are each found, and a check repairs nothing."""
    assert differences(records, three) == []
    with records.write() as tx:
        tx.connection.execute(update(orders).where(orders.c.id == three[0]).values(level=5))
        tx.connection.execute(delete(orders).where(orders.c.id == three[1]))
        tx.connection.execute(update(orders).where(orders.c.id == three[2]).values(id="stray"))

    for _ in range(2):
        found = {(one.row, one.column) for one in differences(records, [*three, "stray"])}
        assert found == {(three[0], "level"), (three[1], "*"), (three[2], "*"), ("stray", "*")}


def test_rebuilding_makes_every_row_again(records: Records, three: list[str]) -> None:
    """After the table was emptied and spoilt, every column of every row is back, and a check finds nothing."""
    with records.read() as read:
        before = [reading.order(read, order) for order in three]
    with records.write() as tx:
        tx.connection.execute(update(orders).values(status="withdrawn"))
        tx.connection.execute(delete(orders).where(orders.c.id == three[1]))

    assert rebuild(records, check=False, rows={Kind.order: evolve_order}) == ()

    with records.read() as read:
        assert [reading.order(read, order) for order in three] == before
    assert differences(records, three) == []


@pytest.mark.usefixtures("three", "known")
def test_each_column_of_each_derived_table_is_checked_and_mended(records: Records) -> None:
    """Whichever column of a derived table was edited by hand, it alone is told, and a rebuild mends it."""
    derived = [table for table in metadata.sorted_tables if table.info.get("derived")]
    assert len(derived) == 6
    for column in (column for table in derived for column in table.columns):
        spoil(records, column)
        told = check(records)

        assert {table for table, _ in told} == {column.table.name}
        assert {name for _, name in told} == {"*" if column.primary_key else column.name}
        assert rebuild(records, check=False, rows=FOLDS) == ()
        assert check(records) == set()


@pytest.mark.usefixtures("known")
def test_frozen_candidates_are_checked_by_their_digest_and_never_made_again(records: Records) -> None:
    """Whichever column was edited by hand, its round is told; a rebuild says so too, and leaves the row alone."""
    with records.read() as read:
        frozen = [CandidateRow(**row) for row in read.connection.execute(select(candidates)).mappings()]
    for column in candidates.columns:
        spoil(records, column)

        assert check(records) == {("candidates", "*")}
        assert {one.table for one in rebuild(records, check=False, rows=FOLDS)} == {"candidates"}
        with records.write() as tx:
            tx.connection.execute(delete(candidates))
            put_candidates(tx, frozen)
        assert check(records) == set()


def test_a_published_document_is_checked_by_its_digest_and_never_made_again(records: Records, known: str) -> None:
    """Changed, or lost altogether: its edition is told by campaign, round and version; a rebuild leaves it alone."""
    mine = boards.c.campaign == known
    for spoiling in (update(boards).where(mine).values(document="{}"), delete(boards).where(mine)):
        with records.write() as tx:
            tx.connection.execute(spoiling)
            after = document_of(tx, (known, 1, 1))
        for check_only in (True, False):
            [found] = rebuild(records, check=check_only, rows=FOLDS)
            assert (found.table, found.row, found.column) == ("boards", f"{known} 1 1", "*")

        with records.write() as tx:
            assert document_of(tx, (known, 1, 1)) == after
            tx.connection.execute(delete(boards).where(mine))
            put_document(tx, (known, 1, 1), DOCUMENT)
        assert check(records) == set()


def test_a_candidate_too_many_or_missing_is_told(records: Records, known: str) -> None:
    """A round that no event froze, and a round without its rows, are each told by campaign and number."""
    with records.write() as tx:
        mine = candidates.c.campaign == known
        tx.connection.execute(update(candidates).where(mine).values(round=2))
    found = {one.row for one in rebuild(records, check=True, rows=FOLDS)}
    with records.write() as tx:
        tx.connection.execute(update(candidates).where(mine).values(round=1))

    assert found == {f"{known} 1", f"{known} 2"}


@pytest.mark.usefixtures("known")
def test_only_the_kinds_given_are_looked_at(records: Records) -> None:
    """Without a fold of units, a unit's spoilt row is not told, and a rebuild leaves it as it is."""
    spoil(records, units.c.name)
    staff_only: dict[Kind, Evolve] = {Kind.staff: evolve_staff}

    assert check(records, staff_only) == set()
    assert rebuild(records, check=False, rows=staff_only) == ()
    assert check(records) == {("units", "name")}
    assert rebuild(records, check=False, rows=FOLDS) == ()
