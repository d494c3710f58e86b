"""Which dockets an announcement still owes a calendar, on both databases."""

from records.reading_dockets import delivered_before, dockets_behind
from records.rows import CampaignRow, DocketRow
from records.session import Records
from records.writing import Fact, append, append_facts
from records.writing_current import put_campaign, put_docket
from schemas import names
from schemas.adoption import RuleBookDelivered
from schemas.clock import Clock
from schemas.event import CLOCK, Cause, dump
from tests.records.examples import DIGEST, LATER, NOON, OTHER_DIGEST, act_step, change, order_id, recording

NEWEST = "ef" * 32


def docket(records: Records, name: str, *, calendar: str, settled: bool = False, number: int = 1) -> str:
    """A docket of one order in a campaign that began under a calendar."""
    order, kept = order_id(), names.docket_workflow_id(name, 1, "140213", number)
    begun = CampaignRow(
        id=name, title="示例行动", state="running", round=1, policy=DIGEST, calendar=calendar, urgency="normal",
        definitions={}, started_at=NOON, started_by="P0001", seq=1,
    )  # fmt: skip
    made = DocketRow(
        id=kept, campaign=name, round=1, district="140213", number=number, opened=1, capacity=250, state="open",
        started_at=NOON,
    )  # fmt: skip
    with records.write() as tx:
        put_campaign(tx, begun)
        put_docket(tx, made)
        issued = change(order, act_step(order), campaign=name, docket=kept, settled=settled)
        append(tx, recording(issued), recorded_at=LATER, clock=Clock())
    return kept


def arrive(records: Records, calendar: str, kept: str) -> None:
    """Record that a calendar came to a docket and moved one order."""
    stream = names.delivery_stream(calendar, kept)
    event = RuleBookDelivered(happened_at=NOON, rulebook=calendar, docket=kept, orders=1)
    fact = Fact(cause=Cause(key=stream, digest=DIGEST), actor=CLOCK, events=(dump(event),))
    with records.write() as tx:
        append_facts(tx, stream, [fact], recorded_at=LATER, simulated=False)


def test_open_dockets_without_the_calendar_are_behind(records: Records) -> None:
    """In order and by pages; not those whose campaign began by it, whose orders are settled, or where it arrived."""
    behind = [docket(records, "2031-001", calendar=DIGEST, number=number) for number in (1, 2, 3)]
    docket(records, "2031-002", calendar=NEWEST)
    docket(records, "2031-003", calendar=DIGEST, settled=True)
    arrived = docket(records, "2031-004", calendar=OTHER_DIGEST)
    arrive(records, NEWEST, arrived)

    with records.read() as read:
        assert dockets_behind(read, NEWEST, after="docket:2031", limit=9) == tuple(behind)
        assert dockets_behind(read, NEWEST, after="docket:2031", limit=2) == tuple(behind[:2])
        assert dockets_behind(read, NEWEST, after=behind[1], limit=2) == (behind[2],)
        assert arrived not in dockets_behind(read, OTHER_DIGEST, after=behind[2], limit=99)


def test_an_arrival_tells_what_it_moved(records: Records) -> None:
    """How many orders a calendar moved is known of the docket it came to, and of no other docket or calendar."""
    kept = docket(records, "2032-001", calendar=DIGEST)
    arrive(records, NEWEST, kept)

    with records.read() as read:
        assert delivered_before(read, NEWEST, kept) == 1
        assert delivered_before(read, OTHER_DIGEST, kept) is None
        assert delivered_before(read, NEWEST, f"{kept}0") is None
