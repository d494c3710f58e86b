"""The keepers' long-running work: the courier empties the outbox, the forwarder the inbox.

Each runs in exactly one worker at a time, heartbeats with every round, and can die at any moment: whatever it had not
marked is done again, under the same key.
"""

import asyncio
from asyncio import to_thread
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from temporalio import activity
from temporalio.client import Client

from activities.delivery import deliver_waiting
from connectors.notices import Channel, Delivery
from records.inbox import Waiting, waiting_acts
from records.outbox import DueNotice, due_notices, mark_delivered, mark_failed, put_messages
from records.reading import holders
from records.session import Read, Records
from rules import clock as clocks
from runtime.log import logger
from schemas.clock import Clock
from schemas.event import Role
from schemas.keeper import KeeperInput

log = logger(__name__)

_BATCH: Final = 500
_PAUSE: Final = 0.2
_OVERTAKE: Final = timedelta(seconds=2)
_ONE_LEVEL_UP: Final = {
    Role.unit_contact: Role.officer,
    Role.data_steward: Role.officer,
    Role.reviewer: Role.officer,
    Role.officer: Role.leader,
    Role.approver: Role.leader,
    Role.leader: Role.local_operator,
}


async def _watch(given: KeeperInput, work: Callable[[], object]) -> None:
    """Call `work` round after round until the watch is over or the worker shuts down; it says whether it found any."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + given.watch_seconds
    while loop.time() < ends and not activity.is_worker_shutdown():
        activity.heartbeat()
        found = work()
        if asyncio.iscoroutine(found):
            found = await found
        if not found:
            await asyncio.sleep(_PAUSE)


class Courier:
    """Carries notices from the outbox to the people they are for, in office hours, once each."""

    def __init__(self, records: Records, *, clock: Callable[[], Clock], channels: Sequence[Channel]) -> None:
        """Take the records, the data directory's clock, and the channels besides the in-product inbox."""
        self._records = records
        self._clock = clock
        self._channels = channels

    @activity.defn(name="keep_courier")
    async def keep(self, given: KeeperInput) -> None:
        """Carry until the watch is over."""
        await _watch(given, lambda: to_thread(self.carry))

    def carry(self) -> int:
        """Deliver one batch of due notices; returns how many."""
        now = datetime.now(UTC)
        with self._records.read() as read:
            due = due_notices(read, shown_now=clocks.shown(self._clock(), now), limit=_BATCH)
            deliveries = {notice.key: self._addressed(read, notice) for notice in due}
        if not due:
            return 0
        everything = [one for many in deliveries.values() for one in many]
        try:
            for channel in self._channels:
                channel.send(everything, at=now)
        except OSError as error:
            self._failed(due, repr(error), now)
            return 0
        with self._records.write() as tx:
            put_messages(tx, everything, at=now)
            mark_delivered(tx, deliveries, at=now)
        return len(due)

    def _failed(self, due: Sequence[DueNotice], problem: str, now: datetime) -> None:
        log.warning("courier.failed", notices=len(due), problem=problem)
        with self._records.write() as tx:
            mark_failed(tx, [notice.key for notice in due], problem=problem, at=now)

    def _addressed(self, read: Read, notice: DueNotice) -> list[Delivery]:
        """Find who holds the role; where nobody does, go one level up and say so."""
        role, fallback = notice.to, ""
        people = holders(read, role, notice.scope, notice.region)
        while not people and role in _ONE_LEVEL_UP:
            fallback = f"{fallback}{role}→{_ONE_LEVEL_UP[role]};"
            role = _ONE_LEVEL_UP[role]
            people = ("local",) if role is Role.local_operator else holders(read, role, notice.region, notice.region)
        return [
            Delivery(
                key=f"{notice.key}:{person}",
                person=person,
                template=notice.template,
                order=notice.order,
                doc_no=notice.doc_no,
                due=notice.due,
                fallback=fallback,
            )
            for person in people
        ]


class Forwarder:
    """Delivers received acts that no docket has judged yet, in order of receipt for each order."""

    def __init__(self, records: Records, client: Client) -> None:
        """Take the records and the client."""
        self._records = records
        self._client = client

    @activity.defn(name="keep_forwarder")
    async def keep(self, given: KeeperInput) -> None:
        """Forward until the watch is over."""
        await _watch(given, self.forward)

    async def forward(self) -> int:
        """Deliver what has waited for two seconds (a door is still trying the others); returns how many went."""
        waiting = await to_thread(self._waiting)
        by_order = [list(acts) for _, acts in groupby(waiting, key=lambda one: one.act.order)]
        gone = await asyncio.gather(*(self._in_order(acts) for acts in by_order[:8]))
        return sum(gone)

    def _waiting(self) -> Sequence[Waiting]:
        with self._records.read() as read:
            found = waiting_acts(read, received_before=datetime.now(UTC) - _OVERTAKE, limit=_BATCH)
        return sorted(found, key=lambda one: (one.act.order, one.received_real))

    async def _in_order(self, acts: Sequence[Waiting]) -> int:
        for number, waiting in enumerate(acts):
            activity.heartbeat()
            if not await deliver_waiting(self._client, self._records, waiting):
                return number
        return len(acts)
