"""Every path an order can take, on the real server: what is recorded is what was done, in order, and nothing twice."""

import pytest

from schemas.docket import StoredEvent
from tests.workflows.loop import Loop
from tests.workflows.paths import PATHS

pytestmark = pytest.mark.engine

SHORTEST = {
    "closed_out": ["issued", "acknowledged", "plan.submitted", "progress.reported", "completion.requested",
                   "closed_out", "lookback.passed", "lookback.passed", "settled"],
    "returned": ["issued", "acknowledged", "plan.submitted", "progress.reported", "completion.requested", "returned",
                 "level.raised", "completion.requested", "returned", "proposal.made", "completion.requested",
                 "proposal.decided", "closed_out"],
    "extended": ["issued", "acknowledged", "plan.submitted", "extension.requested", "proposal.decided"],
    "suspended": ["issued", "acknowledged", "suspended", "resumed"],
    "disputed": ["issued", "dispatch.disputed", "proposal.decided", "transferred"],
    "objected": ["issued", "acknowledged", "plan.submitted", "progress.reported", "completion.requested",
                 "closed_out", "conclusion.objected", "proposal.decided", "review.reopened"],
    "regressed": ["issued", "acknowledged", "plan.submitted", "progress.reported", "completion.requested",
                  "closed_out", "lookback.failed", "level.raised", "completion.requested", "closed_out"],
    "withdrawn": ["issued", "withdrawn", "settled"],
    "opened": ["issued", "acknowledged", "plan.submitted"],
    "act_waiting": ["issued", "acknowledged"],
    "calendar_revised": ["issued", "deadline.revised"],
    "set_aside": ["issued"],
}  # fmt: skip


def without_rungs(events: tuple[StoredEvent, ...]) -> list[str]:
    """The tags without their room, and without the clock's own."""
    tags = [stored.event.tag.removeprefix("order.") for stored in events]
    return [tag for tag in tags if tag != "rung.reached"]


@pytest.mark.parametrize("name", SHORTEST)
async def test_path(loop: Loop, name: str) -> None:
    """The order's stream tells the path, its positions have no gap, and its row stands where the last event left it."""
    async with loop.worker():
        await PATHS[name](loop)
    events = loop.events()

    assert without_rungs(events) == SHORTEST[name]
    assert [stored.seq for stored in events] == list(range(1, len(events) + 1))
    assert loop.row().seq == len(events)


async def test_a_silent_unit_climbs_the_whole_ladder(loop: Loop) -> None:
    """Each rung is reached once and in order; levels three and four are proposed, and count only when approved."""
    async with loop.worker():
        await PATHS["silent"](loop)
    finish = [rung for rung in loop.rungs() if rung.startswith("finish-1:")]

    assert finish[:4] == ["finish-1:remind", "finish-1:expedite", "finish-1:circular", "finish-1:interview"]
    assert len(set(loop.rungs())) == len(loop.rungs())
    assert loop.row().level == 3


@pytest.mark.parametrize("name", ["extended", "opened", "set_aside"])
async def test_every_task_replays(loop: Loop, name: str) -> None:
    """With no cache each workflow task replays the whole history and comes to the same commands."""
    async with loop.worker(max_cached_workflows=0):
        await PATHS[name](loop)

    assert without_rungs(loop.events()) == SHORTEST[name]


async def test_an_act_received_before_a_rung_is_judged_before_it(loop: Loop) -> None:
    """While it waits undelivered the rung of the step it ends is not written; once judged, it never is."""
    async with loop.worker():
        await PATHS["act_waiting"](loop)

    assert "sign-1:expedite" not in loop.rungs()
    assert "order.acknowledged" in loop.tags()
