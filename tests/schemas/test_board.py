"""The words of the league table: rates as integers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.board import Ratio


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent", "ten_thousandths"),
    [
        (0, 0, "—", None),
        (0, 7, "0.0%", 0),
        (7, 7, "100.0%", 10_000),
        (2, 3, "66.7%", 6_667),
        (1, 2_000, "0.1%", 5),
        (1, 20_000, "0.0%", 1),
        (1_999, 2_000, "100.0%", 9_995),
    ],
)
def test_rates_in_print(numerator: int, denominator: int, percent: str, ten_thousandths: int | None) -> None:
    """One decimal, a half goes up, and nothing to judge is a dash, not zero."""
    ratio = Ratio(numerator=numerator, denominator=denominator)

    assert (percent, ten_thousandths) == (ratio.percent(), ratio.ten_thousandths())


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_rounding_is_half_up_for_all(numerator: int, denominator: int) -> None:
    """The integer nearest to the exact fraction, the upper one of two equally near."""
    exact = Fraction(numerator, denominator) * 10_000
    rounded = Ratio(numerator=numerator, denominator=denominator).ten_thousandths()

    assert rounded is not None
    assert Fraction(-1, 2) < rounded - exact <= Fraction(1, 2)
