"""A docket's roll and the changes it hands on: who is due, who may be judged, what becomes of the records' answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.calendars import load_shipped
from connectors.policies import load
from rules import order_changes as changes
from rules.calendar import as_known
from rules.docket import Roll, check_recorded, parts, problem_of, set_aside, told
from rules.order import next_due
from rules.order_changes import Judged
from rules.policy import digest
from schemas.act import Acknowledge, Issue
from schemas.calendar import Holiday
from schemas.docket import ChangeAnswer, DocketInput, Outcome, RuleBook, StoredEvent
from schemas.errors import Refused
from schemas.event import Actor, Role
from schemas.order import Figures, OrderState
from tests.tree import ROOT

T0 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
CALENDAR = as_known(load_shipped(), date(2026, 3, 1))
BOOK = RuleBook(policies={digest(POLICY): POLICY}, calendar=CALENDAR, calendar_digest=CALENDAR.digest)
SHORT = Figures(headcount=20, registered=10, active=4, has_team=True)
LATER = T0 + timedelta(days=2)


def issue(order: str, *, figures: Figures = SHORT) -> Issue:
    """The issue of a synthetic order."""
    return Issue(
        key=f"{order}:issue",
        order=order,
        at=T0,
        actor=Actor(person="P1", role=Role.officer, scope="140200"),
        docket="docket:synthetic",
        campaign="2026-001",
        round=1,
        district="140213",
        region="140213050",
        unit=f"U{order}",
        unit_type="village",
        doc_no=f"同文明督〔2026〕{order}号",
        urgency="normal",
        figures=figures,
        cut_off="2026-02-28",
        measurement="e1",
        policy=digest(POLICY),
    )


def acknowledge(order: str, at: datetime = T0) -> Acknowledge:
    """The signature of its unit's contact."""
    contact = Actor(person="C1", role=Role.unit_contact, scope=f"U{order}")
    return Acknowledge(key=f"{order}-ack", order=order, at=at, actor=contact)


def issued(order: str) -> OrderState:
    """An order just issued."""
    return changes.of_issue(issue(order), BOOK).after


def roll(*orders: str, capacity: int = 5, issues: tuple[Issue, ...] = (), aside: tuple[str, ...] = ()) -> Roll:
    """A roll of orders just issued, and others still to be."""
    given = DocketInput(
        docket="docket:synthetic",
        campaign="2026-001",
        round=1,
        district="140213",
        policy=digest(POLICY),
        calendar=CALENDAR.digest,
        subjects=tuple(issued(order) for order in orders),
        issues=issues,
        aside=aside,
        capacity=capacity,
    )
    return Roll(given)


def answer(judged: Judged, outcome: Outcome, events: tuple[StoredEvent, ...] = ()) -> ChangeAnswer:
    """What the records answer to a change."""
    return ChangeAnswer(stream=judged.change.stream, outcome=outcome, events=events, problem="the reason")


def stored(judged: Judged) -> tuple[StoredEvent, ...]:
    """A change's events as they would stand in the stream."""
    events = [event for step in judged.change.steps for event in step.events]
    return tuple(StoredEvent(seq=judged.change.expected_seq + n, event=event) for n, event in enumerate(events, 1))


def test_due_are_those_whose_clock_rings_and_whom_nobody_judges() -> None:
    """Aside and locked subjects are passed over; the earliest of the others is what the docket waits for."""
    held = roll("1", "2", "3", aside=("2",))
    held.locked.add("3")

    assert held.due_by(LATER) == ["1"]
    assert held.due_by(LATER, among=["3"]) == []
    assert held.next_due() == next_due(held.subjects["1"])
    assert not held.settled


def test_an_empty_roll_waits_for_nothing() -> None:
    """No subject, no clock, settled."""
    assert roll().next_due() is None
    assert roll().settled


def test_what_is_still_to_be_issued_is_locked() -> None:
    """Except what is aside: that waits to be resumed."""
    held = roll(issues=(issue("1"), issue("2")), aside=("2",))

    assert held.locked == {"1"}
    assert held.carried()["issues"] == (issue("1"), issue("2"))


def test_room_is_for_newcomers_only() -> None:
    """Known orders and repeats take no room; one too many is refused as a whole."""
    held = roll("1", capacity=2)
    held.enter(held.fresh([issue("1"), issue("2"), issue("2")]))

    assert list(held.unissued) == ["2"]
    assert held.fresh([issue("2")]) == {}
    with pytest.raises(Refused, match=r"docket\.full"):
        held.fresh([issue("3")])


def test_a_subject_is_known_aside_or_unknown() -> None:
    """Each has its own answer, so that a door can tell what will be judged later from what never will."""
    held = roll("1", "2", aside=("2",))

    assert held.subject("1").id == "1"
    with pytest.raises(Refused, match=r"order\.aside"):
        held.subject("2")
    with pytest.raises(Refused, match=r"order\.unknown"):
        held.subject("3")


def test_recorded_is_taken_as_judged() -> None:
    """The new state stands, and what was to be issued is."""
    held = roll(issues=(issue("1"),))
    judged = changes.of_issue(issue("1"), BOOK)

    assert held.fold(judged, answer(judged, Outcome.recorded), again_at=LATER) == ""
    assert held.subjects["1"] == judged.after
    assert held.unissued == {}


def test_what_the_records_know_better_is_folded_in() -> None:
    """Repeated or moved on: the stored events lead to the state, whatever was judged."""
    held = roll("1")
    signed = changes.of_act(held.subjects["1"], acknowledge("1"), BOOK, now=T0)
    rung = changes.of_clock(held.subjects["1"], BOOK, now=LATER)

    first = stored(changes.of_issue(issue("1"), BOOK))
    assert held.fold(rung, answer(rung, Outcome.moved_on, (*first, *stored(signed))), again_at=LATER) == ""
    assert held.subjects["1"] == signed.after
    assert held.fold(rung, answer(rung, Outcome.repeated), again_at=LATER) == ""
    assert held.subjects["1"] == signed.after


def test_nothing_known_and_nothing_stored_stays_unknown() -> None:
    """An issue answered as repeated without events leaves the order unissued."""
    held = roll(issues=(issue("1"),))
    judged = changes.of_issue(issue("1"), BOOK)

    assert held.fold(judged, answer(judged, Outcome.repeated), again_at=LATER) == ""
    assert list(held.unissued) == ["1"]


def test_an_event_that_cannot_be_folded_is_a_reason_to_set_aside() -> None:
    """The problem names what went wrong and where."""
    held = roll("1")
    judged = changes.of_clock(held.subjects["1"], BOOK, now=LATER)
    [first, *_] = stored(judged)
    strange = StoredEvent(seq=2, event=first.event.model_copy(update={"tag": "order.nonsense"}))

    assert " in " in held.fold(judged, answer(judged, Outcome.moved_on, (strange,)), again_at=LATER)


def test_an_act_that_waits_puts_the_rung_off() -> None:
    """Until the given instant, or until the act is judged."""
    held = roll("1")
    rung = changes.of_clock(held.subjects["1"], BOOK, now=LATER)
    held.fold(rung, answer(rung, Outcome.act_waiting), again_at=LATER + timedelta(seconds=2))

    assert held.due_by(LATER) == []
    assert held.stuck([rung]) == []
    signed = changes.of_act(held.subjects["1"], acknowledge("1"), BOOK, now=LATER)
    held.fold(signed, answer(signed, Outcome.recorded), again_at=LATER)
    assert held.due_by(LATER) == ["1"]


@pytest.mark.parametrize("outcome", [Outcome.key_reused, Outcome.unrecordable])
def test_what_cannot_be_recorded_is_a_reason_to_set_aside(outcome: Outcome) -> None:
    """The problem tells the records' own words; for an act it is a refusal instead."""
    held = roll("1")
    rung = changes.of_clock(held.subjects["1"], BOOK, now=LATER)

    assert held.fold(rung, answer(rung, outcome), again_at=LATER) == f"{outcome}: the reason"
    with pytest.raises(Refused, match="act"):
        check_recorded(outcome)


def test_whom_a_sweep_does_not_move_is_stuck() -> None:
    """A rung that the records hold and the docket cannot pass would be swept for ever."""
    held = roll("1", "2", aside=("2",))
    swept = [changes.of_clock(held.subjects[order], BOOK, now=LATER) for order in ("1", "2")]

    assert held.stuck(swept) == ["1"]
    held.put(swept[0].after)
    assert held.stuck(swept) == []


def test_the_tally_counts_in_chinese() -> None:
    """How many are here, ended, settled and aside."""
    assert roll("1", "2", aside=("2",)).tally() == "在册 2 件 · 已销号或撤回 0 件 · 已了结 0 件 · 搁置 1 件"


def test_the_answer_tells_the_order_as_it_stands() -> None:
    """Status, whom it waits for and by when, under the act's key."""
    said = told(issued("1"), "k1")

    assert (said.order, said.key, said.seq, said.status, said.waits_for) == ("1", "k1", 1, "issued", "unit_contact")
    assert not said.repeated


def test_recorded_acts_are_not_refused_and_parts_keep_the_order() -> None:
    """The small change of the module."""
    check_recorded(Outcome.recorded)

    assert [list(part) for part in parts(["1", "2", "3"], 2)] == [["1", "2"], ["3"]]
    assert set_aside().code == "order.aside"
    assert problem_of(ValueError("never raised")) == "ValueError('never raised')"


def test_a_clock_that_is_not_due_is_an_error() -> None:
    """It comes out as an exception, so that its docket sets it aside instead of asking for ever."""
    with pytest.raises(ValueError, match="reaches none"):
        changes.of_clock(issued("1"), BOOK, now=T0)


def test_a_change_too_large_for_any_recording_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine would refuse the payload again and again."""
    monkeypatch.setattr(changes, "LARGEST", 100)
    with pytest.raises(ValueError, match="larger than 100"):
        issued("1")


def test_a_recording_is_full_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes fit where the limit is their sum, and not one byte below it."""
    one, two = (changes.of_issue(issue(order), BOOK) for order in ("1", "2"))
    monkeypatch.setattr(changes, "LARGEST", one.size + two.size)
    assert changes.fits([one], two)
    monkeypatch.setattr(changes, "LARGEST", one.size + two.size - 1)
    assert not changes.fits([one], two)


def test_an_act_comes_behind_the_rungs_that_were_due_before_it() -> None:
    """One change, a step a cause, the act's own last."""
    judged = changes.of_act(issued("1"), acknowledge("1", at=LATER), BOOK, now=LATER)

    assert [step.actor.role for step in judged.change.steps][-1] is Role.unit_contact
    assert len(judged.change.steps) == 3


def test_a_calendar_moves_what_it_moves_once() -> None:
    """A holiday that became known moves the dues; the calendar known before moves nothing."""
    holiday = Holiday(name="合成假日", first=date(2026, 3, 3), last=date(2026, 3, 6))
    years = tuple(
        one.model_copy(update={"holidays": (*one.holidays, holiday)}) if one.year == T0.year else one
        for one in CALENDAR.revisions
    )
    revised = CALENDAR.model_copy(update={"revisions": years})
    known = BOOK.model_copy(update={"calendar": revised, "calendar_digest": revised.digest})
    moved = changes.of_revision(issued("1"), known, now=T0)

    assert changes.of_revision(issued("1"), BOOK, now=T0) is None
    assert moved is not None
    assert moved.change.steps[0].cause.key == f"1:calendar:{revised.digest[:16]}"
    assert moved.after.sign_due >= issued("1").sign_due
