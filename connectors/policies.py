"""Rule sets from YAML files, as people write them: every problem is a plain Chinese sentence with its line.

The shape is judged by `schemas.policy`, in strict mode: no text passes for a figure. What the shape cannot show is
judged by a `check` that the caller hands in (`rules.policy_findings.findings`), because a connector knows no rules;
its findings get their lines here.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from connectors.policy_wording import Place, worded
from schemas.base import Model
from schemas.errors import Refused
from schemas.policy import Finding, Policy, Problem

Check = Callable[[Policy], Iterable[Finding]]

_LARGEST = 256 * 1024


class PolicyFile(Model):
    """A file as read: the policy when nothing is wrong with its shape, and all that is wrong, in order of lines."""

    policy: Policy | None
    problems: tuple[Problem, ...]


def read(path: Path, *, check: Check | None = None) -> PolicyFile:
    """Read a rule set and say all that is wrong with it; raises `Refused` when there is no such file to read."""
    text = _text(path)
    if isinstance(text, Problem):
        return PolicyFile(policy=None, problems=(text,))
    tree = _tree(text)
    if isinstance(tree, Problem):
        return PolicyFile(policy=None, problems=(tree,))
    try:
        policy = Policy.model_validate_json(json.dumps(_plain(tree)), strict=True)
    except ValidationError as error:
        return PolicyFile(policy=None, problems=_placed(tree, worded(error.errors())))
    found = [(finding.place, finding.sentence) for finding in check(policy)] if check else []
    return PolicyFile(policy=policy, problems=_placed(tree, found))


def problems(path: Path, *, check: Check | None = None) -> tuple[Problem, ...]:
    """Return everything that is wrong with the file, in order of lines; raises `Refused` when it cannot be read."""
    return read(path, check=check).problems


def load(path: Path, *, check: Check | None = None) -> Policy:
    """Return the policy; raises `Refused` (`policy.file.invalid`) with the first problem when anything is wrong."""
    file = read(path, check=check)
    if file.policy is not None and not file.problems:
        return file.policy
    first = file.problems[0]
    raise Refused(
        "policy.file.invalid",
        f"规则文件 {path.name} 有 {len(file.problems)} 处问题，第一处在第 {first.line} 行：{first.sentence}。"
        f"请用 bihuan policy check 查看全部问题，改正后再试。",
    )


def _text(path: Path) -> str | Problem:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(
            "policy.file.unreadable", f"读不到规则文件 {path.name}，请检查路径是否正确、是否有读取权限。"
        ) from error
    if len(raw) > _LARGEST:
        return Problem(line=1, field="", sentence="文件超过 256 KB，不像是规则文件")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(line=line, field="", sentence="文件不是 UTF-8 编码，请另存为 UTF-8 后再试")


def _tree(text: str) -> CommentedMap | Problem:
    try:
        # The round-trip loader builds no Python objects from tags, and keeps the line of every key.
        tree = YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        return Problem(line=_line_of(error), field="", sentence="这里有一个字段写了两次，请只留一个")
    except YAMLError as error:
        return Problem(
            line=_line_of(error), field="", sentence="这一行附近不合 YAML 写法，请检查缩进、冒号后的空格、括号和引号"
        )
    except ValueError:
        # Its own kind for a date such as 2026-13-45, or a figure of thousands of digits: no mark, so no line.
        return Problem(line=1, field="", sentence="文件里有一处写得像日期或数字却不成立，请改正或加引号")
    if isinstance(tree, CommentedMap):
        return tree
    return Problem(line=1, field="", sentence="文件里没有规则：应由若干「字段: 值」组成，可参照随附的示例规则")


def _line_of(error: YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark else 1


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON of any shape, which the model judges next
    """Strip what the round-trip loader keeps beside the values; what YAML makes of dates and tags becomes text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, CommentedSeq):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)


def _placed(tree: CommentedMap, found: Iterable[tuple[Place, str]]) -> tuple[Problem, ...]:
    placed = [
        Problem(line=_line(tree, place), field=".".join(map(str, place)), sentence=sentence)
        for place, sentence in found
    ]
    return tuple(sorted(placed, key=lambda problem: problem.line))


def _line(tree: CommentedMap, place: Place) -> int:
    """The line of the deepest part of the place that the file has: for a missing field, that of what lacks it."""
    line = 0
    node: object = tree
    for part in place:
        if isinstance(node, CommentedMap) and part in node:
            # What a merge key (<<) brought in has no line of its own.
            line = node.lc.data[part][0] if part in node.lc.data else line
        elif isinstance(node, CommentedSeq) and part in range(len(node)):
            line = node.lc.item(part)[0]
        else:
            break
        node = node[part]
    return line + 1
