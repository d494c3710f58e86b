"""A serial alone means the newest year's document."""

import pytest

from rules.numbers import by_serial

NUMBERS = ("甲督〔2025〕1号", "甲督〔2026〕1号", "甲督〔2026〕12号", "甲督〔2026〕2026号", "乙督〔2026〕12号", "另类")


@pytest.mark.parametrize(
    ("serial", "found"),
    [
        (1, ("甲督〔2026〕1号",)),
        (12, ("甲督〔2026〕12号", "乙督〔2026〕12号")),
        (2026, ("甲督〔2026〕2026号",)),
        (2, ()),
    ],
)
def test_a_serial_is_of_the_newest_year(serial: int, found: tuple[str, ...]) -> None:
    """Whole numbers only, none of an earlier year; all of them where several offices count alike."""
    assert by_serial(NUMBERS, serial) == found


def test_without_numbers_nothing_is_found() -> None:
    """An office that has issued nothing has no serial."""
    assert by_serial((), 1) == ()
