"""Reading the events themselves: a stream as the loop folds it, and as a person follows it up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping, func, select

from records.bulk import given
from records.entries import own_fields
from records.tables import events
from records.transaction import Read
from schemas.docket import StoredEvent
from schemas.event import EventData


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event with all that stands beside it: who, by which act, under which rules, and when it was written."""

    event_id: str
    stream: str
    stored: StoredEvent
    simulated: bool
    recorded_at: datetime
    cause_key: str
    actor: dict[str, Any]
    policy: str
    calendar: str
    leaf: bytes


def stream(read: Read, name: str, *, after: int = 0) -> tuple[StoredEvent, ...]:
    """Return the events of a stream behind position `after`, in order."""
    columns = events.c.seq, events.c.tag, events.c.schema_no, events.c.happened_at, events.c.fields
    found = select(*columns).where(events.c.stream == name, events.c.seq > after).order_by(events.c.seq)
    return tuple(_stored(row) for row in read.connection.execute(found).mappings())


def history(read: Read, name: str) -> tuple[RecordedEvent, ...]:
    """Return a whole stream with actor, cause and rules, for a person or an auditor."""
    found = select(events).where(events.c.stream == name).order_by(events.c.seq)
    return tuple(recorded(row) for row in read.connection.execute(found).mappings())


def last_seqs(read: Read, streams: Sequence[str]) -> dict[str, int]:
    """Return the last position of each stream, 0 for one that is empty."""
    asked = given(read, streams)
    last = select(func.max(events.c.seq)).where(events.c.stream == asked.c.value).scalar_subquery()
    return {name: seq or 0 for name, seq in read.connection.execute(select(asked.c.value, last))}


def _stored(row: RowMapping) -> StoredEvent:
    fields = own_fields(orjson.loads(row["fields"]))
    data = EventData(tag=row["tag"], schema_no=row["schema_no"], happened_at=row["happened_at"], fields=fields)
    return StoredEvent(seq=row["seq"], event=data)


def recorded(row: RowMapping) -> RecordedEvent:
    """Return a whole row of `events` as the event it holds."""
    fields = orjson.loads(row["fields"])
    return RecordedEvent(
        event_id=row["event_id"],
        stream=row["stream"],
        stored=_stored(row),
        simulated=row["simulated"],
        recorded_at=row["recorded_at"],
        cause_key=row["cause_key"],
        actor=fields["step.actor"],
        policy=fields.get("step.policy", ""),
        calendar=fields.get("step.calendar", ""),
        leaf=bytes(row["leaf"]),
    )
