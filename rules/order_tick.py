"""The clock's own act: every rung due is reached one by one, in order; only the highest of a sweep sends a notice."""

from datetime import datetime

from rules.order_clocks import following, ladder_of, rung_of, step_rule
from rules.order_draft import Decision, Draft, Rules
from rules.order_state import running
from schemas.event import Role
from schemas.names import rung_key
from schemas.order import KIND_OF_LEVEL, Obligation, OrderState, PlannedRung
from schemas.order_events import Closed, RungReached
from schemas.policy import Level, Party, Policy, Rung


def tick(state: OrderState, until: datetime, rules: Rules, *, inclusive: bool = True) -> tuple[Decision, ...]:
    """Return one decision a rung that was due by `until`, each on the state the one before left.

    With `inclusive` false only rungs due earlier than `until`: what is recorded before an act received at `until` is judged.
    """
    decisions: list[Decision] = []
    while (due := _earliest(state, until, inclusive=inclusive)) is not None:
        decided = _reach(state, *due, rules)
        decisions.append(decided)
        state = decided.state
    return _only_the_highest_speaks(decisions)


def _earliest(state: OrderState, until: datetime, *, inclusive: bool) -> tuple[Obligation, PlannedRung] | None:
    waiting = [
        (one, one.rungs[0])
        for one in running(state)
        if one.rungs and (one.rungs[0].at < until or (inclusive and one.rungs[0].at == until))
    ]
    return min(waiting, key=lambda pair: (pair[1].at, pair[0].id), default=None)


def _reach(state: OrderState, clock: Obligation, planned: PlannedRung, rules: Rules) -> Decision:
    draft = Draft(state, rules, cause=rung_key(state.id, clock.id, planned.name))
    ladder = ladder_of(rules.policy, state, clock)
    rung = rung_of(ladder, planned)
    level = _level(rules.policy, rung.level)
    by_itself = level is not None and not level.needs_approval
    draft.add(
        RungReached(
            happened_at=rules.now,
            obligation=clock.id,
            rung=planned.name,
            scheduled=planned.at,
            level=rung.level if by_itself else 0,
            told=True,
            party=clock.waits_for,
            next=following(ladder, planned, calendar=rules.calendar) if len(clock.rungs) == 1 and not rung.lapses else None,
            closes=(Closed(id=clock.id, outcome="lapsed"),) if rung.lapses else (),
        ),
    )
    if rung.notice:
        to = _roles(rung, clock, state, rules.policy)
        draft.tell(to, rung.notice, due=clock.due, urgent=rung.urgent)
    if level is not None and level.needs_approval and draft.state.level < level.level:
        draft.propose(KIND_OF_LEVEL[level.level], by="", cause=f"{clock.id}:{planned.name}")
    return draft.decision()


def _level(policy: Policy, number: int) -> Level | None:
    return next((one for one in policy.levels if number and one.level == number), None)


def _roles(rung: Rung, clock: Obligation, state: OrderState, policy: Policy) -> tuple[Role, ...]:
    proposal = next((one.kind for one in state.proposals if one.obligation == clock.id), None)
    rule = step_rule(policy, clock.kind, proposal)
    named = {Party.waits_for: clock.waits_for, Party.next_in_line: rule.next_in_line}
    return tuple(named[to] if isinstance(to, Party) else to for to in rung.to)


def _only_the_highest_speaks(decisions: list[Decision]) -> tuple[Decision, ...]:
    """Silence all rungs of a sweep but the highest; what asks for a decision is never silenced."""
    if len(decisions) <= 1:
        return tuple(decisions)
    loudest = max(range(len(decisions)), key=lambda index: (_height(decisions[index]), index))
    return tuple(
        decided if index == loudest else _silenced(decided) for index, decided in enumerate(decisions)
    )


def _height(decided: Decision) -> int:
    [reached] = [event for event in decided.events if isinstance(event, RungReached)]
    return max(reached.level, int(any(event.tag == "order.proposal.made" for event in decided.events)) * 3)


def _silenced(decided: Decision) -> Decision:
    events = tuple(
        event.model_copy(update={"told": False}) if isinstance(event, RungReached) else event
        for event in decided.events
    )
    asking = tuple(notice for notice in decided.notices if notice.template == "approval_needed")
    return Decision(events, asking, decided.state)

