"""Typed references to the activities, as workflows call them: name, patience and kind of retry in one place.

Workflows never import the hands themselves. Operational failures (a database that does not answer) are retried without
end; what the data itself refuses comes back as an answer, so nothing here has a maximum of attempts.
"""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

from schemas.base import Model
from schemas.docket import Done, Incident, LoadRules, LoadSubjects, Recording, RecordingAnswer, RuleBook, Subjects

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
# The hands say every two seconds that they are alive: work of a worker that was killed is taken over this soon.
_SILENCE = timedelta(seconds=10)
_R = TypeVar("_R", bound=Model)


async def _call(name: str, argument: Model, result: type[_R], *, summary: str, minutes: float = 2) -> _R:
    answered: _R = await workflow.execute_activity(
        name,
        argument,
        result_type=result,
        start_to_close_timeout=timedelta(minutes=minutes),
        heartbeat_timeout=_SILENCE,
        retry_policy=_RETRY,
        summary=summary,
    )
    return answered


class Hands:
    """What a docket can have done."""

    async def record(self, recording: Recording) -> RecordingAnswer:
        """Write decided changes in one transaction."""
        return await _call("record", recording, RecordingAnswer, summary=f"record {len(recording.changes)} subjects")

    async def load_rules(self, wanted: LoadRules) -> RuleBook:
        """Read policies and calendar by digest."""
        return await _call("load_rules", wanted, RuleBook, summary=f"calendar {wanted.calendar[:12]}")

    async def load_subjects(self, wanted: LoadSubjects) -> Subjects:
        """Evolve subjects from their events."""
        return await _call("load_subjects", wanted, Subjects, summary=f"{len(wanted.orders)} subjects")

    async def record_incident(self, incident: Incident) -> Done:
        """Note that a subject was set aside or returned, in a stream of its own."""
        return await _call("record_incident", incident, Done, summary=f"{incident.kind} {incident.order}")


HANDS = Hands()
