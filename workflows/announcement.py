"""The announcement: a calendar that became known reaches every open docket, resumably, each order by an event of its own."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.announcement_references import HERALD
from schemas import names
from schemas.announcement import AnnouncementInput, Delivered


@workflow.defn(name=names.ANNOUNCEMENT_WORKFLOW)
class AnnouncementWorkflow:
    """One page of dockets after another; each page continues as new where the history would grow."""

    @workflow.run
    async def run(self, given: AnnouncementInput) -> Delivered:
        """Deliver until no docket is left behind the last one."""
        while True:
            page = await HERALD.page(given)
            if not page.dockets:
                workflow.set_current_details(f"已送达 {given.dockets} 卷，调整时限 {given.orders} 件")
                return Delivered(dockets=given.dockets, orders=given.orders)
            delivered = await HERALD.deliver(given, page)
            given = given.model_copy(
                update={
                    "after": page.dockets[-1],
                    "dockets": given.dockets + delivered.dockets,
                    "orders": given.orders + delivered.orders,
                }
            )
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(given)
