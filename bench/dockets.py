"""Our design as it ships: dockets by their own workflow, `worker.py` as it is, keepers and all."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bench.lateness import LOOK_EVERY_S, orders_so_far
from bench.office import CAMPAIGN, DISTRICT, Office
from bench.strike import Design, Running
from records.session import Records
from schemas import names
from schemas.docket import DocketInput

ISSUED_PER_S: Final = 400


def dockets(size: int, *, docket: int) -> Design:
    """Keep `size` orders in dockets of `docket`."""

    async def start(running: Running) -> Sequence[str]:
        return await _start(running, size=size, docket=docket)

    return Design(
        name="dockets",
        size=size,
        worker="worker",
        start=start,
        prepare=_nothing,
        lead_s=3 + size / ISSUED_PER_S,
        within_s=60 + size / 100,
    )


def _nothing(_records: Records, _office: Office) -> None:
    """The dockets issue their orders themselves."""


async def _start(running: Running, *, size: int, docket: int) -> Sequence[str]:
    """Start all dockets and wait until the last order's issue is committed."""
    inputs = [_input(running, first, min(docket, size - first)) for first in range(0, size, docket)]
    await asyncio.gather(
        *(
            running.client.start_workflow(names.DOCKET_WORKFLOW, given, id=given.docket, task_queue=names.LOOP_QUEUE)
            for given in inputs
        )
    )
    while orders_so_far(running.records) < size:  # noqa: ASYNC110 - another process writes them
        await asyncio.sleep(LOOK_EVERY_S)
    return [given.docket for given in inputs]


def _input(running: Running, first: int, count: int) -> DocketInput:
    office = running.office
    docket = names.docket_workflow_id(CAMPAIGN, 1, DISTRICT, first + 1)
    return DocketInput(
        docket=docket,
        campaign=CAMPAIGN,
        round=1,
        district=DISTRICT,
        policy=office.policy_digest,
        calendar=office.calendar.digest,
        clock=running.clock,
        issues=tuple(office.issue(number, docket=docket) for number in range(first, first + count)),
        capacity=count,
    )
