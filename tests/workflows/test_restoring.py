"""Taking back an order that was set aside: who may, what follows by itself, and what is recorded of it."""

from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.keeping import Forwarder
from activities.restoring import find_aside, restore
from records.health import health
from records.reading import history
from records.writing_inbox import find_act
from schemas import names
from schemas.errors import Refused
from tests.workflows import paths
from tests.workflows.loop import GOOD, Loop, until

pytestmark = pytest.mark.engine
NUMBER = "同文明督〔2026〕1号"


async def test_an_officer_takes_an_order_back_and_its_waiting_act_is_judged(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by its number; the forwarder then delivers what was received meanwhile, and the doctor has no complaint."""
    monkeypatch.setattr("activities.keeping._OVERTAKE", timedelta())
    forwarder = Forwarder(loop.records, loop.env.client)
    async with loop.worker():
        handle = await paths.spoilt(loop)
        await loop.forward(handle, timedelta(days=2))
        waiting = loop.receive(loop.make("acknowledge"), await loop.now(handle))
        gone = await ActivityEnvironment().run(forwarder.forward)
        aside = find_aside(loop.records, NUMBER)
        complained = loop.read(health).set_aside
        await restore(loop.env.client, loop.records, aside, "P1")
        forwarder = Forwarder(loop.records, loop.env.client)
        went = await ActivityEnvironment().run(forwarder.forward)
    receipt = loop.read(lambda read: find_act(read, waiting.key))
    told = loop.read(lambda read: history(read, names.incident_stream(handle.id)))

    assert (gone, went, loop.row().status, receipt.state) == (0, 1, "acknowledged", "judged")
    assert (complained, loop.read(health).set_aside) == ((waiting.order,), ())
    assert [(one.actor["person"], one.stored.event.tag) for one in told] == [
        ("clock", "docket.subject.set_aside"),
        ("P1", "docket.restore.asked"),
        ("clock", "docket.subject.resumed"),
    ]


async def test_nobody_but_the_officer_may(loop: Loop) -> None:
    """A unit's contact and a reviewer are refused, the attempts are recorded, and the order stays aside."""
    async with loop.worker():
        handle = await paths.spoilt(loop)
        await loop.forward(handle, timedelta(days=2))
        aside = find_aside(loop.records, NUMBER)
        for person in ("C001", "R1"):
            with pytest.raises(Refused, match=r"authority\.role"):
                await restore(loop.env.client, loop.records, aside, person)
        snapshot = await loop.snapshot(handle)
    attempts = loop.read(lambda read: history(read, names.attempts_stream(aside.order)))

    assert snapshot.aside == (aside.order,)
    assert [one.actor["person"] for one in attempts] == ["C001", "R1"]


async def test_an_order_that_is_no_better_stays_aside(loop: Loop) -> None:
    """One that could not even be issued is known by its id; still impossible, it is told so, and set aside again."""
    async with loop.worker():
        given = loop.given(2)
        bad = given.issues[0].model_copy(update={"figures": GOOD})
        handle = await paths.start(loop, given.model_copy(update={"issues": (bad, given.issues[1])}))
        await until(lambda: loop.there(given.issues[1].order))
        await until(lambda: loop.stream(names.incident_stream(handle.id)))
        aside = find_aside(loop.records, bad.order)
        with pytest.raises(Refused, match=r"order\.still_aside"):
            await restore(loop.env.client, loop.records, aside, "P1")

    assert (aside.number, aside.docket) == ("", handle.id)
    assert loop.read(health).set_aside == (bad.order,)


async def test_what_is_not_aside_needs_no_restoring(loop: Loop) -> None:
    """An order that runs, and one that is not there, are each refused with what is so."""
    async with loop.worker():
        await loop.docket()

    for asked, code in ((NUMBER, r"order\.not_aside"), ("没有", r"order\.unknown")):
        with pytest.raises(Refused, match=code):
            find_aside(loop.records, asked)
