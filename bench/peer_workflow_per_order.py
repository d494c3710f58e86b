"""The usual design, written as well as we can: one Temporal workflow an order, asleep until its next rung.

One timer, one activity a rung, nothing carried that the records hold. The activity decides by the same rules and
records through the same `records.writing.append`: the same event, leaf, current row and notices, in a transaction of
its own.
"""

from datetime import datetime, timedelta

from temporalio import workflow

from rules import clock as clocks
from schemas.base import Model
from schemas.clock import Clock
from schemas.time import Instant

QUEUE = "bench-orders"
WORKFLOW = "OrderWorkflow"


class OneOrder(Model):
    """An order's clock: when it must look next, by which clock, and by which rules; `local` for a local activity."""

    order: str
    policy: str
    calendar: str
    clock: Clock
    next_due: Instant | None
    local: bool


class Reach(Model):
    """Reach every rung due by the shown instant `at`."""

    order: str
    policy: str
    calendar: str
    at: Instant


class Reached(Model):
    """When the order must be looked at again."""

    next_due: Instant | None


@workflow.defn(name=WORKFLOW)
class OrderWorkflow:
    """Sleeps until the next rung, has it recorded, and sleeps again."""

    @workflow.run
    async def run(self, given: OneOrder) -> None:
        """Live until no clock runs."""
        due = given.next_due
        while due is not None:
            pause = clocks.real(given.clock, due) - workflow.now()
            if pause > timedelta():
                await workflow.sleep(pause)
            due = await self._reach(given)

    async def _reach(self, given: OneOrder) -> datetime | None:
        at = clocks.shown(given.clock, workflow.now())
        ask = Reach(order=given.order, policy=given.policy, calendar=given.calendar, at=at)
        execute = workflow.execute_local_activity if given.local else workflow.execute_activity
        reached: Reached = await execute("reach", ask, result_type=Reached, start_to_close_timeout=timedelta(minutes=5))
        return reached.next_due
