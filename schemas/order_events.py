"""The events of an order, past participles; tags `order.part.action`, each with its schema number.

Every event may open, close and change obligations: `rules/order_state.py` applies these three fields alike for all of
them, so that a clock is never started or stopped in a place of its own.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.act import Evidence
from schemas.base import Model
from schemas.event import Event, EventData, Role, Sealed
from schemas.order import Conclusion, Figures, Form, Obligation, OrderItem, PlannedRung, Proposal, Urgency
from schemas.roster import UnitType
from schemas.time import Instant


class Closed(Model):
    """An obligation that ends: met (in time or not), or lapsed because something else overtook it."""

    id: str
    outcome: Literal["met", "lapsed"]
    on_time: bool = True


class OrderEvent(Event):
    """What every event of an order may do to its clocks; an act's first event has the fingerprint of its key."""

    act_key: str = ""
    opens: tuple[Obligation, ...] = ()
    closes: tuple[Closed, ...] = ()
    changes: tuple[Obligation, ...] = ()


class Issued(OrderEvent):
    """The order exists: to whom, for which shortfalls, on what figures, and its first clocks."""

    tag: Literal["order.issued"] = "order.issued"
    order: str
    docket: str
    campaign: str
    round: int
    district: str
    region: str
    unit: str
    unit_type: UnitType
    doc_no: str
    form: Form
    urgency: Urgency
    items: tuple[OrderItem, ...]
    figures: Figures
    cut_off: str
    measurement: str
    policy: str
    authority_basis: tuple[str, ...]
    issued_by: str


class Acknowledged(OrderEvent):
    """The unit signed for the order."""

    tag: Literal["order.acknowledged"] = "order.acknowledged"


class PlanSubmitted(OrderEvent):
    """The unit's plan is in."""

    tag: Literal["order.plan.submitted"] = "order.plan.submitted"
    summary: Sealed


class ProgressReported(OrderEvent):
    """A progress report is in; the next cycle opens."""

    tag: Literal["order.progress.reported"] = "order.progress.reported"
    summary: Sealed


class CompletionRequested(OrderEvent):
    """The unit asks for close-out; its own clocks are held while the office reviews."""

    tag: Literal["order.completion.requested"] = "order.completion.requested"
    by: str
    summary: Sealed
    figures: Figures


class EvidenceAttached(OrderEvent):
    """A file was handed in."""

    tag: Literal["order.evidence.attached"] = "order.evidence.attached"
    evidence: Evidence


class Returned(OrderEvent):
    """The review sent it back; the first clock runs on beside the rework's own."""

    tag: Literal["order.returned"] = "order.returned"
    points: tuple[str, ...]
    reason: Sealed


class ClosedOut(OrderEvent):
    """销号: the duty ends, look-backs and the objection window begin."""

    tag: Literal["order.closed_out"] = "order.closed_out"
    points: tuple[str, ...]
    on_time: bool
    on_time_without_extension: bool
    figures: Figures
    conclusion: Conclusion


class ExtensionRequested(OrderEvent):
    """An extension was asked for, before expiry."""

    tag: Literal["order.extension.requested"] = "order.extension.requested"
    proposal: Proposal
    reason: Sealed


class DispatchDisputed(OrderEvent):
    """The unit says that this is not its duty; its clocks pause until decided."""

    tag: Literal["order.dispatch.disputed"] = "order.dispatch.disputed"
    proposal: Proposal
    reason: Sealed


class ConclusionObjected(OrderEvent):
    """The unit objects to a conclusion; its clocks pause until decided."""

    tag: Literal["order.conclusion.objected"] = "order.conclusion.objected"
    proposal: Proposal
    reason: Sealed


class ProposalMade(OrderEvent):
    """The ladder, or an officer, proposes what only a named person may decide."""

    tag: Literal["order.proposal.made"] = "order.proposal.made"
    proposal: Proposal
    reason: Sealed | None = None


class ProposalDecided(OrderEvent):
    """A named person approved or refused; what follows stands in the same event."""

    tag: Literal["order.proposal.decided"] = "order.proposal.decided"
    proposal: str
    kind: str
    accepted: bool
    decided_by: str
    reason: Sealed | None = None
    conclusion: Conclusion | None = None
    set_aside: str = ""


class LevelRaised(OrderEvent):
    """A cause other than the clock, named, raised the level; it falls again with the conclusion it rests on, if any."""

    tag: Literal["order.level.raised"] = "order.level.raised"
    level: int
    cause: str
    conclusion: str = ""


class Suspended(OrderEvent):
    """Clocks stand still until a date at the latest."""

    tag: Literal["order.suspended"] = "order.suspended"
    until: Instant
    reason: Sealed


class Resumed(OrderEvent):
    """Clocks run again, each due moved by the pause."""

    tag: Literal["order.resumed"] = "order.resumed"


class Transferred(OrderEvent):
    """Another unit answers for it now; it must sign, the first clock ran on."""

    tag: Literal["order.transferred"] = "order.transferred"
    unit: str
    unit_type: UnitType
    region: str
    reason: Sealed


class Withdrawn(OrderEvent):
    """Taken back; it keeps its number."""

    tag: Literal["order.withdrawn"] = "order.withdrawn"
    reason: Sealed | None = None
    cause: str = ""


class LookBackPassed(OrderEvent):
    """The re-check found the targets still met."""

    tag: Literal["order.lookback.passed"] = "order.lookback.passed"
    figures: Figures


class LookBackFailed(OrderEvent):
    """反弹: the re-check found the targets lost; the order is open again."""

    tag: Literal["order.lookback.failed"] = "order.lookback.failed"
    figures: Figures
    short: tuple[str, ...]
    conclusion: Conclusion


class ReviewReopened(OrderEvent):
    """A close-out was set aside on objection: it is reviewed anew, by somebody else than `barred`."""

    tag: Literal["order.review.reopened"] = "order.review.reopened"
    barred: str


class RegressionSetAside(OrderEvent):
    """A regression was set aside on objection: the order is closed out as it was."""

    tag: Literal["order.regression.set_aside"] = "order.regression.set_aside"
    closed_at: Instant
    finish_due: Instant


class RungReached(OrderEvent):
    """A rung of the clock, at the instant it was due; lateness is `recorded_at` against that instant in real time.

    `told` is false where a higher rung reached in the same late sweep speaks for it. `level` is what it brings by
    itself.
    """

    tag: Literal["order.rung.reached"] = "order.rung.reached"
    obligation: str
    rung: str
    scheduled: Instant
    level: int
    told: bool
    next: PlannedRung | None = None
    party: Role


class DeadlineRevised(OrderEvent):
    """A calendar that became known moved deadlines; both are stored."""

    tag: Literal["order.deadline.revised"] = "order.deadline.revised"
    before: tuple[PlannedRung, ...]


class Settled(OrderEvent):
    """No clock can run again."""

    tag: Literal["order.settled"] = "order.settled"


AnyOrderEvent = Annotated[
    Issued
    | Acknowledged
    | PlanSubmitted
    | ProgressReported
    | CompletionRequested
    | EvidenceAttached
    | Returned
    | ClosedOut
    | ExtensionRequested
    | DispatchDisputed
    | ConclusionObjected
    | ProposalMade
    | ProposalDecided
    | LevelRaised
    | Suspended
    | Resumed
    | Transferred
    | Withdrawn
    | LookBackPassed
    | LookBackFailed
    | ReviewReopened
    | RegressionSetAside
    | RungReached
    | DeadlineRevised
    | Settled,
    Field(discriminator="tag"),
]

ORDER_EVENT: TypeAdapter[AnyOrderEvent] = TypeAdapter(AnyOrderEvent)


def parse(data: EventData) -> AnyOrderEvent:
    """Return the typed event of recorded data, upcast to today's schema number.

    Raises `pydantic.ValidationError` when the data is none of the released events: the corpus test evolves every one.
    """
    head = {"tag": data.tag, "schema_no": data.schema_no, "happened_at": data.happened_at}
    return ORDER_EVENT.validate_python(head | data.fields)
