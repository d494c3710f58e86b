"""The demonstration's stage: the imports, the campaign, the clock. Every step may be taken again after a kill.

The clock is fixed at confirm, for workflows carry it: it runs on while nothing does, as real time would. It stays fast
for years, so that orders settle after a stop of minutes too, and falls back to real time when the last has settled.
"""

import asyncio
import sys
from asyncio import to_thread
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.intake import POLICY as POLICIES
from activities.intake import adopt_calendar, adopt_policy, newest_calendar, newest_policy
from activities.intake_campaign import start_campaign
from activities.intake_roster import import_roster, import_staff
from commands.demo.actors import Actors, Rates, Script, write_script
from commands.demo.seed import CITY, seeded_units, write_roster, write_staff
from connectors.calendars import load_shipped
from connectors.policies import load
from records.reading import OrderFilter, all_staff, all_units, campaign, campaign_counts, clock_of, orders, rulebooks_of
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
from schemas.errors import Refused
from schemas.event import LOCAL_OPERATOR, Actor, Role

POLICY: Final = Path(__file__).parents[2] / "policies" / "supervision" / "datong" / "v1.yaml"
CAMPAIGN: Final = "2026-001"
OFFICER: Final = Actor(person="P0001", role=Role.officer, scope=CITY)
OPENING: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY: Final = timedelta(days=1)
FIRST_DAYS: Final = 60
LAST_DAYS: Final = 160
FAST_DAYS: Final = 5 * 52 * 7
HORIZON: Final = OPENING + LAST_DAYS * DAY
"""When the demonstration ends at the latest; whoever stays on sees the rest settle."""
SECONDS_A_DAY: Final = 86_400
# The clock runs as real time while orders go out and prompt units sign on the same morning: nobody is late before that.
_LEAST_MORNING_S: Final = 2.0
_MORNING_S_AN_ORDER: Final = 0.025
_LOOK_AGAIN_S: Final = 0.1


def script_file(settings: Settings) -> Path:
    """Where the actors' script lies in a demonstration's data directory."""
    return settings.home / "demo" / "script.json"


def write(settings: Settings, records: Records, *, count: int, seed: int, rates: Rates) -> Script:
    """Write the script into a data directory that holds nothing yet.

    Raises:
        Refused: `demo.not_empty`.

    """
    with records.read() as read:
        used = any((all_units(read), all_staff(read), rulebooks_of(read, POLICIES), clock_of(read).segments))
    if used or script_file(settings).exists():
        sentence = (
            f"数据目录 {settings.home} 已有数据。要继续其中的演示，请运行 bihuan up；"
            "要另开一场，请不设 BIHUAN_HOME，或把它指向一个空目录。"
        )
        raise Refused("demo.not_empty", sentence)
    policy = digest(load(POLICY, check=findings))
    script = write_script(CAMPAIGN, seeded_units(count, seed), seed=seed, rates=rates, policy=policy)
    script_file(settings).parent.mkdir(parents=True, exist_ok=True)
    draft = script_file(settings).with_suffix(".new")
    draft.write_text(script.model_dump_json(indent=1), encoding="utf-8")
    draft.replace(script_file(settings))
    return script


def prepare(settings: Settings, records: Records, script: Script) -> int:
    """Make the synthetic spreadsheets and bring them in as an office would; returns how many units there are."""
    units = seeded_units(script.units, script.seed)
    roster, staff = script_file(settings).with_name("roster.csv"), script_file(settings).with_name("staff.csv")
    write_roster(units, roster)
    write_staff(units, staff, seed=script.seed)
    now = datetime.now(UTC)
    with records.write() as tx:
        if not clock_of(tx).segments:
            set_clock(tx, Clock(segments=(Segment(real=now, shown=OPENING, rate=1),)), at=now)
    policy = load(POLICY, check=findings)
    adopt_policy(records, policy, canonical_text(policy), digest(policy))
    adopt_calendar(records, as_known(load_shipped(), date(2026, 3, 1)))
    report = import_roster(records, roster, by=LOCAL_OPERATOR)
    import_staff(records, staff, by=LOCAL_OPERATOR)
    return report.accepted


def begun(records: Records) -> bool:
    """Whether the campaign has come so far that its workflow runs, or has ended."""
    with records.read() as read:
        row = campaign(read, CAMPAIGN)
    return row is not None and row.state != CampaignState.started


async def start(client: Client, records: Records) -> WorkflowHandle[object, CampaignAnswer]:
    """Start the campaign as the seeded officer where it is not, and wait until its units are assessed."""
    workflow = names.campaign_workflow_id(CAMPAIGN)
    handle = client.get_workflow_handle(workflow, result_type=CampaignAnswer)
    if not await to_thread(begun, records):
        given = await to_thread(_given, records)
        await to_thread(start_campaign, records, given)
        with suppress(WorkflowAlreadyStartedError):
            await client.start_workflow(
                names.CAMPAIGN_WORKFLOW,
                given,
                id=workflow,
                task_queue=names.LOOP_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=given.title,
            )
    while (await _standing(handle)).state is CampaignState.started:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(_LOOK_AGAIN_S)
    return handle


async def _standing(handle: WorkflowHandle[object, CampaignAnswer]) -> CampaignAnswer:
    answer: CampaignAnswer = await handle.query("standing", result_type=CampaignAnswer)
    return answer


def _given(records: Records) -> CampaignInput:
    with records.read() as read:
        clock = clock_of(read)
        policy_digest, calendar_digest = newest_policy(read), newest_calendar(read)
        policy = load_policy(read, policy_digest or "")
    return CampaignInput(
        campaign=CAMPAIGN,
        title="大同市志愿服务专项督办（合成演示）",
        region=CITY,
        policy=policy_digest or "",
        calendar=calendar_digest or "",
        started_by=OFFICER,
        started_at=clocks.shown(clock, datetime.now(UTC)),
        definitions=freeze(policy.publication.definitions, small_unit=policy.publication.small_unit),
        who_may=policy.who_may,
        clock=clock,
    )


async def confirm(handle: WorkflowHandle[object, CampaignAnswer], records: Records, rates: Rates) -> None:
    """Fix the clock and confirm as the seeded officer where that was not done; wait until every order is issued."""
    answer = await _standing(handle)
    if answer.state is CampaignState.assessed:
        clock, at = await to_thread(fix_clock, records, rates)
        message = _confirmation(answer, at=at, clock=clock)
        await handle.execute_update("confirm", message, id=message.key, result_type=CampaignAnswer)
    while (answer := await _standing(handle)).state in (CampaignState.assessed, CampaignState.issuing):  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(_LOOK_AGAIN_S)
    while await to_thread(_issued, records) < answer.orders:  # noqa: ASYNC110 - another process changes it
        await asyncio.sleep(_LOOK_AGAIN_S)


def _confirmation(answer: CampaignAnswer, *, at: datetime, clock: Clock) -> Confirm:
    return Confirm(
        key=f"{CAMPAIGN}:confirm",
        actor=OFFICER,
        at=at,
        round=answer.round,
        candidates=answer.candidates,
        clock=clock,
    )


def _issued(records: Records) -> int:
    with records.read() as read:
        return campaign_counts(read, CAMPAIGN, 1, now=OPENING).issued


def fix_clock(records: Records, rates: Rates) -> tuple[Clock, datetime]:
    """Store the clock for good: a morning as it is, so many days a second, faster for the look-backs.

    Whoever fixed one before died without confirming by it.
    """
    now = datetime.now(UTC)
    with records.write() as tx:
        before = Clock(segments=clock_of(tx).segments[:1])
        orders = len(short_candidates(tx, CAMPAIGN, 1))
        morning = timedelta(seconds=_LEAST_MORNING_S + orders * _MORNING_S_AN_ORDER)
        shown = clocks.shown(before, now)
        first = Segment(real=now + morning, shown=shown + morning, rate=int(rates.first * SECONDS_A_DAY))
        second = _after(first, FIRST_DAYS * DAY, rate=int(rates.last * SECONDS_A_DAY))
        third = _after(second, (FAST_DAYS - FIRST_DAYS) * DAY, rate=1)
        clock = Clock(segments=(*before.segments, first, second, third))
        set_clock(tx, clock, at=now)
    return clock, shown


def _after(segment: Segment, span: timedelta, *, rate: int) -> Segment:
    return Segment(real=segment.real + span / segment.rate, shown=segment.shown + span, rate=rate)


async def finish(handle: WorkflowHandle[object, CampaignAnswer], records: Records) -> None:
    """Wait for the end of a campaign whose orders are all settled: it publishes its last table itself.

    No workflow keeps a clock any more, so shown time may run as real time does, for whoever looks around.
    """
    await handle.result()
    await to_thread(slow_clock, records)


def slow_clock(records: Records) -> None:
    """Let shown time run as real time does from now on; what was shown before stays as it was."""
    now = datetime.now(UTC)
    with records.write() as tx:
        clock = clock_of(tx)
        past = tuple(segment for segment in clock.segments if segment.real < now)
        if past != clock.segments or past[-1].rate != 1:
            slow = Segment(real=now, shown=clocks.shown(clock, now), rate=1)
            set_clock(tx, Clock(segments=(*past, slow)), at=now)


def over(records: Records) -> bool:
    """Whether the campaign has ended: every order is settled, and the last table published."""
    with records.read() as read:
        row = campaign(read, CAMPAIGN)
    return row is not None and row.state == CampaignState.ended


def worn_out(records: Records) -> bool:
    """Whether the fast years of the clock passed before every order was settled: the stop was too long."""
    with records.read() as read:
        passed = clock_of(read).segments[-1].real <= datetime.now(UTC)
        return passed and bool(orders(read, OrderFilter(campaign=CAMPAIGN, settled=False)))


async def publish(handle: WorkflowHandle[object, CampaignAnswer], records: Records) -> None:
    """Publish the table as it stands at the end, by the officer's hand; look-backs show as corrections."""
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


def script_of(settings: Settings) -> Script | None:
    """Return the script of a data directory; none where it is no demonstration."""
    path = script_file(settings)
    return Script.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def actors_of(script: Script, client: Client, records: Records) -> Actors:
    """Return those who play a script."""
    with records.read() as read:
        policy = load_policy(read, script.policy)
    return Actors(script, client=client, records=records, policy=policy)


def worker_command() -> Sequence[str]:
    """The command of one worker process."""
    return [sys.executable, "-m", "worker"]
