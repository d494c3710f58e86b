"""The door's hand for rosters: a spreadsheet of units and figures, row by row into streams, current rows and vault."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Self

from activities.intake_register import (
    READING,
    RECORDING,
    FileImport,
    Progress,
    Tally,
    check_not_empty,
    chunks,
    counted,
    nobody,
    uncollected,
)
from activities.intake_staff import import_staff
from connectors.regions import load_regions
from connectors.spreadsheets import read_rows
from records.reading import last_seqs
from records.reading_register import (
    erased_among,
    measurements_among,
    measurements_from,
    sealed_among,
    units_among,
)
from records.session import Read, Records, Write
from records.vault import Secret, open_many, seal_many
from records.writing import Fact, append_many_facts
from records.writing_current import put_measurements, put_units
from rules.regions import RegionTable
from rules.registers import (
    Measured,
    UnitFacts,
    district_of,
    figures_measured,
    is_outdated,
    measured,
    unit_facts,
    unit_stated,
)
from rules.roster import check_roster
from schemas.event import Actor, Sealed
from schemas.names import unit_stream
from schemas.register import Assumed, FiguresNow, UnitMeasured, UnitNow, UnitRegistered, UnitStated, UnitUpdated
from schemas.roster import Note, Outdated, RosterLine, RosterReport

__all__ = ["import_roster", "import_staff"]

# A transaction of a fifth of a second: whoever acts meanwhile waits no longer. More at once are slower a row, since what
# was made of the first is out of the processor's reach when the last is done.
ROWS_AT_ONCE: Final = 1_000
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

    `facts` is None when only the figures are new, `figures` when only the unit is; figures that are not the unit's
    latest become an event and leave its row alone.
    """

    line: RosterLine
    stream: str
    position: int
    known: Known | None
    facts: UnitFacts | None
    figures: UnitMeasured | None
    is_latest: bool


@uncollected()
def import_roster(
    records: Records, path: Path, *, by: Actor, dry_run: bool = False, on_progress: Progress | None = None
) -> RosterReport:
    """Bring a roster's good rows into the records and report on all; the same file twice changes nothing.

    With `dry_run` the report is the same and nothing is written. Raises Refused (`sheet.*`, `roster.empty`) for a file that
    cannot be read as a roster or has no row; nothing is written then.
    """
    tell = on_progress or nobody
    read = read_rows(path, on_progress=lambda done: tell(READING, done, None))
    check_not_empty(read, path, code="roster.empty")
    job = FileImport.begin(records, path, by=by, dry_run=dry_run)
    checked = check_roster(counted(read, len(read), tell), RegionTable(load_regions()), today=job.today)
    tally = Tally(rejected=list(checked.rejections), notes=[*read.notes, *checked.notes, *_blanks(checked.lines)])
    for lines in chunks(checked.lines, ROWS_AT_ONCE):
        plan = job.carry_out(partial(_plan, job=job, lines=lines))
        tally.accepted += len(lines)
        tally.unchanged += len(lines) - len(plan.news)
        tally.outdated += plan.outdated
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
    outdated: Sequence[Outdated]
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
        units: list[UnitNow] = []
        figures: list[FiguresNow] = []
        for one in self.news:
            (_, stated), recorded = facts[one.stream], answers[one.stream]
            if stated is not None:
                units.append(unit_stated(one.line.credit_code, stated, seq=recorded.first))
            if one.figures is not None and one.is_latest:
                # The figures stand last in the fact, whether or not the unit is stated before them.
                figures.append(figures_measured(one.line.credit_code, one.figures, event_id=recorded.ids[-1]))
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
        unit_type=one.line.unit_type,
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
    figures = _Figures.known(tx, job, lines)
    at = job.shown_now()
    news: list[News] = []
    outdated: list[Outdated] = []
    notes: list[Note] = []
    for line in lines:
        stream, before = unit_stream(line.credit_code), known.get(line.credit_code)
        if stream in erased and (line.contact_name or line.contact_phone):
            notes.append(Note(row=line.row, text=_ERASED))
        facts = unit_facts(_without_contact(line) if stream in erased else line, before.facts if before else None)
        said = figures.said(job, line, at)
        stated = None if before and facts == before.facts else facts
        if stated or said.news:
            news.append(News(line, stream, positions[stream], before, stated, said.news, said.is_latest))
        if not said.is_latest:
            latest = figures.latest[line.credit_code].cut_off
            outdated.append(Outdated(row=line.row, cut_off=said.cut_off, latest=date.fromisoformat(latest)))
    return RosterPlan(job, at, positions, news, outdated, notes)


class _Figures(NamedTuple):
    """By unit the latest figures, and where it may matter those that this file stated of it before."""

    latest: Mapping[str, FiguresNow]
    again: Mapping[str, FiguresNow]

    @classmethod
    def known(cls, tx: Read, job: FileImport, lines: Sequence[RosterLine]) -> Self:
        """Look up what is known of the units of these lines."""
        found = measurements_among(tx, [line.credit_code for line in lines])
        latest = {code: FiguresNow(**vars(row)) for code, row in found.items()}
        superseded = [line.credit_code for line in lines if _superseded(job, line, latest.get(line.credit_code))]
        before = measurements_from(tx, superseded, job.file) if superseded else {}
        return cls(latest, {code: FiguresNow(**vars(row)) for code, row in before.items()})

    def said(self, job: FileImport, line: RosterLine, at: datetime) -> Measured:
        """What a line's figures come to."""
        code = line.credit_code
        again = self.again.get(code)
        return measured(line, self.latest.get(code), again=again, source=job.source(line.row), today=job.today, at=at)


def _superseded(job: FileImport, line: RosterLine, latest: FiguresNow | None) -> bool:
    """Whether this very row may have been here before and been followed by other figures since."""
    if latest is None or latest.source == job.source(line.row):
        return False
    return line.cut_off is None or is_outdated(line.cut_off, latest)


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
