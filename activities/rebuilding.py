"""The folds by which current rows are made again: from the events of one stream to the rows that it leaves."""

from collections.abc import Iterator, Mapping
from typing import Final

from activities.recording import evolved
from records.reading_events import RecordedEvent
from records.rebuild import Evolve, Kind
from records.rows import CampaignRow, FrozenRound, MeasurementRow, PublicationRow, StaffRow, UnitRow
from rules.campaign_register import campaign_now, publications_now, rounds_assessed
from rules.order import row
from rules.registers import figures_now, roles_now, unit_now
from schemas.order import OrderRow

_Events = tuple[RecordedEvent, ...]


def _order(_order: str, events: _Events) -> Iterator[OrderRow]:
    state = evolved(one.stored for one in events)
    if state is not None:
        yield row(state)


def _unit(code: str, events: _Events) -> Iterator[UnitRow | MeasurementRow]:
    unit = unit_now(code, (one.stored for one in events))
    figures = figures_now(code, ((one.event_id, one.stored) for one in events))
    if unit is not None:
        yield UnitRow(**unit._asdict())
    if figures is not None:
        yield MeasurementRow(**figures._asdict())


def _staff(person: str, events: _Events) -> Iterator[StaffRow]:
    return (StaffRow(**vars(role)) for role in roles_now(person, (one.stored for one in events)))


def _campaign(campaign: str, events: _Events) -> Iterator[CampaignRow | PublicationRow | FrozenRound]:
    now = campaign_now(campaign, ((one.actor["person"], one.stored) for one in events))
    if now is not None:
        yield CampaignRow(**vars(now))
    for made in publications_now(campaign, ((one.recorded_at, one.stored) for one in events)):
        yield PublicationRow(**vars(made))
    for round_no, assessed in rounds_assessed(one.stored for one in events).items():
        yield FrozenRound(campaign=campaign, round=round_no, digest=assessed.candidates)


FOLDS: Final[Mapping[Kind, Evolve]] = {
    Kind.order: _order,
    Kind.unit: _unit,
    Kind.staff: _staff,
    Kind.campaign: _campaign,
}
