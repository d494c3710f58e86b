"""Receipts, notices and messages: what doors and keepers do with them."""

from datetime import timedelta

import pytest

from records import reading
from records.rows import MessageRow
from records.session import Records
from records.writing import append
from records.writing_inbox import Received, earlier_waiting, find_act, mark_refused, receive_act, waiting_acts
from records.writing_outbox import due_notices, mark_delivered, mark_failed, mark_read, put_messages
from schemas.act import Acknowledge, Resume
from schemas.clock import Clock
from tests.records.examples import CONTACT, LATER, NOON, act_step, change, notice, order_id, recording

SECOND = timedelta(seconds=1)


def acknowledge(order: str, key: str = "") -> Acknowledge:
    """An act on an order."""
    return Acknowledge(key=key or f"{order}:ack", order=order, at=NOON, actor=CONTACT)


def test_an_act_is_received_once_and_judged_by_its_first_instant(records: Records) -> None:
    """The same act sent again gets the first receipt, even though the door's clock went on."""
    act = acknowledge(order_id())

    with records.write() as tx:
        first = receive_act(tx, act, received_shown=NOON + SECOND, received_real=LATER)
    with records.write() as tx:
        again = receive_act(tx, act.model_copy(update={"at": LATER}), received_shown=LATER, received_real=LATER)

    assert (first.received, again.received) == (Received.new, Received.known)
    assert again.receipt == first.receipt
    assert first.receipt.act.at == NOON + SECOND


def test_a_key_does_not_serve_two_acts(records: Records) -> None:
    """Another act under a known key is not stored, and the door is shown which one has it."""
    order = order_id()
    other = Resume(key=f"{order}:ack", order=order, at=NOON, actor=CONTACT)

    with records.write() as tx:
        receive_act(tx, acknowledge(order), received_shown=NOON, received_real=NOON)
        refused = receive_act(tx, other, received_shown=NOON, received_real=NOON)

    assert refused.received is Received.other
    assert refused.receipt.act == acknowledge(order)


def test_waiting_acts_come_in_order_of_receipt(records: Records) -> None:
    """The forwarder gets the oldest first, none that is fresh or settled, and knows which must wait for another."""
    order = order_id()
    acts = [acknowledge(order, f"{order}:{n}") for n in range(4)]
    with records.write() as tx:
        for n in (2, 0, 1, 3):
            receive_act(tx, acts[n], received_shown=NOON, received_real=NOON + n * SECOND)
        mark_refused(tx, acts[1].key, code="order.closed", sentence="该单已销号。", at=LATER)

    with records.read() as read:
        waiting = [one for one in waiting_acts(read, older_than=NOON + 3 * SECOND, limit=100) if one.act.order == order]
        behind = [earlier_waiting(read, one) for one in waiting]

    assert [one.act.key for one in waiting] == [acts[0].key, acts[2].key]
    assert behind == [False, True]


def test_a_refusal_is_kept_and_never_replaced(records: Records) -> None:
    """Who asks again is told the first refusal, whatever comes later."""
    act = acknowledge(order_id())
    with records.write() as tx:
        receive_act(tx, act, received_shown=NOON, received_real=NOON)
        mark_refused(tx, act.key, code="order.closed", sentence="该单已销号。", at=LATER)
        mark_refused(tx, act.key, code="other", sentence="别的。", at=LATER)

    with records.read() as read:
        receipt = find_act(read, act.key)
        unknown = find_act(read, "nobody's")

    assert receipt is not None
    assert (receipt.state, receipt.refusal_code, receipt.refusal) == ("refused", "order.closed", "该单已销号。")
    assert unknown is None


def test_a_notice_is_taken_when_it_may_be_sent_and_delivered_once(records: Records) -> None:
    """Office hours are kept, a failure puts it off, a second delivery changes nothing."""
    order = order_id()
    early = notice(order, key=f"{order}:a", send_after=NOON - SECOND)
    later = notice(order, key=f"{order}:b", send_after=LATER)
    given = change(order, act_step(order, notices=(later, early)))
    with records.write() as tx:
        append(tx, recording(given), recorded_at=LATER, clock=Clock())

    def waiting() -> list[str]:
        with records.read() as read:
            return [one.key for one in due_notices(read, NOON, 1000) if one.order_id == order]

    assert waiting() == [early.key]
    with records.write() as tx:
        mark_failed(tx, early.key, problem="no answer", again_after=LATER)
    assert waiting() == []
    with records.write() as tx:
        mark_delivered(tx, early.key, to=["P0007"], at=LATER)
        mark_delivered(tx, early.key, to=["P0008"], at=LATER, fallback="上一级")
    with records.read() as read:
        left = [one.key for one in due_notices(read, LATER, 1000) if one.order_id == order]
    assert left == [later.key]


@pytest.mark.parametrize("unread", [False, True])
def test_a_person_reads_what_they_were_told(records: Records, *, unread: bool) -> None:
    """Newest first, each message once, and only one's own can be marked as read."""
    me, you = order_id(), order_id()
    rows = [
        MessageRow(id=f"{who}:{n}", person=who, order_id="x", template="remind", created_at=NOON + n * SECOND)
        for who in (me, you)
        for n in range(3)
    ]
    with records.write() as tx:
        put_messages(tx, rows)
        mark_read(tx, me, [f"{me}:1", f"{you}:1"], at=LATER)
        put_messages(tx, rows)

    with records.read() as read:
        mine = [one.id for one in reading.inbox_of(read, me, unread=unread)]
        yours = [one.id for one in reading.inbox_of(read, you, unread=True)]

    assert mine == [f"{me}:{n}" for n in (2, 1, 0) if not (unread and n == 1)]
    assert yours == [f"{you}:{n}" for n in (2, 1, 0)]
