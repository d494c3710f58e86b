"""A campaign described: how far it is, who fell short and why, how its orders stand, what was published."""

from collections.abc import Iterable
from typing import Any

from activities.campaign_issuing import covered_in
from commands.showing import FORMS, Times, district_names, flat, named, shortfall_text, show, table, times_of
from connectors.wording import CAMPAIGN_STATES
from records.reading import campaign, campaign_counts, candidates_of, dockets_of, order, publications_of, stream
from records.rows import CampaignRow, CandidateRow
from records.session import Read, Records
from rules.campaign_register import rounds_assessed
from schemas import names
from schemas.assessment import Verdict
from schemas.campaign import Covered
from schemas.errors import Refused
from schemas.order import Figures
from schemas.roster import UnitType

SHOWN = 12
"""So many characters of a list's digest are shown and typed."""
_WHERE = ("name", "region", "unit_type")


def campaign_row(records: Records, campaign_id: str) -> CampaignRow:
    """Return a campaign.

    Raises:
        Refused: `campaign.unknown`.

    """
    with records.read() as read:
        row = campaign(read, campaign_id)
    if row is None:
        raise Refused("campaign.unknown", f"没有专项行动 {campaign_id}。请用 bihuan campaign list 查看编号。")
    return row


def short_units(read: Read, campaign_id: str, round_no: int) -> list[dict[str, Any]]:
    """Return who fell short in a round, by district and unit, each with what is missing in words."""
    districts = district_names()
    short = candidates_of(read, campaign_id, round_no, finding="short")
    covered = _covered(read, covered_in(read, campaign_id, round_no, short))
    return [_short(one, districts) | {"covered": covered.get(one.unit, [])} for one in short]


def _covered(read: Read, covered: Iterable[Covered]) -> dict[str, list[dict[str, Any]]]:
    """By unit, what open orders ask of it already; an order just confirmed has no row yet, and no number to show."""
    numbers = {one.order: row.number for one in covered if (row := order(read, one.order))}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in covered:
        number = numbers.get(one.order, one.order)
        found.setdefault(one.unit, []).append({"order": one.order, "number": number, "triggers": list(one.triggers)})
    return found


def _short(one: CandidateRow, districts: dict[str, str]) -> dict[str, Any]:
    verdict = Verdict.model_validate({name: value for name, value in one.verdict.items() if name not in _WHERE})
    return {
        "unit": one.unit,
        "unit_name": one.verdict["name"],
        "unit_type": UnitType(one.verdict["unit_type"]).label,
        "district": one.district,
        "district_name": named(districts, one.district),
        "form": verdict.form.value,
        "form_text": FORMS[verdict.form],
        "items": [item.model_dump(mode="json") for item in verdict.items],
        "why": "；".join(shortfall_text(item) for item in verdict.items),
        "figures": Figures.model_validate(one.figures).model_dump(mode="json"),
        "cut_off": one.cut_off,
    }


def list_digest(read: Read, campaign_id: str, round_no: int) -> str:
    """Return the digest of a round's list as it is frozen now; empty before there is one."""
    found = rounds_assessed(stream(read, names.campaign_stream(campaign_id))).get(round_no)
    return "" if found is None else found.candidates


def how_to_confirm(found: dict[str, Any], person: str = "人员编号") -> tuple[str, ...]:
    """Return what an officer types who has read the list: exactly this list is confirmed."""
    return (
        f"确认下达：bihuan campaign confirm {found['id']} --as {person}（可用 --exclude 信用代码=理由 剔除）",
        f"  只认这份名单：--list {found['list']}",
    )


def print_short(found: list[dict[str, Any]]) -> None:
    """Print the list that an officer confirms."""
    listed = table("信用代码", "单位", "类型", "区县", "形式", "未达标情况", "数据截至", "已在办")
    for one in found:
        listed.add_row(
            one["unit"],
            one["unit_name"],
            one["unit_type"],
            one["district_name"],
            one["form_text"],
            one["why"],
            one["cut_off"],
            "；".join(f"{asked['number']}（{'、'.join(asked['triggers'])}）" for asked in one["covered"]),
        )
    show(listed if found else "没有未达标的单位。")


def describe(read: Read, row: CampaignRow) -> dict[str, Any]:
    """Return a campaign as records tell it, with the list of who fell short in the present round."""
    times = times_of(read)
    assessed = {
        finding: len(candidates_of(read, row.id, row.round, finding=finding))
        for finding in ("short", "near", "exempt", "clear")
    }
    counts = campaign_counts(read, row.id, row.round, now=times.now)
    return flat(row) | {
        "state_text": CAMPAIGN_STATES[row.state].zh,
        "list": list_digest(read, row.id, row.round)[:SHOWN],
        "assessed": assessed,
        "orders": {name: getattr(counts, name) for name in counts.__dataclass_fields__},
        "dockets": [one.id for one in dockets_of(read, row.id, row.round)],
        "publications": [flat(one) for one in publications_of(read, row.id)],
        "short": short_units(read, row.id, row.round),
    }


def page(found: dict[str, Any], row: CampaignRow, times: Times) -> None:
    """Print a description."""
    assessed, orders = found["assessed"], found["orders"]
    show(
        f"{found['id']}  {found['title']}  第 {found['round']} 轮  {found['state_text']}",
        f"发起 {times.text(row.started_at)}，{found['started_by']}",
        f"核查 {sum(assessed.values())} 家：未达标 {assessed['short']}，关注 {assessed['near']}，"
        f"达标 {assessed['clear']}，豁免 {assessed['exempt']}",
    )
    if row.confirmed_at:
        show(
            f"确认 {times.text(row.confirmed_at)}，{found['confirmed_by']}；本轮至 {times.text(row.round_ends_at)}",
            f"下达 {orders['issued']} 件：在办 {orders['open']}（逾期 {orders['overdue']}），"
            f"销号 {orders['closed_out']}，撤回 {orders['withdrawn']}，全部了结 {orders['settled']}",
        )
        if twice := sum(bool(one["covered"]) for one in found["short"]):
            show(f"{twice} 家已有在办督办单，同一事项未重复下达（督查条例第十五条）。")
        for one in found["publications"]:
            show(f"公布 第 {one['round']} 轮第 {one['version']} 版〔{one['digest'][:12]}〕")
        return
    show("")
    print_short(found["short"])
