"""The tables of what happened and of what is under way: events, vault, inbox, outbox, numbers, rule sets.

The current rows, which follow from events, stand in `records.tables_current`. Every column says what it is for; the
same sentences are in `docs/records.md`, where a test compares them. The schema is made by `records/migrations`.
"""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, UniqueConstraint, text

from records.columns import Word, blob, flag, moment, number, plain_json, word

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

events: Final = Table(
    "events",
    metadata,
    word("event_id", "UUID version 7, made here: the name of this fact for ever", key=True),
    word("stream", "whose fact it is, such as order:2026-001:r1:…"),
    number("seq", "position in the stream, from 1 without a gap"),
    word("tag", "what happened, subject.part.action"),
    number("schema_no", "under which schema number the fields are understood"),
    flag("simulated", "made by a demonstration's clock"),
    moment("happened_at", "when it happened, in shown time"),
    moment("recorded_at", "when it was written here, in real time"),
    word("cause_key", "the act's own key, or subject:obligation:rung for the clock"),
    number("cause_n", "which of that cause's events it is, from 0"),
    word("cause_digest", "digest of the act's content: the same key with other content is refused"),
    word("fields", "exactly the committed fields, as one canonical JSON object"),
    blob("salts", "16 random bytes for each field in order of names; a sealed field has none here"),
    blob("leaf", "RFC 6962 leaf of the entry, 32 bytes"),
    UniqueConstraint("stream", "seq"),
    UniqueConstraint("cause_key", "cause_n"),
    comment="Every fact; inserted, never changed (a trigger refuses)",
)

unsealed: Final = Table(
    "unsealed",
    metadata,
    Column(
        "event_id",
        Word,
        ForeignKey("events.event_id"),
        primary_key=True,
        comment="an event without a place in the tree yet",
    ),
    comment="What the sealer has still to number; a row goes when its event is sealed",
)

inbox: Final = Table(
    "inbox",
    metadata,
    word("key", "the act's own key", key=True),
    word("order_id", "the order it is an act on"),
    word("act", "the act as canonical JSON; free text only as references to the vault"),
    word("digest", "SHA-256 of the act's content without its instant: a repeat is known by it"),
    moment("received_at", "when the door durably received it, in shown time: the act is judged by it"),
    moment("received_real", "the same instant in real time: acts are delivered in this order"),
    word("state", "waiting, judged or refused"),
    plain_json("answer", "what the person was told once it was judged", null=True),
    word("refusal_code", "the code of the refusal", null=True),
    word("refusal", "the refusal's sentence", null=True),
    moment("settled_at", "when it was judged or refused, in real time", null=True),
    Index(
        "ix_inbox_order_id_waiting",
        "order_id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_inbox_received_waiting",
        "received_real",
        "key",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    comment="Receipts: every act that a door accepted, before anybody judged it",
)

outbox: Final = Table(
    "outbox",
    metadata,
    word("key", "the notice's own key: sent once", key=True),
    word("to_role", "the role that is told"),
    word("scope", "the unit or region whose holder of the role is told"),
    word("template", "which text"),
    word("order_id", "about which order"),
    word("doc_no", "its document number"),
    moment("due", "the deadline it speaks of, in shown time", null=True),
    moment(
        "send_after",
        "not before this shown instant, nor outside office hours unless urgent",
    ),
    flag("urgent", "sent outside office hours too"),
    moment("made_at", "when it was written here, in real time"),
    moment("delivered_at", "when it was delivered, in real time", null=True),
    plain_json("delivered_to", "the pseudonyms of those who were told", null=True),
    word("fallback", "why somebody else was told, when nobody held the role", null=True),
    number("attempts", "how often delivery was tried"),
    word("problem", "what the last failed delivery said", null=True),
    Index(
        "ix_outbox_waiting",
        "send_after",
        "key",
        sqlite_where=text("delivered_at IS NULL"),
        postgresql_where=text("delivered_at IS NULL"),
    ),
    comment="Notices to send; written with the events that cause them, emptied by the courier",
)

messages: Final = Table(
    "messages",
    metadata,
    word("id", "the notice's key and the person", key=True),
    word("person", "the reader's pseudonym"),
    word("order_id", "about which order"),
    word("template", "which text"),
    plain_json("params", "what the text is filled with; nothing personal"),
    moment("created_at", "when it was put here, in real time"),
    moment("read_at", "when it was first read, in real time", null=True),
    Index(None, "person", "created_at"),
    comment="The inbox inside the product: what each person was told",
)

vault_keys: Final = Table(
    "vault_keys",
    metadata,
    word("subject", "whose key: a person, an order or a case", key=True),
    blob("key", "AES-256 key; gone once destroyed", null=True),
    moment("created_at", "when it was drawn, in real time"),
    moment("destroyed_at", "when it was destroyed, in real time", null=True),
    comment="One key a subject; destroying it erases everything sealed under it",
)

vault: Final = Table(
    "vault",
    metadata,
    word("ref", "what acts and events carry instead of the value", key=True),
    Column(
        "subject", Word, ForeignKey("vault_keys.subject"), nullable=False, index=True, comment="under whose key it lies"
    ),
    word("field", "the field's name, which the commitment covers"),
    blob("nonce", "12 random bytes"),
    blob("ciphertext", "AES-256-GCM of salt and value"),
    word("commitment", "the salted commitment that stands in the ledger"),
    comment="Personal data and free text, encrypted",
)

rulebooks: Final = Table(
    "rulebooks",
    metadata,
    word("digest", "SHA-256 of the text", key=True),
    word("kind", "policy or calendar"),
    word("name", "what people call it, such as supervision/v1"),
    word("text", "the whole rule set as canonical JSON"),
    moment("adopted_at", "when it was last adopted, in real time: the newest is in force"),
    word("adopted_by", "by whom"),
    Index(None, "kind", "adopted_at"),
    comment="Every rule set that ever judged here, by digest",
)

counters: Final = Table(
    "counters",
    metadata,
    word("office", "the office that numbers", key=True),
    number("year", "the year of the numbers", key=True),
    number("last", "the last number taken"),
    comment="Document numbers without gaps: one counter an office and year",
)

number_blocks: Final = Table(
    "number_blocks",
    metadata,
    word("campaign_key", "for whom: one block a campaign and round", key=True),
    word("office", "from which office's counter"),
    number("year", "of which year"),
    number("first", "the block's first number"),
    number("last", "the block's last number"),
    comment="Blocks of document numbers handed out; asking twice gives the same block",
)

clock: Final = Table(
    "clock",
    metadata,
    number("id", "always 1: there is one clock", key=True),
    plain_json("segments", "pairs of real and shown instants with a rate; empty in earnest"),
    flag("simulated", "a demonstration's data directory"),
    moment("set_at", "when it was fixed, in real time"),
    comment="The one clock of this data directory",
)
