"""The roster: who the units are, their measured figures, and the office's people, as read from a spreadsheet.

Names and phones of people are personal: a line carries them only from the spreadsheet to the vault.
Everything else here may be recorded.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Model
from schemas.event import Role

# Heads and persons, never ratios; far below the ledger's limit of 2^53.
Count = Annotated[int, Field(ge=0)]
CreditCode = Annotated[str, Field(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$")]
RegionCode = Annotated[str, Field(pattern=r"^(\d{6}|\d{9}|\d{12})$")]
# A sheet's own numbering, from 1.
RowNumber = Annotated[int, Field(ge=1)]


class UnitType(StrEnum):
    """What kind of body a unit is; enterprises are no objects of supervision (督查条例 art. 5)."""

    party_government_organ = "party_government_organ"
    mass_organization = "mass_organization"
    enterprise = "enterprise"
    public_institution = "public_institution"
    village = "village"
    community = "community"

    @property
    def label(self) -> str:
        """The Chinese word, as the roster's column 单位类型 has it."""
        return UNIT_TYPE_LABELS[self]


UNIT_TYPE_LABELS = {
    UnitType.party_government_organ: "机关",
    UnitType.mass_organization: "团体",
    UnitType.enterprise: "企业",
    UnitType.public_institution: "事业单位",
    UnitType.village: "村",
    UnitType.community: "社区",
}


class RosterLine(Model):
    """One unit with its figures, as a good row of a roster states it; `None` is a cell left blank."""

    row: RowNumber
    unit_name: str = Field(min_length=1, max_length=200)
    credit_code: CreditCode
    unit_type: UnitType
    region_code: RegionCode
    headcount: Count
    registered: Count
    active: Count
    has_team: bool | None = None
    cut_off: date | None = None
    contact_name: str | None = None
    contact_phone: str | None = None


class StaffLine(Model):
    """One person in one scope: an office's region (`region_code`), or a unit (`credit_code`) that they answer for.

    `person` is a pseudonym such as `P0001`, the one that `--as` takes; name and phone are personal.
    """

    row: RowNumber
    person: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$")
    name: str = Field(min_length=1, max_length=100)
    roles: tuple[Role, ...] = Field(min_length=1)
    region_code: RegionCode | None = None
    credit_code: CreditCode | None = None
    phone: str | None = None


class Rejection(Model):
    """Why a row did not go in: its number in the sheet, the column's Chinese name, and a Chinese sentence."""

    row: RowNumber
    column: str
    reason: str


class Note(Model):
    """Something done with a row that is no fault, such as a total that was skipped; `row` is None for the whole sheet.

    A note never repeats a cell's text, which may be personal.
    """

    row: RowNumber | None
    text: str


class Outdated(Model):
    """A row that went in as evidence only: the unit has figures of the cut-off `latest`, which is after the row's own."""

    row: RowNumber
    cut_off: date
    latest: date


class RosterReport(Model):
    """What an import did: rows that went in (`unchanged` of them said nothing new), rows that did not, and remarks.

    Rows in `outdated` went in too, but their unit is judged by later figures, which stay.
    """

    accepted: int = Field(ge=0)
    unchanged: int = Field(default=0, ge=0)
    outdated: tuple[Outdated, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    notes: tuple[Note, ...] = ()


class Measurement(Model):
    """A unit's figures at a cut-off, and where they came from: an event, and evidence for the order it leads to.

    `registered` are real-name verified and self-confirmed; `active` have counted minutes in the policy's window.
    """

    credit_code: CreditCode
    headcount: Count
    registered: Count
    active: Count
    has_team: bool
    cut_off: date
    source: str = Field(min_length=1)
