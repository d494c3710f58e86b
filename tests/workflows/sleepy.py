"""Workflows whose commands were changed without a patch; stored histories must refuse them."""

from temporalio import workflow

from schemas import names
from schemas.announcement import AnnouncementInput, Delivered
from schemas.campaign import CampaignAnswer, CampaignInput
from schemas.docket import DocketInput, DocketSnapshot
from workflows.announcement import AnnouncementWorkflow
from workflows.campaign import CampaignWorkflow
from workflows.docket import DocketWorkflow


@workflow.defn(name=names.DOCKET_WORKFLOW)
class SleepyDocket(DocketWorkflow):
    """A docket that waits a moment before it reads its rules: one timer more, and no patch."""

    @workflow.init
    def __init__(self, given: DocketInput) -> None:
        """Begin as the real one does."""
        super().__init__(given)

    @workflow.run
    async def run(self, given: DocketInput) -> DocketSnapshot:
        """Sleep, then live as the real one does."""
        await workflow.sleep(1)
        return await super().run(given)


@workflow.defn(name=names.CAMPAIGN_WORKFLOW)
class SleepyCampaign(CampaignWorkflow):
    """A campaign that waits a moment before it assesses."""

    @workflow.init
    def __init__(self, given: CampaignInput) -> None:
        """Begin as the real one does."""
        super().__init__(given)

    @workflow.run
    async def run(self, given: CampaignInput) -> CampaignAnswer:
        """Sleep, then live as the real one does."""
        await workflow.sleep(1)
        return await super().run(given)


@workflow.defn(name=names.ANNOUNCEMENT_WORKFLOW)
class SleepyAnnouncement(AnnouncementWorkflow):
    """An announcement that waits a moment before its first page."""

    @workflow.run
    async def run(self, given: AnnouncementInput) -> Delivered:
        """Sleep, then live as the real one does."""
        await workflow.sleep(1)
        return await super().run(given)
