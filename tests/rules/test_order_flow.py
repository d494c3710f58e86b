"""`docs/flow.md` names every status, act, event, step and refusal of the order, and none that does not exist."""

import re
from typing import get_args

from schemas.act import Act
from schemas.order import Status
from schemas.order_events import AnyOrderEvent
from schemas.policy import StepKind
from tests.tree import ROOT

TEXT = (ROOT / "docs/flow.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)`", TEXT))
SOURCES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("order*.py"))]
SOURCES.append((ROOT / "rules/authority.py").read_text(encoding="utf-8"))
CODES = {code for source in SOURCES for code in re.findall(r'Refused\(\s*"([a-z_.]+)"', source)}
TAGS = {event.model_fields["tag"].default for event in get_args(get_args(AnyOrderEvent)[0])}


def test_every_status_act_and_step_is_explained() -> None:
    """Statuses, acts and kinds of step stand in the page."""
    acts = {act.model_fields["act"].default for act in get_args(get_args(Act)[0])}
    assert {*Status, *acts, *StepKind} <= NAMED


def test_every_event_and_refusal_is_explained() -> None:
    """Event tags and refusal codes stand in the page, and no other dotted name of an order does."""
    assert len(CODES) > 25
    assert TAGS | CODES <= NAMED
    dotted = {name for name in NAMED if name.startswith(("order.", "authority."))}
    assert dotted == TAGS | CODES | {"order.status.issued"}
