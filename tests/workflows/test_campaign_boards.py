"""What a campaign publishes, round by round: an earlier round's table is corrected whenever a later one is published."""

from datetime import date, timedelta

import pytest

from activities.boards import Publisher
from schemas import names
from schemas.board import Board, Period, Reason
from schemas.campaign import CampaignAnswer, CampaignState, RoundPublished, parse
from tests.workflows import campaigning, paths, stories
from tests.workflows.loop import OFFICER, SEALED, SHORT, STEWARD, T0, Loop, until

pytestmark = pytest.mark.engine

FIRST = Period(first=date(2026, 3, 2), last=date(2026, 5, 14))
SECOND = Period(first=date(2026, 4, 11), last=date(2026, 6, 24))


def boards(loop: Loop) -> dict[tuple[int, int], Board]:
    """Every edition that the campaign published, by round and version."""
    publisher = Publisher(loop.records, loop.settings.published, district_names={})
    told = (parse(one.event) for one in loop.stream(names.campaign_stream(loop.campaign)))
    editions = [(one.round, one.version) for one in told if isinstance(one, RoundPublished)]
    files = {one: publisher.place(loop.campaign, *one) / "board.json" for one in editions}
    return {one: Board.model_validate_json(path.read_bytes()) for one, path in files.items()}


def reasons(one: Board) -> set[tuple[int, Reason]]:
    """Which edition corrected something, and why."""
    return {(found.version, found.reason) for found in one.corrections}


async def test_a_later_round_corrects_the_earlier_ones_table(loop: Loop) -> None:
    """A look-back that fails in round two, and a withdrawal after it, are new editions of round one, with its own days."""
    async with loop.worker():
        handle = await campaigning.start(loop, rounds=2)
        one = await campaigning.confirm(loop, handle, (1,))
        await paths.work(loop, one)
        await paths.close_out(loop, one)
        await campaigning.stands(loop, handle, CampaignState.assessed, round_no=2)
        now = loop.env.client.get_workflow_handle(handle.id)
        await loop.forward(one, timedelta(days=35))
        await loop.act(one, "lookback", actor=STEWARD, figures=SHORT)
        await campaigning.publish(now)  # round two waits for its confirmation
        second = campaigning.confirmation(loop, (2,)).model_copy(update={"at": T0 + timedelta(days=40)})
        await now.execute_update("confirm", second, result_type=CampaignAnswer)
        await until(lambda: campaigning.issued(loop, (2,), round_no=2))
        two = campaigning.docket(loop, round_no=2)
        await campaigning.stands(loop, handle, CampaignState.running, round_no=2)
        await campaigning.publish(now)
        await loop.act(one, "withdraw", actor=OFFICER, reason=SEALED)
        await loop.act(two, "withdraw", 2, round_no=2, actor=OFFICER, reason=SEALED)
        await now.result()
    told = boards(loop)

    assert list(told) == [(1, 1), (1, 2), (2, 1), (1, 3), (2, 2)]
    assert {one.period for (number, _), one in told.items() if number == 1} == {FIRST}
    assert {one.period for (number, _), one in told.items() if number == 2} == {SECOND}
    assert reasons(told[1, 1]) == set()
    assert reasons(told[1, 2]) == {(2, Reason.reopened)}
    assert reasons(told[1, 3]) == {(2, Reason.reopened), (3, Reason.withdrawn)}
    assert reasons(told[2, 2]) == {(2, Reason.withdrawn)}


async def test_a_withdrawn_campaign_corrects_what_it_published(loop: Loop) -> None:
    """When its orders are withdrawn, the published table says so before the campaign is over."""
    async with loop.worker():
        await stories.STORIES["campaign_withdrawn"].tell(loop)
    told = boards(loop)

    assert [(key, reasons(one)) for key, one in told.items()] == [
        ((1, 1), set()),
        ((1, 2), {(2, Reason.withdrawn)}),
    ]
