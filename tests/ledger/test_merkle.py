"""The tree: heads and proofs as RFC 6962 defines them, and no altered proof passes."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import consistency_proof, inclusion_proof, node, root, verify_consistency, verify_inclusion
from tests.ledger import second_implementation as second

VECTORS = json.loads((second.VECTORS / "merkle.json").read_text(encoding="ascii"))
LEAVES = [second.leaf_of(b"%d" % place) for place in range(70)]
FOREIGN = second.leaf_of(b"foreign")

sizes = st.integers(min_value=1, max_value=len(LEAVES))


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    """An index and the size of a tree that has it."""
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    """An earlier and a later size of a tree."""
    second_size = draw(sizes)
    return draw(st.integers(1, second_size)), second_size


def spoilt(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof, longer; and with each node altered, replaced, cut, dropped or doubled, or swapped with the next."""
    for at, honest in enumerate(proof):
        altered = (bytes([honest[0] ^ 1]) + honest[1:], honest[:-1] + bytes([honest[-1] ^ 128]), FOREIGN)
        for other in (*altered, honest[:-1], b""):
            yield [*proof[:at], other, *proof[at + 1 :]]
        yield proof[:at] + proof[at + 1 :]
        yield [*proof[:at], honest, *proof[at:]]
    for at, (left, right) in enumerate(pairwise(proof)):
        yield [*proof[:at], right, left, *proof[at + 2 :]]
    yield [*proof, FOREIGN]
    yield [FOREIGN, *proof]


def test_vectors() -> None:
    """Heads and proofs of the vectors come out as the second implementation made them."""
    leaves = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
    seven = leaves[:7]

    assert VECTORS["roots"] == [root(leaves[:size]).hex() for size in range(10)]
    assert VECTORS["inclusion_in_7"] == [[node.hex() for node in inclusion_proof(seven, i)] for i in range(7)]
    assert VECTORS["consistency_with_7"] == [[node.hex() for node in consistency_proof(seven, m)] for m in range(1, 8)]


@given(places())
def test_head_and_inclusion_are_those_of_the_rfc(place: tuple[int, int]) -> None:
    """Head and path equal the RFC's recursive definitions, and the path is accepted."""
    index, size = place
    leaves = LEAVES[:size]
    proof = inclusion_proof(leaves, index)

    assert second.head(leaves) == root(leaves)
    assert second.path(index, leaves) == proof
    assert verify_inclusion(proof, leaf=leaves[index], index=index, size=size, root=root(leaves))


@given(growths())
def test_consistency_is_that_of_the_rfc(growth: tuple[int, int]) -> None:
    """The proof equals the RFC's recursive definition, and is accepted."""
    first, size = growth
    leaves = LEAVES[:size]
    proof = consistency_proof(leaves, first)

    assert second.continuation(first, leaves) == proof
    assert verify_consistency(
        proof, first=first, second=size, first_root=root(leaves[:first]), second_root=root(leaves)
    )


@given(places())
def test_no_altered_inclusion_proof_passes(place: tuple[int, int]) -> None:
    """Every node altered, missing or added, another leaf, head or place: refused."""
    index, size = place
    leaves = LEAVES[:size]
    proof, leaf, head = inclusion_proof(leaves, index), leaves[index], root(leaves)

    assert not any(verify_inclusion(bad, leaf=leaf, index=index, size=size, root=head) for bad in spoilt(proof))
    assert not verify_inclusion(proof, leaf=FOREIGN, index=index, size=size, root=head)
    assert not verify_inclusion(proof, leaf=leaf, index=index, size=size, root=FOREIGN)
    for other in {*range(-1, size + 1)} - {index}:
        assert not verify_inclusion(proof, leaf=leaf, index=other, size=size, root=head)


@given(growths())
def test_no_altered_consistency_proof_passes(growth: tuple[int, int]) -> None:
    """Every node altered, missing or added, and either head exchanged: refused."""
    first, size = growth
    old, new = root(LEAVES[:first]), root(LEAVES[:size])
    proof = consistency_proof(LEAVES[:size], first)

    for bad in spoilt(proof):
        assert not verify_consistency(bad, first=first, second=size, first_root=old, second_root=new)
    assert not verify_consistency(proof, first=first, second=size, first_root=FOREIGN, second_root=new)
    assert not verify_consistency(proof, first=first, second=size, first_root=old, second_root=FOREIGN)


@given(places())
def test_a_path_of_another_length_fails_even_under_a_head_made_for_it(place: tuple[int, int]) -> None:
    """A path one node too long for the size, or too short, is refused although it does lead to the head shown."""
    index, size = place
    leaves = LEAVES[:size]
    proof, leaf, head = inclusion_proof(leaves, index), leaves[index], root(leaves)

    for forged in (node(FOREIGN, head), node(head, FOREIGN)):
        assert not verify_inclusion([*proof, FOREIGN], leaf=leaf, index=index, size=size, root=forged)
    assert not verify_inclusion(proof, leaf=leaf, index=index, size=4 * size, root=head)


@given(growths())
def test_a_continuation_of_another_length_fails_even_under_heads_made_for_it(growth: tuple[int, int]) -> None:
    """The same for consistency: one node too many or too few is refused whatever heads are shown with it."""
    first, size = growth
    old, new = root(LEAVES[:first]), root(LEAVES[:size])
    proof = consistency_proof(LEAVES[:size], first)

    for old_head, new_head in ((node(FOREIGN, old), node(FOREIGN, new)), (old, node(new, FOREIGN))):
        longer = [*proof, FOREIGN]
        assert not verify_consistency(longer, first=first, second=size, first_root=old_head, second_root=new_head)
    assert not verify_consistency(proof, first=first, second=4 * size, first_root=old, second_root=new)


def test_bytes_cannot_be_moved_between_neighbours() -> None:
    """Hashing joins two neighbours without a mark between them, so a shorter leaf beside a longer node is refused."""
    leaf, beside, head = LEAVES[0], LEAVES[1], root(LEAVES[:2])
    short, long = leaf[:-1], leaf[-1:] + beside

    assert node(short, long) == head
    assert not verify_inclusion([long], leaf=short, index=0, size=2, root=head)
    assert not verify_consistency([long], first=1, second=2, first_root=short, second_root=head)


@given(growths().filter(lambda growth: growth[0] < growth[1]), st.data())
def test_a_rewritten_past_has_no_consistency_proof(growth: tuple[int, int], data: st.DataObject) -> None:
    """Where an earlier leaf was exchanged, the proof made from the new tree does not join it to the old head."""
    first, size = growth
    at = data.draw(st.integers(0, first - 1))
    rewritten = [*LEAVES[:at], FOREIGN, *LEAVES[at + 1 : size]]
    proof = consistency_proof(rewritten, first)

    assert not verify_consistency(
        proof, first=first, second=size, first_root=root(LEAVES[:first]), second_root=root(rewritten)
    )


@pytest.mark.parametrize(("first", "size"), [(0, 3), (-1, 3), (4, 3)])
def test_impossible_growth_is_refused(first: int, size: int) -> None:
    """A tree continues none of no leaves and none larger than itself."""
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:size], first)
    assert not verify_consistency([], first=first, second=size, first_root=FOREIGN, second_root=FOREIGN)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_proof(index: int) -> None:
    """A place outside the tree is an error for the prover, and never counts from the end."""
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES[:3], index)
