"""The shape of a rule set: what it refuses, and that the documentation explains every field."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import ValidationError

from connectors.policies import load
from schemas.base import Model
from schemas.calendar import Span
from schemas.event import Role
from schemas.policy import Level, Party, Policy, Rung, Trigger, TriggerKind
from tests.tree import ROOT

POLICY = load(ROOT / "policies/supervision/datong/v1.yaml")
TRIGGER = {"id": "T9", "title": "标题", "finish": "15wd", "finish_urgent": "5wd", "source": "来源"}


@pytest.mark.parametrize("kind", list(TriggerKind))
def test_percent_belongs_to_ratios(kind: TriggerKind) -> None:
    """A ratio without a percent, and a missing team with one, are refused; the other way round is taken."""
    with_percent = {**TRIGGER, "kind": kind, "percent": 90}
    without = {**TRIGGER, "kind": kind}
    right, wrong = (without, with_percent) if kind is TriggerKind.no_team else (with_percent, without)

    assert Trigger.model_validate(right).kind is kind
    with pytest.raises(ValidationError, match="no_team 不得写 percent"):
        Trigger.model_validate(wrong)


@pytest.mark.parametrize("said", [{}, {"at_due": True, "after": "1wd"}, {"before": "1wd", "every": "1wd"}])
def test_a_rung_is_reached_at_one_instant(said: dict[str, object]) -> None:
    """A rung that says no instant, or two of them, is refused."""
    with pytest.raises(ValidationError, match="须且只须写一项"):
        Rung.model_validate({"name": "remind", "notice": "remind", **said})


def test_a_rung_tells_roles_and_parties() -> None:
    """Whom a rung tells may be a role or a party of the step; both come back from JSON as themselves."""
    rung = Rung.model_validate({"name": "chase", "every": "5wd", "to": ["leader", "next_in_line"]})

    assert rung.to == (Role.leader, Party.next_in_line)
    assert Rung.model_validate_json(rung.model_dump_json(), strict=True) == rung


def test_levels_end_at_five() -> None:
    """There is no level above five."""
    with pytest.raises(ValidationError):
        Level(level=6, name="问责", color="红", document="问责", needs_approval=True)


def test_a_policy_survives_json() -> None:
    """A rule set read back from its JSON, in strict mode, is the same rule set."""
    assert Policy.model_validate_json(POLICY.model_dump_json(), strict=True) == POLICY


def paths(model: type[Model], prefix: str = "") -> Iterator[str]:
    """Every field of a model and of the models in it, as the documentation writes them: `x[]` a list, `x.*` a group."""
    for name, field in model.model_fields.items():
        yield prefix + name
        yield from _within(field.annotation, prefix + name)


def _within(annotation: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any annotation may stand on a field
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        yield from _within(inner[0], f"{path}[]")
    elif origin is dict:
        yield from _within(inner[1], f"{path}.*")
    elif isinstance(annotation, type) and issubclass(annotation, Model) and annotation is not Span:
        yield from paths(annotation, f"{path.removesuffix('.')}.")


def test_the_documentation_explains_every_field() -> None:
    """The tables of `docs/policies.md` have a row for each field, in the order of the file's sections, and no other."""
    text = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `([a-z_.*\[\]]+)` \| \S", text, re.MULTILINE)

    assert sorted(explained) == sorted(paths(Policy))
