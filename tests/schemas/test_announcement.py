"""Announcing rule sets: what travels between the herald, its pages and the records."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from schemas.adoption import RuleBookAdopted, RuleBookDelivered
from schemas.announcement import AnnouncementInput, Delivered, DocketPage
from schemas.event import dump

AT = datetime(2026, 11, 25, 1, tzinfo=UTC)


def test_an_announcement_begins_before_the_first_docket_and_comes_back_whole() -> None:
    """A fresh announcement has delivered nothing, and its JSON is the same announcement."""
    given = AnnouncementInput(calendar="c" * 64, at=AT)

    assert (given.after, given.dockets, given.orders) == ("", 0, 0)
    assert AnnouncementInput.model_validate_json(given.model_dump_json()) == given


def test_a_page_and_a_delivery_are_closed_to_unknown_words() -> None:
    """A misspelt field is an error in either message, never dropped."""
    for model in (DocketPage, Delivered):
        with pytest.raises(ValidationError, match="Extra inputs"):
            model.model_validate({"dockets": () if model is DocketPage else 1, "orders": 0, "docket": 1})


def test_an_adopted_rule_set_is_an_event_with_its_digest() -> None:
    """The event's data names kind, name and digest, and its tag says what happened."""
    data = dump(RuleBookAdopted(happened_at=AT, kind="policy", name="datong/v1", rulebook="d" * 64))

    assert data.tag == "rulebook.adopted"
    assert data.fields == {"kind": "policy", "name": "datong/v1", "rulebook": "d" * 64}


def test_an_arrival_is_an_event_with_what_it_moved() -> None:
    """The event says which rule set came to which docket, and how many orders it moved."""
    data = dump(RuleBookDelivered(happened_at=AT, rulebook="d" * 64, docket="docket:2026-001:r1:140213:1", orders=3))

    assert data.tag == "rulebook.delivered"
    assert data.fields == {"rulebook": "d" * 64, "docket": "docket:2026-001:r1:140213:1", "orders": 3}
