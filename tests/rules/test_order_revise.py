"""A calendar that became known moves open deadlines: each by one event, none back into the past, none twice."""

from datetime import date

from rules.calendar import as_known
from schemas.calendar import Calendar, CalendarYear, Holiday, Notice
from schemas.event import Role
from schemas.order_events import DeadlineRevised, parse
from tests.rules.builders import CALENDAR, START, Story, at, closed, signed, under_review


def holiday(first: date, last: date) -> Calendar:
    """The shipped calendar with one more holiday in 2026 (synthetic)."""
    held = max((one for one in CALENDAR.revisions if one.year == 2026), key=lambda one: one.known_on)
    revised = CalendarYear(
        year=2026,
        notice=Notice(title="synthetic"),
        known_on=date(2026, 3, 3),
        holidays=(*held.holidays, Holiday(name="synthetic", first=first, last=last)),
        make_up_days=held.make_up_days,
    )
    return Calendar(revisions=(*CALENDAR.revisions, revised), hours=CALENDAR.hours)


WEEK = holiday(date(2026, 3, 16), date(2026, 3, 20))


def test_a_holiday_moves_what_counts_across_it() -> None:
    """Five days off move the finish by five working days and leave what is due before them; both dues are stored."""
    story = signed()
    assert story.revise(WEEK)
    event = parse(story.events[-1])
    assert isinstance(event, DeadlineRevised)
    assert [(rung.name, rung.at) for rung in event.before] == [("finish-1", at("04-14 18:00"))]
    assert story.state.finish_due == at("04-21 18:00")
    assert story.state.first_due == at("04-14 18:00")
    assert story.clock("plan") == ("plan-1", at("03-05 18:00"))
    assert [notice.template for notice in story.notices][-1] == "deadline_revised"


def test_what_becomes_certain_is_recorded_and_told_to_nobody() -> None:
    """A provisional year announced: the clock that moves and those that stay are certain now; only a move is a notice."""
    story = Story(calendar=as_known(CALENDAR, date(2025, 11, 3)))
    assert all(one.provisional for one in story.state.obligations)
    due, sign = story.state.finish_due, story.clock("sign")
    notices = len(story.notices)
    story.revise(CALENDAR)
    assert not any(one.provisional for one in story.state.obligations)
    assert (story.state.finish_due > due, story.clock("sign")) == (True, sign)
    assert [notice.to for notice in story.notices[notices:]] == [Role.unit_contact]


def test_what_stays_where_it_was_is_certain_without_a_notice() -> None:
    """The notice of a year brings nothing but what was expected: one event, every due as before, nobody is told."""
    expected = as_known(CALENDAR, date(2025, 11, 3))
    years = (one.model_copy(update={"provisional": False}) if one.year == 2026 else one for one in expected.revisions)
    story = Story(calendar=expected)
    before, notices = story.state.obligations, len(story.notices)
    assert story.revise(expected.model_copy(update={"revisions": tuple(years)}))
    assert story.state.obligations == tuple(one.model_copy(update={"provisional": False}) for one in before)
    assert len(story.notices) == notices


def test_the_same_calendar_moves_nothing() -> None:
    """A calendar without a difference for the order makes no event."""
    assert not signed().revise(holiday(date(2026, 12, 1), date(2026, 12, 2)))


def test_signing_moves_too() -> None:
    """The due of signing, by which it is published, follows its clock."""
    story = Story()
    story.revise(holiday(date(2026, 3, 3), date(2026, 3, 4)))
    assert story.state.sign_due == at("03-05 18:00")


def test_paused_clocks_wait_for_the_end_of_the_pause() -> None:
    """Under a pause the unit's clocks are left; when it ends they are counted on the calendar then known."""
    story = signed()
    story.suspend(at("03-02 14:30"), at("03-20 10:00"))
    assert not story.revise(WEEK)
    story.resume(at("03-03 14:30"))
    assert story.state.finish_due == at("04-22 12:00")


def test_a_pause_of_the_unit_is_none_of_the_office() -> None:
    """A decision that the office owes moves with the calendar alone, not with the pause that it causes itself."""
    story = signed()
    story.hand_over(at("03-03 10:00"))
    story.suspend(at("03-03 11:00"), at("03-20 10:00"))
    story.resume(at("03-05 11:00"))
    assert story.clock("approval") == ("approval-1", at("03-06 18:00"))
    story.revise(holiday(date(2026, 3, 6), date(2026, 3, 6)))
    assert story.clock("approval") == ("approval-1", at("03-09 18:00"))


def test_held_clocks_move_without_an_event_of_their_own_time() -> None:
    """A clock held by the review keeps the rungs that fell due meanwhile, and its due follows the calendar."""
    story = signed()
    story.submit(at("04-09 08:00"))
    story.tick(at("04-09 10:00"))
    far = holiday(date(2026, 12, 1), date(2026, 12, 2))
    assert not story.revise(far)
    story.revise(holiday(date(2026, 4, 13), date(2026, 4, 13)))
    assert story.state.finish_due == at("04-15 18:00")


def test_a_late_rung_stays_what_it_was() -> None:
    """A rung due before the calendar became known and not yet recorded is reached at its own instant, once."""
    story = Story()
    story.now = at("03-09 10:00")
    story.revise(holiday(date(2026, 3, 5), date(2026, 3, 6)))
    reached = story.tick(at("03-09 10:00"))
    assert ("sign-1", "expedite", at("03-04 08:30")) in [(one.obligation, one.rung, one.scheduled) for one in reached]


def test_an_earlier_due_makes_no_rung_of_the_past() -> None:
    """Where a holiday is taken back, what would have been due already is due now."""
    story = Story(calendar=WEEK)
    story.acknowledge(at("03-02 10:00"))
    story.tick(at("04-20 10:00"))
    story.revise(CALENDAR)
    assert story.state.finish_due == at("04-14 18:00")
    rungs = {rung.name: rung.at for one in story.state.obligations for rung in one.rungs if one.kind == "finish"}
    assert rungs["expedite"] == at("04-20 10:00")
    assert rungs["interview"] == at("04-28 08:30")


def test_repetitions_keep_their_distance() -> None:
    """A chase planned behind a due that moves, moves with it."""
    story = Story()
    story.tick(at("03-13 08:30"))
    due = {one.id: one.due for one in story.state.obligations}
    assert due["sign-1"] == at("03-03 18:00")
    before = {one.id: one.rungs[-1] for one in story.state.obligations}
    story.revise(WEEK)
    after = {one.id: one.rungs[-1] for one in story.state.obligations}
    assert before["sign-1"] == after["sign-1"]


def test_whoever_is_waited_for_is_told() -> None:
    """A review that moves is told to the reviewer, and on a closed order nothing of natural days moves."""
    story = under_review()
    story.revise(holiday(date(2026, 3, 12), date(2026, 3, 12)))
    told = {notice.to for notice in story.notices if notice.template == "deadline_revised"}
    assert told == {Role.reviewer, Role.unit_contact}
    story = closed()
    assert story.revise(holiday(date(2026, 4, 13), date(2026, 4, 14)))
    assert {one.due for one in story.state.obligations if one.id == "lookback-1"} == {at("04-21 18:00")}
    assert story.state.issued_at == START
