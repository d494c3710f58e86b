"""The list that a campaign's round is confirmed on: whose it is, when it is made anew, and until when it may change."""

from threading import Event
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateStage

from activities.boards import Publisher
from records.reading import candidates_of, history
from records.reading_loop import measured_units, short_candidates
from rules.campaign_register import rounds_assessed
from schemas import names
from schemas.campaign import CampaignAnswer, CampaignState, Published, Reassess, RoundTask
from tests.workflows import campaigning
from tests.workflows.loop import GOOD, OFFICER, REVIEWER, SEALED, SHORT, T0, Loop, unit, until
from tests.workflows.server import UNITS
from tests.workflows.test_campaign import code

pytestmark = pytest.mark.engine
ACCEPTED = WorkflowUpdateStage.ACCEPTED


def short(loop: Loop, round_no: int = 1) -> set[str]:
    """Who falls short by the round's list."""
    return {one.unit for one in loop.read(lambda read: short_candidates(read, loop.campaign, round_no))}


async def refusal(asked: Any) -> str:  # noqa: ANN401 - any update
    """The code that an update is refused with."""
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await asked
    return code(refused)


async def test_only_the_list_that_was_shown_is_confirmed(loop: Loop) -> None:
    """A confirmation names its round and its list: those of another round or of an older list are refused, and issue nothing."""
    async with loop.worker():
        handle = await campaigning.start(loop, rounds=2)
        first = campaigning.confirmation(loop, (1, 2), key="confirm-1")
        campaigning.measure(loop, 2, GOOD)
        await campaigning.assess(handle)
        changed = await refusal(handle.execute_update("confirm", first))
        right = campaigning.confirmation(loop, (1,), key="confirm-1")
        early = right.model_copy(update={"round": 2})
        other = await refusal(handle.execute_update("confirm", early))
        before = loop.there(names.order_id(loop.campaign, 1, unit(1)))
        docket = await campaigning.confirm(loop, handle, (1,))
        await loop.act(docket, "withdraw", actor=OFFICER, reason=SEALED)
        await campaigning.stands(loop, handle, CampaignState.assessed, round_no=2)
        now = loop.env.client.get_workflow_handle(handle.id)
        over = await refusal(now.execute_update("confirm", right))
        issued = campaigning.issued(loop, (1,), round_no=2)

    assert (changed, other, over) == ("campaign.list_changed", "campaign.round_over", "campaign.round_over")
    assert not before
    assert not issued


async def test_new_figures_make_a_new_list(loop: Loop) -> None:
    """Assessed again, the round is judged on the newest figures; asked twice with one key, once; and an officer did it."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        everybody = short(loop)
        campaigning.measure(loop, 2, GOOD)
        unseen = short(loop)
        answer = await campaigning.assess(handle, key="again-1")
        again = short(loop)
        campaigning.measure(loop, 3, GOOD)
        await campaigning.assess(handle, key="again-1")
        repeated = short(loop)
        campaigning.measure(loop, 2, SHORT)
        last = await campaigning.assess(handle)
        docket = await campaigning.confirm(loop, handle, (1, 2))
        await campaigning.stands(loop, handle, CampaignState.running)
        orders = loop.row(2)

    told = loop.read(lambda read: history(read, names.campaign_stream(loop.campaign)))
    made = [one.actor["person"] for one in told if one.stored.event.tag == "campaign.round.assessed"]
    assert everybody == unseen == again | {unit(2)}
    assert repeated == again
    assert made == ["clock", OFFICER.person, OFFICER.person]
    assert answer.candidates != last.candidates
    assert rounds_assessed(one.stored for one in told)[1].candidates == last.candidates
    assert len(loop.read(lambda read: candidates_of(read, loop.campaign, 1))) == UNITS
    assert (orders.docket, short(loop)) == (docket.id, everybody - {unit(3)})


async def test_a_list_is_made_anew_by_an_officer_before_it_is_confirmed(loop: Loop) -> None:
    """Another role may not, nobody may once the round is confirmed, and a campaign taken back has no list any more."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        role = await refusal(campaigning.assess(handle, actor=REVIEWER))
        await campaigning.confirm(loop, handle, (1,))
        late = await refusal(campaigning.assess(handle))
        await campaigning.withdraw(handle)
        gone = await refusal(campaigning.assess(handle))

    assert (role, late, gone) == ("authority.role", "campaign.confirmed", "campaign.withdrawn")


async def test_nothing_is_confirmed_while_the_list_is_being_made(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question and the new list the old one may not go out, nor may a third be asked for."""
    going, go_on = Event(), Event()
    async with loop.worker():
        handle = await campaigning.start(loop)
        message = campaigning.confirmation(loop, (1,))
        monkeypatch.setattr("activities.campaigns.measured_units", held(going, go_on))
        asked = await handle.start_update(
            "assess", Reassess(key="again", actor=OFFICER, at=T0), wait_for_stage=ACCEPTED, result_type=CampaignAnswer
        )
        await until(going.is_set)
        confirmed = await refusal(handle.execute_update("confirm", message))
        twice = await refusal(campaigning.assess(handle))
        go_on.set()
        await asked.result()

    assert (confirmed, twice) == ("campaign.not_assessed", "campaign.not_assessed")


def held(going: Event, go_on: Event) -> Any:  # noqa: ANN401 - what reads the measured units
    """A reading of the measured units that waits until it may go on."""

    def read(*given: Any) -> Any:  # noqa: ANN401 - as above
        going.set()
        assert go_on.wait(20)
        return measured_units(*given)

    return read


def slow_publication(patch: pytest.MonkeyPatch, key: str) -> tuple[Event, Event]:
    """Let one publication wait: set once it has begun, and to be set for it to go on."""
    going, go_on = Event(), Event()
    publish = Publisher.publish

    def slow(self: Publisher, task: RoundTask) -> Published:
        if task.key == key:
            going.set()
            assert go_on.wait(20)
        return publish(self, task)

    patch.setattr(Publisher, "publish", slow)
    return going, go_on


async def test_a_campaign_that_closes_is_not_taken_back(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the last tables are published a withdrawal is refused, for it would be answered and never done."""
    going, go_on = slow_publication(monkeypatch, "settled")
    async with loop.worker():
        handle = await campaigning.start(loop)
        docket = await campaigning.confirm(loop, handle, (1,))
        await loop.act(docket, "withdraw", actor=OFFICER, reason=SEALED)
        await until(going.is_set)
        refused = await refusal(campaigning.withdraw(handle))
        go_on.set()
        answer = await handle.result()

    assert refused == "campaign.ended"
    assert answer.state is CampaignState.ended


async def test_a_withdrawal_during_a_round_s_publication_is_done(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted while the round's table is published, it is honoured: no second round, and the campaign is withdrawn."""
    going, go_on = slow_publication(monkeypatch, "end-1")
    async with loop.worker():
        handle = await campaigning.start(loop, rounds=2)
        docket = await campaigning.confirm(loop, handle, (1,))
        await loop.act(docket, "withdraw", actor=OFFICER, reason=SEALED)
        await until(going.is_set)
        await campaigning.withdraw(handle)
        go_on.set()
        answer = await handle.result()

    assert answer.state is CampaignState.withdrawn
