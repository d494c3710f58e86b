"""Adopting a rule set: a policy or a calendar, stored by the digest of its canonical text."""

from typing import Literal

from schemas.event import Event


class RuleBookAdopted(Event):
    """A rule set may judge here from now on."""

    tag: Literal["rulebook.adopted"] = "rulebook.adopted"
    kind: str
    name: str
    rulebook: str
