"""Looks at what is sealed leave events that name what was looked at, and nothing of what was read."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from schemas.access import EvidenceViewed, TextsViewed
from schemas.event import dump

AT = datetime(2026, 11, 25, 1, tzinfo=UTC)


def test_opened_texts_are_named_by_their_references() -> None:
    """The event holds the order and the references, in order."""
    data = dump(TextsViewed(happened_at=AT, order="o1", refs=("a", "b")))

    assert (data.tag, data.fields) == ("order.texts.viewed", {"order": "o1", "refs": ["a", "b"]})


def test_an_opened_file_is_named_by_its_digest() -> None:
    """The event holds number and digest; a digest that is none is an error."""
    data = dump(EvidenceViewed(happened_at=AT, order="o1", number=2, evidence="d" * 64))

    assert (data.tag, data.fields) == ("order.evidence.viewed", {"order": "o1", "number": 2, "evidence": "d" * 64})
    with pytest.raises(ValidationError):
        EvidenceViewed(happened_at=AT, order="o1", number=2, evidence="report.pdf")
