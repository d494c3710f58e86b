"""The register judged: what a line changes of what is known, and how units and people stand after their events.

The same folds make the rows of an import and, from events alone, of a rebuild.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from schemas.docket import StoredEvent
from schemas.event import Role
from schemas.register import (
    Assumed,
    FiguresNow,
    RoleHeld,
    RoleNow,
    StaffStated,
    UnitMeasured,
    UnitNow,
    UnitStated,
    parse,
)
from schemas.roster import RosterLine, StaffLine

_COUNTY_DIGITS = 6


class UnitFacts(NamedTuple):
    """What is said of a unit, the contact in the clear: only to be compared, never to be recorded."""

    name: str
    unit_type: str
    region: str
    contact_name: str | None
    contact_phone: str | None


class PersonFacts(NamedTuple):
    """What is said of a person, in the clear: only to be compared. Roles are sorted, each once."""

    name: str
    phone: str | None
    roles: tuple[RoleHeld, ...]


def district_of(region: str) -> str:
    """The county (or city) of a region code: its first six digits (GB/T 2260)."""
    return region[:_COUNTY_DIGITS]


def unit_facts(line: RosterLine, known: UnitFacts | None) -> UnitFacts:
    """What is true of the unit after this line; a contact left blank is not said, so the known one stays."""
    return UnitFacts(
        name=line.unit_name,
        unit_type=str(line.unit_type),
        region=line.region_code,
        contact_name=line.contact_name or (known.contact_name if known else None),
        contact_phone=line.contact_phone or (known.contact_phone if known else None),
    )


class Measured(NamedTuple):
    """What a line's figures come to: an event when they are news, and whether they are the unit's latest."""

    news: UnitMeasured | None
    cut_off: date
    is_latest: bool


def measured(
    line: RosterLine,
    before: FiguresNow | None,
    *,
    again: FiguresNow | None = None,
    source: str,
    today: date,
    at: datetime,
) -> Measured:
    """The measurement that a line states; no news when figures, cut-off and source are those already known.

    `before` are the unit's latest figures, `again` those that this very source stated of it before. Figures of an
    earlier cut-off than the latest are evidence of their day and news once; the latest stay what the unit is judged by.
    A blank cut-off is `today`, or the first import's day when the same row comes again. A team that is not spoken of is
    as before; where nothing was ever said it counts as there, since nobody is ordered to mend what no figure shows.
    """
    first = before if before and before.source == source else again
    assumed: list[Assumed] = []
    has_team, cut_off = line.has_team, line.cut_off
    if has_team is None:
        known = first or before
        has_team = known.has_team if known else True
        assumed.append("has_team")
    if cut_off is None:
        cut_off = date.fromisoformat(first.cut_off) if first else today
        assumed.append("cut_off")
    is_latest = not is_outdated(cut_off, before)
    known = before if is_latest else first
    if known and _figures(known) == (line.headcount, line.registered, line.active, has_team, str(cut_off), source):
        return Measured(None, cut_off, is_latest)
    event = UnitMeasured(
        happened_at=at,
        headcount=line.headcount,
        registered=line.registered,
        active=line.active,
        has_team=has_team,
        cut_off=cut_off,
        source=source,
        assumed=tuple(assumed),
    )
    return Measured(event, cut_off, is_latest)


def is_outdated(cut_off: date, latest: FiguresNow | None) -> bool:
    """Whether figures of this cut-off are older than the latest known; of two on one day the later told count."""
    return latest is not None and cut_off.isoformat() < latest.cut_off


def _figures(now: FiguresNow) -> tuple[int, int, int, bool, str, str]:
    return now.headcount, now.registered, now.active, now.has_team, now.cut_off, now.source


def people(lines: Iterable[StaffLine]) -> dict[str, tuple[PersonFacts, tuple[StaffLine, ...]]]:
    """Each person of a list with all their roles, and the rows that say so, in order of first appearance.

    The first phone given counts.
    """
    rows: dict[str, list[StaffLine]] = defaultdict(list)
    for line in lines:
        rows[line.person].append(line)
    return {person: (_person(said), tuple(said)) for person, said in rows.items()}


def _person(lines: Sequence[StaffLine]) -> PersonFacts:
    held = {(role, _scope(line)) for line in lines for role in line.roles}
    phone = next((line.phone for line in lines if line.phone), None)
    return PersonFacts(lines[0].name, phone, tuple(RoleHeld(role=role, scope=scope) for role, scope in sorted(held)))


def _scope(line: StaffLine) -> str:
    return line.credit_code or line.region_code or ""


def person_facts(said: PersonFacts, known: PersonFacts | None) -> PersonFacts:
    """What is true of a person after a list: a phone left blank is not said, so the known one stays."""
    return said if said.phone or known is None else said._replace(phone=known.phone)


def unit_now(credit_code: str, events: Iterable[StoredEvent]) -> UnitNow | None:
    """The unit as its events leave it, None when they do not state it."""
    now: UnitNow | None = None
    for stored in events:
        event = parse(stored.event)
        if isinstance(event, UnitStated):
            now = unit_stated(credit_code, event, seq=stored.seq)
    return now


def unit_stated(credit_code: str, event: UnitStated, *, seq: int) -> UnitNow:
    """The unit as this event, at `seq` of its stream, states it."""
    return UnitNow(
        credit_code=credit_code,
        name=event.name,
        unit_type=str(event.unit_type),
        region=event.region,
        district=event.district,
        contact_name=event.contact_name.ref if event.contact_name else None,
        contact_phone=event.contact_phone.ref if event.contact_phone else None,
        seq=seq,
    )


def figures_now(credit_code: str, events: Iterable[tuple[str, StoredEvent]]) -> FiguresNow | None:
    """The figures of the latest cut-off by the unit's events, each with its id; None when it was never measured."""
    now: FiguresNow | None = None
    for event_id, stored in events:
        event = parse(stored.event)
        if isinstance(event, UnitMeasured) and not is_outdated(event.cut_off, now):
            now = figures_measured(credit_code, event, event_id=event_id)
    return now


def figures_measured(credit_code: str, event: UnitMeasured, *, event_id: str) -> FiguresNow:
    """The figures as this event measured them."""
    return FiguresNow(
        unit=credit_code,
        headcount=event.headcount,
        registered=event.registered,
        active=event.active,
        has_team=event.has_team,
        cut_off=event.cut_off.isoformat(),
        source=event.source,
        event_id=event_id,
    )


def roles_now(person: str, events: Iterable[StoredEvent]) -> tuple[RoleNow, ...]:
    """The roles that a person holds after their events, one a role and scope."""
    now: tuple[RoleNow, ...] = ()
    for stored in events:
        event = parse(stored.event)
        if isinstance(event, StaffStated):
            phone = event.phone.ref if event.phone else None
            now = tuple(
                RoleNow(
                    person=person,
                    role=held.role.value,
                    scope=held.scope,
                    name=event.name.ref,
                    phone=phone,
                    seq=stored.seq,
                )
                for held in event.roles
            )
    return now


def contact_units(lines: Iterable[StaffLine]) -> dict[str, list[int]]:
    """The units that contacts in a list answer for, with the rows that name each."""
    rows: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if Role.unit_contact in line.roles and line.credit_code:
            rows[line.credit_code].append(line.row)
    return rows
