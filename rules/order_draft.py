"""A decision in the making: events folded into the state as they are added, so that the second knows what the first did.

Local to one call of `decide`: what leaves it is a `Decision`, plain data.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from rules.calendar import next_office_instant
from rules.order_clocks import ladder_of, move, open_clock, release, span_of, step_rule
from rules.order_state import UNIT_DUTIES, evolve
from schemas.calendar import Calendar, Pause, Span
from schemas.event import Notice, Role
from schemas.order import ENDED, KIND_OF_LEVEL, Obligation, OrderState, Proposal, ProposalKind
from schemas.order_events import AnyOrderEvent, Closed, LevelRaised, ProposalMade, Settled
from schemas.policy import Policy, StepKind

_UNIT_WIDE = frozenset({Role.unit_contact})


class Decision(NamedTuple):
    """What a judgement comes to: events that happened, effects to bring about, and the state they lead to."""

    events: tuple[AnyOrderEvent, ...]
    notices: tuple[Notice, ...]
    state: OrderState


class Rules(NamedTuple):
    """What judges: the order's policy, the calendar now known, and the instant by which is judged."""

    policy: Policy
    calendar: Calendar
    now: datetime


def fingerprint(key: str) -> str:
    """Return the twelve hex digits by which a state remembers an act's key."""
    return sha256(key.encode()).hexdigest()[:12]


class Draft:
    """Collects events and notices for one order and one cause after another."""

    def __init__(self, state: OrderState, rules: Rules, *, cause: str) -> None:
        """Start from a state that is never changed: `self.state` is replaced with every event.

        `cause` is the act's key or the rung's; notices take theirs from it, so that a repeat enqueues nothing twice.
        """
        self.state = state
        self.cause = cause
        self.policy, self.calendar, self.now = rules
        self._events: list[AnyOrderEvent] = []
        self._notices: list[Notice] = []

    def add(self, event: AnyOrderEvent) -> None:
        """Add an event and fold it in."""
        self._events.append(event)
        self.state = evolve(self.state, event)

    def decision(self) -> Decision:
        """Return what was decided, settled if no clock can run again."""
        if self.state.status in ENDED and not self.state.obligations and not self.state.settled:
            self.add(Settled(happened_at=self.now))
        return Decision(tuple(self._events), tuple(self._notices), self.state)

    def opened(
        self,
        kind: StepKind,
        *,
        start: datetime | None = None,
        span: Span | None = None,
        proposal: ProposalKind | None = None,
        ahead: int = 0,
    ) -> Obligation:
        """Return a new obligation of a kind, numbered after those there were (`ahead` more open in the same event)."""
        rule = step_rule(self.policy, kind, proposal)
        return open_clock(
            kind,
            self.state.counts.opened.get(kind, 0) + 1 + ahead,
            rule=rule,
            span=span or span_of(rule, self.state.urgency),
            start=start or self.now,
            policy=self.policy,
            calendar=self.calendar,
        )

    def clocks(self, *kinds: StepKind) -> tuple[Obligation, ...]:
        """Return the open obligations of these kinds."""
        return tuple(one for one in self.state.obligations if one.kind in kinds)

    def met(self, *kinds: StepKind) -> tuple[Closed, ...]:
        """Close the open obligations of these kinds as met, each on time by its own due."""
        return tuple(
            Closed(id=one.id, outcome="met", on_time=self.now <= one.due) for one in self.clocks(*kinds)
        )

    def lapsed(self, *kinds: StepKind) -> tuple[Closed, ...]:
        """Close the open obligations of these kinds as overtaken."""
        return tuple(Closed(id=one.id, outcome="lapsed") for one in self.clocks(*kinds))

    def released(self) -> tuple[Obligation, ...]:
        """Return the unit's held clocks, running again."""
        return tuple(release(one, self.now) for one in self.state.obligations if one.held_from is not None)

    def duties(self) -> tuple[Obligation, ...]:
        """Return what the unit itself owes."""
        return self.clocks(*UNIT_DUTIES)

    def moved(self, *, span_for: dict[str, Span] | None = None, end_pause: bool = False) -> tuple[Obligation, ...]:
        """Return the unit's clocks counted anew from their first starts, with the pauses there were."""
        pauses = self.state.pauses
        if end_pause:
            pauses = (*pauses[:-1], Pause(start=pauses[-1].start, end=self.now))
        spans = span_for or {}
        return tuple(
            move(
                one,
                ladder=ladder_of(self.policy, self.state, one),
                span=spans.get(one.id, one.span),
                pauses=pauses,
                now=self.now,
                calendar=self.calendar,
            )
            for one in self.duties()
        )

    def propose(self, kind: ProposalKind, *, by: str, cause: str) -> None:
        """Propose what only a named person may decide, unless the same waits already or holds already."""
        waits = any(one.kind is kind for one in self.state.proposals)
        if waits:
            return
        made = self.proposal(kind, by=by, cause=cause)
        clock = self.opened(StepKind.approval, proposal=kind)
        self.add(ProposalMade(happened_at=self.now, proposal=made, opens=(clock,)))
        self.tell((clock.waits_for,), "approval_needed", due=clock.due)

    def proposal(
        self, kind: ProposalKind, *, by: str, cause: str = "", step: StepKind = StepKind.approval
    ) -> Proposal:
        """Return a new proposal, numbered, with the obligation that will be its clock."""
        number = self.state.counts.proposed + 1
        clock = f"{step}-{self.state.counts.opened.get(step, 0) + 1}"
        return Proposal(id=f"{kind}-{number}", kind=kind, obligation=clock, by=by, cause=cause)

    def raise_to(self, level: int, *, cause: str) -> None:
        """Raise the level for a named cause: at once, or by proposal where the level needs approval."""
        if level <= self.state.level:
            return
        rule = next(one for one in self.policy.levels if one.level == level)
        if rule.needs_approval:
            self.propose(KIND_OF_LEVEL[level], by="", cause=cause)
            return
        self.add(LevelRaised(happened_at=self.now, level=level, cause=cause))
        self.tell((Role.unit_contact, Role.officer), "expedite")

    def tell(
        self,
        to: Iterable[Role],
        template: str,
        *,
        due: datetime | None = None,
        urgent: bool = False,
    ) -> None:
        """Add a notice to each role, sent in office hours unless the policy marks it urgent."""
        at = self.now if urgent else next_office_instant(self.calendar, self.now)
        for role in to:
            scope = self.state.unit if role in _UNIT_WIDE else self.state.district
            self._notices.append(
                Notice(
                    key=f"{self.cause}:{template}:{role}",
                    to=role,
                    scope=scope,
                    template=template,
                    order=self.state.id,
                    doc_no=self.state.doc_no,
                    due=due,
                    send_after=at,
                    urgent=urgent,
                )
            )

