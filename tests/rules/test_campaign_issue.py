"""Whom a confirmed round issues to: nobody is asked twice for the same, everything else is asked for."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from rules.campaign_issue import Asked, already_asked, left_to_ask
from schemas.campaign import Covered

SHORT = {"U1": ("T1", "T2"), "U2": ("T3",), "U3": ("T2",)}

UNITS = st.sampled_from(["U1", "U2", "U3", "U4"])
TRIGGERS = st.sets(st.sampled_from(["T1", "T2", "T3"]), min_size=1).map(lambda found: tuple(sorted(found)))
OPEN = st.lists(st.builds(Asked, st.uuids().map(str), UNITS, TRIGGERS), max_size=6)


def test_an_open_order_covers_its_own_triggers_only() -> None:
    """A unit asked for T2 gets a new order about T1 alone; one asked for all it lacks gets none; others are untouched."""
    asked = [Asked("old:2", "U2", ("T1", "T3")), Asked("old:1", "U1", ("T2",)), Asked("old:9", "U9", ("T1",))]
    covered = already_asked(SHORT, asked)

    assert covered == (
        Covered(unit="U1", triggers=("T2",), order="old:1"),
        Covered(unit="U2", triggers=("T3",), order="old:2"),
    )
    assert left_to_ask(SHORT, excluded=(), covered=covered) == {"U1": ("T2",), "U3": ()}


def test_whom_the_officer_leaves_out_gets_nothing() -> None:
    """An excluded unit is not issued to, covered or not; the order of the list stays, for its numbers."""
    assert list(left_to_ask(SHORT, excluded={"U2"}, covered=())) == ["U1", "U3"]


def test_an_open_order_about_something_else_covers_nothing() -> None:
    """T1 is asked for; the unit falls short of T2 only."""
    assert already_asked({"U3": ("T2",)}, [Asked("old", "U3", ("T1",))]) == ()


@given(short=st.dictionaries(UNITS, TRIGGERS), asked=OPEN)
def test_nothing_is_asked_twice_and_nothing_is_forgotten(short: dict[str, tuple[str, ...]], asked: list[Asked]) -> None:
    """For every unit, what open orders ask and what the new order asks never overlap, and together are all it lacks."""
    left = left_to_ask(short, excluded=(), covered=already_asked(short, asked))
    for unit, triggers in short.items():
        before = set(chain.from_iterable(one.triggers for one in asked if one.unit == unit)) & set(triggers)
        new = set(triggers) - set(left[unit]) if unit in left else set()
        assert not before & new
        assert before | new == set(triggers)
