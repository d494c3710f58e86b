"""The words of working time: spans, office hours, pauses, the calendar's years as they became known, and receipts.

A calendar is bitemporal: it keeps every revision of every year with the day it became known, so that a deadline can be
answered as it was known then. What the words mean is judged in `rules.calendar` and `rules.deadline`.
"""

import json
import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_serializer, model_validator

from schemas.base import Model
from schemas.time import Instant


class SpanUnit(StrEnum):
    """What a span counts; only the first and the last know the calendar."""

    working_days = "working_days"
    natural_days = "natural_days"
    hours = "hours"
    office_hours = "office_hours"


_SUFFIXES: Final = {
    "wd": SpanUnit.working_days,
    "nd": SpanUnit.natural_days,
    "h": SpanUnit.hours,
    "oh": SpanUnit.office_hours,
}
_ABBREVIATIONS: Final = {unit: suffix for suffix, unit in _SUFFIXES.items()}
_SPAN: Final = re.compile(r"([1-9][0-9]{0,3})(wd|nd|h|oh)")


class Span(Model):
    """A length of time in one unit; written `15wd`, `30nd`, `2h` or `8oh` in policies, state and events."""

    n: int = Field(ge=1, le=9999)
    unit: SpanUnit

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:  # noqa: ANN401 - a validator before the model sees anything at all
        if not isinstance(value, str):
            return value
        match = _SPAN.fullmatch(value)
        if match is None:
            message = f"{value!r} is not a span such as 15wd, 30nd, 2h or 8oh"
            raise ValueError(message)
        return {"n": int(match[1]), "unit": _SUFFIXES[match[2]]}

    @model_serializer
    def __str__(self) -> str:
        return f"{self.n}{_ABBREVIATIONS[self.unit]}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the short form.

        Raises:
            pydantic.ValidationError: the text is no span.

        """
        return cls.model_validate(text)


ClockText = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class OfficeHours(Model):
    """When an office is open on each of its working days, in its own time zone; `24:00` is the end of the day."""

    time_zone: str = "Asia/Shanghai"
    sessions: tuple[tuple[ClockText, ClockText], ...] = Field(
        default=(("08:30", "12:00"), ("14:30", "18:00")), min_length=1
    )

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            message = f"{value!r} is not an IANA time zone"
            raise ValueError(message) from error
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        clocks = [clock for session in self.sessions for clock in session]
        opened = all(opens < closes for opens, closes in self.sessions)
        if not opened or clocks != sorted(clocks):
            message = "office sessions must follow each other without overlap, each opening before it closes"
            raise ValueError(message)
        return self


class Pause(Model):
    """A stop of the clock from `start` until `end`; without an end it has not ended yet."""

    start: Instant
    end: Instant | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end < self.start:
            message = "a pause cannot end before it starts"
            raise ValueError(message)
        return self


class Holiday(Model):
    """Days off under one name, first and last included; weekends inside the range are named too."""

    name: str = Field(min_length=1)
    first: date
    last: date

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last < self.first:
            message = f"{self.name}: a holiday cannot end before it begins"
            raise ValueError(message)
        return self


class Notice(Model):
    """The State Council's paper that a year rests on; `number` is null where none could be established."""

    title: str = Field(min_length=1)
    number: str | None = None


class CalendarYear(Model):
    """One revision of one year: it replaces every earlier revision of that year from `known_on`.

    `known_on` is the day the notice was published. A notice may also arrange days just outside its year, such as the
    Saturday before New Year's Day. A provisional year holds the statutory days only, and no make-up day is guessed.
    """

    year: int = Field(ge=1949, le=2200)
    notice: Notice
    known_on: date
    holidays: tuple[Holiday, ...] = ()
    make_up_days: tuple[date, ...] = ()
    provisional: bool = False


class Calendar(Model):
    """Every revision of every year that this office knows, with its office hours."""

    revisions: tuple[CalendarYear, ...] = ()
    hours: OfficeHours = OfficeHours()

    @cached_property
    def digest(self) -> str:
        """The SHA-256, in lowercase hex, of the canonical JSON of revisions and hours."""
        value = self.model_dump(mode="json")
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()

    def __copy__(self) -> Self:
        # A copy may be changed by `model_copy(update=...)`, so it must not inherit what was computed for the original.
        copied = super().__copy__()
        copied.__dict__.pop("digest", None)
        return copied


class Receipt(Model):
    """A deadline with everything it was computed from, so that anybody can compute it again.

    `calendar` is the digest of the calendar used. `provisional` says that a day it counted over is not yet announced.
    """

    start: Instant
    span: Span
    pauses: tuple[Pause, ...] = ()
    due: Instant
    provisional: bool
    calendar: str
    rule: Literal["day-of-issue-is-day-0"] = "day-of-issue-is-day-0"

    @property
    def paused(self) -> bool:
        """Whether the clock stands still; then `due` is the earliest it can be and moves when the pause ends."""
        return any(pause.end is None for pause in self.pauses)


class DayReason(StrEnum):
    """Why a day counts towards a deadline, or why not."""

    issue_day = "issue_day"
    working_day = "working_day"
    make_up_day = "make_up_day"
    natural_day = "natural_day"
    weekend = "weekend"
    holiday = "holiday"
    paused = "paused"


class DayLine(Model):
    """One day of a deadline's derivation: `n` is the count reached by its end, in the span's unit."""

    day: date
    counted: bool
    n: int
    reason_code: DayReason
    reason: str
    provisional: bool = False
