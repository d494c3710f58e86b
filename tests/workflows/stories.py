"""Stories of several runs: a campaign of two rounds, one taken back, a docket continued as new, a keeper's watch."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import pytest
from temporalio.client import WorkflowHandle, WorkflowHistory

from schemas.campaign import CampaignState
from schemas.names import Keeper
from tests.workflows import announcing, campaigning
from tests.workflows.loop import GOOD, OFFICER, SEALED, Loop, until

Told = list[tuple[str, WorkflowHistory]]


class Story(NamedTuple):
    """How to drive it, and whether it wants the server that soon suggests to continue as new."""

    tell: Callable[[Loop], Awaitable[Told]]
    small: bool = False


async def runs(loop: Loop, handle: WorkflowHandle[Any, Any], first: str, name: str) -> Told:
    """The histories of all runs of a workflow, from its first."""
    told: Told = []
    run = first
    while run:
        history = await loop.history(handle, run)
        told.append((f"{name}{len(told) + 1}", history))
        last = history.events[-1]
        run = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return told


async def campaign(loop: Loop) -> Told:
    """Two rounds: the first ends when its orders have ended, the second by the clock; then the last order settles.

    While the second waits for its confirmation a unit is measured again, and the list is made anew.
    """
    handle = await campaigning.start(loop, rounds=2)
    first = handle.first_execution_run_id or ""
    one = await campaigning.confirm(loop, handle, (1, 2))
    await campaigning.publish(handle)
    for number in (1, 2):
        await loop.act(one, "withdraw", number, actor=OFFICER, reason=SEALED)
    await campaigning.stands(loop, handle, CampaignState.assessed, round_no=2)
    now = loop.env.client.get_workflow_handle(handle.id)
    campaigning.measure(loop, 4, GOOD)
    await campaigning.assess(now)
    two = await campaigning.confirm(loop, now, (3,), round_no=2)
    row = campaigning.row_of(loop)
    assert row is not None
    assert row.round_ends_at is not None
    await loop.forward(now, row.round_ends_at)
    await until(lambda: loop.published() >= 3)
    await loop.act(two, "withdraw", 3, round_no=2, actor=OFFICER, reason=SEALED)
    await now.result()
    return [*await runs(loop, handle, first, "run"), ("docket", await loop.history(one))]


async def campaign_withdrawn(loop: Loop) -> Told:
    """Taken back while its round runs: the forwarder withdraws each order by an act of its own, then the table says so."""
    handle = await campaigning.start(loop)
    docket = await campaigning.confirm(loop, handle, (1, 2))
    await campaigning.publish(handle)
    await campaigning.withdraw(handle)
    keeper = await campaigning.keep(loop, Keeper.forwarder, seconds=600)
    await handle.result()
    await keeper.terminate("the story is told")
    return [("campaign", await loop.history(handle)), ("docket", await loop.history(docket))]


async def continued(loop: Loop) -> Told:
    """A docket whose history would grow too long goes on in a new run with all it knows."""
    handle = await loop.docket(2)
    first = handle.first_execution_run_id or ""
    await loop.act(handle, "acknowledge")
    for _ in range(6):
        await loop.act(handle, "plan", summary=SEALED)
    return await runs(loop, handle, first, "run")


async def keeper(loop: Loop) -> Told:
    """A keeper's watch ends, and the next one begins in a new run."""
    handle = await campaigning.keep(loop, Keeper.courier, seconds=1)
    first = handle.first_execution_run_id or ""
    current = loop.env.client.get_workflow_handle(handle.id)
    while (await current.describe()).run_id == first:
        await campaigning.pause()
    await current.terminate("the story is told")
    return (await runs(loop, handle, first, "run"))[:1]


async def announcement(loop: Loop) -> Told:
    """A changed year reaches eight dockets, one a page, until its history would grow too long and goes on anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("activities.announcing.PAGE", 1)
        await announcing.running(loop, range(1, 9), docket_size=1)
        calendar = announcing.adopt(loop)
        handle, _ = await announcing.deliver(loop, calendar)
    began = (await loop.history(handle)).events[0].workflow_execution_started_event_attributes
    return await runs(loop, handle, began.first_execution_run_id, "run")


STORIES: Final = {
    "announcement": Story(announcement, small=True),
    "campaign": Story(campaign),
    "campaign_withdrawn": Story(campaign_withdrawn),
    "continued": Story(continued, small=True),
    "keeper": Story(keeper),
}
