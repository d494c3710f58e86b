"""The campaign (专项行动): what starts it, what it waits for, what is told of it; and its events."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from schemas.base import Model
from schemas.board import Definitions
from schemas.clock import Clock
from schemas.event import CLOCK, Actor, Digest, Event, EventData, Key, Role, Sealed
from schemas.order import Urgency
from schemas.time import Instant


class CampaignState(StrEnum):
    """How far a campaign is."""

    started = "started"
    assessed = "assessed"
    issuing = "issuing"
    running = "running"
    looking_back = "looking_back"
    ended = "ended"
    withdrawn = "withdrawn"


class CampaignInput(Model):
    """A campaign as it is started, and as it is carried from round to round."""

    campaign: str
    title: str
    region: str
    policy: str
    calendar: str
    urgency: Urgency = Urgency.normal
    rounds: int = 1
    round: int = 1
    docket_size: int = 250
    started_by: Actor
    started_at: Instant
    definitions: Definitions
    who_may: dict[str, tuple[Role, ...]]
    clock: Clock = Clock()
    settled_rounds: tuple[int, ...] = ()


class Exclusion(Model):
    """A unit that the officer leaves out of the round, and why."""

    unit: str
    reason: Sealed


class Confirm(Model):
    """下工单 is decided by a named officer: on which round's list, who is left out, and from when the clock runs.

    `candidates` is the digest of the list that the officer was shown; another list is not confirmed by it.
    """

    key: Key
    actor: Actor
    at: Instant
    round: int
    candidates: Digest
    exclusions: tuple[Exclusion, ...] = ()
    clock: Clock = Clock()


class Reassess(Model):
    """重新核查: judge every unit again on its newest figures while the round waits for its confirmation."""

    key: Key
    actor: Actor
    at: Instant


class Publish(Model):
    """Publish the running round's table as it stands."""

    key: Key
    actor: Actor
    at: Instant


class WithdrawCampaign(Model):
    """Take a campaign back: no further round, and every open order withdrawn."""

    key: Key
    actor: Actor
    at: Instant
    reason: Sealed


class RoundOver(Model):
    """The records say that the last open order of a round ended, and whether all are settled."""

    round: int
    settled: bool


class CampaignAnswer(Model):
    """What the officer is told; `candidates` is the digest of the round's list, empty before there is one."""

    campaign: str
    round: int
    state: CampaignState
    orders: int = 0
    candidates: str = ""


class RoundTask(Model):
    """What an activity of a campaign is to work on; a `key` names one of several of a round."""

    given: CampaignInput
    at: Instant
    key: str = ""
    by: Actor = CLOCK


class Assessed(Model):
    """How an assessment came out; `candidates` is the digest of the list that it froze."""

    assessed: int
    short: int
    advisory: int
    watched: int
    candidates: Digest


class IssueTask(Model):
    """Issue a confirmed round: numbers, then dockets."""

    given: CampaignInput
    confirm: Confirm


class WithdrawTask(Model):
    """Take a campaign back: its open orders, each by an act of its own."""

    given: CampaignInput
    message: WithdrawCampaign


class IssuedRound(Model):
    """How many orders went out in how many dockets, by when the round ends."""

    orders: int
    dockets: int
    ends_at: Instant


class Published(Model):
    """Which version of the table stands now."""

    version: int
    digest: str
    changed: bool


class CampaignStarted(Event):
    """A campaign began, with definitions frozen as they stand here."""

    tag: Literal["campaign.started"] = "campaign.started"
    campaign: str
    title: str
    region: str
    policy: str
    calendar: str
    urgency: Urgency
    rounds: int
    definitions: Definitions


class RoundAssessed(Event):
    """Every unit of the region was judged on frozen figures; `candidates` is the digest of all rows as they were frozen.

    Before its confirmation a round may be assessed again: the last list counts.
    """

    tag: Literal["campaign.round.assessed"] = "campaign.round.assessed"
    round: int
    assessed: int
    short: int
    advisory: int
    watched: int
    candidates: Digest


class Covered(Model):
    """What a unit that falls short is asked for already by another order, and is therefore not asked again."""

    unit: str
    triggers: tuple[str, ...]
    order: str


class RoundConfirmed(Event):
    """A named officer confirmed the list; the numbers are taken. Nobody is asked twice for what is `covered`."""

    tag: Literal["campaign.round.confirmed"] = "campaign.round.confirmed"
    round: int
    excluded: tuple[Exclusion, ...] = ()
    covered: tuple[Covered, ...] = ()
    orders: int
    first_number: int
    last_number: int
    ends_at: Instant


class RoundPublished(Event):
    """A version of the round's table was published; `files` maps each file's name to its digest."""

    tag: Literal["campaign.round.published"] = "campaign.round.published"
    round: int
    version: int
    table: Digest
    files: dict[str, Digest]


class CampaignWithdrawn(Event):
    """The campaign was taken back."""

    tag: Literal["campaign.withdrawn"] = "campaign.withdrawn"
    reason: Sealed


class CampaignEnded(Event):
    """All rounds are over and every order is settled."""

    tag: Literal["campaign.ended"] = "campaign.ended"


CampaignEvent = Annotated[
    CampaignStarted | RoundAssessed | RoundConfirmed | RoundPublished | CampaignWithdrawn | CampaignEnded,
    Field(discriminator="tag"),
]

CAMPAIGN_EVENT: TypeAdapter[CampaignEvent] = TypeAdapter(CampaignEvent)


def parse(data: EventData) -> CampaignEvent:
    """Return the typed event of recorded data; raises `pydantic.ValidationError` when it is none of a campaign's."""
    head = {"tag": data.tag, "schema_no": data.schema_no, "happened_at": data.happened_at}
    return CAMPAIGN_EVENT.validate_python(head | data.fields)


class CampaignNow(Model):
    """A campaign as it stands; what was confirmed is its running round's, `seq` is the event that last moved it."""

    id: str
    title: str
    state: str
    round: int
    policy: str
    calendar: str
    urgency: str
    definitions: dict[str, Any]
    started_at: Instant
    started_by: str
    confirmed_at: Instant | None = None
    confirmed_by: str | None = None
    round_ends_at: Instant | None = None
    ended_at: Instant | None = None
    seq: int


class PublicationNow(Model):
    """A published version of a round's table; `made_at` is when the event was written, in real time."""

    campaign: str
    round: int
    version: int
    digest: str
    files: dict[str, str]
    made_at: Instant
