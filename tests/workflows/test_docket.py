"""The docket on the real server: opening, acts, rungs, and what they cost in history."""

from datetime import timedelta

import pytest

from tests.workflows.loop import Loop, T0, activities_of, counts

pytestmark = pytest.mark.engine


async def test_rungs_come_in_order(loop: Loop) -> None:
    """Rungs."""
    async with loop.worker():
        handle = await loop.docket(2)
        print(await loop.now(handle))
        await loop.act(handle, "acknowledge", 1)
        await loop.forward(handle, timedelta(days=3))
        print(loop.rungs(1), loop.rungs(2))
        await loop.forward(handle, timedelta(days=30))
        print(loop.rungs(1), loop.rungs(2))
        h = await loop.history(handle)
        print(len(h.events), activities_of(h), counts(h, "TIMER_STARTED", "TIMER_CANCELED", "TIMER_FIRED"))
        s = await loop.snapshot(handle)
        print(len(s.model_dump_json()))
