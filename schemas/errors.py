"""The errors that cross a boundary.

BihuanError
├── Refused          an anticipated refusal: a code for programs, a sentence for people
└── (operational errors and bugs are never wrapped: they retry, or they propagate)
"""


class BihuanError(Exception):
    """The root of all errors of this product."""


class Refused(BihuanError):
    """What was asked may not be done; the sentence says why and what to do next.

    `code` is lower-case dotted English (`order.extension.too_late`), stable for programs;
    `sentence` is Chinese, for the person who asked.
    """

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both; the exception's text is the sentence, with the code behind it."""
        super().__init__(f"{sentence}〔{code}〕")
        self.code = code
        self.sentence = sentence
