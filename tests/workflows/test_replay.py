"""Stored histories of every path replay on today's workflows; a changed sequence of commands would not get past them.

After a change that is meant: `python -m tests.histories.record`. While runs of a released version are open, a change
that alters commands stands behind `workflow.patched`, and the histories of before stay.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from runtime.plugin import make_plugin
from tests.workflows.fingerprint import fingerprints
from tests.workflows.paths import PATHS
from tests.workflows.sleepy import SleepyAnnouncement, SleepyCampaign, SleepyDocket
from tests.workflows.stories import STORIES
from worker import WORKFLOWS

HISTORIES = Path(__file__).parents[1] / "histories"
STORED = sorted(path.stem for path in HISTORIES.glob("*.json") if path.stem != "fingerprints")


def history(name: str) -> WorkflowHistory:
    """A stored history."""
    return WorkflowHistory.from_json(name, (HISTORIES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", STORED)
async def test_history_replays(name: str) -> None:
    """The workflows as they stand now come to the very commands that the history holds."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[make_plugin()])

    result = await replayer.replay_workflow(history(name), raise_on_replay_failure=False)

    assert result.replay_failure is None


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("closed_out", SleepyDocket),
        ("set_aside", SleepyDocket),
        ("campaign.run1", SleepyCampaign),
        ("announcement.run1", SleepyAnnouncement),
    ],
)
async def test_a_changed_sequence_of_commands_fails(name: str, changed: type) -> None:
    """The proof that the replay above bites: one timer more and the history is refused."""
    replayer = Replayer(workflows=[changed], plugins=[make_plugin()])

    result = await replayer.replay_workflow(history(name), raise_on_replay_failure=False)

    assert isinstance(result.replay_failure, workflow.NondeterminismError)


def test_every_path_is_stored() -> None:
    """No path that the tests drive lacks its history, and no history lacks its path."""
    assert {name.partition(".")[0] for name in STORED} == {*PATHS, *STORIES}


def test_the_workflows_make_the_commands_they_made() -> None:
    """Source that makes other commands than before is noticed without a replay; record anew if that is meant."""
    told: dict[str, Any] = json.loads((HISTORIES / "fingerprints.json").read_text(encoding="utf-8"))

    assert fingerprints() == told
