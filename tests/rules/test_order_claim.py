"""What a unit claims below what was measured: the reviewer is told, figure by figure."""

from collections.abc import Callable

import pytest

from rules.order_claim import falls
from schemas.order import Figures
from schemas.order_events import AnyOrderEvent, parse
from tests.rules.builders import GOOD, OTHER_CONTACT, SHORT, Story, at, signed, under_review


def events(story: Story) -> list[AnyOrderEvent]:
    """All that was recorded."""
    return [parse(data) for data in story.events]


@pytest.mark.parametrize(
    ("headcount", "registered", "told"),
    [
        (20, 19, []),
        (20, 10, []),
        (21, 20, []),
        (5, 5, ["申报在岗人数 5，下达时 20", "申报注册志愿者数 5，下达时 10"]),
        (19, 19, ["申报在岗人数 19，下达时 20"]),
        (20, 9, ["申报注册志愿者数 9，下达时 10"]),
    ],
)
def test_a_smaller_base_is_told(headcount: int, registered: int, told: list[str]) -> None:
    """Issued on 20 staff and 10 registered: whatever is claimed below is said in plain words, whatever is not is silent."""
    story = signed()
    story.submit(
        at("03-10 10:00"), figures=Figures(headcount=headcount, registered=registered, active=5, has_team=True)
    )

    assert [one.text for one in falls(events(story))] == told


@pytest.mark.parametrize(
    ("last", "figures"),
    [
        (signed, []),
        (lambda: again(GOOD), []),
        (lambda: again(SHORT.model_copy(update={"headcount": 12})), [("headcount", 12, 20)]),
    ],
)
def test_the_last_claim_counts(last: Callable[[], Story], figures: list[tuple[str, int, int]]) -> None:
    """Without a claim nothing is said; after a return the new claim stands for the old one."""
    assert [(one.figure, one.claimed, one.issued) for one in falls(events(last()))] == figures


def again(figures: Figures) -> Story:
    """An order returned for rework, whose close-out was asked for anew on other figures."""
    story = signed()
    story.submit(at("03-10 10:00"), figures=Figures(headcount=5, registered=5, active=5, has_team=True))
    story.send_back(at("03-11 10:00"))
    story.submit(at("03-12 10:00"), figures=figures)
    return story


def test_another_unit_is_not_measured_by_the_first() -> None:
    """After a transfer the frozen figures say nothing of the unit that claims."""
    story = under_review()
    story.send_back(at("03-11 10:00"))
    story.transfer(at("03-12 10:00"))
    story.acknowledge(at("03-12 11:00"), OTHER_CONTACT)
    story.submit(at("03-13 10:00"), OTHER_CONTACT, Figures(headcount=5, registered=5, active=5, has_team=True))

    assert falls(events(story)) == ()
