"""`make bench`: run the benchmarks, show a table for people, write rows for programs."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import burst
from bench.row import Row, Share
from runtime.settings import Settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    asked = _parser().parse_args(arguments)
    console = Console()
    workers = asked.workers or Settings().workers
    with console.status("starting") as status:

        def say(what: str) -> None:
            console.print(f"  {what}", style="dim", highlight=False)
            status.update(what)

        row = asyncio.run(
            burst.burst(asked.size, docket=asked.docket, peer_size=asked.peer_size, workers=workers, say=say)
        )
    console.print(table(row))
    if asked.json:
        asked.json.write_text(json.dumps([row.model_dump(mode="json")], ensure_ascii=False, indent=2) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=[burst.NAME], help="run only this benchmark")
    parser.add_argument("--size", type=int, default=burst.SIZE, help="orders whose deadlines fall in one instant")
    parser.add_argument("--docket", type=int, default=burst.DOCKET, help="orders in one docket")
    parser.add_argument("--peer-size", type=int, default=burst.PEER_SIZE, help="at most so many orders for the peer")
    parser.add_argument("--workers", type=int, help="worker processes; as many as `bihuan up` starts when left out")
    parser.add_argument("--json", type=Path, help="write the rows as a JSON list to this file")
    return parser


def table(row: Row) -> Table:
    """Return the row beside its peers as people read it."""
    machine = row.machine
    caption = (
        f"{machine.cpus} cores, {machine.processor}, Python {machine.python}, {machine.server}, "
        f"load {machine.load} before; {row.workers} worker processes; dockets of {row.docket}. Budget: {row.budget}."
    )
    made = Table(title=f"{row.name}: deadlines in one instant; {row.ratio:,.0f} times the peer", caption=caption)
    made.add_column("design")
    heads = (
        "orders",
        "orders/s",
        "p50 s",
        "p99 s",
        "max s",
        "lost",
        "doubled",
        "set-up s",
        "cpu ms/order",
        "events/order",
        "bytes/order",
    )
    for head in heads:
        made.add_column(head, justify="right")
    ours = Share.model_validate(row.model_dump(include=set(Share.model_fields)))
    for name, share in {"dockets (ours)": ours, **row.peers}.items():
        made.add_row(name.replace("_", " "), *_cells(share))
    return made


def _cells(share: Share) -> tuple[str, ...]:
    times = (f"{seconds:.2f}" for seconds in (share.p50_s, share.p99_s, share.max_s))
    counts = (f"{share.lost:,}", f"{share.doubled:,}", f"{share.setup_s:.1f}")
    return (
        f"{share.size:,}",
        f"{share.value:,.0f}",
        *times,
        *counts,
        f"{share.cpu_ms_per_order:.2f}",
        f"{share.events_per_order:.3f}",
        f"{share.bytes_per_order:,.0f}",
    )


if __name__ == "__main__":
    main()
