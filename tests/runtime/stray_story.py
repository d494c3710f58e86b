"""A workflow whose module imports a library that nobody passed through."""

import jinja2
from temporalio import workflow


@workflow.defn
class StrayWorkflow:
    """Never runs."""

    @workflow.run
    async def run(self) -> str:
        """Names the library, so that the import is used."""
        return jinja2.__name__
