"""Whether the ladders of a rule set lead somewhere: every late step climbs or lapses, in order, and tells somebody."""

from collections.abc import Iterator
from itertools import chain, pairwise

from schemas.calendar import Span
from schemas.event import Role
from schemas.policy import Finding, Policy, Rung, StepKind

# Only what a unit owes may raise the level of its order: that the office itself is late is no fault of the unit.
UNIT_DUTIES = frozenset(
    {StepKind.sign, StepKind.plan, StepKind.report, StepKind.finish, StepKind.rework, StepKind.rectify}
)
# Where a ladder stands before, at and after the due; `every` repeats when all others are reached.
_AT_START, _BEFORE, _AT_DUE, _AFTER, _EVERY = range(5)
_ORDER_ISSUED = 1


def ladder_findings(policy: Policy) -> Iterator[Finding]:
    """Everything wrong with the ladders, each by itself and with the steps that climb them."""
    used = [(("steps", str(kind)), rule.ladder) for kind, rule in policy.steps.items()]
    used += [(("decisions", kind), rule.ladder) for kind, rule in policy.decisions.items()]
    for place, name in used:
        if name not in policy.ladders:
            known = "、".join(policy.ladders)
            yield Finding(place=(*place, "ladder"), sentence=f"没有名为「{name}」的阶梯，现有：{known}")
    for name, ladder in policy.ladders.items():
        climbing = {place for place, used_name in used if used_name == name}
        if not climbing:
            yield Finding(place=("ladders", name), sentence=f"没有步骤使用阶梯「{name}」，请删去或改正名称")
        for within, sentence in chain(_ladder(ladder), _fit(ladder, climbing)):
            yield Finding(place=("ladders", name, *within), sentence=sentence)


_Said = tuple[tuple[str | int, ...], str]


def _ladder(ladder: tuple[Rung, ...]) -> Iterator[_Said]:
    if not ladder or not (ladder[-1].every or ladder[-1].lapses):
        yield (), "阶梯的最后一级须是 every 或 lapses: true，否则事项会无人过问地一直等下去"
    for index, rung in enumerate(ladder):
        yield from (((index, *place), sentence) for place, sentence in _rung(rung))
        if (rung.every or rung.lapses) and rung is not ladder[-1]:
            yield (index,), "every 和 lapses 只能写在阶梯的最后一级"
        if rung.name in {earlier.name for earlier in ladder[:index]}:
            yield (index, "name"), f"阶梯里已有名为「{rung.name}」的一级，名称不得重复"
    for index, (lower, higher) in enumerate(pairwise(ladder), start=1):
        if not _in_order(lower, higher):
            yield (index,), "各级须按时间先后排列，同在到期前或到期后的须用同一种单位"
        if 0 < higher.level <= max(rung.level for rung in ladder[:index]):
            yield (index, "level"), "等级须逐级升高"


def _rung(rung: Rung) -> Iterator[_Said]:
    if not rung.lapses and not (rung.notice and rung.to):
        yield (), "每一级须写明通知内容 notice 和通知对象 to"
    if rung.level and rung.after is None:
        yield ("level",), "只有到期之后的一级（after）才能升级"
    if rung.level == _ORDER_ISSUED:
        yield ("level",), "1 级由下达督办单产生，不能由逾期产生"
    for index, to in enumerate(rung.to):
        if to in {Role.clock, Role.local_operator}:
            yield ("to", index), f"「{to}」不是可以通知的人"


def _fit(ladder: tuple[Rung, ...], climbing: set[tuple[str, str]]) -> Iterator[_Said]:
    """A ladder with the steps that climb it: only a window lapses, only a unit's own duty raises its level."""
    lapses = any(rung.lapses for rung in ladder)
    window = ("steps", str(StepKind.window))
    if lapses and climbing - {window}:
        yield (), "lapses 只可用于异议期（window）：其他事项不得因无人办理而自行了结"
    if not lapses and window in climbing:
        yield (), "异议期（window）的阶梯须以 lapses: true 结束，否则永远不会届满"
    duties = {("steps", str(kind)) for kind in UNIT_DUTIES}
    if any(rung.level for rung in ladder) and climbing - duties:
        yield (), "机关自身的步骤逾期不得使单位的督办升级"


def _in_order(lower: Rung, higher: Rung) -> bool:
    """Whether a rung stands before the next; two lengths in different units cannot be told apart, so they are not."""
    (place, length), (next_place, next_length) = _stand(lower), _stand(higher)
    if place != next_place:
        return place < next_place
    if length is None or next_length is None or length.unit is not next_length.unit:
        return False
    return length.n > next_length.n if place == _BEFORE else length.n < next_length.n


def _stand(rung: Rung) -> tuple[int, Span | None]:
    if rung.at_start:
        return _AT_START, None
    if rung.before:
        return _BEFORE, rung.before
    if rung.at_due:
        return _AT_DUE, None
    return (_AFTER, rung.after) if rung.after else (_EVERY, rung.every)
