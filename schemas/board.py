"""The published result (晒工效): what goes into the league table, and the table as it is printed and recomputed.

A board holds whole numbers only: a rate is a pair of integers, and every count can be re-added from the units' lines.
Small units' figures are gone before a board exists, so no file can leak them. No person appears in it.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field

from schemas.base import Model
from schemas.order import Figures, Form, Status
from schemas.roster import UnitType
from schemas.time import Instant

NOT_SEALED: Final = "尚未封存 (not yet sealed)"
TOTAL: Final = "total"


class Column(StrEnum):
    """What is counted, in orders; each line of the board says in which of these it counts."""

    issued = "issued"
    withdrawn = "withdrawn"
    letters = "letters"
    letters_closed = "letters_closed"
    accountable = "accountable"
    sign_judged = "sign_judged"
    signed_on_time = "signed_on_time"
    finish_judged = "finish_judged"
    finished_on_time = "finished_on_time"
    finished_on_time_without_extension = "finished_on_time_without_extension"
    finished_late = "finished_late"
    first_judged = "first_judged"
    closed_first_time = "closed_first_time"
    returned = "returned"
    ever_closed = "ever_closed"
    reopened = "reopened"
    closed = "closed"
    open = "open"
    in_review = "in_review"
    overdue = "overdue"


class Rate(StrEnum):
    """Two columns, one divided by the other."""

    sign_rate = "sign_rate"
    finish_rate = "finish_rate"
    finish_rate_without_extension = "finish_rate_without_extension"
    first_time_rate = "first_time_rate"
    reopen_rate = "reopen_rate"


class Indicator(StrEnum):
    """Sums of measured heads over units, one divided by the other."""

    registration_before = "registration_before"
    registration_after = "registration_after"
    activity_before = "activity_before"
    activity_after = "activity_after"
    teams_before = "teams_before"
    teams_after = "teams_after"


class Sign(StrEnum):
    """How the signing of one order stands at the cut-off."""

    on_time = "on_time"
    late = "late"
    overdue = "overdue"
    not_due = "not_due"


class Outcome(StrEnum):
    """How the finishing of one order stands at the cut-off; exactly one of these is true of every order."""

    on_time = "on_time"
    on_time_extended = "on_time_extended"
    late = "late"
    not_due = "not_due"
    paused = "paused"
    in_review = "in_review"
    overdue = "overdue"
    reopened_open = "reopened_open"
    reopened_closed = "reopened_closed"
    withdrawn = "withdrawn"


class Reason(StrEnum):
    """Why something already published is told differently now; work that merely went on is none of these."""

    reopened = "reopened"
    withdrawn = "withdrawn"
    reinstated = "reinstated"
    transferred = "transferred"
    conclusion_revised = "conclusion_revised"
    rejudged = "rejudged"
    added_late = "added_late"
    missing = "missing"
    figures_corrected = "figures_corrected"


class Ratio(Model):
    """A numerator and a denominator, kept apart for ever; 0 of 0 is "nothing to judge", not zero."""

    numerator: int = Field(ge=0)
    denominator: int = Field(ge=0)

    def ten_thousandths(self) -> int | None:
        """Return the rate per ten thousand, rounded half up in integers; `None` when there is nothing to divide by."""
        if not self.denominator:
            return None
        return (20_000 * self.numerator + self.denominator) // (2 * self.denominator)

    def percent(self) -> str:
        """Return the rate as people read it, `66.7%`: one decimal, rounded half up in integers; `—` for 0 of 0."""
        if not self.denominator:
            return "—"
        tenths = (2_000 * self.numerator + self.denominator) // (2 * self.denominator)
        return f"{tenths // 10}.{tenths % 10}%"


class BoardOrder(Model):
    """One order as it stood at the board's cut-off: what the table is computed from, and nothing more.

    `submitted_at` is the last request for completion: the accepted one when closed out, the one being examined when
    under review. `first_due` is the due of the issue, `finish_due` the one in force. `before` was measured at the
    order's cut-off, `after` is the latest later measurement. `paused_from` is set while the order's clocks stand still.
    """

    number: str
    form: Form
    status: Status
    unit: str
    unit_name: str
    unit_type: UnitType
    district: str
    district_name: str
    sign_due: Instant
    signed_at: Instant | None
    first_due: Instant
    finish_due: Instant
    first_submitted_at: Instant | None
    submitted_at: Instant | None
    closed_at: Instant | None
    paused_from: Instant | None = None
    extended: int = Field(ge=0)
    returned: int = Field(ge=0)
    reopened: int = Field(ge=0)
    level: int = Field(ge=0, le=5)
    before: Figures
    after: Figures | None


class Definition(Model):
    """A column in words, which an office may phrase, and as the formula, which only the code can change."""

    words: str
    formula: str


class Definitions(Model):
    """Everything that decides what a figure means; frozen by digest in the campaign before it starts."""

    columns: dict[str, Definition]
    ranking: tuple[Rate, ...]
    small_unit: int = Field(ge=0)


class Period(Model):
    """The days that a round covers, both included."""

    first: date
    last: date


class BoardHead(Model):
    """What stands above a table: whose it is, which edition, and when the counting stopped."""

    campaign: str
    title: str
    office: str
    round: int = Field(ge=1)
    version: int = Field(ge=1)
    period: Period
    as_of: Instant
    zone: str = "Asia/Shanghai"
    definitions_digest: str
    simulated: bool
    seal: str = NOT_SEALED


class UnitLine(Model):
    """One order in public: its unit, how it stands, and in which columns it counts.

    `small` says that the unit has too few staff for its figures to be shown; `before` and `after` are then empty.
    """

    number: str
    form: Form
    unit: str
    unit_name: str
    unit_type: UnitType
    district: str
    district_name: str
    sign: Sign
    outcome: Outcome
    closed_on: date | None
    extended: int
    returned: int
    reopened: int
    level: int
    small: bool
    before: Figures | None
    after: Figures | None
    counted: tuple[Column, ...]


class BoardRow(Model):
    """One district, or the total: counts of orders, rates of them, and indicators summed over units.

    `measured` is units re-measured of units in the indicators; `small_units` is how many are too small to stand in
    them. A district in which nothing can be judged yet has no rank.
    """

    district: str
    district_name: str
    rank: int | None
    counts: dict[Column, int]
    rates: dict[Rate, Ratio]
    indicators: dict[Indicator, Ratio]
    measured: Ratio
    small_units: int


class Correction(Model):
    """One published cell told differently: before and after, and which orders left it, came to it, or were revised."""

    version: int
    district: str
    district_name: str
    column: Column | Indicator
    before: int | Ratio
    after: int | Ratio
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    reason: Reason


class Board(BoardHead):
    """One edition of the league table: corrections, districts by rank, a total, every unit, every definition."""

    definitions: Definitions
    corrections: tuple[Correction, ...]
    districts: tuple[BoardRow, ...]
    total: BoardRow
    units: tuple[UnitLine, ...]
