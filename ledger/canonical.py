"""The one way a value is written before it is hashed: RFC 8785 canonical JSON, narrowed until nothing is left to judge.

Narrower than the RFC in three ways, so that a second implementation in any language cannot disagree: no floats,
no integer that a double cannot hold exactly, no text outside Unicode's composed form (NFC). Nothing is repaired
here: the doors normalise what people type; what reaches the ledger unfit is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias
from unicodedata import is_normalized

import orjson

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What may be hashed. At run time the only containers taken are plain ``dict``, ``list`` and ``tuple``."""

INTEGER_LIMIT = 2**53
"""Integers lie strictly between minus this and this; beyond it a double, and so many a JSON reader, skips values."""

DEPTH_LIMIT = 64
"""Containers nest at most this deep: a bound of the format, so that no reader's stack decides what is valid."""


class NotCanonical(ValueError):
    """The value has no canonical form here; the message says what is wrong with it and never repeats it."""


def canonical(value: JSON) -> bytes:
    """Write ``value`` as canonical JSON in UTF-8 (RFC 8785); raises `NotCanonical` for anything outside the subset."""
    if type(value) is str and value.isascii():  # most of what is hashed, and nothing can be wrong with it
        return orjson.dumps(value)
    if type(value) is int and -INTEGER_LIMIT < value < INTEGER_LIMIT:
        return b"%d" % value
    try:
        return orjson.dumps(_checked(value, 0))
    except orjson.JSONEncodeError as error:  # the one thing `_checked` leaves to the encoder
        raise NotCanonical("text holds a lone surrogate, which UTF-8 cannot carry") from error


def key_order(names: Iterable[str]) -> list[str]:
    """Sort member names by UTF-16 code units (RFC 8785, 3.2.3), which differs from Python's order above U+FFFF."""
    ordered = sorted(names)
    if all(map(str.isascii, ordered)):
        return ordered
    return sorted(ordered, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def timestamp(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC, always with six decimals and ``Z``; raises `NotCanonical` if naive."""
    return _spelt(instant if instant.tzinfo is UTC else _in_utc(instant))


@lru_cache(maxsize=1024)  # one sweep records thousands of events under a few instants
def _spelt(in_utc: datetime) -> str:
    return in_utc.isoformat("T", "microseconds").removesuffix("+00:00") + "Z"


def _in_utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise NotCanonical("an instant without a time zone names no moment")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise NotCanonical("the instant lies outside the years 1 to 9999 in UTC") from error


def _checked(value: object, depth: int) -> object:
    """Return ``value`` with its members in order. Types must match exactly: a subclass may print otherwise."""
    if type(value) is str:
        return _text(value)
    if type(value) is int:
        return _integer(value)
    if value is None or type(value) is bool:
        return value
    if depth == DEPTH_LIMIT:
        raise NotCanonical(f"containers are nested deeper than {DEPTH_LIMIT}")
    if type(value) is dict:
        return {name: _checked(value[name], depth + 1) for name in _names(value)}
    if type(value) is list or type(value) is tuple:
        return [_checked(item, depth + 1) for item in value]
    raise NotCanonical(f"a value of type {type(value).__name__} is not written: see JSON for what is")


def _text(text: str) -> str:
    if text.isascii() or is_normalized("NFC", text):
        return text
    raise NotCanonical("text is not in Unicode's composed form (NFC)")


def _integer(number: int) -> int:
    if -INTEGER_LIMIT < number < INTEGER_LIMIT:
        return number
    raise NotCanonical("an integer of 2^53 or more is not exact in every reader")


def _names(members: Mapping[object, object]) -> list[str]:
    """The member names of an object in their written order, each checked as text."""
    names = [_text(name) for name in members if type(name) is str]
    if len(names) == len(members):
        return key_order(names)
    raise NotCanonical("the name of a member is not text")
