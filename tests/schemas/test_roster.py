"""The roster's words: labels, and what a line may hold."""

import pytest
from pydantic import ValidationError

from rules.credit_code import ALPHABET
from schemas import sheet
from schemas.roster import Measurement, RosterLine, UnitType
from tests.rosters import credit_code


def test_every_unit_type_has_its_label() -> None:
    """The six kinds carry the Chinese words of the column 单位类型."""
    assert [unit_type.label for unit_type in UnitType] == ["机关", "团体", "企业", "事业单位", "村", "社区"]


@pytest.mark.parametrize("letter", "IOSVZ")
def test_a_line_holds_no_letter_that_no_code_has(letter: str) -> None:
    """The model's own pattern knows the alphabet of credit codes as the rule does."""
    good = {
        "row": 2,
        "unit_name": "示例单位（合成）",
        "unit_type": "village",
        "region_code": "140213",
        "headcount": 2,
        "registered": 1,
        "active": 0,
    }

    assert letter not in ALPHABET
    assert RosterLine.model_validate({**good, "credit_code": credit_code(1)}).has_team is None
    for code in (letter * 18, credit_code(1)[:17], credit_code(1).lower() + "0"):
        with pytest.raises(ValidationError, match="credit_code"):
            RosterLine.model_validate({**good, "credit_code": code})
    for character in ALPHABET:
        assert RosterLine.model_validate({**good, "credit_code": character * 18}).credit_code == character * 18


def test_a_measurement_holds_no_negative_figure() -> None:
    """A count below zero is no measurement."""
    with pytest.raises(ValidationError, match="headcount"):
        Measurement.model_validate(
            {
                "credit_code": credit_code(1),
                "headcount": -1,
                "registered": 0,
                "active": 0,
                "has_team": False,
                "cut_off": "2026-09-30",
                "source": "roster",
            }
        )


@pytest.mark.parametrize("form", [sheet.ROSTER_FORM, sheet.STAFF_FORM], ids=lambda form: form.title)
def test_a_form_names_only_its_own_columns(form: sheet.SheetForm) -> None:
    """Key and required columns are columns of the form, and no name stands twice."""
    own = {column.name for column in form.columns}
    names = [name for column in form.columns for name in (column.name, *column.variants)]

    assert {form.key, *(name for group in form.required for name in group)} <= own
    assert len(names) == len(set(names))
