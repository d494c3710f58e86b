"""The demonstration's stage: a fresh data directory, the imports, the campaign, the clock; and what goes on when it resumes."""

import asyncio
import sys
from asyncio import to_thread
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.intake import adopt_calendar, adopt_policy, newest_calendar, newest_policy
from activities.intake_campaign import start_campaign
from activities.intake_roster import import_roster, import_staff
from commands.demo.actors import Actors, Script, write_script
from commands.demo.seed import CITY, SeededUnit, seeded_units, write_roster, write_staff
from connectors.calendars import load_shipped
from connectors.policies import load
from records.reading import campaign_counts, clock_of
from records.reading_loop import load_policy, short_candidates
from records.session import Records
from records.writing_rules import set_clock
from rules import clock as clocks
from rules.board_terms import freeze
from rules.calendar import as_known
from rules.policy import canonical_text, digest
from rules.policy_findings import findings
from runtime.settings import Settings
from schemas import names
from schemas.campaign import CampaignAnswer, CampaignInput, CampaignState, Confirm, Publish
from schemas.clock import Clock, Segment
from schemas.event import LOCAL_OPERATOR, Actor, Role

POLICY: Final = Path(__file__).parents[2] / "policies" / "supervision" / "datong" / "v1.yaml"
CAMPAIGN: Final = "2026-001"
OFFICER: Final = Actor(person="P0001", role=Role.officer, scope=CITY)
OPENING: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY: Final = timedelta(days=1)
FIRST_DAYS: Final = 60
LAST_DAYS: Final = 160
SECONDS_A_DAY: Final = 86_400
# The clock runs as real time while orders go out and prompt units sign on the same morning: nobody is late before that.
_LEAST_MORNING_S: Final = 2.0
_MORNING_S_AN_ORDER: Final = 0.03


def script_file(settings: Settings) -> Path:
    """Where the actors' script lies in a demonstration's data directory."""
    return settings.home / "demo" / "script.json"


def prepare(settings: Settings, records: Records, *, count: int, seed: int) -> tuple[list[SeededUnit], int]:
    """Make the synthetic spreadsheets and bring them in as an office would; returns the units and how many rows went in."""
    folder = settings.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    units = seeded_units(count, seed)
    write_roster(units, folder / "roster.csv")
    write_staff(units, folder / "staff.csv", seed=seed)
    now = datetime.now(UTC)
    with records.write() as tx:
        set_clock(tx, Clock(segments=(Segment(real=now, shown=OPENING, rate=1),)), at=now)
    policy = load(POLICY, check=findings)
    adopt_policy(records, policy, canonical_text(policy), digest(policy))
    adopt_calendar(records, as_known(load_shipped(), date(2026, 3, 1)))
    report = import_roster(records, folder / "roster.csv", by=LOCAL_OPERATOR)
    import_staff(records, folder / "staff.csv", by=LOCAL_OPERATOR)
    script = write_script(CAMPAIGN, units, seed=seed, policy=digest(policy))
    script_file(settings).write_text(script.model_dump_json(indent=1), encoding="utf-8")
    return units, report.accepted


async def start(client: Client, records: Records) -> WorkflowHandle[object, CampaignAnswer]:
    """Start the campaign as the seeded officer, and wait until its units are assessed."""
    given = await to_thread(_given, records)
    await to_thread(start_campaign, records, given)
    handle = await client.start_workflow(
        names.CAMPAIGN_WORKFLOW,
        given,
        id=names.campaign_workflow_id(given.campaign),
        task_queue=names.LOOP_QUEUE,
        static_summary=given.title,
        result_type=CampaignAnswer,
    )
    while (await handle.query("standing", result_type=CampaignAnswer)).state is CampaignState.started:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(0.1)
    return handle


def _given(records: Records) -> CampaignInput:
    with records.read() as read:
        clock = clock_of(read)
        policy_digest, calendar_digest = newest_policy(read), newest_calendar(read)
        policy = load_policy(read, policy_digest or "")
    return CampaignInput(
        campaign=CAMPAIGN,
        title="大同市志愿服务专项督办(合成演示)",
        region=CITY,
        policy=policy_digest or "",
        calendar=calendar_digest or "",
        started_by=OFFICER,
        started_at=clocks.shown(clock, datetime.now(UTC)),
        definitions=freeze(policy.publication.definitions, small_unit=policy.publication.small_unit),
        who_may=policy.who_may,
        clock=clock,
    )


async def confirm(
    handle: WorkflowHandle[object, CampaignAnswer], records: Records, *, first_rate: float, last_rate: float
) -> None:
    """Fix the clock, confirm as the seeded officer, and wait until every order is issued."""
    clock, at = await to_thread(_fix_clock, records, first_rate, last_rate)
    message = Confirm(key=f"{CAMPAIGN}:confirm", actor=OFFICER, at=at, clock=clock)
    await handle.execute_update("confirm", message, id=message.key, result_type=CampaignAnswer)
    while (answer := await handle.query("standing", result_type=CampaignAnswer)).state is not CampaignState.running:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(0.1)
    while await to_thread(_issued, records) < answer.orders:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(0.1)


def _issued(records: Records) -> int:
    with records.read() as read:
        return campaign_counts(read, CAMPAIGN, 1, now=OPENING).issued


def _fix_clock(records: Records, first_rate: float, last_rate: float) -> tuple[Clock, datetime]:
    """Store the clock for good: a morning as it is, so many days a second, faster for the look-backs, then as it is."""
    now = datetime.now(UTC)
    with records.write() as tx:
        before = clock_of(tx)
        orders = len(short_candidates(tx, CAMPAIGN, 1))
        morning = timedelta(seconds=_LEAST_MORNING_S + orders * _MORNING_S_AN_ORDER)
        shown = clocks.shown(before, now)
        faster, slower = int(first_rate * SECONDS_A_DAY), int(last_rate * SECONDS_A_DAY)
        first = Segment(real=now + morning, shown=shown + morning, rate=faster)
        second = _after(first, FIRST_DAYS * DAY, rate=slower)
        third = _after(second, (LAST_DAYS - FIRST_DAYS) * DAY, rate=1)
        clock = Clock(segments=(*before.segments, first, second, third))
        set_clock(tx, clock, at=now)
    return clock, shown


def _after(segment: Segment, span: timedelta, *, rate: int) -> Segment:
    return Segment(real=segment.real + span / segment.rate, shown=segment.shown + span, rate=rate)


def horizon(records: Records) -> datetime:
    """Return the shown instant at which the demonstration ends at the latest: its clock then runs as real time again."""
    with records.read() as read:
        return clock_of(read).segments[-1].shown


async def publish(handle: WorkflowHandle[object, CampaignAnswer], records: Records) -> None:
    """Publish the table as it stands at the end, by the officer's hand; look-backs show as corrections.

    A campaign whose orders are all settled has published its last table itself, and is over.
    """
    at = await to_thread(shown_now, records)
    message = Publish(key=f"{CAMPAIGN}:publish-end", actor=OFFICER, at=at)
    try:
        await handle.execute_update("publish", message, id=message.key, result_type=CampaignAnswer)
    except RPCError as over:
        if over.status is not RPCStatusCode.NOT_FOUND:
            raise
        await handle.result()


def shown_now(records: Records) -> datetime:
    """Return what the data directory's clock shows."""
    with records.read() as read:
        return clocks.shown(clock_of(read), datetime.now(UTC))


def actors_of(settings: Settings, client: Client, records: Records) -> Actors | None:
    """Return the actors of a data directory that has a script; none where it is no demonstration."""
    path = script_file(settings)
    if not path.exists():
        return None
    script = Script.model_validate_json(path.read_text(encoding="utf-8"))
    with records.read() as read:
        policy = load_policy(read, script.policy)
    return Actors(script, client=client, records=records, policy=policy)


def worker_command() -> Sequence[str]:
    """The command of one worker process."""
    return [sys.executable, "-m", "worker"]
