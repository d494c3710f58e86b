"""Client, worker and replayer share one definition: converter, sandbox and log context."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import PydanticPayloadConverter, ToJsonOptions
from temporalio.worker import Replayer, Worker

from runtime.client import connect
from runtime.plugin import DATA_CONVERTER, PASSED_THROUGH, RELOADED, make_plugin
from runtime.settings import Settings
from schemas.errors import Refused
from tests.runtime.story import Closed, Opened, Story, StoryWorkflow, look_around
from tests.runtime.stray_story import StrayWorkflow

TOLD = Story(subject="order:7", happened=(Opened(subject="order:7", level=2), Closed(subject="order:7")))


def test_a_union_told_apart_by_default_tags_survives_the_converter() -> None:
    """What comes out of a payload equals what went in, tags and defaults included."""
    [payload] = DATA_CONVERTER.payload_converter.to_payloads([TOLD])

    [back] = DATA_CONVERTER.payload_converter.from_payloads([payload], [Story])

    assert back == TOLD


def test_leaving_out_unset_fields_would_lose_the_tags() -> None:
    """The reason why payloads are complete: the smaller form cannot be read back."""
    smaller = PydanticPayloadConverter(ToJsonOptions(exclude_unset=True))
    [payload] = smaller.to_payloads([TOLD])

    with pytest.raises(ValueError, match="tag"):
        smaller.from_payloads([payload], [Story])


@pytest.mark.engine
async def test_handlers_and_activities_bind_their_identifiers_and_replay_alike(shared_engine: Settings) -> None:
    """Workflow, run, attempt and subject are bound in an update and in a thread; the same plugin replays it."""
    client = await connect(shared_engine)
    with ThreadPoolExecutor(2) as executor:
        worker = Worker(
            client, task_queue="t", workflows=[StoryWorkflow], activities=[look_around], activity_executor=executor
        )
        async with worker:
            handle = await client.start_workflow(StoryWorkflow.run, Story(subject="order:7"), id="s1", task_queue="t")
            heard = await handle.execute_update(StoryWorkflow.tell, TOLD)
            seen = await handle.result()

    where = {"workflow_id": "s1", "run_id": handle.result_run_id, "subject": "order:7"}
    assert heard == {**where, "message": "tell", "same": True}
    assert seen == {**where, "activity": "look_around", "attempt": 1}

    history = WorkflowHistory.from_json("s1", (await handle.fetch_history()).to_json())
    await Replayer(workflows=[StoryWorkflow], plugins=[make_plugin()]).replay_workflow(history)


@pytest.mark.engine
async def test_a_library_nobody_passed_through_stops_the_worker_at_start(shared_engine: Settings) -> None:
    """The error names the library and the list it belongs on; with it on the list the worker starts."""
    client = await connect(shared_engine)

    with pytest.raises(RuntimeError) as failed:
        Worker(client, task_queue="t", workflows=[StrayWorkflow])

    assert "reloads jinja2, markupsafe: add to runtime.plugin.PASSED_THROUGH" in str(failed.value.__cause__)
    Replayer(workflows=[StrayWorkflow], plugins=[make_plugin(passed_through=(*PASSED_THROUGH, "jinja2"))])


def test_rules_stay_inside_the_sandbox() -> None:
    """A rule that reads the clock must be stopped; passing `rules` through would let it."""
    assert {"rules", "workflows"} == set(RELOADED)
    assert not set(RELOADED) & set(PASSED_THROUGH)


async def test_an_unreachable_service_is_refused_in_a_sentence() -> None:
    """A door learns that the engine is down without waiting, and which setting names it."""
    with pytest.raises(Refused, match="BIHUAN_TEMPORAL_ADDRESS") as refused:
        await connect(Settings(temporal_address="127.0.0.1:9"))

    assert refused.value.code == "engine.unreachable"
