"""The inbox: an act is durable here before anybody judges it, and its receipt is what the person is told.

A door calls `hold_order`, reads its clock, and receives the act, in one transaction; so no rung due later can be
written in between by a recording that does not see the act.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, select, update

from ledger.canonical import canonical
from records.bulk import Clash, put_values
from records.rows import Receipt
from records.tables import inbox
from records.tables_current import orders
from records.transaction import Read, Write
from schemas.act import ACT, Act
from schemas.docket import ActAnswer


class Received(StrEnum):
    """`new`: stored now. `known`: the same act was stored before. `other`: the key stands for other content."""

    new = "new"
    known = "known"
    other = "other"


@dataclass(frozen=True, slots=True)
class Reception:
    """What became of an act at the door; the receipt is the stored one, whose instant the act is judged by."""

    received: Received
    receipt: Receipt


def content_digest(act: Act) -> str:
    """Return the digest of what was asked, without the instant: a repeat of the same act has the same."""
    return sha256(canonical(act.model_dump(mode="json", exclude={"at"}))).hexdigest()


def hold_order(write: Write, order: str) -> None:
    """Keep this order's docket from recording until the transaction ends; take the act's instant after this."""
    docket = write.connection.scalar(select(orders.c.docket).where(orders.c.id == order))
    if docket is not None:
        write.hold(docket)


def receive_act(write: Write, act: Act, *, received_shown: datetime, received_real: datetime) -> Reception:
    """Store an act once; `received_shown` is what it is judged by, and becomes its `at`.

    The key itself keeps a second copy out: who sends the same act at the same moment waits until the first is there. A
    lock for each would not do, since withdrawing a campaign receives thousands of acts in one transaction.
    """
    digest = content_digest(act)
    received = act.model_copy(update={"at": received_shown})
    values = {
        "key": act.key,
        "order_id": act.order,
        "act": canonical(received.model_dump(mode="json")).decode(),
        "digest": digest,
        "received_at": received_shown,
        "received_real": received_real,
        "state": "waiting",
        **dict.fromkeys(("answer", "refusal_code", "refusal", "settled_at")),
    }
    new = put_values(write, inbox, [values], clash=Clash.keep) == 1
    stored = _found(write, act.key)
    if new:
        return Reception(Received.new, _receipt(stored))
    return Reception(Received.known if stored["digest"] == digest else Received.other, _receipt(stored))


def mark_refused(write: Write, key: str, *, code: str, sentence: str, at: datetime) -> bool:
    """Close a receipt whose act was refused; false for one that is closed already, which keeps what it says."""
    values = {"state": "refused", "refusal_code": code, "refusal": sentence, "settled_at": at}
    waiting = inbox.c.key == key, inbox.c.state == "waiting"
    return write.connection.execute(update(inbox).where(*waiting).values(values)).rowcount == 1


def find_act(read: Read, key: str) -> Receipt | None:
    """Return the receipt of an act, with what became of it."""
    row = _find(read, key)
    return None if row is None else _receipt(row)


def waiting_acts(read: Read, *, older_than: datetime, limit: int) -> tuple[Receipt, ...]:
    """Return acts nobody has judged yet, received before the real instant `older_than`, in order of receipt."""
    found = (
        select(inbox)
        .where(inbox.c.state == "waiting", inbox.c.received_real < older_than)
        .order_by(inbox.c.received_real, inbox.c.key)
        .limit(limit)
    )
    return tuple(_receipt(row) for row in read.connection.execute(found).mappings())


def earlier_waiting(read: Read, receipt: Receipt) -> bool:
    """Whether another act on the same order was received before this one and still waits: that one goes first."""
    earlier = select(inbox.c.key).where(
        inbox.c.order_id == receipt.act.order,
        inbox.c.state == "waiting",
        inbox.c.key != receipt.act.key,
        inbox.c.received_real < receipt.received_real,
    )
    return read.connection.scalar(earlier.limit(1)) is not None


def waiting_on(read: Read, order: str) -> tuple[Act, ...]:
    """Return the acts on an order that nobody judged yet."""
    mine = select(inbox.c.act).where(inbox.c.order_id == order, inbox.c.state == "waiting")
    return tuple(ACT.validate_json(one) for one in read.connection.scalars(mine))


def _found(read: Read, key: str) -> RowMapping:
    return read.connection.execute(select(inbox).where(inbox.c.key == key)).mappings().one()


def _find(read: Read, key: str) -> RowMapping | None:
    return read.connection.execute(select(inbox).where(inbox.c.key == key)).mappings().one_or_none()


def _receipt(row: RowMapping) -> Receipt:
    answer: dict[str, Any] | None = row["answer"]
    return Receipt(
        act=ACT.validate_json(row["act"]),
        received_at=row["received_at"],
        received_real=row["received_real"],
        state=row["state"],
        answer=None if answer is None else ActAnswer.model_validate(answer),
        refusal_code=row["refusal_code"],
        refusal=row["refusal"],
    )
