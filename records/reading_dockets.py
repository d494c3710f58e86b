"""What an announcement reads: which dockets still keep clocks by an older calendar than the newest."""

from sqlalchemy import exists, literal, select

from records.reading_events import stream
from records.tables import events
from records.tables_current import campaigns, dockets, orders
from records.transaction import Read
from schemas import names


def dockets_behind(read: Read, calendar: str, *, after: str = "", limit: int) -> tuple[str, ...]:
    """Return the dockets behind `after` that have open orders and not this calendar, in order of their ids.

    A docket begins with the calendar of its campaign's start, and has every later one when its arrival is recorded. So
    a round confirmed long after an announcement, and a docket that started while one ran, are found as well.
    """
    began = exists().where(campaigns.c.id == dockets.c.campaign, campaigns.c.calendar != calendar)
    waiting = exists().where(orders.c.docket == dockets.c.id, orders.c.settled.is_(False))
    arrived = exists().where(events.c.stream == literal(names.delivery_stream(calendar, "")).concat(dockets.c.id))
    found = select(dockets.c.id).where(dockets.c.id > after, began, waiting, ~arrived)
    return tuple(read.connection.scalars(found.order_by(dockets.c.id).limit(limit)))


def delivered_before(read: Read, calendar: str, docket: str) -> int | None:
    """Return how many orders a calendar moved when it came to a docket; none where it has not come."""
    found = stream(read, names.delivery_stream(calendar, docket))
    return int(str(found[0].event.fields["orders"])) if found else None
