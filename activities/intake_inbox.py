"""What a door notes of a person's inbox: that they have read something."""

from collections.abc import Sequence
from datetime import UTC, datetime

from records.session import Records
from records.writing_outbox import mark_read


def mark_messages_read(records: Records, person: str, ids: Sequence[str]) -> None:
    """Note that a person has read these messages of theirs; the first reading counts."""
    with records.write() as tx:
        mark_read(tx, person, ids, at=datetime.now(UTC))
