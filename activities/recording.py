"""Recording: the one activity through which a docket writes, and the reading that it starts from.

One transaction a call. Data that the database refuses is bisected until the culprit stands alone; a database that does
not answer raises, and Temporal tries again without end. Idempotent by the causes' keys: a repeat is answered with what
is stored.
"""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.alive import alive
from records.reading import clock_of
from records.reading_events import stream
from records.reading_loop import load_calendar, load_policy, unfinished
from records.session import Records
from records.writing import Fact, Unrecordable, append, append_facts
from rules.order import evolve
from runtime.log import logger
from schemas import names
from schemas.campaign import RoundOver
from schemas.docket import (
    Change,
    ChangeAnswer,
    Done,
    Incident,
    LoadRules,
    LoadSubjects,
    Outcome,
    Recording,
    RecordingAnswer,
    RuleBook,
    StoredEvent,
    Subjects,
)
from schemas.event import CLOCK, Cause, Event, dump
from schemas.incident import SubjectResumed, SubjectSetAside
from schemas.order import OrderState
from schemas.order_events import parse

log = logger(__name__)

# What brings an order to an end (again), and what settles it.
_ENDING: Final = frozenset({"order.closed_out", "order.withdrawn", "order.regression.set_aside"})
_SETTLING: Final = "order.settled"
_TOLD: Final = 500


def evolved(events: Iterable[StoredEvent]) -> OrderState | None:
    """Fold a stream's events into an order's state; none for an empty stream."""
    state: OrderState | None = None
    for stored in events:
        state = evolve(state, parse(stored.event))
    return state


def _evolved_if_possible(order: str, events: Iterable[StoredEvent]) -> OrderState | None:
    try:
        return evolved(events)
    except Exception:  # raised, it would be tried for ever; left out, its docket goes on
        log.exception("recording.not_evolved", order=order)
        return None


def _tags(change: Change) -> set[str]:
    return {event.tag for step in change.steps for event in step.events}


class Registrar:
    """Writes what dockets decided. Holds the records, and the client by which campaigns are told of a round's end."""

    def __init__(self, records: Records, *, client: Client | None = None) -> None:
        """Take the open records, and the client; without one nobody is told (tests)."""
        self._records = records
        self._client = client

    @activity.defn(name="record")
    async def record(self, recording: Recording) -> RecordingAnswer:
        """Write the changes in one transaction, bisecting data that the database refuses."""
        async with alive():
            answers = await to_thread(self._written, recording)
            await self._tell_campaigns(recording.changes, answers)
        return RecordingAnswer(answers=answers)

    def _written(self, recording: Recording) -> tuple[ChangeAnswer, ...]:
        try:
            with self._records.write() as tx:
                return append(tx, recording, recorded_at=datetime.now(UTC), clock=clock_of(tx)).answers
        except Unrecordable as refused:
            return self._bisected(recording, refused)

    def _bisected(self, recording: Recording, refused: Unrecordable) -> tuple[ChangeAnswer, ...]:
        changes = recording.changes
        if len(changes) == 1:
            log.error("recording.refused", stream=changes[0].stream, problem=str(refused))
            answer = ChangeAnswer(stream=changes[0].stream, outcome=Outcome.unrecordable, problem=str(refused))
            return (answer,)
        half = len(changes) // 2
        first = recording.model_copy(update={"changes": changes[:half]})
        second = recording.model_copy(update={"changes": changes[half:]})
        return (*self._written(first), *self._written(second))

    async def _tell_campaigns(self, changes: Sequence[Change], answers: Sequence[ChangeAnswer]) -> None:
        """Tell each campaign whose last order ended, or settled, by this recording.

        Told only by the recording that did it, so that no campaign's history grows with its orders. A repeat tells
        again (its first attempt may have died in between), and the campaign takes it once.
        """
        if self._client is None:
            return
        there = (Outcome.recorded, Outcome.repeated)
        written = [change for change, answer in zip(changes, answers, strict=True) if answer.outcome in there]
        ending = {(one.row.campaign, one.row.round) for one in written if _ENDING & _tags(one)}
        settling = {(one.row.campaign, one.row.round) for one in written if _SETTLING in _tags(one)}
        for campaign, round_no in sorted(ending | settling):
            open_now, unsettled = await to_thread(self._unfinished, campaign, round_no)
            ended = open_now == 0 and (campaign, round_no) in ending
            settled = unsettled == 0 and (campaign, round_no) in settling
            if ended or settled:
                await self._tell(self._client, campaign, RoundOver(round=round_no, settled=unsettled == 0))

    async def _tell(self, client: Client, campaign: str, over: RoundOver) -> None:
        """Tell one campaign; one that is over needs nothing any more, one that cannot be reached is told on a retry."""
        try:
            await client.get_workflow_handle(names.campaign_workflow_id(campaign)).signal("round_over", over)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            log.info("campaign.over", campaign=campaign)

    def _unfinished(self, campaign: str, round_no: int) -> tuple[int, int]:
        with self._records.read() as read:
            return unfinished(read, campaign, round_no)

    @activity.defn(name="load_rules")
    async def load_rules(self, wanted: LoadRules) -> RuleBook:
        """Read policies and calendar by their digests."""
        async with alive():
            return await to_thread(self._rules, wanted)

    def _rules(self, wanted: LoadRules) -> RuleBook:
        with self._records.read() as read:
            return RuleBook(
                policies={digest: load_policy(read, digest) for digest in wanted.policies},
                calendar=load_calendar(read, wanted.calendar),
                calendar_digest=wanted.calendar,
            )

    @activity.defn(name="load_subjects")
    async def load_subjects(self, wanted: LoadSubjects) -> Subjects:
        """Evolve orders from their events; those that have none, or whose events cannot be folded, are left out."""
        async with alive():
            return await to_thread(self._subjects, wanted)

    def _subjects(self, wanted: LoadSubjects) -> Subjects:
        with self._records.read() as read:
            states = [_evolved_if_possible(order, stream(read, names.order_stream(order))) for order in wanted.orders]
        return Subjects(subjects=tuple(state for state in states if state is not None))

    @activity.defn(name="record_incident")
    async def record_incident(self, incident: Incident) -> Done:
        """Note an incident in the docket's own incident stream; once an activity."""
        info = activity.info()
        async with alive():
            await to_thread(self._incident, incident, info.activity_id, info.workflow_run_id or "")
        return Done()

    def _incident(self, incident: Incident, activity_id: str, run: str) -> None:
        event: Event
        problem = incident.problem[:_TOLD]
        if incident.kind == "set_aside":
            event = SubjectSetAside(happened_at=incident.at, order=incident.order, problem=problem)
            log.error("docket.subject_set_aside", order=incident.order, problem=problem)
        else:
            event = SubjectResumed(happened_at=incident.at, order=incident.order)
        key = f"{incident.docket}:{run}:{activity_id}"
        fact = Fact(cause=Cause(key=key, digest="0" * 64), actor=CLOCK, events=(dump(event),))
        with self._records.write() as tx:
            append_facts(
                tx,
                names.incident_stream(incident.docket),
                [fact],
                recorded_at=datetime.now(UTC),
                simulated=clock_of(tx).simulated,
            )
