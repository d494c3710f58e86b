"""The worker: opens the records, connects to Temporal, registers workflows and activities, polls until told to stop.

One process; `bihuan up` runs several. It also sees to it that each keeper's workflow runs: the first to start wins.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.worker import Worker

from activities.announcing import Announcer
from activities.boards import Publisher
from activities.campaigns import CampaignOffice
from activities.keeping import Courier, Forwarder
from activities.recording import Registrar
from connectors.notices import LogFile
from connectors.regions import load_regions
from records.session import Records, migrate, open_records
from runtime.client import connect
from runtime.log import configure
from runtime.processes import announce_ready, component_name, stop_signals
from runtime.settings import Settings
from schemas import names
from schemas.keeper import KeeperInput
from workflows.announcement import AnnouncementWorkflow
from workflows.campaign import CampaignWorkflow
from workflows.docket import DocketWorkflow
from workflows.keeper import KeeperWorkflow

_WORKFLOW_TASKS: Final = 4
"""Judging holds the interpreter. Twenty dockets judged side by side each took twenty times as long: longer than the two
seconds after which the SDK takes a workflow for stuck and gives its task up. Four finish sooner, and recording begins.
"""

_COLLECT_AFTER: Final = (50_000, 20, 100)
"""A worker keeps many thousand values that never change and hardly any cycles: with Python's own thresholds a third of
the processor time of a burst went into looking for garbage among them.
"""

WORKFLOWS: Sequence[type] = (AnnouncementWorkflow, CampaignWorkflow, DocketWorkflow, KeeperWorkflow)


def activities(settings: Settings, records: Records, client: Client) -> list[Callable[..., Any]]:
    """Build the hands with what they hold, and return what they do."""
    registrar = Registrar(records, client=client)
    office = CampaignOffice(
        records, client, publisher=Publisher(records, settings.published, district_names=_district_names())
    )
    courier = Courier(records, channels=(LogFile(settings.logs / "notices.log"),))
    forwarder = Forwarder(records, client)
    announcer = Announcer(records, client)
    return [
        registrar.record,
        registrar.load_rules,
        registrar.load_subjects,
        registrar.record_incident,
        office.assess,
        office.issue,
        office.publish,
        office.withdraw,
        office.end,
        courier.keep,
        forwarder.keep,
        announcer.page,
        announcer.deliver,
        announcer.keep,
    ]


def _district_names() -> dict[str, str]:
    return {region.code: region.name for region in load_regions() if region.level == "county"}


def make_worker(client: Client, settings: Settings, records: Records) -> Worker:
    """Return the one worker of this process; the client's plugin brings converter, sandbox and log."""
    return Worker(
        client,
        task_queue=names.LOOP_QUEUE,
        workflows=WORKFLOWS,
        activities=activities(settings, records, client),
        max_concurrent_workflow_tasks=_WORKFLOW_TASKS,
        max_concurrent_activities=20,
        build_id=names.BUILD_ID,
    )


async def ensure_keepers(client: Client) -> None:
    """Start the keepers' workflows where they do not run yet."""
    for keeper in names.Keeper:
        await _ensure(client, KeeperInput(keeper=keeper))


async def _ensure(client: Client, given: KeeperInput) -> WorkflowHandle[Any, Any] | None:
    try:
        return await client.start_workflow(
            names.KEEPER_WORKFLOW,
            given,
            id=names.keeper_workflow_id(given.keeper),
            task_queue=names.LOOP_QUEUE,
            static_summary=f"keeper {given.keeper}",
        )
    except WorkflowAlreadyStartedError:
        return None


def collect_seldom() -> None:
    """Leave alone what was loaded at the start, and look for cycles seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


async def main() -> None:
    """Run until told to stop."""
    settings = Settings.load()
    configure(settings, component=component_name("worker"))
    settings.make_home()
    records = open_records(settings.records_url)
    migrate(records)
    client = await connect(settings)
    with stop_signals() as stopping:
        async with make_worker(client, settings, records):
            await ensure_keepers(client)
            collect_seldom()
            announce_ready()
            await stopping.wait()
    records.close()


if __name__ == "__main__":
    asyncio.run(main())
