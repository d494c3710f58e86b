"""Published editions and their files: the records keep what was published, so a lost file is written again.

A file is put back only where it comes out as the very bytes whose digest was recorded when it was published.
"""

import os
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from connectors.board_files import write_board
from records.editions import document_of
from records.rows import PublicationRow
from records.session import Read
from runtime.log import logger
from schemas.board import Board
from schemas.errors import Refused

log = logger(__name__)


class Edition(NamedTuple):
    """A published edition: its board, the folder of its files, and the files that could not be written again."""

    board: Board
    folder: Path
    lost: tuple[str, ...]


def board_of(read: Read, row: PublicationRow) -> Board:
    """Return a published edition from the records, held against the digest in its event.

    Raises:
        Refused: `board.damaged` where the document is missing or was changed.

    """
    document = document_of(read, (row.campaign, row.round, row.version))
    if document is None or sha256(document).hexdigest() != row.digest:
        sentence = (
            f"第 {row.round} 轮第 {row.version} 版成效表在记录库中缺失或已被改动。"
            "请用 bihuan records rebuild --check 核对，并从备份恢复记录库。"
        )
        raise Refused("board.damaged", sentence)
    return Board.model_validate_json(document)


def put_back(board: Board, row: PublicationRow, place: Path) -> tuple[str, ...]:
    """Write again what is missing in a published edition's folder, or is not what was published.

    Returns the files that this release writes otherwise than the one that published them: they are left as they are,
    and come back from a backup only.
    """
    wrong = [name for name, digest in sorted(row.files.items()) if _digest(place / name) != digest]
    if not wrong:
        return ()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".draft-") as folder:
        made = {path.name: path for path in write_board(board, Path(folder) / place.name).values()}
        faithful = [name for name in wrong if name in made and _digest(made[name]) == row.files[name]]
        for name in faithful:
            made[name].replace(place / name)
    sync(place)
    log.warning("board.put_back", campaign=row.campaign, round=row.round, version=row.version, files=faithful)
    return tuple(name for name in wrong if name not in faithful)


def complete(place: Path, names: Iterable[str]) -> bool:
    """Say whether an edition's files are all there; what is in them is not looked at."""
    return all((place / name).is_file() for name in names)


def sync(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
