"""The campaign on the real server: rounds, who may, what it is told, and what its history does not grow with."""

from datetime import datetime
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.campaign_issuing import Confirmed, confirm_round
from activities.intake import adopt_calendar
from activities.intake_campaign import campaign_input
from records.reading_loop import load_calendar
from schemas import names
from schemas.campaign import CampaignAnswer, CampaignState, Confirm, IssueTask
from tests.workflows import campaigning, stories
from tests.workflows.loop import OFFICER, REVIEWER, SEALED, Loop, activities_of, counts, unit, until

pytestmark = pytest.mark.engine


def code(failed: pytest.ExceptionInfo[WorkflowUpdateFailedError]) -> str:
    """The code of a campaign's refusal."""
    cause: Any = failed.value.cause
    return str(cause.type)


async def test_two_rounds_and_what_came_of_them(loop: Loop) -> None:
    """Round one ends with its orders, round two by the clock; what settled later is published as a correction."""
    async with loop.worker():
        told = dict(await stories.STORIES["campaign"].tell(loop))
    facts = [one.event.tag for one in loop.stream(names.campaign_stream(loop.campaign))]
    published = [
        (one.event.fields["round"], one.event.fields["version"])
        for one in loop.stream(names.campaign_stream(loop.campaign))
        if one.event.tag == "campaign.round.published"
    ]

    assert [tag for tag in facts if tag != "campaign.round.published"] == [
        "campaign.started",
        "campaign.round.assessed",
        "campaign.round.confirmed",
        "campaign.round.assessed",
        "campaign.round.assessed",
        "campaign.round.confirmed",
        "campaign.ended",
    ]
    assert published == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert activities_of(told["run1"]) == ["assess_round", "issue_round", "publish_round", "publish_round"]


async def test_confirming_is_for_an_officer_and_once(loop: Loop) -> None:
    """Another role, and a second confirmation, are refused before history; the same key is answered again."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        wrong = campaigning.confirmation(loop, (1,), actor=REVIEWER)
        with pytest.raises(WorkflowUpdateFailedError) as not_may:
            await handle.execute_update("confirm", wrong)
        right = campaigning.confirmation(loop, (1,), key="confirm-1")
        await handle.execute_update("confirm", right, result_type=CampaignAnswer)
        again = await handle.execute_update("confirm", right, result_type=CampaignAnswer)
        with pytest.raises(WorkflowUpdateFailedError) as twice:
            await handle.execute_update("confirm", campaigning.confirmation(loop, (2,)))
        await until(lambda: campaigning.issued(loop, (1,)))
        accepted = counts(await loop.history(handle), "WORKFLOW_EXECUTION_UPDATE_ACCEPTED")

    assert code(not_may).startswith("authority.")
    assert code(twice) == "campaign.confirmed"
    assert again.campaign == loop.campaign
    assert accepted == [2]


async def test_the_campaign_is_told_once_when_its_last_order_ends(loop: Loop) -> None:
    """Of twelve orders in three dockets the last one tells; its history does not grow with the others."""
    numbers = range(1, 13)
    async with loop.worker():
        handle = await campaigning.start(loop, docket_size=4)
        await campaigning.confirm(loop, handle, numbers)
        for number in numbers:
            docket = campaigning.docket(loop, number=(number + 3) // 4)
            await loop.act(docket, "withdraw", number, actor=OFFICER, reason=SEALED)
        answer = await handle.result()
        history = await loop.history(handle)

    assert answer.state is CampaignState.ended
    assert counts(history, "WORKFLOW_EXECUTION_SIGNALED") == [1]
    assert len(history.events) < 60


async def test_a_round_without_orders_is_over_at_once(loop: Loop) -> None:
    """Where every unit is left out nobody will tell the campaign anything: it ends by itself."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        await handle.execute_update("confirm", campaigning.confirmation(loop, ()), result_type=CampaignAnswer)
        answer = await handle.result()

    assert answer.state is CampaignState.ended


async def test_a_campaign_is_withdrawn_before_it_is_confirmed(loop: Loop) -> None:
    """It ends without an order, and nobody can confirm it any more."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        await campaigning.withdraw(handle)
        answer = await handle.result()

    assert answer.state is CampaignState.withdrawn
    assert not campaigning.issued(loop, (1,))


async def test_a_campaign_is_withdrawn_while_its_round_runs(loop: Loop) -> None:
    """Each open order is withdrawn by an act of its own, through the inbox, and keeps its number."""
    async with loop.worker():
        await stories.STORIES["campaign_withdrawn"].tell(loop)

    assert [loop.tags(number) for number in (1, 2)] == [["order.issued", "order.withdrawn", "order.settled"]] * 2
    assert loop.row(1).number == "同文明督〔2026〕1号"


async def test_nobody_is_asked_twice_while_an_order_is_open(loop: Loop) -> None:
    """A second campaign passes over the unit with an open order, says so, and takes no number for it (督查条例 art. 15).

    The same confirmation again comes to the same orders; once the first order has ended, a third campaign asks anew.
    """
    async with loop.worker():
        first = await campaigning.start(loop)
        docket = await campaigning.confirm(loop, first, (1,))
        one = names.order_id(loop.campaign, 1, unit(1))
        loop.campaign = f"{loop.campaign}b"
        second = await campaigning.start(loop)
        message = campaigning.confirmation(loop, (1, 2))
        await second.execute_update("confirm", message, result_type=CampaignAnswer)
        await until(lambda: campaigning.issued(loop, (2,)))
        announced(loop)
        again = confirmed_anew(loop, message)
        rounds = [seen.event for seen in loop.stream(names.campaign_stream(loop.campaign))]
        await loop.act(docket, "withdraw", order=one, actor=OFFICER, reason=SEALED)
        loop.campaign = f"{loop.campaign}c"
        third = await campaigning.start(loop)
        await campaigning.confirm(loop, third, (1,))

    fields = next(event.fields for event in rounds if event.tag == "campaign.round.confirmed")
    assert fields["covered"] == [{"unit": unit(1), "triggers": ["T2", "T3"], "order": one}]
    assert (fields["orders"], fields["first_number"], fields["last_number"]) == (1, 2, 2)
    assert again.ends_at == datetime.fromisoformat(fields["ends_at"])
    assert [(issue.unit, issue.doc_no) for issue in again.issues] == [(unit(2), "同文明督〔2026〕2号")]
    assert loop.row(1).number == "同文明督〔2026〕3号"


def announced(loop: Loop) -> None:
    """Adopt a calendar under which the round would end at another hour."""
    calendar = loop.read(lambda read: load_calendar(read, loop.calendar))
    hours = calendar.hours.model_copy(update={"time_zone": "Asia/Urumqi"})
    adopt_calendar(loop.records, calendar.model_copy(update={"hours": hours}))


def confirmed_anew(loop: Loop, message: Confirm) -> Confirmed:
    """What the activity comes to when its worker died after the commit and it is repeated."""
    with loop.records.write() as tx:
        return confirm_round(tx, IssueTask(given=campaign_input(tx, loop.campaign), confirm=message))


async def test_withdrawing_is_for_those_who_may(loop: Loop) -> None:
    """A reviewer may not take a campaign back."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        with pytest.raises(WorkflowUpdateFailedError) as not_may:
            await campaigning.withdraw(handle, actor=REVIEWER)

    assert code(not_may).startswith("authority.")
