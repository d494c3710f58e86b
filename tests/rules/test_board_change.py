"""Corrections between editions: what is one, what is not, and what each says."""

from typing import Any

import pytest
from hypothesis import given

from rules.board import make_board
from rules.board_change import compare
from schemas.board import Board, BoardOrder, Column, Indicator, Ratio, Reason
from schemas.order import Status
from tests.rules.board_cases import DEFINITIONS, boards, day, figures, head, order

OPEN: dict[str, Any] = {"status": Status.in_progress, "submitted_at": None, "closed_at": None}


def _two(before: list[BoardOrder], after: list[BoardOrder]) -> tuple[Board, Board]:
    old = make_board(before, head=head(1), definitions=DEFINITIONS)
    return old, make_board(after, head=head(2), definitions=DEFINITIONS, previous=old)


def test_a_reopened_order_is_a_visible_correction() -> None:
    """After a failed look-back each cell it leaves or enters is told with value, reason and number."""
    _, new = _two([order(1), order(2)], [order(1), order(2, reopened=1, **OPEN)])

    told = {one.column: one for one in new.corrections}
    finished = told[Column.finished_on_time]
    assert {one.reason for one in new.corrections} == {Reason.reopened}
    assert (finished.before, finished.after, finished.removed, finished.added) == (2, 1, ("同文明督〔2026〕2号",), ())
    assert (
        told[Column.reopened].before,
        told[Column.reopened].after,
        told[Column.reopened].added,
    ) == (0, 1, ("同文明督〔2026〕2号",))
    assert Column.accountable not in told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OPEN | {"signed_at": None, "sign_due": day(40), "finish_due": day(40)}, {}),
        (OPEN, {"submitted_at": day(25)}),
        (OPEN | {"signed_at": None}, {"signed_at": day(29), "submitted_at": day(29)}),
        (OPEN | {"finish_due": day(40)}, {"returned": 1}),
        (OPEN | {"reopened": 1}, {"reopened": 1}),
        ({"after": None}, {"after": figures(100, 95, 50)}),
    ],
)
def test_ordinary_work_is_no_correction(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Signing, returning, closing out, even late, and measuring again are what a round is for."""
    _, new = _two([order(1, **before)], [order(1, **after)])

    assert new.corrections == ()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {"status": Status.withdrawn}, Reason.withdrawn),
        ({"status": Status.withdrawn}, {}, Reason.reinstated),
        ({}, {"unit": "U9", "district": "140213", "district_name": "平城区"}, Reason.transferred),
        (OPEN | {"reopened": 1}, {}, Reason.conclusion_revised),
        ({}, {"finish_due": day(5)}, Reason.rejudged),
        (OPEN, OPEN | {"finish_due": day(40)}, Reason.rejudged),
        ({}, {"signed_at": day(2)}, Reason.rejudged),
        (OPEN | {"signed_at": None}, OPEN, Reason.rejudged),
        ({"returned": 1}, {}, Reason.rejudged),
    ],
)
def test_reclassification_has_its_reason(before: dict[str, Any], after: dict[str, Any], reason: Reason) -> None:
    """Everything that was settled and now reads otherwise is a correction under its own name."""
    _, new = _two([order(1, **before)], [order(1, **after)])

    assert {reason} == {one.reason for one in new.corrections}


def test_orders_that_appear_or_vanish_are_told() -> None:
    """An order that is new, or gone, between editions cannot slip in or out, not even with its whole district."""
    other = order(2, district="140213", district_name="平城区")
    _, more = _two([order(1)], [order(1), other])
    _, fewer = _two([order(1), other], [order(1)])

    assert {Reason.added_late} == {one.reason for one in more.corrections}
    assert {Reason.missing} == {one.reason for one in fewer.corrections}
    assert {"平城区"} == {one.district_name for one in (*more.corrections, *fewer.corrections)}


def test_corrected_figures_are_told() -> None:
    """Figures at issue that changed are a correction of the three indicators that stand on them."""
    _, new = _two([order(1)], [order(1, before=figures(100, 61, 20))])

    told = {one.column: (one.before, one.after, one.revised) for one in new.corrections}
    assert set(told) == {Indicator.registration_before, Indicator.activity_before, Indicator.teams_before}
    expected = (Ratio(numerator=60, denominator=100), Ratio(numerator=61, denominator=100), ("同文明督〔2026〕1号",))
    assert expected == told[Indicator.registration_before]


def test_a_transfer_with_new_figures_to_a_new_district() -> None:
    """A district that the older edition did not know starts from nothing."""
    _, new = _two(
        [order(1)], [order(1, unit="U9", district="140213", district_name="平城区", before=figures(50, 5, 1))]
    )

    told = [one for one in new.corrections if one.column is Indicator.registration_before]
    assert [Ratio(numerator=0, denominator=0)] == [one.before for one in told]


def test_older_corrections_stay() -> None:
    """A third edition repeats what the second corrected, each with the edition that did it."""
    _, second = _two([order(1)], [order(1, reopened=1, **OPEN)])
    third = make_board([order(1, reopened=1)], head=head(3), definitions=DEFINITIONS, previous=second)

    assert second.corrections == third.corrections
    assert {2} == {one.version for one in third.corrections}


@given(boards())
def test_the_same_orders_correct_nothing(orders: list[BoardOrder]) -> None:
    """An edition compared with itself has no corrections."""
    old, new = _two(orders, orders)

    assert compare(old, new) == ()
