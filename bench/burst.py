"""`burst`: the deadlines of thousands of orders fall in one instant, beside one workflow an order, in one run."""

from collections.abc import Callable
from typing import Final

from bench.dockets import dockets
from bench.machine import this_machine
from bench.office import office
from bench.peer_worker import workflow_per_order
from bench.row import Row, joined
from bench.strike import strike

NAME: Final = "burst"
SIZE: Final = 5_000
DOCKET: Final = 250
PEER_SIZE: Final = 500
BUDGET: Final = "100,000 deadlines in one instant: p99 <= 10 s, 0 lost, 0 doubled; >= 100 times one workflow per order"
_PEER_WITHIN_S: Final = 90.0
_PEERS: Final = {"workflow_per_order": False, "workflow_per_order_local_activity": True}


async def burst(
    size: int = SIZE,
    *,
    docket: int = DOCKET,
    peer_size: int = PEER_SIZE,
    workers: int,
    say: Callable[[str], None],
) -> Row:
    """Measure ours at `size`, then each peer at no more than `peer_size`, each on an engine of its own."""
    machine, shop = this_machine(), office()
    ours = await strike(dockets(size, docket=docket), shop, workers=workers, say=say)
    peers = {}
    for name, local in _PEERS.items():
        peer = workflow_per_order(min(size, peer_size), local=local, within_s=_PEER_WITHIN_S)
        peers[name] = await strike(peer, shop, workers=workers, say=say)
    return joined(NAME, ours, peers, budget=BUDGET, docket=docket, on=machine)
