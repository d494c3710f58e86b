"""The unified social credit code (统一社会信用代码, GB 32100-2015): its alphabet and its check character."""

from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18

CHARACTERS = frozenset(ALPHABET)

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def check_character(first17: str) -> str:
    """The 18th character that belongs to the first seventeen: GB 32100, weights 3^i modulo 31.

    Raises KeyError for a character that no code has (I, O, S, V, Z), ValueError for another length.
    """
    values = [_VALUES[character] for character in first17]
    if len(values) != len(_WEIGHTS):
        message = f"{len(_WEIGHTS)} characters are needed, not {len(values)}"
        raise ValueError(message)
    total = sum(map(mul, values, _WEIGHTS))
    return ALPHABET[-total % 31]


def is_credit_code(text: str) -> bool:
    """Whether the text is a code: 18 characters of the alphabet, upper case, the last one the right check character.

    The registration region inside the code is not looked up: units keep their code when they move.
    """
    return len(text) == LENGTH and CHARACTERS.issuperset(text) and check_character(text[:17]) == text[17]
