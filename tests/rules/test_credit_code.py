"""The credit code's check character, against another implementation of GB 32100."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from rules.credit_code import ALPHABET, check_character, is_credit_code

_FIRST17 = st.text(st.sampled_from(ALPHABET), min_size=17, max_size=17)


@settings(max_examples=2000)
@given(_FIRST17)
def test_check_character_agrees_with_stdnum(first17: str) -> None:
    """For thousands of bodies of a code, python-stdnum calculates the same check character."""
    assert check_character(first17) == uscc.calc_check_digit(first17)


@settings(max_examples=500)
@given(_FIRST17, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(first17: str, place: int, other: str) -> None:
    """A code is right as made, and wrong as soon as any one character of its body is another."""
    code = first17 + check_character(first17)
    changed = code[:place] + other + code[place + 1 :]

    assert is_credit_code(code)
    assert is_credit_code(changed) == (changed == code)


@settings(max_examples=500)
@given(_FIRST17, st.integers(0, 15))
def test_neighbours_exchanged_are_found(first17: str, place: int) -> None:
    """Two neighbouring characters in the wrong order never make another right code."""
    code = first17 + check_character(first17)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert is_credit_code(swapped) == (swapped == code)


@pytest.mark.parametrize("text", ["", "1", "91110000600037341", "91110000600037341LL", "91110000600037341l", "I" * 18])
def test_malformed_text_is_no_code(text: str) -> None:
    """Wrong lengths, small letters and letters outside the alphabet are answered with no, not with an error."""
    assert not is_credit_code(text)


@pytest.mark.parametrize("first17", ["", "9" * 16, "9" * 18])
def test_check_character_needs_seventeen(first17: str) -> None:
    """A body of another length has no check character."""
    with pytest.raises(ValueError, match="17 characters are needed"):
        check_character(first17)
