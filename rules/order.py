"""The order as one pure machine: `decide`, `evolve`, `next_due`, `row`.

The same functions serve the live loop, rebuilding, the auditor and the property tests. An act is judged by the instant
at which a door received it; before it is judged, every rung due earlier is reached. So nobody is late because our
server was down.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from rules import order_lookback as lookback
from rules import order_office as office
from rules import order_proposals as proposals
from rules import order_unit as unit
from rules.authority import check_may
from rules.labels import STATUSES
from rules.order_draft import Decision, Draft, Rules, fingerprint
from rules.order_issue import issue
from rules.order_row import row
from rules.order_state import earliest, evolve
from rules.order_tick import tick
from schemas.act import Act, Issue, Tick
from schemas.calendar import Calendar
from schemas.errors import Refused
from schemas.order import ENDED, OrderState, Status
from schemas.policy import Policy

__all__ = ["Decision", "already", "decide", "evolve", "issue_order", "judge", "next_due", "row"]

_OPEN = frozenset(Status) - ENDED
_WORKING = frozenset({Status.acknowledged, Status.in_progress, Status.rework})


class _Door(NamedTuple):
    """One row of the table of acts: in which statuses it may come, whether it needs running clocks, what it does."""

    when: frozenset[Status]
    running: bool
    do: Callable[[Draft, Any], None]


_ACTS = {
    "acknowledge": _Door(frozenset({Status.issued}), running=True, do=unit.acknowledge),
    "plan": _Door(_WORKING, running=True, do=unit.submit_plan),
    "report": _Door(_WORKING, running=True, do=unit.report_progress),
    "submit": _Door(_WORKING, running=True, do=unit.request_completion),
    "attach": _Door(_OPEN | {Status.closed_out}, running=False, do=unit.attach_evidence),
    "extend": _Door(_WORKING, running=True, do=unit.request_extension),
    "dispute": _Door(frozenset({Status.issued, Status.acknowledged}), running=True, do=unit.dispute_dispatch),
    "object": _Door(frozenset(Status) - {Status.withdrawn}, running=False, do=unit.object_to_conclusion),
    "close_out": _Door(frozenset({Status.under_review}), running=False, do=office.close_out),
    "return": _Door(frozenset({Status.under_review}), running=False, do=office.return_for_rework),
    "suspend": _Door(_WORKING | {Status.issued}, running=True, do=office.suspend),
    "resume": _Door(_OPEN, running=False, do=office.resume),
    "transfer": _Door(_WORKING | {Status.issued}, running=True, do=office.transfer),
    "hand_over": _Door(_OPEN, running=False, do=office.hand_over),
    "withdraw": _Door(_OPEN, running=False, do=office.withdraw),
    "decide": _Door(frozenset(Status), running=False, do=proposals.decide_proposal),
    "lookback": _Door(frozenset({Status.closed_out}), running=False, do=lookback.look_back),
}


def decide(
    state: OrderState, act: Act | Tick, *, policy: Policy, calendar: Calendar, now: datetime
) -> tuple[Decision, ...]:
    """Judge an act or the clock on a state: one decision a cause, in order, the last one the act's own.

    Args:
        state: the order as its events left it.
        act: what a person did, judged by `act.at`, or `Tick`: all rungs due by its instant.
        policy: the rule set that the order was issued under.
        calendar: the calendar now known.
        now: the shown instant at which is judged; it dates what the clock does.

    Raises:
        Refused: with the code and the Chinese sentence for the person who asked.

    """
    if isinstance(act, Tick):
        return tick(state, act.at, Rules(policy, calendar, now))
    reached = tick(state, act.at, Rules(policy, calendar, now), inclusive=False)
    before = reached[-1].state if reached else state
    return (*reached, judge(before, act, Rules(policy, calendar, act.at)))


def judge(state: OrderState, act: Act, rules: Rules) -> Decision:
    """Judge one person's act on a state whose earlier rungs are recorded already.

    Raises:
        Refused: `authority.*`, `order.settled`, `order.status.*`, `order.paused`, or the act's own codes.

    """
    door = _ACTS[act.act]
    check_may(act.actor, act.act, unit=state.unit, region=state.region, who_may=rules.policy.who_may)
    if state.settled:
        raise Refused("order.settled", "这份督办单已经了结，不再办理任何事项；如有新情况，请另行下达。")
    if state.status not in door.when:
        wanted = "、".join(STATUSES[one] for one in Status if one in door.when)
        sentence = f"督办单现在是“{STATUSES[state.status]}”，这一步须在“{wanted}”时办理。"
        raise Refused(f"order.status.{state.status}", sentence)
    if door.running and state.paused_by:
        raise Refused("order.paused", "时限已经暂停，等待中的事项处理完毕后再办理这一步。")
    draft = Draft(state, rules, cause=f"{state.id}:{fingerprint(act.key)}")
    door.do(draft, act)
    return draft.decision()


def issue_order(act: Issue, *, policy: Policy, calendar: Calendar) -> Decision:
    """Decide an order's issue; its day is day 0 of every deadline."""
    return issue(act, policy=policy, rules=Rules(policy, calendar, act.at))


def next_due(state: OrderState) -> datetime | None:
    """Return the instant of the next rung, planned when its clock opened: neither policy nor calendar is asked."""
    return earliest(state)


def already(state: OrderState, key: str) -> bool:
    """Say whether the act of this key is among the last ones that the state remembers."""
    return fingerprint(key) in state.keys.split()
