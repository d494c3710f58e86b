"""What every step of a campaign writes: its fact, once, and the campaign's row as all its facts now leave it."""

from datetime import UTC, datetime
from hashlib import sha256

from records.reading import clock_of
from records.reading_events import history
from records.rows import CampaignRow
from records.session import Read, Write
from records.writing import Fact, append_facts
from records.writing_current import put_campaign
from rules.campaign_register import campaign_now
from schemas import names
from schemas.campaign import CampaignEvent, CampaignInput, parse
from schemas.event import Actor, Cause, Event, dump


def tell(tx: Write, given: CampaignInput, event: Event, *, key: str, actor: Actor) -> None:
    """Record a fact of the campaign under a key of its own, once, and set how far the campaign is."""
    stream = names.campaign_stream(given.campaign)
    cause = Cause(key=_cause_key(stream, key), digest=sha256(key.encode()).hexdigest())
    fact = Fact(cause=cause, actor=actor, events=(dump(event),), policy=given.policy, calendar=given.calendar)
    append_facts(tx, stream, [fact], recorded_at=datetime.now(UTC), simulated=clock_of(tx).simulated)
    stand(tx, given.campaign)


def told_before(read: Read, campaign: str, key: str) -> CampaignEvent | None:
    """Return the fact of a campaign that was recorded under a key, if any."""
    stream = names.campaign_stream(campaign)
    wanted = _cause_key(stream, key)
    return next((parse(one.stored.event) for one in history(read, stream) if one.cause_key == wanted), None)


def _cause_key(stream: str, key: str) -> str:
    return f"{stream}:{key}"[:200]


def stand(tx: Write, campaign: str) -> None:
    """Set how far a campaign is, by its events; raises `LookupError` for one that was never started."""
    told = history(tx, names.campaign_stream(campaign))
    now = campaign_now(campaign, ((one.actor["person"], one.stored) for one in told))
    if now is None:
        message = f"the campaign {campaign} was never started"
        raise LookupError(message)
    put_campaign(tx, CampaignRow(**vars(now)))
