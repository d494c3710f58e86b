"""Any people doing anything at any time: the laws of the order hold after every step, and a crash changes nothing.

The laws themselves are `Story.check`; here are the random acts, ticks, outages, calendars and crashes that they must
survive.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from rules.order import already, decide, next_due
from schemas.act import Tick
from schemas.calendar import Calendar, CalendarYear, Holiday, Notice
from schemas.errors import Refused
from schemas.event import Actor, Role
from schemas.order import ENDED, Form, OrderState, Status
from schemas.order_events import RungReached
from tests.rules.builders import (
    APPROVER,
    GOOD,
    LEADER,
    OFFICER,
    POINTS,
    POLICY,
    REVIEWER,
    REVIEWER_2,
    SHORT,
    STEWARD,
    UNIT,
    Story,
)

THOROUGH = settings().max_examples > 100
RUNS = settings(
    max_examples=settings().max_examples if THOROUGH else 60,
    stateful_step_count=45,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
PEOPLE = (OFFICER, REVIEWER, REVIEWER_2, APPROVER, LEADER, STEWARD)
STEPS = st.sampled_from(("acknowledge", "plan", "report", "attach", "submit", "submit"))
WAITS = st.one_of(
    st.just(timedelta()),
    st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 40).map(lambda days: timedelta(days=days)),
    st.sampled_from((1, 5 * 86_400_000_000 + 7)).map(lambda micro: timedelta(microseconds=micro)),
)


def revised(calendar: Calendar, day: date, days: int) -> Calendar:
    """The calendar with one more revision of 2026 (synthetic): days off from a day on, and no other holiday."""
    known = max(one.known_on for one in calendar.revisions) + timedelta(days=1)
    off = Holiday(name="synthetic", first=day, last=day + timedelta(days=days))
    year = CalendarYear(year=2026, notice=Notice(title="synthetic"), known_on=known, holidays=(off,))
    return Calendar(revisions=(*calendar.revisions, year), hours=calendar.hours)


class Office(RuleBasedStateMachine):
    """One order among people who do whatever they like."""

    story: Story

    @initialize(unit_type=st.sampled_from(("village", "enterprise")), urgency=st.sampled_from(("normal", "urgent")))
    def issued(self, unit_type: str, urgency: str) -> None:
        """The order is issued."""
        self.story = Story(replay=False, unit_type=unit_type, urgency=urgency)

    @property
    def state(self) -> OrderState:
        """The live state."""
        return self.story.state

    def contact(self) -> Actor:
        """The contact of whichever unit answers for the order now."""
        return Actor(person="P0007", role=Role.unit_contact, scope=self.state.unit)

    def attempt(self, step: Callable[[], object]) -> None:
        """Do it, or be refused and find nothing changed; no other error is allowed."""
        before: tuple[OrderState, int, int] | None
        before = (self.state, len(self.story.events), len(self.story.notices))
        with suppress(Refused):
            step()
            before = None
        unchanged = (self.state, len(self.story.events), len(self.story.notices))
        assert before is None or unchanged == before, "a refusal leaves nothing changed"
        if self.state.form is Form.advisory:
            assert self.state.level <= 2, "a letter never climbs above level 2"

    @rule(wait=WAITS, name=STEPS)
    def the_unit_works(self, wait: timedelta, name: str) -> None:
        """The unit signs, plans, reports or asks for close-out."""
        self.attempt(partial(getattr(self.story, name), self.story.now + wait, self.contact()))

    @rule(wait=WAITS, short=st.booleans())
    def the_unit_asks_with_figures(self, wait: timedelta, *, short: bool) -> None:
        """The unit claims figures, right or short."""
        figures = SHORT if short else GOOD
        self.attempt(lambda: self.story.submit(self.story.now + wait, self.contact(), figures))

    @rule(wait=WAITS, who=st.sampled_from((REVIEWER, REVIEWER_2)), closes=st.booleans())
    def the_reviewer_answers(self, wait: timedelta, who: Actor, *, closes: bool) -> None:
        """The review closes out or returns."""
        step = self.story.close_out if closes else self.story.send_back
        self.attempt(lambda: step(self.story.now + wait, who, POINTS))

    @rule(wait=WAITS, by=st.sampled_from(("1wd", "7wd", "15wd", "16wd", "2nd")))
    def the_unit_wants_time(self, wait: timedelta, by: str) -> None:
        """The unit asks for an extension."""
        self.attempt(lambda: self.story.extend(self.story.now + wait, by, self.contact()))

    @rule(wait=WAITS, data=st.data())
    def the_unit_objects(self, wait: timedelta, data: st.DataObject) -> None:
        """The unit objects to the dispatch or to a conclusion."""
        names = ["dispatch", *(one.id for one in self.state.conclusions)]
        about = data.draw(st.sampled_from(names[::-1]))
        when = self.story.now + wait
        if about == "dispatch":
            self.attempt(lambda: self.story.dispute(when, self.contact()))
        else:
            self.attempt(lambda: self.story.object_to(when, about, self.contact()))

    @rule(wait=WAITS, days=st.integers(-1, 40))
    def the_office_suspends(self, wait: timedelta, days: int) -> None:
        """The officer suspends, sometimes impossibly."""
        when = self.story.now + wait
        self.attempt(lambda: self.story.suspend(when, when + timedelta(days=days)))

    @rule(wait=WAITS)
    def the_office_resumes(self, wait: timedelta) -> None:
        """The officer resumes."""
        self.attempt(lambda: self.story.resume(self.story.now + wait))

    @rule(wait=WAITS, unit=st.sampled_from((UNIT, "91140200MA0K000002", "91140200MA0K000003")))
    def the_office_transfers(self, wait: timedelta, unit: str) -> None:
        """The officer transfers."""
        self.attempt(lambda: self.story.transfer(self.story.now + wait, unit=unit))

    @rule(wait=WAITS)
    def the_office_hands_over(self, wait: timedelta) -> None:
        """The officer proposes to hand over."""
        self.attempt(lambda: self.story.hand_over(self.story.now + wait))

    @rule(wait=WAITS, lucky=st.integers(0, 9))
    def the_office_withdraws(self, wait: timedelta, lucky: int) -> None:
        """The officer takes it back, one time in ten."""
        if lucky == 0:
            self.attempt(lambda: self.story.withdraw(self.story.now + wait))

    @precondition(lambda self: self.state.proposals)
    @rule(wait=WAITS, who=st.sampled_from((APPROVER, LEADER, OFFICER)), accept=st.booleans(), data=st.data())
    def somebody_decides(self, wait: timedelta, who: Actor, *, accept: bool, data: st.DataObject) -> None:
        """A named person decides one of the proposals."""
        about = data.draw(st.sampled_from([one.id for one in self.state.proposals]))
        when = self.story.now + wait
        self.attempt(lambda: self.story.decide(when, accept=accept, proposal=about, actor=who))

    @precondition(lambda self: self.state.status is Status.closed_out)
    @rule(wait=WAITS, short=st.booleans())
    def figures_come_in(self, wait: timedelta, *, short: bool) -> None:
        """The data steward reports a look-back."""
        figures = SHORT if short else GOOD
        self.attempt(lambda: self.story.look_back(self.story.now + wait, figures))

    @rule(who=st.sampled_from(PEOPLE), name=STEPS)
    def somebody_else_tries(self, who: Actor, name: str) -> None:
        """Somebody does what is the unit's."""
        self.attempt(partial(getattr(self.story, name), self.story.now, who))

    @rule(wait=WAITS, late=WAITS, cuts=st.integers(1, 4))
    def time_passes(self, wait: timedelta, late: timedelta, cuts: int) -> None:
        """The clock runs on, maybe after an outage; cut into sweeps as it may be, it comes to the same."""
        until = self.story.now + wait
        assert self.swept(until, until + late, cuts) == self.swept(until, until + late, 1)
        self.story.tick(until, now=until + late)
        due = next_due(self.state)
        assert due is None or due > until, "nothing due is left"

    def swept(self, until: datetime, now: datetime, cuts: int) -> tuple[OrderState, list[RungReached]]:
        """The state and rungs after the time to `until`, in so many sweeps."""
        state, rungs = self.state, []
        span = until - self.story.now
        for cut in range(1, cuts + 1):
            here = self.story.now + span * cut / cuts if cut < cuts else until
            for decided in decide(state, Tick(at=here), policy=POLICY, calendar=self.story.calendar, now=now):
                state = decided.state
                rungs += [
                    event.model_copy(update={"told": True})
                    for event in decided.events
                    if isinstance(event, RungReached)
                ]
        return state, rungs

    @rule(ahead=st.integers(-5, 40), days=st.integers(0, 9))
    def a_calendar_becomes_known(self, ahead: int, days: int) -> None:
        """A year is announced or changed; the same calendar twice changes nothing the second time."""
        day = min(self.story.now.date() + timedelta(days=ahead), date(2026, 12, 20))
        self.story.revise(revised(self.story.calendar, day, days))
        seq = self.state.seq
        assert not self.story.revise(self.story.calendar)
        assert self.state.seq == seq

    @rule()
    def everything_crashes(self) -> None:
        """The state is evolved anew from what was recorded, and is the one that was lost."""
        lost, self.story.state = self.state, self.story.replayed()
        assert self.state == lost

    def teardown(self) -> None:
        """However it ended, what was recorded is the order, and its last keys are remembered."""
        if hasattr(self, "story"):
            self.everything_crashes()
            self.story.check()
            assert self.state.settled == (self.state.status in ENDED and not self.state.obligations)
            assert all(already(self.state, key) for key in self.last_keys())

    def last_keys(self) -> list[str]:
        """The keys of the last acts that were recorded."""
        kept = self.state.keys.split()
        assert len(kept) <= 16
        return ["issue"] if len(kept) == 1 else []


def test_the_laws_hold_whatever_people_do() -> None:
    """Random acts by random people, ticks, outages, calendars and crashes break none of the laws."""
    run_state_machine_as_test(Office, settings=RUNS)
