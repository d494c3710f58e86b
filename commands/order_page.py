"""One order described for people and programs: facts, clocks, what may be decided or objected to, its story."""

from collections.abc import Sequence
from typing import Any

from commands.showing import FORMS, URGENCIES, Times, district_names, named, shortfall_text, show, table
from commands.timeline import rung_text, sentence, who
from records.reading import RecordedEvent
from records.session import Read
from records.vault import Erased, open_sealed
from rules.deadline import deadline, expand
from rules.deadline_text import span_text
from rules.labels import PROPOSALS, ROLES, STATUSES, STEPS
from rules.order_claim import falls
from rules.order_clocks import overlapping
from rules.order_state import UNIT_DUTIES
from rules.registers import district_of
from schemas.calendar import Receipt
from schemas.event import Sealed
from schemas.order import Conclusion, ConclusionKind, Obligation, OrderState
from schemas.order_events import Issued, RungReached, parse
from schemas.policy import Policy

CONCLUSIONS = {
    ConclusionKind.level: "升级",
    ConclusionKind.close_out: "销号",
    ConclusionKind.regression: "回头看反弹",
}
PAUSES = {"suspension": "已中止，时限暂停"}


def describe(
    read: Read,
    state: OrderState,
    events: Sequence[RecordedEvent],
    *,
    unit_name: str,
    policy: Policy,
    times: Times,
    days: bool,
    with_text: bool,
) -> dict[str, Any]:
    """Return all there is to know of an order, each thing with the words a person reads beside it."""
    points = {point.id: point.question for point in policy.review}
    return {
        **_facts(state, events, unit_name=unit_name, times=times),
        "obligations": [_obligation(one, state, times, days=days) for one in state.obligations],
        "proposals": [
            {"id": one.id, "kind": one.kind.value, "text": PROPOSALS[one.kind], "by": one.by, "cause": one.cause}
            for one in state.proposals
        ],
        "conclusions": [_conclusion(one, state, times) for one in state.conclusions if _window(one, state)],
        "timeline": [
            _told(one, times, points=points) | ({"texts": _texts(read, one)} if with_text else {}) for one in events
        ],
    }


def _facts(state: OrderState, events: Sequence[RecordedEvent], *, unit_name: str, times: Times) -> dict[str, Any]:
    issued = parse(events[0].stored.event)
    items = issued.items if isinstance(issued, Issued) else ()
    fallen = falls(parse(one.stored.event) for one in events)
    county = district_of(state.region)
    basis = issued.authority_basis if isinstance(issued, Issued) else ()
    whole = state.model_dump(
        mode="json",
        include={
            *("id", "docket", "campaign", "round", "district", "region", "unit", "unit_type", "form", "urgency"),
            *("policy", "issued_at", "sign_due", "first_due", "finish_due", "status", "level", "paused_by"),
            *("signed_at", "submitted_at", "closed_at", "settled", "counts", "seq"),
        },
    )
    return {
        **whole,
        "number": state.doc_no,
        "unit_name": unit_name,
        "district_name": named(district_names(), state.district),
        "county": county,
        "county_name": named(district_names(), county),
        "falls": [
            {"figure": one.figure, "claimed": one.claimed, "issued": one.issued, "text": one.text} for one in fallen
        ],
        "form_text": FORMS[state.form],
        "urgency_text": URGENCIES[state.urgency],
        "status_text": STATUSES[state.status],
        "paused_text": PAUSES.get(state.paused_by, "有异议等待决定，时限暂停") if state.paused_by else "",
        "issued_text": times.text(state.issued_at),
        "finish_text": times.text(state.finish_due),
        "items": [item.model_dump(mode="json") | {"text": shortfall_text(item)} for item in items],
        "authority_basis": list(basis),
        "simulated": events[0].simulated,
    }


def _obligation(one: Obligation, state: OrderState, times: Times, *, days: bool) -> dict[str, Any]:
    rung = one.rungs[0] if one.rungs and one.held_from is None else None
    told: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind.value,
        "text": STEPS[one.kind],
        "waits_for": one.waits_for.value,
        "waits_text": ROLES[one.waits_for],
        "start": one.model_dump(mode="json")["start"],
        "span": str(one.span),
        "span_text": span_text(one.span),
        "due": one.model_dump(mode="json")["due"],
        "due_text": times.text(one.due) + ("（暂定）" if one.provisional else ""),
        "held": one.held_from is not None,
        "late": one.held_from is None and one.due < times.now,
        "next": f"{times.text(rung.at)} {rung_text(rung.name)}" if rung else "",
    }
    return told | ({"days": _days(one, state, times)} if days else {})


def _days(one: Obligation, state: OrderState, times: Times) -> list[dict[str, Any]]:
    """The derivation of a due, day by day, from the inputs that the obligation stores."""
    pauses = overlapping(state.pauses, one.start) if one.kind in UNIT_DUTIES else ()
    receipt: Receipt = deadline(one.start, one.span, calendar=times.calendar, pauses=pauses)
    return [day.model_dump(mode="json") for day in expand(receipt, times.calendar)]


def _window(one: Conclusion, state: OrderState) -> Obligation | None:
    return next((clock for clock in state.obligations if clock.id == one.window), None)


def _conclusion(one: Conclusion, state: OrderState, times: Times) -> dict[str, Any]:
    window = _window(one, state)
    until = times.text(window.due) if window else ""
    return {"id": one.id, "kind": one.kind.value, "text": CONCLUSIONS[one.kind], "by": one.by, "until_text": until}


def _told(one: RecordedEvent, times: Times, *, points: dict[str, str]) -> dict[str, Any]:
    event = parse(one.stored.event)
    told: dict[str, Any] = {
        "seq": one.stored.seq,
        "tag": event.tag,
        "at": event.model_dump(mode="json")["happened_at"],
        "at_text": times.text(event.happened_at),
        "who": who(one),
        "text": sentence(one, times, points=points),
    }
    if isinstance(event, RungReached):
        told["late_s"] = round(times.lateness(event.scheduled, one.recorded_at), 3)
    return told


def _texts(read: Read, one: RecordedEvent) -> dict[str, str]:
    """The sealed texts of an event; one whose key was destroyed says so."""
    opened: dict[str, str] = {}
    for name in ("summary", "reason"):
        value = one.stored.event.fields.get(name)
        if isinstance(value, dict):
            try:
                opened[name] = open_sealed(read, Sealed.model_validate(value))
            except Erased:
                opened[name] = "（已按规定销毁）"
    return opened


def page(found: dict[str, Any]) -> None:
    """Print a description."""
    mark = "（模拟数据）" if found["simulated"] else ""
    elsewhere = "" if found["county"] == found["district"] else f"（计入{found['district_name']}）"
    show(
        f"{found['number']}{mark}  {found['form_text']} · {found['urgency_text']} · {found['level']} 级",
        f"单位 {found['unit_name']}（{found['unit']}），{found['county_name']}{elsewhere}",
        f"现状 {found['status_text']}{found['paused_text'] and '，' + found['paused_text']}",
        f"事由 {'；'.join(item['text'] for item in found['items'])}",
        f"下达 {found['issued_text']}，办结时限 {found['finish_text']}",
        f"编号 {found['id']}",
        *(f"请核对 {one['text']}" for one in found["falls"]),
    )
    _print_clocks(found["obligations"])
    for one in found["proposals"]:
        by = f"，{one['by']} 提出" if one["by"] else "，由时限触发"
        show(f"等待决定 {one['text']}〔{one['id']}〕{by}")
    for one in found["conclusions"]:
        show(f"可申请复核 {one['text']}结论〔{one['id']}〕，{one['until_text']} 前")
    show("", "全过程")
    for one in found["timeline"]:
        show(f"  {one['at_text']}  {one['who']}  {one['text']}")
        for text in one.get("texts", {}).values():
            show(f"      “{text}”")


def _print_clocks(clocks: list[dict[str, Any]]) -> None:
    if not clocks:
        show("没有正在计时的事项。")
        return
    listed = table("事项", "等待", "期限", "最迟", "下一步")
    for one in clocks:
        due = one["due_text"] + ("（审核中，不计）" if one["held"] else "") + (" 逾期" if one["late"] else "")
        listed.add_row(one["text"], one["waits_text"], one["span_text"], due, one["next"])
    show("", listed)
    for one in clocks:
        if "days" in one:
            days = table("日期", "第几", "说明")
            for day in one["days"]:
                days.add_row(day["day"], str(day["n"]) if day["counted"] else "–", day["reason"])
            show("", f"{one['text']}：起算后 {one['span_text']}，最迟 {one['due_text']}", days)
