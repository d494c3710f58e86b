"""Every shared string: workflow ids, task queues, search attributes, activity and message names, streams.

Built only here, so that a door, a workflow and an auditor can never spell one differently. No personal data stands in
any of them.
"""

from enum import StrEnum
from typing import Final

LOOP_QUEUE: Final = "bihuan-loop"

# Names the code that decides; a worker of another build takes over carried state only after checking it.
BUILD_ID: Final = "0.1.0"

CAMPAIGN_WORKFLOW: Final = "CampaignWorkflow"
DOCKET_WORKFLOW: Final = "DocketWorkflow"
KEEPER_WORKFLOW: Final = "KeeperWorkflow"
ANNOUNCEMENT_WORKFLOW: Final = "AnnouncementWorkflow"

# Temporal's search attributes: name to its type, as the server's own command line spells it.
SEARCH_ATTRIBUTES: Final = {"Campaign": "Keyword", "District": "Keyword", "SubjectKind": "Keyword"}


class Keeper(StrEnum):
    """The long-running helpers of which exactly one runs in the fleet."""

    courier = "courier"
    forwarder = "forwarder"
    herald = "herald"


def campaign_workflow_id(campaign: str) -> str:
    """`campaign:2026-001`."""
    return f"campaign:{campaign}"


def docket_workflow_id(campaign: str, round_no: int, district: str, number: int) -> str:
    """`docket:2026-001:r1:140213:1`: one campaign round and district, numbered from 1."""
    return f"docket:{campaign}:r{round_no}:{district}:{number}"


def district_of_docket(docket: str) -> str:
    """The county in a docket's id, known even of a docket none of whose orders was ever issued."""
    return docket.split(":")[-2]


def keeper_workflow_id(keeper: Keeper) -> str:
    """`keeper:courier`."""
    return f"keeper:{keeper}"


def announcement_workflow_id(digest: str) -> str:
    """`announcement:` and the first sixteen digits of the revision's digest."""
    return f"announcement:{digest[:16]}"


def order_id(campaign: str, round_no: int, credit_code: str) -> str:
    """`2026-001:r1:91140200XXXXXXXXXX`: one open order per unit and round (督查条例 art. 15)."""
    return f"{campaign}:r{round_no}:{credit_code}"


def order_stream(order: str) -> str:
    """The stream of an order's events; its one writer is its docket."""
    return f"order:{order}"


def campaign_stream(campaign: str) -> str:
    """The stream of a campaign's events."""
    return f"campaign:{campaign}"


def unit_stream(credit_code: str) -> str:
    """The stream of a unit: registration and measurements, written by doors."""
    return f"unit:{credit_code}"


def staff_stream(person: str) -> str:
    """The stream of a person of the office or of a unit: their roles, written by doors; `staff:P0001`."""
    return f"staff:{person}"


def person_subject(person: str) -> str:
    """Under whose key a person's name and phone lie in the vault; `person:P0001`."""
    return f"person:{person}"


def attempts_stream(order: str) -> str:
    """Refused attempts on an order, in a stream of their own so that the docket stays its only writer."""
    return f"attempts:{order}"


def access_stream(order: str) -> str:
    """Who looked at the sealed texts and files of an order, in a stream of its own."""
    return f"access:{order}"


def incident_stream(docket: str) -> str:
    """Incidents of a docket: a subject set aside, or returned."""
    return f"incident:{docket}"


def delivery_stream(rulebook: str, docket: str) -> str:
    """The arrival of a rule set at a docket: `delivery:`, the first sixteen digits of its digest, and the docket."""
    return f"delivery:{rulebook[:16]}:{docket}"


def rung_key(order: str, obligation: str, rung: str) -> str:
    """The idempotency key of a clock rung: unique for ever, without run or attempt."""
    return f"{order}:{obligation}:{rung}"
