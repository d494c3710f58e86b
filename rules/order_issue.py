"""下工单: the first event of an order, from figures frozen as evidence, with its first clocks."""

from collections.abc import Collection
from typing import NamedTuple

from rules.assessment import assess
from rules.order_clocks import open_clock, span_of
from rules.order_draft import Decision, Draft, Rules, fingerprint
from rules.order_state import evolve
from schemas.act import Issue
from schemas.calendar import Span
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Form, Obligation, OrderItem, OrderState, Urgency
from schemas.order_events import Issued
from schemas.policy import Policy, StepKind
from schemas.roster import UnitType

_FIRST = (StepKind.sign, StepKind.plan, StepKind.report)


class _Facts(NamedTuple):
    items: tuple[OrderItem, ...]
    urgency: Urgency
    unit_type: UnitType


def issue(act: Issue, *, policy: Policy, rules: Rules) -> Decision:
    """Decide an order's issue: what falls short, in which form, with which first deadlines (day of issue is day 0).

    Raises:
        Refused: `order.issue.compliant` where the frozen figures meet every target.

    """
    unit_type, urgency = UnitType(act.unit_type), Urgency(act.urgency)
    facts = _Facts(assess(act.figures, unit_type, policy).items, urgency, unit_type)
    if not facts.items:
        raise Refused("order.issue.compliant", f"单位 {act.unit} 的各项指标均已达标,不能下达督办单。")
    event = _issued(act, facts, policy=policy, rules=rules)
    draft = Draft(evolve(None, event), rules, cause=act.key)
    draft.tell((Role.unit_contact,), "supervision_order", due=draft.state.sign_due, urgent=urgency is Urgency.urgent)
    told = draft.decision()
    return Decision((event, *told.events), told.notices, told.state)


def _issued(act: Issue, facts: _Facts, *, policy: Policy, rules: Rules) -> Issued:
    advisory = facts.unit_type in policy.advisory_for
    return Issued(
        happened_at=rules.now,
        act_key=fingerprint(act.key),
        order=act.order,
        docket=act.docket,
        campaign=act.campaign,
        round=act.round,
        district=act.district,
        region=act.region,
        unit=act.unit,
        unit_type=facts.unit_type,
        doc_no=act.doc_no,
        form=Form.advisory if advisory else Form.order,
        urgency=facts.urgency,
        items=facts.items,
        figures=act.figures,
        cut_off=act.cut_off,
        measurement=act.measurement,
        policy=act.policy,
        authority_basis=policy.authority_basis,
        issued_by=act.actor.person,
        opens=_first_clocks(facts, policy=policy, rules=rules),
    )


def _first_clocks(facts: _Facts, *, policy: Policy, rules: Rules) -> tuple[Obligation, ...]:
    spans = {kind: span_of(policy.steps[kind], facts.urgency) for kind in _FIRST}
    spans[StepKind.finish] = finish_span({item.trigger for item in facts.items}, facts.urgency, policy)
    return tuple(
        open_clock(
            kind,
            1,
            rule=policy.steps[kind],
            span=span,
            start=rules.now,
            policy=policy,
            calendar=rules.calendar,
        )
        for kind, span in spans.items()
    )


def finish_span(about: Collection[str], urgency: Urgency, policy: Policy) -> Span:
    """Return the period for finishing: the longest of the triggers that the order is about, as issued."""
    spans = [
        trigger.finish_urgent if urgency is Urgency.urgent else trigger.finish
        for trigger in policy.triggers
        if trigger.id in about
    ]
    return max(spans, key=lambda span: span.n)


def original_span(state: OrderState, policy: Policy) -> Span:
    """Return an order's period for finishing as it was issued, before any extension."""
    return finish_span(state.triggers, state.urgency, policy)
