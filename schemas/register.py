"""The register: what an imported roster or list of people makes happen, and how units and people stand after it.

Each unit and each person has a stream of their own. An event states the whole fact, not what changed of it, so the last
one of its kind says how things stand.
"""

from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, TypeAdapter

from schemas.base import Model
from schemas.event import Event, EventData, Role, Sealed
from schemas.roster import Count, RegionCode, UnitType

Assumed = Literal["has_team", "cut_off"]
"""A figure that the roster left blank, so that the event holds what was taken for it."""


class UnitStated(Event):
    """What a roster says of a unit; `district` is the county's six digits, the contact's name and phone are sealed."""

    name: str
    unit_type: UnitType
    region: RegionCode
    district: str
    contact_name: Sealed | None = None
    contact_phone: Sealed | None = None


class UnitRegistered(UnitStated):
    """The unit stands on the roster for the first time."""

    tag: Literal["unit.registered"] = "unit.registered"


class UnitUpdated(UnitStated):
    """The roster says something else of the unit now."""

    tag: Literal["unit.updated"] = "unit.updated"


class UnitMeasured(Event):
    """The unit's figures at a cut-off; frozen as evidence for the order they lead to.

    `source` is the file's digest, its first sixteen digits, and the row.
    """

    tag: Literal["unit.measured"] = "unit.measured"
    headcount: Count
    registered: Count
    active: Count
    has_team: bool
    cut_off: date
    source: str
    assumed: tuple[Assumed, ...] = ()


class RoleHeld(Model):
    """A role for one scope: a region's code, or the credit code of the unit whose contact the person is."""

    role: Role
    scope: str


class StaffStated(Event):
    """What a list of people says of a person: all roles they hold; name and phone are sealed."""

    name: Sealed
    phone: Sealed | None = None
    roles: tuple[RoleHeld, ...]


class StaffRegistered(StaffStated):
    """The person can act from now on."""

    tag: Literal["staff.registered"] = "staff.registered"


class StaffUpdated(StaffStated):
    """The list says something else of the person now; roles not named are held no longer."""

    tag: Literal["staff.updated"] = "staff.updated"


RegisterEvent = Annotated[
    UnitRegistered | UnitUpdated | UnitMeasured | StaffRegistered | StaffUpdated, Field(discriminator="tag")
]

REGISTER_EVENT: TypeAdapter[RegisterEvent] = TypeAdapter(RegisterEvent)


def parse(data: EventData) -> RegisterEvent:
    """Return the typed event of recorded data; raises `pydantic.ValidationError` when it is none of the register's."""
    head = {"tag": data.tag, "schema_no": data.schema_no, "happened_at": data.happened_at}
    return REGISTER_EVENT.validate_python(head | data.fields)


class UnitNow(NamedTuple):
    """A unit as it stands; contact fields are vault references, `seq` is the event that last stated it."""

    credit_code: str
    name: str
    unit_type: str
    region: str
    district: str
    contact_name: str | None
    contact_phone: str | None
    seq: int


class FiguresNow(NamedTuple):
    """A unit's latest figures; `cut_off` as YYYY-MM-DD, `event_id` names the event that holds them."""

    unit: str
    headcount: int
    registered: int
    active: int
    has_team: bool
    cut_off: str
    source: str
    event_id: str


class RoleNow(Model):
    """A role that a person holds; name and phone are vault references."""

    person: str
    role: str
    scope: str
    name: str
    phone: str | None = None
    seq: int
