"""Entries: their bytes are fixed, everything in them binds, and what is malformed never becomes one."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.canonical import JSON, NotCanonical, key_order
from ledger.entry import SALT_SIZE, commit_fields, commitment, entry, leaf
from tests.ledger import second_implementation as second
from tests.ledger.second_implementation import Value
from tests.ledger.strategies import fields, salts, texts, values

VECTORS = json.loads((second.VECTORS / "entry.json").read_text(encoding="ascii"))["entries"]
HEAD: dict[str, Any] = {
    "event_id": "019abf0c-5a00-7000-8000-000000000001",
    "stream": "order:2026-0012",
    "seq": 1,
    "tag": "order.order.issued",
    "schema": 1,
    "simulated": False,
    "happened_at": datetime(2026, 11, 23, 8, tzinfo=UTC),
    "recorded_at": datetime(2026, 11, 23, 8, 0, 1, tzinfo=UTC),
}
DIGEST = "ab" * 32

counts = st.integers(0, 2**53 - 1)
heads = st.fixed_dictionaries(
    {"event_id": texts, "stream": texts, "seq": counts, "tag": texts, "schema": counts, "simulated": st.booleans()}
)


class Name(StrEnum):
    """A subclass of text that equals a name."""

    ACTOR = "actor"


def salts_for(members: Mapping[str, object], seed: int = 0) -> bytes:
    """A different salt for each member and seed."""
    return b"".join(bytes([seed, place] * (SALT_SIZE // 2)) for place in range(len(members)))


def entry_of(members: Mapping[str, JSON], salt_block: bytes, **changes: Value) -> bytes:
    """An entry over the members, its head as above but for the changes."""
    return entry(**{**HEAD, **changes}, commitments=commit_fields(members, salt_block))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["about"]))
def test_vectors(vector: dict[str, Any]) -> None:
    """Commitments, entry and leaf of each vector come out as the second implementation made them."""
    opened = {field["name"]: field["value"] for field in vector["fields"]}
    salt_block = b"".join(bytes.fromhex(field["salt"]) for field in vector["fields"])
    times = {name: datetime.fromisoformat(vector["head"][name]) for name in ("happened_at", "recorded_at")}

    made = commit_fields(opened, salt_block, vector["sealed"])
    written = entry(**{**vector["head"], **times}, commitments=made)

    assert vector["entry"] == written.decode()
    assert vector["leaf"] == leaf(written).hex()
    for field in vector["fields"]:
        assert field["commitment"] == commitment(field["name"], field["value"], bytes.fromhex(field["salt"]))


@given(texts, values, salts)
def test_a_commitment_is_that_of_the_second_implementation(name: str, value: Value, salt: bytes) -> None:
    """One field, written and hashed by two programs that share nothing, gives one commitment."""
    assert second.commit(name, value, salt) == commitment(name, value, salt)


@given(texts, values, salts, texts, values, salts)
def test_a_commitment_binds_name_value_and_salt(
    name: str, value: Value, salt: bytes, other_name: str, other_value: Value, other_salt: bytes
) -> None:
    """Two commitments are equal only where name, value and salt are."""
    same = (name, rfc8785.dumps(value), salt) == (other_name, rfc8785.dumps(other_value), other_salt)

    assert same == (commitment(name, value, salt) == commitment(other_name, other_value, other_salt))


@given(fields)
def test_bulk_commits_as_one_by_one(members: dict[str, Any]) -> None:
    """The block of salts is dealt out in the order of the names, whatever order the members came in."""
    salt_block = salts_for(members)
    dealt = zip(key_order(members), range(0, len(salt_block), SALT_SIZE), strict=True)
    expected = sorted(commitment(name, members[name], salt_block[at : at + SALT_SIZE]) for name, at in dealt)

    assert expected == commit_fields(members, salt_block)
    assert expected == commit_fields(dict(reversed(members.items())), salt_block)


@given(fields, st.data())
def test_any_change_of_a_field_changes_the_leaf(members: dict[str, Any], data: st.DataObject) -> None:
    """Another value, another name, one field less or more: the leaf is another."""
    assume(members)
    name = data.draw(st.sampled_from(sorted(members)))
    value = data.draw(values)
    new_name = data.draw(texts.filter(lambda text: text not in members))
    assume(rfc8785.dumps(value) != rfc8785.dumps(members[name]))
    rest = {key: member for key, member in members.items() if key != name}
    changed = [{**members, name: value}, {**rest, new_name: members[name]}, rest, {**members, new_name: value}]
    was = leaf(entry_of(members, salts_for(members)))

    assert all(was != leaf(entry_of(other, salts_for(other))) for other in changed)


@given(fields, st.data())
def test_any_flipped_bit_of_a_salt_changes_the_leaf(members: dict[str, Any], data: st.DataObject) -> None:
    """Each bit of each salt is bound."""
    assume(members)
    salt_block = salts_for(members)
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(salt_block) - 1))
    flipped = bytearray(salt_block)
    flipped[bit // 8] ^= 1 << bit % 8

    assert leaf(entry_of(members, salt_block)) != leaf(entry_of(members, bytes(flipped)))


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": "019abf0c-5a00-7000-8000-000000000002"},
        {"stream": "order:2026-0013"},
        {"seq": 2},
        {"tag": "order.order.withdrawn"},
        {"schema": 2},
        {"simulated": True},
        {"happened_at": HEAD["happened_at"] + timedelta(microseconds=1)},
        {"recorded_at": HEAD["recorded_at"] - timedelta(microseconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_the_head_changes_the_leaf(change: dict[str, Any]) -> None:
    """Every member that stands in the clear is bound, the times to the microsecond."""
    assert leaf(entry_of({}, b"")) != leaf(entry_of({}, b"", **change))


@given(heads, fields)
def test_an_entry_is_canonical_and_complete(head: dict[str, Value], members: dict[str, Any]) -> None:
    """The bytes are RFC 8785's for exactly the ten members of the format."""
    written = entry_of(members, salts_for(members), **head)
    expected: dict[str, Value] = {
        **head,
        "v": 1,
        "happened_at": "2026-11-23T08:00:00.000000Z",
        "recorded_at": "2026-11-23T08:00:01.000000Z",
        "commitments": commit_fields(members, salts_for(members)),
    }

    assert rfc8785.dumps(expected) == written
    assert set(json.loads(written)) == {*HEAD, "v", "commitments"}


def test_commitments_are_sorted_whoever_made_them() -> None:
    """The order in which commitments come says nothing about the fields: sealed ones stand among the open."""
    open_one = commitment("actor", "staff:0007", bytes(16))
    first, last = "00" * 32, "ff" * 32

    assert [first, open_one, last] == commit_fields({"actor": "staff:0007"}, bytes(16), {"b": last, "a": first})
    assert entry(**HEAD, commitments=[last, first]) == entry(**HEAD, commitments=[first, last])


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_salt_of_another_size_is_refused(size: int) -> None:
    """A salt has sixteen bytes, alone and in a block."""
    with pytest.raises(NotCanonical, match="salt"):
        commitment("actor", "staff:0007", bytes(size))
    with pytest.raises(NotCanonical, match="salt"):
        commit_fields({"actor": "staff:0007"}, bytes(size))


def test_a_field_is_either_open_or_sealed() -> None:
    """A name that arrives both ways is refused: one commitment per field."""
    with pytest.raises(NotCanonical, match="both"):
        commit_fields({"reason": "x"}, bytes(16), {"reason": DIGEST})


def test_a_name_is_plain_text_however_often_it_was_seen() -> None:
    """A subclass of text is refused as a name even after the plain text that equals it was committed to."""
    commit_fields({"actor": "staff:0007", "level": 0}, bytes(32))

    with pytest.raises(NotCanonical, match="name"):
        commit_fields({Name.ACTOR: "staff:0007", "level": 0}, bytes(32))


@pytest.mark.parametrize(
    "commitments",
    [
        ["ab"],
        [DIGEST.upper()],
        ["g" * 64],
        ["é" * 64],
        ["\ud800" * 64],
        ['"' * 64],
        [DIGEST + "\n"],
        [DIGEST, DIGEST],
        *(["a" * (64 - n), "b" * (64 + n)] for n in (-3, -2, -1, 1, 2, 3)),
        ["a" * 61, "b" * 64, "c" * 67],
    ],
    ids=[
        "short",
        "upper",
        "not hex",
        "not ascii",
        "surrogate",
        "quotes",
        "newline",
        "twice",
        *(f"shifted {n}" for n in range(7)),
    ],
)
def test_malformed_commitments_are_refused(commitments: list[str]) -> None:
    """Only distinct digests of 64 lower-case hexadecimal digits are written into an entry."""
    with pytest.raises(NotCanonical, match="commitment"):
        entry(**HEAD, commitments=commitments)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": -1},
        {"schema": -1},
        {"seq": True},
        {"seq": 1.0},
        {"schema": "1"},
        {"simulated": 0},
        {"event_id": None},
        {"stream": 7},
        {"tag": b"order.order.issued"},
        {"seq": 2**53},
        {"schema": 2**53},
        {"stream": "e\u0301"},
        {"tag": "\ud800"},
        {"happened_at": datetime(2026, 11, 23)},  # noqa: DTZ001 - the refusal is what is tested
    ],
    ids=repr,
)
def test_a_member_of_another_type_is_refused(change: dict[str, Any]) -> None:
    """A head that another reader could take otherwise is refused."""
    with pytest.raises(NotCanonical):
        entry_of({}, b"", **change)


def test_a_leaf_is_no_plain_hash() -> None:
    """A leaf is hashed behind a zero byte, so that no inner node can stand for it (RFC 6962, 2.1)."""
    assert leaf(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
