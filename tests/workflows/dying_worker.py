"""A worker that is killed at the worst moment: an act is committed, or a calendar delivered, and nobody knows it yet.

Run as a program: `python -m tests.workflows.dying_worker ADDRESS HOME QUEUE`. It says `ready`, and dies by itself.
"""

import asyncio
import os
import sys
from pathlib import Path

import worker as door
from activities.announcing import Announcer
from activities.recording import Registrar
from records.session import open_records
from runtime.client import connect
from runtime.settings import Settings
from schemas import names
from schemas.announcement import AnnouncementInput
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


class DyingAnnouncer(Announcer):
    """Delivers as the real one does, and ends the process behind the second docket's Update, before it is noted."""

    def _note(self, given: AnnouncementInput, docket: str, moved: int) -> None:
        if docket.endswith(":2"):
            os._exit(KILLED)
        super()._note(given, docket, moved)


async def main(address: str, home: str, queue: str) -> None:
    """Work until killed."""
    names.LOOP_QUEUE = queue  # type: ignore[misc]  # a queue of the test's own
    vars(door).update(Registrar=DyingRegistrar, Announcer=DyingAnnouncer)
    settings = Settings(home=Path(home))
    client = await connect(settings, address=address)
    async with door.make_worker(client, settings, open_records(settings.records_url)):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
