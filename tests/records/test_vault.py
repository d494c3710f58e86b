"""The vault: what is sealed opens, what is erased never does, and what was changed is noticed."""

from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import update

from ledger.canonical import canonical
from ledger.entry import commitment
from records.evidence import CHUNK_SIZE, encrypted, open_evidence
from records.session import Records, migrate, open_records, sqlite_url
from records.tables import vault
from records.vault import (
    Erased,
    RefReused,
    Secret,
    Tampered,
    destroy,
    erased_at,
    held_key,
    key_of,
    open_many,
    open_sealed,
    scrub,
    seal,
    seal_many,
)
from schemas.event import Sealed
from tests.records.examples import DIGEST, LATER, order_id

KEY = bytes(range(32))


def test_a_sealed_value_opens_again_and_is_nowhere_in_the_clear(records: Records) -> None:
    """The same text twice has two references and two commitments, and no row shows it."""
    subject = order_id()
    with records.write() as tx:
        first, second = (seal(tx, subject, "reason", "材料不全") for _ in range(2))

    with records.read() as read:
        opened = open_many(read, [first, second])
        rows = read.connection.execute(vault.select().where(vault.c.subject == subject)).all()

    assert opened == {first.ref: "材料不全", second.ref: "材料不全"}
    assert first.commitment != second.commitment
    assert "材料不全".encode() not in b"".join(
        value if isinstance(value, bytes) else b"" for row in rows for value in row
    )


def test_a_reference_of_ones_own_makes_sealing_repeatable(records: Records) -> None:
    """An act sent twice carries the same sealed value; another value, field or subject is refused."""
    subject = order_id()
    ref = f"{subject}:ack:reason"
    with records.write() as tx:
        first = seal(tx, subject, "reason", "材料不全", ref=ref)
        again = seal(tx, subject, "reason", "材料不全", ref=ref)
        for other in (Secret(subject, "reason", "别的", ref), Secret(order_id(), "reason", "材料不全", ref)):
            with pytest.raises(RefReused):
                seal_many(tx, [other])

    assert again == first


def test_destroying_a_key_erases_everything_under_it(records: Records) -> None:
    """Nothing of that subject opens or can be sealed, other subjects are untouched, and the instant is known."""
    subject, other = order_id(), order_id()
    with records.write() as tx:
        gone, kept = seal_many(tx, [Secret(subject, "name", "甲"), Secret(other, "name", "乙")])
        assert destroy(tx, subject, at=LATER)
        assert not destroy(tx, subject, at=LATER)
    scrub(records)

    with records.write() as tx:
        assert open_sealed(tx, kept) == "乙"
        with pytest.raises(Erased):
            open_sealed(tx, gone)
        with pytest.raises(Erased):
            seal(tx, subject, "name", "甲")
        assert erased_at(tx, subject) == LATER
        assert erased_at(tx, other) is None


def test_a_destroyed_key_is_not_left_in_the_file(home: Path) -> None:
    """After scrubbing, neither the SQLite file nor its log holds the key's bytes."""
    path, subject = home / "records.db", order_id()
    records = open_records(sqlite_url(path))
    migrate(records)
    with records.write() as tx:
        key = key_of(tx, subject)
    scrub(records)
    assert key in path.read_bytes()

    with records.write() as tx:
        destroy(tx, subject, at=LATER)
    scrub(records)

    assert all(key not in file.read_bytes() for file in home.glob("records.db*"))
    records.close()


@pytest.mark.parametrize("change", ["ciphertext", "commitment", "missing", "moved"])
def test_what_was_changed_is_noticed(records: Records, change: str) -> None:
    """A changed or moved ciphertext, another commitment, or a missing row is tampering, never a value."""
    subject = order_id()
    with records.write() as tx:
        sealed, other = seal_many(tx, [Secret(subject, "name", "甲"), Secret(subject, "name", "乙")])
        mine = update(vault).where(vault.c.ref == sealed.ref)
        if change == "ciphertext":
            tx.connection.execute(mine.values(ciphertext=bytes(40)))
        elif change == "moved":
            row = tx.connection.execute(vault.select().where(vault.c.ref == other.ref)).one()
            tx.connection.execute(mine.values(nonce=row.nonce, ciphertext=row.ciphertext))
        elif change == "commitment":
            sealed = Sealed(ref=sealed.ref, commitment=DIGEST)
        else:
            sealed = Sealed(ref="nowhere", commitment=sealed.commitment)

        with pytest.raises(Tampered):
            open_sealed(tx, sealed)


def test_the_commitment_is_the_ledgers(records: Records) -> None:
    """Value and salt from the vault give the commitment that stands in the entry, by the ledger's own formula."""
    subject = order_id()
    with records.write() as tx:
        sealed = seal(tx, subject, "reason", "材料不全")
        key = key_of(tx, subject)
        row = tx.connection.execute(vault.select().where(vault.c.ref == sealed.ref)).one()
    plain = AESGCM(key).decrypt(row.nonce, row.ciphertext, canonical([sealed.ref, subject, "reason"]))

    assert commitment("reason", plain[16:].decode(), plain[:16]) == sealed.commitment


def file_it(home: Path, key: bytes, source: Path) -> tuple[str, int]:
    """Encrypt a file and keep it."""
    with source.open("rb") as file, encrypted(home, key, file) as draft:
        draft.keep()
    return draft.digest, draft.size


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])
def test_a_file_comes_back_as_it_was(home: Path, size: int) -> None:
    """Whatever its length, a filed file opens again, is named by its stored bytes, and lies there encrypted."""
    source = home / "scan.pdf"
    source.write_bytes(b"\x07" * size)

    digest, told = file_it(home, KEY, source)
    stored = (home / "evidence" / digest).read_bytes()

    assert told == size
    assert b"".join(open_evidence(home, KEY, digest)) == source.read_bytes()
    assert sha256(stored).hexdigest() == digest
    assert [file.name for file in (home / "evidence").iterdir()] == [digest]
    assert size < 100 or b"\x07" * 100 not in stored


def test_a_file_that_is_not_kept_leaves_nothing(home: Path) -> None:
    """Neither a draft that nobody kept nor one whose block failed stays in the folder."""
    source = home / "scan.pdf"
    source.write_bytes(b"x")
    with source.open("rb") as file, encrypted(home, KEY, file):
        pass
    with pytest.raises(KeyError), source.open("rb") as file, encrypted(home, KEY, file):
        raise KeyError

    assert list((home / "evidence").iterdir()) == []


@pytest.mark.parametrize("change", ["cut", "swapped", "flipped", "missing", "foreign", "another", "other key"])
def test_a_changed_file_does_not_open(home: Path, change: str) -> None:
    """A chunk cut off or moved, a single bit, no file, another's file under its name, another key: all are noticed."""
    source = home / "scan.pdf"
    source.write_bytes(bytes(CHUNK_SIZE) + b"\x01" * CHUNK_SIZE)
    piece = CHUNK_SIZE + 16
    digest, _ = file_it(home, KEY, source)
    another, _ = file_it(home, KEY, source)
    filed = home / "evidence" / digest
    whole = filed.read_bytes()
    head, first, second = whole[:12], whole[12 : 12 + piece], whole[12 + piece :]
    changed = {
        "cut": head + first,
        "swapped": head + second + first,
        "flipped": whole[:-1] + bytes([whole[-1] ^ 1]),
        "foreign": b"%PDF",
        "another": (home / "evidence" / another).read_bytes(),
        "other key": whole,
    }
    if change == "missing":
        filed.unlink()
    else:
        filed.write_bytes(changed[change])

    with pytest.raises(Tampered):
        list(open_evidence(home, bytes(32) if change == "other key" else KEY, digest))


def test_a_key_is_read_and_never_made_by_reading(records: Records) -> None:
    """The key of a subject that has none is not drawn by whoever only reads; a destroyed one is told."""
    subject = order_id()
    with records.write() as tx:
        with pytest.raises(Tampered):
            held_key(tx, subject)
        key = key_of(tx, subject)
        assert held_key(tx, subject) == key
        destroy(tx, subject, at=LATER)
        with pytest.raises(Erased):
            held_key(tx, subject)
