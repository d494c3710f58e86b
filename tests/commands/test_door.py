"""The door itself: in order of receipt, judged or only received, asked once."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from temporalio.client import Client

from activities.delivery import NotDelivered
from commands import door
from commands.home import open_home
from records.session import Records
from schemas.act import Acknowledge, Act
from schemas.docket import ActAnswer
from schemas.door import Receipt
from schemas.errors import Refused
from schemas.event import Actor, Role
from tests.commands.office import ORDER, UNIT

CLIENT = cast("Client", object())
NO_TIME = timedelta(seconds=0.3)


def acknowledge(key: str) -> Acknowledge:
    """The unit's contact signs."""
    contact = Actor(person="U0001", role=Role.unit_contact, scope=UNIT)
    return Acknowledge(key=key, order=ORDER, at=datetime.now(UTC), actor=contact)


class Docket:
    """A stand-in for delivery: answers, refuses, or is too slow, and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    async def deliver(self, _client: Client, _records: Records, act: Act, *, patience: timedelta) -> ActAnswer:
        """Stand in for `activities.delivery.deliver`."""
        assert patience > timedelta()
        self.asked.append(act.key)
        if self.error is not None:
            raise self.error
        return ActAnswer(order=act.order, key=act.key, seq=2, status="acknowledged", level=1)


@pytest.mark.usefixtures("office")
async def test_an_act_that_is_judged_has_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt comes back with the docket's answer in it."""
    docket = Docket()
    monkeypatch.setattr(door, "deliver", docket.deliver)
    with open_home() as home:
        receipt = await door.submit(CLIENT, home.records, acknowledge("k1"))

    assert receipt.answer is not None
    assert (receipt.known, receipt.answer.seq, docket.asked) == (False, 2, ["k1"])


@pytest.mark.usefixtures("office")
async def test_a_slow_engine_leaves_the_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answered in time: received, not judged."""
    monkeypatch.setattr(door, "deliver", Docket(NotDelivered("k1")).deliver)
    with open_home() as home:
        receipt = await door.submit(CLIENT, home.records, acknowledge("k1"))

    assert receipt.answer is None
    assert receipt.key == "k1"


@pytest.mark.usefixtures("office")
async def test_a_refusal_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the docket refuses, the door refuses."""
    monkeypatch.setattr(door, "deliver", Docket(Refused("order.settled", "已经了结。")).deliver)
    with open_home() as home, pytest.raises(Refused) as refused:
        await door.submit(CLIENT, home.records, acknowledge("k1"))

    assert refused.value.code == "order.settled"


@pytest.mark.usefixtures("office")
async def test_nobody_overtakes_an_earlier_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """While an act received before still waits, a later one on the same order is received and not delivered."""
    docket = Docket()
    monkeypatch.setattr(door, "deliver", docket.deliver)
    with open_home() as home:
        await door.submit(None, home.records, acknowledge("first"))
        later = await door.submit(CLIENT, home.records, acknowledge("second"), patience=NO_TIME)

    assert later.answer is None
    assert docket.asked == []


@pytest.mark.usefixtures("office")
def test_a_judged_act_reads_well() -> None:
    """The person reads that it was done, how the order stands, and whom it waits for by when."""
    due = datetime(2026, 11, 27, 10, tzinfo=UTC)
    answered = ActAnswer(
        order=ORDER, key="k1", seq=1, status="acknowledged", level=1, waits_for="unit_contact", due=due
    )
    with open_home() as home:
        desk = door.take_desk(home, ORDER, person="U0001", act="acknowledge", key="k1")
        receipt = Receipt(key="k1", order=ORDER, received_at=due, known=True, answer=answered)
        told = door.sentences(home.records, receipt, number="甲1号", act="acknowledge", times=desk.times)

    assert told == [
        "此前已收到同一操作，不重复办理。",
        "甲1号：签收已办理，2026-11-27 18:00 收到。",
        "现为已签收，1 级；等待单位联系人签收，最迟 2026-11-27 18:00。",
        "回执 k1",
    ]
