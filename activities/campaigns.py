"""What a campaign has done: assess its units, issue a confirmed round, publish, withdraw, end.

Each is idempotent by keys made of campaign and round, so a worker that died half-way is simply repeated.
"""

from asyncio import Semaphore, gather, sleep, to_thread
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from temporalio import activity
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities import boards
from activities.alive import alive
from activities.campaign_issuing import Confirmed, confirm_round
from activities.campaign_rows import candidate_row
from activities.campaign_standing import tell, told_before
from records.reading_loop import (
    load_policy,
    measured_units,
    open_orders,
    unrecorded,
)
from records.rows import CandidateRow, DocketRow
from records.session import Records
from records.writing_current import drop_candidates, put_candidates, put_docket
from records.writing_inbox import receive_act
from rules.assessment import assess
from runtime.log import logger
from schemas import names
from schemas.act import Issue, Withdraw
from schemas.campaign import (
    Assessed,
    CampaignEnded,
    CampaignInput,
    CampaignWithdrawn,
    IssuedRound,
    IssueTask,
    Published,
    RoundAssessed,
    RoundTask,
    WithdrawTask,
)
from schemas.docket import DocketInput, Done
from schemas.event import CLOCK
from schemas.order import Form

log = logger(__name__)

_AT_ONCE: Final = 8
_ISSUED_WITHIN: Final = 60
"""Seconds within which orders that are being issued are recorded, or never."""
_CAMPAIGN = SearchAttributeKey.for_keyword("Campaign")
_DISTRICT = SearchAttributeKey.for_keyword("District")
_KIND = SearchAttributeKey.for_keyword("SubjectKind")


class CampaignOffice:
    """The hands of campaigns. Holds the records, the data directory's clock and settings, and the client that starts dockets."""

    def __init__(self, records: Records, client: Client, *, publisher: boards.Publisher) -> None:
        """Take what the worker built."""
        self._records = records
        self._client = client
        self._publisher = publisher

    # --- assess -------------------------------------------------------------------------------------------------

    @activity.defn(name="assess_round")
    async def assess(self, task: RoundTask) -> Assessed:
        """Judge every unit of the region in one read, and freeze the figures of those who fall short."""
        async with alive():
            return await to_thread(self._assess, task)

    def _assess(self, task: RoundTask) -> Assessed:
        given = task.given
        with self._records.read() as read:
            policy = load_policy(read, given.policy)
            units = measured_units(read, given.region)
        judged = [(unit, assess(unit.figures, unit.unit_type, policy)) for unit in units]
        rows = [candidate_row(given, unit, verdict) for unit, verdict in judged]
        counts = {
            "assessed": len(judged),
            "short": sum(verdict.falls_short for _, verdict in judged),
            "advisory": sum(verdict.falls_short and verdict.form is Form.advisory for _, verdict in judged),
            "watched": sum(row.finding == "near" for row in rows),
        }
        return self._freeze(task, rows, counts)

    def _freeze(self, task: RoundTask, rows: Sequence[CandidateRow], counts: Mapping[str, int]) -> Assessed:
        """Keep the list with its digest; a repeat keeps the first, whatever was measured since, and answers with it.

        A further assessment of the round, which has a key of its own, replaces the list.
        """
        given = task.given
        key = ":".join(filter(None, (f"assess-{given.round}", task.key)))
        with self._records.write() as tx:
            tx.hold(names.campaign_stream(given.campaign))
            before = told_before(tx, given.campaign, key)
            if before is not None:
                return Assessed.model_validate(before.model_dump(include=set(Assessed.model_fields)))
            drop_candidates(tx, given.campaign, given.round)
            found = Assessed(candidates=put_candidates(tx, rows), **counts)
            event = RoundAssessed(happened_at=task.at, round=given.round, **found.model_dump())
            tell(tx, given, event, key=key, actor=task.by)
        return found

    # --- issue --------------------------------------------------------------------------------------------------

    @activity.defn(name="issue_round")
    async def issue(self, task: IssueTask) -> IssuedRound:
        """Take the block of numbers, record the confirmation, then start the dockets."""
        gate = Semaphore(_AT_ONCE)

        async def start(given: DocketInput) -> None:
            async with gate:
                await self._start_docket(given)

        async with alive():
            given, issues, ends_at = await to_thread(self._confirmed, task)
            inputs = list(self._dockets(given, issues))
            await gather(*(start(one) for one in inputs))
        return IssuedRound(orders=len(issues), dockets=len(inputs), ends_at=ends_at)

    def _confirmed(self, task: IssueTask) -> Confirmed:
        with self._records.write() as tx:
            return confirm_round(tx, task)

    def _dockets(self, given: CampaignInput, issues: Sequence[Issue]) -> Iterator[DocketInput]:
        for district, of_district in groupby(issues, key=lambda one: one.district):
            together = list(of_district)
            for number, start in enumerate(range(0, len(together), given.docket_size), start=1):
                docket = names.docket_workflow_id(given.campaign, given.round, district, number)
                chunk = together[start : start + given.docket_size]
                yield DocketInput(
                    docket=docket,
                    campaign=given.campaign,
                    round=given.round,
                    district=district,
                    policy=given.policy,
                    calendar=given.calendar,
                    clock=given.clock,
                    capacity=max(given.docket_size, 1),
                    issues=tuple(issue.model_copy(update={"docket": docket}) for issue in chunk),
                )

    async def _start_docket(self, given: DocketInput) -> None:
        attributes = TypedSearchAttributes(
            [
                SearchAttributePair(_CAMPAIGN, given.campaign),
                SearchAttributePair(_DISTRICT, given.district),
                SearchAttributePair(_KIND, "order"),
            ]
        )
        try:
            await self._client.start_workflow(
                names.DOCKET_WORKFLOW,
                given,
                id=given.docket,
                task_queue=names.LOOP_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=attributes,
                static_summary=f"{given.district} · {len(given.issues)} 件",
                static_details=f"专项行动 {given.campaign} 第 {given.round} 轮，区县 {given.district}",
            )
        except WorkflowAlreadyStartedError:
            log.info("docket.started_before", docket=given.docket)
        await to_thread(self._note_docket, given)

    def _note_docket(self, given: DocketInput) -> None:
        with self._records.write() as tx:
            number = int(given.docket.rpartition(":")[2])
            row = DocketRow(
                id=given.docket,
                campaign=given.campaign,
                round=given.round,
                district=given.district,
                number=number,
                opened=len(given.issues),
                capacity=given.capacity,
                state="full" if len(given.issues) >= given.capacity else "open",
                started_at=datetime.now(UTC),
            )
            put_docket(tx, row)

    # --- publish, withdraw, end ---------------------------------------------------------------------------------

    @activity.defn(name="publish_round")
    async def publish(self, task: RoundTask) -> Published:
        """Write the table as it stands; a new version only where something changed."""
        async with alive():
            return await to_thread(self._publisher.publish, task)

    @activity.defn(name="withdraw_campaign")
    async def withdraw(self, task: WithdrawTask) -> Done:
        """Record the withdrawal, and put an act for each open order into the inbox; the forwarder delivers them.

        Orders that are being issued just now are waited for; one that cannot be issued stands aside and is not an order.
        """
        async with alive():
            for _ in range(_ISSUED_WITHIN):
                if not await to_thread(self._unrecorded, task.given.campaign):
                    break
                await sleep(1)
            await to_thread(self._withdraw, task)
        return Done()

    def _unrecorded(self, campaign: str) -> int:
        with self._records.read() as read:
            return unrecorded(read, campaign)

    def _withdraw(self, task: WithdrawTask) -> None:
        given, message = task.given, task.message
        now = datetime.now(UTC)
        with self._records.write() as tx:
            event = CampaignWithdrawn(happened_at=message.at, reason=message.reason)
            tell(tx, given, event, key=message.key, actor=message.actor)
            for order in open_orders(tx, given.campaign):
                act = Withdraw(
                    key=f"{message.key}:{order}"[:200],
                    order=order,
                    at=message.at,
                    actor=message.actor,
                    reason=message.reason,
                )
                receive_act(tx, act, received_shown=message.at, received_real=now)

    @activity.defn(name="end_campaign")
    async def end(self, task: RoundTask) -> Done:
        """Record that everything is settled."""
        await to_thread(self._end, task)
        return Done()

    def _end(self, task: RoundTask) -> None:
        with self._records.write() as tx:
            tell(tx, task.given, CampaignEnded(happened_at=task.at), key="end", actor=CLOCK)
