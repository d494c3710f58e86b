"""Who may open what is sealed: the order's own unit and those who answer for its region, and nobody else."""

import pytest

from rules.viewing import check_view
from schemas.errors import Refused
from schemas.event import CLOCK, LOCAL_OPERATOR, Actor, Role

OFFICE = [role for role in Role if role not in (Role.unit_contact, Role.clock, Role.local_operator)]


def look(actor: Actor) -> None:
    """Ask to open an order of the unit `U1` in a township of 140213."""
    check_view(actor, unit="U1", region="140213050")


@pytest.mark.parametrize("role", OFFICE)
def test_the_office_of_the_region_may(role: Role) -> None:
    """Every role of the office, for the whole city or the county, and not for the county beside it."""
    for scope in ("140200", "140213"):
        look(Actor(person="P0001", role=role, scope=scope))
    with pytest.raises(Refused, match=r"authority\.other_region"):
        look(Actor(person="P0001", role=role, scope="140214"))


def test_the_units_own_contact_may() -> None:
    """The contact of the unit that answers, and of no other."""
    look(Actor(person="U0001", role=Role.unit_contact, scope="U1"))
    with pytest.raises(Refused, match=r"authority\.other_unit"):
        look(Actor(person="U0002", role=Role.unit_contact, scope="U2"))


@pytest.mark.parametrize("actor", [CLOCK, LOCAL_OPERATOR])
def test_nobody_without_a_name_may(actor: Actor) -> None:
    """Neither the clock nor an operator of the machine is a person who answers for the order."""
    with pytest.raises(Refused, match=r"authority\.role"):
        look(actor)
