"""What the shape of a rule set cannot show: whether its parts fit, so that no order can wait for nobody or for ever.

Each check yields findings in the order of the file; a rule set without any is sound, and the other rules rely on it.
"""

from collections.abc import Iterable, Iterator
from typing import get_args

from rules.board_terms import STANDARD
from rules.policy_ladders import ladder_findings
from schemas.act import Act
from schemas.event import Role
from schemas.order import ProposalKind
from schemas.policy import Finding, Policy, StepKind, StepRule, TriggerKind

# What is done to a campaign and not to an order; whoever starts one is asked for the same as for an act.
CAMPAIGN_ACTS = ("start", "confirm", "publish")
ORDER_ACTS = tuple(each.model_fields["act"].default for each in get_args(get_args(Act)[0]))

# The acts that end a step: whom it waits for must be allowed to do them, or it could never end in time.
ENDED_BY = {
    StepKind.sign: ("acknowledge",),
    StepKind.plan: ("plan",),
    StepKind.report: ("report",),
    StepKind.finish: ("submit",),
    StepKind.rework: ("submit",),
    StepKind.rectify: ("submit",),
    StepKind.review: ("close_out", "return"),
    StepKind.resume: ("resume",),
    StepKind.window: ("object",),
    StepKind.lookback: ("lookback",),
}
NOBODY = frozenset({Role.clock, Role.local_operator, Role.auditor})
_POINTS = 6
_TOP = 5
_APPROVED_FROM = 3


def findings(policy: Policy) -> tuple[Finding, ...]:
    """Everything about a rule set that does not fit together; empty when it is sound."""
    checks = (
        _numbering,
        _triggers,
        _watch,
        _steps,
        _decisions,
        ladder_findings,
        _levels,
        _causes,
        _extension,
        _review,
        _lookbacks,
        _who_may,
        _publication,
    )
    return tuple(finding for check in checks for finding in check(policy))


def _found(sentence: str, *place: str | int) -> Finding:
    return Finding(place=place, sentence=sentence)


def _repeated(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)


def _numbering(policy: Policy) -> Iterator[Finding]:
    for name, form in (("order", policy.numbering.order), ("advisory", policy.numbering.advisory)):
        bare = form.replace("{year}", "", 1).replace("{number}", "", 1)
        if len(form) - len(bare) != len("{year}{number}") or set(bare) & set("{}"):
            yield _found("发文字号须各含一次 {year} 和 {number}，此外不得有花括号", "numbering", name)
    if policy.numbering.order != policy.numbering.advisory:
        yield _found("督办单与提示函共用一个流水号，字号须写得一样，否则各自都会断号", "numbering", "advisory")


def _triggers(policy: Policy) -> Iterator[Finding]:
    for index, each in _repeated(trigger.id for trigger in policy.triggers):
        yield _found(f"触发条件「{each}」写了两次，编号不得重复", "triggers", index, "id")
    for index, each in _repeated(trigger.kind for trigger in policy.triggers):
        yield _found(f"同一项指标（{each}）只能有一个触发条件，以免重复督办", "triggers", index, "kind")
    for field in ("finish", "finish_urgent"):
        spans = [getattr(trigger, field) for trigger in policy.triggers]
        for index, span in enumerate(spans):
            if span.unit is not spans[0].unit:
                yield _found("各触发条件的办结时限须用同一种单位，才能取其最长者", "triggers", index, field)
    for index, trigger in enumerate(policy.triggers):
        if trigger.finish.unit is trigger.finish_urgent.unit and trigger.finish_urgent.n > trigger.finish.n:
            yield _found("紧急时限不得长于常规时限", "triggers", index, "finish_urgent")


def _watch(policy: Policy) -> Iterator[Finding]:
    for trigger in policy.triggers:
        if trigger.kind is TriggerKind.activity and policy.watch.activity_percent <= (trigger.percent or 0):
            yield _found(f"关注线须高于触发线 {trigger.percent}%，否则无人会被提前告知", "watch", "activity_percent")


def _steps(policy: Policy) -> Iterator[Finding]:
    for kind in StepKind:
        if kind in ENDED_BY and kind not in policy.steps:
            yield _found(f"缺少步骤「{kind}」", "steps")
        if kind not in ENDED_BY and kind in policy.steps:
            yield _found(f"步骤「{kind}」的时限按事项写在 decisions 里，这里不写", "steps", kind)
    for kind, rule in policy.steps.items():
        yield from _step(policy, rule, ENDED_BY.get(kind, ()), "steps", kind)
    finish = policy.steps.get(StepKind.finish)
    if finish:
        yield from _finish(policy, finish)


def _finish(policy: Policy, rule: StepRule) -> Iterator[Finding]:
    """The step repeats the longest period of the triggers, so that the table of steps can be read by itself."""
    for field, of_triggers in (("normal", "finish"), ("urgent", "finish_urgent")):
        longest = max((getattr(trigger, of_triggers) for trigger in policy.triggers), key=lambda span: int(span.n))
        if getattr(rule, field) != longest:
            yield _found(f"须与触发条件中最长的办结时限一致，即 {longest}", "steps", "finish", field)


def _decisions(policy: Policy) -> Iterator[Finding]:
    for kind in ProposalKind:
        if kind not in policy.decisions:
            yield _found(f"缺少决定事项「{kind}」的时限", "decisions")
    for name, rule in policy.decisions.items():
        if name not in set(ProposalKind):
            yield _found(f"不认识决定事项「{name}」，可写：{'、'.join(ProposalKind)}", "decisions", name)
        yield from _step(policy, rule, ("decide",), "decisions", name)


def _step(policy: Policy, rule: StepRule, acts: tuple[str, ...], *place: str) -> Iterator[Finding]:
    if rule.normal.unit is rule.urgent.unit and rule.urgent.n > rule.normal.n:
        yield _found("紧急时限不得长于常规时限", *place, "urgent")
    for field, role in (("waits_for", rule.waits_for), ("next_in_line", rule.next_in_line)):
        if role in NOBODY:
            yield _found(f"「{role}」不办理事项，不能由其承接", *place, field)
    if rule.next_in_line is rule.waits_for:
        yield _found("接替人与等待的人是同一角色，逾期后就没有人可找", *place, "next_in_line")
    for act in acts:
        if rule.waits_for not in policy.who_may.get(act, (rule.waits_for,)):
            yield _found(f"等待「{rule.waits_for}」办理，但 who_may.{act} 没有允许这个角色", *place, "waits_for")


def _levels(policy: Policy) -> Iterator[Finding]:
    if [each.level for each in policy.levels] != list(range(_TOP + 1)):
        yield _found("等级须从 0 到 5 依次写全", "levels")
    for index, each in enumerate(policy.levels):
        if each.level >= _APPROVED_FROM and not each.needs_approval:
            yield _found(
                f"{each.level} 级（{each.name}）须经具名人员批准，不得自动生效", "levels", index, "needs_approval"
            )


def _causes(policy: Policy) -> Iterator[Finding]:
    causes = policy.causes
    if 0 < causes.returned_twice < causes.returned_once:
        yield _found("退回两次的等级不得低于退回一次的等级", "causes", "returned_twice")


def _extension(policy: Policy) -> Iterator[Finding]:
    if policy.extension.numerator > policy.extension.denominator:
        yield _found("延期不得超过原办结时限", "extension", "numerator")
    if policy.extension.times and not policy.extension.numerator:
        yield _found("允许延期就须写明最长多少；不许延期请把 times 写为 0", "extension", "numerator")


def _review(policy: Policy) -> Iterator[Finding]:
    if len(policy.review) != _POINTS:
        yield _found(f"销号审核须有六个审核点，现在有 {len(policy.review)} 个", "review")
    for index, each in _repeated(point.id for point in policy.review):
        yield _found(f"审核点「{each}」写了两次", "review", index, "id")


def _lookbacks(policy: Policy) -> Iterator[Finding]:
    for index, (earlier, later) in enumerate(zip(policy.lookbacks, policy.lookbacks[1:], strict=False), start=1):
        if earlier.after.unit is not later.after.unit or earlier.after.n >= later.after.n:
            yield _found("回头看须用同一种单位，由近到远排列", "lookbacks", index, "after")


def _who_may(policy: Policy) -> Iterator[Finding]:
    known = (*ORDER_ACTS, *CAMPAIGN_ACTS)
    for act in known:
        if act not in policy.who_may:
            yield _found(f"没有写明谁可以办理「{act}」", "who_may")
    for act, roles in policy.who_may.items():
        if act not in known:
            yield _found(f"不认识办理动作「{act}」，可写：{'、'.join(known)}", "who_may", act)
        yield from _roles(act, roles)
    for act in ("close_out", "return", "decide"):
        if Role.unit_contact in policy.who_may.get(act, ()):
            yield _found("单位联系人不得审核或决定自己单位的事项", "who_may", act)


def _roles(act: str, roles: tuple[Role, ...]) -> Iterator[Finding]:
    if not roles:
        yield _found("至少要有一个角色可以办理", "who_may", act)
    for index, role in enumerate(roles):
        if role in NOBODY:
            yield _found(f"「{role}」不办理事项", "who_may", act, index)


def _publication(policy: Policy) -> Iterator[Finding]:
    for column, words in policy.publication.definitions.items():
        if column not in STANDARD:
            sentence = f"「{column}」不是成效表的栏目，可写：{'、'.join(STANDARD)}"
            yield _found(sentence, "publication", "definitions", column)
        if not words.strip():
            yield _found("口径不得为空；采用标准口径的栏目不必写", "publication", "definitions", column)
