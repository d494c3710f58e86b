"""The keeper: keeps its one long-running activity going, in exactly one worker of the fleet."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.keeper_references import keep
from schemas import names
from schemas.keeper import KeeperInput


@workflow.defn(name=names.KEEPER_WORKFLOW)
class KeeperWorkflow:
    """One watch after another: the activity is taken over when its worker dies, and relieved from time to time."""

    @workflow.run
    async def run(self, given: KeeperInput) -> None:
        """Run one watch, then continue as new, for ever."""
        workflow.set_current_details(f"常驻任务：{given.keeper}")
        await keep(given)
        workflow.continue_as_new(given)
