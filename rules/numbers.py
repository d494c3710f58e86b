"""Document numbers as people say them: the serial alone, which means the newest year's."""

import re
from collections.abc import Iterable
from typing import Final

# A policy writes the year before the number, each once: 同文明督〔2026〕12号.
_PARTS: Final = re.compile(r"(?P<year>\d{4})\D+(?P<serial>\d+)\D*", re.ASCII)


def by_serial(numbers: Iterable[str], serial: int) -> tuple[str, ...]:
    """The numbers of the newest year that have this serial: more than one where several offices count alike."""
    parts = [(number, match) for number in numbers if (match := _PARTS.search(number))]
    newest = max((int(match["year"]) for _, match in parts), default=0)
    return tuple(number for number, match in parts if int(match["year"]) == newest and int(match["serial"]) == serial)
