"""What every recorded fact carries: who, by which act or rung of the clock, judged by which rules.

An event is a fact in the past tense. Its `tag` names it (`order.completion.requested`), its `schema_no` fixes the tag's
meaning; old events are upcast, rows are never rewritten.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from schemas.base import Model
from schemas.time import Instant

# A reference or a digest as short text; free text never travels in one of these.
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class Role(StrEnum):
    """The role in which somebody acts; also whom a waiting step waits for."""

    unit_contact = "unit_contact"
    officer = "officer"
    reviewer = "reviewer"
    approver = "approver"
    leader = "leader"
    data_steward = "data_steward"
    auditor = "auditor"
    local_operator = "local_operator"
    clock = "clock"


class Proof(StrEnum):
    """How identity was proved."""

    command_line = "command_line"
    clock = "clock"
    local_operator = "local_operator"


class Actor(Model):
    """A person in a role: `person` is a pseudonym such as `P0007`, `scope` a unit's credit code or a region."""

    person: str
    role: Role
    scope: str = ""
    proof: Proof = Proof.command_line


CLOCK = Actor(person="clock", role=Role.clock, proof=Proof.clock)
LOCAL_OPERATOR = Actor(person="local", role=Role.local_operator, proof=Proof.local_operator)


class Sealed(Model):
    """Personal data or free text, kept in the vault: a reference, and the salted commitment made when it was sealed."""

    ref: str
    commitment: Digest


class Event(Model):
    """The root of every event; a subclass fixes `tag` and `schema_no` and adds its fields."""

    tag: str
    schema_no: int = 1
    happened_at: Instant


class EventData(Model):
    """An event on its way: the same fact as plain JSON, fields at their defaults left out.

    `fields` are the committed fields beside those of the step (actor, cause, policy, calendar).
    """

    tag: str
    schema_no: int = 1
    happened_at: Instant
    fields: dict[str, Any] = Field(default_factory=dict)


def dump(event: Event) -> EventData:
    """Return an event as data; what its subclass leaves at the default is absent, and means that default for ever."""
    fields = event.model_dump(mode="json", exclude_defaults=True, exclude={"tag", "schema_no", "happened_at"})
    # Unchecked: a valid event's own JSON is what would be checked, 100,000 times in an import.
    return EventData.model_construct(
        tag=event.tag, schema_no=event.schema_no, happened_at=event.happened_at, fields=fields
    )


class Cause(Model):
    """Why something was recorded: the act's own key, or `subject:obligation:rung`; unique for ever.

    `digest` is that of the act's content: the same key with other content is refused.
    """

    key: Key
    digest: Digest


class Notice(Model):
    """An effect: tell a party something. The courier finds the people and goes one level up where there is nobody."""

    key: Key
    to: Role
    scope: str
    template: str
    order: str
    doc_no: str
    due: Instant | None = None
    send_after: Instant
    urgent: bool = False


class Step(Model):
    """One cause with all that it made happen, under the rules that judged it."""

    cause: Cause
    actor: Actor
    policy: Digest
    calendar: Digest
    events: tuple[EventData, ...]
    notices: tuple[Notice, ...] = ()
