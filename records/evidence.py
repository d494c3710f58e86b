"""Evidence files: encrypted under the order's key, kept in the data directory, named by the digest of what is stored.

A file is cut into chunks, each sealed with AES-256-GCM; a chunk's nonce holds its number, and what it is bound to says
whether it is the last, so that no chunk can be moved, dropped or added unseen.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.transaction import Write
from records.vault import Tampered, key_of

MAGIC: Final = b"BHE1"
PREFIX_SIZE: Final = 8
CHUNK_SIZE: Final = 1 << 20
_TAG_SIZE: Final = 16


def file_evidence(home: Path, write: Write, subject: str, path: Path) -> tuple[str, int]:
    """Encrypt a file into `home`/evidence; return the digest that names it and the size of the plain file in bytes.

    It is on the disk, complete, before this returns; a crash leaves at most a file whose name starts with a dot.
    """
    folder = home / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    cipher, prefix = AESGCM(key_of(write, subject)), os.urandom(PREFIX_SIZE)
    draft = folder / f".{prefix.hex()}"
    digest, size = sha256(), 0
    try:
        with path.open("rb") as source, draft.open("xb") as target:
            for piece in _sealed_pieces(source, cipher, prefix):
                digest.update(piece)
                target.write(piece)
            size = source.tell()
            target.flush()
            os.fsync(target.fileno())
        draft.replace(folder / digest.hexdigest())
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(folder)
    return digest.hexdigest(), size


def open_evidence(home: Path, write: Write, subject: str, digest: str) -> Iterator[bytes]:
    """Yield the plain file in pieces. Raises `Erased` for a destroyed key, `Tampered` for a file that was changed."""
    cipher = AESGCM(key_of(write, subject))
    path = home / "evidence" / digest
    if not path.is_file():
        raise Tampered(f"the file {digest} is missing")
    with path.open("rb") as source:
        head = source.read(len(MAGIC) + PREFIX_SIZE)
        if not head.startswith(MAGIC):
            raise Tampered(f"the file {digest} is no evidence file")
        yield from _plain_pieces(source, cipher, head[len(MAGIC) :])


def _sealed_pieces(source: BinaryIO, cipher: AESGCM, prefix: bytes) -> Iterator[bytes]:
    yield MAGIC + prefix
    for number, chunk, last in _chunks(source, CHUNK_SIZE):
        yield cipher.encrypt(_nonce(prefix, number), chunk, _bound(last=last))


def _plain_pieces(source: BinaryIO, cipher: AESGCM, prefix: bytes) -> Iterator[bytes]:
    for number, chunk, last in _chunks(source, CHUNK_SIZE + _TAG_SIZE):
        try:
            yield cipher.decrypt(_nonce(prefix, number), chunk, _bound(last=last))
        except InvalidTag as error:
            raise Tampered("an evidence file was changed") from error


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number the chunks and mark the last; an empty file has one, empty."""
    chunk = source.read(size)
    for number in count():
        following = source.read(size)
        yield number, chunk, not following
        if not following:
            return
        chunk = following


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _bound(*, last: bool) -> bytes:
    return b"last" if last else b"more"


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where folders can be synced."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
