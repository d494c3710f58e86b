"""Canonical form: the same bytes from two implementations, and nothing let in that could be read two ways."""

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import DEPTH_LIMIT, NotCanonical, canonical, key_order, timestamp
from tests.ledger import second_implementation as second
from tests.ledger.second_implementation import Value
from tests.ledger.strategies import SURROGATES, texts, values

VECTORS = json.loads((second.VECTORS / "canonical.json").read_text(encoding="ascii"))


class Colour(StrEnum):
    """A subclass of text."""

    RED = "red"


class Rung(IntEnum):
    """A subclass of integers."""

    FIRST = 1


@dataclass
class Point:
    """What orjson would write if it were let."""

    x: int


def nested(depth: int) -> Value:
    """Lists within lists, `depth` of them."""
    value: Value = 0
    for _ in range(depth):
        value = [value]
    return value


def shuffled(value: Value, chance: random.Random) -> Value:
    """The same value with the members of each object in another order."""
    if isinstance(value, dict):
        members = [(name, shuffled(member, chance)) for name, member in value.items()]
        chance.shuffle(members)
        return dict(members)
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", second.FILES)
def test_vectors_are_those_of_the_second_implementation(file: str) -> None:
    """Each vectors file is, to the byte, what the second implementation writes."""
    assert second.as_text(second.FILES[file]()) == (second.VECTORS / file).read_text(encoding="ascii")


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=range(len(VECTORS["accepted"])))
def test_accepted_vectors(vector: dict[str, Any]) -> None:
    """Every value among the vectors is written as the second implementation wrote it."""
    assert bytes.fromhex(vector["bytes"]) == canonical(vector["value"])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: str(vector["about"]))
def test_refused_vectors(vector: dict[str, Any]) -> None:
    """What the vectors call unfit is refused by both implementations."""
    value = json.loads(vector["json"])

    with pytest.raises(NotCanonical):
        canonical(value)
    with pytest.raises(ValueError):  # noqa: PT011 - the package's own errors are of many kinds
        second.write(value)


@given(values)
def test_canonical_is_rfc_8785_and_reads_back(value: Value) -> None:
    """On the allowed subset the bytes are RFC 8785's, and a JSON reader gets the same value back."""
    written = canonical(value)

    assert rfc8785.dumps(value) == written
    assert value == json.loads(written)


@given(values, st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter(value: Value, chance: random.Random) -> None:
    """Two objects that differ in the order of their members only are written alike."""
    assert canonical(value) == canonical(shuffled(value, chance))


@given(st.dictionaries(texts, st.none()))
def test_key_order_is_that_of_utf_16(members: dict[str, None]) -> None:
    """Names are sorted by UTF-16 code units, astral ones included."""
    assert sorted(members, key=lambda name: list(memoryview(name.encode("utf-16")).cast("H"))[1:]) == key_order(members)


@given(st.floats(), texts)
def test_floats_are_refused_wherever_they_stand(number: float, name: str) -> None:
    """No float gets in, whole, infinite or not a number, however deep it stands."""
    for value in (number, [number], {name: [{name: number}]}):
        with pytest.raises(NotCanonical, match="float"):
            canonical(value)  # type: ignore[arg-type]  # the refusal is what is tested


@given(st.integers(min_value=2**53) | st.integers(max_value=-(2**53)))
def test_integers_beyond_a_double_are_refused(number: int) -> None:
    """No integer of 2^53 or more in either direction gets in."""
    with pytest.raises(NotCanonical, match="integer"):
        canonical({"n": number})


@given(st.sampled_from(["e\u0301", "\u212b", "\ufb33", "\u1100\u1161", "\u0344", "\uf900"]), texts)
def test_text_that_is_not_composed_is_refused(spoilt: str, name: str) -> None:
    """Text outside NFC is refused as value and as name, never repaired."""
    for value in (name + "。" + spoilt, {name + "。" + spoilt: 1}):
        with pytest.raises(NotCanonical, match="NFC"):
            canonical(value)


@given(texts, SURROGATES, texts)
def test_lone_surrogates_are_refused(before: str, surrogate: str, after: str) -> None:
    """What UTF-8 cannot carry is refused as value and as name."""
    for value in (f"{before}。{surrogate}。{after}", {f"{before}。{surrogate}。{after}": 1}):
        with pytest.raises(NotCanonical, match="surrogate"):
            canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        Colour.RED,
        Rung.FIRST,
        Point(1),
        b"bytes",
        {"set"},
        Decimal(1),
        datetime(2026, 11, 23, tzinfo=UTC),
        UUID(int=1),
        MappingProxyType({"a": 1}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_types_are_refused(value: Value) -> None:
    """What an encoder would convert by a rule of its own is refused instead."""
    with pytest.raises(NotCanonical, match=type(value).__name__):
        canonical([value])


@pytest.mark.parametrize("name", [1, None, True, Colour.RED], ids=repr)
def test_names_are_plain_text(name: Value) -> None:
    """A member's name that is not exactly text is refused."""
    with pytest.raises(NotCanonical, match="name"):
        canonical({name: 1, "other": 2})


def test_a_tuple_is_a_list() -> None:
    """Frozen models hold tuples; they are written as lists."""
    assert canonical((1, (2,))) == b"[1,[2]]"


def test_depth_is_bounded_by_the_format() -> None:
    """The deepest allowed nesting is written; one more, and a value that holds itself, is refused."""
    endless: list[Any] = []
    endless.append(endless)

    assert canonical(nested(DEPTH_LIMIT)) == b"[" * DEPTH_LIMIT + b"0" + b"]" * DEPTH_LIMIT
    for value in (nested(DEPTH_LIMIT + 1), endless):
        with pytest.raises(NotCanonical, match="deeper"):
            canonical(value)


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "2026-11-23T08:00:00.000000Z"),
        (datetime(2026, 11, 23, 16, 0, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai")), "2026-11-23T08:00:00.000001Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime(2026, 1, 1, 0, 0, 0, tzinfo=timezone(timedelta(seconds=1))), "2025-12-31T23:59:59.000000Z"),
    ],
)
def test_timestamps_are_utc_with_six_decimals(instant: datetime, written: str) -> None:
    """Each instant has one spelling, whatever zone it came in."""
    assert written == timestamp(instant)


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)))  # noqa: DTZ001 - hypothesis adds the zone
def test_timestamps_read_back(instant: datetime) -> None:
    """A written instant is the instant, to the microsecond, in 27 characters."""
    written = timestamp(instant)

    assert instant.astimezone(UTC) == datetime.fromisoformat(written)
    assert len(written) == 27


def test_instants_that_name_no_moment_are_refused() -> None:
    """A naive time, and one that leaves the calendar on its way to UTC, are refused."""
    with pytest.raises(NotCanonical, match="time zone"):
        timestamp(datetime(2026, 11, 23))  # noqa: DTZ001 - the refusal is what is tested
    with pytest.raises(NotCanonical, match="9999"):
        timestamp(datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
