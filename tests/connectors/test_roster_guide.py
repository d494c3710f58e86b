"""`docs/roster.md` says what the code does."""

import re
from datetime import date
from pathlib import Path

import pytest

from connectors.regions import load_regions
from connectors.spreadsheets import read_rows
from rules.regions import RegionTable
from rules.roster import check_roster
from schemas import sheet
from tests.tree import ROOT

_GUIDE = (ROOT / "docs" / "roster.md").read_text(encoding="utf-8")


def _needed(form: sheet.SheetForm, name: str) -> str:
    group = next((group for group in form.required if name in group), ())
    return {0: "", 1: "yes"}.get(len(group), "one of these")


@pytest.mark.parametrize("form", [sheet.ROSTER_FORM, sheet.STAFF_FORM], ids=lambda form: form.title)
def test_guide_lists_every_heading(form: sheet.SheetForm) -> None:
    """The guide's table of a form has each column in order, whether it is needed, and each heading understood."""
    rows = [f"| {c.name} | {_needed(form, c.name)} | {'、'.join(c.variants)} |" for c in form.columns]
    section = _GUIDE.partition(f"({form.title})\n")[2]
    table = re.search(r"^\| column \|.*\n\|[-|]*\n((?:\|.*\n)+)", section, re.MULTILINE)

    assert table
    assert table[1].splitlines() == rows


def test_guide_example_is_true(tmp_path: Path) -> None:
    """The guide's example, imported as it stands, is reported as the guide says."""
    example = re.search(r"```csv\n(.*?)```", _GUIDE, re.DOTALL)
    said = re.search(r"第 (\d+) 行 · (\S+) · (.*)\.$", _GUIDE, re.MULTILINE)
    path = tmp_path / "example.csv"

    assert example
    assert said
    path.write_text(example[1], encoding="gb18030")
    checked = check_roster(read_rows(path), RegionTable(load_regions()), today=date(2026, 11, 1))

    assert [line.row for line in checked.lines] == [3]
    assert [(str(one.row), one.column, one.reason) for one in checked.rejections] == [said.groups()]
