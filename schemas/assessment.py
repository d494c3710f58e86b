"""What an assessment finds: who falls short of what, who is near the line, and what could not be judged and why."""

from enum import StrEnum

from schemas.base import Model
from schemas.order import Form, OrderItem
from schemas.policy import TriggerKind


class Reason(StrEnum):
    """Why a trigger says nothing about a unit."""

    no_headcount = "no_headcount"
    no_registered = "no_registered"

    @property
    def sentence(self) -> str:
        """The reason as a Chinese sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.no_headcount: "在岗人数为 0，注册比例不适用",
    Reason.no_registered: "注册志愿者数为 0，活跃度不适用",
}


class NotApplicable(Model):
    """A trigger that could not be judged: its denominator is 0."""

    trigger: str
    reason: Reason


class NearLine(Model):
    """A trigger that is not met, but nearly: `margin` persons fewer in the numerator would meet it."""

    trigger: str
    kind: TriggerKind
    numerator: int
    denominator: int
    margin: int


class Verdict(Model):
    """One unit judged: an order (or letter) over `items` when there are any, a place on the watch list for `near`.

    `exempt` says that the unit is smaller than the policy judges at all; everything else is then empty.
    """

    form: Form
    items: tuple[OrderItem, ...] = ()
    near: tuple[NearLine, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    exempt: bool = False

    @property
    def falls_short(self) -> bool:
        """Whether any trigger is met."""
        return bool(self.items)
