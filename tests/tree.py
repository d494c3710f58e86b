"""What the checkout holds: the files that git tracks or would track, without what set-up and tests leave behind."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@cache
def files() -> tuple[str, ...]:
    """Paths below the root, with forward slashes, sorted; deleted files are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))


def texts() -> dict[str, str]:
    """Every file that is text, by its path."""
    found = {}
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found[name] = content.decode(errors="replace")
    return found


def python() -> dict[str, str]:
    """Every Python file, by its path."""
    return {name: text for name, text in texts().items() if name.endswith(".py")}


@cache
def project() -> dict[str, Any]:
    """The content of `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
