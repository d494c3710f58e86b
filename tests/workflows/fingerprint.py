"""A cheap guard before any replay: the calls in each workflow's source that make commands, in their order."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tree import ROOT

# Whatever writes to history: activities through their references, timers, and the ends of a run.
_HANDS = {"HANDS", "OFFICE", "HERALD"}
_WORDS = {"wait_condition", "sleep", "continue_as_new", "patched", "upsert_search_attributes", "create_task", "keep"}


def fingerprints() -> dict[str, list[str]]:
    """The commands of every workflow, as `method: call`."""
    found = {}
    for path in sorted((ROOT / "workflows").glob("*.py")):
        if path.stem != "__init__":
            found[path.stem] = commands(path)
    return found


def commands(path: Path) -> list[str]:
    """The commands of one workflow module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f"{function.name}: {call}" for function in functions for call in _calls(function)]


def _calls(function: ast.AST) -> Iterator[str]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = ast.unparse(call.func)
        if name.partition(".")[0] in _HANDS or name.rpartition(".")[2] in _WORDS:
            yield name
