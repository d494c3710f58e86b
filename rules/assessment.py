"""Who falls short: figures against a policy's triggers, in whole numbers only, inclusive at the line.

No single official formula exists for the two ratios, so they are the policy's: registered of headcount, active of
registered. A set is judged one unit at a time, by one pure call each: 100,000 take about a second.
A ratio over nobody is not applicable, and said to be so; it is neither met nor missed.
"""

from collections.abc import Collection

from schemas.assessment import NearLine, NotApplicable, Reason, Verdict
from schemas.order import Figures, Form, OrderItem
from schemas.policy import Policy, Trigger, TriggerKind, Watch
from schemas.roster import UnitType

# Most units comply, and all of them alike: one value each, however long the roster.
_COMPLIES = {form: Verdict(form=form) for form in Form}
_EMPTY = {TriggerKind.registration: Reason.no_headcount, TriggerKind.activity: Reason.no_registered}


def assess(figures: Figures, unit_type: UnitType, policy: Policy) -> Verdict:
    """Judge one unit: the triggers it meets, those it nearly meets, and those that cannot be judged.

    Enterprises are no objects of supervision (督查条例 art. 5): types in `advisory_for` get a letter instead.
    """
    form = form_for(unit_type, policy)
    if figures.headcount < policy.exempt_below:
        return Verdict(form=form, exempt=True)
    items: list[OrderItem] = []
    near: list[NearLine] = []
    silent: list[NotApplicable] = []
    for trigger in policy.triggers:
        numerator, denominator = _fraction(trigger.kind, figures)
        if denominator == 0:
            silent.append(NotApplicable(trigger=trigger.id, reason=_EMPTY[trigger.kind]))
        elif _met(trigger, numerator, denominator):
            items.append(_item(trigger, numerator, denominator))
        elif _near(trigger, numerator, denominator, policy.watch):
            near.append(_near_line(trigger, numerator, denominator))
    if not (items or near or silent):
        return _COMPLIES[form]
    return Verdict(form=form, items=tuple(items), near=tuple(near), not_applicable=tuple(silent))


def form_for(unit_type: UnitType, policy: Policy) -> Form:
    """Return what this type of unit gets: an order, or a letter where it is no object of supervision."""
    return Form.advisory if unit_type in policy.advisory_for else Form.order


def still_short(triggers: Collection[str], figures: Figures, policy: Policy) -> tuple[str, ...]:
    """The triggers of an order that figures at a review or a look-back have not overcome.

    What was ordered and can no longer be judged (nobody is registered any more) is not overcome: nothing shows it.
    """
    return tuple(
        trigger.id
        for trigger in policy.triggers
        if trigger.id in triggers and _unproven(trigger, *_fraction(trigger.kind, figures))
    )


def enough(trigger: Trigger, denominator: int) -> int:
    """The least numerator that does not meet the trigger: one above the inclusive line (of 20 at 90 %: 19)."""
    return _line(trigger, denominator) + 1


def _fraction(kind: TriggerKind, figures: Figures) -> tuple[int, int]:
    if kind is TriggerKind.no_team:
        return int(figures.has_team), 1
    if kind is TriggerKind.registration:
        return figures.registered, figures.headcount
    return figures.active, figures.registered


def _line(trigger: Trigger, denominator: int) -> int:
    """The greatest numerator that still meets the trigger; of a team, which has no percent, that is none."""
    return (trigger.percent or 0) * denominator // 100


def _met(trigger: Trigger, numerator: int, denominator: int) -> bool:
    return 100 * numerator <= (trigger.percent or 0) * denominator


def _unproven(trigger: Trigger, numerator: int, denominator: int) -> bool:
    return denominator == 0 or _met(trigger, numerator, denominator)


def _item(trigger: Trigger, numerator: int, denominator: int) -> OrderItem:
    return OrderItem(
        trigger=trigger.id,
        kind=trigger.kind,
        numerator=numerator,
        denominator=denominator,
        target=enough(trigger, denominator),
    )


def _near(trigger: Trigger, numerator: int, denominator: int, watch: Watch) -> bool:
    """Within so many persons, or under so many percent, of the line; who has registered everybody cannot do better."""
    if trigger.kind is TriggerKind.registration:
        return numerator < denominator and numerator - _line(trigger, denominator) <= watch.registration_margin
    return trigger.kind is TriggerKind.activity and 100 * numerator <= watch.activity_percent * denominator


def _near_line(trigger: Trigger, numerator: int, denominator: int) -> NearLine:
    return NearLine(
        trigger=trigger.id,
        kind=trigger.kind,
        numerator=numerator,
        denominator=denominator,
        margin=numerator - _line(trigger, denominator),
    )
