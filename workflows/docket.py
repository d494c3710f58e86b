"""The docket: one workflow that keeps the clocks of many orders with one timer.

It waits until the earliest rung of all its orders, decides everything due in one sweep, and records it by one activity.
Acts come in as Updates; each is decided on the state, recorded, and only then folded in: state evolves from what the
records answered, and nothing else. The judgement is `rules.order`; what is here is waiting, timers and messages.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.references import HANDS
from rules import clock as clocks
from rules import order as machine
from rules import order_steps
from rules.order_draft import Rules
from rules.order_revise import revise
from schemas import names
from schemas.act import Act, Issue, Tick
from schemas.docket import (
    ActAnswer,
    ActMessage,
    CalendarRevision,
    Change,
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
from schemas.event import Step
from schemas.order import ENDED, OrderState
from schemas.order_events import parse

SWEEP = 250
_PATIENCE = timedelta(seconds=2)
_TRIES = 8
_T = TypeVar("_T")


@workflow.defn(name=names.DOCKET_WORKFLOW)
class DocketWorkflow:
    """Opens its orders, keeps their clocks, takes acts, and ends when every one of them is settled."""

    @workflow.init
    def __init__(self, given: DocketInput) -> None:
        """Take over what the last run carried, before any message is handled."""
        self._given = given
        self._subjects = {state.id: state for state in given.subjects}
        self._aside = dict.fromkeys(given.aside)
        self._locked: set[str] = set()
        self._not_before: dict[str, datetime] = {}
        self._rules: RuleBook | None = None
        self._calendar = given.calendar
        self._armed: datetime | None = None
        self._wake = False
        self._outgoing: list[Change] = []
        self._answers: dict[str, ChangeAnswer] = {}

    @workflow.run
    async def run(self, given: DocketInput) -> DocketSnapshot:
        """Live until every order is settled, or continue as new with all of them."""
        recorder = asyncio.create_task(self._record_acts())
        await self._load_rules(self._calendar)
        await self._open(given.issues)
        while not self._finished():
            await self._wait()
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._carried())
            await self._sweep()
        await workflow.wait_condition(workflow.all_handlers_finished)
        recorder.cancel()
        self._tell()
        return self.snapshot()

    # --- messages -----------------------------------------------------------------------------------------------

    @workflow.update
    async def act(self, message: ActMessage) -> ActAnswer:
        """Judge a person's act, record it, and answer once it is on disk."""
        act = message.act
        await self._take(act.order)
        try:
            return await self._settle(act)
        finally:
            self._give(act.order)

    @act.validator
    def _check_act(self, message: ActMessage) -> None:
        """Refuse before history is written; what is not known yet is judged by the handler."""
        act = message.act
        state = self._subjects.get(act.order)
        if act.order in self._aside:
            raise _refusal(Refused("order.aside", "这份督办单因数据问题暂时搁置,管理员处理后会继续,请稍后再试。"))
        if state is None:
            if self._rules is None:
                return
            raise _refusal(Refused("order.unknown", f"没有督办单 {act.order},请核对编号。"))
        if self._rules is None or machine.already(state, act.key) or act.order in self._locked:
            return
        try:
            self._decide(state, act)
        except Refused as refused:
            raise _refusal(refused) from refused

    @workflow.update
    async def open(self, message: OpenSubjects) -> Opened:
        """Open more orders into a running docket; those it has already are not opened twice."""
        await workflow.wait_condition(lambda: self._rules is not None)
        await self._know_policies(issue.policy for issue in message.issues)
        fresh = [issue for issue in message.issues if issue.order not in self._subjects]
        if len(self._subjects) + len(fresh) > self._given.capacity:
            raise _refusal(Refused("docket.full", "本卷宗已满,请另立新卷宗。"))
        await self._open(fresh)
        self._wake = True
        return Opened(opened=len(fresh))

    @workflow.update
    async def revise(self, message: CalendarRevision) -> Opened:
        """Move every open deadline to a calendar that became known."""
        await workflow.wait_condition(lambda: self._rules is not None)
        await self._load_rules(message.calendar)
        touched = 0
        for order in list(self._subjects):
            await self._take(order)
            try:
                touched += await self._revise(order)
            finally:
                self._give(order)
        return Opened(opened=touched)

    @workflow.update
    async def resume(self, message: ResumeSubject) -> Opened:
        """Return a subject that was set aside, as its events tell it; overdue rungs then fire with their true lateness."""
        if message.order not in self._aside:
            return Opened(opened=0)
        loaded = await HANDS.load_subjects(LoadSubjects(orders=(message.order,)))
        for state in loaded.subjects:
            self._subjects[state.id] = state
        del self._aside[message.order]
        await HANDS.record_incident(
            Incident(docket=self._given.docket, order=message.order, kind="resumed", problem="", at=self._now())
        )
        self._wake = True
        return Opened(opened=1)

    @workflow.query
    def snapshot(self) -> DocketSnapshot:
        """Return the docket as it stands."""
        return DocketSnapshot(
            docket=self._given.docket,
            subjects=tuple(self._subjects.values()),
            aside=tuple(self._aside),
            next_due=self._next_due(),
        )

    # --- an act -------------------------------------------------------------------------------------------------

    async def _take(self, order: str) -> None:
        """Wait for one's turn: a subject is locked while a decision of it is being recorded."""
        await workflow.wait_condition(lambda: self._rules is not None and order not in self._locked)
        self._locked.add(order)

    def _give(self, order: str) -> None:
        self._locked.discard(order)
        due = self._next_due()
        if self._finished() or (due is not None and (self._armed is None or due < self._armed)):
            self._wake = True
        self._tell()

    async def _settle(self, act: Act) -> ActAnswer:
        """Decide and record until the records say that it is there, on whatever the stream has become meanwhile."""
        for _ in range(_TRIES):
            state = self._subject(act.order)
            if machine.already(state, act.key):
                return _answer(state, act.key, repeated=True)
            change, after = self._prepared(state, act)
            answer = await self._recorded(change)
            if self._fold(answer, after):
                return _answer(after, act.key)
            if answer.outcome is Outcome.key_reused:
                raise _refusal(Refused("act.key_reused", "这个操作编号已用于另一项内容,请换一个编号重新提交。"))
            if answer.outcome is Outcome.unrecordable:
                raise _refusal(Refused("act.unrecordable", "这项内容无法保存,请检查后重新提交。"))
            if answer.outcome is Outcome.act_waiting:
                await workflow.sleep(_PATIENCE)
        raise _refusal(Refused("act.busy", "这份督办单正忙,您的操作已收到,稍后自动办理。"))

    def _subject(self, order: str) -> OrderState:
        state = self._subjects.get(order)
        if state is None or order in self._aside:
            raise _refusal(Refused("order.unknown", f"没有督办单 {order},请核对编号。"))
        return state

    def _prepared(self, state: OrderState, act: Act) -> tuple[Change, OrderState]:
        try:
            decisions = self._decide(state, act)
        except Refused as refused:
            raise _refusal(refused) from refused
        steps = [self._clock_step(state, decided) for decided in decisions[:-1]]
        steps.append(
            order_steps.act_step(decisions[-1], act, policy=state.policy, calendar=self._book.calendar_digest)
        )
        after = decisions[-1].state
        return order_steps.change(state, steps, after), after

    def _decide(self, state: OrderState, act: Act | Tick) -> tuple[machine.Decision, ...]:
        book = self._book
        return machine.decide(
            state, act, policy=book.policies[state.policy], calendar=book.calendar, now=self._now()
        )

    def _clock_step(self, state: OrderState, decided: machine.Decision) -> Step:
        return order_steps.clock_step(
            decided, order=state.id, policy=state.policy, calendar=self._book.calendar_digest
        )

    # --- the clock ----------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Sleep until the earliest rung, or until something makes an earlier one; a later one needs no new timer."""
        due = self._next_due()
        self._armed, self._wake = due, False
        timeout = None if due is None else max(clocks.real(self._given.clock, due) - workflow.now(), timedelta())
        try:
            await workflow.wait_condition(self._called, timeout=timeout, timeout_summary=self._summary(due))
        except TimeoutError:
            return

    def _called(self) -> bool:
        return self._wake or self._finished() or workflow.info().is_continue_as_new_suggested()

    def _summary(self, due: datetime | None) -> str:
        return f"next rung {due.isoformat(timespec='minutes')}" if due else "nothing due"

    async def _sweep(self) -> None:
        """Decide everything due now, and record it in chunks of one transaction each."""
        now = self._now()
        due = [order for order, state in self._subjects.items() if self._is_due(order, state, now)]
        for chunk in _chunks(due):
            await self._sweep_chunk(chunk, now)

    def _is_due(self, order: str, state: OrderState, now: datetime) -> bool:
        if order in self._aside or order in self._locked:
            return False
        at = machine.next_due(state)
        return at is not None and at <= now and self._not_before.get(order, now) <= now

    async def _sweep_chunk(self, orders: Sequence[str], now: datetime) -> None:
        free = [order for order in orders if order not in self._locked]
        self._locked.update(free)
        try:
            afters, changes = await self._ticked(free, now)
            for answer in await self._record(changes):
                await self._swept(answer, afters[answer.stream])
        finally:
            self._locked.difference_update(free)
            self._tell()

    async def _ticked(self, orders: Iterable[str], now: datetime) -> tuple[dict[str, OrderState], list[Change]]:
        """Decide the clock's act on each; whoever cannot be decided is set aside and stops nobody else."""
        afters: dict[str, OrderState] = {}
        changes: list[Change] = []
        for order in orders:
            state = self._subjects[order]
            try:
                decisions = self._decide(state, Tick(at=now))
            except Exception as error:  # noqa: BLE001 - one bad subject never stops its docket
                await self._set_aside(order, repr(error))
                continue
            if decisions:
                steps = [self._clock_step(state, decided) for decided in decisions]
                change = order_steps.change(state, steps, decisions[-1].state)
                changes.append(change)
                afters[change.stream] = decisions[-1].state
        return afters, changes

    async def _swept(self, answer: ChangeAnswer, after: OrderState) -> None:
        if self._fold(answer, after):
            return
        if answer.outcome is Outcome.act_waiting:
            self._not_before[after.id] = clocks.shown(self._given.clock, workflow.now() + _PATIENCE)
        elif answer.outcome in (Outcome.unrecordable, Outcome.key_reused):
            await self._set_aside(after.id, f"{answer.outcome}: {answer.problem}")

    # --- recording ----------------------------------------------------------------------------------------------

    def _fold(self, answer: ChangeAnswer, after: OrderState) -> bool:
        """Take the new state when the records have it; else fold in the events that the docket did not know."""
        self._not_before.pop(after.id, None)
        if answer.outcome is Outcome.recorded:
            self._subjects[after.id] = after
            return True
        state = self._subjects.get(after.id)
        for stored in answer.events:
            if state is None or stored.seq > state.seq:
                state = machine.evolve(state, parse(stored.event))
        if state is not None:
            self._subjects[after.id] = state
        return False

    async def _recorded(self, change: Change) -> ChangeAnswer:
        """Hand a change to the recorder and wait for its answer; acts of one moment share one transaction."""
        self._outgoing.append(change)
        await workflow.wait_condition(lambda: change.stream in self._answers)
        return self._answers.pop(change.stream)

    async def _record_acts(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._outgoing))
            changes, self._outgoing = self._outgoing, []
            for answer in await self._record(changes):
                self._answers[answer.stream] = answer

    async def _record(self, changes: Sequence[Change]) -> Sequence[ChangeAnswer]:
        if not changes:
            return ()
        recording = Recording(
            docket=self._given.docket, simulated=self._given.clock.simulated, changes=tuple(changes)
        )
        answered = await HANDS.record(recording)
        return answered.answers

    async def _set_aside(self, order: str, problem: str) -> None:
        self._aside[order] = None
        await HANDS.record_incident(
            Incident(docket=self._given.docket, order=order, kind="set_aside", problem=problem, at=self._now())
        )

    # --- opening and revising -----------------------------------------------------------------------------------

    async def _open(self, issues: Sequence[Issue]) -> None:
        """Decide the issue of each and record them; whoever was opened before is folded in from the records."""
        for chunk in _chunks(issues):
            pairs = []
            for issue in chunk:
                policy = self._book.policies[issue.policy]
                decided = machine.issue_order(issue, policy=policy, calendar=self._book.calendar)
                step = order_steps.act_step(
                    decided, issue, policy=issue.policy, calendar=self._book.calendar_digest
                )
                pairs.append((order_steps.change(None, [step], decided.state), decided.state))
            answers = await self._record([change for change, _ in pairs])
            for answer, (_, after) in zip(answers, pairs, strict=True):
                await self._swept(answer, after)
        self._tell()

    async def _revise(self, order: str) -> int:
        state, book = self._subjects[order], self._book
        if order in self._aside or state.settled:
            return 0
        key = f"{order}:calendar:{book.calendar_digest[:16]}"
        rules = Rules(book.policies[state.policy], book.calendar, self._now())
        decided = revise(state, rules, cause=key)
        if decided is None:
            return 0
        step = order_steps.revision_step(
            decided, order=order, policy=state.policy, calendar=book.calendar_digest
        )
        answer = await self._recorded(order_steps.change(state, [step], decided.state))
        return int(self._fold(answer, decided.state))

    async def _load_rules(self, calendar: str) -> None:
        policies = {self._given.policy, *(state.policy for state in self._subjects.values())}
        self._rules = await HANDS.load_rules(LoadRules(policies=tuple(sorted(policies)), calendar=calendar))
        self._calendar = calendar

    async def _know_policies(self, digests: Iterable[str]) -> None:
        """Read the policies of newcomers: an order keeps the policy it was issued under for life."""
        unknown = set(digests) - set(self._book.policies)
        if unknown:
            wanted = LoadRules(policies=tuple(sorted(unknown)), calendar=self._calendar)
            more = await HANDS.load_rules(wanted)
            self._rules = self._book.model_copy(update={"policies": self._book.policies | more.policies})

    @property
    def _book(self) -> RuleBook:
        if self._rules is None:
            message = "rules are loaded before anything is judged"
            raise RuntimeError(message)
        return self._rules

    # --- where it stands ----------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return clocks.shown(self._given.clock, workflow.now())

    def _next_due(self) -> datetime | None:
        """Return the earliest rung of all subjects that are neither aside nor being recorded."""
        dues = (
            max(at, self._not_before.get(order, at))
            for order, state in self._subjects.items()
            if order not in self._aside and order not in self._locked and (at := machine.next_due(state)) is not None
        )
        return min(dues, default=None)

    def _finished(self) -> bool:
        return not self._aside and not self._locked and all(state.settled for state in self._subjects.values())

    def _carried(self) -> DocketInput:
        return self._given.model_copy(
            update={
                "issues": (),
                "subjects": tuple(self._subjects.values()),
                "aside": tuple(self._aside),
                "calendar": self._calendar,
            }
        )

    def _tell(self) -> None:
        """Say on Temporal's own page what this docket holds and waits for."""
        ended = sum(state.status in ENDED for state in self._subjects.values())
        settled = sum(state.settled for state in self._subjects.values())
        due = self._next_due()
        workflow.set_current_details(
            f"**{self._given.district}** · 在册 {len(self._subjects)} 件 · 已销号或撤回 {ended} · 已了结 {settled}"
            f" · 搁置 {len(self._aside)}\n\n下一时点:{due.isoformat(timespec='minutes') if due else '无'}"
        )


def _chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + SWEEP] for start in range(0, len(items), SWEEP))


def _answer(state: OrderState, key: str, *, repeated: bool = False) -> ActAnswer:
    row = machine.row(state)
    return ActAnswer(
        order=state.id,
        key=key,
        seq=state.seq,
        status=row.status,
        level=row.level,
        waits_for=row.waits_for,
        due=row.due,
        repeated=repeated,
    )


def _refusal(refused: Refused) -> ApplicationError:
    """Carry a refusal to the door: the sentence as the message, the code as the type; never retried."""
    return ApplicationError(refused.sentence, type=refused.code, non_retryable=True)
