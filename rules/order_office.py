"""What the office does: review, close out or return; suspend and resume; transfer, hand over, withdraw; look back.

Each function adds to a draft what its act makes happen, or refuses with a sentence that says what to do next.
"""

from datetime import datetime

from rules.assessment import still_short
from rules.calendar import local_day
from rules.deadline import deadline
from rules.order_draft import Draft, fingerprint
from rules.order_issue import original_span
from rules.order_clocks import overlapping
from schemas.act import CloseOut, HandOver, LookBackReport, Resume, Return, Suspend, Transfer, Withdraw
from schemas.errors import Refused
from schemas.event import Role
from schemas.order import Conclusion, ConclusionKind, Figures, Obligation, OrderState, ProposalKind
from schemas.order_events import (
    Closed,
    ClosedOut,
    LookBackFailed,
    LookBackPassed,
    ProposalMade,
    Resumed,
    Returned,
    Suspended,
    Transferred,
    Withdrawn,
)
from schemas.policy import StepKind


def close_out(draft: Draft, act: CloseOut) -> None:
    """销号: every point of the review answered with yes, by somebody who did not ask for it.

    Raises:
        Refused: `order.close_out.own_request`, `.points` or `.figures_short`.

    """
    _check_close_out(draft, act)
    state = draft.state
    submitted = state.submitted_at or act.at
    window = draft.opened(StepKind.window)
    duty_met = tuple(
        Closed(id=one.id, outcome="met", on_time=submitted <= one.due)
        for one in draft.clocks(StepKind.finish, StepKind.rework, StepKind.rectify)
    )
    draft.add(
        ClosedOut(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            points=act.points,
            on_time=submitted <= state.finish_due,
            on_time_without_extension=submitted <= _unextended_due(draft),
            figures=state.claimed or Figures(headcount=0, registered=0, active=0, has_team=False),
            conclusion=Conclusion(
                id=f"close_out-{state.counts.reopened + 1}-{state.counts.returned}",
                kind=ConclusionKind.close_out,
                by=act.actor.person,
                window=window.id,
            ),
            opens=(*lookback_clocks(draft), window),
            closes=(*duty_met, *draft.met(StepKind.review), *draft.lapsed(StepKind.sign, StepKind.resume)),
        ),
    )
    draft.tell((Role.unit_contact,), "closed_out")


def _check_close_out(draft: Draft, act: CloseOut) -> None:
    if act.actor.person == draft.state.requested_by:
        raise Refused("order.close_out.own_request", "审核人不得是办结申请的提出人,请由其他审核员审核。")
    missing = [point.question for point in draft.policy.review if point.id not in act.points]
    if missing:
        sentence = f"销号须六项审核要点全部通过,尚缺:{'、'.join(missing)}。未通过的请退回重办。"
        raise Refused("order.close_out.points", sentence)
    claimed = draft.state.claimed
    short = still_short(draft.state.triggers, claimed, draft.policy) if claimed else ()
    if short:
        sentence = f"单位申报的数据仍未达标({'、'.join(short)}),不能销号,请退回重办。"
        raise Refused("order.close_out.figures_short", sentence)


def _unextended_due(draft: Draft) -> datetime:
    state = draft.state
    if not state.counts.extended or state.counts.reopened:
        return state.finish_due
    pauses = overlapping(state.pauses, state.issued_at)
    span = original_span(state, draft.policy)
    return deadline(state.issued_at, span, calendar=draft.calendar, pauses=pauses).due


def lookback_clocks(draft: Draft) -> tuple[Obligation, ...]:
    """Return the look-backs' clocks: each begins on its day after close-out, and figures must be in within its step."""
    return tuple(
        draft.opened(
            StepKind.lookback,
            start=deadline(draft.now, lookback.after, calendar=draft.calendar).due,
            ahead=number,
        )
        for number, lookback in enumerate(draft.policy.lookbacks)
    )


def return_for_rework(draft: Draft, act: Return) -> None:
    """退回重办: rework gets a due of its own, the first clock runs on; a second return proposes the circular.

    Raises:
        Refused: `order.return.points` for a point that the policy's review does not have.

    """
    known = {point.id for point in draft.policy.review}
    unknown = [point for point in act.points if point not in known]
    if unknown:
        sentence = f"审核要点“{'、'.join(unknown)}”不存在,请用:{'、'.join(sorted(known))}。"
        raise Refused("order.return.points", sentence)
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
    causes = draft.policy.causes
    level = causes.returned_once if draft.state.counts.returned == 1 else causes.returned_twice
    draft.raise_to(level, cause="returned_once" if draft.state.counts.returned == 1 else "returned_twice")


def suspend(draft: Draft, act: Suspend) -> None:
    """中止: clocks stand still; somebody must resume by a date that the policy limits.

    Raises:
        Refused: `order.paused`, or `order.suspension.too_long` / `.past`.

    """
    if draft.state.paused_by:
        raise Refused("order.paused", "时限已经暂停,请先等待前一事项处理完毕。")
    limit = deadline(act.at, draft.policy.suspension_max, calendar=draft.calendar).due
    if not act.at < act.until <= limit:
        sentence = f"中止须写明恢复日期,且不晚于{local_day(draft.calendar, limit).isoformat()}。"
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


def resume(draft: Draft, act: Resume) -> None:
    """恢复办理: every due of the unit's moves by the working time that the pause took.

    Raises:
        Refused: `order.not_suspended`.

    """
    if draft.state.paused_by != "suspension":
        raise Refused("order.not_suspended", "这份督办单没有中止,无需恢复。")
    moved = draft.moved(end_pause=True)
    draft.add(
        Resumed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            finish_due=finish_of(moved, draft.state),
            closes=draft.met(StepKind.resume),
            changes=moved,
        ),
    )
    draft.tell((Role.unit_contact,), "resumed", due=draft.state.finish_due)


def finish_of(clocks: tuple[Obligation, ...], state: OrderState) -> datetime:
    """Return the due of the main clock among moved ones, or the one in force."""
    return next((one.due for one in clocks if one.kind in (StepKind.finish, StepKind.rectify)), state.finish_due)


def transfer(draft: Draft, act: Transfer) -> None:
    """转办: the other unit must sign; the first clock runs on.

    Raises:
        Refused: `order.transfer.same_unit`, or `order.paused`.

    """
    if act.unit == draft.state.unit:
        raise Refused("order.transfer.same_unit", "转办的单位就是现在的承办单位,请核对。")
    if draft.state.paused_by:
        raise Refused("order.paused", "时限已经暂停,请先处理等待中的事项再转办。")
    sign = draft.opened(StepKind.sign)
    draft.tell((Role.unit_contact,), "transferred_away")
    draft.add(
        Transferred(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            unit=act.unit,
            region=act.region,
            reason=act.reason,
            opens=(sign,),
            closes=draft.lapsed(StepKind.sign),
        ),
    )
    draft.tell((Role.unit_contact,), "supervision_order", due=sign.due)


def hand_over(draft: Draft, act: HandOver) -> None:
    """移交: proposed by an officer for refusal or false material (督查条例 art. 23, 25), recorded once approved.

    Raises:
        Refused: `order.handover.pending`.

    """
    if any(one.kind is ProposalKind.handover for one in draft.state.proposals):
        raise Refused("order.handover.pending", "移交已经提出,正在等待审批。")
    proposal = draft.proposal(ProposalKind.handover, by=act.actor.person, cause="refusal_or_false_material")
    clock = draft.opened(StepKind.approval, proposal=ProposalKind.handover)
    draft.add(
        ProposalMade(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            proposal=proposal,
            reason=act.reason,
            opens=(clock,),
        ),
    )
    draft.tell((clock.waits_for,), "approval_needed", due=clock.due)


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


def look_back(draft: Draft, act: LookBackReport) -> None:
    """回头看: the targets still hold, or the order is open again one level higher.

    Raises:
        Refused: `order.lookback.none` or `order.lookback.too_early`.

    """
    clock = min(draft.clocks(StepKind.lookback), key=lambda one: one.start, default=None)
    if clock is None:
        raise Refused("order.lookback.none", "这份督办单没有待进行的回头看。")
    if act.at < clock.start:
        sentence = f"回头看从{local_day(draft.calendar, clock.start).isoformat()}开始,请到时再报数据。"
        raise Refused("order.lookback.too_early", sentence)
    closed = Closed(id=clock.id, outcome="met", on_time=act.at <= clock.due)
    short = still_short(draft.state.triggers, act.figures, draft.policy)
    if not short:
        draft.add(
            LookBackPassed(
                happened_at=act.at,
                act_key=fingerprint(act.key),
                figures=act.figures,
                closes=(closed,),
            ),
        )
        return
    _regress(draft, act, closed=closed, short=short)


def _regress(draft: Draft, act: LookBackReport, *, closed: Closed, short: tuple[str, ...]) -> None:
    state = draft.state
    rectify, window = draft.opened(StepKind.rectify), draft.opened(StepKind.window)
    others = tuple(one for one in draft.lapsed(StepKind.lookback) if one.id != closed.id)
    draft.add(
        LookBackFailed(
            happened_at=act.at,
            act_key=fingerprint(act.key),
            figures=act.figures,
            short=short,
            finish_due=rectify.due,
            conclusion=Conclusion(
                id=f"regression-{state.counts.reopened + 1}",
                kind=ConclusionKind.regression,
                by=act.actor.person,
                window=window.id,
                closed_before=state.closed_at,
                due_before=state.finish_due,
            ),
            opens=(rectify, window),
            closes=(closed, *others),
        ),
    )
    draft.tell((Role.unit_contact, Role.officer), "regression", due=rectify.due)
    draft.raise_to(min(draft.state.level + 1, 4), cause="regression")
    if draft.state.counts.lookbacks_failed >= (draft.policy.causes.lookbacks_failed_for_interview or 99):
        draft.propose(ProposalKind.interview, by="", cause="lookbacks_failed")

