"""What a door writes by itself: adopted rule sets, receipts of acts, sealed texts, evidence files.

An act is on disk before anybody is asked to judge it; from then on it counts as of that instant.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from records.evidence import file_evidence
from records.reading import clock_of, order, rulebooks_of
from records.reading_loop import roles_of
from records.rows import RuleBookRow
from records.session import Read, Records
from records.vault import seal
from records.writing import Fact, append_facts
from records.writing_inbox import Received, hold_order, receive_act
from records.writing_rules import adopt
from rules import clock as clocks
from rules.authority import covers
from schemas.act import Act, Evidence
from schemas.adoption import RuleBookAdopted
from schemas.calendar import Calendar
from schemas.door import Receipt
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR, Actor, Cause, Role, Sealed, dump
from schemas.policy import Policy

POLICY: Final = "policy"
CALENDAR: Final = "calendar"


def adopt_policy(records: Records, policy: Policy, text: str, digest: str) -> bool:
    """Store a policy's canonical text by its digest; true when it is new here."""
    return _adopt(records, kind=POLICY, name=f"{policy.id}/v{policy.version}", text=text, digest=digest)


def adopt_calendar(records: Records, calendar: Calendar) -> bool:
    """Store a calendar's canonical text by its digest; true when it is new here."""
    value = calendar.model_dump(mode="json")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    last = max((year.known_on for year in calendar.revisions if not year.provisional), default=None)
    return _adopt(records, kind=CALENDAR, name=f"cn/{last}", text=text, digest=calendar.digest)


def _adopt(records: Records, *, kind: str, name: str, text: str, digest: str) -> bool:
    now = datetime.now(UTC)
    row = RuleBookRow(digest=digest, kind=kind, name=name, text=text, adopted_at=now, adopted_by=LOCAL_OPERATOR.person)
    with records.write() as tx:
        new = adopt(tx, row)
        if new:
            clock = clock_of(tx)
            event = RuleBookAdopted(happened_at=clocks.shown(clock, now), kind=kind, name=name, rulebook=digest)
            cause = Cause(key=f"{kind}:{digest}", digest=digest)
            fact = Fact(cause=cause, actor=LOCAL_OPERATOR, events=(dump(event),))
            append_facts(tx, f"rulebook:{digest}", [fact], recorded_at=now, simulated=clock.simulated)
    return new


def newest_calendar(read: Read) -> str | None:
    """Return the digest of the calendar adopted last."""
    adopted = rulebooks_of(read, CALENDAR)
    return adopted[-1].digest if adopted else None


def newest_policy(read: Read) -> str | None:
    """Return the digest of the policy adopted last."""
    adopted = rulebooks_of(read, POLICY)
    return adopted[-1].digest if adopted else None


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
    """Seal free text under the order's key; the same act's text is sealed once."""
    with records.write() as tx:
        return seal(tx, f"order:{order_id}", field, text, ref=f"{key}:{field}")


def take_in_file(records: Records, home: Path, order_id: str, path: Path, *, key: str) -> Evidence:
    """Encrypt a file under the order's key into the data directory; its name is sealed.

    Raises:
        Refused: `evidence.unreadable`.

    """
    try:
        with records.write() as tx:
            digest, size = file_evidence(home, tx, f"order:{order_id}", path)
            title = seal(tx, f"order:{order_id}", "title", path.name, ref=f"{key}:title")
    except OSError as error:
        raise Refused("evidence.unreadable", f"文件 {path.name} 无法读取，请检查路径和权限后重试。") from error
    return Evidence(digest=digest, title=title, size=size)


def find_order(read: Read, id_or_number: str) -> str:
    """Return an order's id from its id or document number.

    Raises:
        Refused: `order.unknown`.

    """
    row = order(read, id_or_number)
    if row is None:
        raise Refused("order.unknown", f"没有督办单“{id_or_number}”。请用 bihuan order list 查看编号或文号。")
    return row.id


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
        raise Refused("act.key_reused", "这个操作编号已用于另一项内容，请换一个编号重新提交。")
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
