"""The current rows: how things stand now, each following from the events of its stream.

Readers ask these; nobody decides by them but the loop's own counts. `rebuild` makes those marked as derived again from
events alone; `candidates` and `boards` are evidence whose digests events hold, `dockets` is the engine's working data.
"""

from typing import Final

from sqlalchemy import Index, Table, text

from records.columns import flag, moment, number, plain_json, word
from records.tables import metadata

DERIVED: Final = {"derived": True}

orders: Final = Table(
    "orders",
    metadata,
    word("id", "campaign, round and credit code", key=True),
    word("docket", "the workflow that keeps its clocks, its stream's one writer"),
    word("campaign", "the campaign it was issued in"),
    number("round", "the campaign's round, from 1"),
    word("district", "six digits: the county whose docket and table it is in"),
    word("region", "the unit's own region code"),
    word("unit", "credit code of the unit that answers now"),
    word("unit_type", "what kind of body the unit is"),
    word("number", "document number, such as 同文明督〔2026〕12号"),
    word("form", "order, or advisory letter"),
    word("urgency", "normal or urgent periods"),
    word("triggers", "which triggers were met"),
    word("status", "where it stands"),
    word("paused", "why its clocks stand still, empty when they run"),
    number("level", "level of the ladder, 0 to 5"),
    word("color", "that level's colour"),
    word("waits_for", "the role it waits for"),
    word("waits_step", "the step it waits for"),
    moment("due", "until when that step may take", null=True),
    moment("next_due", "when its clock rings next; none once settled", null=True),
    flag("provisional", "the due lies in a year whose calendar is not announced"),
    moment("issued_at", "day 0 of its clocks"),
    moment("signed_at", "when the unit first signed", null=True),
    moment("sign_due", "until when it had to sign"),
    moment("first_due", "the due set at issue, never moved by an extension"),
    moment("finish_due", "the due now in force"),
    moment("first_submitted_at", "when completion was first requested", null=True),
    moment("submitted_at", "when completion was last requested", null=True),
    moment("closed_at", "when it was closed out", null=True),
    number("extended", "extensions granted"),
    number("returned", "times sent back for rework"),
    number("reopened", "times reopened by a look-back"),
    moment("paused_from", "since when its clocks stand still", null=True),
    number("headcount_after", "staff in post when last measured after the issue", null=True),
    number("registered_after", "registered volunteers then", null=True),
    number("active_after", "active volunteers then", null=True),
    number("team_after", "1 with a volunteer team then, 0 without", null=True),
    number("seq", "the stream's last event in this row"),
    flag("settled", "no clock of it can run again"),
    # Each in the words in which SQLAlchemy asks `~settled` there: another spelling would not use the index.
    Index("ix_orders_due_open", "due", "id", sqlite_where=text("settled = 0"), postgresql_where=text("NOT settled")),
    Index(None, "campaign", "round", "district"),
    Index(None, "unit"),
    Index(None, "docket"),
    Index(None, "number"),
    comment="How each order stands",
    info=DERIVED,
)

units: Final = Table(
    "units",
    metadata,
    word("credit_code", "unified social credit code, 18 characters", key=True),
    word("name", "the unit's name: public, not personal"),
    word("unit_type", "what kind of body it is"),
    word("region", "its region code: 6, 9 or 12 digits"),
    word("district", "the six digits of its county"),
    word("contact_name", "vault reference of the contact's name", null=True),
    word("contact_phone", "vault reference of the contact's phone", null=True),
    number("seq", "the stream's last event in this row"),
    Index(None, "district"),
    comment="The roster: who can be supervised",
    info=DERIVED,
)

measurements: Final = Table(
    "measurements",
    metadata,
    word("unit", "credit code", key=True),
    number("headcount", "staff in post"),
    number("registered", "registered volunteers, verified and self-confirmed"),
    number("active", "of them active in the policy's window"),
    flag("has_team", "has a volunteer team"),
    word("cut_off", "the day the figures were true, YYYY-MM-DD"),
    word("source", "where the figures came from"),
    word("event_id", "the event that holds them, frozen as evidence"),
    comment="The latest figures of each unit",
    info=DERIVED,
)

campaigns: Final = Table(
    "campaigns",
    metadata,
    word("id", "such as 2026-001", key=True),
    word("title", "what the public calls it"),
    word("state", "how far it is"),
    number("round", "the round that runs, from 1"),
    word("policy", "digest of the policy it judges by"),
    word("calendar", "digest of the calendar at its start"),
    word("urgency", "normal or urgent periods"),
    plain_json("definitions", "the league table's definitions, frozen before it starts"),
    moment("started_at", "when it was started, in shown time"),
    word("started_by", "by whom"),
    moment("confirmed_at", "when its running round was confirmed, in shown time", null=True),
    word("confirmed_by", "by whom", null=True),
    moment("round_ends_at", "when its running round ends, in shown time", null=True),
    moment("ended_at", "when it ended, in shown time", null=True),
    number("seq", "the stream's last event in this row"),
    comment="Campaigns and how far each is",
    info=DERIVED,
)

candidates: Final = Table(
    "candidates",
    metadata,
    word("campaign", "which campaign", key=True),
    number("round", "which round", key=True),
    word("unit", "credit code", key=True),
    word("district", "the county it is counted in"),
    word("finding", "short, near, exempt or clear"),
    plain_json("verdict", "the whole verdict as it was judged"),
    plain_json("figures", "the figures judged"),
    word("cut_off", "the day those figures were true"),
    word("measurement", "the event that holds them"),
    Index(None, "campaign", "round", "finding"),
    comment="Assessed units of a campaign's round",
)

claims: Final = Table(
    "claims",
    metadata,
    word("order_id", "the order that a confirmed round is about to issue", key=True),
    word("unit", "credit code of the unit that it goes to"),
    word("triggers", "which triggers it is about"),
    comment="Confirmed orders that their dockets have not recorded yet, so that none is issued twice; working data",
)

dockets: Final = Table(
    "dockets",
    metadata,
    word("id", "the workflow's id", key=True),
    word("campaign", "which campaign"),
    number("round", "which round"),
    word("district", "which county"),
    number("number", "from 1 within campaign, round and county"),
    number("opened", "how many orders were opened into it"),
    number("capacity", "how many it takes"),
    word("state", "open, full or completed"),
    moment("started_at", "when it was started, in real time"),
    Index(None, "campaign", "round", "district"),
    comment="Dockets and their load, so that a door finds the newest; working data of the engine",
)

staff: Final = Table(
    "staff",
    metadata,
    word("person", "pseudonym, such as P0007", key=True),
    word("role", "a role held", key=True),
    word("scope", "the credit code or region it is held for", key=True),
    word("name", "vault reference of the person's name", null=True),
    word("phone", "vault reference of the phone", null=True),
    number("seq", "the stream's last event in this row"),
    Index(None, "role", "scope"),
    comment="Who holds which role for what; one row a role and scope",
    info=DERIVED,
)

publications: Final = Table(
    "publications",
    metadata,
    word("campaign", "which campaign", key=True),
    number("round", "which round", key=True),
    number("version", "from 1; a correction is a further version", key=True),
    word("digest", "SHA-256 of the table's canonical JSON"),
    plain_json("files", "file names and their digests"),
    moment("made_at", "when it was published, in real time"),
    comment="Published tables, each version kept",
    info=DERIVED,
)

boards: Final = Table(
    "boards",
    metadata,
    word("campaign", "which campaign", key=True),
    number("round", "which round", key=True),
    number("version", "from 1, as in publications", key=True),
    word("document", "the edition as canonical JSON, byte for byte as it was published"),
    comment="The documents of published tables, from which their files are written again",
)
