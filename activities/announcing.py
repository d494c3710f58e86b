"""The hands of an announcement: which dockets are behind, and the delivery to each by an Update that is the same when repeated.

What arrived is recorded docket by docket: whoever takes over from a worker that died goes on behind the last arrival,
and whatever is behind for another reason (a round confirmed later, a docket just starting) is found by the next look.
"""

import asyncio
from asyncio import to_thread
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.alive import alive
from activities.intake import newest_calendar
from records.reading import clock_of
from records.reading_dockets import delivered_before, dockets_behind
from records.session import Records
from records.writing import Fact, append_facts
from rules import clock as clocks
from runtime.log import logger
from schemas import names
from schemas.adoption import RuleBookDelivered
from schemas.announcement import AnnouncementInput, Delivered, DocketPage
from schemas.docket import CalendarRevision, Opened
from schemas.event import CLOCK, Cause, dump
from schemas.keeper import KeeperInput

log = logger(__name__)

PAGE: Final = 50
_LOOK_EVERY: Final = 1.0
_AGAIN: Final = 60.0
"""Seconds until an announcement is begun again that left the same dockets behind as before."""


class Announcer:
    """Delivers adopted calendars. Holds the records, and the client by which dockets are reached."""

    def __init__(self, records: Records, client: Client) -> None:
        """Take what the worker built."""
        self._records = records
        self._client = client
        self._begun: tuple[str, tuple[str, ...], float] | None = None

    # --- one announcement ---------------------------------------------------------------------------------------

    @activity.defn(name="docket_page")
    async def page(self, given: AnnouncementInput) -> DocketPage:
        """Return the next dockets that are behind, in order of their ids; none once a newer calendar was adopted."""
        return DocketPage(dockets=await to_thread(self._behind, given.calendar, after=given.after))

    def _behind(self, calendar: str, *, after: str = "") -> tuple[str, ...]:
        with self._records.read() as read:
            if newest_calendar(read) != calendar:
                return ()
            return dockets_behind(read, calendar, after=after, limit=PAGE)

    @activity.defn(name="deliver_calendar")
    async def deliver(self, given: AnnouncementInput, page: DocketPage) -> Delivered:
        """Deliver to each docket of a page, once; one that ended meanwhile needs no calendar any more."""
        moved: list[int] = []
        async with alive():
            for docket in page.dockets:
                orders = await self._delivered(given, docket)
                if orders is not None:
                    moved.append(orders)
        return Delivered(dockets=len(moved), orders=sum(moved))

    async def _delivered(self, given: AnnouncementInput, docket: str) -> int | None:
        """How many orders the calendar moved; none where the docket could not be reached, or the calendar is old."""
        before, newest = await to_thread(self._standing, given.calendar, docket)
        if before is not None or newest != given.calendar:
            return before
        moved = await self._revise(given, docket)
        if moved is not None:
            await to_thread(self._note, given, docket, moved)
        return moved

    def _standing(self, calendar: str, docket: str) -> tuple[int | None, str | None]:
        with self._records.read() as read:
            return delivered_before(read, calendar, docket), newest_calendar(read)

    async def _revise(self, given: AnnouncementInput, docket: str) -> int | None:
        revision = CalendarRevision(calendar=given.calendar, key=f"{docket}:{given.calendar[:16]}", at=given.at)
        handle = self._client.get_workflow_handle(docket)
        try:
            answer: Opened = await handle.execute_update("revise", revision, id=revision.key[-200:], result_type=Opened)
        except WorkflowUpdateFailedError as failed:
            log.warning("announcement.refused", docket=docket, problem=str(failed.cause))
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                log.warning("announcement.docket_gone", docket=docket)
                return None
            raise
        return answer.opened

    def _note(self, given: AnnouncementInput, docket: str, moved: int) -> None:
        """Record the arrival."""
        stream = names.delivery_stream(given.calendar, docket)
        event = RuleBookDelivered(happened_at=given.at, rulebook=given.calendar, docket=docket, orders=moved)
        cause = Cause(key=stream, digest=sha256(stream.encode()).hexdigest())
        fact = Fact(cause=cause, actor=CLOCK, events=(dump(event),), calendar=given.calendar)
        with self._records.write() as tx:
            append_facts(tx, stream, [fact], recorded_at=datetime.now(UTC), simulated=clock_of(tx).simulated)

    # --- the watch ----------------------------------------------------------------------------------------------

    @activity.defn(name="keep_herald")
    async def keep(self, given: KeeperInput) -> None:
        """Look for dockets that are behind, until the watch is over."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + given.watch_seconds
        while loop.time() < ends and not activity.is_worker_shutdown():
            activity.heartbeat()
            await self.announce_newest()
            await asyncio.sleep(_LOOK_EVERY)

    async def announce_newest(self) -> bool:
        """Start the announcement of the newest adopted calendar where dockets are behind; one at a time for a calendar."""
        given, behind = await to_thread(self._news)
        if given is None or not self._begin(given, behind):
            return False
        try:
            await self._client.start_workflow(
                names.ANNOUNCEMENT_WORKFLOW,
                given,
                id=names.announcement_workflow_id(given.calendar),
                task_queue=names.LOOP_QUEUE,
                static_summary=f"calendar {given.calendar[:12]}",
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    def _news(self) -> tuple[AnnouncementInput | None, tuple[str, ...]]:
        with self._records.read() as read:
            newest = newest_calendar(read)
            behind = dockets_behind(read, newest, limit=PAGE) if newest else ()
            if newest is None or not behind:
                return None, ()
            return AnnouncementInput(calendar=newest, at=clocks.shown(clock_of(read), datetime.now(UTC))), behind

    def _begin(self, given: AnnouncementInput, behind: tuple[str, ...]) -> bool:
        """Say whether this is news, or old enough to be tried again: a docket that cannot be reached must not spin."""
        now = asyncio.get_running_loop().time()
        if self._begun is not None:
            calendar, dockets, at = self._begun
            if (calendar, dockets) == (given.calendar, behind) and now < at + _AGAIN:
                return False
        self._begun = given.calendar, behind, now
        return True
