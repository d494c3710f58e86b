"""Evidence files: encrypted under the order's key, kept in the data directory, named by the digest of what is stored.

A file is cut into chunks, each sealed with AES-256-GCM; a chunk's nonce holds its number, and what it is bound to says
whether it is the last, so that no chunk can be moved, dropped or added unseen.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.vault import Tampered

MAGIC: Final = b"BHE1"
PREFIX_SIZE: Final = 8
CHUNK_SIZE: Final = 1 << 20
_TAG_SIZE: Final = 16


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Draft(NamedTuple):
    """An encrypted file that has no name yet: where it lies, the digest that will name it, the plain file's bytes."""

    path: Path
    digest: str
    size: int

    def keep(self) -> None:
        """Give it its name, durably."""
        self.path.replace(self.path.with_name(self.digest))
        _sync_folder(self.path.parent)


@contextmanager
def encrypted(home: Path, key: bytes, source: BinaryIO) -> Iterator[Draft]:
    """Encrypt a file into `home`/evidence, complete on the disk; one that the block does not `keep` goes with it.

    Takes as long as the file is large, so no transaction may be open meanwhile. A crash leaves at most a file whose name
    starts with a dot.
    """
    folder = home / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    prefix = os.urandom(PREFIX_SIZE)
    draft = folder / f".{prefix.hex()}"
    try:
        with draft.open("xb") as target:
            digest, size = _encrypt(source, target, AESGCM(key), prefix)
        yield Draft(draft, digest, size)
    finally:
        draft.unlink(missing_ok=True)


def _encrypt(source: BinaryIO, target: BinaryIO, cipher: AESGCM, prefix: bytes) -> tuple[str, int]:
    digest, plain = sha256(), -len(MAGIC) - PREFIX_SIZE + _TAG_SIZE
    for piece in _sealed_pieces(source, cipher, prefix):
        digest.update(piece)
        plain += target.write(piece) - _TAG_SIZE
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), plain


def open_evidence(home: Path, key: bytes, digest: str) -> Iterator[bytes]:
    """Yield the plain file in pieces; they are the file only once the last one came.

    Raises:
        Tampered: for a file that is missing, was changed, or has another's name.

    """
    path = home / "evidence" / digest
    if not path.is_file():
        raise Tampered(f"the file {digest} is missing")
    with path.open("rb") as file:
        source = _Hashed(file)
        head = source.read(len(MAGIC) + PREFIX_SIZE)
        if not head.startswith(MAGIC):
            raise Tampered(f"the file {digest} is no evidence file")
        yield from _plain_pieces(source, AESGCM(key), head[len(MAGIC) :])
    if source.digest.hexdigest() != digest:
        raise Tampered(f"the file {digest} holds another one")


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int, /) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _sealed_pieces(source: BinaryIO, cipher: AESGCM, prefix: bytes) -> Iterator[bytes]:
    yield MAGIC + prefix
    for number, chunk, last in _chunks(source, CHUNK_SIZE):
        yield cipher.encrypt(_nonce(prefix, number), chunk, _bound(last=last))


def _plain_pieces(source: _Source, cipher: AESGCM, prefix: bytes) -> Iterator[bytes]:
    for number, chunk, last in _chunks(source, CHUNK_SIZE + _TAG_SIZE):
        try:
            yield cipher.decrypt(_nonce(prefix, number), chunk, _bound(last=last))
        except InvalidTag as error:
            raise Tampered("an evidence file was changed") from error


def _chunks(source: _Source, size: int) -> Iterator[tuple[int, bytes, bool]]:
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
