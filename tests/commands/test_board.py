"""`bihuan board show`: the edition published last, whatever the campaign does since, and its files wherever they went."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.boards import Publisher
from activities.campaigns import CampaignOffice
from commands.home import open_home
from records.session import Records
from records.tables_current import boards
from schemas.campaign import RoundTask
from tests.activities.test_rebuilding import CAMPAIGN, TASK, lead, office
from tests.commands.office import answer, run

__all__ = ["office"]

SECOND = TASK.model_copy(update={"given": TASK.given.model_copy(update={"round": 2})})


@pytest.fixture
def records(home: Path) -> Iterator[Records]:
    """The records of the data directory that the command line opens."""
    assert not home.exists()
    with open_home() as opened:
        yield opened.records


async def publish(office: CampaignOffice, records: Records, home: Path, task: RoundTask = TASK) -> None:
    """Lead a round to its publication, with the files where the command line looks for them."""
    await lead(office)
    Publisher(records, home / "published", district_names={}).publish(task)


async def test_the_edition_published_last_is_shown(records: Records, office: CampaignOffice, home: Path) -> None:
    """While a later round waits for its confirmation the first round's table is shown, with its files."""
    await publish(office, records, home)
    await office.assess(SECOND)
    told = answer("board", "show", CAMPAIGN)
    now = answer("board", "show", CAMPAIGN, "--now")

    assert (told["published"], told["board"]["round"], told["board"]["version"]) == (True, 1, 1)
    assert [Path(path).parent for path in told["files"]] == [home / "published" / CAMPAIGN / "r1" / "v1"] * 5
    assert (now["published"], now["board"]["round"]) == (False, 1)
    assert "第 1 轮  第 1 版" in run("board", "show", CAMPAIGN).output


async def test_a_round_that_waits_has_nothing_to_show(records: Records, office: CampaignOffice, home: Path) -> None:
    """Asked for by its number, or the only one there is, it is refused with what to do."""
    await office.assess(TASK)
    assert "〔board.nothing_issued〕" in run("board", "show", CAMPAIGN).stderr
    await publish(office, records, home)
    await office.assess(SECOND)

    assert "〔board.nothing_issued〕" in run("board", "show", CAMPAIGN, "--round", "2").stderr


async def test_lost_files_are_written_again(records: Records, office: CampaignOffice, home: Path) -> None:
    """The folder of published tables is gone: the table is shown all the same, and its files are back."""
    await publish(office, records, home)
    before = answer("board", "show", CAMPAIGN)
    shutil.rmtree(home / "published")

    assert len(before["files"]) == 5
    assert answer("board", "show", CAMPAIGN) == before, "the files listed are those that are there"


async def test_a_document_lost_from_the_records_is_told(records: Records, office: CampaignOffice, home: Path) -> None:
    """The check names the table, the edition and what to do; showing it is refused."""
    await publish(office, records, home)
    with records.write() as tx:
        tx.connection.execute(boards.delete())
    checked = run("records", "rebuild", "--check")

    assert checked.exit_code == 1
    assert f"{CAMPAIGN} 1 1" in checked.output
    assert "已公布的成效表（boards）是冻结的依据，不能由事件重建，请从备份恢复。" in checked.output
    assert "〔board.damaged〕" in run("board", "show", CAMPAIGN).stderr
