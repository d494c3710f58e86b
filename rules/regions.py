"""Finding a region by its code or its name in a table of regions; a name that fits several is never guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable

from rules.cells import Unreadable, shown, token
from schemas.region import Region

_CODE = re.compile(r"[0-9]+(?:\.0+)?")
_PROVINCE = re.compile(r"^[\u4e00-\u9fff]{2,10}?(?:省|自治区)(?=.)")
_LENGTHS = (6, 9, 12)
_CANDIDATES_SHOWN = 5


class RegionTable:
    """Regions by code and name; lookups are remembered, since a roster names the same few thousands of times."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._by_code = {region.code: region for region in regions}
        self._by_name: dict[str, list[Region]] = defaultdict(list)
        for region in self._by_code.values():
            self._by_name[token(region.name)].append(region)
        self._by_text: dict[str, tuple[Region, ...]] = {}
        self._read: dict[str, Region] = {}

    def get(self, code: str) -> Region | None:
        """The region of a 6-, 9- or 12-digit code, exactly."""
        return self._by_code.get(code)

    def line(self, code: str) -> tuple[Region, ...]:
        """The region and all above it, the highest first; empty for an unknown code."""
        found: list[Region] = []
        region = self._by_code.get(code)
        while region is not None:
            found.insert(0, region)
            region = self._by_code.get(region.parent_code or "")
        return tuple(found)

    def path(self, code: str) -> str:
        """`大同市平城区永泰街道`: a region's name under the names above it."""
        return "".join(region.name for region in self.line(code))

    def named(self, text: str) -> tuple[Region, ...]:
        """Every region that the text may mean: a name, bare or after names above it (`大同市平城区`)."""
        if text not in self._by_text:
            self._by_text[text] = tuple(self._search(_PROVINCE.sub("", token(text))))
        return self._by_text[text]

    def read(self, text: str) -> Region:
        """The one region that a cell means, by code or name; Unreadable when there is none, or more than one.

        Trailing zeros of a padded code are understood: 140213000000 is 140213.
        """
        if text not in self._read:
            self._read[text] = self._read_afresh(text)
        return self._read[text]

    def _read_afresh(self, text: str) -> Region:
        plain = token(text)
        if _CODE.fullmatch(plain):
            return self._read_code(plain.split(".")[0])
        found = self.named(text)
        if not found:
            raise Unreadable(f"区划表里没有「{shown(plain)}」；请填 6、9 或 12 位区划代码，或区县全名")
        if len(found) > 1:
            raise Unreadable(f"「{shown(plain)}」有 {len(found)} 处，请改填区划代码：{self._listed(found)}")
        return found[0]

    def _read_code(self, digits: str) -> Region:
        for length in _LENGTHS:
            if set(digits[length:]) <= {"0"} and (region := self._by_code.get(digits[:length])):
                return region
        if len(digits) not in _LENGTHS:
            raise Unreadable(f"区划代码应为 6、9 或 12 位数字，现为 {len(digits)} 位")
        raise Unreadable(f"区划表里没有代码 {digits}")

    def _search(self, plain: str) -> Iterable[Region]:
        for start in range(len(plain)):
            for region in self._by_name.get(plain[start:], ()):
                if self._stands_under(region, plain[:start]):
                    yield region

    def _stands_under(self, region: Region, prefix: str) -> bool:
        for above in self.line(region.code)[:-1]:
            prefix = prefix.removeprefix(token(above.name))
        return not prefix

    def _listed(self, found: tuple[Region, ...]) -> str:
        listed = "、".join(f"{region.code} {self.path(region.code)}" for region in found[:_CANDIDATES_SHOWN])
        return listed if len(found) <= _CANDIDATES_SHOWN else f"{listed} 等"
