"""The league table (晒工效): pure counting of how orders stand at one instant, district by district.

Each order is judged once, into a `UnitLine` that says in which columns it counts; the rows only add lines up. So
anybody can re-add the table from its own lines. Nothing is averaged, nothing is a float, and an order leaves a
denominator only by a rule that the definitions print. What changed between two editions is `rules/board_change.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from rules.board_change import compare
from rules.board_terms import RANKING, RATE_OF, definitions_digest
from schemas.board import (
    TOTAL,
    Board,
    BoardHead,
    BoardOrder,
    BoardRow,
    Column,
    Definitions,
    Indicator,
    Outcome,
    Rate,
    Ratio,
    Sign,
    UnitLine,
)
from schemas.errors import Refused
from schemas.order import Figures, Form, OrderRow, Status

CLOSED = frozenset({Outcome.on_time, Outcome.on_time_extended, Outcome.late, Outcome.reopened_closed})
REOPENED = frozenset({Outcome.reopened_open, Outcome.reopened_closed})
IN_TIME = frozenset({Outcome.on_time, Outcome.on_time_extended})
JUDGED = CLOSED | REOPENED | {Outcome.overdue}
_ENDED = frozenset({Status.closed_out, Status.withdrawn})


def make_board(
    orders: Iterable[BoardOrder], *, head: BoardHead, definitions: Definitions, previous: Board | None = None
) -> Board:
    """Return the table of a campaign round from all its orders as they stood at `head.as_of`.

    Given the edition published before, what no longer holds of it is listed as corrections, after the older ones.
    Raises `Refused` when the definitions are not those frozen before the start, or when a document number comes twice.
    """
    if definitions_digest(definitions) != head.definitions_digest:
        raise Refused("board.definitions.changed", "口径与行动启动前冻结的不一致，不能发布；请用冻结时的口径重新制表。")
    lines = _lines(orders, as_of=head.as_of, zone=ZoneInfo(head.zone), small_unit=definitions.small_unit)
    by_district: defaultdict[tuple[str, str], list[UnitLine]] = defaultdict(list)
    for line in lines:
        by_district[line.district, line.district_name].append(line)
    rows = _ranked([_row(code, name, group) for (code, name), group in sorted(by_district.items())])
    board = Board(
        **head.model_dump(),
        definitions=definitions,
        corrections=previous.corrections if previous else (),
        districts=rows,
        total=_total(rows),
        units=tuple(lines),
    )
    if previous is None:
        return board
    return board.model_copy(update={"corrections": previous.corrections + compare(previous, board)})


def board_order(
    row: OrderRow,
    *,
    unit_name: str,
    district_name: str,
    before: Figures,
    after: Figures | None,
    paused_from: datetime | None,
) -> BoardOrder:
    """Return the board's view of a current row; names, figures and the start of a pause do not stand in one."""
    shared = BoardOrder.model_fields.keys() & OrderRow.model_fields.keys()
    facts = {name: getattr(row, name) for name in shared}
    given = {"unit_name": unit_name, "district_name": district_name, "before": before, "after": after}
    return BoardOrder.model_validate(facts | given | {"paused_from": paused_from})


def _lines(orders: Iterable[BoardOrder], *, as_of: datetime, zone: ZoneInfo, small_unit: int) -> list[UnitLine]:
    """Judge every order; by district, then by length of number and number, so that 9号 precedes 10号."""
    judged = [_line(order, as_of=as_of, zone=zone, small_unit=small_unit) for order in orders]
    judged.sort(key=lambda line: (line.district, len(line.number), line.number))
    seen = Counter(line.number for line in judged)
    if len(seen) != len(judged):
        twice = "、".join(sorted(number for number, count in seen.items() if count > 1)[:5])
        raise Refused("board.number.twice", f"文号重复：{twice}。每件只能计一次，请核对后重新制表。")
    return judged


def _line(order: BoardOrder, *, as_of: datetime, zone: ZoneInfo, small_unit: int) -> UnitLine:
    sign, outcome = _sign(order, as_of), _outcome(order, as_of)
    small = order.before.headcount < small_unit or (order.after is not None and order.after.headcount < small_unit)
    closed = order.closed_at if order.status is Status.closed_out else None
    return UnitLine(
        number=order.number,
        form=order.form,
        unit=order.unit,
        unit_name=order.unit_name,
        unit_type=order.unit_type,
        district=order.district,
        district_name=order.district_name,
        sign=sign,
        outcome=outcome,
        closed_on=closed.astimezone(zone).date() if closed else None,
        extended=order.extended,
        returned=order.returned,
        reopened=order.reopened,
        level=order.level,
        small=small,
        before=None if small else order.before,
        after=None if small else order.after,
        counted=_counted(order.form, sign, outcome, order.returned > 0),
    )


def _sign(order: BoardOrder, as_of: datetime) -> Sign:
    """Say how the signing stands; one that ended unsigned stays as it was then, or every later edition would differ."""
    if order.signed_at is not None:
        return Sign.on_time if order.signed_at <= order.sign_due else Sign.late
    ended = order.closed_at if order.status in _ENDED else None
    return Sign.overdue if (order.paused_from or ended or as_of) > order.sign_due else Sign.not_due


def _outcome(order: BoardOrder, as_of: datetime) -> Outcome:
    """Say how the finishing stands; an order that came back is judged as that, whatever its newer dues say."""
    if order.status is Status.withdrawn:
        return Outcome.withdrawn
    closed = order.status is Status.closed_out
    if order.reopened:
        return Outcome.reopened_closed if closed else Outcome.reopened_open
    return _closed_outcome(order, as_of) if closed else _open_outcome(order, as_of)


def _closed_outcome(order: BoardOrder, as_of: datetime) -> Outcome:
    """By the accepted request, not the review's duration; a set-aside regression leaves only the first request."""
    first = order.first_submitted_at if not order.returned else None
    finished = order.submitted_at or first or order.closed_at or as_of
    if finished > order.finish_due:
        return Outcome.late
    return Outcome.on_time_extended if order.extended and finished > order.first_due else Outcome.on_time


def _open_outcome(order: BoardOrder, as_of: datetime) -> Outcome:
    asked = order.submitted_at if order.status is Status.under_review else None
    if asked is not None and asked <= order.finish_due:
        return Outcome.in_review
    if (order.paused_from or as_of) > order.finish_due:
        return Outcome.overdue
    return Outcome.paused if order.paused_from else Outcome.not_due


@cache  # four small enumerations: at most some hundred entries
def _counted(form: Form, sign: Sign, outcome: Outcome, has_returned: bool) -> tuple[Column, ...]:  # noqa: FBT001 - a key
    """Return the columns in which an order that stands so counts; withdrawn ones and letters have their own."""
    if outcome is Outcome.withdrawn:
        return (Column.issued, Column.withdrawn)
    closed = outcome in CLOSED
    if form is Form.advisory:
        return (Column.issued, Column.letters, *((Column.letters_closed,) if closed else ()))
    judged = outcome in JUDGED
    counted = {
        Column.issued: True,
        Column.accountable: True,
        Column.sign_judged: sign is not Sign.not_due,
        Column.signed_on_time: sign is Sign.on_time,
        Column.finish_judged: judged,
        Column.finished_on_time: outcome in IN_TIME,
        Column.finished_on_time_without_extension: outcome is Outcome.on_time,
        Column.finished_late: outcome is Outcome.late,
        Column.first_judged: judged or has_returned,
        Column.closed_first_time: closed and not has_returned and outcome not in REOPENED,
        Column.returned: has_returned,
        Column.ever_closed: closed or outcome in REOPENED,
        Column.reopened: outcome in REOPENED,
        Column.closed: closed,
        Column.open: not closed,
        Column.in_review: outcome is Outcome.in_review,
        Column.overdue: outcome is Outcome.overdue,
    }
    return tuple(column for column, counts in counted.items() if counts)


def _row(code: str, name: str, lines: Sequence[UnitLine]) -> BoardRow:
    counts: Counter[Column] = Counter()
    for columns, times in Counter(map(attrgetter("counted"), lines)).items():
        counts.update(dict.fromkeys(columns, times))
    measured, small, indicators = _indicators(lines)
    return BoardRow(
        district=code,
        district_name=name,
        rank=None,
        counts={column: counts[column] for column in Column},
        rates=_rates(counts),
        indicators=indicators,
        measured=measured,
        small_units=small,
    )


def _total(rows: Sequence[BoardRow]) -> BoardRow:
    """Return the row under the table: every integer of the districts' rows added up, rates taken from those sums."""
    counts = Counter({column: sum(row.counts[column] for row in rows) for column in Column})
    return BoardRow(
        district=TOTAL,
        district_name="合计",
        rank=None,
        counts=dict(counts),
        rates=_rates(counts),
        indicators={name: _added(row.indicators[name] for row in rows) for name in Indicator},
        measured=_added(row.measured for row in rows),
        small_units=sum(row.small_units for row in rows),
    )


def _rates(counts: Counter[Column]) -> dict[Rate, Ratio]:
    return {rate: Ratio(numerator=counts[above], denominator=counts[below]) for rate, (above, below) in RATE_OF.items()}


def _added(ratios: Iterable[Ratio]) -> Ratio:
    listed = list(ratios)
    return Ratio(numerator=sum(one.numerator for one in listed), denominator=sum(one.denominator for one in listed))


def _indicators(lines: Sequence[UnitLine]) -> tuple[Ratio, int, dict[Indicator, Ratio]]:
    """Add up the shown figures of accountable units, each once; what is not shown is in no sum that could tell it.

    A unit that was not measured again goes into "after" as it was: silence must not improve a district.
    """
    units: dict[str, UnitLine] = {}
    for line in lines:
        if line.form is Form.order and line.outcome is not Outcome.withdrawn:
            units.setdefault(line.unit, line)
    shown = [(line.before, line.after) for line in units.values() if line.before is not None]
    before = _ratios(first for first, _ in shown)
    after = _ratios(second or first for first, second in shown)
    indicators = {
        Indicator.registration_before: before[0],
        Indicator.registration_after: after[0],
        Indicator.activity_before: before[1],
        Indicator.activity_after: after[1],
        Indicator.teams_before: before[2],
        Indicator.teams_after: after[2],
    }
    measured = sum(second is not None for _, second in shown)
    return Ratio(numerator=measured, denominator=len(shown)), len(units) - len(shown), indicators


def _ratios(figures: Iterable[Figures]) -> tuple[Ratio, Ratio, Ratio]:
    """Return ΣR/ΣH, ΣA/ΣR and units with a team of units, in one pass over what may be a hundred thousand units."""
    units = headcount = registered = active = teams = 0
    for one in figures:
        units += 1
        headcount += one.headcount
        registered += one.registered
        active += one.active
        teams += one.has_team
    return (
        Ratio(numerator=registered, denominator=headcount),
        Ratio(numerator=active, denominator=registered),
        Ratio(numerator=teams, denominator=units),
    )


def _ranked(rows: Sequence[BoardRow]) -> tuple[BoardRow, ...]:
    """Return the rows by rank, equals sharing one (1, 2, 2, 4) by code; what cannot be judged stands last, unranked."""
    rankable = sorted(
        (row for row in rows if row.counts[Column.finish_judged]), key=lambda row: (*_merit(row), row.district)
    )
    ranked: list[BoardRow] = []
    for place, row in enumerate(rankable, start=1):
        equal = bool(ranked) and _merit(ranked[-1]) == _merit(row)
        ranked.append(row.model_copy(update={"rank": ranked[-1].rank if equal else place}))
    return (*ranked, *(row for row in rows if not row.counts[Column.finish_judged]))


def _merit(row: BoardRow) -> tuple[Fraction, ...]:
    """Return what a district is ranked by, best first when ascending: exact fractions; reopening counts against."""
    return tuple(_fraction(row.rates[rate]) * (1 if rate is Rate.reopen_rate else -1) for rate in RANKING)


def _fraction(ratio: Ratio) -> Fraction:
    return Fraction(ratio.numerator, ratio.denominator) if ratio.denominator else Fraction(0)
