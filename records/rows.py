"""One typed value for each kind of row that doors write and read; its fields are the table's columns.

Orders have theirs in `schemas.order`, because the rules make them. Those that hold people carry vault references only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.act import Act
from schemas.docket import ActAnswer


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit of the roster."""

    credit_code: str
    name: str
    unit_type: str
    region: str
    district: str
    seq: int
    contact_name: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeasurementRow:
    """A unit's latest figures, with the event that holds them."""

    unit: str
    headcount: int
    registered: int
    active: int
    has_team: bool
    cut_off: str
    source: str
    event_id: str


@dataclass(frozen=True, kw_only=True)
class CampaignRow:
    """A campaign and how far it is."""

    id: str
    title: str
    state: str
    round: int
    policy: str
    calendar: str
    urgency: str
    definitions: dict[str, Any]
    started_at: datetime
    started_by: str
    seq: int
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    round_ends_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CandidateRow:
    """An assessed unit: `finding` is short, near, exempt or clear; `verdict` and `figures` are models as JSON."""

    campaign: str
    round: int
    unit: str
    district: str
    finding: str
    verdict: dict[str, Any]
    figures: dict[str, Any]
    cut_off: str
    measurement: str


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """An order that a confirmed round is about to issue; `triggers` as an order's row has them."""

    order_id: str
    unit: str
    triggers: str


@dataclass(frozen=True, kw_only=True)
class FrozenRound:
    """What an event says of a round's candidates: the digest of all their rows."""

    campaign: str
    round: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class DocketRow:
    """A docket and its load; `state` is open, full or completed."""

    id: str
    campaign: str
    round: int
    district: str
    number: int
    opened: int
    capacity: int
    state: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class StaffRow:
    """One role that a person holds for one scope."""

    person: str
    role: str
    scope: str
    seq: int
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class PublicationRow:
    """One published version of a round's table; `files` maps names to digests."""

    campaign: str
    round: int
    version: int
    digest: str
    files: dict[str, str]
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An act as it was received, and what became of it; `state` is waiting, judged or refused."""

    act: Act
    received_at: datetime
    received_real: datetime
    state: str
    answer: ActAnswer | None = None
    refusal_code: str | None = None
    refusal: str | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """A notice on its way."""

    key: str
    to_role: str
    scope: str
    template: str
    order_id: str
    doc_no: str
    due: datetime | None
    send_after: datetime
    urgent: bool
    made_at: datetime
    delivered_at: datetime | None = None
    delivered_to: list[str] | None = None
    fallback: str | None = None
    attempts: int = 0
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """What one person was told."""

    id: str
    person: str
    order_id: str
    template: str
    created_at: datetime
    params: dict[str, Any] = field(default_factory=dict)
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RuleBookRow:
    """A rule set as it was adopted; `text` is its canonical JSON, `kind` policy or calendar."""

    digest: str
    kind: str
    name: str
    text: str
    adopted_at: datetime
    adopted_by: str
