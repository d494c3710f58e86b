"""Adopting a rule set: a policy or a calendar, stored by the digest of its canonical text; and its arrival at dockets."""

from enum import StrEnum
from typing import Literal

from schemas.event import Event


class Adoption(StrEnum):
    """What came of adopting a rule set: it is new here, is the newest once more, or was the newest already."""

    new = "new"
    again = "again"
    unchanged = "unchanged"


class RuleBookAdopted(Event):
    """A rule set judges here what begins from now on; one that others followed may be adopted again."""

    tag: Literal["rulebook.adopted"] = "rulebook.adopted"
    kind: str
    name: str
    rulebook: str


class RuleBookDelivered(Event):
    """A docket keeps its clocks by this rule set now; `orders` is how many of its orders it moved."""

    tag: Literal["rulebook.delivered"] = "rulebook.delivered"
    rulebook: str
    docket: str
    orders: int
