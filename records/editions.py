"""Published editions as documents: the exact canonical JSON of each, so that its files can be written again.

A document follows from no event; the event of its publication commits to it by its digest. A lost or changed one is
found by that, and comes back from a backup only.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import select

from records.bulk import Clash, put_values
from records.tables_current import boards
from records.transaction import Read, Write

Edition: TypeAlias = tuple[str, int, int]
"""A campaign, one of its rounds, and a version of that round's table."""


def put_document(write: Write, edition: Edition, document: bytes) -> None:
    """Keep an edition's document; belongs into the transaction that records its publication."""
    campaign, round_no, version = edition
    values = {"campaign": campaign, "round": round_no, "version": version, "document": document.decode()}
    put_values(write, boards, [values], clash=Clash.keep)


def document_of(read: Read, edition: Edition) -> bytes | None:
    """Return an edition's document, none where there is none; who uses it holds it against its digest."""
    b = boards.c
    mine = b.campaign == edition[0], b.round == edition[1], b.version == edition[2]
    found: str | None = read.connection.scalar(select(b.document).where(*mine))
    return None if found is None else found.encode()


def unlike_documents(read: Read, committed: Mapping[Edition, str]) -> Iterator[tuple[Edition, str, str]]:
    """Return each published edition whose document is lost or changed: the edition, its digest here, and its own."""
    for edition in sorted(committed):
        document = document_of(read, edition)
        held = "" if document is None else sha256(document).hexdigest()
        if held != committed[edition]:
            yield edition, held, committed[edition]
