"""The clock that workflows, doors and activities read: segments of real instant, shown instant and rate.

In earnest it is no segment, or one at rate 1 whose two instants are equal. A demonstration runs the same rules faster
and shows true dates.
"""

from pydantic import Field

from schemas.base import Model
from schemas.time import Instant


class Segment(Model):
    """From `real` on, shown time runs from `shown` at `rate` shown seconds to a real second."""

    real: Instant
    shown: Instant
    rate: int = Field(gt=0)


class Clock(Model):
    """Segments in order of their instants; no segment at all means real time."""

    segments: tuple[Segment, ...] = ()

    @property
    def simulated(self) -> bool:
        """Whether any shown instant differs from the real one; every event of such a run is marked."""
        return any(segment.rate != 1 or segment.real != segment.shown for segment in self.segments)
