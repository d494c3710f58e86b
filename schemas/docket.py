"""The messages between door, docket and recording: what is asked, what is recorded, what is answered."""

from enum import StrEnum

from pydantic import Field

from schemas.act import Act, Issue
from schemas.base import Model
from schemas.calendar import Calendar
from schemas.clock import Clock
from schemas.event import EventData, Step
from schemas.order import OrderRow, OrderState
from schemas.policy import Policy
from schemas.time import Instant


class Change(Model):
    """What one subject's stream is to become: steps from an expected position, and the row that follows from them."""

    stream: str
    expected_seq: int = Field(ge=0)
    steps: tuple[Step, ...] = Field(min_length=1)
    row: OrderRow


class Recording(Model):
    """One transaction's worth of changes, one a subject."""

    docket: str
    simulated: bool
    changes: tuple[Change, ...]


class Outcome(StrEnum):
    """How the records answered one change.

    `recorded`: it is there now. `repeated`: its cause was there before, with the same content; `events` are what was
    stored. `moved_on`: the stream is further; `events` are those that the docket did not know. `key_reused`: the key
    stands for other content. `act_waiting`: an act received before a rung was due is still to be judged; nothing
    written. `unrecordable`: the data itself was refused.
    """

    recorded = "recorded"
    repeated = "repeated"
    moved_on = "moved_on"
    key_reused = "key_reused"
    act_waiting = "act_waiting"
    unrecordable = "unrecordable"


class StoredEvent(Model):
    """An event as it stands in its stream."""

    seq: int
    event: EventData


class ChangeAnswer(Model):
    """The answer for one stream; `events` only where the docket does not hold them already."""

    stream: str
    outcome: Outcome
    events: tuple[StoredEvent, ...] = ()
    problem: str = ""


class RecordingAnswer(Model):
    """One answer a change, in the order asked."""

    answers: tuple[ChangeAnswer, ...]


class RuleBook(Model):
    """The rules by value, as an activity read them by digest: policies of the subjects, and the calendar now known."""

    policies: dict[str, Policy]
    calendar: Calendar
    calendar_digest: str


class DocketInput(Model):
    """A docket's whole memory: what it is asked to open, what it carries from its last run, by which clock."""

    docket: str
    campaign: str
    round: int
    district: str
    policy: str
    calendar: str
    clock: Clock = Clock()
    issues: tuple[Issue, ...] = ()
    subjects: tuple[OrderState, ...] = ()
    aside: tuple[str, ...] = ()
    capacity: int = 250
    build: str = ""


class ActAnswer(Model):
    """What the person is told: the order after the act, and what it waits for now."""

    order: str
    key: str
    seq: int
    status: str
    level: int
    waits_for: str = ""
    due: Instant | None = None
    repeated: bool = False


class ActMessage(Model):
    """An act on its way to its docket."""

    act: Act


class OpenSubjects(Model):
    """Orders to open into a running docket."""

    issues: tuple[Issue, ...]


class Opened(Model):
    """How many of them are the docket's now."""

    opened: int


class CalendarRevision(Model):
    """A calendar that became known, to be loaded by its digest and applied to every subject."""

    calendar: str
    key: str
    at: Instant


class DocketSnapshot(Model):
    """A docket as it stands: the query's answer, for auditors and tests."""

    docket: str
    subjects: tuple[OrderState, ...]
    aside: tuple[str, ...]
    next_due: Instant | None


class LoadRules(Model):
    """Which rules to read: policies by digest, and the calendar by its own."""

    policies: tuple[str, ...]
    calendar: str


class LoadSubjects(Model):
    """Orders whose state is to be evolved from their events."""

    orders: tuple[str, ...]


class Subjects(Model):
    """The states that the records' events evolve to."""

    subjects: tuple[OrderState, ...]


class ResumeSubject(Model):
    """Return a subject that was set aside."""

    order: str


class Incident(Model):
    """Something that kept one subject from its clock: set aside with the problem, or resumed."""

    docket: str
    order: str
    kind: str
    problem: str
    at: Instant


class Done(Model):
    """The answer of what only had to be done."""

    done: bool = True
