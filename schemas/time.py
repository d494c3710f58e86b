"""The one form of an instant: aware, in UTC, to the microsecond, so that equal instants are equal text everywhere."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
