"""The docket on the real server: what it opens, refuses, answers twice, and what all that costs in history."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy

from activities.delivery import NotDelivered, deliver
from activities.intake import adopt_calendar, receive
from records.reading import orders
from records.reading_loop import load_calendar
from schemas import names
from schemas.docket import Opened, OpenSubjects, ResumeSubject
from schemas.errors import Refused
from tests.workflows import paths
from tests.workflows.loop import GOOD, OFFICER, SEALED, T0, Loop, activities_of, counts, unit, until

pytestmark = pytest.mark.engine
DAY = timedelta(days=1)


def code(failed: pytest.ExceptionInfo[WorkflowUpdateFailedError]) -> str:
    """The code of a docket's refusal."""
    cause: Any = failed.value.cause
    return str(cause.type)


# --- opening and its cost ---


async def test_opening_250_orders_and_a_sweep_are_one_recording_each(loop: Loop) -> None:
    """Budget: at most 0.1 events an order and rung; and no payload of the largest docket comes near 1 MiB."""
    async with loop.worker():
        handle = await loop.docket(250)
        opening = await loop.history(handle)
        await loop.forward(handle, 2 * DAY)
        swept = await loop.history(handle)
    rungs = sum(len(loop.rungs(number)) for number in range(1, 251))
    skipping = counts(swept, "WORKFLOW_EXECUTION_OPTIONS_UPDATED", "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED")

    assert activities_of(opening) == ["load_rules", "record"]
    assert len(opening.events) <= 0.1 * 250
    assert rungs == 500
    assert (len(swept.events) - len(opening.events) - sum(skipping)) <= 0.1 * rungs
    assert max(len(event.SerializeToString()) for event in swept.events) < 2**20


async def test_the_state_of_the_largest_docket_can_be_carried(loop: Loop) -> None:
    """What continue-as-new would carry for 250 orders stays under 1 MiB."""
    async with loop.worker():
        handle = await loop.docket(250)
        snapshot = await loop.snapshot(handle)

    assert len(snapshot.model_dump_json()) < 2**20


async def test_an_act_costs_at_most_twelve_events(loop: Loop) -> None:
    """Budget: update, one recording, and no timer where the next due did not come earlier."""
    async with loop.worker():
        handle = await loop.docket(2)
        before = await loop.history(handle)
        for _ in range(4):
            await loop.act(handle, "attach", evidence={"digest": "aa", "title": SEALED, "size": 1})
        after = await loop.history(handle)

    assert (len(after.events) - len(before.events)) / 4 <= 12
    assert counts(after, "TIMER_STARTED", "TIMER_CANCELED") == [1, 0]


async def test_the_timer_is_replaced_only_when_the_next_due_comes_earlier(loop: Loop) -> None:
    """Signing moves the next due later and leaves the timer; a review due the next day brings it forward."""
    async with loop.worker():
        handle = await loop.docket()
        await loop.act(handle, "acknowledge")
        signed = counts(await loop.history(handle), "TIMER_STARTED", "TIMER_CANCELED")
        await loop.act(handle, "plan", summary=SEALED)
        await loop.act(handle, "report", summary=SEALED)
        await loop.forward(handle, 3 * DAY)
        started, canceled = counts(await loop.history(handle), "TIMER_STARTED", "TIMER_CANCELED")
        await loop.act(handle, "submit", summary=SEALED, figures=GOOD)
        moved = counts(await loop.history(handle), "TIMER_STARTED", "TIMER_CANCELED")

    assert signed == [1, 0]
    assert moved == [started + 1, canceled + 1]


async def test_orders_are_opened_into_a_running_docket_until_it_is_full(loop: Loop) -> None:
    """Those it has are not opened twice; what does not fit is refused, and costs no event."""
    async with loop.worker():
        handle = await loop.docket(2, capacity=3)
        more = [loop.issue(number, docket=handle.id) for number in (2, 3)]
        answer = await handle.execute_update("open", OpenSubjects(issues=tuple(more)), result_type=Opened)
        before = await loop.history(handle)
        one = OpenSubjects(issues=(loop.issue(4, docket=handle.id),))
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update("open", one)
        after = await loop.history(handle)

    assert (answer.opened, code(refused)) == (1, "docket.full")
    assert len(after.events) == len(before.events)
    assert loop.tags(2) == loop.tags(3) == ["order.issued"]


async def test_update_with_start_opens_the_docket_of_a_key(loop: Loop) -> None:
    """The first message starts the docket and the second finds it; started empty, it does not end before it opens."""
    async with loop.worker():
        given = loop.given(0)
        answers = []
        for number in (1, 2):
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                names.DOCKET_WORKFLOW,
                given,
                id=given.docket,
                task_queue=names.LOOP_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            message = OpenSubjects(issues=(loop.issue(number, docket=given.docket),))
            opened = await loop.env.client.execute_update_with_start_workflow(
                "open", message, start_workflow_operation=operation, result_type=Opened
            )
            answers.append(opened.opened)
        snapshot = await loop.snapshot(await operation.workflow_handle())

    assert answers == [1, 1]
    assert [state.unit for state in snapshot.subjects] == [unit(1), unit(2)]


# --- acts ---


async def test_a_refusal_costs_no_event_and_is_recorded_by_the_door(loop: Loop) -> None:
    """The validator refuses before history is written; the attempt stands in a stream of its own."""
    async with loop.worker():
        handle = await loop.docket()
        before = await loop.history(handle)
        with pytest.raises(Refused) as refused:
            await loop.act(handle, "submit", summary=SEALED, figures=GOOD)
        after = await loop.history(handle)
    attempts = loop.stream(names.attempts_stream(loop.row().id))

    assert refused.value.code == "order.status.issued"
    assert len(after.events) == len(before.events)
    assert [one.event.tag for one in attempts] == ["order.attempt.refused"]
    assert loop.tags() == ["order.issued"]


async def test_the_same_key_is_answered_with_what_was_stored(loop: Loop) -> None:
    """Under another update id too, as after continue-as-new; nothing is recorded twice."""
    async with loop.worker():
        handle = await loop.docket()
        act = loop.make("acknowledge")
        first = await loop.update(handle, act)
        again = await loop.update(handle, act)

    assert (first.repeated, again.repeated) == (False, True)
    assert first.seq == again.seq == 2
    assert loop.tags() == ["order.issued", "order.acknowledged"]


async def test_a_key_older_than_the_state_remembers_is_still_answered(loop: Loop) -> None:
    """The state keeps sixteen keys; behind them the records know every key for ever."""
    async with loop.worker():
        handle = await loop.docket()
        evidence = {"digest": "aa", "title": SEALED, "size": 1}
        old = loop.make("attach", evidence=evidence)
        await loop.update(handle, old)
        await asyncio.gather(*(loop.act(handle, "attach", evidence=evidence) for _ in range(9)))
        await asyncio.gather(*(loop.act(handle, "attach", evidence=evidence) for _ in range(9)))
        again = await loop.update(handle, old)

    assert again.repeated
    assert loop.tags().count("order.evidence.attached") == 19


async def test_a_key_is_not_used_for_other_content(loop: Loop) -> None:
    """The door refuses it by the receipt, and the records refuse it for another order."""
    async with loop.worker():
        handle = await loop.docket(2)
        first = loop.make("acknowledge", 1)
        await loop.update(handle, first)
        other = loop.make("acknowledge", 2).model_copy(update={"key": first.key})
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await loop.update(handle, other)
        receive(loop.records, first)
        with pytest.raises(Refused, match=r"act\.key_reused"):
            receive(loop.records, other)

    assert code(refused) == "act.key_reused"
    assert loop.tags(2) == ["order.issued"]


async def test_of_two_people_at_once_the_second_is_judged_on_what_the_first_did(loop: Loop) -> None:
    """Both acts arrive in one task; one is recorded, the other is refused by the new state."""
    async with loop.worker():
        handle = await loop.docket()
        acts = [loop.make("withdraw", actor=OFFICER, reason=SEALED) for _ in range(2)]
        done = await asyncio.gather(*(loop.update(handle, act) for act in acts), return_exceptions=True)

    assert sum(isinstance(one, WorkflowUpdateFailedError) for one in done) == 1
    assert loop.tags() == ["order.issued", "order.withdrawn", "order.settled"]


async def test_many_acts_at_once_share_recordings_and_lose_nothing(loop: Loop) -> None:
    """Ten acts in flight on one order and ten orders: each counts once, in fewer transactions than acts."""
    async with loop.worker():
        handle = await loop.docket(10)
        acts = [loop.make("acknowledge", number) for number in range(1, 11)]
        acts += [loop.make("attach", 1, evidence={"digest": "aa", "title": SEALED, "size": 1}) for _ in range(10)]
        answers = await asyncio.gather(*(loop.update(handle, act) for act in acts))
        history = await loop.history(handle)

    assert not any(answer.repeated for answer in answers)
    assert all(loop.row(number).status == "acknowledged" for number in range(1, 11))
    assert loop.tags(1).count("order.evidence.attached") == 10
    assert activities_of(history).count("record") < len(acts)


# --- streams, builds, poison ---


async def test_a_stream_that_moved_on_is_folded_in_and_judged_again(loop: Loop) -> None:
    """A docket that knows an older state learns the events it missed, and the act is judged on all of them."""
    async with loop.worker():
        first = await loop.docket()
        old = (await loop.snapshot(first)).subjects
        await loop.act(first, "acknowledge")
        await first.terminate("another run goes on with less")
        second = await paths.carried(loop, old)
        answer = await loop.act(second, "attach", evidence={"digest": "aa", "title": SEALED, "size": 1})

    assert (answer.status, answer.seq) == ("acknowledged", 3)
    assert loop.tags() == ["order.issued", "order.acknowledged", "order.evidence.attached"]


async def test_a_rung_on_a_stream_that_moved_on_is_judged_again(loop: Loop) -> None:
    """The clock of a docket that missed the signing rings, learns of it, and writes no rung of a step that is over."""
    async with loop.worker():
        first = await loop.docket()
        old = (await loop.snapshot(first)).subjects
        await loop.act(first, "acknowledge")
        await first.terminate("another run goes on with less")
        second = await paths.carried(loop, old)
        await loop.forward(second, 2 * DAY)

    assert loop.rungs() == ["report-1:remind"]


async def test_after_an_upgrade_only_what_the_events_tell_is_carried_on(loop: Loop) -> None:
    """A state of another build that differs from its stream is set aside; the others go on; resume returns it."""
    async with loop.worker():
        first = await loop.docket(2)
        right, wrong = (await loop.snapshot(first)).subjects
        await first.terminate("an upgrade")
        second = await paths.carried(loop, (right, wrong.model_copy(update={"level": 3})), build="an older one")
        await until(lambda: loop.stream(names.incident_stream(second.id)))
        aside = (await loop.snapshot(second)).aside
        await loop.act(second, "acknowledge", 1)
        with pytest.raises(NotDelivered):
            await loop.act(second, "acknowledge", 2)
        await second.execute_update("resume", ResumeSubject(order=wrong.id), result_type=Opened)
        after = await loop.snapshot(second)

    assert aside == (wrong.id,)
    assert after.aside == ()
    assert after.subjects[1] == wrong


async def test_a_docket_of_the_same_build_reads_no_stream(loop: Loop) -> None:
    """The check costs nothing where nothing was upgraded."""
    async with loop.worker():
        first = await loop.docket()
        held = (await loop.snapshot(first)).subjects
        await first.terminate("another run goes on")
        second = await paths.carried(loop, held)
        await loop.act(second, "acknowledge")
        history = await loop.history(second)

    assert activities_of(history) == ["load_rules", "record"]


async def test_one_poisoned_order_stops_nobody_else(loop: Loop) -> None:
    """It is set aside with an incident, acts on it are kept, and once resumed its overdue rungs fire late."""
    async with loop.worker():
        handle = await paths.spoilt(loop)
        await loop.forward(handle, 2 * DAY)
        aside = await loop.snapshot(handle)
        waiting = loop.receive(loop.make("acknowledge"), await loop.now(handle))
        with pytest.raises(NotDelivered):
            await deliver(loop.env.client, loop.records, waiting)
        silent, loud = loop.rungs(1), loop.rungs(2)
        await handle.execute_update("resume", ResumeSubject(order=aside.aside[0]), result_type=Opened)
        await deliver(loop.env.client, loop.records, waiting)
    incidents = [one.event.tag for one in loop.stream(names.incident_stream(handle.id))]
    late = next(one.event for one in loop.events(1) if one.event.tag == "order.rung.reached")

    assert (silent, loud) == ([], ["report-1:remind", "sign-1:expedite"])
    assert incidents == ["docket.subject.set_aside", "docket.subject.resumed"]
    assert loop.row(1).status == "acknowledged"
    assert late.happened_at - T0 > DAY


async def test_an_order_that_cannot_be_issued_waits_aside(loop: Loop) -> None:
    """An issue whose figures meet every target is set aside with its incident, and the others are issued."""
    async with loop.worker():
        given = loop.given(2)
        bad = given.issues[0].model_copy(update={"figures": GOOD})
        handle = await paths.start(loop, given.model_copy(update={"issues": (bad, given.issues[1])}))
        await until(lambda: loop.there(given.issues[1].order))
        snapshot = await loop.snapshot(handle)

    assert snapshot.aside == (bad.order,)
    assert loop.read(lambda read: [row.id for row in orders(read)]) == [given.issues[1].order]


async def test_an_office_two_hours_west_keeps_its_own_hours(loop: Loop) -> None:
    """An office in Urumqi signs by the end of its own office day; its zone is known within a workflow, too."""
    shipped = loop.read(lambda read: load_calendar(read, loop.calendar))
    hours = shipped.hours.model_copy(update={"time_zone": "Asia/Urumqi"})
    western = shipped.model_copy(update={"hours": hours})
    adopt_calendar(loop.records, western)
    loop.calendar = western.digest
    async with loop.worker():
        await loop.docket(1)

    assert loop.row(1).sign_due == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
