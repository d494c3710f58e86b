"""From a door's receipt to the docket's answer: the same steps for the door itself and for the forwarder behind it.

On any refusal the key is looked up in the records first: the server forgets Update ids when a docket continues as new,
so an act that was recorded long ago may come back as "no longer possible", and is answered with what was stored.
"""

import asyncio
from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from connectors.wording import ACT_REFUSED
from records.reading import clock_of
from records.reading import order as order_row
from records.reading_events import last_seqs
from records.reading_loop import docket_of
from records.rows import MessageRow
from records.session import Read, Records, Write
from records.writing import Fact, append_facts
from records.writing_inbox import earlier_waiting, find_act, hold_order, mark_refused
from records.writing_outbox import put_messages
from runtime.log import logger
from schemas import names
from schemas.act import Act
from schemas.attempt import AttemptRefused
from schemas.docket import ActAnswer, ActMessage
from schemas.errors import BihuanError, Refused
from schemas.event import Actor, Cause, dump

log = logger(__name__)

PATIENCE: Final = timedelta(seconds=5)
_LOOK_AGAIN_S: Final = 0.05
_NOT_NOW: Final = frozenset({"act.busy", "order.aside"})


class NotDelivered(BihuanError):
    """The engine did not answer in time; the act is received and will be judged later."""


async def deliver(
    client: Client, records: Records, act: Act, *, patience: timedelta = PATIENCE, absent: bool = False
) -> ActAnswer:
    """Have a received act judged by its docket; it is on disk when this returns.

    Where the person is `absent` (they were told "received" and left), a refusal goes to their inbox too.

    Raises:
        Refused: the docket's refusal, recorded as an attempt.
        NotDelivered: nobody answered within `patience`; the forwarder goes on.

    """
    docket, update = await _turn(records, act, patience)
    if docket is None:
        unknown = Refused("order.unknown", f"没有督办单 {act.order}，请核对编号。")
        return await _refused(records, act, unknown, absent=absent)
    handle = client.get_workflow_handle(docket)
    try:
        asked = handle.execute_update("act", ActMessage(act=act), id=update, result_type=ActAnswer)
        answer: ActAnswer = await asyncio.wait_for(asked, patience.total_seconds())
    except WorkflowUpdateFailedError as failed:
        return await _refused(records, act, _reason(act, failed), absent=absent)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as late:
        raise NotDelivered(act.key) from late
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND or not await to_thread(_settled, records, act.order):
            raise NotDelivered(act.key) from error
        over = Refused("order.settled", "这份督办单已经了结，不再办理任何事项；如有新情况，请另行下达。")
        return await _refused(records, act, over, absent=absent)
    return answer


async def _turn(records: Records, act: Act, patience: timedelta) -> tuple[str | None, str]:
    """Wait until every act on the order that was received earlier is judged; return what `_way` found.

    Raises:
        NotDelivered: one of them still waits after `patience`.

    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + patience.total_seconds()
    while (way := await to_thread(_way, records, act)) is None:
        if loop.time() >= ends:
            raise NotDelivered(act.key)
        await asyncio.sleep(_LOOK_AGAIN_S)
    return way


def _way(records: Records, act: Act) -> tuple[str | None, str] | None:
    """Return the docket that judges an act and the id of the Update that asks it; nothing before the act's turn.

    For as long as a run lasts, the server answers an Update id with what it was answered first, "not now" too. So no act
    is sent before its turn, and it gets another id once its docket has set somebody aside or taken one back.
    """
    with records.read() as read:
        receipt = find_act(read, act.key)
        if receipt is not None and earlier_waiting(read, receipt):
            return None
        docket = docket_of(read, act.order)
        stream = names.incident_stream(docket or "")
        incidents = last_seqs(read, [stream])[stream]
    return docket, f"{act.key[:200]}~{incidents}" if incidents else act.key[:200]


def _settled(records: Records, order: str) -> bool:
    """Say whether a docket that is gone may be: else the engine lost it, and no act is refused for that."""
    with records.read() as read:
        row = order_row(read, order)
    return row is not None and row.settled


def _reason(act: Act, failed: WorkflowUpdateFailedError) -> Refused:
    """Return the docket's own refusal; anything else (a run that ended in between) was no judgement of the act.

    Raises:
        NotDelivered: so that it is judged later.

    """
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type and "." in cause.type:
        return Refused(cause.type, cause.message)
    log.error("delivery.failed", order=act.order, problem=repr(cause))
    raise NotDelivered(act.key) from failed


async def _refused(records: Records, act: Act, reason: Refused, *, absent: bool) -> ActAnswer:
    """Answer a refusal with what was stored for the key, if anything; else record the attempt and refuse."""
    if reason.code in _NOT_NOW:
        raise NotDelivered(act.key) from reason
    stored = await to_thread(_stored_or_refuse, records, act, reason, absent=absent)
    if stored is not None:
        return stored
    raise reason


def _stored_or_refuse(records: Records, act: Act, reason: Refused, *, absent: bool) -> ActAnswer | None:
    now = datetime.now(UTC)
    with records.write() as tx:
        # The forwarder may have had the same act judged a moment ago: wait until its recording is there or not.
        hold_order(tx, act.order)
        known = find_act(tx, act.key)
        if known is not None and known.answer is not None:
            return known.answer
        first = mark_refused(tx, act.key, code=reason.code, sentence=reason.sentence, at=now)
        if absent and first:
            put_messages(tx, [_message(tx, act, reason, now)])
        event = AttemptRefused(happened_at=act.at, act=act.act, order=act.order, code=reason.code)
        cause = Cause(key=f"attempt:{act.key}"[:200], digest="0" * 64)
        _note_attempt(tx, event, cause, actor=act.actor, now=now)
    return None


def _message(read: Read, act: Act, reason: Refused, now: datetime) -> MessageRow:
    """What a person reads in their inbox who was told "received" and whose act was refused later."""
    row = order_row(read, act.order)
    return MessageRow(
        id=f"refused:{act.key}",
        person=act.actor.person,
        order_id=act.order,
        template=ACT_REFUSED,
        created_at=now,
        params={"doc_no": row.number if row else act.order, "act": act.act, "refusal": reason.sentence},
    )


def refuse_attempt(records: Records, event: AttemptRefused, *, actor: Actor) -> None:
    """Record an attempt that a door refused by itself, before anything was received; each try is one."""
    now = datetime.now(UTC)
    with records.write() as tx:
        _note_attempt(tx, event, Cause(key=f"attempt:{uuid4()}", digest="0" * 64), actor=actor, now=now)


def _note_attempt(tx: Write, event: AttemptRefused, cause: Cause, *, actor: Actor, now: datetime) -> None:
    fact = Fact(cause=cause, actor=actor, events=(dump(event),))
    stream = names.attempts_stream(event.order)
    append_facts(tx, stream, [fact], recorded_at=now, simulated=clock_of(tx).simulated)


async def deliver_waiting(client: Client, records: Records, act: Act) -> bool:
    """Deliver one act from the inbox; true when it was judged or refused, false when it must wait on."""
    try:
        await deliver(client, records, act, absent=True)
    except Refused as refused:
        log.info("inbox.refused", order=act.order, code=refused.code)
    except NotDelivered:
        return False
    return True
