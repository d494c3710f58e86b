"""Refused attempts: who tried what, and why it was refused, in streams of their own."""

from typing import Literal

from schemas.event import Event


class AttemptRefused(Event):
    """An act that was not accepted; who tried stands in the event's actor."""

    tag: Literal["order.attempt.refused"] = "order.attempt.refused"
    act: str
    order: str
    code: str
