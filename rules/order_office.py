"""What the office does: review, close out or return; suspend and resume; transfer, hand over, withdraw.

Each function adds to a draft what its act makes happen, or refuses with a sentence that says what to do next.
"""

from collections.abc import Sequence
from datetime import datetime

from rules.assessment import form_for, still_short
from rules.authority import covers
from rules.calendar import local_day
from rules.deadline import deadline
from rules.order_clocks import days_zh, overlapping
from rules.order_draft import Draft, fingerprint
from rules.order_issue import LETTERS, original_span
from rules.order_state import MAIN
from schemas.act import CloseOut, HandOver, Resume, Return, Suspend, Transfer, Withdraw
from schemas.calendar import Pause
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Conclusion, ConclusionKind, Figures, Form, Obligation, ProposalKind
from schemas.order_events import (
    Closed,
    ClosedOut,
    ProposalMade,
    Resumed,
    Returned,
    Suspended,
    Transferred,
    Withdrawn,
)
from schemas.policy import LookBack, StepKind


def close_out(draft: Draft, act: CloseOut) -> None:
    """销号: every point of the review answered with yes, by somebody who neither asked for it nor closed it out before.

    Pending approvals go on: what was late stays to be decided. A pending extension has nothing left to extend.

    Raises:
        Refused: `order.review.own_request`, `.recused` or `.points`, `order.close_out.points` or `.figures_short`.

    """
    claimed, submitted = _check_close_out(draft, act)
    state = draft.state
    window = draft.opened(StepKind.window)
    draft.add(
        ClosedOut(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            points=act.points,
            on_time=submitted <= state.finish_due,
            on_time_without_extension=submitted <= _unextended_due(draft),
            figures=claimed,
            conclusion=Conclusion(
                id=named(ConclusionKind.close_out, window),
                by=act.actor.person,
                window=window.id,
                closed_at=act.at,
            ),
            opens=(*lookback_clocks(draft, act.at, draft.policy.lookbacks), window),
            closes=(*_duty_met(draft, submitted), *draft.met(StepKind.review), *_extensions(draft)),
        ),
    )
    draft.tell((Role.unit_contact,), "closed_out")


def named(kind: ConclusionKind, window: Obligation) -> str:
    """Return a conclusion's id, numbered as its window is: no later one has the same."""
    return f"{kind}-{window.id.rpartition('-')[2]}"


def _duty_met(draft: Draft, submitted: datetime) -> tuple[Closed, ...]:
    return tuple(
        Closed(id=one.id, outcome="met", on_time=submitted <= one.due)
        for one in draft.clocks(StepKind.finish, StepKind.rework, StepKind.rectify)
    )


def _extensions(draft: Draft) -> tuple[Closed, ...]:
    asked = (one.obligation for one in draft.state.proposals if one.kind is ProposalKind.extension)
    return tuple(Closed(id=clock, outcome="lapsed") for clock in asked)


def _check_close_out(draft: Draft, act: CloseOut) -> tuple[Figures, datetime]:
    """Return the claimed figures and when they were handed in, if they may be accepted."""
    _check_reviewer(draft, act)
    missing = [point.question for point in draft.policy.review if point.id not in act.points]
    if missing:
        sentence = f"销号须审核要点全部通过，尚缺：{'、'.join(missing)}。未通过的请退回重办。"
        raise Refused("order.close_out.points", sentence)
    claimed, submitted = draft.state.claimed, draft.state.submitted_at
    if claimed is None or submitted is None:
        message = f"order {draft.state.id} is under review without a request"
        raise ValueError(message)
    short = still_short(draft.state.triggers, claimed, draft.policy)
    if short:
        sentence = f"单位申报的数据仍未达标（{'、'.join(short)}），不能销号，请退回重办。"
        raise Refused("order.close_out.figures_short", sentence)
    return claimed, submitted


def _check_reviewer(draft: Draft, act: CloseOut | Return) -> None:
    """Keep out whoever asked for close-out, and whoever granted one that was set aside (督查条例 art. 17)."""
    if act.actor.person == draft.state.requested_by:
        raise Refused("order.review.own_request", "审核人不得是办结申请的提出人，请由其他审核员审核。")
    if act.actor.person in draft.state.barred:
        sentence = "您作出的销号结论已在复核中被撤销，依照《政府督查工作条例》第十七条应当回避，请由其他审核员审核。"
        raise Refused("order.review.recused", sentence)
    known = {point.id for point in draft.policy.review}
    unknown = [point for point in act.points if point not in known]
    if unknown:
        sentence = f"审核要点“{'、'.join(unknown)}”不存在，请用：{'、'.join(sorted(known))}。"
        raise Refused("order.review.points", sentence)


def _unextended_due(draft: Draft) -> datetime:
    """Return what the main clock's due would be without extension; of one met before, what is still known."""
    state, clock = draft.state, next(iter(draft.clocks(*MAIN)), None)
    if not state.counts.extended or (clock is None and state.counts.reopened):
        return state.finish_due
    start, kind = (clock.start, clock.kind) if clock else (state.issued_at, StepKind.finish)
    span = original_span(state, kind, draft.policy)
    return deadline(start, span, calendar=draft.calendar, pauses=overlapping(state.pauses, start)).due


def lookback_clocks(draft: Draft, closed_at: datetime, lookbacks: Sequence[LookBack]) -> tuple[Obligation, ...]:
    """Return the look-backs' clocks: each begins on its day after close-out, at once where that is over."""
    return tuple(
        draft.opened(
            StepKind.lookback,
            start=max(draft.now, deadline(closed_at, lookback.after, calendar=draft.calendar).due),
            ahead=number,
        )
        for number, lookback in enumerate(lookbacks)
    )


def return_for_rework(draft: Draft, act: Return) -> None:
    """退回重办: rework gets a due of its own, the first clock runs on; a second return proposes the circular.

    Raises:
        Refused: `order.review.own_request`, `.recused` or `.points`.

    """
    _check_reviewer(draft, act)
    rework = draft.opened(StepKind.rework)
    draft.add(
        Returned(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            points=act.points,
            reason=act.reason,
            opens=(rework,),
            closes=(*draft.met(StepKind.review), *draft.lapsed(StepKind.rework)),
            changes=tuple(one for one in draft.released() if one.kind is not StepKind.rework),
        ),
    )
    draft.tell((Role.unit_contact,), "returned", due=rework.due)
    cause = "returned_once" if draft.state.counts.returned == 1 else "returned_twice"
    draft.raise_to(getattr(draft.policy.causes, cause), cause=cause)


def suspend(draft: Draft, act: Suspend) -> None:
    """中止: clocks stand still; somebody must resume by a date that the policy limits.

    Raises:
        Refused: `order.suspension.until` for a date that is past or later than the policy allows, `.used_up` where the
            order's suspensions have lasted so long already.

    """
    limit, most = _suspension_limit(draft, act.at), days_zh(draft.policy.suspension_max)
    if limit <= act.at:
        raise Refused("order.suspension.used_up", f"这份督办单累计中止已满{most}，不能再次中止，请继续办理。")
    if not act.at < act.until <= limit:
        day = local_day(draft.calendar, limit).isoformat()
        sentence = f"中止须写明恢复日期，且不晚于{day}（每份督办单累计中止不超过{most}）。"
        raise Refused("order.suspension.until", sentence)
    resume = draft.opened(StepKind.resume, start=act.until)
    draft.add(
        Suspended(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            until=act.until,
            reason=act.reason,
            opens=(resume,),
        ),
    )
    draft.tell((Role.unit_contact,), "suspended", due=act.until)


def _suspension_limit(draft: Draft, at: datetime) -> datetime:
    """Return until when a suspension that begins now may last.

    All suspensions of an order are one clock, which stands still in between: cut into parts they last no longer.
    """
    past = draft.state.suspensions
    begins = (*(one.start for one in past), at)
    between = zip((one.end for one in past), begins[1:], strict=True)
    gaps = tuple(Pause(start=end, end=max(end, begin)) for end, begin in between if end is not None)
    return deadline(begins[0], draft.policy.suspension_max, calendar=draft.calendar, pauses=gaps).due


def resume(draft: Draft, act: Resume) -> None:
    """恢复办理: the unit's dues move by the working time that the pause took, unless an objection goes on pausing.

    Raises:
        Refused: `order.not_suspended`.

    """
    closes = draft.met(StepKind.resume)
    if not closes:
        raise Refused("order.not_suspended", "这份督办单没有中止，无需恢复。")
    draft.add(
        Resumed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            closes=closes,
            changes=draft.unpaused_by(closes),
        ),
    )
    draft.tell((Role.unit_contact,), "resumed", due=draft.state.finish_due)


def transfer(draft: Draft, act: Transfer) -> None:
    """转办: the other unit must sign; the first clock runs on, and the order counts for the district it was issued in.

    Raises:
        Refused: `order.transfer.same_unit`, `.other_region` for a unit that this officer does not answer for, `.form` where
            one of the two is an object of supervision and the other is not (督查条例 art. 5), or `.covered` where the unit
            is asked for the same already (art. 15).

    """
    _check_transfer(draft, act)
    sign = draft.opened(StepKind.sign)
    draft.tell((Role.unit_contact,), "transferred_away")
    draft.add(
        Transferred(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            unit=act.unit,
            unit_type=act.unit_type,
            region=act.region,
            reason=act.reason,
            opens=(sign,),
            closes=draft.lapsed(StepKind.sign),
        ),
    )
    draft.tell((Role.unit_contact,), LETTERS[draft.state.form], due=sign.due)


def _check_transfer(draft: Draft, act: Transfer) -> None:
    if act.unit == draft.state.unit:
        raise Refused("order.transfer.same_unit", "转办的单位就是现在的承办单位，请核对。")
    if not covers(act.actor.scope, act.region):
        raise Refused("order.transfer.other_region", "转办的单位不在您负责的区划内，请由上级督办员转办。")
    if form_for(act.unit_type, draft.policy) is not draft.state.form:
        raise Refused(
            "order.transfer.form", "督办单不能转给企业等非督查对象，提示函也不能转给督查对象；请撤回后另行下达。"
        )
    if twice := [one for one in draft.state.triggers if one in act.asked]:
        sentence = f"该单位已有在办督办单涉及同一事项（{'、'.join(twice)}），不得重复督办；请另选单位或撤回本单。"
        raise Refused("order.transfer.covered", sentence)


def hand_over(draft: Draft, act: HandOver) -> None:
    """移交: proposed by an officer for refusal or false material (督查条例 art. 23, 25), recorded once approved.

    Raises:
        Refused: `order.handover.advisory` for a letter, or `.pending`.

    """
    if draft.state.form is Form.advisory:
        sentence = "提示函的对象不是督查对象，不得移交；如有违法线索，请依法另行移送主管机关。"
        raise Refused("order.handover.advisory", sentence)
    if any(one.kind is ProposalKind.handover for one in draft.state.proposals):
        raise Refused("order.handover.pending", "移交已经提出，正在等待审批。")
    proposal, clock = draft.proposal(ProposalKind.handover, by=act.actor.person, cause="refusal_or_false_material")
    draft.add(
        ProposalMade(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal,
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.ask(clock, "approval_needed")


def withdraw(draft: Draft, act: Withdraw) -> None:
    """撤回: every clock lapses; the order keeps its number and stays in the table."""
    draft.tell((Role.unit_contact,), "withdrawn")
    draft.add(
        Withdrawn(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            reason=act.reason,
            closes=draft.lapsed(*StepKind),
        ),
    )
