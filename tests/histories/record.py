"""Records the histories that `tests/workflows/test_replay.py` replays: `python -m tests.histories.record [PATH …]`.

Run it after a change of the workflows that is meant; each file is one run, and what is written is synthetic.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from tests.workflows.fingerprint import fingerprints
from tests.workflows.paths import PATHS
from tests.workflows.server import SMALL, looped, start_server, stock
from tests.workflows.stories import STORIES

HERE = Path(__file__).parent


async def histories(name: str, home: Path, stocked: Path) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Drive one path, and yield each workflow run that it led to."""
    story = STORIES.get(name)
    with pytest.MonkeyPatch.context() as patch:
        async with await start_server(**(SMALL if story and story.small else {})) as server:
            with looped(server, stocked, home, patch) as loop:
                async with loop.worker():
                    if story is None:
                        yield name, await (await PATHS[name](loop)).fetch_history()
                        return
                    for suffix, history in await story.tell(loop):
                        yield f"{name}.{suffix}", history


def write_fingerprints() -> None:
    """Write down which commands the workflows' source makes."""
    text = json.dumps(fingerprints(), indent=1)
    (HERE / "fingerprints.json").write_text(text + "\n", encoding="utf-8")


async def main(wanted: Iterable[str]) -> None:
    """Record the paths asked for, or all."""
    write_fingerprints()
    with tempfile.TemporaryDirectory() as folder:
        stocked = stock(Path(folder) / "stocked")
        for name in wanted or [*PATHS, *STORIES]:
            for old in [HERE / f"{name}.json", *HERE.glob(f"{name}.*.json")]:
                old.unlink(missing_ok=True)
            async for file, history in histories(name, Path(folder) / name, stocked):
                (HERE / f"{file}.json").write_text(history.to_json() + "\n", encoding="utf-8")
                sys.stdout.write(f"{file}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
