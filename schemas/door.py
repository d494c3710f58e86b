"""What a door tells the person: judged, or received and still to be judged."""

from schemas.base import Model
from schemas.docket import ActAnswer
from schemas.time import Instant


class Receipt(Model):
    """The act is on disk: from here on it counts as of `received_at`, whatever happens to the engine.

    `known` says that the same act was received before; `answer` is there once it was judged.
    """

    key: str
    order: str
    received_at: Instant
    known: bool = False
    answer: ActAnswer | None = None
