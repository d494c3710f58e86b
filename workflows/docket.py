"""The docket: one workflow that keeps the clocks of many orders with one timer.

It waits until the earliest rung of all its orders, judges everything due in one sweep, and has it recorded by one
activity. Acts come in as Updates; each is judged on the state, recorded, and only then folded in: state evolves from
what the records answered, and from nothing else. Judging is `rules.order_changes`; who is here, and when the next clock
rings, is `rules.docket`; what is here is waiting, timers and messages.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.references import HANDS
from rules import clock as clocks
from rules import order as machine
from rules import order_changes as changes
from rules.calendar import reckoner
from rules.docket import Roll, check_recorded, parts, problem_of, set_aside, told
from rules.order_changes import Judged
from schemas import names
from schemas.act import Act
from schemas.docket import (
    ActAnswer,
    ActMessage,
    CalendarRevision,
    ChangeAnswer,
    DocketInput,
    DocketSnapshot,
    Incident,
    LoadRules,
    LoadSubjects,
    Opened,
    OpenSubjects,
    Outcome,
    Recording,
    ResumeSubject,
    RuleBook,
)
from schemas.errors import Refused
from schemas.order import OrderState

SWEEP: Final = 250
_CHECKED: Final = 100
_TOLD: Final = 500
_PATIENCE: Final = timedelta(seconds=2)


class Written(NamedTuple):
    """What was handed to the records, and how they answered."""

    judged: Judged
    outcome: Outcome


@workflow.defn(name=names.DOCKET_WORKFLOW)
class DocketWorkflow:
    """Opens its orders, keeps their clocks, takes acts, and ends when every one of them is settled."""

    @workflow.init
    def __init__(self, given: DocketInput) -> None:
        """Take over what the last run carried, before any message is handled."""
        self._given = given
        self._roll = Roll(given)
        self._rules: RuleBook | None = None
        self._ready = False
        self._armed: datetime | None = None
        self._wake = False
        self._outgoing: list[Judged] = []
        self._answers: dict[str, ChangeAnswer] = {}

    @workflow.run
    async def run(self, given: DocketInput) -> DocketSnapshot:
        """Live until every order is settled, or continue as new with all of them."""
        recorder = asyncio.create_task(self._record_acts())
        policies = {state.policy for state in given.subjects} | {issue.policy for issue in given.issues}
        self._rules = await _read({given.policy, *policies}, given.calendar)
        await self._check_carried()
        self._ready = True
        opening = [order for order in self._roll.unissued if order in self._roll.locked]
        await self._issue(opening)
        self._unlock(opening)
        while not self._over():
            await self._wait()
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._carried())
            await self._sweep()
        recorder.cancel()
        return self.snapshot()

    # --- messages -----------------------------------------------------------------------------------------------

    @workflow.update
    async def act(self, message: ActMessage) -> ActAnswer:
        """Judge a person's act, record it, and answer once it is on disk."""
        order = message.act.order
        await self._lock(order)
        try:
            return await self._settle(message.act)
        except Refused as refused:
            raise _refusal(refused) from refused
        finally:
            self._unlock((order,))

    @act.validator
    def _check_act(self, message: ActMessage) -> None:
        """Refuse before history is written; what is not known yet, or being recorded, is judged by the handler."""
        act = message.act
        if not self._ready or act.order in self._roll.locked:
            return
        try:
            state = self._roll.subject(act.order)
            if not machine.already(state, act.key):
                changes.of_act(state, act, self._book, now=self._now())
        except Refused as refused:
            raise _refusal(refused) from refused
        except Exception:  # noqa: BLE001 - the handler meets it again, and sets the subject aside
            return

    @workflow.update(name="open")
    async def open_subjects(self, message: OpenSubjects) -> Opened:
        """Open more orders into a running docket; those it has already are not opened twice."""
        await workflow.wait_condition(lambda: self._ready)
        try:
            fresh = self._roll.fresh(message.issues)
        except Refused as refused:
            raise _refusal(refused) from refused
        self._roll.enter(fresh)
        await self._know_policies(sorted({issue.policy for issue in fresh.values()}))
        await self._issue(list(fresh))
        self._unlock(fresh)
        return Opened(opened=len(fresh))

    @open_subjects.validator
    def _check_open(self, message: OpenSubjects) -> None:
        """Refuse what does not fit before history is written."""
        try:
            self._roll.fresh(message.issues)
        except Refused as refused:
            raise _refusal(refused) from refused

    @workflow.update
    async def revise(self, message: CalendarRevision) -> Opened:
        """Move every open deadline to a calendar that became known; answers how many orders it moved."""
        await workflow.wait_condition(lambda: self._ready)
        revised = await _read((), message.calendar)
        self._rules = revised.model_copy(update={"policies": self._book.policies})
        moved = 0
        for some in parts(list(self._roll.subjects), SWEEP):
            for order in some:
                await self._lock(order)
            moved += await self._revise(some)
            self._unlock(some)
        return Opened(opened=moved)

    @workflow.update
    async def resume(self, message: ResumeSubject) -> Opened:
        """Return a subject that was set aside; its overdue rungs then fire with their true lateness."""
        order = message.order
        await self._lock(order)
        if order in self._roll.aside:
            await self._return(order)
        self._unlock((order,))
        return Opened(opened=int(order not in self._roll.aside))

    @workflow.query
    def snapshot(self) -> DocketSnapshot:
        """Return the docket as it stands."""
        return DocketSnapshot(
            docket=self._given.docket,
            subjects=tuple(self._roll.subjects.values()),
            aside=tuple(self._roll.aside),
            next_due=self._roll.next_due(),
        )

    # --- an act -------------------------------------------------------------------------------------------------

    async def _settle(self, act: Act) -> ActAnswer:
        """Judge and record until the records say that it is there, on whatever the stream has become meanwhile."""
        while True:
            state = self._roll.subject(act.order)
            if machine.already(state, act.key):
                return told(state, act.key, repeated=True)
            judged = await self._judged(state, act)
            answer = await self._recorded(judged)
            check_recorded(answer.outcome)
            await self._fold(judged, answer)
            if answer.outcome is not Outcome.moved_on:
                now = self._roll.subject(act.order)
                return told(now, act.key, repeated=answer.outcome is Outcome.repeated)

    async def _judged(self, state: OrderState, act: Act) -> Judged:
        try:
            return changes.of_act(state, act, self._book, now=self._now())
        except Refused:
            raise
        except Exception as error:
            await self._set_aside(state.id, problem_of(error))
            raise set_aside() from error

    async def _recorded(self, judged: Judged) -> ChangeAnswer:
        """Hand a change to the recorder and wait for its answer; acts of one moment share one transaction."""
        self._outgoing.append(judged)
        stream = judged.change.stream
        await workflow.wait_condition(lambda: stream in self._answers)
        return self._answers.pop(stream)

    async def _record_acts(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._outgoing))
            outgoing, self._outgoing = self._outgoing, []
            for answer in await self._answered(outgoing):
                self._answers[answer.stream] = answer

    # --- the clock ----------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Sleep until the earliest rung, or until something makes an earlier one; a later one needs no new timer."""
        due = self._roll.next_due()
        self._armed, self._wake = due, False
        timeout = None if due is None else clocks.real(self._given.clock, due) - workflow.now()
        if timeout is not None and timeout <= timedelta():
            return
        try:
            await workflow.wait_condition(self._called, timeout=timeout, timeout_summary=f"下一时点 {self._said(due)}")
        except TimeoutError:
            return

    def _called(self) -> bool:
        return self._wake or self._over() or workflow.info().is_continue_as_new_suggested()

    def _over(self) -> bool:
        return self._roll.settled and workflow.all_handlers_finished()

    async def _sweep(self) -> None:
        """Judge everything due now, and have it recorded in as few transactions as there is room for."""
        now = self._now()
        for some in parts(self._roll.due_by(now), SWEEP):
            free = self._roll.due_by(now, among=some)
            self._roll.locked.update(free)
            written = await self._write(free, self._by_clock)
            for order in self._roll.stuck(one.judged for one in written):
                await self._set_aside(order, "the records hold this rung, and no event behind the docket's state")
            self._unlock(free)

    def _by_clock(self, order: str) -> Judged:
        return changes.of_clock(self._roll.subjects[order], self._book, now=self._now())

    # --- opening, revising, returning ---------------------------------------------------------------------------

    async def _issue(self, orders: Sequence[str]) -> None:
        """Issue orders that are locked for it; whoever was issued before is folded in from the records."""
        for some in parts(orders, SWEEP):
            await self._write(some, self._by_issue)

    def _by_issue(self, order: str) -> Judged:
        return changes.of_issue(self._roll.unissued[order], self._book)

    async def _revise(self, orders: Sequence[str]) -> int:
        """Move locked orders to the calendar now known; those that were further than known are judged again."""
        moved = 0
        while orders:
            here = [order for order in orders if order not in self._roll.aside]
            written = await self._write(here, self._by_calendar)
            moved += sum(one.outcome is Outcome.recorded for one in written)
            orders = [one.judged.after.id for one in written if one.outcome is Outcome.moved_on]
        return moved

    def _by_calendar(self, order: str) -> Judged | None:
        return changes.of_revision(self._roll.subjects[order], self._book, now=self._now())

    async def _return(self, order: str) -> None:
        """Take a locked subject back as its events tell it; one without events is issued now."""
        loaded = await HANDS.load_subjects(LoadSubjects(orders=(order,)))
        if not loaded.subjects and order not in self._roll.unissued:
            return
        del self._roll.aside[order]
        await self._note("resumed", order)
        if loaded.subjects:
            self._roll.put(loaded.subjects[0])
            await self._revise((order,))
        else:
            await self._issue((order,))

    async def _check_carried(self) -> None:
        """Hold what another build carried here against the stream's own events; whoever differs is set aside."""
        if self._given.build == workflow.info().get_current_build_id():
            return
        for some in parts([order for order in self._roll.subjects if order not in self._roll.aside], _CHECKED):
            loaded = await HANDS.load_subjects(LoadSubjects(orders=tuple(some)))
            by_events = {state.id: state for state in loaded.subjects}
            for order in some:
                if by_events.get(order) != self._roll.subjects[order]:
                    await self._set_aside(order, f"carried by build {self._given.build}, and not what its events tell")

    async def _know_policies(self, digests: Iterable[str]) -> None:
        """Read the policies of newcomers: an order keeps the policy it was issued under for life."""
        unknown = [digest for digest in digests if digest not in self._book.policies]
        if unknown:
            more = await _read(unknown, self._book.calendar_digest)
            self._rules = self._book.model_copy(update={"policies": self._book.policies | more.policies})

    # --- recording ----------------------------------------------------------------------------------------------

    async def _write(self, orders: Iterable[str], judge: Callable[[str], Judged | None]) -> list[Written]:
        """Judge one after the other and have them recorded, as many at once as there is room for.

        So no workflow task judges more than one recording holds, however long the engine was down. Whoever cannot be
        judged is set aside and stops nobody else.
        """
        written: list[Written] = []
        batch: list[Judged] = []
        for order in orders:
            try:
                one = judge(order)
            except Exception as error:  # noqa: BLE001 - one bad subject never stops its docket
                await self._set_aside(order, problem_of(error))
                continue
            if one is not None and not changes.fits(batch, one):
                written += await self._record(batch)
                batch = []
            if one is not None:
                batch.append(one)
        return written + await self._record(batch)

    async def _record(self, batch: Sequence[Judged]) -> list[Written]:
        answers = await self._answered(batch) if batch else ()
        for one, answer in zip(batch, answers, strict=True):
            await self._fold(one, answer)
        return [Written(one, answer.outcome) for one, answer in zip(batch, answers, strict=True)]

    async def _answered(self, batch: Sequence[Judged]) -> Sequence[ChangeAnswer]:
        recording = Recording(
            docket=self._given.docket,
            simulated=self._given.clock.simulated,
            changes=tuple(one.change for one in batch),
        )
        return (await HANDS.record(recording)).answers

    async def _fold(self, judged: Judged, answer: ChangeAnswer) -> None:
        again_at = clocks.shown(self._given.clock, workflow.now() + _PATIENCE)
        problem = self._roll.fold(judged, answer, again_at=again_at)
        if problem:
            await self._set_aside(judged.after.id, problem)

    async def _set_aside(self, order: str, problem: str) -> None:
        self._roll.aside[order] = None
        await self._note("set_aside", order, problem[:_TOLD])

    async def _note(self, kind: str, order: str, problem: str = "") -> None:
        incident = Incident(docket=self._given.docket, order=order, kind=kind, problem=problem, at=self._now())
        await HANDS.record_incident(incident)

    # --- where it stands ----------------------------------------------------------------------------------------

    async def _lock(self, order: str) -> None:
        """Wait for one's turn: a subject is locked while a decision of it is being recorded."""
        while not self._ready or order in self._roll.locked:  # all who wait are woken together; the first takes it
            await workflow.wait_condition(lambda: self._ready and order not in self._roll.locked)
        self._roll.locked.add(order)

    def _unlock(self, orders: Iterable[str]) -> None:
        self._roll.locked.difference_update(orders)
        due = self._roll.next_due()
        self._wake |= due is not None and (self._armed is None or due < self._armed)
        workflow.set_current_details(
            f"**{self._given.district}** · {self._roll.tally()}\n\n下一时点：{self._said(due)}"
        )

    def _carried(self) -> DocketInput:
        book, build = self._book.calendar_digest, workflow.info().get_current_build_id()
        return self._given.model_copy(update={**self._roll.carried(), "calendar": book, "build": build})

    @property
    def _book(self) -> RuleBook:
        if self._rules is None:
            message = "rules are read before anything is judged"
            raise RuntimeError(message)
        return self._rules

    def _now(self) -> datetime:
        return clocks.shown(self._given.clock, workflow.now())

    def _said(self, due: datetime | None) -> str:
        return "无" if due is None else f"{due.astimezone(reckoner(self._book.calendar).zone):%Y-%m-%d %H:%M}"


async def _read(policies: Iterable[str], calendar: str) -> RuleBook:
    return await HANDS.load_rules(LoadRules(policies=tuple(sorted(policies)), calendar=calendar))


def _refusal(refused: Refused) -> ApplicationError:
    """Carry a refusal to the door: the sentence as the message, the code as the type; never retried."""
    return ApplicationError(refused.sentence, type=refused.code, non_retryable=True)
