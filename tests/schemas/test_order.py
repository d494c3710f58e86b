"""The order's words: what is written short reads back the same, and ids say what they are."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from schemas.act import ACT, Act
from schemas.calendar import Span
from schemas.event import Event, EventData, Role, dump
from schemas.order import (
    ENDED,
    KIND_OF_LEVEL,
    LEVEL_OF,
    Conclusion,
    ConclusionKind,
    Obligation,
    PlannedRung,
    ProposalKind,
    Status,
)
from schemas.order_events import AnyOrderEvent, EvidenceAttached, Settled, parse
from schemas.policy import StepKind

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON, "remind@2026-03-02T04:00Z"),
        (NOON.replace(second=7), "remind@2026-03-02T04:00:07Z"),
        (NOON.replace(microsecond=5), "remind@2026-03-02T04:00:00.000005Z"),
    ],
)
def test_a_planned_rung_is_short_text(at: datetime, text: str) -> None:
    """A rung is written as name and instant, to the minute where that is exact, and reads back equal."""
    rung = PlannedRung(name="remind", at=at)
    assert rung.model_dump_json() == f'"{text}"'
    assert PlannedRung.model_validate(text) == rung
    assert PlannedRung.model_validate({"name": "remind", "at": at}) == rung


def test_an_obligation_says_its_kind() -> None:
    """The kind of step is the first half of the id; an id of no step is an error when asked."""
    one = Obligation(
        id="finish-2",
        waits_for=Role.unit_contact,
        start=NOON,
        span=Span.parse("15wd"),
        due=NOON,
        rungs=(),
    )
    assert one.kind is StepKind.finish
    assert one.model_copy(update={"due": NOON.replace(hour=5)}).kind is StepKind.finish
    assert Obligation.model_validate_json(one.model_dump_json()) == one
    with pytest.raises(ValueError, match="nonsense"):
        _ = Obligation.model_validate(one.model_dump() | {"id": "nonsense-1"}).kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("close_out-1", ConclusionKind.close_out),
        ("regression-3", ConclusionKind.regression),
        ("circular-2", ConclusionKind.level),
        ("interview-2", ConclusionKind.level),
    ],
)
def test_a_conclusion_says_its_kind(name: str, kind: ConclusionKind) -> None:
    """Close-outs and regressions are named for what they are, levels for their proposal."""
    assert Conclusion(id=name, by="P1", window="window-1").kind is kind


def test_levels_from_three_on_are_proposals() -> None:
    """Levels 3, 4 and 5 have one kind of proposal each, and no lower level has one."""
    kinds = list(KIND_OF_LEVEL.items())
    assert kinds == [(3, ProposalKind.circular), (4, ProposalKind.interview), (5, ProposalKind.handover)]
    assert {KIND_OF_LEVEL[level] for level in LEVEL_OF.values()} == set(LEVEL_OF)
    assert set(ENDED) == {Status.closed_out, Status.withdrawn}


def events() -> list[type[Event]]:
    """Every event of an order."""
    return list(get_args(get_args(AnyOrderEvent)[0]))


def test_every_tag_is_one_event() -> None:
    """Tags are `order.part.action`, unique, and each has its schema number."""
    tags = [event.model_fields["tag"].default for event in events()]
    assert len(tags) == len(set(tags)) == 25
    assert all(tag.startswith("order.") for tag in tags)
    assert {event.model_fields["schema_no"].default for event in events()} == {1}


def test_an_event_is_data_and_back() -> None:
    """What stands at its default is absent from the data, and means that default."""
    event = EvidenceAttached.model_validate(
        {
            "happened_at": NOON,
            "act_key": "abc",
            "evidence": {"digest": "d", "title": {"ref": "v", "commitment": "a" * 64}, "size": 3},
        }
    )
    data = dump(event)
    assert set(data.fields) == {"act_key", "evidence"}
    assert parse(EventData.model_validate_json(data.model_dump_json())) == event
    assert dump(Settled(happened_at=NOON)).fields == {}


def test_an_unknown_event_is_an_error() -> None:
    """A tag that was never released is not read as something else, nor is one with a field too many."""
    with pytest.raises(ValidationError):
        parse(EventData(tag="order.forgotten", happened_at=NOON))
    with pytest.raises(ValidationError):
        parse(EventData(tag="order.settled", happened_at=NOON, fields={"more": 1}))


def test_every_act_has_its_word() -> None:
    """Seventeen acts, told apart by one word each."""
    words = [act.model_fields["act"].default for act in get_args(get_args(Act)[0])]
    assert len(set(words)) == 17
    actor = {"person": "P1", "role": "officer", "scope": "140200"}
    plain = {"act": "resume", "key": "k", "order": "o", "at": NOON, "actor": actor}
    assert ACT.validate_python(plain).act == "resume"
    with pytest.raises(ValidationError):
        ACT.validate_python(plain | {"key": "k" * 201})
    with pytest.raises(ValidationError):
        ACT.validate_python(plain | {"at": NOON.replace(tzinfo=None)})
