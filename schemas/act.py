"""Acts: what a person or the clock does to an order, in the imperative.

Each act carries its own key (a repeat is answered with what was stored), the person and role, and the instant at which
the door durably received it; it is judged by that instant. Free text is sealed before the act is made.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.base import Model
from schemas.calendar import Span
from schemas.event import Actor, Key, Sealed
from schemas.order import Figures
from schemas.roster import UnitType
from schemas.time import Instant


class Evidence(Model):
    """A file handed in: the digest of its ciphertext names it under `evidence/`; its title is sealed."""

    digest: str
    title: Sealed
    size: int = Field(ge=0)


class _Act(Model):
    key: Key
    order: str
    at: Instant
    actor: Actor


class Acknowledge(_Act):
    """签收: the unit has seen the order."""

    act: Literal["acknowledge"] = "acknowledge"


class SubmitPlan(_Act):
    """整改方案: what the unit will do."""

    act: Literal["plan"] = "plan"
    summary: Sealed


class ReportProgress(_Act):
    """进展反馈 within the reporting cycle."""

    act: Literal["report"] = "report"
    summary: Sealed


class RequestCompletion(_Act):
    """办结申请, with the figures that the unit claims to have reached."""

    act: Literal["submit"] = "submit"
    summary: Sealed
    figures: Figures


class AttachEvidence(_Act):
    """A file for the order's evidence."""

    act: Literal["attach"] = "attach"
    evidence: Evidence


class CloseOut(_Act):
    """销号: the reviewer answers every point of the closing review with yes."""

    act: Literal["close_out"] = "close_out"
    points: tuple[str, ...]


class Return(_Act):
    """退回重办: the points that were not met, and why."""

    act: Literal["return"] = "return"
    points: tuple[str, ...] = Field(min_length=1)
    reason: Sealed


class RequestExtension(_Act):
    """延期申请, before expiry, with the reason."""

    act: Literal["extend"] = "extend"
    by: Span
    reason: Sealed


class DisputeDispatch(_Act):
    """派单异议: the unit says that the order is not its duty."""

    act: Literal["dispute"] = "dispute"
    reason: Sealed


class ObjectToConclusion(_Act):
    """对结论申请复核 (督查条例 art. 17), naming the conclusion."""

    act: Literal["object"] = "object"
    conclusion: str
    reason: Sealed


class Suspend(_Act):
    """中止 until a date at the latest, for a stated reason."""

    act: Literal["suspend"] = "suspend"
    until: Instant
    reason: Sealed


class Resume(_Act):
    """恢复办理 after a suspension."""

    act: Literal["resume"] = "resume"


class Transfer(_Act):
    """转办 to another unit; the first clock runs on. `asked` are triggers that open orders ask of that unit already."""

    act: Literal["transfer"] = "transfer"
    unit: str
    unit_type: UnitType
    region: str
    asked: tuple[str, ...] = ()
    reason: Sealed


class HandOver(_Act):
    """移交 to the competent body for refusal or false material: proposed, and recorded once approved."""

    act: Literal["hand_over"] = "hand_over"
    reason: Sealed


class Withdraw(_Act):
    """撤回; the order keeps its number."""

    act: Literal["withdraw"] = "withdraw"
    reason: Sealed


class Decide(_Act):
    """A named person's decision on a proposal: approved or refused, with the reason."""

    act: Literal["decide"] = "decide"
    proposal: str
    accept: bool
    reason: Sealed | None = None


class LookBackReport(_Act):
    """回头看: the figures at the re-check."""

    act: Literal["lookback"] = "lookback"
    figures: Figures


Act = Annotated[
    Acknowledge
    | SubmitPlan
    | ReportProgress
    | RequestCompletion
    | AttachEvidence
    | CloseOut
    | Return
    | RequestExtension
    | DisputeDispatch
    | ObjectToConclusion
    | Suspend
    | Resume
    | Transfer
    | HandOver
    | Withdraw
    | Decide
    | LookBackReport,
    Field(discriminator="act"),
]

ACT: TypeAdapter[Act] = TypeAdapter(Act)


class Tick(Model):
    """The clock's own act: everything due at or before `at` is reached, in order."""

    at: Instant


class Issue(Model):
    """下工单: the facts frozen by an assessment that an officer confirmed; an order's first event follows.

    `covered` are triggers that another open order of the unit is about: this one leaves them out.
    """

    key: Key
    order: str
    at: Instant
    actor: Actor
    docket: str
    campaign: str
    round: int
    district: str
    region: str
    unit: str
    unit_type: str
    doc_no: str
    urgency: str
    figures: Figures
    cut_off: str
    measurement: str
    policy: str
    covered: tuple[str, ...] = ()
