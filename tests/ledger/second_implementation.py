"""The ledger's format written a second time, from `docs/ledger.md` and the RFCs alone; it shares no code with `ledger`.

Canonical JSON comes from the package `rfc8785`, the tree from the RFC's recursive definitions, slow and obvious. Run as
``python -m tests.ledger.second_implementation`` it writes the test vectors; all of them are synthetic.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import rfc8785

Value: TypeAlias = Any
"""A value as `json.loads` returns it."""

VECTORS = Path(__file__).parents[2] / "ledger" / "vectors"


def write(value: Value) -> bytes:
    """The canonical bytes; raises ValueError outside the ledger's subset."""
    if isinstance(value, dict):
        for name, member in value.items():
            write(name)
            write(member)
    elif isinstance(value, list):
        for item in value:
            write(item)
    elif isinstance(value, float):
        raise ValueError("float")  # noqa: TRY004 - one error for all that has no form, as a reader of JSON text sees it
    elif isinstance(value, str) and unicodedata.normalize("NFC", value) != value:
        raise ValueError("not NFC")
    return rfc8785.dumps(value)


def commit(name: str, value: Value, salt: bytes) -> str:
    """SHA-256(salt, canonical {name: value}) in lower-case hex."""
    return hashlib.sha256(salt + write({name: value})).hexdigest()


def leaf_of(entry: bytes) -> bytes:
    """RFC 6962, 2.1: MTH({d(0)}) = SHA-256(0x00 || d(0))."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def head(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1: MTH, over leaves that are hashed already."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return hashlib.sha256(b"\x01" + head(leaves[:k]) + head(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1: PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), head(leaves[k:])]
    return [*path(m - k, leaves[k:]), head(leaves[:k])]


def continuation(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, 2.1.2: SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if whole else [head(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*continuation(m, leaves[:k], whole=whole), head(leaves[k:])]
    return [*continuation(m - k, leaves[k:], whole=False), head(leaves[:k])]


def _salt(label: str) -> bytes:
    """A salt for a vector: fixed, where a real one is random."""
    return hashlib.sha256(f"synthetic salt: {label}".encode()).digest()[:16]


ACCEPTED: list[Value] = [
    None,
    True,
    False,
    0,
    -1,
    2**53 - 1,
    1 - 2**53,
    "",
    "同文明督〔2026〕12号",
    'quote " backslash \\ slash / tab \t return \r line \n page \f back \b nul \u0000 unit \u001f delete \u007f',
    "\u2028\u2029<>&'",
    "\U0001f9f9",
    [],
    {},
    [[], {}, [None, {"b": 1, "a": [2]}]],
    {"level": 2, "Level": 1, "10": "ten", "9": "nine", "": "empty"},
    # RFC 8785, 3.2.3, its U+FB33 replaced by U+FFE5, as the former is not NFC: an astral name sorts before U+FFE5.
    {"\u20ac": 1, "\r": 2, "\uffe5": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
    {"单位": {"在岗人数": 120, "区划": "140212"}, "实": {"\U00020000": 1, "\uf8ff": 2}},
]

REFUSED = {
    "a float": "1.5",
    "a float that is whole": "1.0",
    "a float in a list in an object": '{"a":[1e3]}',
    "2^53": "9007199254740992",
    "-2^53": "-9007199254740992",
    "text decomposed (NFD)": '"e\\u0301"',
    "a composition exclusion, never NFC": '"\\ufb33"',
    "a member name decomposed": '{"e\\u0301":1}',
    "a lone high surrogate": '"\\ud83d"',
    "a lone low surrogate in a name": '{"\\ude00":1}',
}

ENTRIES: list[dict[str, Any]] = [
    {
        "about": "an order is issued; the reason, free text, is sealed elsewhere and only its commitment is known",
        "head": {
            "event_id": "019abf0c-5a00-7000-8000-000000000001",
            "stream": "order:2026-0012",
            "seq": 1,
            "tag": "order.order.issued",
            "schema": 1,
            "simulated": False,
            "happened_at": "2026-11-23T08:00:00.000000Z",
            "recorded_at": "2026-11-23T08:00:00.250000Z",
        },
        "fields": {"actor": "staff:0007", "number": "同文明督〔2026〕12号", "level": 0},
        "sealed": {"reason": ["现场无人值守（合成样例）", _salt("reason").hex()]},
    },
    {
        "about": "a simulated rung, with every kind of value",
        "head": {
            "event_id": "019abf0c-5a00-7000-8000-000000000002",
            "stream": "order:2026-0012",
            "seq": 2,
            "tag": "order.rung.reached",
            "schema": 3,
            "simulated": True,
            "happened_at": "2026-12-01T10:00:00.000001Z",
            "recorded_at": "2026-11-23T08:00:01.999999Z",
        },
        "fields": {
            "waits_for": None,
            "urgent": False,
            "late_seconds": 83,
            "steps": [{"due": "2026-12-01T10:00:00.000000Z", "rung": 2}],
            "备注": {"\uffe5": 1, "\U0001f600": 2},
            "\U0001f600": -1,
            "\uffe5": [],
        },
        "sealed": {},
    },
    {
        "about": "an event without a field",
        "head": {
            "event_id": "019abf0c-5a00-7000-8000-000000000003",
            "stream": "roster:1",
            "seq": 0,
            "tag": "roster.file.viewed",
            "schema": 0,
            "simulated": False,
            "happened_at": "2004-02-29T23:59:59.999999Z",
            "recorded_at": "2026-11-23T08:00:02.000000Z",
        },
        "fields": {},
        "sealed": {},
    },
]


def _entry_vector(given: dict[str, Any]) -> dict[str, Any]:
    opened = [
        {"name": name, "value": value, "salt": _salt(name).hex(), "commitment": commit(name, value, _salt(name))}
        for name, value in sorted(given["fields"].items(), key=lambda member: member[0].encode("utf-16-be"))
    ]
    sealed = {name: commit(name, value, bytes.fromhex(salt)) for name, (value, salt) in given["sealed"].items()}
    commitments = sorted([*(field["commitment"] for field in opened), *sealed.values()])
    entry = write({**given["head"], "v": 1, "commitments": commitments})
    return {
        "about": given["about"],
        "head": given["head"],
        "fields": opened,
        "sealed": sealed,
        "entry": entry.decode(),
        "leaf": leaf_of(entry).hex(),
    }


def canonical_vectors() -> dict[str, Any]:
    """Values with their canonical bytes, and JSON texts whose value has none."""
    return {
        "accepted": [{"value": value, "bytes": write(value).hex()} for value in ACCEPTED],
        "refused": [{"about": about, "json": text} for about, text in REFUSED.items()],
    }


def entry_vectors() -> dict[str, Any]:
    """Events with their salts, entries and leaves."""
    return {"entries": [_entry_vector(given) for given in ENTRIES]}


def merkle_vectors() -> dict[str, Any]:
    """A tree head for each size up to nine, and every proof within the tree of seven."""
    leaves = [leaf_of(f"synthetic entry {place}".encode()) for place in range(9)]
    seven = leaves[:7]
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": [head(leaves[:size]).hex() for size in range(10)],
        "inclusion_in_7": [[node.hex() for node in path(index, seven)] for index in range(7)],
        "consistency_with_7": [[node.hex() for node in continuation(first, seven)] for first in range(1, 8)],
    }


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "canonical.json": canonical_vectors,
    "entry.json": entry_vectors,
    "merkle.json": merkle_vectors,
}


def as_text(vectors: dict[str, Any]) -> str:
    """A vectors file's text: ASCII only, so that no editor can compose or re-order what it holds."""
    return json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    for file, vectors_of in FILES.items():
        (VECTORS / file).write_text(as_text(vectors_of()), encoding="ascii")
