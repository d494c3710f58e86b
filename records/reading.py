"""Reading how things stand, with the engine stopped or running: orders, roster, campaigns, people's inboxes, rule sets.

Everything returned is frozen. Lists come in a fixed order, so that pages fit together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from records.reading_events import RecordedEvent, history, last_seqs, stream
from records.rows import (
    CampaignRow,
    CandidateRow,
    DocketRow,
    MeasurementRow,
    MessageRow,
    PublicationRow,
    RuleBookRow,
    StaffRow,
    UnitRow,
)
from records.tables import clock, messages, rulebooks
from records.tables_current import campaigns, candidates, dockets, measurements, publications, staff, units
from records.tables_current import orders as order_table
from records.transaction import Read
from schemas.clock import Clock
from schemas.order import OrderRow
from schemas.region import beginning

__all__ = ["RecordedEvent", "history", "last_seqs", "stream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders; what is left out does not restrict. `region` takes all below it, `due_before` only open ones."""

    campaign: str | None = None
    round: int | None = None
    district: str | None = None
    region: str | None = None
    unit: str | None = None
    docket: str | None = None
    status: str | None = None
    waits_for: str | None = None
    min_level: int | None = None
    settled: bool | None = None
    due_before: datetime | None = None


ALL_ORDERS = OrderFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCounts:
    """How many orders of a campaign's round stand where, counted at the shown instant asked."""

    issued: int
    open: int
    closed_out: int
    withdrawn: int
    settled: int
    overdue: int


def orders(
    read: Read, where: OrderFilter = ALL_ORDERS, *, limit: int | None = None, after: str = ""
) -> tuple[OrderRow, ...]:
    """Return orders by id; for the next page hand in the last id as `after`."""
    found = select(order_table).where(*_conditions(where), order_table.c.id > after).order_by(order_table.c.id)
    return _orders(read, found.limit(limit))


def order(read: Read, id_or_number: str) -> OrderRow | None:
    """Return the order of this id or document number, None when there is none."""
    known = or_(order_table.c.id == id_or_number, order_table.c.number == id_or_number)
    found = _orders(read, select(order_table).where(known).order_by(order_table.c.id).limit(1))
    return found[0] if found else None


def overdue(
    read: Read, now: datetime, where: OrderFilter = ALL_ORDERS, *, limit: int | None = None, offset: int = 0
) -> tuple[OrderRow, ...]:
    """Return open orders whose step is late at the shown instant `now`, the longest overdue first."""
    late = ~order_table.c.settled, order_table.c.due < now
    found = select(order_table).where(*late, *_conditions(where)).order_by(order_table.c.due, order_table.c.id)
    return _orders(read, found.limit(limit).offset(offset))


def campaign_counts(read: Read, campaign: str, round_no: int, *, now: datetime) -> CampaignCounts:
    """Count a round's orders by where they stand."""
    o = order_table.c
    ended = o.status.in_(("closed_out", "withdrawn"))
    counted = select(
        func.count(),
        _count(~ended),
        _count(o.status == "closed_out"),
        _count(o.status == "withdrawn"),
        _count(o.settled),
        _count(~o.settled & (o.due < now)),
    ).where(o.campaign == campaign, o.round == round_no)
    issued, still_open, closed_out, withdrawn, settled, late = read.connection.execute(counted).one()
    return CampaignCounts(
        issued=issued, open=still_open, closed_out=closed_out, withdrawn=withdrawn, settled=settled, overdue=late
    )


def campaign(read: Read, campaign_id: str) -> CampaignRow | None:
    """Return one campaign, None when there is none."""
    row = read.connection.execute(select(campaigns).where(campaigns.c.id == campaign_id)).mappings().one_or_none()
    return None if row is None else CampaignRow(**row)


def all_campaigns(read: Read) -> tuple[CampaignRow, ...]:
    """Return all campaigns, the newest first."""
    found = select(campaigns).order_by(campaigns.c.started_at.desc(), campaigns.c.id.desc())
    return tuple(CampaignRow(**row) for row in read.connection.execute(found).mappings())


def candidates_of(read: Read, campaign_id: str, round_no: int, *, finding: str = "") -> tuple[CandidateRow, ...]:
    """Return a round's assessed units by district and unit; with `finding`, only those."""
    c = candidates.c
    found = select(candidates).where(c.campaign == campaign_id, c.round == round_no).order_by(c.district, c.unit)
    if finding:
        found = found.where(c.finding == finding)
    return tuple(CandidateRow(**row) for row in read.connection.execute(found).mappings())


def dockets_of(read: Read, campaign_id: str, round_no: int | None = None) -> tuple[DocketRow, ...]:
    """Return a campaign's dockets, by round, district and number."""
    d = dockets.c
    found = select(dockets).where(d.campaign == campaign_id).order_by(d.round, d.district, d.number)
    if round_no is not None:
        found = found.where(d.round == round_no)
    return tuple(DocketRow(**row) for row in read.connection.execute(found).mappings())


def publications_of(read: Read, campaign_id: str) -> tuple[PublicationRow, ...]:
    """Return every published version, in order."""
    p = publications.c
    found = select(publications).where(p.campaign == campaign_id).order_by(p.round, p.version)
    return tuple(PublicationRow(**row) for row in read.connection.execute(found).mappings())


def unit(read: Read, credit_code: str) -> UnitRow | None:
    """Return one unit of the roster, None when there is none."""
    row = read.connection.execute(select(units).where(units.c.credit_code == credit_code)).mappings().one_or_none()
    return None if row is None else UnitRow(**row)


def all_units(read: Read, *, region: str = "") -> tuple[UnitRow, ...]:
    """Return the roster by credit code; `region` takes everything below it."""
    found = select(units).where(units.c.region.startswith(beginning(region))).order_by(units.c.credit_code)
    return tuple(UnitRow(**row) for row in read.connection.execute(found).mappings())


def all_measurements(read: Read, *, region: str = "") -> dict[str, MeasurementRow]:
    """Return each unit's latest figures by credit code; `region` takes everything below it."""
    found = select(measurements).join(units, units.c.credit_code == measurements.c.unit)
    rows = read.connection.execute(found.where(units.c.region.startswith(beginning(region)))).mappings()
    return {row["unit"]: MeasurementRow(**row) for row in rows}


def roles_of(read: Read, person: str) -> tuple[StaffRow, ...]:
    """Return the roles that a person holds, each with its scope."""
    found = select(staff).where(staff.c.person == person).order_by(staff.c.role, staff.c.scope)
    return tuple(StaffRow(**row) for row in read.connection.execute(found).mappings())


def holders_of(read: Read, role: str, scopes: Sequence[str]) -> tuple[StaffRow, ...]:
    """Return who holds a role for any of these scopes, by scope and person."""
    s = staff.c
    found = select(staff).where(s.role == role, s.scope.in_(scopes)).order_by(s.scope, s.person)
    return tuple(StaffRow(**row) for row in read.connection.execute(found).mappings())


def all_staff(read: Read) -> tuple[StaffRow, ...]:
    """Return everybody's roles, by person."""
    found = select(staff).order_by(staff.c.person, staff.c.role, staff.c.scope)
    return tuple(StaffRow(**row) for row in read.connection.execute(found).mappings())


def inbox_of(
    read: Read,
    person: str,
    *,
    unread: bool = False,
    since: datetime | None = None,
    templates: Collection[str] = (),
    limit: int | None = None,
) -> tuple[MessageRow, ...]:
    """Return what a person was told, the newest first; `since` is in real time, `templates` say which texts."""
    m = messages.c
    found = select(messages).where(m.person == person).order_by(m.created_at.desc(), m.id)
    if unread:
        found = found.where(m.read_at.is_(None))
    if since is not None:
        found = found.where(m.created_at >= since)
    if templates:
        found = found.where(m.template.in_(templates))
    return tuple(MessageRow(**row) for row in read.connection.execute(found.limit(limit)).mappings())


def rulebook(read: Read, digest: str) -> RuleBookRow | None:
    """Return a rule set by digest, None when it was never adopted."""
    row = read.connection.execute(select(rulebooks).where(rulebooks.c.digest == digest)).mappings().one_or_none()
    return None if row is None else RuleBookRow(**row)


def rulebooks_of(read: Read, kind: str) -> tuple[RuleBookRow, ...]:
    """Return the adopted rule sets of a kind (policy or calendar); the last is the one in force."""
    r = rulebooks.c
    found = select(rulebooks).where(r.kind == kind).order_by(r.adopted_at, r.digest)
    return tuple(RuleBookRow(**row) for row in read.connection.execute(found).mappings())


def newest_rulebook(read: Read, kind: str) -> str | None:
    """Return the digest of the rule set of a kind that is in force; its text, which may be long, is not read."""
    r = rulebooks.c
    found = select(r.digest).where(r.kind == kind).order_by(r.adopted_at.desc(), r.digest.desc()).limit(1)
    newest: str | None = read.connection.scalar(found)
    return newest


def clock_of(read: Read) -> Clock:
    """Return this data directory's clock; real time when none was set."""
    segments = read.connection.scalar(select(clock.c.segments))
    return Clock() if segments is None else Clock.model_validate({"segments": segments})


def _orders(read: Read, found: Select[*tuple[object, ...]]) -> tuple[OrderRow, ...]:
    return tuple(OrderRow.model_validate(dict(row)) for row in read.connection.execute(found).mappings())


def _conditions(where: OrderFilter) -> list[ColumnElement[bool]]:
    o = order_table.c
    equal = ("campaign", "round", "district", "unit", "docket", "status", "waits_for", "settled")
    conditions: list[ColumnElement[bool]] = [
        o[name] == value for name in equal if (value := getattr(where, name)) is not None
    ]
    if where.region is not None:
        conditions.append(o.region.startswith(beginning(where.region)))
    if where.min_level is not None:
        conditions.append(o.level >= where.min_level)
    if where.due_before is not None:
        conditions += [~o.settled, o.due < where.due_before]
    return conditions


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
