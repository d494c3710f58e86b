"""How a long activity says that its worker lives, whatever it waits for: so that only a dead worker's is taken over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from temporalio import activity

_BEAT: Final = 2.0


@asynccontextmanager
async def alive() -> AsyncIterator[None]:
    """Heartbeat every two seconds for as long as the block lasts; references allow ten seconds of silence."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEAT)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
