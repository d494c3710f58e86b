"""Kill −9 of a worker between a deed and the end of its task: it counts, once, and what was left is done by another."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from activities.announcing import Announcer
from records.reading import inbox_of
from schemas import names
from schemas.names import Keeper
from tests.tree import ROOT
from tests.workflows import announcing, campaigning
from tests.workflows.dying_worker import KILLED
from tests.workflows.loop import Loop, counts, until

pytestmark = [pytest.mark.engine, pytest.mark.slow]


async def dying(loop: Loop) -> Process:
    """Start the worker that will die, and wait until it works."""
    address = loop.env.client.service_client.config.target_host
    script = [sys.executable, "-m", "tests.workflows.dying_worker", address, str(loop.settings.home), names.LOOP_QUEUE]
    process = await asyncio.create_subprocess_exec(*script, cwd=ROOT, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_an_act_committed_before_the_kill_counts_once(loop: Loop) -> None:
    """Another worker takes over activity and keeper; the records answer `repeated`, and nothing is doubled."""
    killed = await dying(loop)
    courier = await campaigning.keep(loop, Keeper.courier, seconds=3600)
    handle = await loop.docket(2)
    act = loop.make("acknowledge")
    asked = asyncio.create_task(loop.update(handle, act))
    code = await killed.wait()
    committed = loop.tags()
    async with loop.worker():
        answer = await asked
        history = await loop.history(handle)
        await until(lambda: loop.read(lambda read: inbox_of(read, "C002")))
        attempt = (await courier.describe()).raw_description.pending_activities[0].attempt
        await courier.terminate("the test is over")

    assert code == KILLED
    assert committed == loop.tags() == ["order.issued", "order.acknowledged"]
    assert answer.repeated
    assert attempt >= 2
    assert counts(history, "WORKFLOW_EXECUTION_UPDATE_COMPLETED") == [1]


async def test_an_announcement_goes_on_behind_the_kill(loop: Loop) -> None:
    """Killed half-way through a page, it is taken over: each docket has the calendar once, each order one event of it."""
    killed = await dying(loop)
    dockets = await announcing.running(loop)
    calendar = announcing.adopt(loop)
    assert await Announcer(loop.records, loop.env.client).announce_newest()
    code = await killed.wait()
    noted = [announcing.arrivals(loop, calendar, docket) for docket in dockets]
    async with loop.worker():
        delivered = await announcing.announcement(loop, calendar).result()
        histories = [await loop.history(loop.env.client.get_workflow_handle(docket)) for docket in dockets]

    assert code == KILLED
    assert noted == [[2], [], []]
    assert (delivered.dockets, delivered.orders) == (3, 5)
    assert [announcing.arrivals(loop, calendar, docket) for docket in dockets] == [[2], [2], [1]]
    assert [counts(one, "WORKFLOW_EXECUTION_UPDATE_COMPLETED") for one in histories] == [[1], [1], [1]]
    assert [loop.tags(number) for number in range(1, 6)] == [["order.issued", "order.deadline.revised"]] * 5
