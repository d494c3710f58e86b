"""Kill −9 of a worker between the commit of an act and the end of its task: it counts, once, and is answered."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from records.reading import inbox_of
from schemas import names
from schemas.names import Keeper
from tests.tree import ROOT
from tests.workflows import campaigning
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
