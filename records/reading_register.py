"""Reading the register in bulk, as an import needs it: what is known of these units or people, and what is sealed."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import select

from records.bulk import among
from records.rows import MeasurementRow, StaffRow, UnitRow
from records.tables import events, vault, vault_keys
from records.tables_current import measurements, staff, units
from records.transaction import Read
from schemas.event import Sealed
from schemas.names import unit_stream


def units_among(read: Read, codes: Sequence[str]) -> dict[str, UnitRow]:
    """Return those of these units that are on the roster, by credit code."""
    found = select(units).where(among(read, units.c.credit_code, codes))
    return {row["credit_code"]: UnitRow(**row) for row in read.connection.execute(found).mappings()}


def measurements_among(read: Read, codes: Sequence[str]) -> dict[str, MeasurementRow]:
    """Return the latest figures of those of these units that have any, by credit code."""
    found = select(measurements).where(among(read, measurements.c.unit, codes))
    return {row["unit"]: MeasurementRow(**row) for row in read.connection.execute(found).mappings()}


def measurements_from(read: Read, codes: Sequence[str], file: str) -> dict[str, MeasurementRow]:
    """Return what this file, by the first digits of its digest, said of each of these units before, by credit code.

    Unlike `measurements_among` it reads events: what the file said may be the latest no longer.
    """
    streams = {unit_stream(code): code for code in codes}
    e = events.c
    found = (
        select(e.stream, e.event_id, e.fields)
        .where(among(read, e.stream, list(streams)), e.tag == "unit.measured")
        .where(e.cause_key.startswith(f"import:{file}:", autoescape=True))
        .order_by(e.stream, e.seq)
    )
    return {
        streams[stream]: _measurement(streams[stream], event_id, orjson.loads(fields))
        for stream, event_id, fields in read.connection.execute(found)
    }


def _measurement(code: str, event_id: str, said: dict[str, Any]) -> MeasurementRow:
    names = ("headcount", "registered", "active", "has_team", "cut_off", "source")
    return MeasurementRow(unit=code, event_id=event_id, **{name: said[name] for name in names})


def staff_among(read: Read, persons: Sequence[str]) -> dict[str, tuple[StaffRow, ...]]:
    """Return the roles of those of these people who hold any, by person, in order of role and scope."""
    found = select(staff).where(among(read, staff.c.person, persons)).order_by(staff.c.role, staff.c.scope)
    held: dict[str, tuple[StaffRow, ...]] = {}
    for row in read.connection.execute(found).mappings():
        held[row["person"]] = (*held.get(row["person"], ()), StaffRow(**row))
    return held


def sealed_among(read: Read, refs: Sequence[str]) -> dict[str, Sealed]:
    """Return what events carry for these vault references, so that a value that stays is not sealed again."""
    found = select(vault.c.ref, vault.c.commitment).where(among(read, vault.c.ref, refs))
    return {ref: Sealed(ref=ref, commitment=made) for ref, made in read.connection.execute(found)}


def erased_among(read: Read, subjects: Sequence[str]) -> frozenset[str]:
    """Return those subjects whose key was destroyed: nothing of theirs opens, and nothing can be sealed any more."""
    destroyed = select(vault_keys.c.subject).where(
        among(read, vault_keys.c.subject, subjects), vault_keys.c.key.is_(None)
    )
    return frozenset(read.connection.scalars(destroyed))
