"""The outbox and the product's own inbox: what the courier takes, and what it leaves for people to read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from records.bulk import Clash, put_values
from records.rows import MessageRow, NoticeRow
from records.tables import messages, outbox
from records.transaction import Read, Write


def due_notices(read: Read, shown_now: datetime, limit: int, *, urgent_only: bool = False) -> tuple[NoticeRow, ...]:
    """Return undelivered notices that may be sent by now, the longest waiting first; while offices are shut, urgent ones."""
    due = outbox.c.delivered_at.is_(None), outbox.c.send_after <= shown_now
    found = select(outbox).where(*due).order_by(outbox.c.send_after, outbox.c.key).limit(limit)
    if urgent_only:
        found = found.where(outbox.c.urgent)
    return tuple(NoticeRow(**row) for row in read.connection.execute(found).mappings())


def mark_delivered(write: Write, key: str, *, to: Sequence[str], at: datetime, fallback: str | None = None) -> None:
    """Note to whom a notice went; `fallback` says why somebody else was told. A repeat changes nothing."""
    values = {"delivered_at": at, "delivered_to": list(to), "fallback": fallback, "attempts": outbox.c.attempts + 1}
    write.connection.execute(update(outbox).where(outbox.c.key == key, outbox.c.delivered_at.is_(None)).values(values))


def mark_failed(write: Write, key: str, *, problem: str, again_after: datetime) -> None:
    """Note a failed delivery and put the notice off until the shown instant `again_after`."""
    values = {"attempts": outbox.c.attempts + 1, "problem": problem, "send_after": again_after}
    write.connection.execute(update(outbox).where(outbox.c.key == key, outbox.c.delivered_at.is_(None)).values(values))


def put_messages(write: Write, rows: Iterable[MessageRow]) -> None:
    """Leave messages for people; one that is there already stays as it is, read or not."""
    put_values(write, messages, map(vars, rows), clash=Clash.keep)


def mark_read(write: Write, person: str, ids: Sequence[str], *, at: datetime) -> None:
    """Note when a person first read messages of theirs."""
    mine = messages.c.id.in_(ids), messages.c.person == person, messages.c.read_at.is_(None)
    write.connection.execute(update(messages).where(*mine).values(read_at=at))
