"""Whatever the product can say to a person has its words, in Chinese and in English."""

import ast
import re
from typing import Any

import pytest

from commands.rulebooks import SHIPPED
from commands.timeline import duration_text, rung_text
from connectors.policies import load
from connectors.wording import (
    ACT_REFUSED,
    ACTS,
    CAMPAIGN_STATES,
    CAUSES,
    EVENTS,
    MESSAGES,
    NOTICES,
    RUNGS,
    STATUSES_EN,
    message_text,
    notice_text,
)
from rules.order_issue import LETTERS
from schemas import access, adoption, attempt, campaign, incident, order_events
from schemas.act import ACT
from schemas.campaign import CampaignState
from schemas.event import Event
from schemas.order import Status
from tests.tree import ROOT

RULES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("order_*.py")))
LADDERS = [rung for ladder in load(SHIPPED).ladders.values() for rung in ladder]


def _tags(module: Any) -> set[str]:  # noqa: ANN401 - a module
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Event)]
    tags = {kind.model_fields["tag"].default for kind in kinds}
    return {tag for tag in tags if isinstance(tag, str)}


def test_every_notice_has_its_text() -> None:
    """Each template that a rule names, or the shipped policy's ladders, has a text, and no text is for nothing."""
    calls = [node for node in ast.walk(ast.parse(RULES)) if isinstance(node, ast.Call)]
    telling = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ("tell", "ask")]
    told = {one.value for call in telling for one in call.args if isinstance(one, ast.Constant)} | {*LETTERS.values()}
    laddered = {rung.notice for rung in LADDERS if rung.notice}

    assert len(told) > 10
    assert told | laddered == NOTICES.keys()


@pytest.mark.parametrize("module", [order_events, campaign, attempt, incident, adoption, access])
def test_every_event_has_its_sentence(module: Any) -> None:  # noqa: ANN401 - a module
    """Each tag of each module of events stands in the table of sentences."""
    tags = _tags(module)

    assert tags
    assert tags <= EVENTS.keys()


def test_every_act_state_and_rung_has_its_word() -> None:
    """Acts, states of orders and campaigns, and the shipped rungs are all named."""
    acts = set(re.findall(r"'const': '(\w+)'", str(ACT.json_schema())))

    assert acts == ACTS.keys()
    assert {state.value for state in CampaignState} == CAMPAIGN_STATES.keys()
    assert {status.value for status in Status} == STATUSES_EN.keys()
    assert {rung.name for rung in LADDERS} == RUNGS.keys()


def test_every_cause_that_raises_a_level_has_its_word() -> None:
    """A level raised by something other than the clock says by what, in Chinese."""
    causes = set(re.findall(r'cause="(\w+)"', RULES))

    assert causes
    assert causes - {"dispatch_objection"} <= CAUSES.keys()


def test_both_languages_are_there() -> None:
    """No entry is blank in either language, and neither stands in the other's place."""
    for table in (NOTICES, MESSAGES, EVENTS, ACTS, CAMPAIGN_STATES):
        for word in table.values():
            assert re.search(r"[\u4e00-\u9fff{]", word.zh)
            assert re.search(r"[A-Za-z]", word.en)


@pytest.mark.parametrize(
    ("template", "due", "language", "text"),
    [
        ("remind", "2026-10-12T10:00:00Z", "zh", "甲1号 有一项即将到期，请抓紧办理，时限 2026-10-12 18:00。"),
        ("remind", None, "zh", "甲1号 有一项即将到期，请抓紧办理。"),
        ("remind", "2026-10-12T10:00:00Z", "en", "A step of 甲1号 is about to fall due, due 2026-10-12 18:00."),
        ("our_own", None, "zh", "甲1号：our_own。"),
    ],
)
def test_a_notice_reads_well(template: str, due: str | None, language: str, text: str) -> None:
    """The due stands in the office's own time; a template of an office's own policy is told by its name."""
    assert text == notice_text(template, doc_no="甲1号", due=due, zone="Asia/Shanghai", language=language)


@pytest.mark.parametrize(
    ("template", "params", "text"),
    [
        ("returned", {"doc_no": "甲1号", "due": None, "fallback": ""}, "甲1号 被退回，请重办。"),
        (
            "returned",
            {"doc_no": "甲1号", "fallback": "审核员无人，改送督办员；"},
            "甲1号 被退回，请重办。（审核员无人，改送督办员）",
        ),
        (
            ACT_REFUSED,
            {"doc_no": "甲1号", "act": "submit", "refusal": "请先签收。"},
            "甲1号：此前收到的“申请办结”未予办理。请先签收。",
        ),
    ],
)
def test_a_message_reads_well(template: str, params: dict[str, Any], text: str) -> None:
    """A notice says whom else it was meant for; a refused act says which it was and why."""
    assert text == message_text(template, params, zone="Asia/Shanghai")


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0.0 秒"), (3.21, "3.2 秒"), (300, "5 分"), (7800, "2 小时 10 分")])
def test_lateness_reads_well(seconds: float, text: str) -> None:
    """Seconds below a minute, then minutes, then hours; never negative."""
    assert text == duration_text(seconds)


def test_a_repeated_rung_says_which() -> None:
    """`chase-2` is the second of its kind; a rung of an office's own policy keeps its name."""
    assert (rung_text("chase-2"), rung_text("remind"), rung_text("own")) == ("持续催办（第 2 次）", "到期提醒", "own")
