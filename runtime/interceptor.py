"""Binds to every log line which workflow, run, activity, attempt and subject it belongs to.

The classes run on both sides of the sandbox's wall, so they only read identifiers, which are pseudonyms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import temporalio.activity
import temporalio.workflow
from structlog.contextvars import bound_contextvars
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)


class LogContext(Interceptor):
    """Given once to the plugin; worker and replayer take it from there."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Wrap every activity."""
        return _ActivityContext(next)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002 - the SDK's name and its to give
        """Wrap every workflow."""
        return _WorkflowContext


class _ActivityContext(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        info = temporalio.activity.info()
        with bound_contextvars(
            workflow_id=info.workflow_id,
            run_id=info.workflow_run_id,
            activity=info.activity_type,
            attempt=info.attempt,
            **_subject(input.args),
        ):
            return await super().execute_activity(input)


class _WorkflowContext(WorkflowInboundInterceptor):
    """Each handler runs in a task of its own, so each binds for itself."""

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        with bound_contextvars(**_here(), **_subject(input.args)):
            return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 - the SDK's name
        with bound_contextvars(**_here(), message=input.signal, **_subject(input.args)):
            await super().handle_signal(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        with bound_contextvars(**_here(), message=input.query):
            return await super().handle_query(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        with bound_contextvars(**_here(), message=input.update, **_subject(input.args)):
            super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        with bound_contextvars(**_here(), message=input.update, **_subject(input.args)):
            return await super().handle_update_handler(input)


def _here() -> Mapping[str, str]:
    info = temporalio.workflow.info()
    return {"workflow_id": info.workflow_id, "run_id": info.run_id}


def _subject(args: Sequence[object]) -> Mapping[str, str]:
    """The subject that the one argument names, if it names one."""
    subject = getattr(args[0], "subject", None) if args else None
    return {"subject": subject} if isinstance(subject, str) else {}
