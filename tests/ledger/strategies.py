"""What hypothesis may put into a ledger: text, values and fields of the allowed subset."""

from unicodedata import normalize

from hypothesis import strategies as st

from tests.ledger.second_implementation import Value

SURROGATES = st.characters(categories=["Cs"])

texts = st.text(max_size=12).map(lambda text: normalize("NFC", text))
"""Composed text without surrogates, astral characters among it."""

integers = st.integers(min_value=1 - 2**53, max_value=2**53 - 1)
scalars = st.none() | st.booleans() | integers | texts

values: st.SearchStrategy[Value] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)

fields = st.dictionaries(texts, values, max_size=6)
salts = st.binary(min_size=16, max_size=16)
