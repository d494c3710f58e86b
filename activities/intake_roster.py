"""The door's hand for rosters: a spreadsheet of units and figures, row by row into streams, current rows and vault."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from activities.intake_register import (
    READING,
    RECORDING,
    FileImport,
    Progress,
    Tally,
    chunks,
    counted,
    nobody,
    uncollected,
)
from activities.intake_staff import import_staff
from connectors.regions import load_regions
from connectors.spreadsheets import read_rows
from records.reading import last_seqs
from records.reading_register import erased_among, event_ids, measurements_among, sealed_among, units_among
from records.rows import MeasurementRow, UnitRow
from records.session import Read, Records, Write
from records.vault import Secret, open_many, seal_many
from records.writing import Fact, append_many_facts
from records.writing_current import put_measurements, put_units
from rules.regions import RegionTable
from rules.registers import UnitFacts, district_of, figures_measured, measured, unit_facts, unit_stated
from rules.roster import check_roster
from schemas.event import Actor, Sealed
from schemas.names import unit_stream
from schemas.register import Assumed, FiguresNow, UnitMeasured, UnitRegistered, UnitStated, UnitUpdated
from schemas.roster import Note, RosterLine, RosterReport, UnitType

__all__ = ["import_roster", "import_staff"]

# A transaction of about half a second: whoever acts meanwhile waits no longer.
ROWS_AT_ONCE: Final = 5_000
_ASSUMED: Final[dict[Assumed, str]] = {
    "has_team": "有 {} 行没有填写「是否成立志愿服务队」：沿用已有数据，从未填写过的不按“未成立”督办",
    "cut_off": "有 {} 行没有填写「数据截止日期」：按首次导入当日计",
}
_ERASED: Final = "该单位的联系人信息已依法删除，联系人不再登记"

_SealedContact = tuple[Sealed | None, Sealed | None]


class Known(NamedTuple):
    """What the records know of a unit: its contact opened, and as it is sealed."""

    facts: UnitFacts
    name: Sealed | None
    phone: Sealed | None


class News(NamedTuple):
    """What a line says that was not known, as it will stand in the unit's stream at `position`.

    `facts` is None when only the figures are new, `figures` when only the unit is.
    """

    line: RosterLine
    stream: str
    position: int
    known: Known | None
    facts: UnitFacts | None
    figures: UnitMeasured | None


@uncollected()
def import_roster(
    records: Records, path: Path, *, by: Actor, dry_run: bool = False, on_progress: Progress | None = None
) -> RosterReport:
    """Bring a roster's good rows into the records and report on all; the same file twice changes nothing.

    With `dry_run` the report is the same and nothing is written. Raises Refused (`sheet.*`) for a file that cannot be
    read as a roster; nothing is written then.
    """
    tell = on_progress or nobody
    read = read_rows(path, on_progress=lambda done: tell(READING, done, None))
    job = FileImport.begin(records, path, by=by, dry_run=dry_run)
    checked = check_roster(counted(read, len(read), tell), RegionTable(load_regions()))
    tally = Tally(rejected=list(checked.rejections), notes=[*read.notes, *checked.notes, *_blanks(checked.lines)])
    for lines in chunks(checked.lines, ROWS_AT_ONCE):
        plan = job.carry_out(partial(_plan, job=job, lines=lines))
        tally.accepted += len(lines)
        tally.unchanged += len(lines) - len(plan.news)
        tally.notes += plan.notes
        tell(RECORDING, tally.accepted, len(checked.lines))
    return tally.report()


def _blanks(lines: Sequence[RosterLine]) -> list[Note]:
    """Say for how many rows something had to be assumed."""
    blank = Counter(name for line in lines for name in _ASSUMED if getattr(line, name) is None)
    return [Note(row=None, text=_ASSUMED[name].format(count)) for name, count in blank.items()]


@dataclass(frozen=True)
class RosterPlan:
    """A chunk of lines against what is known of their units."""

    job: FileImport
    at: datetime
    positions: Mapping[str, int]
    news: Sequence[News]
    notes: Sequence[Note]

    @property
    def is_news(self) -> bool:
        """Whether any line says anything new."""
        return bool(self.news)

    def store(self, write: Write) -> None:
        """Seal the new contacts, record the facts, and set the current rows as the events leave them."""
        facts = {
            one.stream: self._fact(one, contact)
            for one, contact in zip(self.news, _seal(write, self.news), strict=True)
        }
        answers = append_many_facts(
            write,
            {stream: [fact] for stream, (fact, _) in facts.items()},
            recorded_at=datetime.now(UTC),
            simulated=self.job.clock.simulated,
        )
        ids = event_ids(write, [fact.cause.key for fact, _ in facts.values()], "unit.measured")
        units: list[UnitRow] = []
        figures: list[MeasurementRow] = []
        for one in self.news:
            fact, stated = facts[one.stream]
            if stated is not None:
                seq = answers[one.stream].events[0].seq
                units.append(UnitRow(**vars(unit_stated(one.line.credit_code, stated, seq=seq))))
            if one.figures is not None:
                latest = figures_measured(one.line.credit_code, one.figures, event_id=ids[fact.cause.key])
                figures.append(MeasurementRow(**vars(latest)))
        put_units(write, units)
        put_measurements(write, figures)

    def _fact(self, one: News, contact: _SealedContact) -> tuple[Fact, UnitStated | None]:
        """The fact that a piece of news is, and its event about the unit itself: that one comes first."""
        stated = _stated(one, contact, at=self.at)
        events = [event for event in (stated, one.figures) if event is not None]
        return self.job.fact(one.line.row, one.position + 1, events), stated


def _stated(one: News, contact: _SealedContact, *, at: datetime) -> UnitStated | None:
    if one.facts is None:
        return None
    name, phone = contact
    kind = UnitUpdated if one.known else UnitRegistered
    return kind(
        happened_at=at,
        name=one.facts.name,
        unit_type=UnitType(one.facts.unit_type),
        region=one.facts.region,
        district=district_of(one.facts.region),
        contact_name=name,
        contact_phone=phone,
    )


def _plan(tx: Read, *, job: FileImport, lines: Sequence[RosterLine]) -> RosterPlan:
    """Find out what is news in these lines."""
    codes = [line.credit_code for line in lines]
    positions = last_seqs(tx, [unit_stream(code) for code in codes])
    erased = erased_among(tx, list(positions))
    known = _known_units(tx, codes, erased)
    figures = {code: FiguresNow(**vars(row)) for code, row in measurements_among(tx, codes).items()}
    at = job.shown_now()
    news: list[News] = []
    notes: list[Note] = []
    for line in lines:
        stream, before = unit_stream(line.credit_code), known.get(line.credit_code)
        if stream in erased and (line.contact_name or line.contact_phone):
            notes.append(Note(row=line.row, text=_ERASED))
        facts = unit_facts(_without_contact(line) if stream in erased else line, before.facts if before else None)
        told = _figures(job, line, figures.get(line.credit_code), at)
        stated = None if before and facts == before.facts else facts
        if stated or told:
            news.append(News(line, stream, positions[stream], before, stated, told))
    return RosterPlan(job, at, positions, news, notes)


def _figures(job: FileImport, line: RosterLine, before: FiguresNow | None, at: datetime) -> UnitMeasured | None:
    # The day costs a look into the calendar, which most rosters make needless.
    today = job.today if line.cut_off is None else line.cut_off
    return measured(line, before, source=job.source(line.row), today=today, at=at)


def _without_contact(line: RosterLine) -> RosterLine:
    return line.model_copy(update={"contact_name": None, "contact_phone": None})


def _known_units(tx: Read, codes: Sequence[str], erased: frozenset[str]) -> dict[str, Known]:
    """What is known of these units; of those whose key is destroyed, no contact."""
    rows = units_among(tx, codes)
    contacts = [row for code, row in rows.items() if unit_stream(code) not in erased]
    refs = [ref for row in contacts for ref in (row.contact_name, row.contact_phone) if ref]
    sealed = sealed_among(tx, refs)
    opened = open_many(tx, list(sealed.values()))
    return {
        code: Known(
            UnitFacts(
                name=row.name,
                unit_type=row.unit_type,
                region=row.region,
                contact_name=opened.get(row.contact_name or ""),
                contact_phone=opened.get(row.contact_phone or ""),
            ),
            sealed.get(row.contact_name or ""),
            sealed.get(row.contact_phone or ""),
        )
        for code, row in rows.items()
    }


def _seal(write: Write, news: Sequence[News]) -> list[_SealedContact]:
    """For each piece of news the sealed contact: what stayed as it was, what is new sealed under the unit's key."""
    wanted = [
        Secret(one.stream, field, value)
        for one in news
        if one.facts
        for field, value in _new_contact(one.facts, one.known)
    ]
    fresh = {(secret.subject, secret.field): s for secret, s in zip(wanted, seal_many(write, wanted), strict=True)}
    return [
        (
            fresh.get((one.stream, "contact_name"), one.known.name if one.known else None),
            fresh.get((one.stream, "contact_phone"), one.known.phone if one.known else None),
        )
        for one in news
    ]


def _new_contact(facts: UnitFacts, known: Known | None) -> list[tuple[str, str]]:
    """The contact's fields, by the names that the event gives them, that are not sealed as they are."""
    before = known.facts if known else None
    now = {"contact_name": facts.contact_name, "contact_phone": facts.contact_phone}
    return [(name, value) for name, value in now.items() if value and value != getattr(before, name, None)]
