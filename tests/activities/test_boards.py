"""Publishing: an edition is written whole, recorded once, and never over one that another publisher was quicker with."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from activities.boards import Publisher
from activities.campaigns import CampaignOffice
from connectors.board_files import write_board
from records.reading import publications_of
from records.rows import PublicationRow
from records.session import Records
from schemas.board import Board
from schemas.campaign import Published
from schemas.errors import Refused
from tests.activities.test_rebuilding import CAMPAIGN, TASK, lead, office

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
