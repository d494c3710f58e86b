"""Publishing: an edition is written whole, recorded once, and never over one that another publisher was quicker with."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, update

from activities.boards import Publisher
from activities.campaigns import CampaignOffice
from connectors.board_files import write_board
from records.reading import publications_of
from records.rows import PublicationRow
from records.session import Records
from records.tables_current import boards, publications
from schemas.board import Board
from schemas.campaign import Published
from schemas.errors import Refused
from tests.activities.test_rebuilding import AT, CAMPAIGN, TASK, lead, office

__all__ = ["office"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the office's publisher writes."""
    return tmp_path / "published"


def editions(records: Records) -> tuple[PublicationRow, ...]:
    """What is recorded as published."""
    with records.read() as read:
        return publications_of(read, CAMPAIGN)


def entries(folder: Path) -> list[str]:
    """What lies in the round's folder, drafts included."""
    return sorted(path.name for path in (folder / CAMPAIGN / "r1").iterdir())


async def test_the_files_are_those_recorded(records: Records, office: CampaignOffice, folder: Path) -> None:
    """Every file of an edition has the digest that its event holds, and nothing else lies beside the editions."""
    await lead(office)
    (edition,) = editions(records)
    place = folder / CAMPAIGN / "r1" / "v1"

    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in place.iterdir()} == edition.files
    assert entries(folder) == ["v1"]


async def test_without_a_change_no_edition_is_written(records: Records, office: CampaignOffice, folder: Path) -> None:
    """Publishing the same table again answers with the edition that stands."""
    await lead(office)
    again = Publisher(records, folder, district_names={}).publish(TASK)

    assert again == Published(version=1, digest=editions(records)[0].digest, changed=False)
    assert entries(folder) == ["v1"]


async def test_what_a_dead_publisher_left_is_no_edition(records: Records, office: CampaignOffice, folder: Path) -> None:
    """A folder that was put in place and never recorded gives way to the edition that is."""
    left = folder / CAMPAIGN / "r1" / "v1" / "board.json"
    left.parent.mkdir(parents=True)
    left.write_text("never recorded", encoding="utf-8")
    await lead(office)

    assert sha256(left.read_bytes()).hexdigest() == editions(records)[0].files["board.json"]
    assert entries(folder) == ["v1"]


async def test_two_publishers_at_once_make_one_edition(
    records: Records, office: CampaignOffice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was overtaken while it wrote its files throws them away and builds upon what is published now."""
    publisher = Publisher(records, folder, district_names={})
    overtaken: list[Path] = []

    def slowly(board: Board, place: Path) -> Mapping[str, Path]:
        if not overtaken:
            overtaken.append(place)
            publisher.publish(TASK)
        return write_board(board, place)

    monkeypatch.setattr("activities.boards.write_board", slowly)
    await lead(office)

    assert [one.version for one in editions(records)] == [1]
    assert entries(folder) == ["v1"]
    assert not overtaken[0].exists()


async def test_a_round_that_never_went_out_has_no_table(records: Records, office: CampaignOffice, folder: Path) -> None:
    """A round before its confirmation is refused, and so is one that the campaign does not have."""
    await office.assess(TASK)
    publisher = Publisher(records, folder, district_names={})
    second = TASK.model_copy(update={"given": TASK.given.model_copy(update={"round": 2})})

    for ask in (publisher.publish, publisher.preview):
        for task in (TASK, second):
            with pytest.raises(Refused) as refused:
                ask(task)
            assert refused.value.code == "board.nothing_issued"


def digests(place: Path) -> dict[str, str]:
    """What lies in an edition's folder, by digest."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in place.iterdir()}


async def test_a_lost_folder_is_written_again(records: Records, office: CampaignOffice, folder: Path) -> None:
    """Publishing goes on without the folder of published tables, and puts every file back as it was recorded."""
    await lead(office)
    shutil.rmtree(folder)
    again = Publisher(records, folder, district_names={}).publish(TASK)
    (edition,) = editions(records)

    assert again == Published(version=1, digest=edition.digest, changed=False)
    assert digests(folder / CAMPAIGN / "r1" / "v1") == edition.files
    assert entries(folder) == ["v1"]


async def test_a_later_edition_needs_no_file_of_the_one_before(
    records: Records, office: CampaignOffice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was corrected is told by the records alone; the lost edition is written again beside the new one."""
    await lead(office)
    shutil.rmtree(folder)
    monkeypatch.setattr("activities.boards._VARYING", set())
    later = TASK.model_copy(update={"at": AT + timedelta(days=1)})
    published = Publisher(records, folder, district_names={}).publish(later)

    assert (published.version, published.changed) == (2, True)
    assert [digests(folder / CAMPAIGN / "r1" / f"v{n}") for n in (1, 2)] == [one.files for one in editions(records)]


async def test_a_reader_gets_the_files_back(records: Records, office: CampaignOffice, folder: Path) -> None:
    """Files that are missing or were edited by hand are as published again when somebody asks for the edition."""
    await lead(office)
    place = folder / CAMPAIGN / "r1" / "v1"
    (place / "board.csv").unlink()
    (place / "board.html").write_text("edited", encoding="utf-8")
    found = Publisher(records, folder, district_names={}).latest(CAMPAIGN)

    assert found is not None
    assert (found.folder, found.lost, found.board.version) == (place, (), 1)
    assert digests(place) == editions(records)[0].files


async def test_a_file_that_would_come_out_otherwise_is_not_put_back(
    records: Records, office: CampaignOffice, folder: Path
) -> None:
    """Where this release writes another file than the one published, it is told lost, and nothing takes its name."""
    await lead(office)
    place = folder / CAMPAIGN / "r1" / "v1"
    (place / "board.csv").unlink()
    with records.write() as tx:
        files = editions(records)[0].files | {"board.csv": "00" * 32}
        tx.connection.execute(update(publications).values(files=files))
    found = Publisher(records, folder, district_names={}).latest(CAMPAIGN)

    assert found is not None
    assert found.lost == ("board.csv",)
    assert not (place / "board.csv").exists()


@pytest.mark.parametrize("spoiling", [delete(boards), update(boards).values(document="{}")])
async def test_a_document_that_is_not_what_was_published_is_refused(
    records: Records, office: CampaignOffice, folder: Path, spoiling: Executable
) -> None:
    """Lost or changed in the records, it is shown to nobody and nothing is built upon it."""
    await lead(office)
    with records.write() as tx:
        tx.connection.execute(spoiling)
    publisher = Publisher(records, folder, district_names={})

    for ask in (lambda: publisher.latest(CAMPAIGN), lambda: publisher.publish(TASK)):
        with pytest.raises(Refused, match=r"board\.damaged"):
            ask()


async def test_the_latest_edition_is_that_of_the_latest_published_round(
    records: Records, office: CampaignOffice, folder: Path
) -> None:
    """Nothing before the first publication, then the round that has one, whichever round the campaign is in."""
    publisher = Publisher(records, folder, district_names={})
    assert publisher.latest(CAMPAIGN) is None
    await lead(office)
    await office.assess(TASK.model_copy(update={"given": TASK.given.model_copy(update={"round": 2})}))
    found = publisher.latest(CAMPAIGN)

    assert found is not None
    assert (found.board.round, publisher.latest(CAMPAIGN, 2)) == (1, None)
