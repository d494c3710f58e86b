"""Delivery in order of receipt: an act that is sent before its turn is judged when its turn has come."""

from datetime import timedelta

import pytest

from activities.delivery import NotDelivered, deliver
from tests.workflows.loop import SEALED, Loop

pytestmark = [pytest.mark.engine, pytest.mark.slow]


async def test_an_act_sent_before_its_turn_is_judged_after_the_earlier_one(loop: Loop) -> None:
    """The docket is never asked too early: the server would keep its "not now" for the Update id as long as the run lasts."""
    async with loop.worker():
        handle = await loop.docket()
        now = await loop.now(handle)
        first = loop.receive(loop.make("acknowledge"), now)
        second = loop.receive(loop.make("plan", summary=SEALED), now + timedelta(seconds=1))
        with pytest.raises(NotDelivered):
            await deliver(loop.env.client, loop.records, second, patience=timedelta(seconds=1))
        await deliver(loop.env.client, loop.records, first)
        await deliver(loop.env.client, loop.records, second)

    assert loop.tags() == ["order.issued", "order.acknowledged", "order.plan.submitted"]
