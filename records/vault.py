"""The vault: personal data and free text, encrypted under a key of the subject they belong to.

What goes in comes back as a reference and a salted commitment; both may be recorded, neither says anything. Destroying
a subject's key erases all of it at once, and leaves every commitment standing.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time_ns
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text, update

from ledger.canonical import canonical, timestamp
from ledger.entry import SALT_SIZE, commitment
from records.bulk import Clash, among, put
from records.tables import vault, vault_keys
from records.transaction import Read, Records, Write
from schemas.errors import BihuanError
from schemas.event import Sealed

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
_REF_CHANCE: Final = 10
_CHANCE: Final = SALT_SIZE + NONCE_SIZE + _REF_CHANCE


class Erased(BihuanError):
    """The subject's key was destroyed: what was sealed under it cannot be opened by anybody."""


class Tampered(BihuanError):
    """A sealed value is missing, does not open, or is not what its commitment says."""


class RefReused(BihuanError):
    """A reference stands for another value already."""


class Secret(NamedTuple):
    """A value on its way into the vault; with a `ref` of its own, sealing it again gives the same answer."""

    subject: str
    field: str
    value: str
    ref: str = ""


def seal(write: Write, subject: str, field: str, value: str, *, ref: str = "") -> Sealed:
    """Seal one value under the subject's key; `field` is the name of the event's field that will carry it.

    A door gives a `ref` made from the act's key, so that an act sent twice is the same act. Raises `Erased` when the
    subject's key is destroyed, `RefReused` when the reference stands for another value.
    """
    return seal_many(write, [Secret(subject, field, value, ref)])[0]


def seal_many(write: Write, secrets: Sequence[Secret]) -> list[Sealed]:
    """Seal many values at once, in the order given, as an import needs it; see `seal`."""
    ciphers = _ciphers(write, {secret.subject for secret in secrets}, make=True)
    known = _stored(write, [secret.ref for secret in secrets if secret.ref])
    answers: list[Sealed] = []
    rows: list[tuple[object, ...]] = []
    chances = _chances(len(secrets))
    for secret, chance in zip(secrets, chances, strict=True):
        if secret.ref in known:
            answers.append(_same(known[secret.ref], secret, ciphers))
            continue
        row = ref, subject, field, nonce, ciphertext, made = _sealed(secret, ciphers[secret.subject], chance)
        if secret.ref:  # one drawn by chance comes back with nobody
            known[ref] = _Box(subject, field, nonce, ciphertext, made)
        rows.append(row)
        answers.append(Sealed(ref=ref, commitment=made))
    if put(write, vault, rows, clash=Clash.keep) < len(rows):
        # Somebody sealed under the same reference since we looked; theirs stands, and must be the same value.
        theirs = _stored(write, [secret.ref for secret in secrets if secret.ref])
        answers = [
            _same(theirs[secret.ref], secret, ciphers) if secret.ref else sealed
            for secret, sealed in zip(secrets, answers, strict=True)
        ]
    return answers


def _chances(n: int) -> Iterator[bytes]:
    """Fresh chance for each of so many secrets, drawn at once: salt, nonce and the reference's own."""
    drawn = os.urandom(n * _CHANCE)
    return (drawn[at : at + _CHANCE] for at in range(0, len(drawn), _CHANCE))


def _sealed(secret: Secret, cipher: AESGCM, chance: bytes) -> tuple[str, str, str, bytes, bytes, str]:
    """The row of `vault` that a secret becomes."""
    salt, nonce = chance[:SALT_SIZE], chance[SALT_SIZE:-_REF_CHANCE]
    # What is sealed at one time lies together, as event ids do: an import else touches every page of the index.
    ref = secret.ref or f"{time_ns() // 1_000_000:012x}{chance[-_REF_CHANCE:].hex()}"
    made = commitment(secret.field, secret.value, salt)
    ciphertext = cipher.encrypt(nonce, salt + secret.value.encode(), _bound(ref, secret.subject, secret.field))
    return ref, secret.subject, secret.field, nonce, ciphertext, made


def open_sealed(read: Read, sealed: Sealed) -> str:
    """Return the value behind a reference. Raises `Erased`, or `Tampered` when it is not what was committed to."""
    return open_many(read, [sealed])[sealed.ref]


def open_many(read: Read, sealed: Sequence[Sealed]) -> dict[str, str]:
    """Return the values by reference; see `open_sealed`."""
    boxes = _stored(read, [one.ref for one in sealed])
    ciphers = _ciphers(read, {box.subject for box in boxes.values()})
    return {one.ref: _opened(one, boxes, ciphers) for one in sealed}


def destroy(write: Write, subject: str, *, at: datetime) -> bool:
    """Destroy a subject's key and tell whether there was one; the caller records the event that says so.

    The bytes are overwritten in the file; `scrub` afterwards removes older copies from log and free space.
    """
    if write.is_sqlite:
        write.connection.execute(text("PRAGMA secure_delete = ON"))
    mine = vault_keys.c.subject == subject, vault_keys.c.key.is_not(None)
    # First over the old bytes, in place, then out: so the page holds no copy of the key.
    write.connection.execute(update(vault_keys).where(*mine).values(key=bytes(KEY_SIZE)))
    done = write.connection.execute(update(vault_keys).where(*mine).values(key=None, destroyed_at=at))
    return done.rowcount == 1


def erased_at(read: Read, subject: str) -> datetime | None:
    """Return when the subject's key was destroyed, None when it was not."""
    return read.connection.scalar(select(vault_keys.c.destroyed_at).where(vault_keys.c.subject == subject))


def scrub(records: Records) -> None:
    """Remove what destroyed keys left behind: SQLite's write-ahead log, PostgreSQL's dead row versions."""
    with records.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        sqlite = connection.dialect.name == "sqlite"
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)" if sqlite else "VACUUM vault_keys"))


def key_of(write: Write, subject: str) -> bytes:
    """Return the subject's key, drawn now when it has none. Raises `Erased` when it is destroyed."""
    return _keys(write, {subject}, make=True)[subject]


def held_key(read: Read, subject: str) -> bytes:
    """Return the subject's key as it is. Raises `Erased` when it is destroyed, `Tampered` when there never was one."""
    keys = _keys(read, {subject}, make=False)
    if subject not in keys:
        raise Tampered(f"{subject} has no key")
    return keys[subject]


@dataclass(frozen=True, slots=True)
class _Box:
    subject: str
    field: str
    nonce: bytes
    ciphertext: bytes
    commitment: str


def _same(box: _Box, secret: Secret, ciphers: Mapping[str, AESGCM]) -> Sealed:
    """Answer a repeat with what was stored; anything else under the same reference is refused."""
    if (box.subject, box.field) != (secret.subject, secret.field) or secret.subject not in ciphers:
        raise RefReused(secret.ref)
    sealed = Sealed(ref=secret.ref, commitment=box.commitment)
    if _opened(sealed, {secret.ref: box}, ciphers) != secret.value:
        raise RefReused(secret.ref)
    return sealed


def _opened(sealed: Sealed, boxes: Mapping[str, _Box], ciphers: Mapping[str, AESGCM]) -> str:
    box = boxes.get(sealed.ref)
    if box is None:
        raise Tampered(f"nothing is sealed under {sealed.ref}")
    try:
        plain = ciphers[box.subject].decrypt(box.nonce, box.ciphertext, _bound(sealed.ref, box.subject, box.field))
    except InvalidTag as error:
        raise Tampered(f"what is sealed under {sealed.ref} was changed") from error
    salt, value = plain[:SALT_SIZE], plain[SALT_SIZE:].decode()
    if commitment(box.field, value, salt) != sealed.commitment:
        raise Tampered(f"what is sealed under {sealed.ref} is not what was committed to")
    return value


def _bound(ref: str, subject: str, field: str) -> bytes:
    """What the ciphertext is bound to, so that no row can be put in another's place: the canonical list of the three."""
    return b"[%b,%b,%b]" % (canonical(ref), canonical(subject), canonical(field))


def _stored(read: Read, refs: Sequence[str]) -> dict[str, _Box]:
    if not refs:
        return {}
    columns = vault.c.ref, vault.c.subject, vault.c.field, vault.c.nonce, vault.c.ciphertext, vault.c.commitment
    found = read.connection.execute(select(*columns).where(among(read, vault.c.ref, refs)))
    return {
        ref: _Box(subject, field, bytes(nonce), bytes(ciphertext), made)
        for ref, subject, field, nonce, ciphertext, made in found
    }


def _ciphers(read: Read, subjects: Iterable[str], *, make: bool = False) -> dict[str, AESGCM]:
    return {subject: AESGCM(key) for subject, key in _keys(read, set(subjects), make=make).items()}


def _keys(read: Read, subjects: set[str], *, make: bool) -> dict[str, bytes]:
    if make and isinstance(read, Write):
        now = timestamp(datetime.now(UTC))
        fresh = {subject: os.urandom(KEY_SIZE) for subject in sorted(subjects)}
        if put(read, vault_keys, [(*one, now, None) for one in fresh.items()], clash=Clash.keep) == len(fresh):
            return fresh
    found = select(vault_keys.c.subject, vault_keys.c.key).where(among(read, vault_keys.c.subject, sorted(subjects)))
    keys = {row.subject: row.key for row in read.connection.execute(found)}
    destroyed = sorted(subject for subject, key in keys.items() if key is None)
    if destroyed:
        raise Erased(destroyed[0])
    return {subject: bytes(key) for subject, key in keys.items() if key is not None}
