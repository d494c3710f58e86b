"""The Merkle tree over leaves (RFC 6962, and RFC 9162 section 2.1 for checking): tree head, proofs, and their checks.

Leaves are 32-byte hashes as `ledger.entry.leaf` makes them. Proofs are lists of 32-byte nodes in the RFC's order,
from the leaf upwards. Checking answers true or false and never raises for what a stranger sent: a node of another
length, one too many or one too few is simply no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

NODE_PREFIX = b"\x01"
"""What RFC 6962 (2.1) hashes before two nodes, so that no inner node can be passed off as a leaf."""

HASH_SIZE = 32


def node(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into the node above them."""
    return sha256(NODE_PREFIX + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree head over all leaves in their order; of none it is the hash of nothing (RFC 6962, 2.1)."""
    level = list(leaves)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        level = _above(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The nodes that lead from the leaf at `index` to the root; raises `IndexError` where there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    level, proof = list(leaves), []
    while len(level) > 1:
        if (beside := index ^ 1) < len(level):
            proof.append(level[beside])
        level, index = _above(level), index >> 1
    return proof


def verify_inclusion(proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes) -> bool:
    """Whether the leaf stands at `index` of the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _well_formed(leaf, root, *proof):
        return False
    place, last, reached = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = node(beside, reached)
            place, last = _past_lone(place, last)
        else:
            reached = node(reached, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The nodes that show the first `first` leaves to be the beginning of all (RFC 9162, 2.1.4.1).

    Raises `IndexError` unless there are at least `first` leaves and `first` is at least 1: of nothing, anything is
    the continuation.
    """
    if not 0 < first <= len(leaves):
        raise IndexError(f"a tree of {len(leaves)} leaves does not continue one of {first}")
    proof: list[bytes] = []
    rest, whole = list(leaves), True
    while first != len(rest):
        split = 1 << (len(rest) - 1).bit_length() - 1
        if first <= split:
            proof.append(root(rest[split:]))
            rest = rest[:split]
        else:
            proof.append(root(rest[:split]))
            rest, first, whole = rest[split:], first - split, False
    return ([] if whole else [root(rest)]) + proof[::-1]


def verify_consistency(
    proof: Sequence[bytes], *, first: int, second: int, first_root: bytes, second_root: bytes
) -> bool:
    """Whether the tree of `second` leaves continues the one of `first` without altering it (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second or not _well_formed(first_root, second_root, *proof):
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    return bool(path) and _joins(path, first=first, second=second) == (first_root, second_root)


def _joins(path: Sequence[bytes], *, first: int, second: int) -> tuple[bytes, bytes] | None:
    """The roots of both trees as the path gives them, or nothing where it is too long or too short."""
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node(beside, old), node(beside, new)
            place, last = _past_lone(place, last)
        else:
            new = node(new, beside)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _past_lone(place: int, last: int) -> tuple[int, int]:
    """Climb the levels on which the node has no neighbour and is carried up as it is."""
    while not place & 1 and place:
        place, last = place >> 1, last >> 1
    return place, last


def _above(level: list[bytes]) -> list[bytes]:
    """The next level of the tree: neighbours joined, a last one without neighbour carried up as it is."""
    joined = [node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return joined + level[len(joined) * 2 :]


def _well_formed(*hashes: bytes) -> bool:
    return all(len(digest) == HASH_SIZE for digest in hashes)
