"""Typed references to what a campaign can have done; long ones heartbeat and go on where they were."""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

from schemas.base import Model
from schemas.campaign import Assessed, IssuedRound, IssueTask, Published, RoundTask, WithdrawTask
from schemas.docket import Done

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=10))
_R = TypeVar("_R", bound=Model)


async def _call(name: str, argument: Model, result: type[_R], *, summary: str) -> _R:
    answered: _R = await workflow.execute_activity(
        name,
        argument,
        result_type=result,
        start_to_close_timeout=timedelta(hours=2),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=_RETRY,
        summary=summary,
    )
    return answered


class Office:
    """What a campaign can have done."""

    async def assess(self, task: RoundTask) -> Assessed:
        """Judge every unit of the region on its latest figures, and freeze the list."""
        return await _call("assess_round", task, Assessed, summary=f"assess round {task.given.round}")

    async def issue(self, task: IssueTask) -> IssuedRound:
        """Take the block of numbers, record the confirmation, start the dockets."""
        return await _call("issue_round", task, IssuedRound, summary=f"issue round {task.given.round}")

    async def publish(self, task: RoundTask) -> Published:
        """Write the round's table, as a new version where it changed."""
        return await _call("publish_round", task, Published, summary=f"publish round {task.given.round}")

    async def withdraw(self, task: WithdrawTask) -> Done:
        """Withdraw the campaign's open orders and record it."""
        return await _call("withdraw_campaign", task, Done, summary="withdraw")

    async def end(self, task: RoundTask) -> Done:
        """Record that everything is settled."""
        return await _call("end_campaign", task, Done, summary="end")


OFFICE = Office()
