"""Who may do what: a person acts only in a role that the policy names for the act, within their unit or region.

Source: 督查条例 art. 17 (recusal), 条例 art. 5; the table itself is the policy's `who_may`.
"""

from collections.abc import Mapping

from rules.labels import ROLES
from schemas.errors import Refused
from schemas.event import Actor, Role
from schemas.region import beginning


def covers(scope: str, region: str) -> bool:
    """Say whether a region code (GB/T 2260; six, nine or twelve digits) answers for another; an empty one for all.

    `140200` is the whole city, `140213` one county, `140213100` one township and not its neighbours.
    """
    return region.startswith(beginning(scope))


def check_may(actor: Actor, act: str, *, unit: str, region: str, who_may: Mapping[str, tuple[Role, ...]]) -> None:
    """Refuse an act that this person may not do here; a campaign has a region and no `unit`.

    Raises:
        Refused: `authority.role`, `authority.other_unit` or `authority.other_region`.

    """
    check_role(actor, act, who_may=who_may)
    if actor.role is Role.unit_contact:
        if actor.scope != unit:
            raise Refused("authority.other_unit", "这份督办单属于另一个单位，请由该单位的联系人办理。")
    elif not covers(actor.scope, region):
        what = "这份督办单不在您负责的区划内" if unit else "这项专项行动的范围超出您负责的区划"
        raise Refused("authority.other_region", f"{what}，请由负责该区划的人员办理。")


def check_role(actor: Actor, act: str, *, who_may: Mapping[str, tuple[Role, ...]]) -> None:
    """Refuse an act that nobody in this role may do, wherever it is.

    Raises:
        Refused: `authority.role`.

    """
    allowed = who_may.get(act, ())
    if actor.role not in allowed:
        names = "、".join(ROLES[role] for role in allowed) or "无人"
        raise Refused("authority.role", f"这一步只能由{names}办理；您的角色是{ROLES[actor.role]}。请由有权的人员办理。")
