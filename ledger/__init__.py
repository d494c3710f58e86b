"""Canonical form, leaf, Merkle tree, signed notes; pure, imports nothing of ours."""
