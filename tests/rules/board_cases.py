"""Synthetic orders for the league table: one built by hand at a time, or many drawn by hypothesis."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from rules.board_terms import definitions_digest, freeze
from schemas.board import BoardHead, BoardOrder, Period
from schemas.order import Figures, Form, Status
from schemas.roster import UnitType

ISSUED = datetime(2026, 10, 12, 1, tzinfo=UTC)
AS_OF = ISSUED + timedelta(days=30)
DEFINITIONS = freeze({}, small_unit=5)


def day(number: float) -> datetime:
    """Return the instant so many days after the issue."""
    return ISSUED + timedelta(days=number)


def head(version: int = 1, **changes: object) -> BoardHead:
    """Return the head of an edition of a synthetic campaign."""
    plain: dict[str, Any] = {
        "campaign": "2026-001",
        "title": "合成示例行动",
        "office": "示例文明办（合成）",
        "round": 1,
        "version": version,
        "period": Period(first=date(2026, 10, 12), last=date(2026, 12, 26)),
        "as_of": AS_OF,
        "definitions_digest": definitions_digest(DEFINITIONS),
        "simulated": True,
    }
    return BoardHead(**(plain | changes))


def figures(headcount: int = 100, registered: int = 60, active: int = 20, *, team: bool = True) -> Figures:
    """Return measured figures of a unit large enough to be shown."""
    return Figures(headcount=headcount, registered=registered, active=active, has_team=team)


def order(number: int, **changes: object) -> BoardOrder:
    """Return an order signed and closed out in time, due on day 20, changed as told."""
    plain: dict[str, Any] = {
        "number": f"同文明督〔2026〕{number}号",
        "form": Form.order,
        "status": Status.closed_out,
        "unit": f"U{number}",
        "unit_name": f"示例单位{number}（合成）",
        "unit_type": UnitType.village,
        "district": "140212",
        "district_name": "新荣区",
        "sign_due": day(1),
        "signed_at": day(0.5),
        "first_due": day(20),
        "finish_due": day(20),
        "first_submitted_at": day(10),
        "submitted_at": day(10),
        "closed_at": day(12),
        "extended": 0,
        "returned": 0,
        "reopened": 0,
        "level": 1,
        "before": figures(),
        "after": None,
    }
    return BoardOrder(**(plain | changes))


@st.composite
def _figures(draw: st.DrawFn) -> Figures:
    headcount = draw(st.integers(0, 12))
    registered = draw(st.integers(0, headcount))
    return figures(headcount, registered, draw(st.integers(0, registered)), team=draw(st.booleans()))


@st.composite
def boards(draw: st.DrawFn) -> list[BoardOrder]:
    """Draw orders in every mixture of states, around all their dues, instants exactly on a due included."""
    moments = st.integers(0, 40).map(day)
    drawn = []
    for number in range(1, draw(st.integers(0, 14)) + 1):
        code = draw(st.sampled_from(("140212", "140213", "140214")))
        first_due, status = draw(moments), draw(st.sampled_from(Status))
        extended = draw(st.integers(0, 1))
        drawn.append(
            order(
                number,
                form=draw(st.sampled_from((Form.order, Form.order, Form.advisory))),
                status=status,
                unit=f"{code}-{draw(st.integers(1, 9))}",
                district=code,
                district_name=f"区县{code}",
                sign_due=draw(moments),
                signed_at=draw(st.none() | moments),
                first_due=first_due,
                finish_due=first_due + timedelta(days=draw(st.integers(0, 10)) * extended),
                first_submitted_at=draw(st.none() | moments),
                submitted_at=draw(st.none() | moments),
                closed_at=draw(moments) if status in (Status.closed_out, Status.withdrawn) else None,
                paused_from=draw(st.none() | st.none() | moments),
                extended=extended,
                returned=draw(st.integers(0, 2)),
                reopened=draw(st.sampled_from((0, 0, 0, 1))),
                before=draw(_figures()),
                after=draw(st.none() | _figures()),
            )
        )
    return drawn
