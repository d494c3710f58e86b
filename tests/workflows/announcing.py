"""A year that becomes known while a campaign of several dockets runs."""

from datetime import date
from typing import Any, Final

from temporalio.client import WorkflowHandle

from activities.announcing import Announcer
from activities.calendars import announce, calendar_in_force
from records.reading_events import RecordedEvent, history
from rules.calendar import revision_of
from schemas import names
from schemas.announcement import Delivered
from schemas.calendar import CalendarYear, Holiday, Notice
from tests.workflows import campaigning
from tests.workflows.loop import T0, Loop, unit

HOLIDAY: Final = Holiday(name="合成假日", first=date(2026, 3, 3), last=date(2026, 3, 6))


def changed_year(loop: Loop, *, known_on: date = date(2026, 3, 2)) -> CalendarYear:
    """The year with a synthetic holiday from 3 to 6 March 2026; no other test's calendar has its digest."""
    held = revision_of(loop.read(calendar_in_force), T0.year)
    assert held is not None
    changed = {
        "holidays": (*held.holidays, HOLIDAY),
        "notice": Notice(title="合成通知", number=f"合发 {loop.campaign}"),
        "known_on": known_on,
        "provisional": False,
    }
    return held.model_copy(update=changed)


def adopt(loop: Loop, year: CalendarYear | None = None) -> str:
    """Adopt a changed year, as `bihuan calendar announce` does; returns the calendar's digest."""
    adopted, new = announce(loop.records, year or changed_year(loop))
    assert new
    return adopted.digest


async def running(loop: Loop, units: range = range(1, 6), *, docket_size: int = 2) -> list[str]:
    """Issue a campaign's orders into several dockets; returns the dockets' ids."""
    handle = await campaigning.start(loop, docket_size=docket_size)
    await campaigning.confirm(loop, handle, units)
    dockets = {loop.row(number).docket for number in units}
    for docket in dockets:
        await loop.snapshot(loop.env.client.get_workflow_handle(docket))  # histories stand still from here
    return sorted(dockets)


async def deliver(loop: Loop, calendar: str) -> tuple[WorkflowHandle[Any, Any], Delivered]:
    """Begin the announcement as the herald does, and wait until it has ended."""
    assert await Announcer(loop.records, loop.env.client).announce_newest()
    handle = announcement(loop, calendar)
    return handle, await handle.result()


def announcement(loop: Loop, calendar: str) -> WorkflowHandle[Any, Delivered]:
    """The announcement of a calendar."""
    found: WorkflowHandle[Any, Delivered] = loop.env.client.get_workflow_handle(
        names.announcement_workflow_id(calendar), result_type=Delivered
    )
    return found


def arrivals(loop: Loop, calendar: str, docket: str) -> list[int]:
    """How many orders the calendar moved at each recorded arrival at a docket."""
    return [int(str(one.event.fields["orders"])) for one in loop.stream(names.delivery_stream(calendar, docket))]


def recorded(loop: Loop, number: int) -> tuple[RecordedEvent, ...]:
    """The events of a unit's order with the digests they were judged by."""
    stream = names.order_stream(names.order_id(loop.campaign, 1, unit(number)))
    found: tuple[RecordedEvent, ...] = loop.read(lambda read: history(read, stream))
    return found
