"""The paths an order can take, each driven once by the tests without a cache and once by `tests/histories/record.py`.

A path drives a running loop and returns the workflow whose history tells it.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, Final

from temporalio.client import WorkflowHandle

from activities.intake import adopt_calendar
from records.reading_loop import load_calendar
from schemas import names
from schemas.calendar import Calendar, Holiday, Span, SpanUnit
from schemas.docket import CalendarRevision, DocketInput, Opened, OpenSubjects, ResumeSubject
from schemas.order import OrderState, ProposalKind
from tests.workflows.loop import APPROVER, GOOD, LEADER, OFFICER, POINTS, REVIEWER, SEALED, SHORT, STEWARD, T0, Loop

DAY: Final = timedelta(days=1)
Handle = WorkflowHandle[Any, Any]
Path = Callable[[Loop], Awaitable[Handle]]


async def work(loop: Loop, handle: Handle) -> None:
    """The unit signs, plans, reports and asks for close-out with figures that meet the targets."""
    await loop.act(handle, "acknowledge")
    await loop.act(handle, "plan", summary=SEALED)
    await loop.act(handle, "report", summary=SEALED)
    await loop.act(handle, "submit", summary=SEALED, figures=GOOD)


async def close_out(loop: Loop, handle: Handle) -> None:
    """The reviewer closes it out."""
    await loop.act(handle, "close_out", actor=REVIEWER, points=POINTS)


async def state(loop: Loop, handle: Handle) -> OrderState:
    """The first order as its docket holds it."""
    return (await loop.snapshot(handle)).subjects[0]


async def proposal(loop: Loop, handle: Handle, kind: ProposalKind) -> str:
    """The open proposal of a kind."""
    return next((one.id for one in (await state(loop, handle)).proposals if one.kind is kind), "none")


async def closed_out(loop: Loop) -> Handle:
    """In time, looked back at twice, settled: the docket ends."""
    handle = await loop.docket()
    await work(loop, handle)
    await close_out(loop, handle)
    for days in (35, 62):
        await loop.forward(handle, days * DAY)
        await loop.act(handle, "lookback", actor=STEWARD, figures=GOOD)
    await handle.result()
    return handle


async def returned(loop: Loop) -> Handle:
    """Returned for rework twice, which proposes the circular, and then closed out."""
    handle = await loop.docket()
    await work(loop, handle)
    for _ in range(2):
        await loop.act(handle, "return", actor=REVIEWER, points=POINTS[:1], reason=SEALED)
        await loop.forward(handle, DAY)
        await loop.act(handle, "submit", summary=SEALED, figures=GOOD)
    asked = await proposal(loop, handle, ProposalKind.circular)
    await loop.act(handle, "decide", actor=APPROVER, proposal=asked, accept=True)
    await close_out(loop, handle)
    return handle


async def extended(loop: Loop) -> Handle:
    """An extension asked for and granted."""
    handle = await loop.docket()
    await loop.act(handle, "acknowledge")
    await loop.act(handle, "plan", summary=SEALED)
    await loop.act(handle, "extend", by=Span(n=5, unit=SpanUnit.working_days), reason=SEALED)
    asked = await proposal(loop, handle, ProposalKind.extension)
    await loop.act(handle, "decide", actor=APPROVER, proposal=asked, accept=True)
    return handle


async def suspended(loop: Loop) -> Handle:
    """Suspended for ten days and resumed."""
    handle = await loop.docket()
    await loop.act(handle, "acknowledge")
    await loop.act(handle, "suspend", actor=OFFICER, until=T0 + 10 * DAY, reason=SEALED)
    await loop.forward(handle, T0 + 10 * DAY + timedelta(hours=1))
    await loop.act(handle, "resume", actor=OFFICER)
    return handle


async def disputed(loop: Loop) -> Handle:
    """The unit disputes the dispatch; refused, the clocks run on; then the order is transferred."""
    handle = await loop.docket()
    await loop.act(handle, "dispute", reason=SEALED)
    asked = await proposal(loop, handle, ProposalKind.dispatch_objection)
    await loop.forward(handle, DAY)
    await loop.act(handle, "decide", actor=APPROVER, proposal=asked, accept=False, reason=SEALED)
    await loop.act(
        handle, "transfer", actor=OFFICER, unit="U050", unit_type="village", region="140213050", reason=SEALED
    )
    return handle


async def objected(loop: Loop) -> Handle:
    """The unit objects to its close-out's conclusion, and a leader upholds the objection."""
    handle = await loop.docket()
    await work(loop, handle)
    await close_out(loop, handle)
    conclusion = (await state(loop, handle)).conclusions[0].id
    await loop.act(handle, "object", conclusion=conclusion, reason=SEALED)
    asked = await proposal(loop, handle, ProposalKind.conclusion_objection)
    await loop.act(handle, "decide", actor=LEADER, proposal=asked, accept=True, reason=SEALED)
    return handle


async def regressed(loop: Loop) -> Handle:
    """The first look-back fails: the order is open again, one level higher, and is closed out anew."""
    handle = await loop.docket()
    await work(loop, handle)
    await close_out(loop, handle)
    await loop.forward(handle, 35 * DAY)
    await loop.act(handle, "lookback", actor=STEWARD, figures=SHORT)
    await loop.act(handle, "submit", summary=SEALED, figures=GOOD)
    await close_out(loop, handle)
    return handle


async def silent(loop: Loop) -> Handle:
    """Nobody answers: reminders, expedite, a circular approved, an interview refused, a hand-over, chases."""
    handle = await loop.docket()
    await loop.forward(handle, 53 * DAY)
    asked = await proposal(loop, handle, ProposalKind.circular)
    await loop.act(handle, "decide", actor=APPROVER, proposal=asked, accept=True)
    await loop.forward(handle, 10 * DAY)
    asked = await proposal(loop, handle, ProposalKind.interview)
    await loop.act(handle, "decide", actor=APPROVER, proposal=asked, accept=False, reason=SEALED)
    await loop.act(handle, "hand_over", actor=OFFICER, reason=SEALED)
    await loop.forward(handle, 10 * DAY)
    return handle


async def withdrawn(loop: Loop) -> Handle:
    """Withdrawn at once: settled, and the docket ends."""
    handle = await loop.docket()
    await loop.act(handle, "withdraw", actor=OFFICER, reason=SEALED)
    await handle.result()
    return handle


async def opened(loop: Loop) -> Handle:
    """More orders are opened into a running docket; their earlier rungs are kept too."""
    handle = await loop.docket()
    await loop.act(handle, "acknowledge")
    await loop.act(handle, "plan", summary=SEALED)
    more = OpenSubjects(issues=tuple(loop.issue(number, docket=handle.id) for number in (1, 2, 3)))
    await handle.execute_update("open", more, result_type=Opened)
    await loop.forward(handle, 2 * DAY)
    return handle


async def act_waiting(loop: Loop) -> Handle:
    """An act received before a rung was due comes after it: the rung is not written, and the act is in time."""
    handle = await loop.docket()
    waiting = loop.receive(loop.make("acknowledge"), T0 + timedelta(hours=1))
    due = next(one for one in (await state(loop, handle)).obligations if one.id == "sign-1").rungs[0].at
    await loop.forward(handle, due + timedelta(seconds=3))
    await loop.update(handle, waiting)
    await loop.forward(handle, 2 * DAY)
    return handle


async def calendar_revised(loop: Loop) -> Handle:
    """A calendar that became known moves open deadlines."""
    handle = await loop.docket(2)
    revised = with_holiday(loop)
    message = CalendarRevision(calendar=revised.digest, key="synthetic", at=T0)
    await handle.execute_update("revise", message, result_type=Opened)
    await loop.forward(handle, 2 * DAY)
    return handle


def with_holiday(loop: Loop) -> Calendar:
    """The calendar with a synthetic holiday from 3 to 6 March 2026, adopted."""
    before: Calendar = loop.read(lambda read: load_calendar(read, loop.calendar))
    holiday = Holiday(name="合成假日", first=date(2026, 3, 3), last=date(2026, 3, 6))
    changed = tuple(
        one.model_copy(update={"holidays": (*one.holidays, holiday)}) if one.year == T0.year else one
        for one in before.revisions
    )
    revised = before.model_copy(update={"revisions": changed})
    adopt_calendar(loop.records, revised)
    return revised


async def set_aside(loop: Loop) -> Handle:
    """One order's state is spoilt: set aside when its clock rings, while the other's rungs go on; then returned."""
    handle = await spoilt(loop)
    await loop.forward(handle, 2 * DAY)
    order = (await loop.snapshot(handle)).aside[0]
    await handle.execute_update("resume", ResumeSubject(order=order), result_type=Opened)
    await loop.forward(handle, DAY)
    return handle


async def spoilt(loop: Loop, **changed: Any) -> Handle:  # noqa: ANN401 - fields of the docket's input
    """A docket of two orders that was given a state of the first with a rung no ladder has."""
    first = await loop.docket(2)
    held = await loop.snapshot(first)
    await first.terminate("its state is spoilt on purpose")
    one = held.subjects[0]
    clock = one.obligations[0]
    nonsense = tuple(rung.model_copy(update={"name": "nonsense"}) for rung in clock.rungs)
    bad = clock.model_copy(update={"rungs": nonsense})
    poisoned = one.model_copy(update={"obligations": (bad, *one.obligations[1:])})
    return await carried(loop, (poisoned, *held.subjects[1:]), **changed)


async def carried(loop: Loop, subjects: tuple[OrderState, ...], **changed: Any) -> Handle:  # noqa: ANN401 - as above
    """A docket that carries these states as if a run before it had."""
    given = loop.given(0).model_copy(update={"subjects": subjects, "build": names.BUILD_ID, **changed})
    return await start(loop, given)


async def start(loop: Loop, given: DocketInput) -> Handle:
    """Start a docket and return at once."""
    return await loop.env.client.start_workflow(
        names.DOCKET_WORKFLOW, given, id=given.docket, task_queue=names.LOOP_QUEUE
    )


PATHS: Final[dict[str, Path]] = {
    path.__name__: path
    for path in (
        closed_out,
        returned,
        extended,
        suspended,
        disputed,
        objected,
        regressed,
        silent,
        withdrawn,
        opened,
        act_waiting,
        calendar_revised,
        set_aside,
    )
}
