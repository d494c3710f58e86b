"""The demonstration's people: units by their temper, the office by its inbox, all through the same door as anybody.

Nobody keeps a list: a unit looks at its order, a reviewer, an approver and a data steward at their messages. Every act's key
follows from the order and what has happened to it, so after a kill the same act is the same act.
"""

import asyncio
import random
from asyncio import to_thread
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

from temporalio.client import Client

from activities.delivery import NotDelivered, deliver
from activities.intake import receive, seal_text
from activities.recording import evolved
from commands.demo.seed import SeededUnit, contact_of
from records.reading import OrderFilter, clock_of, inbox_of, orders
from records.reading_events import stream
from records.rows import MessageRow
from records.session import Records
from records.writing_outbox import mark_read
from rules import clock as clocks
from runtime.log import logger
from schemas import act as acts
from schemas.act import Act
from schemas.base import Model
from schemas.calendar import Span
from schemas.errors import Refused
from schemas.event import Actor, Role
from schemas.names import order_stream
from schemas.order import ENDED, Figures, OrderRow, OrderState, ProposalKind, Status
from schemas.policy import Policy

log = logger(__name__)

CITY: Final = "140200"
REVIEWER: Final = Actor(person="P0002", role=Role.reviewer, scope=CITY)
APPROVER: Final = Actor(person="P0003", role=Role.approver, scope=CITY)
LEADER: Final = Actor(person="P0004", role=Role.leader, scope=CITY)
STEWARD: Final = Actor(person="P0005", role=Role.data_steward, scope=CITY)
_AT_ONCE: Final = 12
_REPORTING_TENTHS: Final = 8
_ASKING: Final = frozenset({"review_needed", "approval_needed", "decision_needed", "lookback_call"})
_OBJECTS: Final = 4
_PAUSE: Final = 0.4
_OVERLAP: Final = timedelta(seconds=10)
"""Letters may come to light a moment after later ones: so much is looked through twice."""
_DAY: Final = timedelta(days=1)
_SIGN_ANYWAY: Final = timedelta(days=9)


class Temper(StrEnum):
    """How a unit answers."""

    prompt = "prompt"
    late = "late"
    returned = "returned"
    extended = "extended"
    disputing = "disputing"
    silent = "silent"
    regressing = "regressing"


_TEMPERS: Final = (
    *([Temper.prompt] * 52),
    *([Temper.late] * 12),
    *([Temper.returned] * 12),
    *([Temper.extended] * 8),
    *([Temper.disputing] * 4),
    *([Temper.silent] * 6),
    *([Temper.regressing] * 6),
)


class Part(Model):
    """One unit's part in the script: its temper, after how many days it signs and plans, when it submits.

    `effort_percent` is of the period for finishing as issued: over 100 is late.
    """

    temper: Temper
    headcount: int
    sign_days: int
    plan_days: int
    effort_percent: int
    reports: bool


class Rates(NamedTuple):
    """How many shown days pass in a real second: first, and during the look-backs."""

    first: float
    last: float


class Script(Model):
    """The whole script, stored with the data directory so that `up` there can go on with it.

    It is enough to begin again from: `units` seeded units, from `seed`.
    """

    campaign: str
    units: int
    seed: int
    rates: Rates
    policy: str
    parts: dict[str, Part]


def write_script(campaign: str, units: Sequence[SeededUnit], *, seed: int, rates: Rates, policy: str) -> Script:
    """Draw the part of every unit that falls short from the seed."""
    chance = random.Random(seed + 2)  # noqa: S311 - a seeded demonstration, not a secret
    parts = {unit.code: _part(chance, unit.headcount) for unit in units if unit.short}
    return Script(campaign=campaign, units=len(units), seed=seed, rates=rates, policy=policy, parts=parts)


def _part(chance: random.Random, headcount: int) -> Part:
    temper = chance.choice(_TEMPERS)
    slow = temper in (Temper.late, Temper.silent)
    return Part(
        temper=temper,
        headcount=headcount,
        sign_days=2 + chance.randrange(3) if slow else 0,
        plan_days=5 + chance.randrange(3) if slow else 0,
        effort_percent=150
        if temper is Temper.silent
        else 105 + chance.randrange(30)
        if slow
        else 15 + chance.randrange(75),
        reports=chance.randrange(10) < _REPORTING_TENTHS,
    )


class Actors:
    """Plays the script until told to stop; counts what was done and what was refused."""

    def __init__(self, script: Script, *, client: Client, records: Records, policy: Policy) -> None:
        """Take the script and the same doors as anybody."""
        self._script = script
        self._client = client
        self._records = records
        self._policy = policy
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._once: set[tuple[str, str]] = set()
        self._asked: dict[str, MessageRow] = {}
        self._answered: list[MessageRow] = []
        self._seen: datetime | None = None
        self._over = False
        self.now: datetime | None = None
        self.rows: dict[str, OrderRow] = {}
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def play(self, stopping: asyncio.Event) -> None:
        """Look around, act, and look again, until told to stop or all is settled; what was begun is ended, no more."""
        self._over = False
        try:
            while not stopping.is_set():
                now, rows, letters = await to_thread(self._look)
                self.now, self.rows = now, {row.id: row for row in rows}
                self._asked |= {letter.id: letter for letter in letters}
                for letter in tuple(self._asked.values()):
                    self._office(letter, now)
                for row in rows:
                    self._unit(row, now)
                if self.settled:
                    return
                await asyncio.sleep(_PAUSE)
        finally:
            self._over = True
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    @property
    def settled(self) -> bool:
        """Whether they have looked, and every order was settled."""
        return self.now is not None and all(row.settled for row in self.rows.values())

    def _look(self) -> tuple[datetime, tuple[OrderRow, ...], list[MessageRow]]:
        """What the clock shows, how the orders stand, and the new letters that ask for something, the oldest first."""
        self._mark_answered()
        real = datetime.now(UTC)
        since = self._seen and self._seen - _OVERLAP
        with self._records.read() as read:
            now = clocks.shown(clock_of(read), real)
            rows = orders(read, OrderFilter(campaign=self._script.campaign))
            people = (REVIEWER, APPROVER, LEADER, STEWARD)
            asked = partial(inbox_of, read, unread=True, since=since, templates=_ASKING)
            letters = [one for who in people for one in asked(who.person)]
        self._seen = real
        return now, rows, sorted(letters, key=lambda one: one.created_at)

    def _mark_answered(self) -> None:
        """Mark as read what was acted upon since the last look, all at once."""
        answered, self._answered = self._answered, []
        if not answered:
            return
        with self._records.write() as tx:
            for person in {one.person for one in answered}:
                mark_read(tx, person, [one.id for one in answered if one.person == person], at=datetime.now(UTC))

    def _start(self, order: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin one piece of work on an order, if nobody of ours is at it."""
        if order in self._busy:
            return

        async def run() -> None:
            try:
                async with self._gate:
                    if not self._over:
                        await work()
            except Exception:
                log.exception("actor.stumbled", order=order)
                self.refused["stumbled"] += 1
            finally:
                self._busy.pop(order, None)

        self._busy[order] = asyncio.create_task(run())

    # --- units --------------------------------------------------------------------------------------------------

    def _unit(self, row: OrderRow, now: datetime) -> None:
        part = self._script.parts.get(row.unit)
        if part is None or row.paused or row.settled or Status(row.status) in ENDED:
            return
        kind = next_act(row, part, now)
        if kind is not None and (row.id, kind) not in self._once:
            self._start(row.id, partial(self._do_unit, row, kind))

    async def _do_unit(self, row: OrderRow, kind: str) -> None:
        who = Actor(person=contact_of(row.unit), role=Role.unit_contact, scope=row.unit)
        cycle = f":{row.due:%m%d}" if kind == "report" else ""
        key = f"demo:{row.id}:{kind}:{row.returned}:{row.reopened}{cycle}"
        if kind in ("extend", "dispute"):
            self._once.add((row.id, kind))
        await self._act(kind, row.id, key, who, **await self._words(kind, row.id, row.unit, key))

    async def _words(self, kind: str, order: str, unit: str, key: str) -> dict[str, Any]:
        if kind == "acknowledge":
            return {}
        if kind in ("extend", "dispute"):
            reason = await to_thread(seal_text, self._records, order, "reason", "人手不足（合成）", key=key)
            return {"reason": reason} | ({"by": Span.parse("5wd")} if kind == "extend" else {})
        summary = await to_thread(seal_text, self._records, order, "summary", "已按要求办理（合成）", key=key)
        return {"summary": summary} | ({"figures": self._good(unit)} if kind == "submit" else {})

    def _good(self, unit: str) -> Figures:
        headcount = self._script.parts[unit].headcount
        return Figures(headcount=headcount, registered=headcount, active=headcount, has_team=True)

    # --- the office ---------------------------------------------------------------------------------------------

    def _office(self, message: MessageRow, now: datetime) -> None:
        work = {
            "review_needed": self._review,
            "approval_needed": self._decide,
            "decision_needed": self._decide,
            "lookback_call": self._look_back,
        }[message.template]
        self._start(message.order_id, partial(work, message, now))

    async def _review(self, message: MessageRow, _now: datetime) -> None:
        state = await to_thread(self._state, message.order_id)
        if state.status is Status.under_review:
            part = self._script.parts.get(state.unit)
            spoilt = part is not None and part.temper is Temper.returned and not state.counts.returned
            key = f"demo:{state.id}:review:{state.counts.returned}:{state.counts.reopened}"
            if spoilt:
                reason = await to_thread(seal_text, self._records, state.id, "reason", "材料不全（合成）", key=key)
                await self._act("return", state.id, key, REVIEWER, points=("facts_clear",), reason=reason)
            else:
                points = tuple(point.id for point in self._policy.review)
                await self._act("close_out", state.id, key, REVIEWER, points=points)
        self._read(message)

    async def _decide(self, message: MessageRow, _now: datetime) -> None:
        state = await to_thread(self._state, message.order_id)
        for proposal in state.proposals:
            who = LEADER if proposal.kind is ProposalKind.conclusion_objection else APPROVER
            accept = proposal.kind is not ProposalKind.dispatch_objection or hash_of(state.id) % 2 == 0
            key = f"demo:{state.id}:decide:{proposal.id}"
            await self._act("decide", state.id, key, who, proposal=proposal.id, accept=accept)
            if accept and proposal.kind is ProposalKind.circular and objects(state.id):
                await self._object(state, proposal.id)
        self._read(message)

    async def _object(self, state: OrderState, conclusion: str) -> None:
        """Let some units object to their circular (督查条例 art. 17)."""
        who = Actor(person=contact_of(state.unit), role=Role.unit_contact, scope=state.unit)
        key = f"demo:{state.id}:object:{conclusion}"
        reason = await to_thread(seal_text, self._records, state.id, "reason", "情况有误（合成）", key=key)
        await self._act("object", state.id, key, who, conclusion=conclusion, reason=reason)

    async def _look_back(self, message: MessageRow, _now: datetime) -> None:
        state = await to_thread(self._state, message.order_id)
        part = self._script.parts.get(state.unit)
        fails = part is not None and part.temper is Temper.regressing and not state.counts.reopened
        key = f"demo:{state.id}:lookback:{message.id[-60:]}"
        good = self._good(state.unit)
        spoilt = Figures(headcount=good.headcount, registered=good.headcount // 2, active=0, has_team=True)
        await self._act("lookback", state.id, key, STEWARD, figures=spoilt if fails else good)
        self._read(message)

    # --- the door -----------------------------------------------------------------------------------------------

    async def _act(self, kind: str, order: str, key: str, who: Actor, **fields: Any) -> None:  # noqa: ANN401 - the act's own
        """Hand one act in, as the command line does; a refusal is counted, a slow answer is the forwarder's."""
        made = {"act": kind, "key": key[:200], "order": order, "at": datetime.now(UTC), "actor": who, **fields}
        act: Act = acts.ACT.validate_python(made)
        try:
            received, receipt = await to_thread(receive, self._records, act)
            if receipt.answer is None:
                with suppress(NotDelivered):
                    await deliver(self._client, self._records, received)
        except Refused as refused:
            self.refused[f"{kind}:{refused.code}"] += 1
        else:
            self.done[kind] += not receipt.known

    def _state(self, order: str) -> OrderState:
        with self._records.read() as read:
            state = evolved(stream(read, order_stream(order)))
        if state is None:
            message = f"order {order} has no events"
            raise LookupError(message)
        return state

    def _read(self, message: MessageRow) -> None:
        """Lay a letter aside; the next look marks it as read."""
        self._asked.pop(message.id, None)
        self._answered.append(message)


def hash_of(text: str) -> int:
    """Return a small number that a text always gives, whatever the process."""
    return sum(text.encode())


def objects(order: str) -> bool:
    """Whether the unit of this order objects to its circular: one in four does."""
    return hash_of(order) % _OBJECTS == 0


def next_act(row: OrderRow, part: Part, now: datetime) -> str | None:
    """Return what a unit of this temper does now with its order, if anything."""
    age, status = now - row.issued_at, Status(row.status)
    if status is Status.issued:
        if part.temper is Temper.disputing and age < _SIGN_ANYWAY:
            return "dispute"
        return "acknowledge" if age >= part.sign_days * _DAY else None
    if status is Status.acknowledged:
        return "plan" if age >= part.plan_days * _DAY else None
    if status is Status.rework:
        return "submit"
    if status is not Status.in_progress:
        return None
    return _at_work(row, part, now)


def _at_work(row: OrderRow, part: Part, now: datetime) -> str | None:
    """Return what a unit does between its plan and its request: ask for time, report, or hand in."""
    effort = (row.first_due - row.issued_at) * part.effort_percent / 100
    if row.reopened or now - row.issued_at >= effort:
        return "submit"
    if part.temper is Temper.extended and not row.extended and now - row.issued_at > effort / 3:
        return "extend"
    if part.reports and row.waits_step == "report" and row.due is not None and row.due - now < 2 * _DAY:
        return "report"
    return None
