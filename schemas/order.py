"""The order: its states, what it still waits for, and its whole memory between two events.

State is only ever `evolve` over events (`schemas/order_events.py`); acts are in `schemas/act.py`, the judgement in
`rules/order.py`.
"""

from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import Field, model_serializer, model_validator

from schemas.base import Model
from schemas.calendar import Pause, Span
from schemas.event import Role
from schemas.policy import StepKind, TriggerKind
from schemas.roster import UnitType
from schemas.time import Instant


class Status(StrEnum):
    """Where an order stands. A pause lies over a status and is told beside it."""

    issued = "issued"
    acknowledged = "acknowledged"
    in_progress = "in_progress"
    under_review = "under_review"
    rework = "rework"
    closed_out = "closed_out"
    withdrawn = "withdrawn"


BETWEEN_TRIGGERS = "、"
"""What stands between the triggers of an order's row."""

ENDED = frozenset({Status.closed_out, Status.withdrawn})


class Form(StrEnum):
    """A 督办单, or a 提示函 to those who are not objects of supervision (督查条例 art. 5: enterprises)."""

    order = "order"
    advisory = "advisory"


class Urgency(StrEnum):
    """Which of a policy's two columns of periods applies."""

    normal = "normal"
    urgent = "urgent"


class ProposalKind(StrEnum):
    """What only a named person may decide."""

    extension = "extension"
    dispatch_objection = "dispatch_objection"
    conclusion_objection = "conclusion_objection"
    circular = "circular"
    interview = "interview"
    handover = "handover"


class ConclusionKind(StrEnum):
    """What a unit may object to; set aside, a level falls, a close-out is reviewed anew, a regression never was."""

    level = "level"
    close_out = "close_out"
    regression = "regression"


LEVEL_OF = {ProposalKind.circular: 3, ProposalKind.interview: 4, ProposalKind.handover: 5}
KIND_OF_LEVEL = {level: kind for kind, level in LEVEL_OF.items()}


class Figures(Model):
    """A unit's measured figures at a cut-off: heads and persons, never ratios."""

    headcount: int = Field(ge=0)
    registered: int = Field(ge=0)
    active: int = Field(ge=0)
    has_team: bool


class OrderItem(Model):
    """One trigger that was met: observed numerator of denominator, and what would be enough."""

    trigger: str
    kind: TriggerKind
    numerator: int
    denominator: int
    target: int


class PlannedRung(Model):
    """A rung still to come and its instant, fixed in the event that opened or last changed the obligation.

    Written `remind@2026-03-02T00:30Z`, seconds only where there are any: an order carries a dozen of them.
    """

    name: str
    at: Instant

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:  # noqa: ANN401 - a validator before the model sees anything at all
        if not isinstance(value, str):
            return value
        name, _, at = value.partition("@")
        return {"name": name, "at": at}

    @model_serializer
    def __str__(self) -> str:
        whole = self.at.second == self.at.microsecond == 0
        return f"{self.name}@{self.at.isoformat(timespec='minutes' if whole else 'auto').replace('+00:00', 'Z')}"


class Obligation(Model):
    """What somebody must do by when: a clock, its span and start (the receipt's inputs), and the rungs still to come.

    Its kind stands in its id (`finish-1`), which is never used again. `held_from` is set while the ball is in the
    office's court: no rung fires, the due stands. `provisional` says that the due lies in a year whose schedule is not
    announced.
    """

    id: str
    waits_for: Role
    start: Instant
    span: Span
    due: Instant
    rungs: tuple[PlannedRung, ...]
    held_from: Instant | None = None
    provisional: bool = False

    @cached_property
    def kind(self) -> StepKind:
        """The kind of step, as the id says."""
        return StepKind(self.id.partition("-")[0])


class Proposal(Model):
    """Something that waits for a named person's decision; its clock is the obligation `obligation`."""

    id: str
    kind: ProposalKind
    obligation: str
    by: str
    cause: str = ""
    extend: Span | None = None
    about: str = ""


class Conclusion(Model):
    """A conclusion that the unit may object to (督查条例 art. 17) while its window is open, and what that may need.

    `level` is the level that it brought and takes along; `closed_at` is the close-out it is or, of a regression, the
    one that it undid, with the due then in force and how many look-backs were outstanding.
    """

    id: str
    by: str
    window: str
    level: int = 0
    closed_at: Instant | None = None
    due_before: Instant | None = None
    lookbacks: int = 0

    @cached_property
    def kind(self) -> ConclusionKind:
        """The kind, as the id says: `close_out-1`, `regression-2`, or a level's `circular-1`."""
        kind = self.id.partition("-")[0]
        return ConclusionKind(kind) if kind in set(ConclusionKind) else ConclusionKind.level


class Counts(Model):
    """What has happened how often; `disputed` is the present unit's.

    `opened` numbers the next obligation of each kind: how many there were, those of the issue counted once a second
    came.
    """

    returned: int = 0
    reopened: int = 0
    extended: int = 0
    circulars: int = 0
    lookbacks_failed: int = 0
    disputed: int = 0
    opened: dict[StepKind, int] = Field(default_factory=dict)


class OrderState(Model):
    """All that an order remembers; as JSON without defaults about 1.5 KB, which a test holds.

    `level` is the level in force: `floor`, which nobody can set aside any more, or what a conclusion still open to
    objection brought. `submitted_before` is the first request for close-out where `submitted_at` is a later one.
    `suspensions` lasted so long, whatever else made the clocks stand still. `barred` are the reviewers whose close-out
    was set aside. `keys` are fingerprints of the last acts' keys. `district` is where the order was issued and is counted;
    `region` is where the unit lies that answers now, and says who may act.
    """

    id: str
    docket: str
    campaign: str
    round: int
    district: str
    region: str
    unit: str
    unit_type: UnitType
    doc_no: str
    triggers: tuple[str, ...]
    policy: str
    issued_at: Instant
    issued_by: str
    sign_due: Instant
    first_due: Instant
    finish_due: Instant
    form: Form = Form.order
    urgency: Urgency = Urgency.normal
    seq: int = 0
    status: Status = Status.issued
    level: int = 1
    floor: int = 1
    obligations: tuple[Obligation, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    counts: Counts = Counts()
    pauses: tuple[Pause, ...] = ()
    paused_by: str = ""
    suspensions: tuple[Pause, ...] = ()
    requested_by: str = ""
    submitted_at: Instant | None = None
    claimed: Figures | None = None
    after: Figures | None = None
    signed_at: Instant | None = None
    closed_at: Instant | None = None
    submitted_before: Instant | None = None
    barred: tuple[str, ...] = ()
    settled: bool = False
    keys: str = ""


class OrderRow(Model):
    """The current row of an order: `row(state)`, every column; equal after truncating and evolving again."""

    id: str
    docket: str
    campaign: str
    round: int
    district: str
    region: str
    unit: str
    unit_type: str
    number: str
    form: str
    urgency: str
    triggers: str
    status: str
    paused: str
    level: int
    color: str
    waits_for: str
    waits_step: str
    due: Instant | None
    next_due: Instant | None
    provisional: bool
    issued_at: Instant
    signed_at: Instant | None
    sign_due: Instant
    first_due: Instant
    finish_due: Instant
    first_submitted_at: Instant | None
    submitted_at: Instant | None
    closed_at: Instant | None
    extended: int
    returned: int
    reopened: int
    paused_from: Instant | None
    headcount_after: int | None
    registered_after: int | None
    active_after: int | None
    team_after: int | None
    seq: int
    settled: bool
