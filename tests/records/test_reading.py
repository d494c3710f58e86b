"""Readings: lists in a fixed order, filters, pages, counts; all with nothing but the records."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from records import reading
from records.reading import OrderFilter
from records.reading_loop import open_triggers, spent_triggers, unrecorded
from records.rows import (
    CampaignRow,
    CandidateRow,
    ClaimRow,
    DocketRow,
    MeasurementRow,
    PublicationRow,
    StaffRow,
    UnitRow,
)
from records.session import Read, Records
from records.tables_current import claims
from records.writing import append
from records.writing_current import (
    add_to_docket,
    put_campaign,
    put_candidates,
    put_claims,
    put_docket,
    put_measurements,
    put_publication,
    put_staff,
    put_units,
)
from schemas.clock import Clock
from tests.records.examples import DIGEST, LATER, NOON, act_step, change, order_id, recording

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def round_of_orders(records: Records) -> list[str]:
    """Four orders of one campaign: late, later still, under review in time, closed out."""
    ids = [order_id() for _ in range(4)]
    rows: tuple[dict[str, Any], ...] = (
        {"due": NOON - DAY, "level": 2},
        {"due": NOON - 2 * DAY, "region": "140214002", "district": "140214"},
        {"due": NOON + DAY, "status": "under_review", "waits_for": "reviewer"},
        {"due": None, "next_due": None, "status": "closed_out", "settled": True},
    )
    changes = [
        change(order, act_step(order), campaign="2026-009", **changed) for order, changed in zip(ids, rows, strict=True)
    ]
    with records.write() as tx:
        append(tx, recording(*changes), recorded_at=LATER, clock=Clock())
    return ids


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (OrderFilter(), [0, 1, 2, 3]),
        (OrderFilter(district="140213"), [0, 2, 3]),
        (OrderFilter(region="140214"), [1]),
        (OrderFilter(region="140200"), [0, 1, 2, 3]),
        (OrderFilter(status="under_review"), [2]),
        (OrderFilter(waits_for="reviewer", round=1), [2]),
        (OrderFilter(min_level=2), [0]),
        (OrderFilter(settled=True), [3]),
        (OrderFilter(settled=False, docket="docket:2026-001:r1:140213:1"), [0, 1, 2]),
        (OrderFilter(due_before=NOON), [0, 1]),
        (OrderFilter(unit="nobody"), []),
    ],
)
def test_orders_are_found_by_what_is_asked(
    records: Records, round_of_orders: list[str], where: OrderFilter, expected: list[int]
) -> None:
    """Every filter alone or with others gives exactly those orders, by id."""
    with records.read() as read:
        found = [one.id for one in reading.orders(read, where) if one.id in round_of_orders]

    assert found == [round_of_orders[n] for n in expected]


def test_pages_fit_together(records: Records, round_of_orders: list[str]) -> None:
    """Reading on behind the last id of a page misses nothing and repeats nothing."""
    where = OrderFilter(campaign="2026-009")
    with records.read() as read:
        first = reading.orders(read, where, limit=3)
        rest = reading.orders(read, where, limit=3, after=first[-1].id)

    assert [one.id for one in first + rest] == round_of_orders


def test_an_order_is_found_by_its_id_and_by_its_number(records: Records, round_of_orders: list[str]) -> None:
    """People know the number, programs the id."""
    with records.read() as read:
        by_id = reading.order(read, round_of_orders[0])
        assert by_id is not None
        by_number = reading.order(read, by_id.number)
        nobody = reading.order(read, "nobody")

    assert by_number == by_id
    assert nobody is None


def test_the_longest_overdue_comes_first(records: Records, round_of_orders: list[str]) -> None:
    """What is late, and only that, in order of its due; pages by offset."""
    where = OrderFilter(campaign="2026-009")
    with records.read() as read:
        late = [one.id for one in reading.overdue(read, NOON, where)]
        second = [one.id for one in reading.overdue(read, NOON, where, limit=1, offset=1)]

    assert late == [round_of_orders[1], round_of_orders[0]]
    assert second == [round_of_orders[0]]


def test_overdue_orders_are_found_through_their_index(records: Records) -> None:
    """The very statement that is run reads the partial index on open orders, without sorting."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    with records.read() as read:
        event.listen(read.connection, "before_cursor_execute", listen)
        reading.overdue(read, NOON, limit=200)
        plan = _plan(read, *asked[-1])

    assert "ix_orders_due_open" in plan
    assert "SORT" not in plan.upper()
    assert "TEMP B-TREE" not in plan


def _plan(read: Read, statement: str, values: Any) -> str:  # noqa: ANN401 - as the driver takes them
    """How the database would run the statement if the table were large."""
    if read.is_sqlite:
        rows = read.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return " ".join(str(row[3]) for row in rows)
    read.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    read.connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    return " ".join(str(row[0]) for row in read.connection.exec_driver_sql(f"EXPLAIN {statement}", values))


def test_a_round_is_counted(records: Records, round_of_orders: list[str]) -> None:
    """Each order counts where it stands; a round without orders counts nothing."""
    with records.read() as read:
        counts = reading.campaign_counts(read, "2026-009", 1, now=NOON)
        empty = reading.campaign_counts(read, "2026-009", 2, now=NOON)

    assert counts == reading.CampaignCounts(issued=4, open=3, closed_out=1, withdrawn=0, settled=1, overdue=2)
    assert empty.issued == empty.overdue == 0
    assert len(round_of_orders) == 4


def test_the_roster_is_read_as_it_was_last_written(records: Records) -> None:
    """Units and figures are set, not added; regions take everything below them."""
    code = order_id()
    unit = UnitRow(credit_code=code, name="示例村", unit_type="village", region="149901001", district="149901", seq=1)
    figures = MeasurementRow(
        unit=code, headcount=9, registered=3, active=1, has_team=False, cut_off="2026-09-30", source="x", event_id="e1"
    )
    moved = UnitRow(**{**vars(unit), "name": "示例社区", "contact_name": "ref", "seq": 2})
    with records.write() as tx:
        for one in (unit, moved):
            put_units(tx, [one])
            put_measurements(tx, [figures])

    with records.read() as read:
        assert reading.unit(read, code) == moved
        assert reading.unit(read, "nobody") is None
        assert reading.all_units(read, region="149901") == (moved,)
        assert reading.all_units(read, region="149902") == ()
        assert reading.all_measurements(read, region="1499") == {code: figures}


def test_roles_are_set_as_a_whole(records: Records) -> None:
    """A role left out of a person's new roles is no longer held."""
    person = order_id()
    roles = [StaffRow(person=person, role=role, scope="140213", seq=1) for role in ("approver", "officer")]
    with records.write() as tx:
        put_staff(tx, person, roles)
        assert reading.roles_of(tx, person) == tuple(roles)
        put_staff(tx, person, roles[:1])

    with records.read() as read:
        assert [one.role for one in reading.roles_of(read, person)] == ["approver"]
        assert person in {one.person for one in reading.holders_of(read, "approver", ["140213", "140214"])}
        assert reading.holders_of(read, "officer", ["140213"]) == ()
        assert roles[0] in reading.all_staff(read)


def test_a_campaign_its_candidates_dockets_and_tables_are_read_back(records: Records) -> None:
    """Everything kept of a campaign comes back equal, in a fixed order."""
    name = order_id()
    campaign = CampaignRow(
        id=name, title="示例行动", state="started", round=1, policy=DIGEST, calendar=DIGEST, urgency="normal",
        definitions={"signed": "按期签收"}, started_at=NOON, started_by="P0001", seq=1,
    )  # fmt: skip
    found = [
        CandidateRow(
            campaign=name, round=1, unit=unit, district="140213", finding=finding, verdict={"items": []},
            figures={"headcount": 9}, cut_off="2026-09-30", measurement="e1",
        )
        for unit, finding in (("A", "short"), ("B", "clear"))
    ]  # fmt: skip
    docket = DocketRow(
        id=f"docket:{name}", campaign=name, round=1, district="140213", number=1, opened=0, capacity=250, state="open",
        started_at=NOON,
    )  # fmt: skip
    table = PublicationRow(campaign=name, round=1, version=1, digest=DIGEST, files={"a.csv": DIGEST}, made_at=NOON)
    with records.write() as tx:
        put_campaign(tx, campaign)
        put_candidates(tx, reversed(found))
        put_docket(tx, docket)
        add_to_docket(tx, docket.id, opened=250, state="full")
        put_publication(tx, table)
        put_publication(tx, PublicationRow(**{**vars(table), "digest": "other"}))

    with records.read() as read:
        assert reading.campaign(read, name) == campaign
        assert campaign in reading.all_campaigns(read)
        assert reading.candidates_of(read, name, 1) == tuple(found)
        assert reading.candidates_of(read, name, 1, finding="short") == (found[0],)
        [kept] = reading.dockets_of(read, name)
        assert (kept.opened, kept.state) == (250, "full")
        assert reading.dockets_of(read, name, 2) == ()
        assert reading.publications_of(read, name) == (table,)


def test_a_claim_counts_until_its_order_is_recorded(records: Records) -> None:
    """A confirmed order is open before its docket records it, and is there once; the next confirmation clears it away."""
    recorded, awaited = order_id(), order_id()
    with records.write() as tx:
        put_claims(tx, [ClaimRow(order_id=one, unit="CLAIMED", triggers="T1、T3") for one in (recorded, awaited)])
        append(tx, recording(change(recorded, act_step(recorded), triggers="T2")), recorded_at=LATER, clock=Clock())
        waiting = unrecorded(tx, awaited.partition(":")[0])
        found = {order: triggers for order, _, triggers in open_triggers(tx) if order in {recorded, awaited}}
        put_claims(tx, [])
        kept = tx.connection.scalars(select(claims.c.order_id)).all()

    assert found == {recorded: ("T2",), awaited: ("T1", "T3")}
    assert waiting == 1
    assert kept == [awaited]


def test_the_same_figures_are_not_used_twice(records: Records) -> None:
    """A settled order covers what it dealt with until newer figures come; one issued on older figures covers nothing."""
    before, since = order_id(), order_id()
    verdict = {"items": [{"trigger": "T1"}]}
    short = CandidateRow(
        campaign="2026-077",
        round=1,
        unit="SPENT",
        district="140213",
        finding="short",
        verdict=verdict,
        figures={},
        cut_off=NOON.date().isoformat(),
        measurement="m",
    )
    over: dict[str, Any] = {
        "unit": "SPENT",
        "triggers": "T1、T2",
        "status": "closed_out",
        "settled": True,
        "due": None,
        "next_due": None,
    }
    with records.write() as tx:
        put_candidates(tx, [short])
        changes = [change(before, act_step(before), issued_at=NOON - DAY, **over)]
        changes.append(change(since, act_step(since), issued_at=NOON, **over))
        append(tx, recording(*changes), recorded_at=LATER, clock=Clock())
        found = spent_triggers(tx, "2026-077", 1)

    assert found == [(since, "SPENT", ("T1", "T2"))]


def test_an_order_covers_until_no_look_back_can_reopen_it(records: Records) -> None:
    """Closed out and not settled covers; settled or withdrawn does not."""
    watched, settled, withdrawn = order_id(), order_id(), order_id()
    states: dict[str, dict[str, Any]] = {
        watched: {"status": "closed_out"},
        settled: {"status": "closed_out", "settled": True, "due": None, "next_due": None},
        withdrawn: {"status": "withdrawn"},
    }
    with records.write() as tx:
        changes = [change(order, act_step(order), **state) for order, state in states.items()]
        append(tx, recording(*changes), recorded_at=LATER, clock=Clock())
        found = {order for order, _, _ in open_triggers(tx)}

    assert found & states.keys() == {watched}
