"""Typed references to what an announcement can have done."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from schemas.announcement import AnnouncementInput, Delivered, DocketPage

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=10))


class Herald:
    """What an announcement can have done."""

    async def page(self, given: AnnouncementInput) -> DocketPage:
        """Read the next open dockets."""
        page: DocketPage = await workflow.execute_activity(
            "docket_page",
            given,
            result_type=DocketPage,
            start_to_close_timeout=timedelta(minutes=1),
            retry_policy=_RETRY,
            summary=f"after {given.after or 'the start'}",
        )
        return page

    async def deliver(self, given: AnnouncementInput, page: DocketPage) -> Delivered:
        """Deliver the calendar to one page of dockets; without a heartbeat for ten seconds another worker takes over."""
        delivered: Delivered = await workflow.execute_activity(
            "deliver_calendar",
            args=[given, page],
            result_type=Delivered,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=_RETRY,
            summary=f"{len(page.dockets)} dockets",
        )
        return delivered


HERALD = Herald()
