"""What a door writes by itself: adopted rule sets, receipts of acts, sealed texts, evidence files.

An act is on disk before anybody is asked to judge it; from then on it counts as of that instant.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from records.evidence import encrypted
from records.reading import clock_of, last_seqs, newest_rulebook, order, rulebook, rulebooks_of
from records.reading_loop import roles_of
from records.reading_numbers import numbers_of_orders
from records.rows import RuleBookRow
from records.session import Read, Records, Write
from records.vault import Erased, RefReused, key_of, seal
from records.writing import Fact, append_facts
from records.writing_inbox import Received, hold_order, receive_act
from records.writing_rules import adopt, adopt_again
from rules import clock as clocks
from rules.authority import covers
from rules.numbers import by_serial
from schemas import names
from schemas.act import Act, Evidence
from schemas.adoption import Adoption, RuleBookAdopted
from schemas.calendar import Calendar
from schemas.door import Receipt
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR, Actor, Cause, Role, Sealed, dump
from schemas.policy import Policy

POLICY: Final = "policy"
CALENDAR: Final = "calendar"


def adopt_policy(records: Records, policy: Policy, text: str, digest: str) -> Adoption:
    """Store a policy's canonical text by its digest and make it the newest, also where others have followed it.

    Raises:
        Refused: `policy.version_taken` where another text was adopted as this version.

    """
    now = datetime.now(UTC)
    name = f"{policy.id}/v{policy.version}"
    row = RuleBookRow(
        digest=digest, kind=POLICY, name=name, text=text, adopted_at=now, adopted_by=LOCAL_OPERATOR.person
    )
    with records.write() as tx:
        hold_rulebooks(tx)
        adopted = rulebooks_of(tx, POLICY)
        if any(book.name == name for book in adopted) and all(book.digest != digest for book in adopted):
            raise Refused(
                "policy.version_taken",
                f"{policy.id} 第 {policy.version} 版已经采用过，内容与这份文件不同；同一版本不能有两种规则。"
                f"请把 version 改大后再采用。",
            )
        if adopted and adopted[-1].digest == digest:
            return Adoption.unchanged
        return _adopt(tx, row)


def adopt_calendar(records: Records, calendar: Calendar) -> bool:
    """Store a calendar's canonical text by its digest; true when it is new here."""
    with records.write() as tx:
        hold_rulebooks(tx)
        return adopt_calendar_in(tx, calendar)


def hold_rulebooks(tx: Write) -> None:
    """Keep out whoever else adopts until this transaction ends: what is newest is read before it is replaced."""
    tx.hold("rulebooks")


def adopt_calendar_in(tx: Write, calendar: Calendar) -> bool:
    """Adopt a calendar in a transaction that holds the rule books; one that was adopted before stays where it is."""
    if rulebook(tx, calendar.digest) is not None:
        return False
    value = calendar.model_dump(mode="json")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    last = max((year.known_on for year in calendar.revisions if not year.provisional), default=None)
    row = RuleBookRow(
        digest=calendar.digest,
        kind=CALENDAR,
        name=f"cn/{last}",
        text=text,
        adopted_at=datetime.now(UTC),
        adopted_by=LOCAL_OPERATOR.person,
    )
    _adopt(tx, row)
    return True


def _adopt(tx: Write, row: RuleBookRow) -> Adoption:
    """Make a rule set the newest of its kind, and record that it is."""
    new = adopt(tx, row)
    if not new:
        adopt_again(tx, row.digest, by=row.adopted_by, at=row.adopted_at)
    clock, stream = clock_of(tx), f"rulebook:{row.digest}"
    shown = clocks.shown(clock, row.adopted_at)
    event = RuleBookAdopted(happened_at=shown, kind=row.kind, name=row.name, rulebook=row.digest)
    key = f"{row.kind}:{row.digest}" if new else f"{row.kind}:{row.digest}@{last_seqs(tx, [stream])[stream] + 1}"
    fact = Fact(cause=Cause(key=key, digest=row.digest), actor=LOCAL_OPERATOR, events=(dump(event),))
    append_facts(tx, stream, [fact], recorded_at=row.adopted_at, simulated=clock.simulated)
    return Adoption.new if new else Adoption.again


def newest_calendar(read: Read) -> str | None:
    """Return the digest of the calendar adopted last."""
    return newest_rulebook(read, CALENDAR)


def newest_policy(read: Read) -> str | None:
    """Return the digest of the policy adopted last."""
    return newest_rulebook(read, POLICY)


def actor_for(
    read: Read, person: str, act: str, *, unit: str, region: str, who_may: Mapping[str, tuple[Role, ...]]
) -> Actor:
    """Return the person in the role that may do this here; else in the nearest to it, so that the rules can refuse it.

    Raises:
        Refused: `person.unknown` where nobody of that name is on the staff list.

    """
    held = roles_of(read, person)
    if not held:
        raise Refused("person.unknown", f"人员名单中没有“{person}”。请先用 bihuan staff import 导入人员，或核对编号。")
    allowed = who_may.get(act, ())

    def fitness(one: tuple[Role, str]) -> tuple[bool, bool, bool]:
        role, scope = one
        here = scope == unit if role is Role.unit_contact else covers(scope, region)
        return role in allowed and here, role in allowed, here

    role, scope = max(held, key=fitness)
    return Actor(person=person, role=role, scope=scope)


def seal_text(records: Records, order_id: str, field: str, text: str, *, key: str) -> Sealed:
    """Seal free text under the order's key; the same act's text is sealed once.

    Raises:
        Refused: `act.key_reused`, or `order.erased` where the order's key was destroyed.

    """
    with _sealing(), records.write() as tx:
        return seal(tx, names.order_stream(order_id), field, text, ref=f"{key}:{field}")


@contextmanager
def _sealing() -> Iterator[None]:
    """Say in a person's words why something cannot be sealed."""
    try:
        yield
    except RefReused as error:
        raise _key_reused() from error
    except Erased as error:
        raise Refused("order.erased", "这份督办单的密封内容已按规定销毁，不能再补充材料。") from error


def _key_reused() -> Refused:
    return Refused("act.key_reused", "这个操作编号已用于另一项内容，请换一个编号重新提交。")


def take_in_file(records: Records, home: Path, order_id: str, path: Path, *, key: str) -> Evidence:
    """Encrypt a file under the order's key into the data directory; its name is sealed.

    The caller has asked whether the person may. A large file takes its time while nobody waits for it: neither of the
    two transactions is open meanwhile.

    Raises:
        Refused: `evidence.unreadable`, `evidence.empty`, or what sealing refuses.

    """
    subject = names.order_stream(order_id)
    with _sealing(), records.write() as tx:
        order_key = key_of(tx, subject)
    try:
        with path.open("rb") as source, encrypted(home, order_key, source) as draft:
            if not draft.size:
                raise Refused("evidence.empty", f"文件 {path.name} 是空的，没有内容可以提交，请核对后重新提交。")
            with _sealing(), records.write() as tx:
                title = seal(tx, subject, "title", path.name, ref=f"{key}:title")
            draft.keep()
    except OSError as error:
        raise Refused(
            "evidence.unreadable", f"文件 {path.name} 无法读取或保存，请检查路径、权限和磁盘空间后重试。"
        ) from error
    return Evidence(digest=draft.digest, title=title, size=draft.size)


def find_order(read: Read, id_or_number: str) -> str:
    """Return an order's id from its id, its document number, or that number's serial alone, of the newest year.

    Raises:
        Refused: `order.unknown`, or `order.ambiguous` where several documents of the newest year have this serial.

    """
    row = order(read, id_or_number)
    if row is not None:
        return row.id
    numbers = numbers_of_orders(read) if id_or_number.isdecimal() else {}
    found = by_serial(numbers, int(id_or_number)) if numbers else ()
    if len(found) > 1:
        listed = "、".join(found)
        raise Refused("order.ambiguous", f"序号 {id_or_number} 有 {len(found)} 件：{listed}。请写明文号。")
    if not found:
        raise Refused("order.unknown", f"没有督办单“{id_or_number}”。请用 bihuan order list 查看编号或文号。")
    return numbers[found[0]]


def receive(records: Records, act: Act) -> tuple[Act, Receipt]:
    """Put an act on disk; returns it with the instant by which it is judged, and its receipt.

    Raises:
        Refused: `act.key_reused`; or what an earlier attempt with the same key was refused with.

    """
    with records.write() as tx:
        hold_order(tx, act.order)
        now = datetime.now(UTC)
        shown = clocks.shown(clock_of(tx), now)
        stored = receive_act(tx, act, received_shown=shown, received_real=now)
    if stored.received is Received.other:
        raise _key_reused()
    told = stored.receipt
    if told.refusal_code is not None:
        raise Refused(told.refusal_code, told.refusal or "")
    receipt = Receipt(
        key=act.key,
        order=act.order,
        received_at=told.received_at,
        known=stored.received is Received.known,
        answer=told.answer,
    )
    return told.act, receipt
