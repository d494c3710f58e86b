"""One definition of how this product uses Temporal: given once to the client, it also configures worker and replayer.

So an auditor who replays a history does it with the very converter, sandbox and log of the worker that made it.
"""

import dataclasses
import re
import warnings

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy, _Definition

from runtime.interceptor import LogContext

PASSED_THROUGH = ("activities", "orjson", "runtime", "schemas", "structlog")
"""Loaded once and shared by all workflows: words and references, without state. What these import is shared too."""

RELOADED = ("rules", "workflows")
"""Loaded afresh inside the sandbox for every workflow, so that a rule that reads the clock is stopped, not obeyed."""

DATA_CONVERTER = pydantic_data_converter
"""Payloads are complete JSON. Leaving out defaults would save bytes, but a default that changes in a later release
would then change what an old history says, and the tags that tell a union's members apart are defaults themselves.
"""

_STRAY = re.compile(r"Module ([^.\s]+)\S* was not intentionally passed through")


def make_plugin(*, passed_through: tuple[str, ...] = PASSED_THROUGH) -> SimplePlugin:
    """The plugin; `passed_through` is the whole list, for a test or a measurement that wants another one."""
    restrictions = dataclasses.replace(
        SandboxRestrictions.default.with_passthrough_modules(*passed_through),
        # An office's time zone is read from the shipped table of zones: the same words always give the same zone.
        invalid_module_members=SandboxRestrictions.invalid_module_members_default.with_child_unrestricted(
            "zoneinfo", "ZoneInfo"
        ),
    )
    return SimplePlugin(
        "bihuan",
        data_converter=DATA_CONVERTER,
        interceptors=[LogContext()],
        workflow_runner=lambda _given: HouseRunner(restrictions=restrictions),
    )


@dataclasses.dataclass(frozen=True)
class HouseRunner(SandboxedWorkflowRunner):
    """The sandbox, with a check at start-up that nothing but the reloaded rooms is loaded anew for each workflow.

    A library forgotten in `PASSED_THROUGH` costs tens of milliseconds and a megabyte for every workflow in memory.
    """

    def prepare_workflow(self, defn: _Definition) -> None:
        """Load the workflow once in a sandbox that reports every reload; RuntimeError names what is missing."""
        reporting = self.restrictions.with_import_notification_policy(
            SandboxImportNotificationPolicy.WARN_ON_UNINTENTIONAL_PASSTHROUGH
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            SandboxedWorkflowRunner(restrictions=reporting).prepare_workflow(defn)
        reloaded = {found[1] for warning in caught if (found := _STRAY.match(str(warning.message)))}
        own = {*RELOADED, str(defn.cls.__module__).partition(".")[0]}
        strays = sorted(reloaded - own)
        if strays:
            raise RuntimeError(f"{defn.name} reloads {', '.join(strays)}: add to runtime.plugin.PASSED_THROUGH")
