"""Names, instants and messages between the rooms: each spelt in one way."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas import names
from schemas.attempt import AttemptRefused
from schemas.campaign import CampaignEnded, CampaignState
from schemas.clock import Clock, Segment
from schemas.docket import ActAnswer, Change, DocketInput, Done, Outcome
from schemas.door import Receipt
from schemas.event import CLOCK, LOCAL_OPERATOR, Cause, Role
from schemas.incident import SubjectResumed, SubjectSetAside
from schemas.keeper import KeeperInput
from schemas.names import Keeper
from schemas.time import Instant

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_names_are_built_in_one_place() -> None:
    """Workflow ids, streams and keys are spelt from their parts, and no two kinds can be mistaken for each other."""
    assert names.campaign_workflow_id("2026-001") == names.campaign_stream("2026-001") == "campaign:2026-001"
    assert names.docket_workflow_id("2026-001", 1, "140213", 2) == "docket:2026-001:r1:140213:2"
    assert names.keeper_workflow_id(Keeper.courier) == "keeper:courier"
    assert names.announcement_workflow_id("a" * 64) == f"announcement:{'a' * 16}"
    order = names.order_id("2026-001", 1, "91X")
    assert order == "2026-001:r1:91X"
    assert names.order_stream(order) == f"order:{order}"
    assert names.unit_stream("91X") == "unit:91X"
    assert names.staff_stream("P0001") == "staff:P0001"
    assert names.person_subject("P0001") == "person:P0001"
    assert names.attempts_stream(order) == f"attempts:{order}"
    assert names.incident_stream("docket:1") == "incident:docket:1"
    assert names.access_stream(order) == f"access:{order}"
    assert names.district_of_docket("docket:2026-001:r1:140213:1") == "140213"
    assert names.delivery_stream("d" * 64, "docket:1") == f"delivery:{'d' * 16}:docket:1"
    assert names.rung_key(order, "sign-1", "remind") == f"{order}:sign-1:remind"


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8))])
def test_equal_instants_are_equal_text(zone: timezone) -> None:
    """Whatever zone an instant came in, it is kept in UTC; one without a zone is refused."""
    instant: TypeAdapter[datetime] = TypeAdapter(Instant)
    kept = instant.validate_python(NOON.astimezone(zone))
    assert kept == NOON
    assert kept.tzinfo is UTC
    assert instant.dump_json(kept) == b'"2026-03-02T04:00:00Z"'
    with pytest.raises(ValidationError):
        instant.validate_python(NOON.replace(tzinfo=None))


def test_only_another_time_is_simulated() -> None:
    """No segment, or one at rate 1 showing the real time, is earnest; a rate or another date is not."""
    assert not Clock().simulated
    assert not Clock(segments=(Segment(real=NOON, shown=NOON, rate=1),)).simulated
    assert Clock(segments=(Segment(real=NOON, shown=NOON, rate=2),)).simulated
    assert Clock(segments=(Segment(real=NOON, shown=NOON + timedelta(days=1), rate=1),)).simulated


def test_nobody_acts_as_the_clock() -> None:
    """The clock and the local operator are actors of their own roles, with how they were known."""
    assert (CLOCK.role, CLOCK.proof) == (Role.clock, "clock")
    assert (LOCAL_OPERATOR.role, LOCAL_OPERATOR.proof) == (Role.local_operator, "local_operator")


def test_messages_refuse_what_cannot_be() -> None:
    """A change has at least one step, a cause a digest, a watch at least a second, and no message an unknown field."""
    with pytest.raises(ValidationError):
        Change.model_validate({"stream": "s", "expected_seq": 0, "steps": (), "row": None})
    with pytest.raises(ValidationError):
        Cause(key="k", digest="short")
    with pytest.raises(ValidationError):
        KeeperInput(keeper=Keeper.forwarder, watch_seconds=0)
    with pytest.raises(ValidationError):
        Done.model_validate({"done": True, "more": 1})


def test_messages_read_back() -> None:
    """What crosses to an activity and back is the same value."""
    given = DocketInput(docket="d", campaign="c", round=1, district="140213", policy="p", calendar="k")
    answer = ActAnswer(order="o", key="k", seq=1, status="issued", level=1)
    receipt = Receipt(key="k", order="o", received_at=NOON, answer=answer)
    for value in (given, answer, receipt, KeeperInput(keeper=Keeper.courier)):
        assert type(value).model_validate_json(value.model_dump_json()) == value
    assert {outcome.value for outcome in Outcome} >= {"recorded", "repeated", "moved_on"}


def test_events_beside_orders_have_their_tags() -> None:
    """Incidents, refused attempts and a campaign's end are events of streams of their own."""
    tags = [
        SubjectSetAside(happened_at=NOON, order="o", problem="p").tag,
        SubjectResumed(happened_at=NOON, order="o").tag,
        AttemptRefused(happened_at=NOON, act="plan", order="o", code="order.paused").tag,
        CampaignEnded(happened_at=NOON).tag,
    ]
    assert tags == [
        "docket.subject.set_aside",
        "docket.subject.resumed",
        "order.attempt.refused",
        "campaign.ended",
    ]
    assert CampaignState("looking_back") is CampaignState.looking_back
