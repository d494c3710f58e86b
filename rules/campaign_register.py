"""The campaign's folds: how far a campaign is, what it published, and what it froze, by its events alone.

The same folds make the rows when a step is recorded and when they are rebuilt.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas.board import Period
from schemas.campaign import (
    CampaignEnded,
    CampaignEvent,
    CampaignNow,
    CampaignStarted,
    CampaignState,
    CampaignWithdrawn,
    PublicationNow,
    RoundAssessed,
    RoundConfirmed,
    RoundPublished,
    parse,
)
from schemas.docket import StoredEvent


def campaign_now(campaign: str, events: Iterable[tuple[str, StoredEvent]]) -> CampaignNow | None:
    """The campaign as its events leave it, each with the person who caused it; None when none of them starts it."""
    now: CampaignNow | None = None
    for person, stored in events:
        event = parse(stored.event)
        if isinstance(event, CampaignStarted):
            now = _started(campaign, event, person=person, seq=stored.seq)
        elif now is not None and (change := _change(event, person=person)):
            now = now.model_copy(update=change | {"seq": stored.seq})
    return now


def _started(campaign: str, event: CampaignStarted, *, person: str, seq: int) -> CampaignNow:
    return CampaignNow(
        id=campaign,
        title=event.title,
        state=CampaignState.started.value,
        round=1,
        policy=event.policy,
        calendar=event.calendar,
        urgency=event.urgency.value,
        definitions=event.definitions.model_dump(mode="json"),
        started_at=event.happened_at,
        started_by=person,
        seq=seq,
    )


def _change(event: CampaignEvent, *, person: str) -> dict[str, Any]:
    """Which columns an event sets; a publication moves nothing."""
    match event:
        case RoundAssessed():
            # A new round waits for a confirmation of its own.
            unknown = dict.fromkeys(("confirmed_at", "confirmed_by", "round_ends_at"))
            return unknown | {"state": CampaignState.assessed.value, "round": event.round}
        case RoundConfirmed():
            confirmed = {"confirmed_at": event.happened_at, "confirmed_by": person, "round_ends_at": event.ends_at}
            return confirmed | {"state": CampaignState.running.value}
        case CampaignWithdrawn():
            return {"state": CampaignState.withdrawn.value}
        case CampaignEnded():
            return {"state": CampaignState.ended.value, "ended_at": event.happened_at}
        case _:
            return {}


def publications_now(campaign: str, events: Iterable[tuple[datetime, StoredEvent]]) -> tuple[PublicationNow, ...]:
    """Every version that the campaign published, by its events, each with the instant at which it was written."""
    parsed = ((made_at, parse(stored.event)) for made_at, stored in events)
    return tuple(
        round_published(campaign, event, made_at=made_at)
        for made_at, event in parsed
        if isinstance(event, RoundPublished)
    )


def round_published(campaign: str, event: RoundPublished, *, made_at: datetime) -> PublicationNow:
    """The version that this event published."""
    return PublicationNow(
        campaign=campaign,
        round=event.round,
        version=event.version,
        digest=event.table,
        files=event.files,
        made_at=made_at,
    )


def rounds_assessed(events: Iterable[StoredEvent]) -> dict[int, RoundAssessed]:
    """Each round's assessment, by the round; its digest says what was frozen."""
    parsed = (parse(stored.event) for stored in events)
    return {event.round: event for event in parsed if isinstance(event, RoundAssessed)}


def rounds_confirmed(events: Iterable[StoredEvent]) -> dict[int, RoundConfirmed]:
    """Each round's confirmation, by the round; the campaign's row holds only the running round's."""
    parsed = (parse(stored.event) for stored in events)
    return {event.round: event for event in parsed if isinstance(event, RoundConfirmed)}


def round_period(confirmed: RoundConfirmed, zone: ZoneInfo) -> Period:
    """The days that a round's table speaks of, in the office's zone: from its confirmation to the end fixed then.

    A round whose orders all end early keeps its period, so that every edition of its table speaks of the same days.
    """
    first, last = (at.astimezone(zone).date() for at in (confirmed.happened_at, confirmed.ends_at))
    return Period(first=first, last=last)
