"""中止: clocks stand still until somebody resumes, for no longer than the policy allows one order."""

from datetime import timedelta

from tests.rules.builders import APPROVER, at, signed, under_review
from tests.rules.test_order_unit import refusal


def test_a_suspension_is_neutral() -> None:
    """Suspended and resumed at the same hour of two working days, every due moves by exactly the days between."""
    story = signed()
    before = {one.id: one.due for one in story.state.obligations}
    refusal("order.suspension.until", lambda: story.suspend(at("03-03 08:30"), at("03-03 08:30")), story)
    refusal("order.suspension.until", lambda: story.suspend(at("03-03 08:30"), at("04-03 10:00")), story)
    story.suspend(at("03-03 08:30"), at("03-20 10:00"))
    assert story.state.paused_by == "suspension"
    refusal("order.paused", lambda: story.submit(at("03-04 10:00")), story)
    refusal("order.paused", lambda: story.transfer(at("03-04 10:00")), story)
    refusal("order.paused", lambda: story.suspend(at("03-04 10:00"), at("03-10 10:00")), story)
    assert story.tick(at("03-10 08:00")) == ()
    story.resume(at("03-10 08:30"))
    after = {one.id: one.due for one in story.state.obligations}
    assert before == {"plan-1": at("03-05 18:00"), "report-1": at("03-09 18:00"), "finish-1": at("04-14 18:00")}
    assert after == {"plan-1": at("03-12 18:00"), "report-1": at("03-16 18:00"), "finish-1": at("04-21 18:00")}
    refusal("order.not_suspended", lambda: story.resume(at("03-10 09:00")), story)


def test_suspensions_together_last_no_longer_than_one() -> None:
    """Resumed and suspended again and again, an order gets the 30 days of one suspension and not a day more.

    Seven days used by 10 March leave 23: from 1 April to the close of 24 April. Then nothing is left, however short.
    """
    story = signed()
    story.suspend(at("03-03 08:30"), at("03-20 10:00"))
    story.resume(at("03-10 08:30"))
    refusal("order.suspension.until", lambda: story.suspend(at("04-01 08:30"), at("04-24 18:01")), story)
    story.suspend(at("04-01 08:30"), at("04-24 18:00"))
    story.resume(at("04-24 18:00"))
    assert [one.end for one in story.state.suspensions] == [at("03-10 08:30"), at("04-24 18:00")]
    refusal("order.suspension.used_up", lambda: story.suspend(at("04-27 10:00"), at("04-27 10:01")), story)


def test_many_short_suspensions_stop() -> None:
    """Suspended anew the moment it was resumed, three days at a time, the order's clocks run again for good after 30 days."""
    story, day = signed(), at("03-03 10:00")
    for _ in range(10):
        story.suspend(day, day + timedelta(days=3))
        day += timedelta(days=3)
        story.resume(day)
    refusal("order.suspension.until", lambda: story.suspend(day, day + timedelta(days=3)), story)
    story.suspend(day, at("04-02 18:00"))
    story.resume(at("04-02 18:00"))
    refusal("order.suspension.used_up", lambda: story.suspend(at("04-02 18:00"), at("04-03 10:00")), story)


def test_a_suspension_left_standing_uses_up_what_there_is() -> None:
    """What counts is how long the clocks stood still, not what was announced: resumed late, nothing is left."""
    story = signed()
    story.suspend(at("03-03 08:30"), at("03-10 10:00"))
    story.resume(at("04-10 08:30"))
    refusal("order.suspension.used_up", lambda: story.suspend(at("04-13 10:00"), at("04-14 10:00")), story)


def test_an_objection_is_no_suspension() -> None:
    """The pause of an objection that outlasts a suspension, and a door's clock that went back, take nothing of the 30 days."""
    story = under_review()
    story.send_back(at("03-11 10:00"))
    story.submit(at("03-12 10:00"))
    story.send_back(at("03-13 10:00"))
    story.decide(at("03-13 11:00"), accept=True)
    story.suspend(at("03-16 08:30"), at("03-27 10:00"))
    story.object_to(at("03-17 10:00"), "circular-1")
    story.resume(at("03-18 08:30"))
    story.decide(at("05-18 08:30"), accept=True, actor=APPROVER.model_copy(update={"person": "P0099"}))
    assert [(one.start, one.end) for one in story.state.suspensions] == [(at("03-16 08:30"), at("03-18 08:30"))]
    story.suspend(at("03-18 08:29"), at("04-15 18:00"))
    assert story.state.paused_by == "suspension"


def test_repetitions_wait_for_the_pause_too() -> None:
    """A chase that was a working day away is a working day away after the pause."""
    story = signed()
    story.tick(at("03-12 10:00"))
    [chase] = [one.rungs[0] for one in story.state.obligations if one.id == "plan-1"]
    assert (chase.name, chase.at) == ("chase-1", at("03-13 08:30"))
    story.suspend(at("03-12 14:30"), at("03-30 10:00"))
    story.resume(at("03-19 14:30"))
    [chase] = [one.rungs[0] for one in story.state.obligations if one.id == "plan-1"]
    assert (chase.name, chase.at) == ("chase-1", at("03-20 08:30"))


def test_nobody_resuming_is_chased() -> None:
    """After the date of a suspension the officer is waited for, then the leader told; the unit's clocks stand on."""
    story = signed()
    story.suspend(at("03-03 10:00"), at("03-10 10:00"))
    rungs = story.tick(at("03-31 10:00"))
    assert [(rung.obligation, rung.rung) for rung in rungs] == [
        ("resume-1", "overdue"),
        ("resume-1", "chase-1"),
        ("resume-1", "chase-2"),
    ]


def test_an_objection_outlasts_a_suspension() -> None:
    """Where an objection is pending when the suspension ends, the pause goes on under its name, and moves dues once."""
    story = under_review()
    story.send_back(at("03-11 10:00"))
    story.submit(at("03-12 10:00"))
    story.send_back(at("03-13 10:00"))
    story.decide(at("03-13 11:00"), accept=True)
    due = story.state.finish_due
    story.suspend(at("03-16 08:30"), at("03-27 10:00"))
    story.object_to(at("03-17 10:00"), "circular-1")
    story.resume(at("03-18 08:30"))
    assert (story.state.paused_by, story.state.finish_due) == ("conclusion_objection-1", due)
    assert len(story.state.pauses) == 1
    story.decide(at("03-20 08:30"), accept=True, actor=APPROVER.model_copy(update={"person": "P0099"}))
    assert (due, story.state.finish_due) == (at("04-14 18:00"), at("04-20 18:00"))
    assert story.state.level == 2


def test_a_door_whose_clock_went_back_ends_a_pause_where_it_began() -> None:
    """An act dated before the pause it ends moves nothing, and is no error."""
    story = signed()
    due = story.state.finish_due
    story.suspend(at("03-03 10:00"), at("03-20 10:00"))
    story.resume(at("03-03 09:59"))
    assert story.state.pauses[-1].end == at("03-03 10:00")
    assert story.state.finish_due == due
