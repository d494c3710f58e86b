"""The keepers: what the courier carries to whom and when, and what the forwarder delivers that a dead door left."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.keeping import Courier, Forwarder
from connectors.notices import Delivery
from records.reading import inbox_of
from records.writing_inbox import find_act
from records.writing_rules import set_clock
from schemas.clock import Clock, Segment
from schemas.names import Keeper
from tests.workflows import campaigning, paths
from tests.workflows.loop import SEALED, T0, Loop, until

pytestmark = pytest.mark.engine


class Pigeon:
    """A channel that remembers; `down` makes it fail."""

    def __init__(self) -> None:
        """Nothing sent yet."""
        self.sent: list[Delivery] = []
        self.down = False

    def send(self, deliveries: list[Delivery], *, at: datetime) -> None:
        """Remember, or fail as a channel does that cannot be reached."""
        del at
        if self.down:
            raise OSError("the line is dead")
        self.sent += deliveries


def jump(loop: Loop, shown: datetime) -> None:
    """Move the data directory's own clock, by which doors and courier go."""
    real = datetime.now(UTC)
    with loop.records.write() as tx:
        set_clock(tx, Clock(segments=(*loop.clock.segments, Segment(real=real, shown=shown, rate=1))), at=real)


async def test_the_courier_waits_for_office_hours_and_brings_each_notice_once(loop: Loop) -> None:
    """A notice of tomorrow morning is not carried today; carried, it lies in the inbox once, and is not sent again."""
    pigeon = Pigeon()
    courier = Courier(loop.records, channels=(pigeon,))
    async with loop.worker():
        handle = await loop.docket()
        await loop.forward(handle, timedelta(days=2))
    first = courier.carry()
    letters = [one.template for one in pigeon.sent]
    jump(loop, T0 + timedelta(days=3))
    pigeon.down = True
    failed = courier.carry()
    jump(loop, T0 + timedelta(days=3, minutes=5))
    pigeon.down = False
    second, third = courier.carry(), courier.carry()

    assert (first, letters) == (1, ["supervision_order"])
    assert (failed, third) == (0, 0)
    assert second > 0
    assert len({one.key for one in pigeon.sent}) == len(pigeon.sent)
    assert {one.template for one in loop.read(lambda read: inbox_of(read, "C001"))} >= {"supervision_order", "remind"}


async def test_where_nobody_holds_the_role_the_notice_goes_one_level_up(loop: Loop) -> None:
    """A unit without a contact: the officer is told, and told why."""
    pigeon = Pigeon()
    async with loop.worker():
        given = loop.given(1)
        nobody = given.issues[0].model_copy(update={"unit": "U999"})
        await paths.start(loop, given.model_copy(update={"issues": (nobody,)}))
        await until(lambda: loop.there(nobody.order))
    Courier(loop.records, channels=(pigeon,)).carry()
    [told] = pigeon.sent

    assert told.person == "P1"
    assert "无人" in told.fallback


async def test_the_forwarder_delivers_what_a_dead_door_left_in_order(loop: Loop) -> None:
    """Signature and plan were received and nobody delivered them: both are judged, in order, by their receipt."""
    async with loop.worker():
        handle = await loop.docket(2)
        left = [loop.make("acknowledge"), loop.make("plan", summary=SEALED)]
        for number, act in enumerate(left):
            loop.receive(act, T0 + timedelta(minutes=number + 1))
        keeper = await campaigning.keep(loop, Keeper.forwarder, seconds=600)
        await until(lambda: len(loop.tags()) == 3)
        await keeper.terminate("the test is over")
    happened = [stored.event.happened_at for stored in loop.events()]

    assert handle.id == loop.row().docket
    assert loop.tags() == ["order.issued", "order.acknowledged", "order.plan.submitted"]
    assert happened[1:] == [T0 + timedelta(minutes=1), T0 + timedelta(minutes=2)]


async def test_an_order_set_aside_holds_up_nobody_else(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its act waits on, another order's is delivered, and the one that waits is not tried again at once."""
    monkeypatch.setattr("activities.keeping._OVERTAKE", timedelta())
    forwarder = Forwarder(loop.records, loop.env.client)
    async with loop.worker():
        handle = await paths.spoilt(loop)
        await loop.forward(handle, timedelta(days=2))
        stuck, free = loop.make("acknowledge", 1), loop.make("acknowledge", 2)
        for act in (stuck, free):
            loop.receive(act, await loop.now(handle))
        gone = [await ActivityEnvironment().run(forwarder.forward) for _ in range(2)]
    waiting = loop.read(lambda read: find_act(read, stuck.key))

    assert gone == [1, 0]
    assert loop.row(2).status == "acknowledged"
    assert waiting is not None
    assert waiting.state == "waiting"
