"""The entry: what the ledger remembers of one event without revealing it, fixed for ever from version 1.

An entry says *that* something of a kind happened in a stream and when; *what* happened stands in it only as salted
commitments, one per field, so a field can be opened alone, or made unopenable by destroying its salt. The leaf is
the entry's place in the Merkle tree (RFC 6962). `docs/ledger.md` recomputes one by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from ledger.canonical import INTEGER_LIMIT, JSON, NotCanonical, canonical, key_order, timestamp

VERSION = 1
"""The format's version, the entry's `v`. A change of any rule in this module or in `canonical` is another version."""

SALT_SIZE = 16
"""Bytes of fresh randomness before each field, so that a commitment to one of a few likely values is not guessed."""

LEAF_PREFIX = b"\x00"
"""What RFC 6962 (2.1) hashes before a leaf, so that no leaf can be passed off as an inner node."""

DIGEST_LENGTH = 64
"""Characters of a commitment: 32 bytes in lower-case hexadecimal."""

_HEXADECIMAL = b"0123456789abcdef"
_FORM = (
    b'{"commitments":[%b],"event_id":%b,"happened_at":"%b","recorded_at":"%b",'
    b'"schema":%d,"seq":%d,"simulated":%b,"stream":%b,"tag":%b,"v":%d}'
)
_NOTHING_SEALED: Mapping[str, str] = MappingProxyType({})
_NOTHING_WRITTEN: Mapping[str, bytes] = MappingProxyType({})


def commitment(name: str, value: JSON, salt: bytes) -> str:
    """Commit to one field: lower-case hex of SHA-256 over the 16-byte salt and canonical ``{name: value}``."""
    if len(salt) != SALT_SIZE:
        raise NotCanonical(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    ((_, _, _, opening),) = _layout(name)
    return sha256(salt + opening + canonical(value) + b"}").hexdigest()


def commit_fields(
    fields: Mapping[str, JSON],
    salts: bytes,
    sealed: Mapping[str, str] = _NOTHING_SEALED,
    *,
    written: Mapping[str, bytes] = _NOTHING_WRITTEN,
) -> list[str]:
    """Commit to all fields of an event and return the sorted list for `entry`.

    ``salts`` is one block of 16 bytes per field of ``fields``, in `key_order` of the names, so that a store which
    forgets the order of members can still open them. ``sealed`` brings commitments made elsewhere, by name: of a
    personal field neither value nor salt comes here. ``written`` may bring what `canonical` writes of some fields, by
    name, so that a value which stands in thousands of events is written once.
    """
    if len(salts) != SALT_SIZE * len(fields):
        raise NotCanonical(f"{len(fields)} fields need {SALT_SIZE * len(fields)} bytes of salt, not {len(salts)}")
    if not fields.keys().isdisjoint(sealed):
        raise NotCanonical("a field is given both open and sealed")
    made = [
        sha256(salts[at:end] + opening + (written.get(name) or canonical(fields[name])) + b"}").hexdigest()
        for at, end, name, opening in _layout(*fields)
    ]
    made += sealed.values()
    made.sort()
    return made


def entry(  # noqa: PLR0913 - one argument per member of the format
    *,
    event_id: str,
    stream: str,
    seq: int,
    tag: str,
    schema: int,
    simulated: bool,
    happened_at: datetime,
    recorded_at: datetime,
    commitments: Iterable[str],
) -> bytes:
    """Write the entry of one event: the exact bytes that are stored and hashed, never to be re-encoded.

    ``seq`` counts within the stream, ``schema`` is the number under which the tag's fields are understood. Raises
    `NotCanonical` when a member is not of its type or a commitment is malformed or repeated.
    """
    given = (event_id, stream, tag, seq, schema, simulated)
    if tuple(map(type, given)) != (str, str, str, int, int, bool):
        raise NotCanonical("event_id, stream and tag are text, seq and schema integers, simulated is true or false")
    if not (0 <= seq < INTEGER_LIMIT and 0 <= schema < INTEGER_LIMIT):
        raise NotCanonical("seq and schema count from 0 and stay below 2^53")
    return _FORM % (
        _digests(commitments),
        canonical(event_id),
        timestamp(happened_at).encode(),
        timestamp(recorded_at).encode(),
        schema,
        seq,
        b"true" if simulated else b"false",
        canonical(stream),
        canonical(tag),
        VERSION,
    )


def leaf(entry_bytes: bytes) -> bytes:
    """Hash an entry into its 32-byte leaf: SHA-256 of a zero byte and the entry (RFC 6962, 2.1)."""
    return sha256(LEAF_PREFIX + entry_bytes).digest()


@lru_cache(maxsize=1024, typed=True)  # the sets of names are as few as the tags, and come back with every event
def _layout(*names: str) -> list[tuple[int, int, str, bytes]]:
    """For each field in order: where its salt begins and ends, its name, and canonical ``{name: ...}`` up to the value."""
    openings = [(name, canonical({name: None}).removesuffix(b"null}")) for name in key_order(names)]
    starts = range(0, SALT_SIZE * len(openings), SALT_SIZE)
    return [(at, at + SALT_SIZE, name, opening) for at, (name, opening) in zip(starts, openings, strict=True)]


def _digests(commitments: Iterable[str]) -> bytes:
    """Write the commitments as the members of a list, sorted."""
    digests = sorted(commitments)
    if not digests:
        return b""
    if len(set(digests)) != len(digests):
        raise NotCanonical("a commitment appears twice: each field has a salt of its own")
    written = '","'.join(digests).encode("ascii", "replace")
    gaps = b'","' * (len(digests) - 1)
    only_hexadecimal = written.translate(None, _HEXADECIMAL) == gaps
    # Where the whole is as long as it should be and every comma stands where it should, each digest has its length.
    step = DIGEST_LENGTH + 3
    if (
        not only_hexadecimal
        or len(written) != step * len(digests) - 3
        or written[DIGEST_LENGTH + 1 :: step] != gaps[1::3]
    ):
        raise NotCanonical("a commitment is 64 lower-case hexadecimal digits")
    return b'"%b"' % written
