"""Opening what is sealed of an order: who may is asked first, and nothing is shown that left no trace.

A look is recorded before it is allowed: whoever could see, is in the stream, even where showing failed afterwards.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from activities.delivery import refuse_attempt
from activities.intake import actor_for
from records.evidence import open_evidence
from records.reading import clock_of
from records.reading_events import RecordedEvent, history
from records.session import Read, Records
from records.vault import Erased, Tampered, held_key, open_sealed
from records.writing import Fact, append_facts
from rules import clock as clocks
from rules.viewing import VIEW, VIEWERS, check_view
from schemas import names
from schemas.access import EvidenceViewed, TextsViewed
from schemas.act import Evidence
from schemas.attempt import AttemptRefused
from schemas.errors import Refused
from schemas.event import Actor, Cause, Sealed, dump
from schemas.order import OrderState
from schemas.order_events import EvidenceAttached, parse

_TEXTS: Final = ("summary", "reason")


class Attached(NamedTuple):
    """An evidence file of an order: its number from 1, who handed it in and when, its name, what is stored."""

    number: int
    person: str
    at: datetime
    title: str
    evidence: Evidence


def viewer(records: Records, state: OrderState, person: str) -> Actor:
    """Return the person in the role in which they may open what is sealed of this order; a refusal is recorded.

    Raises:
        Refused: `person.unknown` or `authority.*`.

    """
    with records.read() as read:
        actor = actor_for(read, person, VIEW, unit=state.unit, region=state.region, who_may=VIEWERS)
        now = clocks.shown(clock_of(read), datetime.now(UTC))
    try:
        check_view(actor, unit=state.unit, region=state.region)
    except Refused as refused:
        refuse_attempt(
            records, AttemptRefused(happened_at=now, act=VIEW, order=state.id, code=refused.code), actor=actor
        )
        raise
    return actor


def note_texts(records: Records, actor: Actor, order: str, sealed: Sequence[Sealed]) -> None:
    """Record that somebody is about to read these texts; none, no trace."""
    if sealed:
        _note(records, actor, order, TextsViewed, refs=tuple(one.ref for one in sealed))


def texts_in(events: Sequence[RecordedEvent]) -> list[Sealed]:
    """Return the sealed texts that an order's events carry."""
    found = (one.stored.event.fields.get(name) for one in events for name in _TEXTS)
    return [Sealed.model_validate(one) for one in found if isinstance(one, dict)]


def attached(records: Records, actor: Actor, order: str, events: Sequence[RecordedEvent]) -> list[Attached]:
    """Return the evidence of an order with its names, which are sealed texts; the look is recorded.

    Raises:
        Refused: `order.erased` or `evidence.damaged`.

    """
    found = [(one, event) for one in events if isinstance(event := parse(one.stored.event), EvidenceAttached)]
    note_texts(records, actor, order, [event.evidence.title for _, event in found])
    with records.read() as read:
        return [
            Attached(number, one.actor["person"], event.happened_at, _title(read, event.evidence), event.evidence)
            for number, (one, event) in enumerate(found, start=1)
        ]


def take_out(records: Records, home: Path, actor: Actor, order: str, one: Attached) -> Iterator[bytes]:
    """Yield an evidence file in the clear, in pieces; who takes it keeps none of them unless the last one comes.

    Raises:
        Refused: `order.erased` or `evidence.damaged`.

    """
    _note(records, actor, order, EvidenceViewed, number=one.number, evidence=one.evidence.digest)
    try:
        with records.read() as read:
            key = held_key(read, names.order_stream(order))
        yield from open_evidence(home, key, one.evidence.digest)
    except Erased as error:
        raise _erased() from error
    except Tampered as error:
        raise _damaged() from error


def looks(read: Read, order: str) -> list[RecordedEvent]:
    """Return who looked at what is sealed of an order, and who was refused to, in order of time."""
    refused = history(read, names.attempts_stream(order))
    tried = [one for one in refused if one.stored.event.fields["act"] == VIEW]
    return sorted([*history(read, names.access_stream(order)), *tried], key=lambda one: one.recorded_at)


def _title(read: Read, evidence: Evidence) -> str:
    try:
        return open_sealed(read, evidence.title)
    except Erased as error:
        raise _erased() from error
    except Tampered as error:
        raise _damaged() from error


def _note(records: Records, actor: Actor, order: str, look: type[TextsViewed | EvidenceViewed], **what: object) -> None:
    now = datetime.now(UTC)
    with records.write() as tx:
        clock = clock_of(tx)
        event = look.model_validate({"happened_at": clocks.shown(clock, now), "order": order, **what})
        fact = Fact(cause=Cause(key=f"view:{uuid4()}", digest="0" * 64), actor=actor, events=(dump(event),))
        append_facts(tx, names.access_stream(order), [fact], recorded_at=now, simulated=clock.simulated)


def _erased() -> Refused:
    return Refused("order.erased", "这份督办单的密封内容已按规定销毁，不能再查看。")


def _damaged() -> Refused:
    sentence = "这份证明材料缺失或已被改动，不能打开。请保留现场，并从备份恢复数据目录中的 evidence 文件夹。"
    return Refused("evidence.damaged", sentence)
