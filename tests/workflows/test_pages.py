"""Temporal's own command line lists, describes and shows our workflows, and they read well there."""

import asyncio
import json
from base64 import b64encode
from typing import Any

import pytest

from runtime.engine import temporal_binary
from schemas import names
from tests.workflows import campaigning
from tests.workflows.loop import Loop

pytestmark = pytest.mark.engine


async def temporal(loop: Loop, *words: str) -> str:
    """What `temporal workflow …` says."""
    address = loop.env.client.service_client.config.target_host
    command = [str(temporal_binary()), "workflow", *words, "--address", address, "--color", "never"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_list_describe_and_show_read_well(loop: Loop) -> None:
    """A docket is found by its campaign; its summary says district and size; its history says what each step did."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        docket = await campaigning.confirm(loop, handle, (1, 2))
        await loop.act(docket, "acknowledge")
        for _ in range(100):
            listed = await temporal(loop, "list", "--query", f"Campaign = '{loop.campaign}' and District = '140213'")
            if docket.id in listed:
                break
            await asyncio.sleep(0.1)
        described: Any = json.loads(await temporal(loop, "describe", "-w", docket.id, "-o", "json"))
        page = await temporal(loop, "metadata", "-w", docket.id)
        shown = await temporal(loop, "show", "-w", docket.id)
        detailed = await temporal(loop, "show", "-w", docket.id, "-o", "json")

    assert names.DOCKET_WORKFLOW in listed
    assert described["workflowExecutionInfo"]["status"] == "WORKFLOW_EXECUTION_STATUS_RUNNING"
    assert "140213 · 2 件" in json.dumps(described, ensure_ascii=False)
    assert "在册 2 件" in page
    assert "下一时点：2026-03-04 08:30" in page
    assert "ActivityTaskScheduled" in shown
    assert "WorkflowExecutionUpdateAccepted" in shown
    assert b64encode(b'"record 2 subjects"').decode() in detailed
