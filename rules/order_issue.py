"""下工单: the first event of an order, from figures frozen as evidence, with its first clocks."""

from collections.abc import Collection
from typing import NamedTuple

from rules.assessment import assess
from rules.order_clocks import Clock, clock_of, open_clock
from rules.order_draft import Decision, Draft, Rules, fingerprint
from rules.order_state import FIRST, evolve
from schemas.act import Issue
from schemas.calendar import Span
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Form, Obligation, OrderItem, OrderState, Urgency
from schemas.order_events import Issued
from schemas.policy import Policy, StepKind
from schemas.roster import UnitType

# What the unit is sent when an order is issued, or transferred to it.
LETTERS = {Form.order: "supervision_order", Form.advisory: "advisory_letter"}


class _Facts(NamedTuple):
    items: tuple[OrderItem, ...]
    urgency: Urgency
    unit_type: UnitType
    form: Form


def issue(act: Issue, *, policy: Policy, rules: Rules) -> Decision:
    """Decide an order's issue: what falls short, in which form, with which first deadlines (day of issue is day 0).

    Raises:
        Refused: `order.issue.compliant` where the frozen figures meet every target, `order.issue.covered` where other
            open orders of the unit ask for all that is missing (督查条例 art. 15).

    """
    unit_type, urgency = UnitType(act.unit_type), Urgency(act.urgency)
    verdict = assess(act.figures, unit_type, policy)
    items = tuple(item for item in verdict.items if item.trigger not in act.covered)
    if not verdict.items:
        raise Refused("order.issue.compliant", f"单位 {act.unit} 的各项指标均已达标，不能下达督办单。")
    if not items:
        raise Refused("order.issue.covered", f"单位 {act.unit} 的未达标事项已有在办督办单，不得重复下达。")
    facts = _Facts(items, urgency, unit_type, verdict.form)
    event = _issued(act, facts, policy=policy, rules=rules)
    draft = Draft(evolve(None, event), rules, cause=f"{act.order}:{event.act_key}")
    draft.tell((Role.unit_contact,), LETTERS[event.form], due=draft.state.sign_due, urgent=urgency is Urgency.urgent)
    told = draft.decision()
    return Decision((event, *told.events), told.notices, told.state)


def _issued(act: Issue, facts: _Facts, *, policy: Policy, rules: Rules) -> Issued:
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
        form=facts.form,
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
    def rule(kind: StepKind) -> Clock:
        return clock_of(policy, kind, form=facts.form, urgency=facts.urgency)

    finish = finish_span({item.trigger for item in facts.items}, facts.urgency, policy)
    clocks = {kind: rule(kind) for kind in FIRST} | {StepKind.finish: rule(StepKind.finish)._replace(span=finish)}
    return tuple(
        open_clock(f"{kind}-1", clock, start=rules.now, calendar=rules.calendar) for kind, clock in clocks.items()
    )


def finish_span(about: Collection[str], urgency: Urgency, policy: Policy) -> Span:
    """Return the period for finishing: the longest of the triggers that the order is about, as issued."""
    spans = [
        trigger.finish_urgent if urgency is Urgency.urgent else trigger.finish
        for trigger in policy.triggers
        if trigger.id in about
    ]
    return max(spans, key=lambda span: span.n)


def original_span(state: OrderState, kind: StepKind, policy: Policy) -> Span:
    """Return a main clock's period before any extension: of `finish` as it was issued, of `rectify` the policy's."""
    if kind is StepKind.finish:
        return finish_span(state.triggers, state.urgency, policy)
    return clock_of(policy, kind, form=state.form, urgency=state.urgency).span
