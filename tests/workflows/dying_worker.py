"""A worker that is killed at the worst moment: an act is committed, and nobody has heard of it yet.

Run as a program: `python -m tests.workflows.dying_worker ADDRESS HOME QUEUE`. It says `ready`, and dies by itself.
"""

import asyncio
import os
import sys
from pathlib import Path

import worker as door
from activities.recording import Registrar
from records.session import open_records
from runtime.client import connect
from runtime.settings import Settings
from schemas import names
from schemas.docket import ChangeAnswer, Recording

KILLED = 137


class DyingRegistrar(Registrar):
    """Writes as the real one does, and ends the process after it has committed a signature."""

    def _written(self, recording: Recording) -> tuple[ChangeAnswer, ...]:
        answers = super()._written(recording)
        tags = {event.tag for change in recording.changes for step in change.steps for event in step.events}
        if "order.acknowledged" in tags:
            os._exit(KILLED)
        return answers


async def main(address: str, home: str, queue: str) -> None:
    """Work until killed."""
    names.LOOP_QUEUE = queue  # type: ignore[misc]  # a queue of the test's own
    vars(door)["Registrar"] = DyingRegistrar
    settings = Settings(home=Path(home))
    client = await connect(settings, address=address)
    async with door.make_worker(client, settings, open_records(settings.records_url)):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
