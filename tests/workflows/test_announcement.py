"""A calendar that became known, on the real server: every open docket has it once, whoever dies and whenever it starts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

import worker as door
from activities.announcing import Announcer
from activities.intake import adopt_calendar
from activities.rebuilding import FOLDS
from connectors.calendars import load_shipped
from records.rebuild import Kind, rebuild
from rules.calendar import as_known, revision_of
from schemas import names
from schemas.announcement import AnnouncementInput, Delivered, DocketPage
from schemas.calendar import Notice
from schemas.names import Keeper
from schemas.order_events import DeadlineRevised, parse
from tests.commands.office import answer
from tests.workflows import announcing, campaigning
from tests.workflows.loop import OFFICER, SEALED, T0, Loop, counts, until

pytestmark = pytest.mark.engine

REVISED = ["order.issued", "order.deadline.revised"]
SIGN_BEFORE = datetime(2026, 3, 3, 10, tzinfo=UTC)
SIGN_AFTER = datetime(2026, 3, 9, 10, tzinfo=UTC)


async def test_a_changed_year_reaches_every_open_docket(loop: Loop) -> None:
    """Four orders in two dockets move by one event each with old and new; the docket that has ended is left alone."""
    async with loop.worker():
        dockets = await announcing.running(loop)
        last = loop.env.client.get_workflow_handle(dockets[2])
        await loop.act(last, "withdraw", 5, actor=OFFICER, reason=SEALED)
        await last.result()
        calendar = announcing.adopt(loop)
        _, delivered = await announcing.deliver(loop, calendar)
        again = await Announcer(loop.records, loop.env.client).announce_newest()
        snapshot = await loop.snapshot(loop.env.client.get_workflow_handle(dockets[0]))

    assert delivered == Delivered(dockets=2, orders=4)
    assert not again
    assert [loop.tags(number) for number in range(1, 5)] == [REVISED] * 4
    assert "order.deadline.revised" not in loop.tags(5)
    assert [announcing.arrivals(loop, calendar, docket) for docket in dockets] == [[2], [2], []]
    assert {loop.row(number).sign_due for number in range(1, 5)} == {SIGN_AFTER}
    assert next(one.due for one in snapshot.subjects[0].obligations if one.id == "sign-1") == SIGN_AFTER


async def test_each_move_is_a_receipt(loop: Loop) -> None:
    """The event holds start, span, due and rungs before and after, and the digest of the calendar it was counted by."""
    async with loop.worker():
        await announcing.running(loop, range(1, 2))
        calendar = announcing.adopt(loop)
        await announcing.deliver(loop, calendar)
    issued, moved = announcing.recorded(loop, 1)
    event = parse(moved.stored.event)

    assert isinstance(event, DeadlineRevised)
    assert (issued.calendar, moved.calendar) == (loop.calendar, calendar)
    [before] = [one.at for one in event.before if one.name == "sign-1"]
    [after] = [one for one in event.changes if one.id == "sign-1"]
    assert (before, after.due) == (SIGN_BEFORE, SIGN_AFTER)
    assert (str(after.span), after.provisional) == ("1wd", False)
    assert after.start <= moved.stored.event.happened_at < T0 + timedelta(hours=1)


async def test_a_provisional_year_becomes_known(loop: Loop) -> None:
    """Orders due across a festival whose days off were not announced move, and are provisional no longer."""
    provisional = as_known(load_shipped(), date(2025, 11, 3))
    shipped = revision_of(load_shipped(), 2026)
    assert shipped is not None
    notice = shipped.model_copy(update={"notice": Notice(title="合成通知", number=loop.campaign)})
    adopt_calendar(loop.records, provisional)
    loop.calendar = provisional.digest
    async with loop.worker():
        await announcing.running(loop, range(1, 3))
        before = loop.row()
        _, delivered = await announcing.deliver(loop, announcing.adopt(loop, notice))
    after = loop.row()

    assert delivered == Delivered(dockets=1, orders=2)
    assert (before.provisional, after.provisional) == (True, False)
    assert after.finish_due == before.finish_due + timedelta(days=1)  # Monday 6 April is off
    assert after.first_due == before.first_due


async def test_a_failure_half_way_delivers_to_each_docket_once(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An activity that fails behind the second docket's Update goes on there: no docket hears of it twice."""
    failed: list[str] = []
    note = Announcer._note

    def fails(self: Announcer, given: AnnouncementInput, docket: str, moved: int) -> None:
        if docket.endswith(":2") and not failed:
            failed.append(docket)
            raise OSError("the disk is full for a moment")
        note(self, given, docket, moved)

    monkeypatch.setattr(Announcer, "_note", fails)
    async with loop.worker():
        dockets = await announcing.running(loop)
        calendar = announcing.adopt(loop)
        _, delivered = await announcing.deliver(loop, calendar)
        handles = [loop.env.client.get_workflow_handle(docket) for docket in dockets]
        updates = [counts(await loop.history(handle), "WORKFLOW_EXECUTION_UPDATE_COMPLETED") for handle in handles]

    assert failed == dockets[1:2]
    assert delivered == Delivered(dockets=3, orders=5)
    assert [announcing.arrivals(loop, calendar, docket) for docket in dockets] == [[2], [2], [1]]
    assert updates == [[1], [1], [1]]
    assert [loop.tags(number) for number in range(1, 6)] == [REVISED] * 5


async def test_announced_while_nothing_runs_it_is_delivered_when_the_engine_comes_up(
    loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker, no herald: the verb takes the year in. The next worker starts the herald, which delivers, as events."""
    monkeypatch.setattr(names, "keeper_workflow_id", lambda keeper: f"keeper:{keeper}:{loop.campaign}")
    monkeypatch.setenv("BIHUAN_HOME", str(loop.settings.home))
    file = tmp_path / "2026.yaml"
    file.write_text(announcing.changed_year(loop).model_dump_json(exclude={"provisional"}), encoding="utf-8")
    async with loop.worker():
        dockets = await announcing.running(loop)
    calendar = answer("calendar", "announce", str(file))["calendar"]
    untouched = {one["due"] for one in answer("order", "list")}
    async with loop.worker():
        await door.ensure_keepers(loop.env.client)
        await until(lambda: all(announcing.arrivals(loop, calendar, docket) for docket in dockets))
        for keeper in Keeper:
            await loop.env.client.get_workflow_handle(names.keeper_workflow_id(keeper)).terminate("the test is over")
    moved = [one["due"] for one in answer("order", "list")]

    assert untouched == {SIGN_BEFORE.isoformat().replace("+00:00", "Z")}
    assert moved == [SIGN_AFTER.isoformat().replace("+00:00", "Z")] * 5
    assert [loop.tags(number) for number in range(1, 6)] == [REVISED] * 5
    assert rebuild(loop.records, check=True, rows={Kind.order: FOLDS[Kind.order]}) == ()


async def test_a_round_confirmed_later_gets_it_too(loop: Loop) -> None:
    """A campaign assessed before the year was announced, and delivered elsewhere meanwhile, issues by it as well."""
    async with loop.worker():
        handle = await campaigning.start(loop)
        first, loop.campaign = loop.campaign, f"{loop.campaign}b"
        await announcing.running(loop, range(11, 13))
        loop.campaign, other = first, loop.campaign
        calendar = announcing.adopt(loop)
        await announcing.deliver(loop, calendar)
        keeper = await campaigning.keep(loop, Keeper.herald, seconds=600)
        await campaigning.confirm(loop, handle, (1, 2))
        await until(lambda: loop.row(2).sign_due == loop.row(1).sign_due == SIGN_AFTER)
        await keeper.terminate("the test is over")
    docket = names.docket_workflow_id(other, 1, "140213", 1)

    assert announcing.arrivals(loop, calendar, docket) == [2]
    assert len(loop.stream(names.delivery_stream(calendar, docket))) == 1


async def test_an_older_announcement_stops_where_a_newer_calendar_was_adopted(loop: Loop) -> None:
    """It finds no docket behind any more and delivers to none, so no docket ends with the older calendar."""
    announcer = Announcer(loop.records, loop.env.client)
    async with loop.worker():
        [docket] = await announcing.running(loop, range(1, 3))
        older = AnnouncementInput(calendar=announcing.adopt(loop), at=T0)
        found = await announcer.page(older)
        announcing.adopt(loop, announcing.changed_year(loop, known_on=date(2026, 3, 3)))
        page = await announcer.page(older)
        delivered = await ActivityEnvironment().run(announcer.deliver, older, found)

    assert (found, page) == (DocketPage(dockets=(docket,)), DocketPage(dockets=()))
    assert delivered == Delivered(dockets=0, orders=0)
    assert loop.tags() == ["order.issued"]


async def test_a_docket_that_is_gone_does_not_make_the_herald_spin(loop: Loop) -> None:
    """What cannot be reached is not called delivered; it is tried again later, not at once."""
    announcer = Announcer(loop.records, loop.env.client)
    async with loop.worker():
        [docket] = await announcing.running(loop, range(1, 2))
        await loop.env.client.get_workflow_handle(docket).terminate("gone on purpose")
        calendar = announcing.adopt(loop)
        began = await announcer.announce_newest()
        delivered = await announcing.announcement(loop, calendar).result()
        again = await announcer.announce_newest()

    assert (began, again) == (True, False)
    assert delivered == Delivered(dockets=0, orders=0)
    assert announcing.arrivals(loop, calendar, docket) == []
