"""From a step to event rows, and from a row back to its ledger entry.

What is committed: the event's own fields, and four of the step's, under names no model can give a field of its own
(`step.actor`, `step.cause`, `step.policy`, `step.calendar`). A field that is a sealed value lends the entry the
commitment made when it was sealed; its salt lies in the vault, so destroying the subject's key closes it for ever.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson
from sqlalchemy import RowMapping

from ledger.canonical import NotCanonical, canonical, timestamp
from ledger.entry import SALT_SIZE, commit_fields, entry, leaf
from schemas.event import Actor, Cause, EventData, Notice, Step

STEP: Final = "step."
_SEALED: Final = {"ref", "commitment"}
_ID_BYTES: Final = 10
# A cause as canonical JSON has it, members in order.
_CAUSE: Final = b'{"digest":%b,"key":%b}'
# How characters above U+FFFF begin in UTF-8.
_ABOVE_FFFF: Final = re.compile(rb"[\xf0-\xf4]")

EventRow: TypeAlias = tuple[str, str, int, str, int, bool, str, str, str, int, str, str, bytes, bytes]
"""A row of `events` in column order, as the driver takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A step that no rule set had to judge: a unit's figures, a refused attempt, an adopted policy.

    `policy` and `calendar` are left empty where none applied, and are then not among the committed fields.
    """

    cause: Cause
    actor: Actor
    events: tuple[EventData, ...]
    policy: str = ""
    calendar: str = ""
    notices: tuple[Notice, ...] = ()


Happening: TypeAlias = Step | Fact
"""One cause with all that it made happen, judged or only noted."""


def rows_of(
    stream: str, after: int, steps: Sequence[Happening], *, simulated: bool, recorded_at: datetime
) -> list[EventRow]:
    """Write the rows of all events of the steps, from position `after` + 1 on, with fresh ids and salts.

    Raises `ledger.canonical.NotCanonical` when a field has no canonical form; nothing has been stored then.
    """
    rows: list[EventRow] = []
    written, head = timestamp(recorded_at), _id_head(recorded_at)
    for step in steps:
        judged, known = _judged(step)
        for n, event in enumerate(step.events):
            seq = after + len(rows) + 1
            fields = _merged(event.fields, judged)
            rows.append(_row(stream, seq, step.cause, n, event, fields, known, simulated, recorded_at, written, head))
    return rows


def _row(  # noqa: PLR0913, PLR0917 - the hot path: one call an event, without a dictionary in between
    stream: str,
    seq: int,
    cause: Cause,
    n: int,
    event: EventData,
    fields: dict[str, Any],
    known: Mapping[str, bytes],
    simulated: bool,  # noqa: FBT001 - the same
    recorded_at: datetime,
    written: str,
    head: str,
) -> EventRow:
    sealed = sealed_commitments(fields)
    opened = {name: fields[name] for name in fields if name not in sealed} if sealed else fields
    chance = os.urandom(_ID_BYTES + SALT_SIZE * len(opened))
    event_id, salts = _event_id(head, chance[:_ID_BYTES]), chance[_ID_BYTES:]
    made = entry(
        event_id=event_id,
        stream=stream,
        seq=seq,
        tag=event.tag,
        schema=event.schema_no,
        simulated=simulated,
        happened_at=event.happened_at,
        recorded_at=recorded_at,
        commitments=commit_fields(opened, salts, sealed, written=known),
    )
    return (
        event_id,
        stream,
        seq,
        event.tag,
        event.schema_no,
        simulated,
        timestamp(event.happened_at),
        written,
        cause.key,
        n,
        cause.digest,
        _written(fields),
        salts,
        leaf(made),
    )


def entry_of(row: RowMapping) -> bytes:
    """Return the exact entry bytes of a stored row of `events`; its leaf is in the row."""
    fields: dict[str, Any] = orjson.loads(row["fields"])
    sealed = sealed_commitments(fields)
    opened = {name: value for name, value in fields.items() if name not in sealed}
    return entry(
        event_id=row["event_id"],
        stream=row["stream"],
        seq=row["seq"],
        tag=row["tag"],
        schema=row["schema_no"],
        simulated=row["simulated"],
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        commitments=commit_fields(opened, bytes(row["salts"]), sealed),
    )


def sealed_commitments(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the commitments of those fields that are sealed values, by name.

    Deeper inside a field a sealed value is part of what that field commits to: its reference and its commitment.
    """
    return {
        name: value["commitment"] for name, value in fields.items() if type(value) is dict and value.keys() == _SEALED
    }


def own_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's own fields out of the committed ones."""
    return {name: value for name, value in fields.items() if not name.startswith(STEP)}


def _judged(step: Happening) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The step's committed fields, and those of them as canonical bytes that all its events share."""
    actor, acted = _actor(step.actor)
    key, digest = step.cause.key, step.cause.digest
    cause = {"key": key, "digest": digest}
    judged: dict[str, Any] = {"step.actor": actor, "step.cause": cause}
    if step.policy:
        judged["step.policy"] = step.policy
    if step.calendar:
        judged["step.calendar"] = step.calendar
    return judged, {"step.actor": acted, "step.cause": _CAUSE % (canonical(digest), canonical(key))}


@lru_cache(maxsize=256)  # one person imports thousands of rows, one clock strikes thousands of orders
def _actor(actor: Actor) -> tuple[dict[str, str], bytes]:
    """Who acted; plain text, because an enumeration prints otherwise in other languages."""
    told = {
        "person": actor.person,
        "role": actor.role.value,
        "scope": actor.scope,
        "proof": actor.proof.value,
    }
    return told, canonical(told)


def _merged(fields: Mapping[str, Any], judged: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**fields, **judged}
    if len(merged) != len(fields) + len(judged):
        raise NotCanonical("an event's field has the name of a step's field")
    return merged


@lru_cache(maxsize=16)  # one instant serves a whole recording
def _id_head(at: datetime) -> str:
    """The first 13 digits of a UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds and the version."""
    digits = f"{int(at.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7"


def _event_id(head: str, chance: bytes) -> str:
    """The rest is chance, but for the two bits of the variant."""
    digits = chance.hex()
    return f"{head}{digits[:3]}-{'89ab'[chance[9] & 3]}{digits[3:6]}-{digits[6:18]}"


def _written(fields: Mapping[str, Any]) -> str:
    """The fields as canonical JSON. They are checked already, and only names above U+FFFF sort otherwise in UTF-16."""
    quick = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    return (quick if quick.isascii() or not _ABOVE_FFFF.search(quick) else canonical(fields)).decode()
