"""The league table counted a second time, straight from the orders, sharing no code with `rules/`.

One pass of plain comparisons per figure, as an auditor would do it with the printed definitions in hand.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.board import BoardOrder


def recount(orders: Sequence[BoardOrder], *, as_of: datetime, small_unit: int) -> dict[str, dict[str, Any]]:
    """Return, by district code and for `total`, the counts, rates and indicators as plain integers and pairs."""
    codes = sorted({order.district for order in orders})
    tables = {code: _table([one for one in orders if one.district == code], as_of, small_unit) for code in codes}
    return tables | {"total": _table(list(orders), as_of, small_unit)}


def _table(orders: list[BoardOrder], as_of: datetime, small_unit: int) -> dict[str, Any]:
    gone = [one for one in orders if one.status == "withdrawn"]
    letters = [one for one in orders if one.status != "withdrawn" and one.form == "advisory"]
    duty = [one for one in orders if one.status != "withdrawn" and one.form == "order"]
    closed = [one for one in duty if one.status == "closed_out"]
    back = [one for one in duty if one.reopened]
    steady = [one for one in closed if not one.reopened]
    in_time = [one for one in steady if _finished(one) <= one.finish_due]
    plain = [one for one in in_time if not (one.extended and _finished(one) > one.first_due)]
    late = [one for one in steady if _finished(one) > one.finish_due]
    fresh = [one for one in duty if one.status != "closed_out" and not one.reopened]
    reviewing = [
        one for one in fresh if one.status == "under_review" and one.submitted_at and one.submitted_at <= one.finish_due
    ]
    overdue = [one for one in fresh if one not in reviewing and _stopped(one, as_of) > one.finish_due]
    judged = len(steady) + len(back) + len(overdue)
    early_returns = [one for one in fresh if one.returned and one not in overdue]
    unsigned_late = [one for one in duty if one.signed_at is None and _unsigned_until(one, as_of) > one.sign_due]
    signed = [one for one in duty if one.signed_at is not None]
    prompt = [one for one in signed if one.signed_at and one.signed_at <= one.sign_due]
    counts = {
        "issued": len(orders),
        "withdrawn": len(gone),
        "letters": len(letters),
        "letters_closed": len([one for one in letters if one.status == "closed_out"]),
        "accountable": len(duty),
        "sign_judged": len(signed) + len(unsigned_late),
        "signed_on_time": len(prompt),
        "finish_judged": judged,
        "finished_on_time": len(in_time),
        "finished_on_time_without_extension": len(plain),
        "finished_late": len(late),
        "first_judged": judged + len(early_returns),
        "closed_first_time": len([one for one in steady if not one.returned]),
        "returned": len([one for one in duty if one.returned]),
        "ever_closed": len(steady) + len(back),
        "reopened": len(back),
        "closed": len(closed),
        "open": len(duty) - len(closed),
        "in_review": len(reviewing),
        "overdue": len(overdue),
    }
    rates = {
        "sign_rate": (len(prompt), counts["sign_judged"]),
        "finish_rate": (len(in_time), judged),
        "finish_rate_without_extension": (len(plain), judged),
        "first_time_rate": (counts["closed_first_time"], counts["first_judged"]),
        "reopen_rate": (len(back), counts["ever_closed"]),
    }
    return {"counts": counts, "rates": rates} | _figures(duty, small_unit)


def _figures(duty: list[BoardOrder], small_unit: int) -> dict[str, Any]:
    units: dict[str, BoardOrder] = {}
    for one in sorted(duty, key=lambda order: (len(order.number), order.number)):
        if one.unit not in units:
            units[one.unit] = one
    big = [
        one
        for one in units.values()
        if one.before.headcount >= small_unit and (one.after is None or one.after.headcount >= small_unit)
    ]
    then, now = [one.before for one in big], [one.after or one.before for one in big]
    indicators = {}
    for name, figures in (("before", then), ("after", now)):
        registered = sum(one.registered for one in figures)
        indicators[f"registration_{name}"] = (registered, sum(one.headcount for one in figures))
        indicators[f"activity_{name}"] = (sum(one.active for one in figures), registered)
        indicators[f"teams_{name}"] = (len([one for one in figures if one.has_team]), len(figures))
    measured = len([one for one in big if one.after])
    return {"indicators": indicators, "measured": (measured, len(big)), "small_units": len(units) - len(big)}


def _finished(order: BoardOrder) -> datetime:
    if order.submitted_at:
        return order.submitted_at
    if order.first_submitted_at and order.returned == 0:
        return order.first_submitted_at
    assert order.closed_at is not None
    return order.closed_at


def _unsigned_until(order: BoardOrder, as_of: datetime) -> datetime:
    if order.status == "closed_out" and order.closed_at:
        return order.paused_from or order.closed_at
    return _stopped(order, as_of)


def _stopped(order: BoardOrder, as_of: datetime) -> datetime:
    return order.paused_from or as_of
