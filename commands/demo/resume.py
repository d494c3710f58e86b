"""A demonstration that was stopped or killed goes on: `bihuan up` in its data directory plays the stored script further.

The clock did not stop meanwhile: it was fixed at confirm and workflows carry it, so no door may set it back. What the
actors would have done while everything was down they do late, and are judged by when it was received; every rung that
fell due is recorded with its true lateness.
"""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

from temporalio.client import Client

from commands.demo import stage
from commands.demo.actors import Script
from records.session import Records, open_records
from runtime.client import connect
from runtime.log import logger
from runtime.settings import Settings

Say = Callable[[str], None]

log = logger(__name__)


@asynccontextmanager
async def resumed(settings: Settings, address: str, say: Say) -> AsyncIterator[None]:
    """Play on while the context lasts, where the data directory is a demonstration's; `say` is told how it goes."""
    script = stage.script_of(settings)
    if script is None:
        yield
        return
    records = open_records(settings.records_url)
    client = await connect(settings, address=address)
    playing = asyncio.create_task(_told(_go_on(settings, script, client, records, say), settings, say))
    try:
        yield
    finally:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
        records.close()


async def _told(playing: Coroutine[None, None, None], settings: Settings, say: Say) -> None:
    """Say what ended the play; engine and workers go on without it."""
    try:
        await playing
    except Exception:
        log.exception("demo.stopped")
        say(f"演示人员停下了，详情见 {settings.logs}；引擎和工作进程仍在运行。再次运行 bihuan up 会接着演。")


async def _go_on(settings: Settings, script: Script, client: Client, records: Records, say: Say) -> None:
    """Take every step that was not taken, play until every order is settled, and see the campaign off."""
    if not await to_thread(stage.over, records):
        say("这是演示数据目录：接着演。演示时钟一直在走，错过的事项由演示人员补办，迟了就算迟了。")
    if not await to_thread(stage.begun, records):
        await to_thread(stage.prepare, settings, records, script)
    handle = await stage.start(client, records)
    await stage.confirm(handle, records, script.rates)
    actors = stage.actors_of(script, client, records)
    if await to_thread(stage.worn_out, records):
        say("停得太久：演示时钟已与真实时间同速，没有了结的督办单只能等。要看完整过程，请另开一场演示。")
    await actors.play(asyncio.Event())
    await stage.finish(handle, records)
    say(f"演示已结束：{len(actors.rows)} 份督办单全部了结，成效表在 {settings.published}。按 Ctrl-C 停止。")
