"""What a unit claims beside what was measured: where its base fell, the reviewer is told, and decides.

Both ratios of a trigger also rise when fewer are counted in. People do come and go, so a smaller base is no refusal.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.order import Figures
from schemas.order_events import AnyOrderEvent, CompletionRequested, Issued, Transferred

_BASES: Final = (("headcount", "在岗人数"), ("registered", "注册志愿者数"))
"""What ratios are taken of: staff for the registration, the registered for the activity."""


class Fall(NamedTuple):
    """A figure that the unit claims lower than it was when the order was issued."""

    figure: str
    claimed: int
    issued: int
    text: str


def falls(events: Iterable[AnyOrderEvent]) -> tuple[Fall, ...]:
    """Return where the last request for close-out is below the figures frozen at the issue.

    After a transfer there is nothing to compare with: the frozen figures are another unit's.
    """
    frozen: Figures | None = None
    claimed: Figures | None = None
    for event in events:
        match event:
            case Issued():
                frozen = event.figures
            case Transferred():
                frozen = None
            case CompletionRequested():
                claimed = event.figures
            case _:
                pass
    return () if frozen is None or claimed is None else _below(frozen, claimed)


def _below(frozen: Figures, claimed: Figures) -> tuple[Fall, ...]:
    pairs = ((name, word, getattr(claimed, name), getattr(frozen, name)) for name, word in _BASES)
    return tuple(
        Fall(name, now, then, f"申报{word} {now}，下达时 {then}") for name, word, now, then in pairs if now < then
    )
