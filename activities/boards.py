"""Publishing rounds' tables: from current rows to a board, from a board to files, each version kept and recorded.

Written only where something changed; what changed since the last version is a visible correction in the new one. With a
round, every earlier round of its campaign is published too: their look-backs, objections and withdrawals go on for
months, and what they change must not stay hidden behind the newer table. What was published stands in the records; its
files are written from there, and written again where they were lost.
"""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from activities.editions import Edition, board_of, complete, put_back, sync
from connectors.board_files import document, write_board
from records.editions import put_document
from records.reading import (
    OrderFilter,
    all_measurements,
    all_units,
    candidates_of,
    clock_of,
    orders,
    publications_of,
    stream,
)
from records.reading_loop import load_calendar, load_policy
from records.rows import CandidateRow, MeasurementRow, PublicationRow
from records.session import Read, Records, Write
from records.writing import Fact, append_facts
from records.writing_current import put_publication
from rules.board import board_order, make_board
from rules.board_terms import definitions_digest
from rules.campaign_register import round_period, round_published, rounds_confirmed
from schemas import names
from schemas.board import Board, BoardHead, BoardOrder
from schemas.campaign import Published, RoundPublished, RoundTask
from schemas.errors import Refused
from schemas.event import CLOCK, Cause, dump
from schemas.order import Figures, OrderRow

_VARYING: Final = {"version", "as_of", "corrections"}


class Publisher:
    """Makes boards from the records and writes them under the data directory's `published` folder."""

    def __init__(self, records: Records, folder: Path, *, district_names: Mapping[str, str]) -> None:
        """Take the records, where the files go, and what districts are called."""
        self._records = records
        self._folder = folder
        self._districts = district_names

    def publish(self, task: RoundTask) -> Published:
        """Write the round's table and those of the rounds before it as they stand; returns the round's own version.

        A table without a change since its last version is not written again. Raises `Refused` with
        `board.nothing_issued` where the round was never confirmed.
        """
        for earlier in range(1, task.given.round):
            self._edition(_of_round(task, earlier))
        published = self._edition(task)
        self._put_back(task.given.campaign)
        return published

    def _edition(self, task: RoundTask) -> Published:
        """Write one round's next version, unless nothing changed; whoever published meanwhile is built upon."""
        given = task.given
        while True:
            with self._records.read() as read:
                last = _last(read, given.campaign, given.round)
                previous = board_of(read, last) if last else None
                board = self._board(read, task, version=_after_version(last), previous=previous)
            if last is not None and previous is not None and _content(previous) == _content(board):
                return Published(version=last.version, digest=last.digest, changed=False)
            if self._kept(task, board):
                return Published(version=board.version, digest=_digest(board), changed=True)

    def preview(self, task: RoundTask) -> Board:
        """Return the table as it would be published now; nothing is written."""
        with self._records.read() as read:
            last = _last(read, task.given.campaign, task.given.round)
            return self._board(read, task, version=_after_version(last), previous=None)

    def latest(self, campaign_id: str, round_no: int | None = None) -> Edition | None:
        """Return the edition published last, of one round or of the latest that has one; none where there is none.

        Its files are there as they were published: what was lost or changed is written again.
        """
        with self._records.read() as read:
            rows = [one for one in publications_of(read, campaign_id) if round_no in (None, one.round)]
            row = max(rows, key=lambda one: (one.round, one.version), default=None)
            if row is None:
                return None
            board = board_of(read, row)
        place = self.place(row.campaign, row.round, row.version)
        return Edition(board, place, put_back(board, row, place))

    def _put_back(self, campaign_id: str) -> None:
        """Write the files of every edition of a campaign that has lost some."""
        with self._records.read() as read:
            rows = publications_of(read, campaign_id)
            places = [(row, self.place(row.campaign, row.round, row.version)) for row in rows]
            lost = [(board_of(read, row), row, place) for row, place in places if not complete(place, row.files)]
        for board, row, place in lost:
            put_back(board, row, place)

    def place(self, campaign_id: str, round_no: int, version: int) -> Path:
        """Return the folder of one published version."""
        return self._folder / campaign_id / f"r{round_no}" / f"v{version}"

    def _board(self, read: Read, task: RoundTask, *, version: int, previous: Board | None) -> Board:
        given = task.given
        confirmed = rounds_confirmed(stream(read, names.campaign_stream(given.campaign))).get(given.round)
        if confirmed is None:
            raise Refused("board.nothing_issued", "本轮尚未下达，没有可以公布的结果。请先确认下达。")
        calendar = load_calendar(read, given.calendar)
        zone = calendar.hours.time_zone
        head = BoardHead(
            campaign=given.campaign,
            title=given.title,
            office=load_policy(read, given.policy).office,
            round=given.round,
            version=version,
            period=round_period(confirmed, ZoneInfo(zone)),
            as_of=task.at,
            zone=zone,
            definitions_digest=definitions_digest(given.definitions),
            simulated=clock_of(read).simulated,
        )
        return make_board(
            self._orders(read, given.campaign, given.round),
            head=head,
            definitions=given.definitions,
            previous=previous,
        )

    def _orders(self, read: Read, campaign_id: str, round_no: int) -> list[BoardOrder]:
        frozen = {one.unit: one for one in candidates_of(read, campaign_id, round_no, finding="short")}
        latest = all_measurements(read)
        called = {unit.credit_code: unit.name for unit in all_units(read)}
        rows = orders(read, OrderFilter(campaign=campaign_id, round=round_no))
        return [self._order(row, frozen, latest, called) for row in rows]

    def _order(
        self,
        row: OrderRow,
        frozen: Mapping[str, CandidateRow],
        latest: Mapping[str, MeasurementRow],
        called: Mapping[str, str],
    ) -> BoardOrder:
        first = frozen[row.id.rpartition(":")[2]]
        return board_order(
            row,
            unit_name=called.get(row.unit, row.unit),
            district_name=self._districts.get(row.district, row.district),
            before=Figures.model_validate(first.figures),
            after=_after(row, first, latest.get(row.unit)),
            paused_from=row.paused_from,
        )

    def _kept(self, task: RoundTask, board: Board) -> bool:
        """Write the files aside, then put them in place and record them in one step; false where another was quicker."""
        place = self.place(board.campaign, board.round, board.version)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".draft-") as folder:
            draft = Path(folder) / place.name
            paths = write_board(board, draft)
            files = {path.name: sha256(path.read_bytes()).hexdigest() for path in paths.values()}
            with self._records.write() as tx:
                tx.hold(names.campaign_stream(board.campaign))
                if _after_version(_last(tx, board.campaign, board.round)) != board.version:
                    return False
                _move(draft, place)
                _record(tx, task, board, files)
        return True


def _of_round(task: RoundTask, round_no: int) -> RoundTask:
    return task.model_copy(update={"given": task.given.model_copy(update={"round": round_no})})


def _move(draft: Path, place: Path) -> None:
    """Give an edition its place for good; what lies there was never recorded, its writer died a moment before."""
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)
    sync(place.parent)


def _record(tx: Write, task: RoundTask, board: Board, files: Mapping[str, str]) -> None:
    given, now, content = task.given, datetime.now(UTC), document(board)
    digest = sha256(content).hexdigest()
    event = RoundPublished(
        happened_at=task.at, round=given.round, version=board.version, table=digest, files=dict(files)
    )
    name = names.campaign_stream(given.campaign)
    cause = Cause(key=f"{name}:publish:r{given.round}:v{board.version}", digest=digest)
    fact = Fact(cause=cause, actor=CLOCK, events=(dump(event),), policy=given.policy, calendar=given.calendar)
    append_facts(tx, name, [fact], recorded_at=now, simulated=board.simulated)
    put_publication(tx, PublicationRow(**vars(round_published(given.campaign, event, made_at=now))))
    put_document(tx, (given.campaign, given.round, board.version), content)


def _last(read: Read, campaign_id: str, round_no: int) -> PublicationRow | None:
    rows = [one for one in publications_of(read, campaign_id) if one.round == round_no]
    return max(rows, key=lambda one: one.version, default=None)


def _after_version(last: PublicationRow | None) -> int:
    return last.version + 1 if last else 1


def _after(row: OrderRow, first: CandidateRow, latest: MeasurementRow | None) -> Figures | None:
    """Return the last figures measured after the issue: of a later roster, else of the review or look-back."""
    if latest is not None and latest.cut_off > first.cut_off:
        return Figures(
            headcount=latest.headcount,
            registered=latest.registered,
            active=latest.active,
            has_team=latest.has_team,
        )
    if row.headcount_after is None:
        return None
    return Figures(
        headcount=row.headcount_after,
        registered=row.registered_after or 0,
        active=row.active_after or 0,
        has_team=bool(row.team_after),
    )


def _content(board: Board) -> object:
    return board.model_dump(mode="json", exclude=_VARYING)


def _digest(board: Board) -> str:
    return sha256(document(board)).hexdigest()
