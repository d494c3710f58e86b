"""The hands of an announcement: which dockets are open, and the delivery to each by an Update that is the same when repeated."""

import asyncio
from asyncio import to_thread
from datetime import UTC, datetime
from typing import Final

from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.intake import newest_calendar
from records.reading import clock_of
from records.reading_loop import calendars_behind, open_dockets
from records.session import Records
from rules import clock as clocks
from runtime.log import logger
from schemas import names
from schemas.announcement import AnnouncementInput, Delivered, DocketPage
from schemas.docket import CalendarRevision, Opened
from schemas.keeper import KeeperInput

log = logger(__name__)

PAGE: Final = 50
_LOOK_EVERY: Final = 1.0


class Announcer:
    """Delivers adopted calendars. Holds the records, and the client by which dockets are reached."""

    def __init__(self, records: Records, client: Client) -> None:
        """Take what the worker built."""
        self._records = records
        self._client = client

    @activity.defn(name="docket_page")
    async def page(self, given: AnnouncementInput) -> DocketPage:
        """Return the next dockets that still keep clocks, in order of their ids."""
        return await to_thread(self._page, given.after)

    def _page(self, after: str) -> DocketPage:
        with self._records.read() as read:
            return DocketPage(dockets=open_dockets(read, after=after, limit=PAGE))

    @activity.defn(name="deliver_calendar")
    async def deliver(self, given: AnnouncementInput, page: DocketPage) -> Delivered:
        """Deliver to each docket of a page; one that ended meanwhile needs no calendar any more."""
        orders = 0
        for docket in page.dockets:
            activity.heartbeat(docket)
            orders += await self._revised(given, docket)
        return Delivered(dockets=len(page.dockets), orders=orders)

    async def _revised(self, given: AnnouncementInput, docket: str) -> int:
        revision = CalendarRevision(calendar=given.calendar, key=f"{docket}:{given.calendar[:16]}", at=given.at)
        handle = self._client.get_workflow_handle(docket)
        try:
            answer: Opened = await handle.execute_update("revise", revision, id=revision.key[-200:], result_type=Opened)
        except WorkflowUpdateFailedError as failed:
            log.warning("announcement.refused", docket=docket, problem=str(failed.cause))
            return 0
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return 0
            raise
        return answer.opened

    @activity.defn(name="keep_herald")
    async def keep(self, given: KeeperInput) -> None:
        """Look for calendars that open dockets do not have, until the watch is over."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + given.watch_seconds
        while loop.time() < ends and not activity.is_worker_shutdown():
            activity.heartbeat()
            await self.announce_newest()
            await asyncio.sleep(_LOOK_EVERY)

    async def announce_newest(self) -> bool:
        """Start the announcement of the newest adopted calendar where open dockets do not have it; once a calendar."""
        given = await to_thread(self._news)
        if given is None:
            return False
        try:
            await self._client.start_workflow(
                names.ANNOUNCEMENT_WORKFLOW,
                given,
                id=names.announcement_workflow_id(given.calendar),
                task_queue=names.LOOP_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"calendar {given.calendar[:12]}",
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    def _news(self) -> AnnouncementInput | None:
        with self._records.read() as read:
            newest = newest_calendar(read)
            if newest is None or not calendars_behind(read, newest):
                return None
            return AnnouncementInput(calendar=newest, at=clocks.shown(clock_of(read), datetime.now(UTC)))
