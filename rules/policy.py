"""A rule set as the other rules ask it: its digest, the rule of a step, whom a rung tells, how long to finish.

What is wrong with a rule set is said in `rules.policy_findings`.
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from schemas.calendar import Span
from schemas.event import Role
from schemas.order import Urgency
from schemas.policy import Level, Party, Policy, Rung, StepKind, StepRule, Trigger

DECIDED = frozenset({StepKind.approval, StepKind.decision})


def canonical_text(policy: Policy) -> str:
    """The policy as one line of JSON with sorted keys: the text that is adopted, whatever its file looked like."""
    return json.dumps(policy.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(policy: Policy) -> str:
    """The SHA-256 of the canonical text, in lowercase hex: equal rules have equal digests, comments and order aside."""
    return sha256(canonical_text(policy).encode()).hexdigest()


def step_rule(policy: Policy, kind: StepKind, *, proposal: str = "") -> StepRule:
    """The rule of a step; an approval's or decision's is that of the kind of proposal it decides.

    Raises `KeyError` for a step that a sound policy (`rules.policy_findings`) has.
    """
    return policy.decisions[proposal] if kind in DECIDED else policy.steps[kind]


def period(rule: StepRule, urgency: Urgency) -> Span:
    """The column of the rule that applies."""
    return rule.urgent if urgency is Urgency.urgent else rule.normal


def recipients(rung: Rung, rule: StepRule) -> tuple[Role, ...]:
    """Whom a rung tells, with the step's own parties put in; nobody twice, in the policy's order."""
    parties = {Party.waits_for: rule.waits_for, Party.next_in_line: rule.next_in_line}
    return tuple(dict.fromkeys(parties[to] if isinstance(to, Party) else to for to in rung.to))


def trigger_of(policy: Policy, trigger: str) -> Trigger:
    """The trigger of that id; raises `KeyError` when the policy has none."""
    for each in policy.triggers:
        if each.id == trigger:
            return each
    raise KeyError(trigger)


def finish_span(policy: Policy, triggers: Iterable[str], urgency: Urgency) -> Span:
    """How long an order over these triggers may take: the longest of theirs; a sound policy counts all in one unit."""
    met = [trigger_of(policy, trigger) for trigger in triggers]
    return max((each.finish_urgent if urgency is Urgency.urgent else each.finish for each in met), key=_length)


def level_of(policy: Policy, level: int) -> Level:
    """A level's name, colour and document; a sound policy lists 0 to 5 in order."""
    return policy.levels[level]


def _length(span: Span) -> int:
    return span.n
