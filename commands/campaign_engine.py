"""How a verb on campaigns reaches the engine: who may, which workflow, and a refusal as the workflow said it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.intake import actor_for
from commands.home import Home
from records.session import Read
from runtime.client import connect
from schemas import names
from schemas.base import Model
from schemas.campaign import CampaignAnswer, CampaignInput
from schemas.errors import Refused
from schemas.event import Actor

_PATIENCE: Final = timedelta(seconds=30)
_LOOK: Final = 0.1
_LONGEST: Final = 100
_SLOW = "引擎没有及时答复。请用 bihuan doctor 检查；用同一 --key 重复这条命令不会重复办理。"


def officer(read: Read, person: str, act: str, given: CampaignInput) -> Actor:
    """Return the person in the role in which they may do this to the campaign; raises `person.unknown`."""
    return actor_for(read, person, act, unit="", region=given.region, who_may=given.who_may)


def key_for(verb: str, key: str | None) -> str:
    """Return the key of what somebody does to a campaign: one word of theirs may serve for each verb once.

    Raises:
        Refused: `act.key_too_long`.

    """
    if key is not None and not 0 < len(key) <= _LONGEST:
        raise Refused("act.key_too_long", f"操作编号须为 1 到 {_LONGEST} 个字符，请换一个。")
    return f"{verb}:{key or uuid4()}"


async def reach(home: Home) -> Client:
    """Return a client of the running engine.

    Raises:
        Refused: `engine.not_running` or `engine.unreachable`: a campaign's verbs need the engine.

    """
    try:
        return await asyncio.wait_for(connect(home.settings), _PATIENCE.total_seconds())
    except TimeoutError as error:
        raise Refused("engine.slow", _SLOW) from error


async def start(client: Client, given: CampaignInput) -> None:
    """Start the campaign's workflow; one that runs already is left alone."""
    pairs = [
        SearchAttributePair(SearchAttributeKey.for_keyword("Campaign"), given.campaign),
        SearchAttributePair(SearchAttributeKey.for_keyword("SubjectKind"), "campaign"),
    ]
    try:
        await client.start_workflow(
            names.CAMPAIGN_WORKFLOW,
            given,
            id=names.campaign_workflow_id(given.campaign),
            task_queue=names.LOOP_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(pairs),
            static_summary=given.title,
            static_details=f"专项行动 {given.campaign}，区划 {given.region}，{given.rounds} 轮",
        )
    except WorkflowAlreadyStartedError:
        return


async def ask(client: Client, campaign: str, update: str, message: Model, *, key: str) -> CampaignAnswer:
    """Send an Update to a campaign and return its answer.

    Raises:
        Refused: what the campaign refused with, `campaign.over`, or `engine.slow`.

    """
    handle = client.get_workflow_handle(names.campaign_workflow_id(campaign))
    asked = handle.execute_update(update, message, id=key, result_type=CampaignAnswer)
    try:
        return await asyncio.wait_for(asked, _PATIENCE.total_seconds())
    except WorkflowUpdateFailedError as failed:
        raise _reason(failed) from failed
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as late:
        raise Refused("engine.slow", _SLOW) from late
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise Refused("campaign.over", f"专项行动 {campaign} 已经结束，不能再办理这一步。") from error
        raise Refused("engine.slow", _SLOW) from error


def _reason(failed: WorkflowUpdateFailedError) -> Refused:
    cause = failed.cause
    if isinstance(cause, ApplicationError):
        return Refused(cause.type or "campaign.refused", cause.message)
    return Refused("campaign.refused", "这一步未能办理，请稍后再试。")


async def until(reached: Callable[[], Any], *, within: timedelta) -> bool:
    """Look again and again until something is true; false when the time is over."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + within.total_seconds()
    while not await asyncio.to_thread(reached):
        if loop.time() > ends:
            return False
        await asyncio.sleep(_LOOK)
    return True
