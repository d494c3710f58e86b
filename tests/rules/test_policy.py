"""A sound rule set has no findings; each way in which one does not fit together is found at its place."""

import json
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from connectors.policies import load
from rules.decision_table import decision_table
from rules.policy import canonical_text, digest
from rules.policy_findings import ORDER_ACTS, findings
from schemas.policy import Policy
from tests.tree import ROOT

POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
PLAIN = POLICY.model_dump(mode="json", exclude_defaults=True)
REMOVED = object()
REMIND = {"name": "remind", "before": "1wd", "notice": "remind", "to": ["waits_for"]}
CHASE = {"name": "chase", "every": "5wd", "notice": "chase", "to": ["leader"]}


def changed(changes: dict[str, object]) -> Policy:
    """The shipped rule set with other values at dotted places."""
    plain: Any = deepcopy(PLAIN)
    for place, value in changes.items():
        *parents, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        node = plain
        for part in parents:
            node = node[part]
        if value is REMOVED:
            del node[last]
        else:
            node[last] = value
    return Policy.model_validate_json(json.dumps(plain), strict=True)


def found(changes: dict[str, object]) -> list[tuple[str, str]]:
    """The findings on a changed rule set, each as its dotted place and its sentence."""
    return [(".".join(map(str, each.place)), each.sentence) for each in findings(changed(changes))]


def test_the_shipped_rules_are_sound() -> None:
    """The sample rule set has nothing that does not fit together."""
    assert findings(POLICY) == ()


def test_equal_rules_have_equal_digests() -> None:
    """The digest is that of the canonical text, ignores the order of fields, and changes with any rule."""
    turned = Policy.model_validate(dict(reversed(POLICY.model_dump().items())))

    assert digest(POLICY) == sha256(canonical_text(POLICY).encode()).hexdigest()
    assert digest(turned) == digest(POLICY)
    assert digest(changed({"triggers.1.percent": 89})) != digest(POLICY)
    assert Policy.model_validate_json(canonical_text(POLICY), strict=True) == POLICY


def test_every_act_of_an_order_is_known() -> None:
    """The acts that `who_may` must cover are those of the model, seventeen of them."""
    assert len(ORDER_ACTS) == 17
    assert {"acknowledge", "return", "hand_over"} <= set(ORDER_ACTS)


@pytest.mark.parametrize(
    ("place", "value", "at", "words"),
    [
        ("numbering.order", "督〔{year}〕号", "numbering.order", "各含一次"),
        ("numbering.order", "督{x}〔{year}〕{number}号", "numbering.order", "花括号"),
        ("numbering.advisory", "函〔{year}〕{number}号", "numbering.advisory", "共用一个流水号"),
        ("triggers.2.id", "T2", "triggers.2.id", "写了两次"),
        ("triggers.2.kind", "registration", "triggers.2.kind", "重复督办"),
        ("triggers.1.finish", "15nd", "triggers.1.finish", "同一种单位"),
        ("triggers.1.finish_urgent", "16wd", "triggers.1.finish_urgent", "不得长于"),
        ("watch.activity_percent", 50, "watch.activity_percent", "高于触发线 50%"),
        ("steps.review", REMOVED, "steps", "缺少步骤「review」"),
        ("steps.finish", REMOVED, "steps", "缺少步骤「finish」"),
        ("steps.approval", PLAIN["steps"]["review"], "steps.approval", "写在 decisions 里"),
        ("steps.finish.normal", "15wd", "steps.finish.normal", "即 30wd"),
        ("steps.sign.urgent", "2wd", "steps.sign.urgent", "不得长于"),
        ("steps.sign.waits_for", "clock", "steps.sign.waits_for", "不办理事项"),
        ("steps.sign.waits_for", "reviewer", "steps.sign.waits_for", "who_may.acknowledge"),
        ("steps.sign.next_in_line", "auditor", "steps.sign.next_in_line", "不办理事项"),
        ("steps.sign.next_in_line", "unit_contact", "steps.sign.next_in_line", "同一角色"),
        ("steps.sign.ladder", "steep", "steps.sign.ladder", "没有名为「steep」的阶梯"),
        ("decisions.circular", REMOVED, "decisions", "缺少决定事项「circular」"),
        ("decisions.promotion", PLAIN["decisions"]["circular"], "decisions.promotion", "不认识决定事项"),
        ("decisions.circular.waits_for", "reviewer", "decisions.circular.waits_for", "who_may.decide"),
        ("decisions.circular.ladder", "steep", "decisions.circular.ladder", "没有名为「steep」的阶梯"),
        ("levels", PLAIN["levels"][:5], "levels", "从 0 到 5"),
        ("levels.3.needs_approval", False, "levels.3.needs_approval", "3 级（通报）须经具名人员批准"),
        ("causes.returned_twice", 1, "causes.returned_twice", "不得低于"),
        ("extension.numerator", 3, "extension.numerator", "不得超过"),
        ("extension.numerator", 0, "extension.numerator", "最长多少"),
        ("review", PLAIN["review"][:5], "review", "现在有 5 个"),
        ("review.1.id", "facts_clear", "review.1.id", "写了两次"),
        ("lookbacks.1.after", "30nd", "lookbacks.1.after", "由近到远"),
        ("lookbacks.1.after", "90wd", "lookbacks.1.after", "同一种单位"),
        ("who_may.decide", REMOVED, "who_may", "没有写明谁可以办理「decide」"),
        ("who_may.forgive", ["leader"], "who_may.forgive", "不认识办理动作"),
        ("who_may.start", [], "who_may.start", "至少要有一个角色"),
        ("who_may.start", ["clock"], "who_may.start.0", "不办理事项"),
        ("who_may.decide", ["approver", "unit_contact"], "who_may.decide", "不得审核或决定自己"),
        ("publication.definitions.applause", "掌声", "publication.definitions.applause", "不是成效表的栏目"),
        ("publication.definitions.issued", " ", "publication.definitions.issued", "口径不得为空"),
    ],
)
def test_what_does_not_fit_is_found(place: str, value: object, at: str, words: str) -> None:
    """One wrong value gives a finding at its own place, with words that say what is wrong."""
    assert any(where == at and words in sentence for where, sentence in found({place: value}))


@pytest.mark.parametrize(
    ("ladder", "at", "words"),
    [
        ([], "", "无人过问"),
        ([REMIND], "", "无人过问"),
        ([CHASE, REMIND], "0", "只能写在阶梯的最后一级"),
        ([CHASE, REMIND], "1", "先后排列"),
        ([REMIND, REMIND | {"before": "2h", "name": "soon"}, CHASE], "1", "同一种单位"),
        ([REMIND, REMIND | {"before": "3wd", "name": "early"}, CHASE], "1", "先后排列"),
        ([REMIND | {"at_due": True, "before": None}] * 2 + [CHASE], "1", "先后排列"),
        ([REMIND, CHASE | {"name": "remind"}], "1.name", "名称不得重复"),
        ([REMIND | {"notice": ""}, CHASE], "0", "通知内容"),
        ([REMIND | {"to": []}, CHASE], "0", "通知对象"),
        ([REMIND | {"to": ["clock"]}, CHASE], "0.to.0", "不是可以通知的人"),
        ([REMIND | {"level": 2}, CHASE], "0.level", "只有到期之后"),
        ([REMIND | {"before": None, "after": "1wd", "level": 1}, CHASE], "0.level", "由下达督办单产生"),
        ([REMIND | {"before": None, "after": "1wd", "level": 2}, CHASE], "", "不得使单位的督办升级"),
        ([REMIND, {"name": "lapse", "at_due": True, "lapses": True}], "", "只可用于异议期"),
    ],
)
def test_a_ladder_that_leads_nowhere_is_found(ladder: list[object], at: str, words: str) -> None:
    """A ladder of the office's own steps that is out of order, silent, endless or unjust is found at its rung."""
    place = f"ladders.office.{at}".rstrip(".")

    assert any(where == place and words in sentence for where, sentence in found({"ladders.office": ladder}))


def test_levels_rise_along_a_ladder() -> None:
    """A later rung cannot bring the level that an earlier one brought."""
    assert ("ladders.unit_major.2.level", "等级须逐级升高") in found({"ladders.unit_major.2.level": 2})


def test_rungs_after_the_due_are_in_order() -> None:
    """A rung five days after the due cannot stand behind one ten days after it."""
    [(place, sentence)] = found({"ladders.unit_major.2.after": "10wd"})

    assert (place, sentence[:8]) == ("ladders.unit_major.3", "各级须按时间先后")


def test_a_window_must_lapse() -> None:
    """An objection window that never lapses would keep its order from settling."""
    [(place, sentence)] = found({"ladders.window": [REMIND, CHASE]})

    assert (place, sentence[:4]) == ("ladders.window", "异议期（")


def test_a_ladder_nobody_climbs_is_found() -> None:
    """A ladder that no step names is a slip of the pen."""
    assert found({"ladders.spare": [REMIND, CHASE]}) == [
        ("ladders.spare", "没有步骤使用阶梯「spare」，请删去或改正名称")
    ]


def test_a_missing_right_is_told_once() -> None:
    """Without a line in `who_may` the step that needs it is not blamed besides."""
    assert found({"who_may.resume": REMOVED}) == [("who_may", "没有写明谁可以办理「resume」")]


def test_causes_may_be_switched_off() -> None:
    """A second return may raise nothing, and an office may allow no extension at all."""
    assert found({"causes.returned_twice": 0, "extension.times": 0, "extension.numerator": 0}) == []


def rows(policy: Policy, part: str) -> list[tuple[str, ...]]:
    """The rows of one part of the decision table, empty cells left out."""
    return [
        tuple(cell for name, cell in row.model_dump().items() if name != "part" and cell)
        for row in decision_table(policy)
        if row.part == part
    ]


def test_the_table_says_the_triggers() -> None:
    """Each trigger's row has its condition with the inclusive line, both periods, and what follows."""
    assert rows(POLICY, "触发条件")[1] == (
        "T2 实名注册比例不高于90%",
        "100·R ≤ 90·H（含本数）",
        "15 个工作日",
        "5 个工作日",
        "经督办员确认后下达督办单",
    )
    assert ("提示函", "单位类型为企业", "以提示函代替督办单") in rows(POLICY, "触发条件")


def test_the_table_says_every_rung_and_step() -> None:
    """The table has a row for each step, decision, rung, level, review point and act of the rule set."""
    expected = sum(map(len, (POLICY.steps, POLICY.lookbacks, POLICY.decisions, POLICY.levels, POLICY.review)))
    expected += sum(len(ladder) for ladder in POLICY.ladders.values()) + len(POLICY.who_may)
    parts = ("办理时限", "具名决定", "等级", "销号审核", "权限", *(f"阶梯 {name}" for name in POLICY.ladders))

    assert sum(len(rows(POLICY, part)) for part in parts) == expected
    assert ("签收 acknowledge", "单位联系人") in rows(POLICY, "权限")


def test_the_table_says_when_and_what_of_each_kind_of_rung() -> None:
    """Reminders, levels by themselves, proposals, repetitions, starts and lapses are told apart in words."""
    assert rows(POLICY, "阶梯 unit_major") == [
        ("remind", "到期前 3 个工作日", "办理人", "通知"),
        ("expedite", "逾期 1 个工作日", "办理人、督办员", "升为 2 级（催办）"),
        ("circular", "逾期 5 个工作日", "督办员", "建议升为 3 级（通报），批准后生效"),
        ("interview", "逾期 10 个工作日", "督办员", "建议升为 4 级（约谈），批准后生效"),
        ("chase", "此后每 5 个工作日", "督办员、负责人", "通知"),
    ]
    assert rows(POLICY, "阶梯 lookback")[0] == ("call", "事项开始时", "办理人", "通知")
    assert rows(POLICY, "阶梯 window") == [("lapse", "到期时", "期满即止")]
    urgent = changed({"ladders.office.0.urgent": True})
    assert rows(urgent, "阶梯 office")[0][-1] == "通知，办公时间外也发"


def test_the_table_leaves_out_what_is_switched_off() -> None:
    """An exemption shows only when it is on; letters, causes and extensions only when there are any."""
    off = changed(
        {
            "exempt_below": 5,
            "advisory_for": [],
            "extension.times": 0,
            "causes": dict.fromkeys(PLAIN["causes"], 0),
        }
    )

    assert ("豁免", "在岗人数少于 5 人", "不督办") in rows(off, "触发条件")
    assert [row[0] for row in rows(POLICY, "触发条件")] == [
        *(f"{t.id} {t.title}" for t in POLICY.triggers),
        "提示函",
        "关注名单",
    ]
    assert "提示函" not in [row[0] for row in rows(off, "触发条件")]
    assert rows(off, "其他升级原因") == []
    assert rows(off, "限度")[0] == ("延期", "不予延期")
    assert rows(POLICY, "限度")[0] == ("延期", "到期前申请", "1 次，不超过原办结时限的 1/2")
    assert rows(POLICY, "其他升级原因") == [
        ("退回一次", "升为 2 级（催办）"),
        ("退回两次", "建议升为 3 级（通报），批准后生效"),
        ("通报满 3 次", "建议约谈，批准后生效"),
        ("回头看未通过满 2 次", "建议约谈，批准后生效"),
    ]
