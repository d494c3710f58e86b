"""The keepers' input: which of the long-running helpers, and how long one watch lasts."""

from pydantic import Field

from schemas.base import Model
from schemas.names import Keeper


class KeeperInput(Model):
    """Which helper; `watch_seconds` is how long its activity runs before it is relieved, so that no history grows."""

    keeper: Keeper
    watch_seconds: int = Field(default=3600, ge=1)
