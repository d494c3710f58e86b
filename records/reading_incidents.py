"""What was set aside: orders whose docket goes on without them, by the incidents of each docket."""

import orjson
from sqlalchemy import select

from records.tables import events
from records.transaction import Read

SET_ASIDE = "docket.subject.set_aside"
RESUMED = "docket.subject.resumed"
_INCIDENTS = "incident:"


def set_aside(read: Read) -> dict[str, str]:
    """Return the orders whose last incident set them aside, each with its docket; some were never issued."""
    mine = events.c.stream.startswith(_INCIDENTS, autoescape=True), events.c.tag.in_((SET_ASIDE, RESUMED))
    columns = events.c.stream, events.c.tag, events.c.fields
    found = select(*columns).where(*mine).order_by(events.c.recorded_at, events.c.seq)
    last = {_order(fields): (tag, stream) for stream, tag, fields in read.connection.execute(found)}
    aside = {order: stream for order, (tag, stream) in last.items() if tag == SET_ASIDE}
    return {order: aside[order].removeprefix(_INCIDENTS) for order in sorted(aside)}


def _order(fields: str) -> str:
    return str(orjson.loads(fields)["order"])
