"""The words for what can be wrong with a rule set's shape: pydantic's error kinds, as plain Chinese sentences."""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Any, Final

from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]

_SPAN: Final = "不是时限；请写成 15wd（工作日）、30nd（自然日）、2h（小时）或 8oh（办公小时）"
_PATTERNS: Final = {
    "^[a-z0-9-]+$": "只可用小写字母、数字和连字符",
    "^[a-z_]+$": "只可用小写字母和下划线",
    "^[A-Z][A-Z0-9]*$": "须以大写字母开头，只可用大写字母和数字，例如 T1",
}
# Members of a union stand in a place as if they were keys; no file has such a key.
_NOT_IN_FILES: Final = re.compile(r"\[key\]|str-enum\[\w+\]")


def worded(errors: Iterable[ErrorDetails]) -> list[tuple[Place, str]]:
    """Say each error once by its place in the file; members of one union are told as one."""
    placed = [(_place(error["loc"]), error) for error in errors]
    misspelt = _misspelt(placed)
    told = []
    for place, group in groupby(placed, key=lambda pair: pair[0]):
        same = [error for _, error in group]
        if same[0]["type"] == "extra_forbidden":
            told.append((place, _unknown(place, misspelt)))
        elif place not in misspelt.values():
            told.append((place, _sentence(same)))
    return told


def _misspelt(placed: list[tuple[Place, ErrorDetails]]) -> dict[Place, Place]:
    """A misspelt field leaves two errors side by side, one unknown and one missing: the first to the second."""
    missing = {place for place, error in placed if error["type"] == "missing"}
    meant = {}
    for place in (place for place, error in placed if error["type"] == "extra_forbidden"):
        lacking = [str(other[-1]) for other in missing if other[:-1] == place[:-1]]
        for near in get_close_matches(str(place[-1]), lacking, n=1):
            meant[place] = (*place[:-1], near)
    return meant


def _place(loc: Sequence[str | int]) -> Place:
    return tuple(part for part in loc if not (isinstance(part, str) and _NOT_IN_FILES.fullmatch(part)))


def _unknown(place: Place, misspelt: dict[Place, Place]) -> str:
    advice = f"是不是想写「{misspelt[place][-1]}」" if place in misspelt else "请删去或改正"
    return f"不认识字段「{place[-1]}」，{advice}"


def _sentence(errors: list[ErrorDetails]) -> str:
    error = errors[0]
    wording = _WORDINGS.get(error["type"])
    if wording is None:
        return f"「{_shown(error['input'])}」不合规定"
    allowed = [word for each in errors for word in re.findall(r"'([^']+)'", str(each.get("ctx", {}).get("expected")))]
    return wording(error, error.get("ctx", {}) | {"allowed": allowed})


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - enough to find it in its line


def _missing(error: ErrorDetails, _: dict[str, Any]) -> str:
    return f"缺少字段「{error['loc'][-1]}」"


def _enum(error: ErrorDetails, context: dict[str, Any]) -> str:
    return f"「{_shown(error['input'])}」不在可选值之内，可写：{'、'.join(context['allowed'])}"


def _pattern(error: ErrorDetails, context: dict[str, Any]) -> str:
    return f"「{_shown(error['input'])}」写法不对，{_PATTERNS[context['pattern']]}"


def _own_words(error: ErrorDetails, context: dict[str, Any]) -> str:
    said = str(context["error"])
    return f"「{_shown(error['input'])}」{_SPAN}" if said.endswith(("2h or 8oh", "such as 15wd")) else said


def _not_a_model(error: ErrorDetails, context: dict[str, Any]) -> str:
    if context["class_name"] == "Span":
        return f"「{_shown(error['input'])}」{_SPAN}"
    return f"「{_shown(error['input'])}」写法不对，此处应是一组「字段: 值」"


def _fixed(words: str) -> Callable[[ErrorDetails, dict[str, Any]], str]:
    return lambda error, context: words.format(input=_shown(error["input"]), **context)


_WORDINGS: Final[dict[str, Callable[[ErrorDetails, dict[str, Any]], str]]] = {
    "missing": _missing,
    "enum": _enum,
    "string_pattern_mismatch": _pattern,
    "value_error": _own_words,
    "model_type": _not_a_model,
    "int_type": _fixed("「{input}」应是整数，不带引号和小数点"),
    "bool_type": _fixed("「{input}」应是 true 或 false，不带引号"),
    "string_type": _fixed("「{input}」应是文字，纯数字请加引号"),
    "tuple_type": _fixed("「{input}」应是一个列表，例如 [officer, leader]"),
    "dict_type": _fixed("「{input}」写法不对，此处应是一组「字段: 值」"),
    "greater_than_equal": _fixed("「{input}」太小，不得小于 {ge}"),
    "less_than_equal": _fixed("「{input}」太大，不得大于 {le}"),
    "too_short": _fixed("至少要有 {min_length} 项，现在只有 {actual_length} 项"),
    "string_too_short": _fixed("不得为空"),
}
