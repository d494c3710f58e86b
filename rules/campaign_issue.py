"""Whom a confirmed round issues to: nobody twice for the same shortfall, and nobody whom the officer leaves out.

控制督查频次，不得重复督查 (督查条例 art. 15): while an order for a trigger can still ask something of its unit (it is open, or a
look-back may reopen it), that unit gets no second one for that trigger, whichever campaign, round or office issued the
first; nor does it on the very figures that an order has dealt with. What is not covered is still asked for.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from schemas.campaign import Covered


class Asked(NamedTuple):
    """An order that covers: which unit answers for it now, and for which triggers."""

    order: str
    unit: str
    triggers: tuple[str, ...]


def already_asked(short: Mapping[str, Collection[str]], open_orders: Iterable[Asked]) -> tuple[Covered, ...]:
    """Return what units (code to triggers met) are asked for already, by unit and order."""
    found = [
        Covered(unit=asked.unit, triggers=both, order=asked.order)
        for asked in open_orders
        if (both := tuple(one for one in asked.triggers if one in short.get(asked.unit, ())))
    ]
    return tuple(sorted(found, key=lambda one: (one.unit, one.order)))


def left_to_ask(
    short: Mapping[str, Collection[str]], *, excluded: Collection[str], covered: Iterable[Covered]
) -> dict[str, tuple[str, ...]]:
    """Return each unit that gets an order, with the triggers that this order leaves out; in the order given."""
    asked: dict[str, list[str]] = {}
    for one in covered:
        asked.setdefault(one.unit, []).extend(one.triggers)
    return {
        unit: tuple(sorted(set(asked.get(unit, ()))))
        for unit, triggers in short.items()
        if unit not in excluded and not set(triggers) <= set(asked.get(unit, ()))
    }
