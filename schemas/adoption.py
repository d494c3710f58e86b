"""Adopting a rule set: a policy or a calendar, stored by the digest of its canonical text; and its arrival at dockets."""

from typing import Literal

from schemas.event import Event


class RuleBookAdopted(Event):
    """A rule set may judge here from now on."""

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
