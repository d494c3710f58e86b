"""The keepers: what the courier carries to whom and when, and what the forwarder delivers that a dead door left."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from temporalio.testing import ActivityEnvironment

from activities.delivery import deliver, deliver_waiting
from activities.keeping import Courier, Forwarder
from connectors.notices import Delivery
from connectors.wording import ACT_REFUSED, message_text
from records.reading import inbox_of
from records.tables import outbox
from records.writing_inbox import find_act
from records.writing_outbox import due_notices
from records.writing_rules import set_clock
from schemas.clock import Clock, Segment
from schemas.errors import Refused
from schemas.names import Keeper
from tests.workflows import campaigning, paths
from tests.workflows.loop import GOOD, SEALED, T0, Loop, until

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


async def test_after_an_outage_the_night_is_kept(loop: Loop) -> None:
    """Notices whose hour passed while nothing carried them wait for the next opening; an urgent one goes at once."""
    pigeon = Pigeon()
    courier = Courier(loop.records, channels=(pigeon,))
    async with loop.worker():
        await loop.docket(2)
    urgent = loop.read(lambda read: due_notices(read, T0, 10))[1].key
    with loop.records.write() as tx:
        tx.connection.execute(update(outbox).where(outbox.c.key == urgent).values(urgent=True))
    jump(loop, T0 + timedelta(hours=14))  # Monday, 23:00
    at_night = courier.carry(), [one.key.rpartition(":")[0] for one in pigeon.sent], courier.carry()
    jump(loop, T0 + timedelta(days=1))  # Tuesday, 09:00
    in_the_morning = courier.carry()

    assert at_night == (1, [urgent], 0)
    assert in_the_morning == 1


async def test_a_notice_that_failed_in_the_evening_is_not_tried_at_night(loop: Loop) -> None:
    """The line that was dead at closing time is back after it: the notice waits for the next opening all the same."""
    pigeon = Pigeon()
    courier = Courier(loop.records, channels=(pigeon,))
    async with loop.worker():
        await loop.docket()
    jump(loop, T0 + timedelta(hours=8, minutes=59, seconds=30))  # 17:59:30
    pigeon.down = True
    failed = courier.carry()
    pigeon.down = False
    jump(loop, T0 + timedelta(hours=9, minutes=5))  # 18:05
    in_the_evening = courier.carry()
    jump(loop, T0 + timedelta(days=1))

    assert (failed, in_the_evening) == (0, 0)
    assert courier.carry() == 1


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


async def test_who_was_told_received_is_told_of_a_refusal_too(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act came while the engine was down; refused later, the person reads which, on what and why, once."""
    monkeypatch.setattr("activities.keeping._OVERTAKE", timedelta())
    forwarder = Forwarder(loop.records, loop.env.client)
    async with loop.worker():
        handle = await loop.docket()
        early = loop.receive(loop.make("submit", summary=SEALED, figures=GOOD), await loop.now(handle))
        for _ in range(2):
            await ActivityEnvironment().run(forwarder.forward)
        await asyncio.gather(*(deliver_waiting(loop.env.client, loop.records, early) for _ in range(2)))
    [told] = loop.read(lambda read: inbox_of(read, early.actor.person))
    text = message_text(told.template, told.params, zone="Asia/Shanghai")

    assert (told.order_id, told.template) == (early.order, ACT_REFUSED)
    assert text.startswith("同文明督〔2026〕1号：此前收到的“申请办结”未予办理。督办单现在是“待签收”")


async def test_who_still_stands_at_the_door_gets_no_message_besides(loop: Loop) -> None:
    """A refusal that the door itself tells is not told twice, although the forwarder comes by later."""
    async with loop.worker():
        handle = await loop.docket()
        early = loop.receive(loop.make("submit", summary=SEALED, figures=GOOD), await loop.now(handle))
        with pytest.raises(Refused, match=r"order\.status\.issued"):
            await deliver(loop.env.client, loop.records, early)
        await deliver_waiting(loop.env.client, loop.records, early)

    assert loop.read(lambda read: inbox_of(read, early.actor.person)) == ()
