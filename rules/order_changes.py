"""From what came up to what is to be recorded: an issue, an act, the clock, a calendar, each judged into one change.

This is all that a docket asks of the rules. Whatever is wrong with a subject's data comes out of here as an exception
(so that its docket can set the one subject aside); only `Refused` is an answer to a person.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from rules import order as machine
from rules import order_steps
from rules.order_draft import Decision, Rules
from rules.order_revise import revise
from schemas.act import Act, Issue, Tick
from schemas.docket import Change, RuleBook, StoredEvent
from schemas.event import Step
from schemas.order import OrderState
from schemas.order_events import parse

LARGEST: Final = 1_000_000
"""Bytes of changes that go into one recording: below 1 MiB with all that stands around them."""


class Judged(NamedTuple):
    """What a judgement comes to: the change to be recorded, the state once it is, and the change's size in bytes."""

    change: Change
    after: OrderState
    size: int


def of_issue(issue: Issue, book: RuleBook) -> Judged:
    """Judge an order's issue.

    Raises:
        Refused: `order.issue.compliant`.
        ValueError: where the change is too large to be recorded.

    """
    decided = machine.issue_order(issue, policy=book.policies[issue.policy], calendar=book.calendar)
    step = order_steps.act_step(decided, issue, policy=issue.policy, calendar=book.calendar_digest)
    return _judged(None, [step], decided.state)


def of_act(state: OrderState, act: Act, book: RuleBook, *, now: datetime) -> Judged:
    """Judge a person's act, behind every rung that was due before it was received.

    Raises:
        Refused: as `rules.order.decide`.
        ValueError: where the change is too large to be recorded.

    """
    decisions = machine.decide(state, act, policy=book.policies[state.policy], calendar=book.calendar, now=now)
    steps = _clock_steps(state, decisions[:-1], book)
    steps.append(order_steps.act_step(decisions[-1], act, policy=state.policy, calendar=book.calendar_digest))
    return _judged(state, steps, decisions[-1].state)


def of_clock(state: OrderState, book: RuleBook, *, now: datetime) -> Judged:
    """Judge the clock at `now`: every rung due by then, each a step of its own.

    Raises:
        ValueError: where nothing was due after all, or the change is too large to be recorded.

    """
    decisions = machine.decide(state, Tick(at=now), policy=book.policies[state.policy], calendar=book.calendar, now=now)
    if not decisions:
        message = "a rung is due and the clock reaches none"
        raise ValueError(message)
    return _judged(state, _clock_steps(state, decisions, book), decisions[-1].state)


def of_revision(state: OrderState, book: RuleBook, *, now: datetime) -> Judged | None:
    """Judge what the calendar now known moves; none where nothing moves.

    Raises:
        ValueError: where the change is too large to be recorded.

    """
    rules = Rules(book.policies[state.policy], book.calendar, now)
    decided = revise(state, rules, cause=order_steps.revision_key(state.id, book.calendar_digest))
    if decided is None:
        return None
    step = order_steps.revision_step(decided, order=state.id, policy=state.policy, calendar=book.calendar_digest)
    return _judged(state, [step], decided.state)


def followed(state: OrderState | None, events: Iterable[StoredEvent]) -> OrderState | None:
    """Fold stored events into a state that does not know them yet; none on no state and no events."""
    for stored in events:
        if state is None or stored.seq > state.seq:
            state = machine.evolve(state, parse(stored.event))
    return state


def fits(batch: Iterable[Judged], one: Judged) -> bool:
    """Say whether one more change fits into a recording."""
    return sum(held.size for held in batch) + one.size <= LARGEST


def _clock_steps(state: OrderState, decisions: Iterable[Decision], book: RuleBook) -> list[Step]:
    return [
        order_steps.clock_step(decided, order=state.id, policy=state.policy, calendar=book.calendar_digest)
        for decided in decisions
    ]


def _judged(before: OrderState | None, steps: Sequence[Step], after: OrderState) -> Judged:
    change = order_steps.change(before, steps, after)
    size = len(change.model_dump_json().encode())
    if size > LARGEST:
        message = f"a change of {size} bytes is larger than {LARGEST}"
        raise ValueError(message)
    return Judged(change, after, size)
