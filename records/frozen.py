"""Assessed units as they were frozen: evidence that no event makes again, kept honest by a digest that an event holds.

What a round judged is the register as it stood at one instant. A row of it is not made again from events, but a changed,
missing or added one is found.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import RowMapping, select

from ledger.canonical import canonical
from records.bulk import binder
from records.tables_current import candidates
from records.transaction import Read

Round: TypeAlias = tuple[str, int]
"""A campaign and one of its rounds."""


def frozen_digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return the SHA-256 over a round's rows, each as the table holds it in canonical JSON, sorted, one a line.

    A row's values come as `records.bulk.binder` gives them: JSON columns are text within the text.
    """
    lines = sorted(canonical(list(row)) for row in rows)
    return sha256(b"\n".join(lines)).hexdigest()


def unlike(read: Read, frozen: Mapping[Round, str]) -> Iterator[tuple[Round, str, str]]:
    """Return each round whose rows are not those of its digest: the round, the digest of what is there, and its own."""
    held = dict(_held(read))
    for one in sorted(frozen.keys() | held.keys()):
        stored, committed = held.get(one, frozen_digest(())), frozen.get(one, "")
        if stored != committed:
            yield one, stored, committed


def _held(read: Read) -> Iterator[tuple[Round, str]]:
    by_round = select(candidates).order_by(candidates.c.campaign, candidates.c.round)
    streamed = read.connection.execute(by_round.execution_options(yield_per=1000)).mappings()
    bind: Callable[[Mapping[str, object]], tuple[object, ...]] = binder(candidates)
    for one, rows in groupby(streamed, key=_round):
        yield one, frozen_digest(bind(dict(row)) for row in rows)


def _round(row: RowMapping) -> Round:
    return row["campaign"], row["round"]
