"""Who may act where: roles, units and regions, and how it is said."""

import pytest

from rules.authority import check_may, covers
from rules.labels import ROLES
from schemas.errors import Refused
from schemas.event import Actor, Role


@pytest.mark.parametrize(
    ("scope", "region", "answers"),
    [
        ("", "140213", True),
        ("140000", "140213050", True),
        ("140200", "140213", True),
        ("140200", "140200", True),
        ("140200", "140300", False),
        ("140213", "140213050001", True),
        ("140213000", "140213050", True),
        ("140213100", "140213100", True),
        ("140213100", "140213100001", True),
        ("140213100", "140213101", False),
        ("140213100000", "140213100001", True),
        ("140213100", "140213", False),
        ("140213050001", "140213050001", True),
        ("140213050001", "140213050002", False),
        ("1402", "140213", True),
        ("140200", "", False),
    ],
)
def test_regions_answer_for_what_lies_in_them(scope: str, region: str, *, answers: bool) -> None:
    """A code answers for itself and what lies below it, and never for a neighbour with similar digits."""
    assert covers(scope, region) is answers


@pytest.mark.parametrize(
    ("role", "scope", "code"),
    [
        (Role.unit_contact, "U1", ""),
        (Role.unit_contact, "U2", "authority.other_unit"),
        (Role.officer, "140200", ""),
        (Role.officer, "140214", "authority.other_region"),
        (Role.auditor, "140200", "authority.role"),
    ],
)
def test_a_person_acts_in_role_and_place(role: Role, scope: str, code: str) -> None:
    """Contacts act for their unit, the office in its region, and nobody in a role that the policy does not name."""
    allowed = {"attach": (Role.unit_contact, Role.officer)}
    actor = Actor(person="P0001", role=role, scope=scope)
    if not code:
        check_may(actor, "attach", unit="U1", region="140213", who_may=allowed)
        return
    with pytest.raises(Refused) as refused:
        check_may(actor, "attach", unit="U1", region="140213", who_may=allowed)
    assert refused.value.code == code


@pytest.mark.parametrize(("unit", "what"), [("U1", "这份督办单不在您负责的区划内"), ("", "这项专项行动的范围超出")])
def test_a_refusal_names_what_it_is_about(unit: str, what: str) -> None:
    """An order is called an order, and a campaign, which has no unit, a campaign."""
    actor = Actor(person="P0001", role=Role.officer, scope="140214")
    with pytest.raises(Refused, match=what):
        check_may(actor, "confirm", unit=unit, region="140213", who_may={"confirm": (Role.officer,)})


def test_an_act_that_nobody_may_do_says_so() -> None:
    """Where the policy names nobody, the sentence names nobody; every role has its Chinese word."""
    with pytest.raises(Refused, match="无人"):
        check_may(Actor(person="P0001", role=Role.officer), "attach", unit="U1", region="", who_may={})
    assert set(ROLES) == set(Role)
