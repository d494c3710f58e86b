"""The text and digest by which a rule set is adopted and named wherever it judges.

What is wrong with a rule set is said in `rules.policy_findings`, what it decides in `rules.decision_table`.
"""

import json
from hashlib import sha256

from schemas.policy import Policy


def canonical_text(policy: Policy) -> str:
    """The policy as one line of JSON with sorted keys: the text that is adopted, whatever its file looked like."""
    return json.dumps(policy.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(policy: Policy) -> str:
    """The SHA-256 of the canonical text, in lowercase hex: equal rules have equal digests, comments and order aside."""
    return sha256(canonical_text(policy).encode()).hexdigest()
