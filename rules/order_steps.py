"""From decisions to what is recorded: one step a cause, with actor, rules' digests and events as data."""

from collections.abc import Sequence
from hashlib import sha256

from rules.order_draft import Decision
from rules.order_row import row
from schemas.act import Act, Issue
from schemas.docket import Change
from schemas.event import CLOCK, Actor, Cause, Step, dump
from schemas.names import order_stream, rung_key
from schemas.order import OrderState
from schemas.order_events import RungReached


def content_digest(act: Act | Issue) -> str:
    """Return the SHA-256 of what an act asks, without the instant of its receipt: a repeat comes later, the same."""
    return sha256(act.model_dump_json(exclude={"at"}).encode()).hexdigest()


def clock_step(decided: Decision, *, order: str, policy: str, calendar: str) -> Step:
    """Return the step of one rung; its key is `order:obligation:rung`."""
    [reached] = [event for event in decided.events if isinstance(event, RungReached)]
    key = rung_key(order, reached.obligation, reached.rung)
    cause = Cause(key=key, digest=sha256(key.encode()).hexdigest())
    return _step(decided, cause=cause, actor=CLOCK, policy=policy, calendar=calendar)


def act_step(decided: Decision, act: Act | Issue, *, policy: str, calendar: str) -> Step:
    """Return the step of a person's act."""
    cause = Cause(key=act.key, digest=content_digest(act))
    return _step(decided, cause=cause, actor=act.actor, policy=policy, calendar=calendar)


def revision_step(decided: Decision, *, order: str, policy: str, calendar: str) -> Step:
    """Return the step of a calendar that became known; once an order and calendar."""
    key = revision_key(order, calendar)
    cause = Cause(key=key, digest=sha256(key.encode()).hexdigest())
    return _step(decided, cause=cause, actor=CLOCK, policy=policy, calendar=calendar)


def revision_key(order: str, calendar: str) -> str:
    """Return the idempotency key of a calendar's arrival at an order."""
    return f"{order}:calendar:{calendar[:16]}"


def _step(decided: Decision, *, cause: Cause, actor: Actor, policy: str, calendar: str) -> Step:
    return Step(
        cause=cause,
        actor=actor,
        policy=policy,
        calendar=calendar,
        events=tuple(dump(event) for event in decided.events),
        notices=decided.notices,
    )


def change(before: OrderState | None, steps: Sequence[Step], after: OrderState) -> Change:
    """Return what the order's stream is to become, and the row that follows."""
    return Change(
        stream=order_stream(after.id),
        expected_seq=before.seq if before else 0,
        steps=tuple(steps),
        row=row(after),
    )
