"""Looks at what is sealed: who opened which texts or files of an order, and when, in streams of their own.

Source: 个人信息保护法 art. 51, 未成年人网络保护条例 art. 36: whoever may see protected content leaves a trace by seeing it.
"""

from typing import Literal

from schemas.event import Digest, Event


class TextsViewed(Event):
    """Sealed texts were opened for somebody to read; `refs` are their references in the vault."""

    tag: Literal["order.texts.viewed"] = "order.texts.viewed"
    order: str
    refs: tuple[str, ...]


class EvidenceViewed(Event):
    """An evidence file was written out in the clear, named by the digest of its ciphertext."""

    tag: Literal["order.evidence.viewed"] = "order.evidence.viewed"
    order: str
    number: int
    evidence: Digest
