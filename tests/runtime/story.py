"""A small workflow with one of each: an activity, an update, a timer. Synthetic."""

from datetime import timedelta
from typing import Annotated, Literal

import structlog
from pydantic import Field
from temporalio import activity, workflow

from schemas.base import Model


class Opened(Model):
    """A member of a union, told apart by a tag that is a default."""

    tag: Literal["opened"] = "opened"
    subject: str
    level: int = 1


class Closed(Model):
    """The other member."""

    tag: Literal["closed"] = "closed"
    subject: str


class Story(Model):
    """A message that holds members of the union."""

    subject: str
    happened: tuple[Annotated[Opened | Closed, Field(discriminator="tag")], ...] = ()


@activity.defn
def look_around(_story: Story) -> dict[str, object]:
    """What the log would bind here; runs in a thread."""
    return structlog.contextvars.get_contextvars()


@workflow.defn
class StoryWorkflow:
    """Waits for one update, looks around in an activity, and ends with what it was told."""

    def __init__(self) -> None:
        """Nothing told yet."""
        self._told: Story | None = None

    @workflow.run
    async def run(self, story: Story) -> dict[str, object]:
        """Wait, sleep a little, look around."""
        await workflow.wait_condition(lambda: self._told is not None)
        await workflow.sleep(timedelta(milliseconds=10))
        return await workflow.execute_activity(look_around, story, start_to_close_timeout=timedelta(seconds=10))

    @workflow.update
    async def tell(self, story: Story) -> dict[str, object]:
        """What the log would bind in a handler."""
        self._told = story
        return {**structlog.contextvars.get_contextvars(), "same": self._told.happened == story.happened}
