"""The decision table of a rule set: everything it decides, as rows that a person compares with the paper behind it."""

from collections.abc import Iterator

from rules.deadline_text import span_text
from rules.labels import PROPOSALS, ROLES, STEPS
from schemas.base import Model
from schemas.order import ProposalKind
from schemas.policy import Level, Party, Policy, Rung, StepRule, Trigger, TriggerKind

_ACTS = {
    "acknowledge": "签收",
    "plan": "报送方案",
    "report": "反馈进展",
    "submit": "申请办结",
    "attach": "提交材料",
    "close_out": "审核销号",
    "return": "退回重办",
    "extend": "申请延期",
    "dispute": "提出派单异议",
    "object": "对结论申请复核",
    "suspend": "中止",
    "resume": "恢复办理",
    "transfer": "转办",
    "hand_over": "提出移交",
    "withdraw": "撤回",
    "decide": "决定",
    "lookback": "报送回头看数据",
    "start": "发起行动",
    "confirm": "确认下达",
    "publish": "公布成效",
}
_PARTIES = {Party.waits_for: "办理人", Party.next_in_line: "接替人"}
_RATIOS = {TriggerKind.registration: "100·R ≤ {}·H", TriggerKind.activity: "100·A ≤ {}·R"}


class DecisionRow(Model):
    """One thing decided: in which part of the table, what, when, how long (two columns), by whom, what follows."""

    part: str
    what: str
    when: str = ""
    normal: str = ""
    urgent: str = ""
    who: str = ""
    then: str = ""


def decision_table(policy: Policy) -> tuple[DecisionRow, ...]:
    """Return all rows of a sound policy, in the order in which an order lives through them."""
    parts = (_triggers, _steps, _decisions, _ladders, _levels, _causes, _limits, _review, _acts)
    return tuple(row for part in parts for row in part(policy))


def _triggers(policy: Policy) -> Iterator[DecisionRow]:
    for trigger in policy.triggers:
        yield DecisionRow(
            part="触发条件",
            what=f"{trigger.id} {trigger.title}",
            when=_condition(trigger),
            normal=span_text(trigger.finish),
            urgent=span_text(trigger.finish_urgent),
            then="经督办员确认后下达督办单",
        )
    if policy.advisory_for:
        types = "、".join(each.label for each in policy.advisory_for)
        yield DecisionRow(part="触发条件", what="提示函", when=f"单位类型为{types}", then="以提示函代替督办单")
    if policy.exempt_below:
        yield DecisionRow(part="触发条件", what="豁免", when=f"在岗人数少于 {policy.exempt_below} 人", then="不督办")
    watch = policy.watch
    near = f"注册人数高出触发线不超过 {watch.registration_margin} 人，或活跃度不高于 {watch.activity_percent}%"
    yield DecisionRow(part="触发条件", what="关注名单", when=near, then="提前告知，不发督办单")


def _condition(trigger: Trigger) -> str:
    if trigger.kind is TriggerKind.no_team:
        return "没有志愿服务队"
    return f"{_RATIOS[trigger.kind].format(trigger.percent)}（含本数）"


def _steps(policy: Policy) -> Iterator[DecisionRow]:
    for kind, rule in policy.steps.items():
        yield _step("办理时限", STEPS[kind], rule)
    for number, lookback in enumerate(policy.lookbacks, start=1):
        yield DecisionRow(part="办理时限", what=f"第 {number} 次回头看", when=f"销号后 {span_text(lookback.after)}")


def _decisions(policy: Policy) -> Iterator[DecisionRow]:
    for name, rule in policy.decisions.items():
        yield _step("具名决定", PROPOSALS[ProposalKind(name)], rule)


def _step(part: str, what: str, rule: StepRule) -> DecisionRow:
    return DecisionRow(
        part=part,
        what=what,
        normal=span_text(rule.normal),
        urgent=span_text(rule.urgent),
        who=f"{ROLES[rule.waits_for]}；逾期找{ROLES[rule.next_in_line]}",
        then=f"阶梯 {rule.ladder}",
    )


def _ladders(policy: Policy) -> Iterator[DecisionRow]:
    for name, ladder in policy.ladders.items():
        for rung in ladder:
            yield DecisionRow(
                part=f"阶梯 {name}",
                what=rung.name,
                when=_when(rung),
                who="、".join(_PARTIES[to] if isinstance(to, Party) else ROLES[to] for to in rung.to),
                then=_then(rung, policy.levels),
            )


def _when(rung: Rung) -> str:
    if rung.before:
        return f"到期前 {span_text(rung.before)}"
    if rung.after:
        return f"逾期 {span_text(rung.after)}"
    if rung.every:
        return f"此后每 {span_text(rung.every)}"
    return "事项开始时" if rung.at_start else "到期时"


def _then(rung: Rung, levels: tuple[Level, ...]) -> str:
    if rung.lapses:
        return "期满即止"
    urgent = "，办公时间外也发" if rung.urgent else ""
    if not rung.level:
        return f"通知{urgent}"
    return f"{_raised(levels[rung.level])}{urgent}"


def _raised(level: Level) -> str:
    if level.needs_approval:
        return f"建议升为 {level.level} 级（{level.name}），批准后生效"
    return f"升为 {level.level} 级（{level.name}）"


def _levels(policy: Policy) -> Iterator[DecisionRow]:
    for level in policy.levels:
        then = "须经具名人员批准" if level.needs_approval else "自动"
        yield DecisionRow(
            part="等级", what=f"{level.level} 级 {level.name}", when=level.color, then=f"{level.document}；{then}"
        )


def _causes(policy: Policy) -> Iterator[DecisionRow]:
    causes = policy.causes
    for what, level in (("退回一次", causes.returned_once), ("退回两次", causes.returned_twice)):
        if level:
            yield DecisionRow(part="其他升级原因", what=what, then=_raised(policy.levels[level]))
    counted = (("通报", causes.circulars_for_interview), ("回头看未通过", causes.lookbacks_failed_for_interview))
    for what, count in counted:
        if count:
            yield DecisionRow(part="其他升级原因", what=f"{what}满 {count} 次", then="建议约谈，批准后生效")


def _limits(policy: Policy) -> Iterator[DecisionRow]:
    extension = policy.extension
    size = f"不超过原办结时限的 {extension.numerator}/{extension.denominator}"
    if extension.times:
        yield DecisionRow(part="限度", what="延期", when="到期前申请", then=f"{extension.times} 次，{size}")
    else:
        yield DecisionRow(part="限度", what="延期", then="不予延期")
    yield DecisionRow(part="限度", what="中止", normal=span_text(policy.suspension_max), then="期满须恢复办理")
    yield DecisionRow(part="限度", what="每轮", normal=span_text(policy.round_length), then="复测并公布")
    hidden = f"在岗人数少于 {policy.publication.small_unit} 人的单位不显示数字"
    yield DecisionRow(part="限度", what="公布", then=hidden)


def _review(policy: Policy) -> Iterator[DecisionRow]:
    for number, point in enumerate(policy.review, start=1):
        yield DecisionRow(part="销号审核", what=f"第 {number} 点", when=point.question, then="有一点不符即退回重办")


def _acts(policy: Policy) -> Iterator[DecisionRow]:
    for act, roles in policy.who_may.items():
        yield DecisionRow(part="权限", what=f"{_ACTS[act]} {act}", who="、".join(ROLES[role] for role in roles))
