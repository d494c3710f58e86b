"""The current rows that doors keep beside the facts they record: roster, staff, campaigns, candidates, dockets, tables.

Each call belongs into the transaction of the `append_facts` whose events say the same.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select, update

from records.bulk import Clash, binder, put, put_values
from records.frozen import frozen_digest
from records.rows import (
    CampaignRow,
    CandidateRow,
    ClaimRow,
    DocketRow,
    MeasurementRow,
    PublicationRow,
    StaffRow,
    UnitRow,
)
from records.tables_current import (
    campaigns,
    candidates,
    claims,
    dockets,
    measurements,
    orders,
    publications,
    staff,
    units,
)
from records.transaction import Write
from schemas.register import FiguresNow, UnitNow


def put_units(write: Write, rows: Iterable[UnitRow | UnitNow]) -> None:
    """Set units as they are now."""
    put_values(write, units, map(_values, rows), clash=Clash.overwrite)


def put_measurements(write: Write, rows: Iterable[MeasurementRow | FiguresNow]) -> None:
    """Set each unit's latest figures."""
    put_values(write, measurements, map(_values, rows), clash=Clash.overwrite)


def _values(row: UnitRow | MeasurementRow | UnitNow | FiguresNow) -> Mapping[str, object]:
    """The columns of a row as it is kept, or as its events leave it."""
    return row._asdict() if isinstance(row, UnitNow | FiguresNow) else vars(row)


def put_staff(write: Write, person: str, rows: Sequence[StaffRow]) -> None:
    """Set all roles of one person; roles not among the rows are held no longer."""
    write.connection.execute(delete(staff).where(staff.c.person == person))
    put_values(write, staff, map(vars, rows))


def put_campaign(write: Write, row: CampaignRow) -> None:
    """Set a campaign as it is now."""
    put_values(write, campaigns, [vars(row)], clash=Clash.overwrite)


def drop_candidates(write: Write, campaign: str, round_no: int) -> None:
    """Forget a round's assessed units, so that those assessed anew stand alone."""
    mine = candidates.c.campaign == campaign, candidates.c.round == round_no
    write.connection.execute(delete(candidates).where(*mine))


def put_candidates(write: Write, rows: Iterable[CandidateRow]) -> str:
    """Set a round's assessed units; returns the digest that the round's event commits to (see `records.frozen`)."""
    bind = binder(candidates)
    bound = [bind(vars(row)) for row in rows]
    put(write, candidates, bound, clash=Clash.overwrite)
    return frozen_digest(bound)


def put_claims(write: Write, rows: Iterable[ClaimRow]) -> None:
    """Claim what a round is about to issue; claims whose orders are recorded by now have served and go."""
    write.connection.execute(delete(claims).where(claims.c.order_id.in_(select(orders.c.id))))
    put_values(write, claims, map(vars, rows), clash=Clash.keep)


def put_docket(write: Write, row: DocketRow) -> None:
    """Set a docket as it is now."""
    put_values(write, dockets, [vars(row)], clash=Clash.overwrite)


def add_to_docket(write: Write, docket: str, *, opened: int, state: str) -> None:
    """Count orders opened into a docket and set its state."""
    values = {"opened": dockets.c.opened + opened, "state": state}
    write.connection.execute(update(dockets).where(dockets.c.id == docket).values(values))


def put_publication(write: Write, row: PublicationRow) -> None:
    """Keep a published version; the same version twice is kept once."""
    put_values(write, publications, [vars(row)], clash=Clash.keep)
