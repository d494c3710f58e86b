"""A docket that continues as new under fire: nothing lost, nothing doubled, nothing forgotten."""

import asyncio
from datetime import timedelta

import pytest

from schemas import names
from schemas.docket import ResumeSubject
from tests.workflows import paths
from tests.workflows.loop import SEALED, Loop
from tests.workflows.stories import runs

pytestmark = pytest.mark.engine
EVIDENCE = {"digest": "aa", "title": SEALED, "size": 1}


async def test_acts_during_continue_as_new_all_count_once(small_loop: Loop) -> None:
    """Forty acts, ten at a time, across several runs; each is answered and stands in the stream once."""
    loop = small_loop
    async with loop.worker():
        handle = await loop.docket(4)
        acts = [loop.make("attach", 1 + index % 4, evidence=EVIDENCE) for index in range(40)]
        gate = asyncio.Semaphore(10)

        async def send(index: int) -> bool:
            async with gate:
                return (await loop.update(handle, acts[index])).repeated

        repeated = await asyncio.gather(*(send(index) for index in range(40)))
        told = await runs(loop, handle, handle.first_execution_run_id or "", "run")

    assert not any(repeated)
    assert len(told) > 1
    assert [loop.tags(number).count("order.evidence.attached") for number in range(1, 5)] == [10] * 4


async def test_a_key_is_known_after_continue_as_new(small_loop: Loop) -> None:
    """The server forgot the update's id with the old run; the state did not."""
    loop = small_loop
    async with loop.worker():
        handle = await loop.docket(1)
        act = loop.make("acknowledge")
        await loop.update(handle, act, update_id=act.key)
        for _ in range(8):
            await loop.act(handle, "attach", evidence=EVIDENCE)
        again = await loop.update(handle, act, update_id=act.key)
        told = await runs(loop, handle, handle.first_execution_run_id or "", "run")

    assert len(told) > 1
    assert again.repeated
    assert loop.tags().count("order.acknowledged") == 1


async def test_what_is_aside_and_what_is_due_is_carried(small_loop: Loop) -> None:
    """The next run still keeps the clocks, and the order that was set aside is still set aside until it is resumed."""
    loop = small_loop
    async with loop.worker():
        handle = await paths.spoilt(loop)
        await loop.forward(handle, timedelta(days=2))
        for _ in range(8):
            await loop.act(handle, "attach", 2, evidence=EVIDENCE)
        carried = await loop.snapshot(handle)
        told = await runs(loop, handle, handle.first_execution_run_id or handle.result_run_id or "", "run")
        await handle.execute_update("resume", ResumeSubject(order=carried.aside[0]))
        await loop.snapshot(handle)

    assert len(told) > 1
    assert carried.aside == (names.order_id(loop.campaign, 1, "U001"),)
    assert loop.rungs(2) == ["report-1:remind", "sign-1:expedite"]
    assert loop.rungs(1) == ["report-1:remind", "sign-1:expedite"]
