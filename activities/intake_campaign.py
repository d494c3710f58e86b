"""What a door writes and reads of a campaign by itself: its first event, sealed reasons, its input anew."""

from datetime import UTC, datetime
from hashlib import sha256

from activities.campaign_standing import stand
from records.reading import campaign, clock_of, stream
from records.reading_loop import load_policy
from records.session import Read, Records
from records.vault import RefReused, seal
from records.writing import Fact, append_facts
from rules.authority import check_may
from schemas import names
from schemas.board import Definitions
from schemas.campaign import CampaignInput, CampaignStarted, CampaignState
from schemas.errors import Refused
from schemas.event import Actor, Cause, Role, Sealed, dump
from schemas.order import Urgency


def start_campaign(records: Records, given: CampaignInput) -> None:
    """Record that a campaign began, its definitions frozen; the same start again changes nothing.

    Raises:
        Refused: `campaign.exists`, or `authority.*` where this person may not start one here.

    """
    check_may(given.started_by, "start", unit="", region=given.region, who_may=given.who_may)
    name = names.campaign_stream(given.campaign)
    event = CampaignStarted(
        happened_at=given.started_at,
        campaign=given.campaign,
        title=given.title,
        region=given.region,
        policy=given.policy,
        calendar=given.calendar,
        urgency=given.urgency,
        rounds=given.rounds,
        definitions=given.definitions,
    )
    asked = sha256(event.model_dump_json(exclude={"happened_at"}).encode()).hexdigest()
    cause = Cause(key=f"{name}:start", digest=asked)
    fact = Fact(
        cause=cause, actor=given.started_by, events=(dump(event),), policy=given.policy, calendar=given.calendar
    )
    with records.write() as tx:
        before = campaign(tx, given.campaign)
        if before is not None and before.state != CampaignState.started:
            raise Refused("campaign.exists", f"专项行动 {given.campaign} 已经存在，请换一个编号，或不写编号。")
        try:
            append_facts(tx, name, [fact], recorded_at=datetime.now(UTC), simulated=clock_of(tx).simulated)
        except ValueError as error:
            sentence = f"专项行动 {given.campaign} 已用别的内容发起，请换一个编号，或不写编号。"
            raise Refused("campaign.exists", sentence) from error
        stand(tx, given.campaign)


def campaign_input(read: Read, campaign_id: str) -> CampaignInput:
    """Return a campaign's input as its records tell it, at its present round: what a door needs to judge and preview.

    Raises:
        Refused: `campaign.unknown`.

    """
    row = campaign(read, campaign_id)
    if row is None:
        raise Refused("campaign.unknown", f"没有专项行动 {campaign_id}。请用 bihuan campaign list 查看编号。")
    started = stream(read, names.campaign_stream(campaign_id))[0].event.fields
    return CampaignInput(
        campaign=row.id,
        title=row.title,
        region=str(started["region"]),
        policy=row.policy,
        calendar=row.calendar,
        urgency=Urgency(row.urgency),
        rounds=int(str(started["rounds"])),
        round=row.round,
        started_by=Actor(person=row.started_by, role=Role.officer),
        started_at=row.started_at,
        definitions=Definitions.model_validate(row.definitions),
        who_may=load_policy(read, row.policy).who_may,
        clock=clock_of(read),
    )


def seal_reason(records: Records, campaign_id: str, text: str, *, ref: str) -> Sealed:
    """Seal an officer's reason under the campaign's key; the same reference and text again give the same answer.

    Raises:
        Refused: `act.key_reused` where the reference stands for another text.

    """
    try:
        with records.write() as tx:
            return seal(tx, names.campaign_stream(campaign_id), "reason", text, ref=ref)
    except RefReused as error:
        raise Refused("act.key_reused", "这个操作编号已用于另一项内容，请换一个编号重新提交。") from error
