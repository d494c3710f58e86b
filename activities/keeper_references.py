"""Typed reference to the keepers' activities: patience, heartbeat and retry in one place."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from schemas.keeper import KeeperInput

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=5))


async def keep(given: KeeperInput) -> None:
    """Run one watch of a helper; without a heartbeat for ten seconds another worker takes over."""
    await workflow.execute_activity(
        f"keep_{given.keeper}",
        given,
        start_to_close_timeout=timedelta(seconds=2 * given.watch_seconds + 60),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=_RETRY,
        summary=f"watch of {given.watch_seconds} s",
    )
