"""A docket's roll: which orders it keeps and how each stands: to be issued, aside, being recorded, put off.

The bookkeeping between the waiting (`workflows/docket.py`) and the judging (`rules/order_changes.py`): when does the
next clock ring, who may be judged now, what becomes of a subject by the records' answer. Nothing here waits or writes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rules import order as machine
from rules.order_changes import Judged, followed
from schemas.act import Issue
from schemas.docket import ActAnswer, ChangeAnswer, DocketInput, Outcome
from schemas.errors import Refused
from schemas.order import ENDED, OrderState

_NOT_RECORDED = {
    Outcome.key_reused: ("act.key_reused", "这个操作编号已用于另一项内容，请换一个编号重新提交。"),
    Outcome.unrecordable: ("act.unrecordable", "这项内容无法保存，请检查后重新提交。"),
    Outcome.act_waiting: ("act.busy", "这份督办单有更早收到的事项待办，您的操作已收到，稍后自动办理。"),
}


class Roll:
    """The orders of one docket, in the order they came; changed only by what the records answered.

    `locked` are those of which a decision is being recorded just now: nobody else judges them meanwhile.
    """

    def __init__(self, given: DocketInput) -> None:
        """Take over what a run was given; what is still to be issued is locked until it is."""
        self.subjects = {state.id: state for state in given.subjects}
        self.unissued = {issue.order: issue for issue in given.issues}
        self.aside = dict.fromkeys(given.aside)
        self.locked = self.unissued.keys() - self.aside.keys()
        self._capacity = given.capacity
        self._not_before: dict[str, datetime] = {}

    # --- clocks ---

    def due(self, order: str) -> datetime | None:
        """Return when a subject's next rung may be recorded; none while aside, being recorded, or without a clock."""
        if order in self.aside or order in self.locked:
            return None
        at = machine.next_due(self.subjects[order])
        return None if at is None else max(at, self._not_before.get(order, at))

    def next_due(self) -> datetime | None:
        """Return the earliest of all."""
        return min((at for order in self.subjects if (at := self.due(order)) is not None), default=None)

    def due_by(self, now: datetime, *, among: Iterable[str] | None = None) -> list[str]:
        """Return whom the clock calls at `now`."""
        orders = self.subjects if among is None else among
        return [order for order in orders if (at := self.due(order)) is not None and at <= now]

    @property
    def settled(self) -> bool:
        """Whether no clock of this docket can run again, and nothing is aside or in the middle of something."""
        return not self.aside and not self.locked and all(state.settled for state in self.subjects.values())

    # --- who is here ---

    def subject(self, order: str) -> OrderState:
        """Return how an order stands.

        Raises:
            Refused: `order.aside` or `order.unknown`.

        """
        if order in self.aside:
            raise set_aside()
        if order not in self.subjects:
            raise Refused("order.unknown", f"没有督办单 {order}，请核对编号。")
        return self.subjects[order]

    def fresh(self, issues: Iterable[Issue]) -> dict[str, Issue]:
        """Return the orders that are not here yet.

        Raises:
            Refused: `docket.full` where there is no room for all of them.

        """
        known = self.subjects.keys() | self.unissued.keys()
        fresh = {issue.order: issue for issue in issues if issue.order not in known}
        if len(known) + len(fresh) > self._capacity:
            raise Refused("docket.full", "本卷宗已满，请另立新卷宗。")
        return fresh

    def enter(self, fresh: dict[str, Issue]) -> None:
        """Take in orders to be issued, locked until they are."""
        self.unissued |= fresh
        self.locked |= fresh.keys()

    def put(self, state: OrderState) -> None:
        """Take a state from the records."""
        self.subjects[state.id] = state
        self.unissued.pop(state.id, None)

    # --- what the records answered ---

    def fold(self, judged: Judged, answer: ChangeAnswer, *, again_at: datetime) -> str:
        """Take what the records answer; returns why the subject must be set aside, nothing where it need not.

        They know best: what they hold already is folded in as it was stored. A rung for which an act is waiting is put
        off until the shown instant `again_at`, or until that act is judged.
        """
        order = judged.after.id
        self._not_before.pop(order, None)
        match answer.outcome:
            case Outcome.recorded:
                self.put(judged.after)
            case Outcome.repeated | Outcome.moved_on:
                return self._follow(order, answer)
            case Outcome.act_waiting:
                self._not_before[order] = again_at
            case _:
                return f"{answer.outcome}: {answer.problem}"
        return ""

    def _follow(self, order: str, answer: ChangeAnswer) -> str:
        try:
            state = followed(self.subjects.get(order), answer.events)
        except Exception as error:  # noqa: BLE001 - whatever an event cannot be folded for, its docket goes on
            return problem_of(error)
        if state is not None:
            self.put(state)
        return ""

    def stuck(self, swept: Iterable[Judged]) -> list[str]:
        """Return whom a sweep did not move: swept again and again, they would stop their docket."""
        orders = (one.after.id for one in swept if self.subjects[one.after.id].seq == one.change.expected_seq)
        return [order for order in orders if order not in self._not_before and order not in self.aside]

    # --- telling ---

    def carried(self) -> dict[str, Any]:
        """Return what the next run is given of this one."""
        return {
            "issues": tuple(self.unissued.values()),
            "subjects": tuple(self.subjects.values()),
            "aside": tuple(self.aside),
        }

    def tally(self) -> str:
        """Return in one Chinese line how many orders are here and how far they are."""
        ended = sum(state.status in ENDED for state in self.subjects.values())
        settled = sum(state.settled for state in self.subjects.values())
        held, aside = len(self.subjects), len(self.aside)
        return f"在册 {held} 件 · 已销号或撤回 {ended} 件 · 已了结 {settled} 件 · 搁置 {aside} 件"


def set_aside() -> Refused:
    """Return what a person is told whose order is set aside; the act is kept, and judged once the order is back."""
    return Refused("order.aside", "这份督办单因数据问题暂时搁置，管理员处理后会继续，请稍后再试。")


def problem_of(error: Exception) -> str:
    """Return what an incident says of an error: what it is, and in which function it arose."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return repr(error) if at is None else f"{error!r} in {at.tb_frame.f_code.co_name}"


def check_recorded(outcome: Outcome) -> None:
    """Refuse an act that the records did not take.

    Raises:
        Refused: `act.key_reused`, `act.unrecordable`, or `act.busy` where an act received earlier goes first.

    """
    if outcome in _NOT_RECORDED:
        raise Refused(*_NOT_RECORDED[outcome])


def told(state: OrderState, key: str, *, repeated: bool = False) -> ActAnswer:
    """Return what the person is told who acted with this key: the order as it stands now."""
    row = machine.row(state)
    return ActAnswer(
        order=state.id,
        key=key,
        seq=state.seq,
        status=row.status,
        level=row.level,
        waits_for=row.waits_for,
        due=row.due,
        repeated=repeated,
    )


def parts(orders: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """Split orders into parts of at most `size`."""
    return (orders[start : start + size] for start in range(0, len(orders), size))
