"""A demonstration that was stopped or killed goes on: `bihuan up` in its data directory plays the stored script further."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.session import open_records
from runtime.client import connect
from runtime.settings import Settings


@asynccontextmanager
async def resumed(settings: Settings, address: str) -> AsyncIterator[bool]:
    """Play on while the context lasts; yields whether there is a script at all."""
    from commands.demo.stage import actors_of, script_file

    if not script_file(settings).exists():
        yield False
        return
    records = open_records(settings.records_url)
    client = await connect(settings, address=address)
    actors = actors_of(settings, client, records)
    over = asyncio.Event()
    playing = asyncio.create_task(actors.play(over)) if actors else None
    try:
        yield actors is not None
    finally:
        over.set()
        if playing is not None:
            await playing
        records.close()
