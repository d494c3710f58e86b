"""Finding a form's header in a grid: below titles, on one row or two, under the names that offices use."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from connectors.grids import Cell, Grid, cell_text
from schemas.errors import Refused
from schemas.sheet import SheetForm

_ROWS_LOOKED_AT = 30
_FEWEST_COLUMNS = 3
_DECORATION = re.compile(r"[\s\u200b-\u200f\ufeff*_:：、.-]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^\d+(?=\D)")


class Header(NamedTuple):
    """Where a form's header stands: its first and last row (from 0), each known column's place, and other headings."""

    first: int
    last: int
    places: dict[str, int]
    unused: tuple[str, ...]


def find_header(grid: Grid, form: SheetForm) -> Header | None:
    """The rows among the first thirty that name the most columns of the form; None when no row names three.

    Raises Refused (`sheet.header.doubled`) when two columns claim to be the same required one.
    """
    names = known_names(form)
    best: tuple[int, int, list[str]] | None = None
    most = _FEWEST_COLUMNS - 1
    firsts = range(min(_ROWS_LOOKED_AT, len(grid.rows)))
    # Two rows are a header only when together they name more than any row alone.
    for first, last in [*((row, row) for row in firsts), *((row, row + 1) for row in firsts)]:
        found = _recognise(grid.rows[first : last + 1], names)
        named = len(set(found) - {""})
        if named > most:
            best, most = (first, last, found), named
    return _settle(grid, best, form) if best else None


def missing_columns(header: Header, form: SheetForm) -> list[str]:
    """The required columns that the header lacks; alternatives are joined by 或."""
    return ["或".join(group) for group in form.required if not header.places.keys() & set(group)]


def known_names(form: SheetForm) -> dict[str, str]:
    """Every heading that is understood, in the form it is compared in, to the column's own name."""
    return {heading_key(name): column.name for column in form.columns for name in (column.name, *column.variants)}


def heading_key(text: str) -> str:
    """A heading for comparing: NFKC, lower case, without blanks, stars and punctuation."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).lower()


def _recognise(rows: Sequence[list[Cell]], names: dict[str, str]) -> list[str]:
    """For each column the form's own name of it, or an empty string."""
    if len(rows) == 1:  # a header on one row, or the sheet's last row
        return [_name_of([cell_text(cell)], names) for cell in rows[0]]
    group, found = "", []
    for place in range(max((len(row) for row in rows), default=0)):
        upper, lower = (cell_text(row[place]) if place < len(row) else "" for row in rows)
        group = upper or group
        spellings = [group + lower, lower, lower + group] if _BRACKETS.sub("", heading_key(lower)) else [upper]
        found.append(_name_of(spellings, names))
    return found


def _name_of(spellings: Sequence[str], names: dict[str, str]) -> str:
    for spelling in spellings:
        key = heading_key(spelling)
        for candidate in (key, _BRACKETS.sub("", key), _NUMBERING.sub("", _BRACKETS.sub("", key))):
            if candidate in names:
                return names[candidate]
    return ""


def _settle(grid: Grid, best: tuple[int, int, list[str]], form: SheetForm) -> Header:
    first, last, found = best
    places: dict[str, int] = {}
    claims: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(found):
        if name:
            claims[name].append(place)
    for name, claimed in claims.items():
        places[name] = _one_place(name, claimed, heading_rows=grid.rows[first : last + 1], form=form)
    headings = [_heading(grid.rows[first : last + 1], place) for place in range(len(found))]
    used = set(places.values())
    return Header(first, last, places, tuple(text for place, text in enumerate(headings) if text and place not in used))


def _one_place(name: str, claimed: list[int], *, heading_rows: list[list[Cell]], form: SheetForm) -> int:
    exact = [place for place in claimed if heading_key(_heading(heading_rows, place)) == heading_key(name)]
    if len(claimed) == 1 or len(exact) == 1:
        return (exact or claimed)[0]
    if any(name in group for group in form.required):
        where = "、".join(f"第 {place + 1} 列" for place in claimed)
        raise Refused("sheet.header.doubled", f"{where}都像是「{name}」，分不清用哪一列；请只保留一列后再导入。")
    return claimed[0]


def _heading(rows: Sequence[list[Cell]], place: int) -> str:
    texts = [cell_text(row[place]).strip() for row in rows if place < len(row)]
    return re.sub(r"\s+", "", "".join(dict.fromkeys(texts)))
