"""Taking back an order that was set aside (解除搁置): an officer asks, the docket tries, and both are recorded."""

import asyncio
from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid4

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.delivery import refuse_attempt
from activities.intake import actor_for
from records.reading import clock_of, order
from records.reading_incidents import set_aside
from records.session import Records
from records.writing import Fact, append_facts
from rules import clock as clocks
from rules.authority import check_may
from schemas import names
from schemas.attempt import AttemptRefused
from schemas.docket import Opened, ResumeSubject
from schemas.errors import Refused
from schemas.event import Actor, Cause, Role, dump
from schemas.incident import RestoreAsked

RESTORE: Final = "restore"
PATIENCE: Final = timedelta(seconds=30)
_WHO_MAY: Final = {RESTORE: (Role.officer,)}


class Aside(NamedTuple):
    """An order that is set aside: its id, its number where it was issued, and the docket that waits with it."""

    order: str
    number: str
    docket: str


def find_aside(records: Records, id_or_number: str) -> Aside:
    """Return an order that is set aside; one that could not even be issued has an id and no number.

    Raises:
        Refused: `order.not_aside`, or `order.unknown`.

    """
    with records.read() as read:
        row, aside = order(read, id_or_number), set_aside(read)
    found = row.id if row else id_or_number
    if found in aside:
        return Aside(found, row.number if row else "", aside[found])
    if row is None:
        raise Refused("order.unknown", f"没有督办单“{id_or_number}”。请用 bihuan order list 查看编号或文号。")
    raise Refused("order.not_aside", f"{row.number} 没有被搁置，不需要解除。被搁置的见 bihuan doctor。")


def ask(records: Records, aside: Aside, person: str) -> Actor:
    """Record that an officer asks for an order back; a refused attempt is recorded too.

    Raises:
        Refused: `person.unknown` or `authority.*`.

    """
    now = datetime.now(UTC)
    with records.read() as read:
        row, clock = order(read, aside.order), clock_of(read)
        unit, region = (row.unit, row.region) if row else ("", names.district_of_docket(aside.docket))
        actor = actor_for(read, person, RESTORE, unit=unit, region=region, who_may=_WHO_MAY)
    at = clocks.shown(clock, now)
    try:
        check_may(actor, RESTORE, unit=unit or aside.order, region=region, who_may=_WHO_MAY)
    except Refused as refused:
        attempt = AttemptRefused(happened_at=at, act=RESTORE, order=aside.order, code=refused.code)
        refuse_attempt(records, attempt, actor=actor)
        raise
    event = RestoreAsked(happened_at=at, order=aside.order)
    fact = Fact(cause=Cause(key=f"restore:{uuid4()}", digest="0" * 64), actor=actor, events=(dump(event),))
    with records.write() as tx:
        stream = names.incident_stream(aside.docket)
        append_facts(tx, stream, [fact], recorded_at=now, simulated=clock.simulated)
    return actor


async def restore(client: Client, records: Records, aside: Aside, person: str) -> None:
    """Have the docket take the order back as its events tell it; overdue rungs and waiting acts then follow by themselves.

    Raises:
        Refused: as `ask`; `order.still_aside` where its data is no better; `engine.slow`.

    """
    await to_thread(ask, records, aside, person)
    handle = client.get_workflow_handle(aside.docket)
    message = ResumeSubject(order=aside.order)
    asked = handle.execute_update("resume", message, id=f"restore:{uuid4()}", result_type=Opened)
    try:
        answer = await asyncio.wait_for(asked, PATIENCE.total_seconds())
    except (TimeoutError, RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowUpdateFailedError) as error:
        raise Refused(
            "engine.slow", "卷宗没有及时答复，请用 bihuan doctor 检查后再试；重复这条命令没有害处。"
        ) from error
    if not answer.opened:
        sentence = "这份督办单仍然无法办理，继续搁置。请查看日志 docket.subject_set_aside，处理数据问题后再试。"
        raise Refused("order.still_aside", sentence)
