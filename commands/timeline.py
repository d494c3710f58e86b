"""An order's events as sentences for people: each made from its tag's template and the event's own fields."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from commands.showing import FORMS, Times, figures_text, named, shortfall_text
from connectors.wording import CAUSES, EVENTS, RUNGS
from records.reading import RecordedEvent
from rules.deadline_text import span_text
from rules.labels import PROPOSALS, ROLES, STEPS
from schemas.event import Actor, Role
from schemas.order import ProposalKind
from schemas.order_events import (
    AnyOrderEvent,
    ClosedOut,
    CompletionRequested,
    ConclusionObjected,
    DeadlineRevised,
    DispatchDisputed,
    EvidenceAttached,
    ExtensionRequested,
    Issued,
    LevelRaised,
    LookBackFailed,
    LookBackPassed,
    OrderEvent,
    ProposalDecided,
    ProposalMade,
    Resumed,
    Returned,
    RungReached,
    Suspended,
    Transferred,
    parse,
)
from schemas.policy import StepKind

_MAIN: Final = (StepKind.finish, StepKind.rectify)
_PUNCTUAL: Final = timedelta(seconds=1)

Words = dict[str, Any]


def sentence(recorded: RecordedEvent, times: Times, *, points: Mapping[str, str]) -> str:
    """Return what happened, in Chinese; `points` are the review's questions by their ids."""
    event = parse(recorded.stored.event)
    words = _WORDS.get(type(event), _nothing)(event, times)
    if isinstance(event, Returned):
        words = {"points": "、".join(named(points, point) for point in event.points)}
    if isinstance(event, RungReached):
        words["late"] = _late(times.lateness(event.scheduled, recorded.recorded_at))
    return EVENTS[event.tag].zh.format(**words)


def who(recorded: RecordedEvent) -> str:
    """`P0007（督办员）`; the clock is itself."""
    actor = Actor.model_validate(recorded.actor)
    return ROLES[actor.role] if actor.role is Role.clock else f"{actor.person}（{ROLES[actor.role]}）"


def _late(seconds: float) -> str:
    return "准时" if timedelta(seconds=seconds) < _PUNCTUAL else f"晚 {duration_text(seconds)}"


def duration_text(seconds: float) -> str:
    """`3.2 秒`, `5 分`, `2 小时 10 分`: real time."""
    if seconds < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{max(seconds, 0):.1f} 秒"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分"


def rung_text(name: str) -> str:
    """`逾期催办`; a repetition says which: `持续催办（第 2 次）`."""
    plain, _, number = name.partition("-")
    return f"{RUNGS.get(plain, plain)}（第 {number} 次）" if number else RUNGS.get(plain, plain)


def _nothing(_event: Any, _times: Times) -> Words:  # noqa: ANN401 - any event
    return {}


def _issued(event: Issued, _times: Times) -> Words:
    items = "；".join(shortfall_text(item) for item in event.items)
    return {"form": FORMS[event.form], "doc_no": event.doc_no, "items": items, "cut_off": event.cut_off}


def _figures(event: CompletionRequested | LookBackPassed, _times: Times) -> Words:
    return {"figures": figures_text(event.figures)}


def _attached(event: EvidenceAttached, _times: Times) -> Words:
    return {"size": f"{event.evidence.size:,}", "digest": event.evidence.digest[:12]}


def _closed_out(event: ClosedOut, _times: Times) -> Words:
    if event.on_time:
        return {"on_time": "按时" if event.on_time_without_extension else "按延期后的时限按时"}
    return {"on_time": "逾期"}


def _extension(event: ExtensionRequested, _times: Times) -> Words:
    extend = event.proposal.extend
    return {"extend": span_text(extend) if extend else "", "proposal": event.proposal.id}


def _disputed(event: DispatchDisputed, _times: Times) -> Words:
    return {"proposal": event.proposal.id}


def _objected(event: ConclusionObjected, _times: Times) -> Words:
    return {"about": event.proposal.about, "proposal": event.proposal.id}


def _proposed(event: ProposalMade, _times: Times) -> Words:
    return {"kind": PROPOSALS[event.proposal.kind], "proposal": event.proposal.id}


def _decided(event: ProposalDecided, times: Times) -> Words:
    level = f"，级别为 {event.conclusion.level}" if event.conclusion and event.conclusion.level else ""
    due = _main_due(event, times)
    return {
        "accepted": "同意" if event.accepted else "不同意",
        "kind": PROPOSALS[ProposalKind(event.kind)],
        "proposal": event.proposal,
        "then": level + (f"，办结时限为 {due}" if due else ""),
    }


def _raised(event: LevelRaised, _times: Times) -> Words:
    return {"level": event.level, "cause": CAUSES.get(event.cause, event.cause)}


def _suspended(event: Suspended, times: Times) -> Words:
    return {"until": times.text(event.until)}


def _moved(event: OrderEvent, times: Times) -> Words:
    due = _main_due(event, times)
    return {"finish_due": f"，办结时限改为 {due}" if due else ""}


def _main_due(event: OrderEvent, times: Times) -> str:
    """The due that the event gives to the duty itself, if it gives one."""
    return next((times.text(one.due) for one in (*event.changes, *event.opens) if one.kind in _MAIN), "")


def _transferred(event: Transferred, _times: Times) -> Words:
    return {"unit": event.unit}


def _failed(event: LookBackFailed, times: Times) -> Words:
    return {"short": "、".join(event.short), "finish_due": _main_due(event, times)}


def _rung(event: RungReached, times: Times) -> Words:
    kind = StepKind(event.obligation.rpartition("-")[0])
    silent = "" if event.told else "，由同批最高一级代为通知"
    return {
        "step": STEPS[kind],
        "rung": rung_text(event.rung),
        "scheduled": times.text(event.scheduled),
        "silent": silent,
    }


_WORDS: Final[dict[type[AnyOrderEvent], Any]] = {
    Issued: _issued,
    CompletionRequested: _figures,
    LookBackPassed: _figures,
    EvidenceAttached: _attached,
    ClosedOut: _closed_out,
    ExtensionRequested: _extension,
    DispatchDisputed: _disputed,
    ConclusionObjected: _objected,
    ProposalMade: _proposed,
    ProposalDecided: _decided,
    LevelRaised: _raised,
    Suspended: _suspended,
    Resumed: _moved,
    DeadlineRevised: _moved,
    Transferred: _transferred,
    LookBackFailed: _failed,
    RungReached: _rung,
}
