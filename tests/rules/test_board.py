"""The league table's counting: against a second computation, and the cases an office would argue about."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.board import board_order, make_board
from rules.board_terms import RANKING, STANDARD, definitions_digest, freeze
from schemas.board import Board, BoardOrder, BoardRow, Column, Indicator, Outcome, Rate, Ratio, Sign
from schemas.errors import Refused
from schemas.order import Form, OrderRow, Status
from tests.rules.board_cases import AS_OF, DEFINITIONS, boards, day, figures, head, order
from tests.rules.board_recount import recount


def _made(*orders: BoardOrder) -> Board:
    return make_board(orders, head=head(), definitions=DEFINITIONS)


def _plain(row: BoardRow) -> dict[str, Any]:
    def pair(ratio: Ratio) -> tuple[int, int]:
        return ratio.numerator, ratio.denominator

    return {
        "counts": {name.value: count for name, count in row.counts.items()},
        "rates": {name.value: pair(ratio) for name, ratio in row.rates.items()},
        "indicators": {name.value: pair(ratio) for name, ratio in row.indicators.items()},
        "measured": pair(row.measured),
        "small_units": row.small_units,
    }


@given(boards())
def test_agrees_with_a_second_computation(orders: list[BoardOrder]) -> None:
    """Every integer of every row equals the one counted by code that shares nothing with the rules."""
    board = _made(*orders)

    rows = {row.district: _plain(row) for row in (*board.districts, board.total)}
    assert recount(orders, as_of=AS_OF, small_unit=5) == rows


@given(boards())
def test_no_order_drops_out(orders: list[BoardOrder]) -> None:
    """Issued splits without rest into withdrawn, letters and accountable, these into closed and open, judged too."""
    board = _made(*orders)

    assert len(orders) == len(board.units) == board.total.counts[Column.issued]
    for row in (*board.districts, board.total):
        counts = row.counts
        assert counts[Column.issued] == sum(
            counts[one] for one in (Column.withdrawn, Column.letters, Column.accountable)
        )
        assert counts[Column.accountable] == counts[Column.closed] + counts[Column.open]
        parts = (Column.finished_on_time, Column.finished_late, Column.overdue, Column.reopened)
        assert counts[Column.finish_judged] == sum(counts[one] for one in parts)
        assert all(ratio.numerator <= ratio.denominator for ratio in row.rates.values())


@given(boards(), st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(orders: list[BoardOrder], chance: Random) -> None:
    """The same orders in any sequence give the same board, ranks included."""
    mixed = list(orders)
    chance.shuffle(mixed)

    assert _made(*orders) == _made(*mixed)


@given(boards(), st.integers(0, 4), st.integers(0, 4), st.booleans())
def test_a_small_units_figures_change_nothing(
    orders: list[BoardOrder], heads: int, registered: int, team: bool
) -> None:
    """Whatever a small unit measured, the published board is the same to the last digit: nothing can be worked back."""
    other = figures(heads, min(heads, registered), 0, team=team)
    changed = [one.model_copy(update={"before": other}) if one.before.headcount < 5 else one for one in orders]

    assert _made(*orders) == _made(*changed)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.on_time),
        ({"submitted_at": day(20)}, Outcome.on_time),
        ({"submitted_at": day(20) + timedelta(microseconds=1)}, Outcome.late),
        ({"submitted_at": day(19), "closed_at": day(25)}, Outcome.on_time),
        ({"submitted_at": day(25), "extended": 1, "finish_due": day(27)}, Outcome.on_time_extended),
        ({"submitted_at": day(19), "extended": 1, "finish_due": day(27)}, Outcome.on_time),
        ({"submitted_at": day(25), "finish_due": day(27)}, Outcome.on_time),
        ({"submitted_at": None, "closed_at": day(25)}, Outcome.on_time),
        ({"submitted_at": None, "closed_at": day(25), "returned": 1}, Outcome.late),
        ({"reopened": 1}, Outcome.reopened_closed),
        ({"reopened": 1, "status": Status.in_progress}, Outcome.reopened_open),
        ({"status": Status.withdrawn}, Outcome.withdrawn),
        ({"status": Status.under_review}, Outcome.in_review),
        ({"status": Status.under_review, "submitted_at": day(21)}, Outcome.overdue),
        ({"status": Status.rework}, Outcome.overdue),
        ({"status": Status.rework, "finish_due": day(30)}, Outcome.not_due),
        ({"status": Status.rework, "paused_from": day(19)}, Outcome.paused),
        ({"status": Status.rework, "paused_from": day(21)}, Outcome.overdue),
    ],
)
def test_outcome(changes: dict[str, Any], outcome: Outcome) -> None:
    """An order is judged by its accepted request against the due in force; the office's own time is not counted."""
    assert _made(order(1, **changes)).units[0].outcome is outcome


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"signed_at": day(1)}, Sign.on_time),
        ({"signed_at": day(1.1)}, Sign.late),
        ({"signed_at": None}, Sign.overdue),
        ({"signed_at": None, "sign_due": AS_OF}, Sign.not_due),
        ({"signed_at": None, "paused_from": day(0.5)}, Sign.not_due),
        ({"signed_at": None, "status": Status.withdrawn, "closed_at": day(1)}, Sign.not_due),
        ({"signed_at": None, "status": Status.closed_out, "closed_at": day(0.9)}, Sign.not_due),
        ({"signed_at": None, "status": Status.withdrawn, "closed_at": day(1.1)}, Sign.overdue),
        ({"signed_at": None, "status": Status.rework, "closed_at": day(0.9)}, Sign.overdue),
    ],
)
def test_sign(changes: dict[str, Any], sign: Sign) -> None:
    """Signing exactly on the due is in time; what is not yet due is not judged; a pause or the order's end stops the clock."""
    assert _made(order(1, **changes)).units[0].sign is sign


def test_not_due_is_not_late_and_not_forgotten() -> None:
    """An order whose due lies ahead is in no rate's denominator, and stands among the open ones."""
    total = _made(order(1), order(2, status=Status.in_progress, finish_due=day(40))).total

    assert Ratio(numerator=1, denominator=1) == total.rates[Rate.finish_rate]
    assert (total.counts[Column.accountable], total.counts[Column.open]) == (2, 1)


def test_letters_are_counted_apart() -> None:
    """An advisory letter is issued and listed, and touches no rate and no indicator: its addressee owes nothing."""
    board = _made(order(1, form=Form.advisory), order(2, form=Form.advisory, status=Status.in_progress))

    assert tuple(
        board.total.counts[one] for one in (Column.issued, Column.letters, Column.letters_closed, Column.accountable)
    ) == (2, 2, 1, 0)
    assert Ratio(numerator=0, denominator=0) == board.total.indicators[Indicator.registration_before]
    assert board.districts[0].rank is None


def test_sums_and_no_averages() -> None:
    """A district's indicator is ΣR over ΣH; a unit not measured again counts as it was, and is missing in print."""
    small, large = figures(10, 9, 9), figures(190, 1, 0)
    total = _made(order(1, before=small), order(2, before=large, after=figures(190, 91, 0))).total

    assert Ratio(numerator=10, denominator=200) == total.indicators[Indicator.registration_before]
    assert Ratio(numerator=100, denominator=200) == total.indicators[Indicator.registration_after]
    assert Ratio(numerator=1, denominator=2) == total.measured


def test_a_unit_with_two_orders_counts_once_in_the_indicators() -> None:
    """Two orders of one unit, after a transfer, are two in the counts and one in the sums."""
    total = _made(order(1), order(2, unit="U1")).total

    assert (total.counts[Column.issued], total.indicators[Indicator.registration_before].denominator) == (2, 100)


def test_ranks() -> None:
    """Equals share a rank and stand by code, the next is skipped; a district with nothing judged stands last."""

    def placed(number: int, code: str, **changes: object) -> BoardOrder:
        return order(number, district=code, district_name=code, **changes)

    late: dict[str, Any] = {"submitted_at": day(21)}
    board = _made(
        placed(1, "140215", **late),
        placed(2, "140214"),
        placed(3, "140213"),
        placed(4, "140212", status=Status.in_progress, finish_due=day(40)),
        placed(5, "140221", reopened=1),
    )

    expected = [("140213", 1), ("140214", 1), ("140215", 3), ("140221", 4), ("140212", None)]
    assert expected == [(row.district, row.rank) for row in board.districts]


def test_numbers_stand_in_their_sequence() -> None:
    """9号 precedes 10号, as in the office's file."""
    assert [line.number for line in _made(order(10), order(9)).units] == ["同文明督〔2026〕9号", "同文明督〔2026〕10号"]


def test_closing_day_is_the_offices_own() -> None:
    """A close-out late in the evening UTC falls on the next day in the office's zone."""
    closed = day(12).replace(hour=17)

    assert closed.day + 1 == getattr(_made(order(1, closed_at=closed)).units[0].closed_on, "day", None)


def test_a_number_twice_is_refused() -> None:
    """An order that would count twice stops the table and is named."""
    with pytest.raises(Refused, match="同文明督〔2026〕1号") as refusal:
        _made(order(1), order(1, unit="U2"))

    assert refusal.value.code == "board.number.twice"


def test_definitions_that_moved_are_refused() -> None:
    """A table by other definitions than the frozen ones is never made, not even with one other word or threshold."""
    for other in (freeze({"issued": "别的说法"}, small_unit=5), freeze({}, small_unit=4)):
        with pytest.raises(Refused) as refusal:
            make_board([], head=head(), definitions=other)

        assert refusal.value.code == "board.definitions.changed"


def test_freeze_keeps_formulas_and_takes_words() -> None:
    """An office may phrase a column; the formula stays the code's, and every column, rate and indicator has both."""
    frozen = freeze({"issued": "本办的说法"}, small_unit=5)

    assert set(frozen.columns) == {*Column, *Rate, *Indicator} == set(STANDARD)
    assert ("本办的说法", STANDARD["issued"][1]) == (frozen.columns["issued"].words, frozen.columns["issued"].formula)
    assert frozen.ranking == RANKING
    assert definitions_digest(frozen) != definitions_digest(DEFINITIONS)


def test_freeze_refuses_a_column_that_does_not_exist() -> None:
    """A definition of nothing is a misspelling, and is named together with what there is."""
    with pytest.raises(Refused, match=r"isued.*issued") as refusal:
        freeze({"isued": "？"}, small_unit=5)

    assert refusal.value.code == "board.definition.unknown"


def test_a_current_row_becomes_a_boards_order() -> None:
    """Whatever stands in the current row under the same name is taken over unchanged."""
    one = order(1)
    own = {name: value for name, value in dict(one).items() if name in OrderRow.model_fields}
    rest = {"id": "x", "docket": "d", "campaign": "2026-001", "round": 1, "region": "140212001", "urgency": "normal"}
    row = OrderRow.model_construct(**(own | rest))

    made = board_order(
        row,
        unit_name=one.unit_name,
        district_name=one.district_name,
        before=one.before,
        after=one.after,
        paused_from=None,
    )
    assert one == made
