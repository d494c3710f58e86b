"""The auditor's page tells the truth: its worked example is the first vector, and its program runs."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.ledger import second_implementation as second

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
EXAMPLE = json.loads((second.VECTORS / "entry.json").read_text(encoding="ascii"))["entries"][0]


def block(language: str) -> str:
    """The text of the page's only fenced block in that language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(text)


def test_the_worked_example_is_the_first_vector() -> None:
    """Fields, salts, commitments, entry and leaf on the page are those of the vector."""
    opened = [
        f"| `{field['name']}` | `{json.dumps(field['value'], ensure_ascii=False)}` "
        f"| `{field['salt']}` | `{field['commitment']}` |"
        for field in EXAMPLE["fields"]
    ]
    sealed = [f"| `{name}` | sealed | sealed | `{digest}` |" for name, digest in EXAMPLE["sealed"].items()]
    table = PAGE.split("| field | value | salt | commitment |\n|---|---|---|---|\n")[1].split("\n\n")[0]

    assert [*opened, *sealed] == table.splitlines()
    assert EXAMPLE["entry"] == block("json")
    assert EXAMPLE["leaf"] == block("text")


def test_the_program_on_the_page_prints_the_leaf() -> None:
    """An auditor who copies the program, with nothing installed, gets the leaf of the example."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", block("python")], capture_output=True, text=True, check=True
    )

    assert f"{EXAMPLE['leaf']}\n" == ran.stdout


def test_the_command_on_the_page_hashes_the_first_field() -> None:
    """What the shell command feeds to SHA-256 is the salt and the canonical field of the example."""
    salt, text = re.findall(r"printf '([^']*)'", block("sh"))

    assert EXAMPLE["fields"][0]["commitment"] == sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def test_every_member_of_an_entry_is_explained() -> None:
    """The page's table of members names those of an entry, each once and no other."""
    table = PAGE.split("## The members of an entry")[1].split("## Canonical JSON")[0]

    assert sorted(json.loads(EXAMPLE["entry"])) == sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
