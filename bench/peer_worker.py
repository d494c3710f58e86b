"""The peer's worker process, and how its orders come into the records: in bulk, so that only the workflows count."""

import asyncio
from asyncio import to_thread
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final

from temporalio import activity
from temporalio.worker import Worker

from activities.recording import evolved
from bench.office import CAMPAIGN, Office
from bench.peer_workflow_per_order import QUEUE, WORKFLOW, OneOrder, OrderWorkflow, Reach, Reached
from bench.strike import Design, Running
from records.reading import clock_of
from records.reading_events import stream
from records.reading_loop import load_calendar, load_policy
from records.session import Records, open_records
from records.writing import append
from rules import order_steps
from rules.order import decide, issue_order, next_due
from runtime.client import connect
from runtime.log import configure
from runtime.processes import announce_ready, component_name, stop_signals
from runtime.settings import Settings
from schemas import names
from schemas.act import Tick
from schemas.calendar import Calendar
from schemas.docket import Change, Outcome, Recording
from schemas.policy import Policy
from worker import collect_seldom

STARTED_PER_S: Final = 20
_AT_ONCE: Final = 32
_CHUNK: Final = 500


class Clerk:
    """Decides and records the rungs of one order at a time; rules are read once a process."""

    def __init__(self, records: Records) -> None:
        """Take the open records."""
        self._records = records
        self._rules = cache(self._load)

    @activity.defn(name="reach")
    async def reach(self, ask: Reach) -> Reached:
        """Reach what is due, in one transaction."""
        return await to_thread(self._reach, ask)

    def _reach(self, ask: Reach) -> Reached:
        policy, calendar = self._rules(ask.policy, ask.calendar)
        with self._records.write() as tx:
            state = evolved(stream(tx, names.order_stream(ask.order)))
            assert state is not None
            decisions = decide(state, Tick(at=ask.at), policy=policy, calendar=calendar, now=ask.at)
            if not decisions:
                return Reached(next_due=next_due(state))
            after = decisions[-1].state
            steps = [
                order_steps.clock_step(decided, order=ask.order, policy=ask.policy, calendar=ask.calendar)
                for decided in decisions
            ]
            change = order_steps.change(state, steps, after)
            recording = Recording(docket=state.docket, simulated=True, changes=(change,))
            [answer] = append(tx, recording, recorded_at=datetime.now(UTC), clock=clock_of(tx)).answers
        assert answer.outcome is Outcome.recorded
        return Reached(next_due=next_due(after))

    def _load(self, policy: str, calendar: str) -> tuple[Policy, Calendar]:
        with self._records.read() as read:
            return load_policy(read, policy), load_calendar(read, calendar)


def workflow_per_order(size: int, *, local: bool, within_s: float) -> Design:
    """Keep `size` orders in as many workflows, recording by a local activity or by a normal one."""

    async def start(running: Running) -> Sequence[str]:
        return await _start(running, size=size, local=local)

    def prepare(records: Records, office: Office) -> None:
        issue_all(records, office, size=size)

    return Design(
        name="workflow per order" + (" (local activity)" if local else ""),
        size=size,
        worker="bench.peer_worker",
        start=start,
        prepare=prepare,
        lead_s=3 + size / STARTED_PER_S,
        within_s=within_s,
    )


def issue_all(records: Records, office: Office, *, size: int) -> None:
    """Issue all orders straight into the records."""
    for first in range(0, size, _CHUNK):
        changes = tuple(_issued(office, range(first, min(first + _CHUNK, size))))
        with records.write() as tx:
            recording = Recording(docket="none", simulated=True, changes=changes)
            append(tx, recording, recorded_at=datetime.now(UTC), clock=clock_of(tx))


def _issued(office: Office, numbers: range) -> Iterator[Change]:
    for number in numbers:
        issue = office.issue(number, docket="none")
        decided = issue_order(issue, policy=office.policy, calendar=office.calendar)
        step = order_steps.act_step(decided, issue, policy=issue.policy, calendar=office.calendar.digest)
        yield order_steps.change(None, [step], decided.state)


async def _start(running: Running, *, size: int, local: bool) -> Sequence[str]:
    """Start all workflows, and wait until each has its timer."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> str:
        order = running.office.issue(number, docket="none").order
        given = OneOrder(
            order=order,
            policy=running.office.policy_digest,
            calendar=running.office.calendar.digest,
            clock=running.clock,
            next_due=running.office.strikes_at,
            local=local,
        )
        async with gate:
            await running.client.start_workflow(WORKFLOW, given, id=f"{CAMPAIGN}:{order}", task_queue=QUEUE)
        return f"{CAMPAIGN}:{order}"

    ids = await asyncio.gather(*(one(number) for number in range(size)))
    for workflow_id in reversed(ids):
        handle = running.client.get_workflow_handle(workflow_id)
        while (await handle.describe()).history_length < _WITH_TIMER:  # noqa: ASYNC110 - the server counts
            await asyncio.sleep(0.1)
    return ids


_WITH_TIMER: Final = 5
"""Started, task scheduled, started, completed, timer started."""


async def main() -> None:
    """Run until told to stop."""
    settings = Settings.load()
    configure(settings, component=component_name("worker"))
    records = open_records(settings.records_url)
    client = await connect(settings)
    worker = Worker(client, task_queue=QUEUE, workflows=[OrderWorkflow], activities=[Clerk(records).reach])
    with stop_signals() as stopping:
        async with worker:
            collect_seldom()
            announce_ready()
            await stopping.wait()
    records.close()


if __name__ == "__main__":
    asyncio.run(main())
