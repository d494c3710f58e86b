"""Recording: every answer a docket can get, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ledger.entry import leaf
from records import reading
from records.entries import Fact, entry_of
from records.session import Records
from records.tables import events, outbox, unsealed
from records.writing import Unrecordable, append, append_facts, append_many_facts
from records.writing_inbox import Received, find_act, hold_order, receive_act
from schemas.act import Acknowledge
from schemas.clock import Clock, Segment
from schemas.docket import Change, ChangeAnswer, Outcome
from schemas.event import LOCAL_OPERATOR, Cause, Sealed
from tests.records.examples import (
    CONTACT,
    DIGEST,
    LATER,
    NOON,
    OTHER_DIGEST,
    act_step,
    change,
    event,
    notice,
    order_id,
    recording,
    row,
    rung_step,
)


def write(records: Records, *changes: Change) -> tuple[ChangeAnswer, ...]:
    """Record changes in a transaction of their own."""
    with records.write() as tx:
        return append(tx, recording(*changes), recorded_at=LATER, clock=Clock()).answers


def seqs(records: Records, order: str) -> list[int]:
    """The positions that an order's stream has."""
    with records.read() as read:
        return [stored.seq for stored in reading.stream(read, f"order:{order}")]


def test_a_change_is_recorded_with_its_row_and_everything_beside_it(records: Records) -> None:
    """Events, row, notice and the sealer's work are there together, equal to what was given."""
    order = order_id()
    given = change(order, act_step(order, event(note="签收"), event("order.seen"), notices=(notice(order),)))

    [answer] = write(records, given)

    assert answer.outcome is Outcome.recorded
    assert answer.events == ()
    with records.read() as read:
        stored = reading.stream(read, f"order:{order}")
        kept = reading.order(read, order)
        ids = read.connection.scalars(select(events.c.event_id).where(events.c.stream == f"order:{order}")).all()
        left = read.connection.scalar(select(func.count()).where(unsealed.c.event_id.in_(ids)))
        told = read.connection.scalars(select(outbox.c.key).where(outbox.c.order_id == order)).all()
    assert tuple(one.event for one in stored) == given.steps[0].events
    assert kept == given.row
    assert left == 2
    assert told == [f"{order}:remind:unit"]


def test_the_same_change_again_is_answered_with_what_was_stored(records: Records) -> None:
    """A retry of a recording whose answer was lost writes nothing and hands back the stored events."""
    order = order_id()
    given = change(order, act_step(order))
    write(records, given)

    [answer] = write(records, given)

    assert answer.outcome is Outcome.repeated
    assert [one.event for one in answer.events] == list(given.steps[0].events)
    assert seqs(records, order) == [1]


def test_a_key_with_other_content_is_refused(records: Records) -> None:
    """A key stands for one content for ever, in its own stream and in any other."""
    order, other = order_id(), order_id()
    write(records, change(order, act_step(order)))

    [changed] = write(records, change(order, act_step(order, digest=OTHER_DIGEST), expected=1))
    [elsewhere] = write(records, change(other, act_step(order)))

    assert changed.outcome is Outcome.key_reused
    assert elsewhere.outcome is Outcome.key_reused
    assert seqs(records, order) == [1]
    assert seqs(records, other) == []


def test_a_stream_that_moved_on_answers_with_what_the_docket_did_not_know(records: Records) -> None:
    """The unknown events come back, and nothing is written."""
    order = order_id()
    write(records, change(order, act_step(order), act_step(f"{order}:b")))

    [answer] = write(records, change(order, act_step(f"{order}:c"), expected=1))

    assert answer.outcome is Outcome.moved_on
    assert [one.seq for one in answer.events] == [2]
    assert seqs(records, order) == [1, 2]


def test_a_stream_that_is_shorter_than_decided_upon_is_no_matter_for_retry(records: Records) -> None:
    """Deciding on events that the records do not have, as after a restored backup, sets the subject aside."""
    order = order_id()

    [answer] = write(records, change(order, act_step(order), expected=3))

    assert answer.outcome is Outcome.unrecordable
    assert seqs(records, order) == []


def test_one_bad_change_does_not_keep_the_others_out(records: Records) -> None:
    """A change without canonical form is answered alone; its neighbours are recorded."""
    good, bad = order_id(), order_id()

    answers = write(records, change(good, act_step(good)), change(bad, act_step(bad, event(share=0.5))))

    assert [answer.outcome for answer in answers] == [Outcome.recorded, Outcome.unrecordable]
    assert answers[1].problem
    assert seqs(records, good) == [1]
    assert seqs(records, bad) == []


@pytest.mark.parametrize("twice", ["stream", "cause"])
def test_nothing_may_come_twice_in_one_recording(records: Records, twice: str) -> None:
    """The second change with a stream or a cause of the first is refused."""
    order = order_id()
    other = order if twice == "stream" else order_id()
    key = order if twice == "cause" else order_id()

    with records.write() as tx:
        given = recording(change(order, act_step(order)), change(other, act_step(key)))
        answers = append(tx, given, recorded_at=LATER, clock=Clock()).answers

    assert answers[-1].outcome is Outcome.unrecordable


@pytest.mark.parametrize("bad", [{"color": None}, {"level": 2**70}, {"color": "\ud800"}])
def test_data_that_only_the_database_refuses_is_told_apart(records: Records, bad: dict[str, object]) -> None:
    """A row that cannot be stored fails the transaction as `Unrecordable`, and nothing of it stays."""
    order = order_id()
    broken = row(order, seq=1).model_copy(update=bad)
    given = change(order, rung_step(order, "remind")).model_copy(update={"row": broken})

    with pytest.raises(Unrecordable):
        write(records, given)

    assert seqs(records, order) == []


def test_a_rung_waits_for_an_act_received_before_it_was_due(records: Records) -> None:
    """Nobody is late because the engine was down: the rung is written once the act is judged, and only then."""
    order = order_id()
    write(records, change(order, act_step(f"{order}:issue")))
    act = Acknowledge(key=f"{order}:ack", order=order, at=NOON, actor=CONTACT)
    with records.write() as tx:
        hold_order(tx, order)
        receive_act(tx, act, received_shown=NOON, received_real=NOON)
    late, early = rung_step(order, "remind", LATER), rung_step(order, "first", NOON)

    [waits] = write(records, change(order, late, expected=1))
    [before] = write(records, change(order, early, expected=1))
    [with_act] = write(records, change(order, late, act_step(act.key), expected=2))

    assert waits.outcome is Outcome.act_waiting
    assert before.outcome is Outcome.recorded
    assert with_act.outcome is Outcome.recorded


def test_recording_an_act_closes_its_receipt_with_the_answer(records: Records) -> None:
    """A person who asks again with the same key is told what the act made of the order."""
    order = order_id()
    act = Acknowledge(key=f"{order}:ack", order=order, at=NOON, actor=CONTACT)
    with records.write() as tx:
        reception = receive_act(tx, act, received_shown=NOON, received_real=NOON)

    write(records, change(order, act_step(act.key), status="acknowledged"))

    with records.read() as read:
        receipt = find_act(read, act.key)
    assert reception.received is Received.new
    assert receipt is not None
    assert receipt.state == "judged"
    assert receipt.answer is not None
    assert (receipt.answer.status, receipt.answer.seq) == ("acknowledged", 1)


def test_the_entry_made_from_a_row_has_the_stored_leaf(records: Records) -> None:
    """What the row holds is all that a verifier needs, sealed fields and Chinese text included."""
    order = order_id()
    reason = Sealed(ref="r1", commitment=OTHER_DIGEST).model_dump()
    write(
        records, change(order, act_step(order, event(reason=reason, note="说明", 次数=2)), rung_step(order, "remind"))
    )

    with records.read() as read:
        found = select(events).where(events.c.stream == f"order:{order}").order_by(events.c.seq)
        rows = read.connection.execute(found).mappings().all()

    assert [leaf(entry_of(one)) for one in rows] == [bytes(one["leaf"]) for one in rows]
    assert OTHER_DIGEST.encode() in entry_of(rows[0])
    assert [len(one["salts"]) // 16 for one in rows] == [6, 10]


@pytest.mark.parametrize("statement", ["UPDATE events SET tag = 'x'", "DELETE FROM events"])
def test_an_event_is_never_changed(records: Records, statement: str) -> None:
    """The database itself refuses to change or delete an event."""
    order = order_id()
    write(records, change(order, act_step(order)))

    with pytest.raises(DBAPIError, match="events never change"), records.write() as tx:
        tx.connection.execute(text(statement))

    assert seqs(records, order) == [1]


def test_a_transaction_that_dies_leaves_nothing(records: Records) -> None:
    """What was not committed when the writer stopped is not there, not even in part."""
    order = order_id()

    def die() -> None:
        with records.write() as tx:
            append(tx, recording(change(order, act_step(order))), recorded_at=LATER, clock=Clock())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()

    with records.read() as read:
        assert reading.order(read, order) is None
    assert seqs(records, order) == []


def test_two_writers_of_one_docket_do_not_both_win(records: Records) -> None:
    """Of two recordings decided on the same position one is recorded, and the other is told what happened."""
    order = order_id()
    start = Barrier(2)

    def one(name: str) -> Outcome:
        start.wait()
        return write(records, change(order, act_step(f"{order}:{name}")))[0].outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(one, ["a", "b"]))

    assert outcomes == [Outcome.moved_on, Outcome.recorded]
    assert seqs(records, order) == [1]


def test_simulated_and_real_never_meet(records: Records) -> None:
    """A recording made by a demonstration's clock is not taken into real records."""
    order = order_id()
    demonstration = Clock(segments=(Segment(real=NOON, shown=NOON, rate=60),))

    with pytest.raises(ValueError, match="simulated"), records.write() as tx:
        append(tx, recording(change(order, act_step(order))), recorded_at=LATER, clock=demonstration)


def test_facts_of_doors_go_to_the_end_of_their_stream_once(records: Records) -> None:
    """A door needs no position; a repeat writes nothing, and another content under the same key is an error."""
    stream = f"unit:{order_id()}"
    first = Fact(
        cause=Cause(key=f"{stream}:1", digest=DIGEST), actor=LOCAL_OPERATOR, events=(event("unit.measured", n=1),)
    )
    second = Fact(
        cause=Cause(key=f"{stream}:2", digest=DIGEST), actor=LOCAL_OPERATOR, events=(event("unit.measured", n=2),)
    )
    other = Fact(cause=Cause(key=f"{stream}:2", digest=OTHER_DIGEST), actor=LOCAL_OPERATOR, events=(event(),))

    with records.write() as tx:
        before = append_facts(tx, stream, [first], recorded_at=LATER, simulated=False)
        after = append_many_facts(tx, {stream: [first, second]}, recorded_at=LATER, simulated=False)[stream]
        again = append_facts(tx, stream, [first, second], recorded_at=LATER, simulated=False)
        with pytest.raises(ValueError, match="something else"):
            append_facts(tx, stream, [other], recorded_at=LATER, simulated=False)

    assert [one.seq for one in before.events] == [1]
    assert [one.seq for one in after.events] == [2]
    assert (again.repeated, again.events) == (True, ())
    with records.read() as read:
        told = reading.history(read, stream)
    assert [one.stored.event.fields for one in told] == [{"n": 1}, {"n": 2}]
    assert (told[0].policy, told[0].actor["person"]) == ("", "local")
