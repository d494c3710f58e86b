"""The Temporal client, made the same way by every door, worker and test."""

from temporalio.client import Client

from runtime.engine import engine_address
from runtime.plugin import make_plugin
from runtime.settings import Settings
from schemas.errors import Refused


async def connect(settings: Settings, *, address: str | None = None) -> Client:
    """A client of the address given, else of the one set, else of the embedded engine that runs for these settings.

    Refused with `engine.not_running` or `engine.unreachable`: a door then still stores the act's receipt.
    """
    target = address or engine_address(settings)
    try:
        return await Client.connect(target, namespace=settings.namespace, plugins=[make_plugin()])
    except RuntimeError as error:
        sentence = f"连不上 Temporal 服务 {target}。请确认 bihuan up 正在运行，或检查 BIHUAN_TEMPORAL_ADDRESS。"
        raise Refused("engine.unreachable", sentence) from error
