"""Who falls short, who is near the line, and who cannot be judged: whole numbers, checked by exact fractions."""

from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policies import load
from rules.assessment import assess, enough, still_short
from schemas.assessment import NearLine, NotApplicable, Reason, Verdict
from schemas.order import Figures, Form, OrderItem
from schemas.policy import Policy, TriggerKind
from schemas.roster import UnitType
from tests.tree import ROOT

POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
T1, T2, T3 = POLICY.triggers
HEADS = st.integers(0, 400)


def figures(headcount: int, registered: int, active: int, *, has_team: bool = True) -> Figures:
    """A unit's figures, with a team unless said otherwise."""
    return Figures(headcount=headcount, registered=registered, active=active, has_team=has_team)


def judged(headcount: int, registered: int, active: int, *, has_team: bool = True) -> Verdict:
    """The verdict on a village with these figures."""
    return assess(figures(headcount, registered, active, has_team=has_team), UnitType.village, POLICY)


def short(verdict: Verdict) -> list[str]:
    """The triggers that were met."""
    return [item.trigger for item in verdict.items]


@pytest.mark.parametrize(("headcount", "needed"), [(1, 1), (9, 9), (10, 10), (20, 19), (50, 46), (100, 91)])
def test_ninety_percent_is_not_enough(headcount: int, needed: int) -> None:
    """The line is inclusive: one below what is needed falls short, and up to ten staff everybody is needed."""
    below = judged(headcount, needed - 1, needed - 1)

    item = OrderItem(
        trigger="T2", kind=TriggerKind.registration, numerator=needed - 1, denominator=headcount, target=needed
    )
    assert item in below.items
    assert "T2" not in short(judged(headcount, needed, needed))


def test_half_active_is_not_enough() -> None:
    """Exactly 50 % active falls short; one more person does not."""
    assert short(judged(100, 100, 50)) == ["T3"]
    assert judged(100, 100, 50).items[0].target == 51
    assert short(judged(100, 100, 51)) == []


def test_several_triggers_make_one_verdict() -> None:
    """All triggers that are met become items of one verdict, in the policy's order; a missing team counts 0 of 1."""
    verdict = judged(100, 10, 1, has_team=False)

    assert short(verdict) == ["T1", "T2", "T3"]
    assert verdict.falls_short
    assert verdict.items[0] == OrderItem(trigger="T1", kind=TriggerKind.no_team, numerator=0, denominator=1, target=1)


@given(headcount=HEADS, registered=HEADS, active=HEADS)
def test_whole_numbers_agree_with_exact_fractions(headcount: int, registered: int, active: int) -> None:
    """Integer comparison gives what exact fractions give, for any figures, and never judges a ratio over nobody."""
    expected = []
    if headcount and Fraction(registered, headcount) <= Fraction(9, 10):
        expected.append("T2")
    if registered and Fraction(active, registered) <= Fraction(1, 2):
        expected.append("T3")

    assert short(judged(headcount, registered, active)) == expected


@given(denominator=st.integers(1, 10_000))
def test_enough_is_the_least_that_passes(denominator: int) -> None:
    """The target printed on an order passes, and one person fewer does not."""
    for trigger in (T2, T3):
        target = enough(trigger, denominator)
        assert Fraction(target, denominator) > Fraction(trigger.percent or 0, 100)
        assert Fraction(target - 1, denominator) <= Fraction(trigger.percent or 0, 100)


def test_a_ratio_over_nobody_is_not_applicable() -> None:
    """Without staff, or without registered volunteers, the ratio is said to be not applicable, in Chinese."""
    assert judged(0, 0, 0).not_applicable == (
        NotApplicable(trigger="T2", reason=Reason.no_headcount),
        NotApplicable(trigger="T3", reason=Reason.no_registered),
    )
    assert short(judged(0, 0, 0)) == []
    assert short(judged(30, 0, 0)) == ["T2"]
    assert Reason.no_headcount.sentence == "在岗人数为 0，注册比例不适用"
    assert Reason.no_registered.sentence == "注册志愿者数为 0，活跃度不适用"


def test_the_watch_list_shows_the_margin() -> None:
    """Two persons above the line are watched and three are not; neither is a unit that registered everybody."""
    near = NearLine(trigger="T2", kind=TriggerKind.registration, numerator=92, denominator=100, margin=2)

    assert judged(100, 92, 92).near == (near,)
    assert judged(100, 93, 93).near == ()
    assert judged(10, 10, 10).near == ()


def test_low_activity_is_watched_up_to_sixty_percent() -> None:
    """Activity of exactly 60 % is watched, a person more is not, and what falls short is not watched besides."""
    near = NearLine(trigger="T3", kind=TriggerKind.activity, numerator=60, denominator=100, margin=10)

    assert judged(100, 100, 60).near == (near,)
    assert judged(100, 100, 61).near == ()
    assert judged(100, 100, 50).near == ()


@pytest.mark.parametrize("unit_type", list(UnitType))
def test_only_enterprises_get_letters(unit_type: UnitType) -> None:
    """Enterprises get an advisory letter, everybody else an order; the triggers are the same."""
    verdict = assess(figures(100, 90, 90), unit_type, POLICY)

    assert verdict.form is (Form.advisory if unit_type is UnitType.enterprise else Form.order)
    assert short(verdict) == ["T2"]


def test_the_exemption_is_off_until_switched_on() -> None:
    """As shipped, the smallest unit is judged; with `exempt_below: 5` four are exempt and five are not."""
    switched: Policy = POLICY.model_copy(update={"exempt_below": 5})

    assert short(judged(1, 0, 0)) == ["T2"]
    assert assess(figures(4, 0, 0), UnitType.village, switched) == Verdict(form=Form.order, exempt=True)
    assert short(assess(figures(5, 0, 0), UnitType.village, switched)) == ["T2"]


def test_a_look_back_asks_only_for_what_was_ordered() -> None:
    """A trigger that no order named does not reopen one; a ratio over nobody proves no target."""
    assert still_short(("T2",), figures(100, 91, 1), POLICY) == ()
    assert still_short(("T1", "T3"), figures(100, 91, 1, has_team=False), POLICY) == ("T1", "T3")
    assert still_short(("T3",), figures(100, 0, 0), POLICY) == ("T3",)


def test_a_large_roster_is_judged_quickly() -> None:
    """20,000 units, one in five falling short, take at most two seconds of processor time: five times the budget."""
    roster = [figures(100, 80 if number % 5 == 0 else 100, 70) for number in range(20_000)]

    started = process_time()
    fell_short = sum(assess(each, UnitType.village, POLICY).falls_short for each in roster)

    assert process_time() - started < 2
    assert fell_short == 4_000
