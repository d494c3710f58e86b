"""`make bench`: run the benchmarks, show a table for people, write rows for programs."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import burst
from bench.row import Row, Share
from runtime.settings import Settings

_LINES: Final = {
    "orders": "{0.size:,}",
    "orders a second": "{0.value:,.0f}",
    "lateness p50": "{0.p50_s:.2f} s",
    "lateness p99": "{0.p99_s:.2f} s",
    "lateness max": "{0.max_s:.2f} s",
    "lost · doubled": "{0.lost:,} · {0.doubled:,}",
    "set-up": "{0.setup_s:.1f} s",
    "processor time an order": "{0.cpu_ms_per_order:.2f} ms",
    "history events an order": "{0.events_per_order:.3f}",
    "history bytes an order": "{0.bytes_per_order:,.0f}",
}


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
    made = Table(
        title=f"{row.name}: deadlines in one instant; {row.ratio:,.0f} times the quickest peer", caption=caption
    )
    ours = Share.model_validate(row.model_dump(include=set(Share.model_fields)))
    designs = {"dockets (ours)": ours, **row.peers}
    made.add_column("")
    for name in designs:
        made.add_column(name.replace("_", " "), justify="right")
    for title, form in _LINES.items():
        made.add_row(title, *(form.format(share) for share in designs.values()))
    return made


if __name__ == "__main__":
    main()
