"""The loop of a test: a real server whose clocks are moved forward, records of its own, acts as doors make them.

Shown time begins on Monday 2 March 2026 at 09:00 in Datong and runs at rate 1 from the test's start, so every deadline
is the same whenever the tests run. All units, people and figures are synthetic.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker as door
from activities.delivery import deliver
from records.reading import order, publications_of, stream
from records.session import Records
from records.transaction import Read
from records.writing_inbox import receive_act
from rules import clock as clocks
from runtime.settings import Settings
from schemas import names
from schemas.act import ACT, Act, Issue
from schemas.clock import Clock
from schemas.docket import ActAnswer, ActMessage, DocketInput, DocketSnapshot, StoredEvent
from schemas.event import Actor, Role, Sealed
from schemas.order import Figures, OrderRow

T0: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REGION: Final = "140200"
DISTRICT: Final = "140213"
SHORT: Final = Figures(headcount=20, registered=10, active=4, has_team=True)
GOOD: Final = Figures(headcount=20, registered=20, active=18, has_team=True)
OFFICER: Final = Actor(person="P1", role=Role.officer, scope=REGION)
REVIEWER: Final = Actor(person="R1", role=Role.reviewer, scope=REGION)
APPROVER: Final = Actor(person="A1", role=Role.approver, scope=REGION)
LEADER: Final = Actor(person="L1", role=Role.leader, scope=REGION)
STEWARD: Final = Actor(person="D1", role=Role.data_steward, scope=REGION)
POINTS: Final = (
    "facts_clear",
    "problem_solved",
    "task_implemented",
    "conclusion_accurate",
    "measures_lawful",
    "format_right",
)
SEALED: Final = Sealed(ref="synthetic", commitment="ab" * 32)
_numbers = count(1)


def unit(number: int) -> str:
    """A synthetic unit's code."""
    return f"U{number:03}"


def contact(code: str) -> Actor:
    """The contact of a unit."""
    return Actor(person=f"C{code[1:]}", role=Role.unit_contact, scope=code)


@dataclass
class Loop:
    """One test's loop: records, server, and a task queue of its own."""

    env: WorkflowEnvironment
    settings: Settings
    records: Records
    clock: Clock
    policy: str
    calendar: str
    campaign: str = field(default_factory=lambda: f"t{uuid4().hex[:8]}")

    # --- workers and dockets ---

    @asynccontextmanager
    async def worker(self, **changed: Any) -> AsyncIterator[Worker]:  # noqa: ANN401 - the worker's own options
        """Run the product's own worker; `changed` overrides what it is built with."""
        made = make_worker(self, **changed)
        async with made:
            yield made

    def issue(self, number: int, *, docket: str, **changed: Any) -> Issue:  # noqa: ANN401 - fields of many types
        """The issue of an order to unit `number`."""
        code = unit(number)
        order_id = names.order_id(self.campaign, 1, code)
        values = {
            "key": f"{order_id}:issue",
            "order": order_id,
            "at": T0,
            "actor": OFFICER,
            "docket": docket,
            "campaign": self.campaign,
            "round": 1,
            "district": DISTRICT,
            "region": "140213050",
            "unit": code,
            "unit_type": "village",
            "doc_no": f"同文明督〔2026〕{number}号",
            "urgency": "normal",
            "figures": SHORT,
            "cut_off": "2026-02-28",
            "measurement": f"e{number}",
            "policy": self.policy,
        }
        return Issue.model_validate(values | changed)

    def given(self, orders: int, *, number: int = 1, **changed: Any) -> DocketInput:  # noqa: ANN401 - fields of many types
        """The input of a docket with so many orders."""
        docket = names.docket_workflow_id(self.campaign, 1, DISTRICT, number)
        issues = tuple(self.issue(n, docket=docket) for n in range(1, orders + 1))
        values = {
            "docket": docket,
            "campaign": self.campaign,
            "round": 1,
            "district": DISTRICT,
            "policy": self.policy,
            "calendar": self.calendar,
            "clock": self.clock,
            "issues": issues,
        }
        return DocketInput.model_validate(values | changed)

    async def docket(self, orders: int = 1, **changed: Any) -> WorkflowHandle[Any, Any]:  # noqa: ANN401 - as above
        """Start a docket, and wait until its orders are open."""
        given = self.given(orders, **changed)
        handle = await self.env.client.start_workflow(
            names.DOCKET_WORKFLOW, given, id=given.docket, task_queue=names.LOOP_QUEUE, result_type=DocketSnapshot
        )
        await until(lambda: not orders or self.there(names.order_id(self.campaign, 1, unit(orders))))
        await self.snapshot(handle)  # answered behind the task that opened them, so histories stand still from here
        return handle

    def there(self, order_id: str) -> bool:
        """Whether an order has a row."""
        return self.read(lambda read: order(read, order_id)) is not None

    def published(self) -> int:
        """How many versions of tables this campaign has published."""
        return len(self.read(lambda read: publications_of(read, self.campaign)))

    # --- time ---

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        """The shown instant in a workflow."""
        return clocks.shown(self.clock, await self.env.get_current_time(handle))

    async def forward(self, handle: WorkflowHandle[Any, Any], to: datetime | timedelta) -> None:
        """Move a workflow's clock to a shown instant, or by a span; everything due on the way has happened then."""
        now = await self.now(handle)
        by = to if isinstance(to, timedelta) else to - now
        assert by > timedelta()
        await self.env.fast_forward(handle, by)

    # --- acts ---

    def make(
        self,
        kind: str,
        number: int = 1,
        *,
        actor: Actor | None = None,
        round_no: int = 1,
        **fields: Any,  # noqa: ANN401 - the act's own
    ) -> Act:
        """An act on the order of unit `number`, by its contact unless another is named."""
        code = unit(number)
        made = {
            "act": kind,
            "key": f"{kind}-{next(_numbers)}-{uuid4().hex[:6]}",
            "order": names.order_id(self.campaign, round_no, code),
            "at": T0,
            "actor": actor or contact(code),
        }
        return ACT.validate_python(made | fields)

    def receive(self, act: Act, at: datetime) -> Act:
        """Put an act on disk as received at a shown instant."""
        with self.records.write() as tx:
            stored = receive_act(tx, act, received_shown=at, received_real=datetime.now(UTC))
        return stored.receipt.act

    async def act(self, handle: WorkflowHandle[Any, Any], kind: str, number: int = 1, **fields: Any) -> ActAnswer:  # noqa: ANN401 - as above
        """Make an act, receive it now, and have it judged, as a door does."""
        act = self.receive(self.make(kind, number, **fields), await self.now(handle))
        return await deliver(self.env.client, self.records, act, patience=timedelta(seconds=20))

    async def update(self, handle: WorkflowHandle[Any, Any], act: Act, *, update_id: str | None = None) -> ActAnswer:
        """Send an act to its docket without a receipt, under an update id of its own."""
        message = ActMessage(act=act)
        answer: ActAnswer = await handle.execute_update(
            "act", message, id=update_id or uuid4().hex, result_type=ActAnswer
        )
        return answer

    # --- looking ---

    def row(self, number: int = 1) -> OrderRow:
        """The current row of unit `number`'s order."""
        with self.records.read() as read:
            found = order(read, names.order_id(self.campaign, 1, unit(number)))
        assert found is not None
        return found

    def events(self, number: int = 1) -> tuple[StoredEvent, ...]:
        """The events of unit `number`'s order."""
        with self.records.read() as read:
            return stream(read, names.order_stream(names.order_id(self.campaign, 1, unit(number))))

    def stream(self, name: str) -> tuple[StoredEvent, ...]:
        """The events of any stream."""
        with self.records.read() as read:
            return stream(read, name)

    def tags(self, number: int = 1) -> list[str]:
        """The tags of unit `number`'s order, in order."""
        return [one.event.tag for one in self.events(number)]

    def rungs(self, number: int = 1) -> list[str]:
        """The rungs of unit `number`'s order, as `obligation:rung`, in the order in which they were recorded."""
        reached = [one.event.fields for one in self.events(number) if one.event.tag == "order.rung.reached"]
        return [f"{fields['obligation']}:{fields['rung']}" for fields in reached]

    async def snapshot(self, handle: WorkflowHandle[Any, Any]) -> DocketSnapshot:
        """The docket as it stands."""
        while True:
            try:
                found: DocketSnapshot = await handle.query("snapshot", result_type=DocketSnapshot)
            except RPCError as error:
                if "not scheduled yet" not in error.message:  # between two runs nobody can answer
                    raise
                await asyncio.sleep(0.05)
            else:
                return found

    async def history(self, handle: WorkflowHandle[Any, Any], run: str | None = None) -> WorkflowHistory:
        """The history of a workflow's latest run, or of a named one."""
        return await self.env.client.get_workflow_handle(handle.id, run_id=run).fetch_history()

    def read(self, ask: Callable[[Read], Any]) -> Any:  # noqa: ANN401 - whatever is asked
        """Ask the records."""
        with self.records.read() as read:
            return ask(read)


def make_worker(loop: Loop, **changed: Any) -> Worker:  # noqa: ANN401 - the worker's own options
    """The product's own worker on this test's queue, with some of its options changed."""
    options = {
        "task_queue": names.LOOP_QUEUE,
        "workflows": door.WORKFLOWS,
        "activities": door.activities(loop.settings, loop.records, loop.env.client),
        "build_id": names.BUILD_ID,
    }
    return Worker(loop.env.client, **{**options, **changed})


def counts(history: WorkflowHistory, *kinds: str) -> list[int]:
    """How many events of each kind a history has; a kind is Temporal's own name without its prefix."""
    found = [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]
    return [found.count(kind) for kind in kinds]


def activities_of(history: WorkflowHistory) -> Sequence[str]:
    """The names of the activities that a history scheduled, in order."""
    scheduled = (event.activity_task_scheduled_event_attributes for event in history.events)
    return [one.activity_type.name for one in scheduled if one.activity_type.name]


async def until(true: Callable[[], object], *, within: float = 20) -> None:
    """Ask every 20 ms until it is true."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + within
    while not true():
        assert loop.time() < ends, "it did not become true in time"
        await asyncio.sleep(0.02)
