"""The campaign (专项行动): assess, wait for a named officer to confirm, issue, end the round, publish, next round.

It knows its dockets, not its orders: it counts from records, and is told when its last order has ended. Its history
does not grow with the number of units.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.campaign_references import OFFICE
from rules import clock as clocks
from rules.authority import check_may
from schemas import names
from schemas.campaign import (
    Assessed,
    CampaignAnswer,
    CampaignInput,
    CampaignState,
    Confirm,
    IssuedRound,
    IssueTask,
    Publish,
    Reassess,
    RoundOver,
    RoundTask,
    WithdrawCampaign,
    WithdrawTask,
)
from schemas.errors import Refused
from schemas.event import Actor


@workflow.defn(name=names.CAMPAIGN_WORKFLOW)
class CampaignWorkflow:
    """One round after another; each waits for its confirmation, its end and its publication."""

    @workflow.init
    def __init__(self, given: CampaignInput) -> None:
        """Begin before the round's assessment."""
        self._given = given
        self._state = CampaignState.started
        self._confirm: Confirm | None = None
        self._withdraw: WithdrawCampaign | None = None
        self._found: Assessed | None = None
        self._assessing = False
        self._closing = False
        self._issued: IssuedRound | None = None
        self._closed: set[int] = set()
        self._settled = set(given.settled_rounds)

    @workflow.run
    async def run(self, given: CampaignInput) -> CampaignAnswer:
        """Live through one round; the next continues as new."""
        self._waits(await OFFICE.assess(RoundTask(given=given, at=self._now())))
        await workflow.wait_condition(lambda: self._confirm is not None or self._withdraw is not None)
        if self._confirm is not None and self._withdraw is None:
            await self._round(self._confirm)
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._withdraw is None and given.round < given.rounds:
            workflow.continue_as_new(self._next())
        if self._withdraw is None:
            await self._look_back()
        if self._withdraw is not None:
            return await self._withdrawn(self._withdraw)
        return await self._ended()

    def _waits(self, found: Assessed) -> None:
        self._found = found
        self._stand(CampaignState.assessed, f"达标核查 {found.assessed} 家，未达标 {found.short} 家，等待确认")

    async def _round(self, confirm: Confirm) -> None:
        """Issue, wait for the round's end, measure again and publish."""
        self._stand(CampaignState.issuing, "正在下达")
        self._issued = await OFFICE.issue(IssueTask(given=self._given, confirm=confirm))
        self._stand(CampaignState.running, f"已下达 {self._issued.orders} 件，分 {self._issued.dockets} 卷")
        if not self._issued.orders:
            self.round_over(RoundOver(round=self._given.round, settled=True))
        await self._until(self._issued.ends_at)
        if self._withdraw is None:
            await OFFICE.publish(RoundTask(given=self._given, at=self._now(), key=f"end-{self._given.round}"))

    async def _until(self, ends_at: datetime) -> None:
        timeout = max(clocks.real(self._given.clock, ends_at) - workflow.now(), timedelta())
        try:
            await workflow.wait_condition(
                lambda: self._given.round in self._closed or self._withdraw is not None,
                timeout=timeout,
                timeout_summary=f"round ends {ends_at.isoformat(timespec='minutes')}",
            )
        except TimeoutError:
            return

    async def _look_back(self) -> None:
        """Wait until every order is settled, or the campaign is taken back."""
        self._stand(CampaignState.looking_back, "回头看进行中")
        wanted = set(range(1, self._given.rounds + 1))
        await workflow.wait_condition(lambda: wanted <= self._settled or self._withdraw is not None)

    async def _ended(self) -> CampaignAnswer:
        """Publish what look-backs changed as corrections of every round, and end; nobody takes it back any more."""
        self._closing = True
        await OFFICE.publish(RoundTask(given=self._given, at=self._now(), key="settled"))
        await OFFICE.end(RoundTask(given=self._given, at=self._now()))
        self._stand(CampaignState.ended, "全部了结")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._answer()

    async def _withdrawn(self, withdraw: WithdrawCampaign) -> CampaignAnswer:
        """Withdraw the open orders; when they and the look-backs of all others are over, correct what was published."""
        await OFFICE.withdraw(WithdrawTask(given=self._given, message=withdraw))
        self._stand(CampaignState.withdrawn, "已撤回")
        if issued := self._rounds_issued():
            await workflow.wait_condition(lambda: set(range(1, issued + 1)) <= self._settled)
            await OFFICE.publish(self._to_publish(self._now(), key="withdrawn"))
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._answer()

    @workflow.update
    async def assess(self, message: Reassess) -> CampaignAnswer:
        """Judge every unit again on its newest figures; the new list replaces the one that waits to be confirmed."""
        self._assessing = True
        try:
            task = RoundTask(given=self._given, at=message.at, key=message.key, by=message.actor)
            self._waits(await OFFICE.assess(task))
        finally:
            self._assessing = False
        return self._answer()

    @assess.validator
    def _check_assess(self, message: Reassess) -> None:
        self._check_may(message.actor, "confirm")
        self._check_stands()
        if self._confirm is not None:
            raise _refused("campaign.confirmed", "本轮已经确认下达，名单不能再变；新的数据由下一轮核查。")
        self._check_list_stands()

    @workflow.update
    async def confirm(self, message: Confirm) -> CampaignAnswer:
        """Confirm the round; issuing begins at once and goes on behind the answer."""
        if self._confirm is None:
            self._given = self._given.model_copy(update={"clock": message.clock})
            self._confirm = message
        return self._answer()

    @confirm.validator
    def _check_confirm(self, message: Confirm) -> None:
        self._check_may(message.actor, "confirm")
        self._check_stands()
        if message.round != self._given.round:
            sentence = f"您要确认的是第 {message.round} 轮，现在是第 {self._given.round} 轮，请查看本轮名单后另行确认。"
            raise _refused("campaign.round_over", sentence)
        if self._confirm is not None:
            if self._confirm.key != message.key:
                raise _refused("campaign.confirmed", "本轮已经确认，不能再次确认。")
            return
        self._check_list_stands()
        if self._found is None or message.candidates != self._found.candidates:
            raise _refused("campaign.list_changed", "名单在您查看之后已经重新核查，请查看新的名单后再确认。")

    @workflow.update
    async def publish(self, message: Publish) -> CampaignAnswer:
        """Publish the tables of all issued rounds as they stand now."""
        await OFFICE.publish(self._to_publish(message.at, key=message.key))
        return self._answer()

    @publish.validator
    def _check_publish(self, message: Publish) -> None:
        self._check_may(message.actor, "publish")
        if not self._rounds_issued():
            raise _refused("campaign.nothing_issued", "本轮尚未下达，没有可以公布的结果。")

    @workflow.update
    async def withdraw(self, message: WithdrawCampaign) -> CampaignAnswer:
        """Withdraw the campaign; its open orders are withdrawn one by one, each by an act of its own."""
        self._withdraw = self._withdraw or message
        return self._answer()

    @withdraw.validator
    def _check_withdraw(self, message: WithdrawCampaign) -> None:
        self._check_may(message.actor, "withdraw")
        if self._withdraw is None or self._withdraw.key != message.key:
            self._check_stands()

    def _check_list_stands(self) -> None:
        if self._assessing or self._state is CampaignState.started:
            raise _refused("campaign.not_assessed", "本轮核查尚未完成，请稍后再办理。")

    def _check_stands(self) -> None:
        if self._withdraw is not None:
            raise _refused("campaign.withdrawn", "专项行动已经撤回，不能再办理。")
        if self._closing:
            raise _refused("campaign.ended", "专项行动已经全部了结，不能再办理。")

    def _check_may(self, actor: Actor, act: str) -> None:
        try:
            check_may(actor, act, unit="", region=self._given.region, who_may=self._given.who_may)
        except Refused as refused:
            raise _refused(refused.code, refused.sentence) from refused

    @workflow.signal
    def round_over(self, over: RoundOver) -> None:
        """Note that a round's last open order ended; told more than once, taken once."""
        self._closed.add(over.round)
        if over.settled:
            self._settled.add(over.round)

    @workflow.query
    def standing(self) -> CampaignAnswer:
        """Return how far the campaign is."""
        return self._answer()

    def _answer(self) -> CampaignAnswer:
        return CampaignAnswer(
            campaign=self._given.campaign,
            round=self._given.round,
            state=self._state,
            orders=self._issued.orders if self._issued else 0,
            candidates=self._found.candidates if self._found else "",
        )

    def _rounds_issued(self) -> int:
        """How many rounds have gone out; while a later one waits for its confirmation, those before it."""
        return self._given.round - (self._issued is None)

    def _to_publish(self, at: datetime, *, key: str) -> RoundTask:
        """Publish the newest round that has gone out; the activity looks through those before it as well."""
        given = self._given.model_copy(update={"round": self._rounds_issued()})
        return RoundTask(given=given, at=at, key=key)

    def _next(self) -> CampaignInput:
        return self._given.model_copy(
            update={"round": self._given.round + 1, "settled_rounds": tuple(sorted(self._settled))}
        )

    def _now(self) -> datetime:
        return clocks.shown(self._given.clock, workflow.now())

    def _stand(self, state: CampaignState, words: str) -> None:
        self._state = state
        workflow.set_current_details(f"**{self._given.title}** · 第 {self._given.round} 轮 · {words}")


def _refused(code: str, sentence: str) -> ApplicationError:
    return ApplicationError(sentence, type=code, non_retryable=True)
