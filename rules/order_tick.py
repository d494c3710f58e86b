"""The clock's own act: every rung due is reached one by one, in order; of a late sweep only the highest is told."""

from datetime import datetime
from typing import NamedTuple

from rules.order_clocks import Clock, following, rule_of, rung_of
from rules.order_draft import Decision, Draft, Rules
from rules.order_state import running
from schemas.event import Notice, Role
from schemas.names import rung_key
from schemas.order import KIND_OF_LEVEL, Obligation, OrderState, PlannedRung
from schemas.order_events import Closed, RungReached
from schemas.policy import Party, Rung


class _Reached(NamedTuple):
    """One rung's decision, how high it is, and what is said of it even where a higher one speaks."""

    decision: Decision
    at: datetime
    height: int
    opening: bool
    asking: tuple[Notice, ...]


def tick(state: OrderState, until: datetime, rules: Rules, *, inclusive: bool = True) -> tuple[Decision, ...]:
    """Return one decision a rung that was due by `until`, each on the state the one before left.

    With `inclusive` false only rungs due earlier: what is recorded before an act received at `until` is judged.
    What a rung opens (an approval) starts at `rules.now`: an approver has the whole period also after an outage.
    """
    reached: list[_Reached] = []
    while (due := _earliest(state, until, inclusive=inclusive)) is not None:
        reached.append(_reach(state, *due, rules))
        state = reached[-1].decision.state
    return _only_the_highest_speaks(reached)


def _earliest(state: OrderState, until: datetime, *, inclusive: bool) -> tuple[Obligation, PlannedRung] | None:
    waiting = [
        (one, one.rungs[0])
        for one in running(state)
        if one.rungs and (one.rungs[0].at < until or (inclusive and one.rungs[0].at == until))
    ]
    return min(waiting, key=lambda pair: (pair[1].at, pair[0].id), default=None)


def _reach(state: OrderState, clock: Obligation, planned: PlannedRung, rules: Rules) -> _Reached:
    draft = Draft(state, rules, cause=rung_key(state.id, clock.id, planned.name))
    rule = rule_of(rules.policy, state, clock)
    rung = rung_of(rule.ladder, planned)
    by_approval = rung.level in KIND_OF_LEVEL
    draft.add(
        RungReached(
            happened_at=rules.now,
            obligation=clock.id,
            rung=planned.name,
            scheduled=planned.at,
            level=0 if by_approval else rung.level,
            told=bool(rung.notice),
            party=clock.waits_for,
            next=following(rule.ladder, clock, rules.calendar),
            closes=(Closed(id=clock.id, outcome="lapsed"),) if rung.lapses else (),
        ),
    )
    if rung.notice:
        draft.tell(_roles(rung, clock, rule), rung.notice, due=clock.due, urgent=rung.urgent)
    own = len(draft.notices)
    if by_approval:
        draft.propose(rung.level, cause=f"{clock.id}:{planned.name}")
    return _Reached(draft.decision(), planned.at, rung.level, opening=rung.at_start, asking=draft.notices[own:])


def _roles(rung: Rung, clock: Obligation, rule: Clock) -> tuple[Role, ...]:
    named = {Party.waits_for: clock.waits_for, Party.next_in_line: rule.next_in_line}
    return tuple(dict.fromkeys(named[to] if isinstance(to, Party) else to for to in rung.to))


def _only_the_highest_speaks(sweep: list[_Reached]) -> tuple[Decision, ...]:
    """Silence all rungs of a late sweep but the highest, the latest of equals.

    Rungs of one instant are no outage: each of them speaks. What asks somebody for the first time (a rung at the start
    of its step, an approval) is never silenced: nobody else would say it.
    """
    if len({each.at for each in sweep}) <= 1:
        return tuple(each.decision for each in sweep)
    loudest = max(range(len(sweep)), key=lambda index: (sweep[index].height, index))
    return tuple(
        each.decision if each.opening or index == loudest else _silenced(each) for index, each in enumerate(sweep)
    )


def _silenced(each: _Reached) -> Decision:
    first, *others = each.decision.events
    silent = first.model_copy(update={"told": False})
    return Decision((silent, *others), each.asking, each.decision.state)
