"""A small campaign as an officer leads it: started, assessed, confirmed, published, taken back."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from activities.intake_campaign import start_campaign
from records.reading import campaign
from records.reading_loop import load_policy
from records.rows import CampaignRow, MeasurementRow
from records.writing_current import put_measurements
from rules.board_terms import freeze
from rules.campaign_register import rounds_assessed
from schemas import names
from schemas.campaign import (
    CampaignAnswer,
    CampaignInput,
    CampaignState,
    Confirm,
    Exclusion,
    Publish,
    Reassess,
    WithdrawCampaign,
)
from schemas.event import Actor
from schemas.keeper import KeeperInput
from schemas.names import Keeper
from schemas.order import Figures
from tests.workflows.loop import DISTRICT, OFFICER, REGION, SEALED, T0, Loop, unit, until
from tests.workflows.server import UNITS

Handle = WorkflowHandle[Any, CampaignAnswer]
ALL: Final = range(1, UNITS + 1)


async def start(loop: Loop, *, rounds: int = 1, docket_size: int = 250) -> Handle:
    """Start a campaign over all units, and wait until its first round is assessed."""
    policy = loop.read(lambda read: load_policy(read, loop.policy))
    given = CampaignInput(
        campaign=loop.campaign,
        title="合成专项行动",
        region=REGION,
        policy=loop.policy,
        calendar=loop.calendar,
        rounds=rounds,
        docket_size=docket_size,
        started_by=OFFICER,
        started_at=T0,
        definitions=freeze(policy.publication.definitions, small_unit=policy.publication.small_unit),
        who_may=policy.who_may,
        clock=loop.clock,
    )
    await asyncio.to_thread(start_campaign, loop.records, given)
    handle = await loop.env.client.start_workflow(
        names.CAMPAIGN_WORKFLOW,
        given,
        id=names.campaign_workflow_id(loop.campaign),
        task_queue=names.LOOP_QUEUE,
        result_type=CampaignAnswer,
    )
    await stands(loop, handle, CampaignState.assessed)
    return handle


async def stands(loop: Loop, handle: Handle, state: CampaignState, *, round_no: int = 1) -> None:
    """Wait until the campaign itself stands so; its row does a moment earlier."""
    latest = loop.env.client.get_workflow_handle(handle.id)
    for _ in range(400):
        answer = await latest.query("standing", result_type=CampaignAnswer)
        if (answer.state, answer.round) == (state, round_no):
            return
        await pause()
    pytest.fail(f"the campaign did not come to {state} in time")


def row_of(loop: Loop) -> CampaignRow | None:
    """The campaign's row."""
    found: CampaignRow | None = loop.read(lambda read: campaign(read, loop.campaign))
    return found


def confirmation(loop: Loop, units: Iterable[int], *, actor: Actor = OFFICER, key: str = "") -> Confirm:
    """The confirmation of some units on the newest list; all others are left out."""
    chosen = set(units)
    left_out = tuple(Exclusion(unit=unit(number), reason=SEALED) for number in ALL if number not in chosen)
    told = rounds_assessed(loop.stream(names.campaign_stream(loop.campaign)))
    round_no = max(told)
    return Confirm(
        key=key or uuid4().hex,
        actor=actor,
        at=T0,
        round=round_no,
        candidates=told[round_no].candidates,
        exclusions=left_out,
        clock=loop.clock,
    )


async def confirm(loop: Loop, handle: Handle, units: Iterable[int], *, round_no: int = 1) -> WorkflowHandle[Any, Any]:
    """Confirm some units, wait until they are issued, and return their docket."""
    message = confirmation(loop, units)
    await handle.execute_update("confirm", message, result_type=CampaignAnswer)
    await until(lambda: issued(loop, units, round_no=round_no))
    return docket(loop, round_no=round_no)


def docket(loop: Loop, *, round_no: int = 1, number: int = 1) -> WorkflowHandle[Any, Any]:
    """A docket of the campaign."""
    return loop.env.client.get_workflow_handle(names.docket_workflow_id(loop.campaign, round_no, DISTRICT, number))


def issued(loop: Loop, units: Iterable[int], *, round_no: int = 1) -> bool:
    """Whether all these orders are there."""
    return all(loop.there(names.order_id(loop.campaign, round_no, unit(number))) for number in units)


def measure(loop: Loop, number: int, figures: Figures) -> None:
    """Let new figures of a unit come in, as an import does."""
    event = f"e{number}-{uuid4().hex}"
    measured = MeasurementRow(
        unit=unit(number), cut_off="2026-03-31", source="synthetic", event_id=event, **figures.model_dump()
    )
    with loop.records.write() as tx:
        put_measurements(tx, [measured])


async def assess(handle: Handle, *, key: str = "", actor: Actor = OFFICER) -> CampaignAnswer:
    """Have the round assessed again."""
    message = Reassess(key=key or uuid4().hex, actor=actor, at=T0)
    answer: CampaignAnswer = await handle.execute_update("assess", message, result_type=CampaignAnswer)
    return answer


async def publish(handle: Handle) -> CampaignAnswer:
    """Publish the running round."""
    message = Publish(key=uuid4().hex, actor=OFFICER, at=T0)
    answer: CampaignAnswer = await handle.execute_update("publish", message, result_type=CampaignAnswer)
    return answer


async def withdraw(handle: Handle, *, key: str = "", actor: Actor = OFFICER) -> CampaignAnswer:
    """Take the campaign back."""
    message = WithdrawCampaign(key=key or uuid4().hex, actor=actor, at=T0, reason=SEALED)
    answer: CampaignAnswer = await handle.execute_update("withdraw", message, result_type=CampaignAnswer)
    return answer


async def keep(loop: Loop, keeper: Keeper, *, seconds: int) -> WorkflowHandle[Any, Any]:
    """Start a keeper whose watches are short."""
    given = KeeperInput(keeper=keeper, watch_seconds=seconds)
    return await loop.env.client.start_workflow(
        names.KEEPER_WORKFLOW, given, id=f"keeper:{keeper}:{loop.campaign}", task_queue=names.LOOP_QUEUE
    )


async def pause() -> None:
    """Wait for a moment."""
    await asyncio.sleep(0.05)
