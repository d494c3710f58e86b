"""A docket whose commands were changed without a patch; stored histories must refuse it."""

from temporalio import workflow

from schemas import names
from schemas.docket import DocketInput, DocketSnapshot
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
