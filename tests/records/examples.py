"""Builders of small recordings; everything in them is synthetic."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from schemas.docket import Change, Recording, StoredEvent
from schemas.event import CLOCK, Actor, Cause, EventData, Notice, Role, Step
from schemas.order import OrderRow

NOON = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(seconds=2)
DIGEST = "ab" * 32
OTHER_DIGEST = "cd" * 32
CONTACT = Actor(person="P0007", role=Role.unit_contact, scope="11140200MB0000001X")
_fresh = count(1)


def order_id() -> str:
    """A fresh order's id."""
    return f"2026-001:r1:synthetic{next(_fresh):09d}"


def row(order: str, *, seq: int, **changed: Any) -> OrderRow:  # noqa: ANN401 - columns of many types
    """The row of an order whose stream ends at `seq`."""
    values: dict[str, Any] = {
        "id": order,
        "docket": "docket:2026-001:r1:140213:1",
        "campaign": "2026-001",
        "round": 1,
        "district": "140213",
        "region": "140213001",
        "unit": order[-18:],
        "unit_type": "village",
        "number": f"同文明督〔2026〕{order[-4:]}号",
        "form": "order",
        "urgency": "normal",
        "triggers": "T1,T2",
        "status": "issued",
        "paused": "",
        "level": 1,
        "color": "blue",
        "waits_for": "unit_contact",
        "waits_step": "sign",
        "due": NOON,
        "next_due": NOON,
        "provisional": False,
        "issued_at": NOON,
        "signed_at": None,
        "sign_due": NOON,
        "first_due": NOON,
        "finish_due": NOON,
        "first_submitted_at": None,
        "submitted_at": None,
        "closed_at": None,
        "extended": 0,
        "returned": 0,
        "reopened": 0,
        "paused_from": None,
        "headcount_after": None,
        "registered_after": None,
        "active_after": None,
        "team_after": None,
        "seq": seq,
        "settled": False,
    }
    return OrderRow.model_validate(values | changed)


def event(tag: str = "order.acknowledged", at: datetime = NOON, **fields: Any) -> EventData:  # noqa: ANN401 - JSON
    """An event with these fields."""
    return EventData(tag=tag, happened_at=at, fields=fields)


def act_step(key: str, *events: EventData, digest: str = DIGEST, notices: tuple[Notice, ...] = ()) -> Step:
    """What an act of the unit's contact made happen."""
    cause = Cause(key=key, digest=digest)
    return Step(
        cause=cause, actor=CONTACT, policy=DIGEST, calendar=DIGEST, events=events or (event(),), notices=notices
    )


def rung_step(order: str, rung: str, scheduled: datetime = NOON) -> Step:
    """A rung of the clock."""
    fields = {"obligation": "finish-1", "rung": rung, "level": 2, "told": True, "party": "unit_contact"}
    reached = event("order.rung.reached", scheduled, scheduled=scheduled.isoformat(), **fields)
    cause = Cause(key=f"{order}:finish-1:{rung}", digest=DIGEST)
    return Step(cause=cause, actor=CLOCK, policy=DIGEST, calendar=DIGEST, events=(reached,))


def change(order: str, *steps: Step, expected: int = 0, **changed: Any) -> Change:  # noqa: ANN401 - columns of many types
    """What these steps make of an order."""
    seq = expected + sum(len(step.events) for step in steps)
    return Change(stream=f"order:{order}", expected_seq=expected, steps=steps, row=row(order, seq=seq, **changed))


def recording(*changes: Change) -> Recording:
    """One transaction's worth of them."""
    return Recording(docket="docket:2026-001:r1:140213:1", simulated=False, changes=changes)


def notice(order: str, **changed: Any) -> Notice:  # noqa: ANN401 - fields of many types
    """A reminder about an order."""
    values: dict[str, Any] = {
        "key": f"{order}:remind:unit",
        "to": Role.unit_contact,
        "scope": order[-18:],
        "template": "remind",
        "order": order,
        "doc_no": "同文明督〔2026〕1号",
        "due": LATER,
        "send_after": NOON,
    }
    return Notice.model_validate(values | changed)


def evolve_seq(stored: tuple[StoredEvent, ...]) -> OrderRow:
    """Stand in for the rules: a row that depends on the events' own field `order` and on how many there are."""
    order = str(stored[0].event.fields["order"])
    return row(order, seq=stored[-1].seq, status="issued" if len(stored) == 1 else "acknowledged")
