"""The campaign's folds: how far it is, what it published and what it froze, by its events alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from rules.campaign_register import (
    campaign_now,
    publications_now,
    round_period,
    rounds_assessed,
    rounds_confirmed,
)
from schemas.board import Definitions, Period
from schemas.campaign import (
    CampaignEnded,
    CampaignNow,
    CampaignStarted,
    CampaignWithdrawn,
    PublicationNow,
    RoundAssessed,
    RoundConfirmed,
    RoundPublished,
    parse,
)
from schemas.docket import StoredEvent
from schemas.event import Event, EventData, Sealed, dump
from schemas.order import Urgency

AT = datetime(2026, 10, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DIGEST = "ab" * 32
DEFINITIONS = Definitions(columns={}, ranking=(), small_unit=5)
STARTED = CampaignStarted(
    happened_at=AT,
    campaign="2026-001",
    title="合成专项行动",
    region="140200",
    policy="p",
    calendar="c",
    urgency=Urgency.urgent,
    rounds=2,
    definitions=DEFINITIONS,
)
ENDED = CampaignEnded(happened_at=AT + 9 * DAY)


def assessed(round_no: int) -> RoundAssessed:
    """A round's assessment."""
    return RoundAssessed(
        happened_at=AT + round_no * DAY,
        round=round_no,
        assessed=3,
        short=2,
        advisory=1,
        watched=0,
        candidates=DIGEST,
    )


def confirmed(round_no: int) -> RoundConfirmed:
    """A round's confirmation, an hour after its assessment, for a day."""
    at = AT + round_no * DAY + timedelta(hours=1)
    return RoundConfirmed(happened_at=at, round=round_no, orders=2, first_number=1, last_number=2, ends_at=at + DAY)


def published(version: int) -> RoundPublished:
    """A version of the first round's table."""
    return RoundPublished(
        happened_at=AT + 2 * DAY, round=1, version=version, table=DIGEST, files={"board.json": DIGEST}
    )


def stored(*events: Event) -> list[StoredEvent]:
    """Events as a stream of their own."""
    return [StoredEvent(seq=seq, event=dump(event)) for seq, event in enumerate(events, start=1)]


def standing(*events: Event) -> CampaignNow:
    """The campaign after these events; each was caused by a person named after its position."""
    now = campaign_now("2026-001", ((f"P{one.seq}", one) for one in stored(STARTED, *events)))
    assert now is not None
    return now


def test_a_started_campaign_stands_in_its_first_round() -> None:
    """All that a campaign is started with is in its row, the definitions whole; nothing is confirmed."""
    assert standing() == CampaignNow(
        id="2026-001",
        title="合成专项行动",
        state="started",
        round=1,
        policy="p",
        calendar="c",
        urgency="urgent",
        definitions={"columns": {}, "ranking": [], "small_unit": 5},
        started_at=AT,
        started_by="P1",
        seq=1,
    )


def test_a_confirmation_says_who_when_and_until_when() -> None:
    """The running round's confirmation stands in the row, with the person who gave it."""
    now, told = standing(assessed(1), confirmed(1)), confirmed(1)

    assert (now.state, now.round, now.seq) == ("running", 1, 3)
    assert (now.confirmed_at, now.confirmed_by, now.round_ends_at) == (told.happened_at, "P3", told.ends_at)


def test_a_new_round_is_not_confirmed_yet() -> None:
    """Once the second round is assessed, the first one's confirmation and end are the row's no longer."""
    now = standing(assessed(1), confirmed(1), assessed(2))

    assert (now.state, now.round, now.seq) == ("assessed", 2, 4)
    assert (now.confirmed_at, now.confirmed_by, now.round_ends_at) == (None, None, None)


def test_a_publication_moves_nothing() -> None:
    """A campaign stands after a publication as before it, its position included."""
    assert standing(assessed(1), confirmed(1), published(1)) == standing(assessed(1), confirmed(1))


def test_a_campaign_ends_or_is_taken_back() -> None:
    """An end has its instant; a withdrawal keeps the last confirmation in view."""
    ended = standing(assessed(1), confirmed(1), ENDED)
    sealed = Sealed(ref="r", commitment=DIGEST)
    taken = standing(assessed(1), confirmed(1), CampaignWithdrawn(happened_at=AT + 3 * DAY, reason=sealed))

    assert (ended.state, ended.ended_at, ended.confirmed_by) == ("ended", ENDED.happened_at, "P3")
    assert (taken.state, taken.ended_at, taken.confirmed_by, taken.seq) == ("withdrawn", None, "P3", 4)


def test_without_a_start_there_is_no_campaign() -> None:
    """Events of a campaign that nobody started make no row."""
    assert campaign_now("2026-001", (("P1", one) for one in stored(assessed(1), ENDED))) is None


def test_every_published_version_is_kept() -> None:
    """Each version has its files' digests and the instant at which it was written; other events make none."""
    written = [(AT + n * DAY, one) for n, one in enumerate(stored(STARTED, published(1), published(2)))]

    assert publications_now("2026-001", written) == tuple(
        PublicationNow(
            campaign="2026-001",
            round=1,
            version=version,
            digest=DIGEST,
            files={"board.json": DIGEST},
            made_at=AT + version * DAY,
        )
        for version in (1, 2)
    )


def test_each_round_has_its_own_assessment() -> None:
    """Assessments are found by their round among all other events."""
    told = stored(STARTED, assessed(1), confirmed(1), assessed(2))

    assert rounds_assessed(told) == {1: assessed(1), 2: assessed(2)}


def test_each_round_keeps_its_own_confirmation() -> None:
    """The first round's stays readable after the second one's has taken its place in the campaign's row."""
    told = stored(STARTED, assessed(1), confirmed(1), published(1), assessed(2), confirmed(2), ENDED)

    assert rounds_confirmed(told) == {1: confirmed(1), 2: confirmed(2)}


def test_a_rounds_period_is_in_the_offices_days() -> None:
    """From the confirmation to the end fixed with it, by the office's calendar day: 16:30 UTC is the next day in Datong."""
    late = datetime(2026, 10, 8, 16, 30, tzinfo=UTC)
    told = confirmed(1).model_copy(update={"happened_at": late, "ends_at": late + 7 * DAY})

    assert round_period(told, ZoneInfo("Asia/Shanghai")) == Period(first=date(2026, 10, 9), last=date(2026, 10, 16))
    assert round_period(told, ZoneInfo("UTC")) == Period(first=date(2026, 10, 8), last=date(2026, 10, 15))


def test_what_is_no_campaigns_event_is_refused() -> None:
    """A fold never passes over an event it does not know."""
    with pytest.raises(ValidationError):
        parse(EventData(tag="campaign.unheard_of", happened_at=AT))
