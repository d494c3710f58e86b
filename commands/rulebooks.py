"""The rule sets by which a new campaign is judged: those adopted last, else the shipped ones, adopted now."""

from pathlib import Path
from typing import Final, NamedTuple

from activities.intake import adopt_calendar, adopt_policy, newest_calendar, newest_policy
from commands.showing import times_of
from connectors.calendars import load_shipped
from connectors.policies import load
from records.reading_loop import load_policy
from records.session import Records
from rules.calendar import as_known, local_day
from rules.policy import canonical_text, digest
from rules.policy_findings import findings
from schemas.policy import Policy

SHIPPED: Final = Path(__file__).resolve().parent.parent / "policies" / "supervision" / "datong" / "v1.yaml"


class RuleBooks(NamedTuple):
    """The policy in force, and the digests of policy and calendar."""

    policy: Policy
    policy_digest: str
    calendar_digest: str


def rules_in_force(records: Records) -> RuleBooks:
    """Return the rule sets adopted last; where none is, adopt the shipped policy and the calendar known today."""
    with records.read() as read:
        policy_digest, calendar_digest = newest_policy(read), newest_calendar(read)
    policy_digest = policy_digest or _adopt_policy(records)
    calendar_digest = calendar_digest or _adopt_calendar(records)
    with records.read() as read:
        return RuleBooks(load_policy(read, policy_digest), policy_digest, calendar_digest)


def _adopt_policy(records: Records) -> str:
    policy = load(SHIPPED, check=findings)
    name = digest(policy)
    adopt_policy(records, policy, canonical_text(policy), name)
    return name


def _adopt_calendar(records: Records) -> str:
    """Adopt what was announced by the shown day: what is announced later comes by `bihuan calendar announce`."""
    shipped = load_shipped()
    with records.read() as read:
        today = local_day(shipped, times_of(read).now)
    calendar = as_known(shipped, today)
    adopt_calendar(records, calendar)
    return calendar.digest
