"""Writing what was decided: one recording, one transaction, set by set and never row by row.

A change that may not be written says why in its answer, and the others are written all the same. Only when the database
itself refuses the data is the whole transaction lost; then `Unrecordable` is raised and the caller bisects.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from zlib import crc32

from orjson import JSONEncodeError
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DataError, IntegrityError

from ledger.canonical import NotCanonical, timestamp
from records.bulk import Clash, among, binder, put
from records.entries import EventRow, Fact, Happening, rows_of
from records.reading_events import last_seqs, stream
from records.tables import events, inbox, outbox, unsealed
from records.tables_current import orders
from records.transaction import Write
from schemas.clock import Clock
from schemas.docket import ActAnswer, Change, ChangeAnswer, Outcome, Recording, RecordingAnswer, StoredEvent
from schemas.errors import BihuanError
from schemas.event import EventData, Notice, Role

__all__ = ["Fact", "FactsAnswer", "Unrecordable", "append", "append_facts"]

RUNG_REACHED: Final = "order.rung.reached"
# Streams of doors share so many locks: an import of thousands must not need thousands.
_BUCKETS: Final = 32
_UNIQUE_EVENTS: Final = ("events.stream", "events.cause_key", "uq_events_")


class Unrecordable(BihuanError):
    """The database refused the data of some change in this recording; nothing of it was written."""


class FactsAnswer(NamedTuple):
    """What a door's stream got now: events from position `first` on, and their ids; `repeated` when there was nothing."""

    first: int
    happened: tuple[EventData, ...]
    ids: tuple[str, ...]
    repeated: bool

    @property
    def events(self) -> tuple[StoredEvent, ...]:
        """The events with their positions."""
        return tuple(StoredEvent(seq=seq, event=event) for seq, event in enumerate(self.happened, start=self.first))


@dataclass(frozen=True, slots=True)
class _Known:
    """Where a cause was recorded before."""

    stream: str
    digest: str


@dataclass(slots=True)
class _Batch:
    """What one transaction will write."""

    events: list[EventRow] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    acts: dict[str, ActAnswer] = field(default_factory=dict)


def append(write: Write, recording: Recording, *, recorded_at: datetime, clock: Clock) -> RecordingAnswer:
    """Record each change that may be recorded, with its row and notices; answer for each, in the order asked.

    The caller holds the transaction and commits it. `recorded_at` is real time. Raises `Unrecordable` when the database
    refuses the data, and `ValueError` for a recording made by another kind of clock than this directory's.
    """
    if recording.simulated != clock.simulated:
        message = "simulated and real records never share a data directory"
        raise ValueError(message)
    write.hold(recording.docket)
    answers = _refusals(write, recording.changes)
    batch = _Batch()
    for change in recording.changes:
        if change.stream not in answers:
            answers[change.stream] = _prepare(batch, change, simulated=recording.simulated, recorded_at=recorded_at)
    _store(write, batch, recorded_at)
    return RecordingAnswer(answers=tuple(answers[change.stream] for change in recording.changes))


def append_facts(
    write: Write, stream_name: str, steps: Sequence[Happening], *, recorded_at: datetime, simulated: bool
) -> FactsAnswer:
    """Record facts at the end of a stream that doors write (units, attempts, staff, campaigns).

    A step whose cause is there already is passed over, so a repeat writes nothing. Raises `ValueError` when the same
    cause comes back with other content.
    """
    return append_many_facts(write, {stream_name: steps}, recorded_at=recorded_at, simulated=simulated)[stream_name]


def append_many_facts(
    write: Write, facts: Mapping[str, Sequence[Happening]], *, recorded_at: datetime, simulated: bool
) -> dict[str, FactsAnswer]:
    """Record facts of many streams at once, as an import needs it; see `append_facts`."""
    for bucket in sorted({crc32(name.encode()) % _BUCKETS for name in facts}):
        write.hold(f"facts:{bucket}")
    known = _known_causes(write, [step.cause.key for steps in facts.values() for step in steps])
    seqs = last_seqs(write, list(facts))
    batch, answers = _Batch(), {}
    for name, steps in facts.items():
        fresh = [step for step in steps if not _repeats(name, step, known)]
        with _data_errors():
            rows = rows_of(name, seqs[name], fresh, simulated=simulated, recorded_at=recorded_at)
        batch.events += rows
        batch.notices |= {notice.key: notice for step in fresh for notice in step.notices}
        happened = tuple([event for step in fresh for event in step.events])
        answers[name] = FactsAnswer(seqs[name] + 1, happened, tuple([row[0] for row in rows]), repeated=not fresh)
    _store(write, batch, recorded_at)
    return answers


def _repeats(name: str, step: Happening, known: Mapping[str, _Known]) -> bool:
    if _reused(name, step, known):
        message = f"the key {step.cause.key} stands for something else already"
        raise ValueError(message)
    return step.cause.key in known


def _reused(name: str, step: Happening, known: Mapping[str, _Known]) -> bool:
    """Whether the step's cause stands for something else: another stream, or other content."""
    before = known.get(step.cause.key)
    return before is not None and before != _Known(name, step.cause.digest)


def _refusals(write: Write, changes: Sequence[Change]) -> dict[str, ChangeAnswer]:
    """Answer those changes that may not be written, by stream."""
    known = _known_causes(write, [step.cause.key for change in changes for step in change.steps])
    seqs = last_seqs(write, [change.stream for change in changes])
    answers: dict[str, ChangeAnswer] = {}
    taken: set[str] = set()
    for change in changes:
        answer = _refusal(write, change, known=known, last=seqs[change.stream], taken=taken)
        taken.update((change.stream, *(step.cause.key for step in change.steps)))
        if answer is not None:
            answers[change.stream] = answer
    for name in _with_acts_waiting(write, [change for change in changes if change.stream not in answers]):
        answers[name] = ChangeAnswer(stream=name, outcome=Outcome.act_waiting)
    return answers


def _refusal(
    write: Write, change: Change, *, known: Mapping[str, _Known], last: int, taken: set[str]
) -> ChangeAnswer | None:
    keys = [step.cause.key for step in change.steps]
    if change.stream in taken or not taken.isdisjoint(keys) or len(set(keys)) < len(keys):
        return _unrecordable(change, "a stream or a cause appears twice in one recording")
    if any(_reused(change.stream, step, known) for step in change.steps):
        return ChangeAnswer(stream=change.stream, outcome=Outcome.key_reused)
    if keys[-1] in known:
        return _with_events(write, change, Outcome.repeated)
    if last > change.expected_seq:
        return _with_events(write, change, Outcome.moved_on)
    if last < change.expected_seq or any(key in known for key in keys):
        return _unrecordable(
            change, f"the stream ends at {last} and does not fit what was decided at the given position"
        )
    return None


def _unrecordable(change: Change, problem: str) -> ChangeAnswer:
    return ChangeAnswer(stream=change.stream, outcome=Outcome.unrecordable, problem=problem)


def _with_events(write: Write, change: Change, outcome: Outcome) -> ChangeAnswer:
    unknown = stream(write, change.stream, after=change.expected_seq)
    return ChangeAnswer(stream=change.stream, outcome=outcome, events=unknown)


def _known_causes(write: Write, keys: Sequence[str]) -> dict[str, _Known]:
    columns = events.c.cause_key, events.c.stream, events.c.cause_digest
    found = select(*columns).where(events.c.cause_n == 0, among(write, events.c.cause_key, keys))
    return {key: _Known(name, digest) for key, name, digest in write.connection.execute(found)}


def _with_acts_waiting(write: Write, changes: Sequence[Change]) -> Iterator[str]:
    """The streams whose rungs must wait: somebody acted before the rung was due, and nobody has judged it yet."""
    rungs = {change.row.id: (change, at) for change in changes if (at := _last_rung(change)) is not None}
    if not rungs:
        return
    columns = inbox.c.order_id, inbox.c.key, inbox.c.received_at
    waiting = select(*columns).where(inbox.c.state == "waiting", among(write, inbox.c.order_id, list(rungs)))
    for order, key, received_at in write.connection.execute(waiting):
        change, scheduled = rungs[order]
        if received_at < scheduled and all(key != step.cause.key for step in change.steps):
            yield change.stream


def _last_rung(change: Change) -> datetime | None:
    """The latest instant at which a rung of this change was due, in shown time."""
    instants = [
        datetime.fromisoformat(str(event.fields["scheduled"]))
        for step in change.steps
        if step.actor.role is Role.clock
        for event in step.events
        if event.tag == RUNG_REACHED
    ]
    return max(instants, default=None)


def _prepare(batch: _Batch, change: Change, *, simulated: bool, recorded_at: datetime) -> ChangeAnswer:
    """Add a change to the batch, whole or, when its data has no canonical form, not at all."""
    try:
        rows = rows_of(change.stream, change.expected_seq, change.steps, simulated=simulated, recorded_at=recorded_at)
    except NotCanonical as error:
        return _unrecordable(change, str(error))
    batch.events += rows
    batch.rows.append(binder(orders)(change.row.__dict__))
    for step in change.steps:
        batch.notices.update({notice.key: notice for notice in step.notices})
        if step.actor.role is not Role.clock:
            batch.acts[step.cause.key] = _answer(change, step.cause.key)
    return ChangeAnswer(stream=change.stream, outcome=Outcome.recorded)


def _answer(change: Change, key: str) -> ActAnswer:
    """What a person who asks again with the same key is told: the order as this act left it."""
    row = change.row
    return ActAnswer(
        order=row.id,
        key=key,
        seq=row.seq,
        status=row.status,
        level=row.level,
        waits_for=row.waits_for,
        due=row.due,
    )


def _store(write: Write, batch: _Batch, recorded_at: datetime) -> None:
    with _data_errors():
        put(write, events, batch.events)
        put(write, unsealed, [(row[0],) for row in batch.events])
        put(write, orders, batch.rows, clash=Clash.overwrite)
        put(write, outbox, [_outbox_row(notice, recorded_at) for notice in batch.notices.values()], clash=Clash.keep)
        _mark_judged(write, batch.acts, recorded_at)


def _outbox_row(notice: Notice, made_at: datetime) -> tuple[object, ...]:
    due = None if notice.due is None else timestamp(notice.due)
    about = (notice.key, notice.to.value, notice.scope, notice.template, notice.order, notice.doc_no)
    return (*about, due, timestamp(notice.send_after), notice.urgent, timestamp(made_at), None, None, None, 0, None)


def _mark_judged(write: Write, acts: Mapping[str, ActAnswer], at: datetime) -> None:
    """Close the receipts of recorded acts; an act that came without one (an issue) has nothing to close."""
    if not acts:
        return
    receipted = select(inbox.c.key).where(inbox.c.state == "waiting", among(write, inbox.c.key, list(acts)))
    judged = [
        {"receipt": key, "told": acts[key].model_dump(mode="json"), "at": at}
        for key in write.connection.scalars(receipted)
    ]
    if judged:
        closing = update(inbox).where(inbox.c.key == bindparam("receipt"))
        values = {"state": "judged", "answer": bindparam("told"), "settled_at": bindparam("at")}
        write.connection.execute(closing.values(values), judged)


@contextmanager
def _data_errors() -> Iterator[None]:
    """Tell data that cannot be stored from a database that cannot be reached, and from a writer that was quicker."""
    try:
        yield
    except (NotCanonical, UnicodeEncodeError, OverflowError, JSONEncodeError) as error:
        raise Unrecordable(str(error)) from error
    except (DataError, IntegrityError) as error:
        if any(name in str(error.orig) for name in _UNIQUE_EVENTS):
            raise
        raise Unrecordable(type(error.orig).__name__) from error
