"""A rule set: what triggers an order, how long each step may take, how it escalates, who may do what.

Read from `policies/supervision/*/v*.yaml`, adopted by the digest of its canonical text, never edited once used.
Every field is explained in `docs/policies.md`; a test compares the two.
"""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.base import Model
from schemas.calendar import Span
from schemas.event import Role
from schemas.roster import UnitType


class TriggerKind(StrEnum):
    """What is measured: a team at all, registered of headcount, active of registered."""

    no_team = "no_team"
    registration = "registration"
    activity = "activity"


class Trigger(Model):
    """Falls short when `100 * numerator <= percent * denominator`, inclusive, in integers; `no_team` has no percent."""

    id: str = Field(pattern=r"^[A-Z][A-Z0-9]*$")
    kind: TriggerKind
    title: str = Field(min_length=1)
    percent: int | None = Field(default=None, ge=1, le=100)
    finish: Span
    finish_urgent: Span
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _percent_where_a_ratio(self) -> Self:
        if (self.percent is None) != (self.kind is TriggerKind.no_team):
            message = "registration 和 activity 两类触发条件须写 percent，no_team 不得写 percent"
            raise ValueError(message)
        return self


class Watch(Model):
    """Who is warned in advance, without an order: this near to the line."""

    registration_margin: int = Field(ge=0)
    activity_percent: int = Field(ge=1, le=100)


class StepKind(StrEnum):
    """The kinds of obligation; each has a clock, a party it waits for and somebody who is next."""

    sign = "sign"
    plan = "plan"
    report = "report"
    finish = "finish"
    rework = "rework"
    rectify = "rectify"
    review = "review"
    approval = "approval"
    decision = "decision"
    resume = "resume"
    window = "window"
    lookback = "lookback"


class StepRule(Model):
    """How long a step may take (normal and urgent), whom it waits for, who is next when it is late, by which ladder.

    For `finish` the periods stand with the triggers; here is the longest an order may have.
    """

    normal: Span
    urgent: Span
    waits_for: Role
    next_in_line: Role
    ladder: str


class Party(StrEnum):
    """Whom a notice is for, said by the step and not by the ladder, so that steps can share one."""

    waits_for = "waits_for"
    next_in_line = "next_in_line"


class Rung(Model):
    """One rung of a ladder: when it is reached, what it says and to whom, and which level it brings or proposes.

    Exactly one of `at_start`, `before`, `at_due`, `after` and `every` says when; `every` repeats after all the others.
    """

    name: str = Field(pattern=r"^[a-z_]+$")
    at_start: bool = False
    before: Span | None = None
    at_due: bool = False
    after: Span | None = None
    every: Span | None = None
    level: int = Field(default=0, ge=0, le=5)
    notice: str = ""
    to: tuple[Role | Party, ...] = ()
    urgent: bool = False
    lapses: bool = False

    @model_validator(mode="after")
    def _one_instant(self) -> Self:
        said = [self.at_start, self.before is not None, self.at_due, self.after is not None, self.every is not None]
        if sum(said) != 1:
            message = "at_start、before、at_due、after、every 五项须且只须写一项"
            raise ValueError(message)
        return self


class Level(Model):
    """A level, its colour and document; one that needs approval counts only when a named person approved."""

    level: int = Field(ge=0, le=5)
    name: str = Field(min_length=1)
    color: str = Field(min_length=1)
    document: str = Field(min_length=1)
    needs_approval: bool


class Extension(Model):
    """At most `times`, asked before expiry, at most `numerator / denominator` of the original period."""

    times: int = Field(ge=0)
    numerator: int = Field(ge=0)
    denominator: int = Field(ge=1)


class ReviewPoint(Model):
    """One of the six questions of the closing review."""

    id: str = Field(pattern=r"^[a-z_]+$")
    question: str = Field(min_length=1)


class LookBack(Model):
    """A re-check so long after close-out; step `lookback` says who supplies the figures, and by when."""

    after: Span


class Causes(Model):
    """What besides the clock raises the level; 0 switches a cause off."""

    returned_once: int = Field(ge=0, le=5)
    returned_twice: int = Field(ge=0, le=5)
    circulars_for_interview: int = Field(ge=0)
    lookbacks_failed_for_interview: int = Field(ge=0)


class Publication(Model):
    """What is published: figures of units with fewer staff than `small_unit` are not shown.

    `definitions` are the office's own words for columns of the table (`rules.board_terms.STANDARD`).
    """

    small_unit: int = Field(ge=0)
    definitions: dict[str, str]


class Numbering(Model):
    """The document number's form, `同文明督〔{year}〕{number}号`.

    One counter a year numbers both forms, so both have the same word: two words would each show gaps.
    """

    order: str
    advisory: str


class Policy(Model):
    """One version of a supervision office's rule set.

    `steps` has every kind but `approval` and `decision`: those take their rule from `decisions`, by kind of proposal
    (`schemas.order.ProposalKind`, which this module cannot import: orders are made of these words).
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    office: str = Field(min_length=1)
    authority_basis: tuple[str, ...] = Field(min_length=1)
    numbering: Numbering
    triggers: tuple[Trigger, ...] = Field(min_length=1)
    exempt_below: int = Field(default=0, ge=0)
    watch: Watch
    advisory_for: tuple[UnitType, ...]
    steps: dict[StepKind, StepRule]
    decisions: dict[str, StepRule]
    ladders: dict[str, tuple[Rung, ...]]
    levels: tuple[Level, ...]
    causes: Causes
    extension: Extension
    review: tuple[ReviewPoint, ...] = Field(min_length=1)
    lookbacks: tuple[LookBack, ...]
    suspension_max: Span
    round_length: Span
    who_may: dict[str, tuple[Role, ...]]
    publication: Publication


class Finding(Model):
    """Something wrong with a rule set that the shape of it could not show: where, and a Chinese sentence."""

    place: tuple[str | int, ...]
    sentence: str


class Problem(Model):
    """The same, found in a file: the line counted from 1, the field as `steps.sign.normal`, and a Chinese sentence."""

    line: int = Field(ge=1)
    field: str
    sentence: str
