"""House rules that no linter knows: sizes, sentences, reasons, and what must never stand in a file."""

import ast
import io
import os
import re
import socket
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from statistics import quantiles

import pytest

from tests.tree import ROOT, files, project, python, texts

LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST_FILE = 400
USUAL_FUNCTION = 30

# Put together from pieces, so that this file does not hold what it forbids.
MACHINE_PATHS = re.compile(r"(?<![\w.~])/(?:work|farm|root|home|Users)/\w")
REGISTRIES = re.compile("|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "index" + "-url", "npm" + "js"]))
PROMISES = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"\bX" + r"XX\b", "NotImplemented" + "Error"]))
SKIPS = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importor" + "skip)")
SUPPRESSION = re.compile(r"#\s*(?:noqa\b:?|type:\s*ignore)(?P<rest>.*)")
# A half-width mark beside a Chinese character or its brackets; what stands in 「」 is typed as it is shown.
_CHINESE = "[\u3400-\u9fff「」《》〔〕]"
HALF_WIDTH = re.compile(f"{_CHINESE}[,;:?!()]|[,;:?!()]{_CHINESE}")
QUOTED = re.compile("(?<=「)[^」]*(?=」)")
EXPRESSION = re.compile(r"\(\?|\\[dswu]|\[\^")
CODES_AND_REASON = re.compile(r"\s*(?:\[[\w, -]+\]|[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)\W+\w+")


def _functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines_matching(pattern: re.Pattern[str], sources: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:160]}"
        for name, text in sources.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def _strings(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module but docstrings and regular expressions, with its line."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in alone or EXPRESSION.search(node.value):
                continue
            yield node.lineno, node.value


def _half_width(source: str) -> list[tuple[int, str]]:
    """The strings of a module in which Chinese stands beside half-width punctuation, by line."""
    return [(line, text) for line, text in _strings(source) if HALF_WIDTH.search(QUOTED.sub("", text))]


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_files_are_short() -> None:
    """A Python file longer than 400 lines hides a second one."""
    lengths = {name: len(text.splitlines()) for name, text in python().items()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    """Nine functions in ten, tests included, are at most 30 lines long."""
    lengths = [
        (function.end_lineno or function.lineno) - function.lineno + 1
        for source in python().values()
        for function in _functions(source)
    ]

    assert quantiles(lengths, n=10)[-1] <= USUAL_FUNCTION


def test_every_test_says_what_it_proves() -> None:
    """Each test function has a docstring, a sentence with a full stop."""
    tests = [
        (f"{name}:{function.lineno}: {function.name}", ast.get_docstring(function) or "")
        for name, source in python().items()
        if re.search(r"^tests/(?:.*/)?test_\w+\.py$", name)
        for function in _functions(source)
        if function.name.startswith("test_")
    ]

    assert [test for test, sentence in tests if not re.search(r"\A\S.*[.。]\Z", sentence, re.DOTALL)] == []


def test_no_test_is_skipped() -> None:
    """No test is skipped or expected to fail: what cannot run everywhere is no proof."""
    assert _lines_matching(SKIPS, python()) == []


def test_no_promise_is_left() -> None:
    """Nothing is left for later inside the code."""
    assert _lines_matching(PROMISES, python()) == []


def test_chinese_has_its_own_punctuation() -> None:
    """No string of the product puts a half-width comma, colon, bracket or the like beside a Chinese character."""
    product = {name: text for name, text in python().items() if not name.startswith(("tests/", "bench/"))}
    found = {name: strings for name, text in product.items() if (strings := _half_width(text))}

    assert found == {}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('f"进程(进程号 {n})"', True),
        ('f"详情见 {path},改正后重试。"', True),
        ('said = "请先确认" ";" "再下达"', True),
        ('said = "请先确认；" "再下达"', False),
        ('said = "应由「字段: 值」组成（共 1:2 件），deadline(start)"', False),
        ('re.compile("(?:注|备注),")', False),
        ('def a():\n    """公布(晒工效)."""', False),
    ],
)
def test_half_width_punctuation_is_found(source: str, *, wrong: bool) -> None:
    """Also in a formatted string and across two pieces; not in a docstring, an expression or what is typed so."""
    assert bool(_half_width(source)) == wrong


def test_no_file_names_a_machine() -> None:
    """No file holds a path of somebody's machine."""
    assert _lines_matching(MACHINE_PATHS, texts()) == []


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the installer's setting, so no file names a registry or an index."""
    assert _lines_matching(REGISTRIES, texts()) == []


def test_every_suppression_has_code_and_reason() -> None:
    """A linter or type checker is overruled only by code, with the reason on the same line."""
    bare = [
        f"{name}:{token.start[0]}: {token.string}"
        for name, text in python().items()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
        if (found := SUPPRESSION.search(token.string)) and not CODES_AND_REASON.match(found["rest"])
    ]

    assert bare == []


def test_every_ignored_lint_rule_has_its_reason() -> None:
    """In the settings of ruff, each ignored code stands on a line with a comment."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8-tidy-imports]")]
    lines = [line for line in lint.splitlines() if re.search(r'"[A-Z]+\d+"', line)]
    ruff = project()["tool"]["ruff"]["lint"]

    assert len(lines) == len(ruff["ignore"]) + sum(len(codes) for codes in ruff["per-file-ignores"].values())
    assert [line for line in lines if not re.search(r'"[A-Z]+\d+"[,\]]\s*# \S', line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_by_hash(lock: str) -> None:
    """Each requirement of a lock is one exact version with at least one SHA-256."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())

    assert [entry for entry in entries if not re.match(r"\S+==\S+.*\\\n\s+--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_locks_agree() -> None:
    """What runs in production is what was tested: the lock for work is a part of the lock for development."""
    assert _pins("requirements.lock").items() <= _pins("requirements-dev.lock").items()


def test_lock_holds_every_dependency() -> None:
    """Each dependency in the project file is pinned in the lock that installs it."""
    content = project()
    for lock, wanted in (
        ("requirements.lock", content["project"]["dependencies"]),
        ("requirements-dev.lock", content["dependency-groups"]["dev"]),
    ):
        names = {_normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in wanted}

        assert names <= {_normal(name) for name in _pins(lock)}


def test_every_data_file_is_readable_text() -> None:
    """Tracked TOML files parse, so that no tool reads less than was written."""
    for name in files():
        if name.endswith(".toml"):
            tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_socket_leaves_this_machine(host: str) -> None:
    """A test that tries to reach another machine is refused at once; one that talks to this machine is not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(PermissionError, match="stay on this machine"):
        outward.connect((host, 9))

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as inward:
        assert inward.getpeername() == server.getsockname()


def test_make_lists_its_verbs() -> None:
    """`make` alone shows the verbs, each with a line of help."""
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, check=True, text=True).stdout

    assert re.findall(r"^  make (\w+) +\S", shown, re.MULTILINE) == [
        "help",
        "setup",
        "demo",
        "up",
        "test",
        "check",
        "bench",
    ]


def test_interpreter_finder_finds_this_one() -> None:
    """Set-up finds a working interpreter of this very version, and names it with its version."""
    found = subprocess.run(
        [ROOT / ".ci" / "pythons"],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHON": sys.executable},
    )

    first = found.stdout.splitlines()[0].split(" ", 1)[0]

    assert first == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_docs_are_listed() -> None:
    """Every document, and the folder of decisions, is reachable from the index of the documentation."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    documents = {
        re.sub(r"^decisions/.*", "decisions/", name.removeprefix("docs/"))
        for name in files()
        if name.startswith("docs/") and name.endswith(".md")
    }

    assert [name for name in documents if name != "README.md" and f"({name})" not in index] == []


def test_links_between_documents_lead_somewhere() -> None:
    """A relative link in a document names a file or folder that is there."""
    broken = [
        f"{name}: {target}"
        for name, text in texts().items()
        if name.endswith(".md")
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        if not ((ROOT / name).parent / target).exists()
    ]

    assert broken == []
