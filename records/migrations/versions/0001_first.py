"""The first schema: events and all that stands beside them, and the triggers that keep events as they were written."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Text compares byte by byte on PostgreSQL too.
WORD = sa.Text().with_variant(TEXT(collation="C"), "postgresql")

SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
    "BEGIN SELECT RAISE(ABORT, 'events never change'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_TRIGGERS = (
    "CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'events never change'; END$$",
    "CREATE TRIGGER events_stay_rows BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_stay()",
    "CREATE TRIGGER events_stay_all BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_stay()",
)
TABLES = (
    "vault",
    "unsealed",
    "vault_keys",
    "units",
    "staff",
    "rulebooks",
    "publications",
    "outbox",
    "orders",
    "number_blocks",
    "messages",
    "measurements",
    "inbox",
    "events",
    "dockets",
    "counters",
    "clock",
    "claims",
    "candidates",
    "campaigns",
    "boards",
)


def upgrade() -> None:
    """Make all tables, then protect events."""
    _facts()
    _rules()
    _current()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Leave nothing behind; the triggers go with their table."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION events_stay()")


def where(condition: str, *, sqlite: str = "") -> dict[str, Any]:
    """An index over some rows only, on both databases."""
    return {"sqlite_where": sa.text(sqlite or condition), "postgresql_where": sa.text(condition)}


def _facts() -> None:
    """What happened and what is under way."""
    op.create_table(
        "events",
        sa.Column("event_id", WORD, nullable=False),
        sa.Column("stream", WORD, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tag", WORD, nullable=False),
        sa.Column("schema_no", sa.Integer(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("happened_at", WORD, nullable=False),
        sa.Column("recorded_at", WORD, nullable=False),
        sa.Column("cause_key", WORD, nullable=False),
        sa.Column("cause_n", sa.Integer(), nullable=False),
        sa.Column("cause_digest", WORD, nullable=False),
        sa.Column("fields", WORD, nullable=False),
        sa.Column("salts", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_events")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_events_stream_seq")),
        sa.UniqueConstraint("cause_key", "cause_n", name=op.f("uq_events_cause_key_cause_n")),
    )
    op.create_table(
        "inbox",
        sa.Column("key", WORD, nullable=False),
        sa.Column("order_id", WORD, nullable=False),
        sa.Column("act", WORD, nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("received_at", WORD, nullable=False),
        sa.Column("received_real", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("refusal_code", WORD, nullable=True),
        sa.Column("refusal", WORD, nullable=True),
        sa.Column("settled_at", WORD, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_order_id_waiting"), "inbox", ["order_id"], **where("state = 'waiting'"))
    op.create_index(op.f("ix_inbox_received_waiting"), "inbox", ["received_real", "key"], **where("state = 'waiting'"))
    op.create_table(
        "messages",
        sa.Column("id", WORD, nullable=False),
        sa.Column("person", WORD, nullable=False),
        sa.Column("order_id", WORD, nullable=False),
        sa.Column("template", WORD, nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("created_at", WORD, nullable=False),
        sa.Column("read_at", WORD, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_person_created_at"), "messages", ["person", "created_at"])
    op.create_table(
        "outbox",
        sa.Column("key", WORD, nullable=False),
        sa.Column("to_role", WORD, nullable=False),
        sa.Column("scope", WORD, nullable=False),
        sa.Column("template", WORD, nullable=False),
        sa.Column("order_id", WORD, nullable=False),
        sa.Column("doc_no", WORD, nullable=False),
        sa.Column("due", WORD, nullable=True),
        sa.Column("send_after", WORD, nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", WORD, nullable=False),
        sa.Column("delivered_at", WORD, nullable=True),
        sa.Column("delivered_to", sa.Text(), nullable=True),
        sa.Column("fallback", WORD, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", WORD, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_waiting"), "outbox", ["send_after", "key"], **where("delivered_at IS NULL"))
    op.create_table(
        "vault_keys",
        sa.Column("subject", WORD, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", WORD, nullable=False),
        sa.Column("destroyed_at", WORD, nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_vault_keys")),
    )
    op.create_table(
        "unsealed",
        sa.Column("event_id", WORD, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_unsealed")),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name=op.f("fk_unsealed_event_id")),
    )
    op.create_table(
        "vault",
        sa.Column("ref", WORD, nullable=False),
        sa.Column("subject", WORD, nullable=False),
        sa.Column("field", WORD, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", WORD, nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_vault")),
        sa.ForeignKeyConstraint(["subject"], ["vault_keys.subject"], name=op.f("fk_vault_subject")),
    )
    op.create_index(op.f("ix_vault_subject"), "vault", ["subject"])


def _rules() -> None:
    """By what is judged, numbered and timed."""
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("set_at", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "counters",
        sa.Column("office", WORD, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office", "year", name=op.f("pk_counters")),
    )
    op.create_table(
        "number_blocks",
        sa.Column("campaign_key", WORD, nullable=False),
        sa.Column("office", WORD, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_key", name=op.f("pk_number_blocks")),
    )
    op.create_table(
        "rulebooks",
        sa.Column("digest", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("text", WORD, nullable=False),
        sa.Column("adopted_at", WORD, nullable=False),
        sa.Column("adopted_by", WORD, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rulebooks")),
    )
    op.create_index(op.f("ix_rulebooks_kind_adopted_at"), "rulebooks", ["kind", "adopted_at"])


def _current() -> None:
    """How things stand."""
    op.create_table(
        "campaigns",
        sa.Column("id", WORD, nullable=False),
        sa.Column("title", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("policy", WORD, nullable=False),
        sa.Column("calendar", WORD, nullable=False),
        sa.Column("urgency", WORD, nullable=False),
        sa.Column("definitions", sa.Text(), nullable=False),
        sa.Column("started_at", WORD, nullable=False),
        sa.Column("started_by", WORD, nullable=False),
        sa.Column("confirmed_at", WORD, nullable=True),
        sa.Column("confirmed_by", WORD, nullable=True),
        sa.Column("round_ends_at", WORD, nullable=True),
        sa.Column("ended_at", WORD, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "candidates",
        sa.Column("campaign", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("district", WORD, nullable=False),
        sa.Column("finding", WORD, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("cut_off", WORD, nullable=False),
        sa.Column("measurement", WORD, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "round", "unit", name=op.f("pk_candidates")),
    )
    op.create_index(op.f("ix_candidates_campaign_round_finding"), "candidates", ["campaign", "round", "finding"])
    op.create_table(
        "claims",
        sa.Column("order_id", WORD, nullable=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("triggers", WORD, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_claims")),
    )
    op.create_table(
        "dockets",
        sa.Column("id", WORD, nullable=False),
        sa.Column("campaign", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("district", WORD, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("started_at", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dockets")),
    )
    op.create_index(op.f("ix_dockets_campaign_round_district"), "dockets", ["campaign", "round", "district"])
    op.create_table(
        "measurements",
        sa.Column("unit", WORD, nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("has_team", sa.Boolean(), nullable=False),
        sa.Column("cut_off", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("event_id", WORD, nullable=False),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_measurements")),
    )
    op.create_table(
        "orders",
        sa.Column("id", WORD, nullable=False),
        sa.Column("docket", WORD, nullable=False),
        sa.Column("campaign", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("district", WORD, nullable=False),
        sa.Column("region", WORD, nullable=False),
        sa.Column("unit", WORD, nullable=False),
        sa.Column("unit_type", WORD, nullable=False),
        sa.Column("number", WORD, nullable=False),
        sa.Column("form", WORD, nullable=False),
        sa.Column("urgency", WORD, nullable=False),
        sa.Column("triggers", WORD, nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("paused", WORD, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("color", WORD, nullable=False),
        sa.Column("waits_for", WORD, nullable=False),
        sa.Column("waits_step", WORD, nullable=False),
        sa.Column("due", WORD, nullable=True),
        sa.Column("next_due", WORD, nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("issued_at", WORD, nullable=False),
        sa.Column("signed_at", WORD, nullable=True),
        sa.Column("sign_due", WORD, nullable=False),
        sa.Column("first_due", WORD, nullable=False),
        sa.Column("finish_due", WORD, nullable=False),
        sa.Column("first_submitted_at", WORD, nullable=True),
        sa.Column("submitted_at", WORD, nullable=True),
        sa.Column("closed_at", WORD, nullable=True),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("paused_from", WORD, nullable=True),
        sa.Column("headcount_after", sa.Integer(), nullable=True),
        sa.Column("registered_after", sa.Integer(), nullable=True),
        sa.Column("active_after", sa.Integer(), nullable=True),
        sa.Column("team_after", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_campaign_round_district"), "orders", ["campaign", "round", "district"])
    op.create_index(op.f("ix_orders_docket"), "orders", ["docket"])
    op.create_index(op.f("ix_orders_due_open"), "orders", ["due", "id"], **where("NOT settled", sqlite="settled = 0"))
    op.create_index(op.f("ix_orders_number"), "orders", ["number"])
    op.create_index(op.f("ix_orders_unit"), "orders", ["unit"])
    op.create_table(
        "publications",
        sa.Column("campaign", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("made_at", WORD, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "round", "version", name=op.f("pk_publications")),
    )
    op.create_table(
        "boards",
        sa.Column("campaign", WORD, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("document", WORD, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "round", "version", name=op.f("pk_boards")),
    )
    op.create_table(
        "staff",
        sa.Column("person", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("scope", WORD, nullable=False),
        sa.Column("name", WORD, nullable=True),
        sa.Column("phone", WORD, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", "role", "scope", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_role_scope"), "staff", ["role", "scope"])
    op.create_table(
        "units",
        sa.Column("credit_code", WORD, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("unit_type", WORD, nullable=False),
        sa.Column("region", WORD, nullable=False),
        sa.Column("district", WORD, nullable=False),
        sa.Column("contact_name", WORD, nullable=True),
        sa.Column("contact_phone", WORD, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("credit_code", name=op.f("pk_units")),
    )
    op.create_index(op.f("ix_units_district"), "units", ["district"])
