"""What the loop itself reads: rule sets by digest, an order's docket, a round's standing, who holds a role."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, Text, exists, func, select, type_coerce

from records.rows import CandidateRow
from records.tables import rulebooks
from records.tables_current import candidates, claims, measurements, orders, staff, units
from records.transaction import Read
from schemas.calendar import Calendar
from schemas.event import Role
from schemas.order import BETWEEN_TRIGGERS, ENDED, Figures, Status
from schemas.policy import Policy
from schemas.region import beginning
from schemas.roster import UnitType

_ENDED: Final = tuple(status.value for status in ENDED)


@dataclass(frozen=True, kw_only=True)
class MeasuredUnit:
    """A unit of the roster with its latest figures."""

    credit_code: str
    name: str
    unit_type: UnitType
    region: str
    district: str
    figures: Figures
    cut_off: str
    measurement: str


def load_policy(read: Read, digest: str) -> Policy:
    """Return an adopted policy; raises `LookupError` for one that was never adopted here."""
    return Policy.model_validate_json(_text(read, digest, "policy"))


def load_calendar(read: Read, digest: str) -> Calendar:
    """Return an adopted calendar; raises `LookupError` for one that was never adopted here."""
    return Calendar.model_validate_json(_text(read, digest, "calendar"))


def _text(read: Read, digest: str, kind: str) -> str:
    mine = rulebooks.c.digest == digest, rulebooks.c.kind == kind
    text: str | None = read.connection.scalar(select(rulebooks.c.text).where(*mine))
    if text is None:
        message = f"no {kind} {digest} was adopted here"
        raise LookupError(message)
    return text


def docket_of(read: Read, order: str) -> str | None:
    """Return the docket that keeps an order's clocks."""
    docket: str | None = read.connection.scalar(select(orders.c.docket).where(orders.c.id == order))
    return docket


def unfinished(read: Read, campaign: str, round_no: int) -> tuple[int, int]:
    """Return how many orders of a round have not ended, and how many are not settled."""
    mine = orders.c.campaign == campaign, orders.c.round == round_no
    open_now = select(func.count()).select_from(orders).where(*mine, orders.c.status.not_in(_ENDED))
    unsettled = select(func.count()).select_from(orders).where(*mine, orders.c.settled.is_(False))
    return read.connection.scalar(open_now) or 0, read.connection.scalar(unsettled) or 0


def open_orders(read: Read, campaign: str) -> Sequence[str]:
    """Return the orders of a campaign that have not ended."""
    found = select(orders.c.id).where(orders.c.campaign == campaign, orders.c.status.not_in(_ENDED))
    return read.connection.scalars(found.order_by(orders.c.id)).all()


def open_triggers(read: Read) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return every order that can still ask something of its unit, with the unit that answers now and its triggers.

    Claimed orders can from their confirmation on; closed-out ones until they are settled, for a look-back may reopen them.
    """
    alive = orders.c.settled.is_(False), orders.c.status != Status.withdrawn.value
    recorded = select(orders.c.id, orders.c.unit, orders.c.triggers).where(*alive)
    unrecorded = ~exists().where(orders.c.id == claims.c.order_id)
    claimed = select(claims.c.order_id, claims.c.unit, claims.c.triggers).where(unrecorded)
    return _triggers(read, recorded.union_all(claimed))


def spent_triggers(read: Read, campaign: str, round_no: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the settled orders that dealt with the very figures on which a round's units fall short, as above.

    They were issued after those figures' cut-off and closed out: nothing newer is known of the unit.
    """
    mine = candidates.c.campaign == campaign, candidates.c.round == round_no, candidates.c.finding == "short"
    dealt = orders.c.status == Status.closed_out.value, orders.c.settled, orders.c.unit == candidates.c.unit
    later = type_coerce(orders.c.issued_at, Text) >= candidates.c.cut_off
    return _triggers(read, select(orders.c.id, orders.c.unit, orders.c.triggers).where(*mine, *dealt, later))


def _triggers(read: Read, found: Executable) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = read.connection.execute(found)
    return [(order, unit, tuple(triggers.split(BETWEEN_TRIGGERS))) for order, unit, triggers in rows]


def unrecorded(read: Read, campaign: str) -> int:
    """Return how many orders a campaign has confirmed that their dockets have not recorded yet."""
    mine = claims.c.order_id.startswith(f"{campaign}:", autoescape=True)
    waiting = select(func.count()).select_from(claims).where(mine, ~exists().where(orders.c.id == claims.c.order_id))
    return read.connection.scalar(waiting) or 0


def measured_units(read: Read, region: str) -> list[MeasuredUnit]:
    """Return every unit under a region that has figures, in order of district and code; one set-based read."""
    found = (
        select(units, measurements)
        .join(measurements, measurements.c.unit == units.c.credit_code)
        .where(units.c.region.startswith(beginning(region)))
        .order_by(units.c.district, units.c.credit_code)
    )
    return [_unit(row) for row in read.connection.execute(found).mappings()]


def _unit(row: Any) -> MeasuredUnit:  # noqa: ANN401 - a row mapping
    return MeasuredUnit(
        credit_code=row["credit_code"],
        name=row["name"],
        unit_type=UnitType(row["unit_type"]),
        region=row["region"],
        district=row["district"],
        figures=Figures(
            headcount=row["headcount"],
            registered=row["registered"],
            active=row["active"],
            has_team=row["has_team"],
        ),
        cut_off=row["cut_off"],
        measurement=row["event_id"],
    )


def short_candidates(read: Read, campaign: str, round_no: int) -> list[CandidateRow]:
    """Return a round's candidates that fall short, in the order in which they are numbered."""
    mine = candidates.c.campaign == campaign, candidates.c.round == round_no, candidates.c.finding == "short"
    found = select(candidates).where(*mine).order_by(candidates.c.district, candidates.c.unit)
    return [CandidateRow(**row) for row in read.connection.execute(found).mappings()]


def holders(read: Read, role: Role, scope: str) -> tuple[str, ...]:
    """Return who holds a role for a unit's code, or for a region or any region above it; nobody holds an empty scope."""
    found = select(staff.c.person, staff.c.scope).where(staff.c.role == role.value)
    if role is Role.unit_contact:
        rows = read.connection.execute(found.where(staff.c.scope == scope))
        return tuple(sorted({person for person, _ in rows}))
    rows = read.connection.execute(found)
    return tuple(sorted({person for person, held in rows if scope.startswith(beginning(held))}))


def district_of(read: Read, order: str) -> str:
    """Return the district whose office answers for an order."""
    district: str | None = read.connection.scalar(select(orders.c.district).where(orders.c.id == order))
    return district or ""


def roles_of(read: Read, person: str) -> tuple[tuple[Role, str], ...]:
    """Return the roles a person holds, each with its scope."""
    found = select(staff.c.role, staff.c.scope).where(staff.c.person == person).order_by(staff.c.role, staff.c.scope)
    return tuple((Role(role), scope) for role, scope in read.connection.execute(found))
