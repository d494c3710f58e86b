"""How late the clock was: every rung with the instant it was due and the instant it was recorded."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select

from records.tables import events
from records.transaction import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedRung:
    """A rung as recorded: `scheduled` in shown time, `recorded_at` in real time."""

    stream: str
    obligation: str
    rung: str
    scheduled: datetime
    recorded_at: datetime


def reached_rungs(read: Read) -> list[ReachedRung]:
    """Return every rung of every order, in order of recording."""
    found = select(events.c.stream, events.c.fields, events.c.recorded_at).where(events.c.tag == "order.rung.reached")
    return [_rung(*row) for row in read.connection.execute(found.order_by(events.c.recorded_at))]


def _rung(stream: str, text: str, recorded_at: datetime) -> ReachedRung:
    fields = orjson.loads(text)
    return ReachedRung(
        stream=stream,
        obligation=fields["obligation"],
        rung=fields["rung"],
        scheduled=datetime.fromisoformat(fields["scheduled"]),
        recorded_at=recorded_at,
    )
