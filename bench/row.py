"""One measured row: the form in which every benchmark tells its result, to people and to programs."""

from bench.machine import Machine
from schemas.base import Model


class Share(Model):
    """What one design did in the run: orders a second, and how late, lost and doubled its rungs were.

    Lateness is `recorded_at` less the real instant of the deadline. `durable_s` is when an onlooker in another process
    saw the last of them committed: `value` is `size / durable_s`. `setup_s` is how long it took to get all orders under
    way. `cpu_ms_per_order` is the processor time of engine and workers from the deadline until then: where others use
    the machine too, it says more than the seconds do. Events and bytes are those that the hour added to Temporal's
    histories, for one order.
    """

    size: int
    value: float
    p50_s: float
    p99_s: float
    max_s: float
    durable_s: float
    setup_s: float
    workers: int
    lost: int
    doubled: int
    cpu_ms_per_order: float
    events_per_order: float
    bytes_per_order: float


class Row(Model):
    """One benchmark: its value beside the budget and beside each peer, on which machine."""

    name: str
    size: int
    value: float
    unit: str
    budget: str
    p50_s: float
    p99_s: float
    max_s: float
    durable_s: float
    setup_s: float
    workers: int
    lost: int
    doubled: int
    cpu_ms_per_order: float
    events_per_order: float
    bytes_per_order: float
    docket: int
    peers: dict[str, Share]
    ratio: float
    machine: Machine


def joined(name: str, ours: Share, peers: dict[str, Share], *, budget: str, docket: int, on: Machine) -> Row:
    """Put ours beside the peers; `ratio` is our orders a second over the quickest peer's."""
    best = max(peer.value for peer in peers.values())
    return Row(
        name=name,
        unit="orders/s",
        budget=budget,
        docket=docket,
        peers=peers,
        ratio=round(ours.value / best, 1),
        machine=on,
        **ours.model_dump(),
    )
