"""What a newer edition of the league table tells differently: late reclassification as visible corrections.

Work that merely went on (signed, submitted, closed out, overdue by now) is no correction. What was published as settled
and is no longer so is one, for every cell it touches, with the numbers of the orders.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from schemas.board import Board, BoardRow, Column, Correction, Indicator, Outcome, Ratio, Reason, Sign, UnitLine

FIGURES = (Indicator.registration_before, Indicator.activity_before, Indicator.teams_before)
# From these a line may only go to those by work that goes on; what is not named here may become anything.
_SETTLED_SIGN: Mapping[Sign, frozenset[Sign]] = {
    Sign.on_time: frozenset(),
    Sign.late: frozenset(),
    Sign.overdue: frozenset({Sign.late}),
}
_SETTLED_OUTCOME: Mapping[Outcome, frozenset[Outcome]] = {
    Outcome.on_time: frozenset(),
    Outcome.on_time_extended: frozenset(),
    Outcome.late: frozenset(),
    Outcome.overdue: frozenset({Outcome.late}),
    Outcome.reopened_open: frozenset({Outcome.reopened_closed}),
    Outcome.reopened_closed: frozenset(),
}

Move = Literal["removed", "added", "revised"]


class _Cell(NamedTuple):
    """One cell of the table and one cause for its change."""

    district: str
    column: Column | Indicator
    reason: Reason


def compare(old: Board, new: Board) -> tuple[Correction, ...]:
    """Return what `old` published as settled and `new` tells differently, by district, column and reason.

    Both are editions of one campaign round. `before` and `after` are the cells as printed, so they also contain what
    ordinary work added meanwhile; `removed`, `added` and `revised` name exactly the orders that were reclassified.
    """
    before = {line.number: line for line in old.units}
    after = {line.number: line for line in new.units}
    moved: defaultdict[_Cell, defaultdict[Move, list[str]]] = defaultdict(lambda: defaultdict(list))
    for number in sorted(before.keys() | after.keys(), key=lambda number: (len(number), number)):
        for cell, move in _moves(before.get(number), after.get(number)):
            moved[cell][move].append(number)
    rows = ({row.district: row for row in old.districts}, {row.district: row for row in new.districts})
    order = {column: place for place, column in enumerate((*Column, *Indicator))}
    cells = sorted(moved, key=lambda cell: (cell.district, cell.reason, order[cell.column]))
    return tuple(_correction(cell, moved[cell], version=new.version, rows=rows) for cell in cells)


def _correction(
    cell: _Cell,
    numbers: Mapping[Move, list[str]],
    *,
    version: int,
    rows: tuple[Mapping[str, BoardRow], Mapping[str, BoardRow]],
) -> Correction:
    old, new = (side.get(cell.district) for side in rows)
    named = new or old
    return Correction(
        version=version,
        district=cell.district,
        district_name=named.district_name if named else cell.district,
        column=cell.column,
        before=_figure(old, cell.column),
        after=_figure(new, cell.column),
        reason=cell.reason,
        **{move: tuple(listed) for move, listed in numbers.items()},
    )


def _figure(row: BoardRow | None, column: Column | Indicator) -> int | Ratio:
    if isinstance(column, Indicator):
        return row.indicators[column] if row else Ratio(numerator=0, denominator=0)
    return row.counts[column] if row else 0


def _moves(old: UnitLine | None, new: UnitLine | None) -> Iterator[tuple[_Cell, Move]]:
    """Say which cells an order left and came to, when that was no ordinary work; one that vanished is told as well."""
    reason = _reason(old, new)
    left = {(old.district, column) for column in old.counted} if old else set()
    came = {(new.district, column) for column in new.counted} if new else set()
    if reason is not None:
        yield from ((_Cell(district, column, reason), "removed") for district, column in left - came)
        yield from ((_Cell(district, column, reason), "added") for district, column in came - left)
    if old and new and old.before != new.before:
        yield from ((_Cell(new.district, column, Reason.figures_corrected), "revised") for column in FIGURES)


def _reason(old: UnitLine | None, new: UnitLine | None) -> Reason | None:
    if old is None:
        return Reason.added_late
    if new is None:
        return Reason.missing
    if (old.district, old.unit) != (new.district, new.unit):
        return Reason.transferred
    if (old.outcome is Outcome.withdrawn) != (new.outcome is Outcome.withdrawn):
        return Reason.withdrawn if new.outcome is Outcome.withdrawn else Reason.reinstated
    if old.reopened != new.reopened:
        return Reason.reopened if new.reopened > old.reopened else Reason.conclusion_revised
    return Reason.rejudged if _rejudged(old, new) else None


def _rejudged(old: UnitLine, new: UnitLine) -> bool:
    """Say whether what was settled reads otherwise, in a way that work alone cannot bring about."""
    sign = new.sign != old.sign and new.sign not in _SETTLED_SIGN.get(old.sign, frozenset(Sign))
    outcome = new.outcome != old.outcome and new.outcome not in _SETTLED_OUTCOME.get(old.outcome, frozenset(Outcome))
    return sign or outcome or new.returned < old.returned
