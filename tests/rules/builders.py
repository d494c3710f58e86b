"""Builders for the tests of the order: people, figures, acts, and a story that checks what must hold at every step.

All people, units and figures here are synthetic.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.calendars import load_shipped
from connectors.policies import load
from rules.order import Decision, already, decide, evolve, issue_order, next_due, row
from rules.order_draft import Rules
from rules.order_revise import revise
from schemas import act as acts
from schemas.act import Act, Issue, Tick
from schemas.calendar import Calendar, Span
from schemas.event import Actor, EventData, Notice, Role, Sealed, dump
from schemas.order import ENDED, Figures, OrderState
from schemas.order_events import AnyOrderEvent, Issued, RungReached, parse
from schemas.policy import Policy, StepKind
from tests.tree import ROOT

POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
CALENDAR = load_shipped()
BEIJING = ZoneInfo("Asia/Shanghai")
UNIT, OTHER_UNIT = "91140200MA0K000001", "91140200MA0K000002"
ORDER = f"2026-001:r1:{UNIT}"
TEXT = Sealed(ref="v0001", commitment="a" * 64)
POINTS = tuple(point.id for point in POLICY.review)
SHORT = Figures(headcount=20, registered=10, active=2, has_team=False)
GOOD = Figures(headcount=20, registered=20, active=18, has_team=True)

OFFICER = Actor(person="P0001", role=Role.officer, scope="140200")
REVIEWER = Actor(person="P0002", role=Role.reviewer, scope="140200")
REVIEWER_2 = Actor(person="P0003", role=Role.reviewer, scope="140200")
APPROVER = Actor(person="P0004", role=Role.approver, scope="140200")
LEADER = Actor(person="P0005", role=Role.leader, scope="140200")
STEWARD = Actor(person="P0006", role=Role.data_steward, scope="140200")
CONTACT = Actor(person="P0007", role=Role.unit_contact, scope=UNIT)
OTHER_CONTACT = Actor(person="P0008", role=Role.unit_contact, scope=OTHER_UNIT)


def at(text: str, *, year: int = 2026) -> datetime:
    """An instant of the office's wall clock: `03-02 09:00`."""
    return datetime.fromisoformat(f"{year}-{text.replace(' ', 'T')}").replace(tzinfo=BEIJING)


START = at("03-02 09:00")


def issue(**changes: object) -> Issue:
    """The issue of an order on Monday 2026-03-02 to a village that meets all three triggers."""
    plain: dict[str, object] = {
        "key": "issue",
        "order": ORDER,
        "at": START,
        "actor": OFFICER,
        "docket": "docket:2026-001:r1:140213:1",
        "campaign": "2026-001",
        "round": 1,
        "district": "140213",
        "region": "140213050001",
        "unit": UNIT,
        "unit_type": "village",
        "doc_no": "同文明督〔2026〕12号",
        "urgency": "normal",
        "figures": SHORT,
        "cut_off": "2026-02-28",
        "measurement": "00000000-0000-0000-0000-000000000001",
        "policy": "b" * 64,
    }
    return Issue.model_validate(plain | changes)


class Story:
    """An order from its issue on: its state, all it recorded and told, and the laws that must hold after every step."""

    def __init__(
        self, *, policy: Policy = POLICY, calendar: Calendar = CALENDAR, replay: bool = True, **changes: object
    ) -> None:
        """Issue the order; `changes` are fields of the issue, `replay` evolves all events anew after every step."""
        self.policy, self.calendar, self.replay = policy, calendar, replay
        self.events: list[EventData] = []
        self.notices: list[Notice] = []
        self.rungs: list[RungReached] = []
        self.planned: dict[str, set[str]] = {}
        self.closed: Counter[str] = Counter()
        self.number = 0
        asked = issue(**changes)
        self.now = asked.at
        self.state = self._keep([issue_order(asked, policy=policy, calendar=calendar)])
        self.first_due = self.state.first_due

    def _keep(self, decisions: Sequence[Decision]) -> OrderState:
        for decided in decisions:
            for event in decided.events:
                self.events.append(EventData.model_validate_json(dump(event).model_dump_json()))
                self._account(event)
            self.notices += decided.notices
            self.state = decided.state
        self.check()
        return self.state

    def _account(self, event: AnyOrderEvent) -> None:
        for opened in event.opens:
            assert opened.id not in self.planned, "an obligation's name is never used again"
            self.planned[opened.id] = {rung.name for rung in opened.rungs}
        for changed in event.changes:
            assert {rung.name for rung in changed.rungs} <= self.planned[changed.id], "a change plans no new rung"
        self.closed.update(one.id for one in event.closes)
        if isinstance(event, RungReached):
            self.rungs.append(event)
            if event.next:
                self.planned[event.obligation].add(event.next.name)

    # --- what happens -------------------------------------------------------------------------------------------

    def do(self, act: Act) -> tuple[str, ...]:
        """Let a person act, judged at the act's instant; the tags of the act's own events."""
        decisions = decide(self.state, act, policy=self.policy, calendar=self.calendar, now=act.at)
        before = {one.id: one.start for one in self.state.obligations}
        self.now = max(self.now, act.at)
        self._keep(decisions)
        assert already(self.state, act.key)
        self._starts_stand(before)
        return tuple(event.tag for event in decisions[-1].events)

    def tick(self, until: datetime, *, now: datetime | None = None) -> tuple[RungReached, ...]:
        """Let the clock run; the rungs reached."""
        behind = len(self.rungs)
        known = now or until
        decisions = decide(self.state, Tick(at=until), policy=self.policy, calendar=self.calendar, now=known)
        self.now = max(self.now, until)
        self._keep(decisions)
        due = next_due(self.state)
        assert due is None or due > until or due > self.now - timedelta(microseconds=1)
        return tuple(self.rungs[behind:])

    def revise(self, calendar: Calendar) -> bool:
        """Let a calendar become known; whether it moved anything."""
        self.calendar = calendar
        decided = revise(
            self.state, Rules(self.policy, calendar, self.now), cause=f"{ORDER}:calendar:{calendar.digest}"
        )
        before = {one.id: one.start for one in self.state.obligations}
        if decided is not None:
            self._keep([decided])
        self._starts_stand(before)
        return decided is not None

    def _starts_stand(self, before: dict[str, datetime]) -> None:
        for one in self.state.obligations:
            assert one.start == before.get(one.id, one.start), "a clock never starts anew"

    # --- what must hold -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """The laws of section 5, after every step."""
        state = self.state
        assert not self.replay or self.replayed() == state, "the events alone give the live state"
        assert state.seq == len(self.events)
        assert state.first_due == getattr(self, "first_due", state.first_due), "no clock ever resets"
        starts = {one.start for one in state.obligations if one.kind is StepKind.finish}
        assert starts <= {state.issued_at}, "the finish clock keeps its start"
        self._waits()
        self._no_rung_twice()
        keys = Counter(notice.key for notice in self.notices)
        assert all(count == 1 for count in keys.values()), "a notice's key is unique for ever"
        assert state.doc_no == "同文明督〔2026〕12号"
        assert len(state.model_dump_json(exclude_defaults=True).encode()) < 4096

    def _waits(self) -> None:
        state, waiting = self.state, row(self.state)
        if state.settled:
            assert state.status in ENDED
            assert (state.obligations, state.proposals, state.conclusions) == ((), (), ())
            assert (next_due(state), waiting.waits_for) == (None, "")
            return
        assert next_due(state) is not None, "whatever is not settled has a next due"
        assert waiting.waits_for, "and names whom it waits for"
        assert waiting.due is not None
        assert {one.obligation for one in state.proposals} <= {one.id for one in state.obligations}

    def _no_rung_twice(self) -> None:
        reached = Counter((rung.obligation, rung.rung) for rung in self.rungs)
        assert all(count == 1 for count in reached.values()), "no rung is reached twice"
        assert all(count == 1 for count in self.closed.values()), "no obligation ends twice"
        waiting = {one.id: {rung.name for rung in one.rungs} for one in self.state.obligations}
        for name, planned in self.planned.items():
            behind = {rung for obligation, rung in reached if obligation == name}
            if name in waiting:
                assert planned == behind | waiting[name], "no rung is skipped"
                assert not behind & waiting[name]
            else:
                assert self.closed[name], "an obligation ends only by an event that says so"
                assert behind <= planned

    def replayed(self) -> OrderState:
        """The state from the recorded JSON alone, as after a crash."""
        state: OrderState | None = None
        for data in self.events:
            state = evolve(state, parse(data))
        assert state is not None
        return state

    # --- acts ---------------------------------------------------------------------------------------------------

    def facts(self, actor: Actor, when: datetime) -> dict[str, object]:
        """What every act carries, with a key of its own."""
        self.number += 1
        return {"key": f"k{self.number}", "order": ORDER, "at": when, "actor": actor}

    def acknowledge(self, when: datetime, actor: Actor = CONTACT) -> tuple[str, ...]:
        """签收."""
        return self.do(acts.Acknowledge.model_validate(self.facts(actor, when)))

    def plan(self, when: datetime, actor: Actor = CONTACT) -> tuple[str, ...]:
        """报送方案."""
        return self.do(acts.SubmitPlan.model_validate(self.facts(actor, when) | {"summary": TEXT}))

    def report(self, when: datetime, actor: Actor = CONTACT) -> tuple[str, ...]:
        """进展反馈."""
        return self.do(acts.ReportProgress.model_validate(self.facts(actor, when) | {"summary": TEXT}))

    def submit(self, when: datetime, actor: Actor = CONTACT, figures: Figures = GOOD) -> tuple[str, ...]:
        """办结申请."""
        more = {"summary": TEXT, "figures": figures}
        return self.do(acts.RequestCompletion.model_validate(self.facts(actor, when) | more))

    def attach(self, when: datetime, actor: Actor = CONTACT) -> tuple[str, ...]:
        """附证明材料."""
        evidence = {"digest": "c" * 64, "title": TEXT, "size": 1}
        return self.do(acts.AttachEvidence.model_validate(self.facts(actor, when) | {"evidence": evidence}))

    def close_out(self, when: datetime, actor: Actor = REVIEWER, points: tuple[str, ...] = POINTS) -> tuple[str, ...]:
        """销号."""
        return self.do(acts.CloseOut.model_validate(self.facts(actor, when) | {"points": points}))

    def send_back(
        self, when: datetime, actor: Actor = REVIEWER, points: tuple[str, ...] = POINTS[:1]
    ) -> tuple[str, ...]:
        """退回重办."""
        more = {"points": points, "reason": TEXT}
        return self.do(acts.Return.model_validate(self.facts(actor, when) | more))

    def extend(self, when: datetime, by: str = "10wd", actor: Actor = CONTACT) -> tuple[str, ...]:
        """申请延期."""
        more = {"by": Span.parse(by), "reason": TEXT}
        return self.do(acts.RequestExtension.model_validate(self.facts(actor, when) | more))

    def dispute(self, when: datetime, actor: Actor = CONTACT) -> tuple[str, ...]:
        """派单异议."""
        return self.do(acts.DisputeDispatch.model_validate(self.facts(actor, when) | {"reason": TEXT}))

    def object_to(self, when: datetime, conclusion: str, actor: Actor = CONTACT) -> tuple[str, ...]:
        """申请复核."""
        more = {"conclusion": conclusion, "reason": TEXT}
        return self.do(acts.ObjectToConclusion.model_validate(self.facts(actor, when) | more))

    def suspend(self, when: datetime, until: datetime, actor: Actor = OFFICER) -> tuple[str, ...]:
        """中止."""
        more = {"until": until, "reason": TEXT}
        return self.do(acts.Suspend.model_validate(self.facts(actor, when) | more))

    def resume(self, when: datetime, actor: Actor = OFFICER) -> tuple[str, ...]:
        """恢复办理."""
        return self.do(acts.Resume.model_validate(self.facts(actor, when)))

    def transfer(
        self,
        when: datetime,
        actor: Actor = OFFICER,
        unit: str = OTHER_UNIT,
        region: str = "140214100",
        **more: object,
    ) -> tuple[str, ...]:
        """转办, to a unit of the same type unless `unit_type` says another."""
        more = {"unit": unit, "unit_type": self.state.unit_type, "region": region, "reason": TEXT} | more
        return self.do(acts.Transfer.model_validate(self.facts(actor, when) | more))

    def hand_over(self, when: datetime, actor: Actor = OFFICER) -> tuple[str, ...]:
        """移交."""
        return self.do(acts.HandOver.model_validate(self.facts(actor, when) | {"reason": TEXT}))

    def withdraw(self, when: datetime, actor: Actor = OFFICER) -> tuple[str, ...]:
        """撤回."""
        return self.do(acts.Withdraw.model_validate(self.facts(actor, when) | {"reason": TEXT}))

    def decide(self, when: datetime, *, accept: bool, proposal: str = "", actor: Actor = APPROVER) -> tuple[str, ...]:
        """决定, on the proposal that has waited longest unless one is named."""
        about = proposal or (self.state.proposals[0].id if self.state.proposals else "none")
        more = {"proposal": about, "accept": accept}
        return self.do(acts.Decide.model_validate(self.facts(actor, when) | more))

    def look_back(self, when: datetime, figures: Figures = GOOD, actor: Actor = STEWARD) -> tuple[str, ...]:
        """回头看."""
        return self.do(acts.LookBackReport.model_validate(self.facts(actor, when) | {"figures": figures}))

    # --- asking -------------------------------------------------------------------------------------------------

    def open_kinds(self) -> set[str]:
        """The kinds of what is open."""
        return {str(one.kind) for one in self.state.obligations}

    def clock(self, kind: str) -> tuple[str, datetime]:
        """The name and due of the one open obligation of a kind."""
        [one] = [one for one in self.state.obligations if one.kind == kind]
        return one.id, one.due

    def issued(self) -> Issued:
        """The first event."""
        first = parse(self.events[0])
        assert isinstance(first, Issued)
        return first


def signed(**changes: object) -> Story:
    """An order that the unit has signed on the day of issue."""
    story = Story(**changes)  # type: ignore[arg-type] # fields of the issue, checked by its model
    story.acknowledge(at("03-02 10:00"))
    return story


def under_review(**changes: object) -> Story:
    """An order with nothing late, whose close-out was asked for on 2026-03-10."""
    story = signed(**changes)
    story.plan(at("03-03 10:00"))
    story.report(at("03-09 10:00"))
    story.submit(at("03-10 10:00"))
    return story


def closed(**changes: object) -> Story:
    """An order closed out on 2026-03-11."""
    story = under_review(**changes)
    story.close_out(at("03-11 10:00"))
    return story


def regressed(**changes: object) -> Story:
    """An order whose first look-back failed on 2026-04-13."""
    story = closed(**changes)
    story.look_back(at("04-13 10:00"), figures=SHORT)
    return story
