"""Who may open what is sealed of an order: its own unit, and the office's people who answer for the unit's region.

Source: 个人信息保护法 art. 51 (access by those whose work needs it). The same table for every policy: an office may say who
acts, and everybody who answers for an order may read what it is judged by.
"""

from typing import Final

from rules.authority import check_may
from schemas.event import Actor, Role

VIEW: Final = "view"
VIEWERS: Final = {
    VIEW: (
        Role.unit_contact,
        Role.officer,
        Role.reviewer,
        Role.approver,
        Role.leader,
        Role.data_steward,
        Role.auditor,
    )
}


def check_view(actor: Actor, *, unit: str, region: str) -> None:
    """Refuse whoever has no business with the sealed texts and files of an order.

    Raises:
        Refused: `authority.role`, `authority.other_unit` or `authority.other_region`.

    """
    check_may(actor, VIEW, unit=unit, region=region, who_may=VIEWERS)
