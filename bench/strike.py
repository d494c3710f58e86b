"""One run of one design: engine and workers as `bihuan up` has them, orders under way, the hour strikes.

The hour is fixed when the workflows start, because a workflow's clock is; a machine too slow to have all orders under
way by then gets another try with twice the time.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client

from bench.lateness import all_reached, events_so_far, lateness
from bench.machine import cpu_seconds
from bench.office import Office, open_office
from bench.row import Share
from records.session import Records
from records.writing_rules import set_clock
from runtime.client import connect
from runtime.processes import Supervisor
from runtime.settings import Settings
from schemas import names
from schemas.clock import Clock

PLACE: Final = Path("var")
"""Beside real data directories: a temporary folder may lie in memory, where a full sync costs nothing."""
AFTERMATH_S: Final = 2.0
_AT_ONCE: Final = 32
_TRIES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a design is given to start its workflows with."""

    client: Client
    records: Records
    office: Office
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Design:
    """One way to keep the clocks of `size` orders.

    `start` gets all orders under way and returns the workflows' ids; `prepare` runs before the engine does. `lead_s` is
    the time that `start` gets, `within_s` the time that the burst may take.
    """

    name: str
    size: int
    worker: str
    start: Callable[[Running], Awaitable[Sequence[str]]]
    prepare: Callable[[Records, Office], None]
    lead_s: float
    within_s: float


class OvertakenError(Exception):
    """The hour struck before all orders were under way."""


async def strike(design: Design, office: Office, *, workers: int, say: Callable[[str], None]) -> Share:
    """Run the design once in a fresh data directory and return its figures."""
    lead_s = design.lead_s
    for _ in range(_TRIES):
        try:
            with _home(workers) as settings:
                return await _strike(design, office, settings, lead_s=lead_s, say=say)
        except OvertakenError:
            lead_s *= 2
            say(f"{design.name}: not ready in time, again with {lead_s:.0f} s")
    raise OvertakenError(f"{design.name}: {design.size} orders were not under way in {lead_s / 2:.0f} s")


@contextmanager
def _home(workers: int) -> Iterator[Settings]:
    """A data directory for one run."""
    PLACE.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="bench-", dir=PLACE))
    try:
        yield Settings(home=home, workers=workers, log_level="warning")
    finally:
        shutil.rmtree(home)


async def _strike(
    design: Design, office: Office, settings: Settings, *, lead_s: float, say: Callable[[str], None]
) -> Share:
    say(f"{design.name}: starting the engine")
    records = open_office(settings, office, units=design.size)
    try:
        design.prepare(records, office)
        command = [sys.executable, "-m", design.worker]
        async with Supervisor(settings, worker=command, search_attributes=names.SEARCH_ATTRIBUTES) as running:
            client = await connect(settings, address=running.address)
            run = Running(client=client, records=records, office=office, clock=set_hour(records, office, lead_s))
            pids = [worker.pid for worker in running.workers.values()] + [running.engine.pid if running.engine else 0]
            return await _unless_stopped(running, _measured(design, run, pids=pids, say=say))
    finally:
        records.close()


async def _unless_stopped(running: Supervisor, work: Coroutine[None, None, Share]) -> Share:
    """Do the work, or give up when somebody presses Ctrl-C, which the supervisor hears in our place."""
    measuring, stopped = asyncio.ensure_future(work), asyncio.ensure_future(running.until_stopped())
    try:
        await asyncio.wait({measuring, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not measuring.done():
            raise KeyboardInterrupt
        return measuring.result()
    finally:
        measuring.cancel()
        stopped.cancel()


def set_hour(records: Records, office: Office, lead_s: float) -> Clock:
    """Fix the clock so that the hour strikes `lead_s` real seconds from now."""
    now = datetime.now(UTC)
    clock = office.clock(now=now, strikes=now + timedelta(seconds=lead_s))
    with records.write() as tx:
        set_clock(tx, clock, at=now)
    return clock


async def _measured(design: Design, run: Running, *, pids: Sequence[int], say: Callable[[str], None]) -> Share:
    """Get the orders under way, wait for the hour, watch, and read the figures."""
    began, due = (segment.real for segment in run.clock.segments)
    say(f"{design.name}: getting {design.size:,} orders under way")
    try:
        async with asyncio.timeout((due - datetime.now(UTC)).total_seconds()):
            ids = await design.start(run)
    except TimeoutError as passed:
        raise OvertakenError from passed
    setup_s = (datetime.now(UTC) - began).total_seconds()
    events_before, bytes_before = await _history(run.client, ids)
    if datetime.now(UTC) >= due:
        raise OvertakenError
    say(f"{design.name}: {design.size:,} deadlines fall in {(due - datetime.now(UTC)).total_seconds():.0f} s")
    events = events_so_far(run.records) + design.size
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
    cpu_before = cpu_seconds(pids)
    durable_s = await all_reached(run.records, events, due=due, within_s=design.within_s)
    cpu_s = cpu_seconds(pids) - cpu_before
    await asyncio.sleep(AFTERMATH_S)
    events_after, bytes_after = await _history(run.client, ids)
    late = lateness(run.records, design.size, clock=run.clock)
    return Share(
        size=design.size,
        value=round(design.size / durable_s, 1),
        workers=len(pids) - 1,
        durable_s=round(durable_s, 3),
        setup_s=round(setup_s, 2),
        cpu_ms_per_order=round(1000 * cpu_s / design.size, 3),
        events_per_order=round((events_after - events_before) / design.size, 3),
        bytes_per_order=round((bytes_after - bytes_before) / design.size),
        **vars(late),
    )


async def _history(client: Client, ids: Sequence[str]) -> tuple[int, int]:
    """Events and bytes in the histories of all these workflows together."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(workflow_id: str) -> tuple[int, int]:
        async with gate:
            told = await client.get_workflow_handle(workflow_id).describe()
        return told.history_length, told.raw_description.workflow_execution_info.history_size_bytes

    sizes = await asyncio.gather(*(one(workflow_id) for workflow_id in ids))
    return sum(events for events, _ in sizes), sum(size for _, size in sizes)
