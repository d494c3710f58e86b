"""The one door through which an act reaches its order: received on disk, then handed to the docket that judges it.

`submit` is the door itself, for any program; `acting` makes a verb from a function that builds an act.
An engine that is down or slow changes the answer, never the receipt.
"""

import asyncio
from asyncio import to_thread
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import update_wrapper
from typing import Any, Final, NamedTuple
from uuid import uuid4

import click
from temporalio.client import Client

from activities.delivery import PATIENCE, NotDelivered, deliver, refuse_attempt
from activities.intake import actor_for, find_order, receive, seal_text
from activities.recording import evolved
from commands.home import Home, fail, json_option, open_home, person_option, say
from commands.showing import Times, order_argument, show, times_of, waiting_text
from connectors.wording import ACTS
from records.reading import order, stream
from records.reading_loop import load_policy
from records.session import Records
from records.writing_inbox import earlier_waiting, find_act, waiting_on
from rules.authority import check_may
from rules.labels import STATUSES
from runtime.client import connect
from runtime.settings import Settings
from schemas import names
from schemas.act import Act
from schemas.attempt import AttemptRefused
from schemas.docket import ActAnswer
from schemas.door import Receipt
from schemas.errors import Refused
from schemas.event import Actor, Sealed
from schemas.order import OrderState, Status
from schemas.policy import Policy

_TURN: Final = 0.1
_LONGEST: Final = 100


async def submit(client: Client | None, records: Records, act: Act, *, patience: timedelta = PATIENCE) -> Receipt:
    """Put an act on disk, then have it judged; a receipt without an answer says that it will be judged later.

    Acts on one order are judged in order of receipt, so one that finds an earlier one waiting waits too.

    Raises:
        Refused: the docket's refusal, or `act.key_reused`.

    """
    act, receipt = await to_thread(receive, records, act)
    if client is None or receipt.answer is not None:
        return receipt
    loop = asyncio.get_running_loop()
    ends = loop.time() + patience.total_seconds()
    while await to_thread(_comes_later, records, act.key):
        if loop.time() >= ends:
            return receipt
        await asyncio.sleep(_TURN)
    left = timedelta(seconds=max(ends - loop.time(), _TURN))
    try:
        answer = await deliver(client, records, act, patience=left)
    except NotDelivered:
        return receipt
    return receipt.model_copy(update={"answer": answer})


def _comes_later(records: Records, key: str) -> bool:
    with records.read() as read:
        mine = find_act(read, key)
        return mine is not None and earlier_waiting(read, mine)


async def reach(settings: Settings, *, patience: timedelta = PATIENCE) -> Client | None:
    """Return a client of the running engine, or none when it is down or does not answer in time."""
    try:
        return await asyncio.wait_for(connect(settings), patience.total_seconds())
    except (Refused, TimeoutError):
        return None


class Desk(NamedTuple):
    """What lies on the desk when somebody acts: the order as it stands, its rules, who acts, by which key."""

    home: Home
    state: OrderState
    policy: Policy
    actor: Actor
    key: str
    times: Times

    @property
    def head(self) -> dict[str, Any]:
        """What every act begins with."""
        return {"key": self.key, "order": self.state.id, "at": self.times.now, "actor": self.actor}

    def received_before(self) -> Act | None:
        """Return the act on this order that the key already stands for, if any."""
        with self.home.records.read() as read:
            found = find_act(read, self.key)
        return found.act if found is not None and found.act.order == self.state.id else None

    def sealed(self, field: str, text: str) -> Sealed:
        """Seal free text under the order's key; the act carries reference and commitment only."""
        return seal_text(self.home.records, self.state.id, field, text, key=self.key)


def take_desk(home: Home, id_or_number: str, *, person: str, act: str, key: str) -> Desk:
    """Find the order and who may act on it.

    Raises:
        Refused: `order.unknown` or `person.unknown`.

    """
    with home.records.read() as read:
        state = evolved(stream(read, names.order_stream(find_order(read, id_or_number))))
        if state is None:
            raise Refused("order.unknown", f"没有督办单“{id_or_number}”。请用 bihuan order list 查看编号或文号。")
        policy = load_policy(read, state.policy)
        actor = actor_for(read, person, act, unit=state.unit, region=state.region, who_may=policy.who_may)
        return Desk(home, state, policy, actor, key, times_of(read))


# What a verb may make of an act besides its own, and which waiting acts may change who answers for an order.
_ALSO: Final = {"transfer": ("hand_over",)}
_MOVING: Final = frozenset({"transfer", "decide", "hand_over"})


def check_authority(desk: Desk, act: str) -> None:
    """Refuse whoever may not do this here before anything of theirs is stored, and record the attempt.

    A repeat is answered by its receipt; and while an act waits that may change who answers, only the docket can tell.

    Raises:
        Refused: `authority.*`, as the docket would.

    """
    records, state = desk.home.records, desk.state
    with records.read() as read:
        moving = any(one.act in _MOVING for one in waiting_on(read, state.id))
    if moving or desk.received_before() is not None:
        return
    refusals = [refusal for one in (act, *_ALSO.get(act, ())) if (refusal := _refusal(desk, one))]
    if len(refusals) > len(_ALSO.get(act, ())):
        attempt = AttemptRefused(happened_at=desk.times.now, act=act, order=state.id, code=refusals[0].code)
        refuse_attempt(records, attempt, actor=desk.actor)
        raise refusals[0]


def _refusal(desk: Desk, act: str) -> Refused | None:
    try:
        check_may(desk.actor, act, unit=desk.state.unit, region=desk.state.region, who_may=desk.policy.who_may)
    except Refused as refused:
        return refused
    return None


def acting(name: str, act: str, text: str) -> Callable[[Callable[..., Act]], click.Command]:
    """Make a verb of a function that builds an act from a `Desk` and its own options."""

    def wrap(build: Callable[..., Act]) -> click.Command:
        def run(order: str, person: str, key: str | None, *, as_json: bool, **options: object) -> None:
            _run(order, person, key, act=act, as_json=as_json, build=lambda desk: build(desk, **options))

        verb = update_wrapper(run, build)
        for decorate in (json_option, key_option, person_option, order_argument):
            verb = decorate(verb)
        return click.command(name, help=text)(verb)

    return wrap


key_option = click.option("--key", metavar="操作编号", help="自定的操作编号；用同一编号重复提交只办理一次。")


def _run(
    id_or_number: str, person: str, key: str | None, *, act: str, as_json: bool, build: Callable[[Desk], Act]
) -> None:
    try:
        with open_home() as home:
            desk = take_desk(home, id_or_number, person=person, act=act, key=_checked(key))
            check_authority(desk, act)
            built = build(desk)
            receipt = asyncio.run(_through(home, built))
            _answer(home, desk, receipt, act=built.act, as_json=as_json)
    except Refused as refused:
        fail(refused, as_json=as_json)


def _checked(key: str | None) -> str:
    if key is not None and not 0 < len(key) <= _LONGEST:
        raise Refused("act.key_too_long", f"操作编号须为 1 到 {_LONGEST} 个字符，请换一个。")
    return key or str(uuid4())


async def _through(home: Home, act: Act) -> Receipt:
    return await submit(await reach(home.settings), home.records, act)


def _answer(home: Home, desk: Desk, receipt: Receipt, *, act: str, as_json: bool) -> None:
    if as_json:
        say(report(receipt, number=desk.state.doc_no))
        return
    for line in sentences(home.records, receipt, number=desk.state.doc_no, act=act, times=desk.times):
        show(line)


def report(receipt: Receipt, *, number: str) -> dict[str, Any]:
    """Return what a program reads: received for certain, judged or not, repeated or not, and the docket's answer."""
    return {
        "received": True,
        "judged": receipt.answer is not None,
        "repeated": receipt.known,
        "key": receipt.key,
        "order": receipt.order,
        "number": number,
        "received_at": receipt.model_dump(mode="json")["received_at"],
        "answer": receipt.answer.model_dump(mode="json") if receipt.answer else None,
    }


def sentences(records: Records, receipt: Receipt, *, number: str, act: str, times: Times) -> list[str]:
    """Return what a person reads."""
    lines = ["此前已收到同一操作，不重复办理。"] if receipt.known else []
    if receipt.answer is None:
        received = times.minute(receipt.received_at)
        lines.append(f"{number}：{ACTS[act].zh}已于 {received} 收到，待引擎恢复后办理。")
        lines.append(f"回执 {receipt.key}；办理以收到时刻为准。可稍后用同一 --key 再次提交，查看结果。")
        return lines
    lines.append(f"{number}：{ACTS[act].zh}已办理，{times.text(receipt.received_at)} 收到。")
    lines.append(_standing(records, receipt.answer, times))
    return [*lines, f"回执 {receipt.key}"]


def _standing(records: Records, answer: ActAnswer, times: Times) -> str:
    """How the order stands after the act, and whom it waits for."""
    with records.read() as read:
        row = order(read, answer.order)
    step = row.waits_step if row is not None and row.seq == answer.seq else ""
    said = f"现为{STATUSES[Status(answer.status)]}，{answer.level} 级"
    if not answer.waits_for:
        return f"{said}，没有等待办理的事项。"
    until = _until(answer.due, times)
    return f"{said}；等待{waiting_text(answer.waits_for, step)}{until}。"


def _until(due: datetime | None, times: Times) -> str:
    return f"，最迟 {times.text(due)}" if due else ""
