"""The keepers' long-running work: the courier empties the outbox, the forwarder the inbox.

Each runs in exactly one worker at a time, heartbeats with every round, and can die at any moment: whatever it had not
marked is done again, under the same key.
"""

import asyncio
from asyncio import to_thread
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Final

from temporalio import activity
from temporalio.client import Client

from activities.delivery import deliver_waiting
from activities.intake import newest_calendar
from connectors.calendars import load_shipped
from connectors.notices import Channel, Delivery
from records.reading import clock_of
from records.reading_loop import district_of, holders, load_calendar
from records.rows import MessageRow, NoticeRow, Receipt
from records.session import Read, Records
from records.writing_inbox import waiting_acts
from records.writing_outbox import due_notices, mark_delivered, mark_failed, put_messages
from rules import clock as clocks
from rules.calendar import next_office_instant
from rules.labels import ROLES
from runtime.log import logger
from schemas.event import LOCAL_OPERATOR, Role
from schemas.keeper import KeeperInput

log = logger(__name__)

Holding = Callable[[Role, str], tuple[str, ...]]
"""Who holds a role for a scope; asked once for all notices of a batch."""

_BATCH: Final = 5_000
_NOTICES: Final = 500
_AT_ONCE: Final = 8
_AGAIN: Final = 5.0
_PAUSE: Final = 0.2
_OVERTAKE: Final = timedelta(seconds=2)
_LATER: Final = timedelta(minutes=1)
_GRACE: Final = timedelta(seconds=1)
"""Real time for which the office counts as open after it closed: a round is as long, and in a demonstration a day."""
_THIS_PC: Final = (LOCAL_OPERATOR.person,)
_ONE_LEVEL_UP: Final = {
    Role.unit_contact: Role.officer,
    Role.data_steward: Role.officer,
    Role.reviewer: Role.officer,
    Role.officer: Role.leader,
    Role.approver: Role.leader,
    Role.leader: Role.local_operator,
}


async def _watch(given: KeeperInput, work: Callable[[], object]) -> None:
    """Call `work` round after round until the watch is over or the worker shuts down; it says how much it found.

    Between rounds there is a pause, so that what trickles in is carried together; a backlog is worked off without one.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + given.watch_seconds
    while loop.time() < ends and not activity.is_worker_shutdown():
        activity.heartbeat()
        found = work()
        if asyncio.iscoroutine(found):
            found = await found
        if not isinstance(found, int) or found < _NOTICES:
            await asyncio.sleep(_PAUSE)


class Courier:
    """Carries notices from the outbox to the people they are for, in office hours, once each."""

    def __init__(self, records: Records, *, channels: Sequence[Channel]) -> None:
        """Take the records, and the channels besides the in-product inbox."""
        self._records = records
        self._channels = channels
        self._calendar = ("", load_shipped())

    @activity.defn(name="keep_courier")
    async def keep(self, given: KeeperInput) -> None:
        """Carry until the watch is over."""
        await _watch(given, lambda: to_thread(self.carry))

    def carry(self) -> int:
        """Deliver one batch of due notices; returns how many."""
        now = datetime.now(UTC)
        with self._records.read() as read:
            clock = clock_of(read)
            shown = clocks.shown(clock, now)
            due = due_notices(read, shown, limit=_NOTICES)
            if due and not self._open(read, clocks.shown(clock, now - _GRACE), shown):
                due = due_notices(read, shown, limit=_NOTICES, urgent_only=True)
            people = cache(partial(holders, read))
            addressed = [(notice, *_addressed(read, notice, people)) for notice in due]
        if not due:
            return 0
        try:
            for channel in self._channels:
                channel.send([one for _, many, _ in addressed for one in many], at=now)
        except OSError as error:
            self._failed(due, repr(error), shown)
            return 0
        self._delivered(addressed, now)
        return len(due)

    def _open(self, read: Read, since: datetime, shown: datetime) -> bool:
        """Whether the office is open, or was a moment ago, by the calendar known now.

        A notice may have been due while nobody carried it (an outage, a line that was dead): unless it is urgent, the
        night is no time to make up for that.
        """
        digest = newest_calendar(read)
        if digest is not None and digest != self._calendar[0]:
            self._calendar = (digest, load_calendar(read, digest))
        return next_office_instant(self._calendar[1], min(since, shown)) <= shown

    def _delivered(self, addressed: Sequence[tuple[NoticeRow, list[Delivery], str]], now: datetime) -> None:
        with self._records.write() as tx:
            put_messages(tx, (_message(one, now) for _, many, _ in addressed for one in many))
            for notice, many, fallback in addressed:
                people = [one.person for one in many]
                mark_delivered(tx, notice.key, to=people, at=now, fallback=fallback or None)

    def _failed(self, due: Sequence[NoticeRow], problem: str, shown: datetime) -> None:
        log.warning("courier.failed", notices=len(due), problem=problem)
        with self._records.write() as tx:
            for notice in due:
                mark_failed(tx, notice.key, problem=problem, again_after=shown + _LATER)


def _addressed(read: Read, notice: NoticeRow, holding: Holding) -> tuple[list[Delivery], str]:
    """Find who holds the role; where nobody does, go one level up and say so."""
    role, fallback = Role(notice.to_role), ""
    people = holding(role, notice.scope)
    while not people and role is not Role.local_operator:
        above = _ONE_LEVEL_UP.get(role, Role.leader)
        fallback += f"{ROLES[role]}无人，改送{ROLES[above]}；"
        role = above
        people = holding(role, district_of(read, notice.order_id))
    people = people or _THIS_PC
    return [_delivery(notice, person, fallback) for person in people], fallback


def _delivery(notice: NoticeRow, person: str, fallback: str) -> Delivery:
    return Delivery(
        key=f"{notice.key}:{person}",
        person=person,
        template=notice.template,
        order=notice.order_id,
        doc_no=notice.doc_no,
        due=notice.due,
        fallback=fallback,
    )


def _message(delivery: Delivery, now: datetime) -> MessageRow:
    return MessageRow(
        id=delivery.key,
        person=delivery.person,
        order_id=delivery.order,
        template=delivery.template,
        created_at=now,
        params=delivery.model_dump(mode="json", include={"doc_no", "due", "fallback"}),
    )


class Forwarder:
    """Delivers received acts that no docket has judged yet, in order of receipt for each order."""

    def __init__(self, records: Records, client: Client) -> None:
        """Take the records and the client."""
        self._records = records
        self._client = client
        self._later: dict[str, float] = {}

    @activity.defn(name="keep_forwarder")
    async def keep(self, given: KeeperInput) -> None:
        """Forward until the watch is over."""
        await _watch(given, self.forward)

    async def forward(self) -> int:
        """Deliver what has waited for two seconds (a door is still trying the others); returns how many went.

        An order whose docket cannot take its act now (it is set aside, it does not answer) is left for a while, and
        holds up nobody else's.
        """
        now = asyncio.get_running_loop().time()
        self._later = {order: at for order, at in self._later.items() if at > now}
        waiting = [one for one in await to_thread(self._waiting) if one.act.order not in self._later]
        by_order = [list(acts) for _, acts in groupby(waiting, key=lambda one: one.act.order)]
        gate = asyncio.Semaphore(_AT_ONCE)
        return sum(await asyncio.gather(*(self._in_order(acts, gate) for acts in by_order)))

    def _waiting(self) -> Sequence[Receipt]:
        with self._records.read() as read:
            found = waiting_acts(read, older_than=datetime.now(UTC) - _OVERTAKE, limit=_BATCH)
        return sorted(found, key=lambda one: (one.act.order, one.received_real, one.act.key))

    async def _in_order(self, acts: Sequence[Receipt], gate: asyncio.Semaphore) -> int:
        async with gate:
            for number, waiting in enumerate(acts):
                activity.heartbeat()
                if not await deliver_waiting(self._client, self._records, waiting.act):
                    self._later[waiting.act.order] = asyncio.get_running_loop().time() + _AGAIN
                    return number
            return len(acts)
