"""A decision in the making: events folded into the state as they are added, so that the second knows the first.

Local to one call of `decide`: what leaves it is a `Decision`, plain data.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from rules.order_clocks import Clock, clock_of, move, open_clock, release, rule_of, sent_at
from rules.order_state import UNIT_DUTIES, ended, evolve, opened_of, pauser
from schemas.calendar import Calendar
from schemas.event import Notice, Role
from schemas.order import ENDED, KIND_OF_LEVEL, LEVEL_OF, Form, Obligation, OrderState, Proposal, ProposalKind
from schemas.order_events import AnyOrderEvent, Closed, LevelRaised, ProposalMade, Settled
from schemas.policy import Policy, StepKind

_HIGHEST_OF_A_LETTER = 2


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
    """Return the eight characters (48 bits) by which a state remembers an act's key; none of them is a space."""
    return urlsafe_b64encode(sha256(key.encode()).digest()[:6]).decode()


class Draft:
    """Collects events and notices for one order and one cause after another."""

    def __init__(self, state: OrderState, rules: Rules, *, cause: str) -> None:
        """Start from a state that is never changed: `self.state` is replaced with every event.

        `cause` is short and the order's own: notices take their keys from it, so that a repeat enqueues nothing twice.
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

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices added so far."""
        return tuple(self._notices)

    def decision(self) -> Decision:
        """Return what was decided, settled if no clock can run again."""
        if self.state.status in ENDED and not self.state.obligations:
            self.add(Settled(happened_at=self.now))
        return Decision(tuple(self._events), self.notices, self.state)

    # --- clocks -----------------------------------------------------------------------------------------------------

    def rule(self, kind: StepKind, proposal: ProposalKind | None = None) -> Clock:
        """Return what the policy says about a step of this order."""
        return clock_of(self.policy, kind, form=self.state.form, urgency=self.state.urgency, proposal=proposal)

    def opened(
        self,
        kind: StepKind,
        *,
        start: datetime | None = None,
        proposal: ProposalKind | None = None,
        ahead: int = 0,
    ) -> Obligation:
        """Return a new obligation of a kind, numbered after those there were (`ahead` more open in the same event)."""
        name = self.next_name(kind, ahead)
        return open_clock(name, self.rule(kind, proposal), start=start or self.now, calendar=self.calendar)

    def next_name(self, kind: StepKind, ahead: int = 0) -> str:
        """Return the name of the next obligation of a kind: `report-3`."""
        return f"{kind}-{opened_of(self.state, kind) + 1 + ahead}"

    def clocks(self, *kinds: StepKind) -> tuple[Obligation, ...]:
        """Return the open obligations of these kinds."""
        return tuple(one for one in self.state.obligations if one.kind in kinds)

    def met(self, *kinds: StepKind) -> tuple[Closed, ...]:
        """Close the open obligations of these kinds as met, each on time by its own due."""
        return tuple(Closed(id=one.id, outcome="met", on_time=self.now <= one.due) for one in self.clocks(*kinds))

    def lapsed(self, *kinds: StepKind) -> tuple[Closed, ...]:
        """Close the open obligations of these kinds as overtaken."""
        return tuple(Closed(id=one.id, outcome="lapsed") for one in self.clocks(*kinds))

    def released(self) -> tuple[Obligation, ...]:
        """Return the unit's held clocks, running again."""
        return tuple(release(one, self.now) for one in self.state.obligations if one.held_from is not None)

    def unpaused_by(self, closing: Iterable[Closed]) -> tuple[Obligation, ...]:
        """Return the unit's clocks counted anew with the pause, if closing these obligations ends it; else none."""
        gone, state = {one.id for one in closing}, self.state
        still = pauser(
            state.status,
            (one for one in state.obligations if one.id not in gone),
            (one for one in state.proposals if one.obligation not in gone),
        )
        if still or not state.paused_by:
            return ()
        return tuple(
            move(
                one,
                ladder=rule_of(self.policy, state, one).ladder,
                pauses=ended(state.pauses, self.now),
                since=state.pauses[-1].start,
                now=self.now,
                calendar=self.calendar,
            )
            for one in self.clocks(*UNIT_DUTIES)
        )

    # --- proposals and levels ---------------------------------------------------------------------------------------

    def proposal(
        self, kind: ProposalKind, *, by: str, cause: str = "", step: StepKind = StepKind.approval
    ) -> tuple[Proposal, Obligation]:
        """Return a new proposal and its clock, which give each other their number."""
        clock = self.opened(step, proposal=kind)
        number = clock.id.rpartition("-")[2]
        return Proposal(id=f"{kind}-{number}", kind=kind, obligation=clock.id, by=by, cause=cause), clock

    def propose(self, level: int, *, cause: str) -> None:
        """Propose a level that only a named person may bring, unless it holds already or waits for the same cause.

        Another circular may be proposed at level 3: several in a row lead to the interview (Guangyuan 2018, Longchang
        2020).
        """
        kind = KIND_OF_LEVEL[level]
        highest = LEVEL_OF[ProposalKind.circular] if kind is ProposalKind.circular else level - 1
        waits = any((one.kind, one.cause) == (kind, cause) for one in self.state.proposals)
        if self.state.level > highest or waits or self.state.form is Form.advisory:
            return
        made, clock = self.proposal(kind, by="", cause=cause)
        self.add(ProposalMade(happened_at=self.now, proposal=made, opens=(clock,)))
        self.ask(clock, "approval_needed")

    def raise_to(self, level: int, *, cause: str, conclusion: str = "") -> None:
        """Raise the level for a named cause: at once, or by proposal from level 3; a letter never climbs above level 2.

        `conclusion` is the one that the level rests on and falls with.
        """
        if self.state.form is Form.advisory:
            level = min(level, _HIGHEST_OF_A_LETTER)
        if level <= self.state.level:
            return
        if level in KIND_OF_LEVEL:
            self.propose(level, cause=cause)
            return
        self.add(LevelRaised(happened_at=self.now, level=level, cause=cause, conclusion=conclusion))
        self.tell((Role.unit_contact, Role.officer), "expedite")

    # --- notices ----------------------------------------------------------------------------------------------------

    def ask(self, clock: Obligation, template: str) -> None:
        """Tell whomever a new obligation waits for; several of one cause are told one by one."""
        self.tell((clock.waits_for,), template, due=clock.due, about=clock.id)

    def tell(
        self,
        to: Iterable[Role],
        template: str,
        *,
        due: datetime | None = None,
        urgent: bool = False,
        about: str = "",
    ) -> None:
        """Add a notice to each role, sent in office hours unless the policy marks it urgent.

        An office's is told where the answering unit lies: there they may act, and after a transfer no longer in the
        district that the order is counted under.
        """
        at = self.now if urgent else sent_at(self.now, self.calendar)
        for role in to:
            self._notices.append(
                Notice(
                    key=":".join(filter(None, (self.cause, template, about, role))),
                    to=role,
                    scope=self.state.unit if role is Role.unit_contact else self.state.region,
                    template=template,
                    order=self.state.id,
                    doc_no=self.state.doc_no,
                    due=due,
                    send_after=at,
                    urgent=urgent,
                )
            )
