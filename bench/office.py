"""The office that is measured: the shipped rule set and calendar, invented units, and one hour that strikes for all.

Urgent orders, issued on a Monday at nine: what is due first is the expedite of their 签收, on Tuesday at half past
eight, one rung an order with two notices. The clock shows Monday while everything is made ready, and jumps to that
instant at a real instant fixed beforehand. All data here is synthetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from activities.intake import adopt_calendar, adopt_policy
from connectors.calendars import load_shipped
from connectors.policies import load
from records.rows import StaffRow
from records.session import Records, migrate, open_records
from records.writing_current import put_staff
from records.writing_rules import set_clock
from rules.calendar import as_known
from rules.order import issue_order, next_due
from rules.policy import canonical_text, digest
from runtime.settings import Settings
from schemas.act import Issue
from schemas.calendar import Calendar
from schemas.clock import Clock, Segment
from schemas.event import Actor, Role
from schemas.order import Figures
from schemas.policy import Policy

POLICY_FILE = Path(__file__).parent.parent / "policies" / "supervision" / "datong" / "v1.yaml"
ISSUED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CAMPAIGN, DISTRICT, TOWNSHIP = "2026-001", "140213", "140213050"
OFFICER = Actor(person="P1", role=Role.officer, scope="140200")


@dataclass(frozen=True, kw_only=True)
class Office:
    """The rules by value and by digest, and the shown instant that strikes."""

    policy: Policy
    policy_digest: str
    calendar: Calendar
    strikes_at: datetime

    def issue(self, number: int, *, docket: str) -> Issue:
        """Return the order to the `number`th unit, whose activity falls short (T3)."""
        order = f"{CAMPAIGN}:r1:U{number:06}"
        return Issue(
            key=f"{order}:issue",
            order=order,
            at=ISSUED_AT,
            actor=OFFICER,
            docket=docket,
            campaign=CAMPAIGN,
            round=1,
            district=DISTRICT,
            region=TOWNSHIP,
            unit=f"U{number:06}",
            unit_type="village",
            doc_no=f"样文督〔2026〕{number}号",
            urgency="urgent",
            figures=Figures(headcount=20, registered=20, active=9, has_team=True),
            cut_off="2026-02-28",
            measurement=f"m{number}",
            policy=self.policy_digest,
        )

    def clock(self, *, now: datetime, strikes: datetime) -> Clock:
        """Return the clock that shows Monday from `now` on and the hour from the real instant `strikes` on."""
        waiting = Segment(real=now, shown=ISSUED_AT, rate=1)
        return Clock(segments=(waiting, Segment(real=strikes, shown=self.strikes_at, rate=1)))


def office() -> Office:
    """Load rules and calendar as they ship, and find the instant at which the first rung of such an order is due."""
    policy = load(POLICY_FILE)
    calendar = as_known(load_shipped(), date(2026, 3, 1))
    found = Office(policy=policy, policy_digest=digest(policy), calendar=calendar, strikes_at=ISSUED_AT)
    strikes_at = next_due(issue_order(found.issue(0, docket=""), policy=policy, calendar=calendar).state)
    assert strikes_at is not None
    return Office(policy=policy, policy_digest=digest(policy), calendar=calendar, strikes_at=strikes_at)


def open_office(settings: Settings, given: Office, *, units: int) -> Records:
    """Make the data directory's records with rules, staff and a clock that shows Monday."""
    settings.make_home()
    records = open_records(settings.records_url)
    migrate(records)
    now = datetime.now(UTC)
    with records.write() as tx:
        set_clock(tx, Clock(segments=(Segment(real=now, shown=ISSUED_AT, rate=1),)), at=now)
        put_staff(tx, OFFICER.person, [StaffRow(person=OFFICER.person, role="officer", scope=OFFICER.scope, seq=1)])
        put_staff(tx, "C1", list(_contacts(units)))
    adopt_policy(records, given.policy, canonical_text(given.policy), given.policy_digest)
    adopt_calendar(records, given.calendar)
    return records


def _contacts(units: int) -> Iterator[StaffRow]:
    """One person answers for all units: whom a notice goes to must be looked up, not invented."""
    for number in range(units):
        yield StaffRow(person="C1", role="unit_contact", scope=f"U{number:06}", seq=1)
