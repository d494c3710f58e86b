"""The door's hand for lists of people: who holds which role for what, their names and phones into the vault."""

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
    check_not_empty,
    chunks,
    counted,
    nobody,
    uncollected,
)
from connectors.regions import load_regions
from connectors.spreadsheets import read_rows
from records.reading import last_seqs
from records.reading_register import erased_among, sealed_among, staff_among, units_among
from records.rows import StaffRow
from records.session import Read, Records, Write
from records.vault import Secret, open_many, seal_many
from records.writing import Fact, append_many_facts
from records.writing_current import put_staff
from rules.regions import RegionTable
from rules.registers import PersonFacts, contact_units, people, person_facts, roles_now
from rules.staff import check_staff
from schemas import sheet
from schemas.event import Actor, Role, Sealed
from schemas.names import person_subject, staff_stream
from schemas.register import RoleHeld, StaffRegistered, StaffUpdated
from schemas.roster import Note, Rejection, RosterReport, StaffLine

PEOPLE_AT_ONCE: Final = 2_000
_ERASED: Final = "该人员的个人信息已依法删除，此编号不能再用；请换一个新编号"
_UNKNOWN_UNIT: Final = "该单位还不在名册中：请用 bihuan roster import 导入单位名册"

_Person = tuple[str, PersonFacts, tuple[StaffLine, ...]]


class Known(NamedTuple):
    """What the records know of a person: opened, and as it is sealed."""

    facts: PersonFacts
    name: Sealed
    phone: Sealed | None


class News(NamedTuple):
    """A person of whom the list says something that was not known, as it will stand at `position` of the stream."""

    person: str
    row: int
    position: int
    known: Known | None
    facts: PersonFacts


@uncollected()
def import_staff(
    records: Records, path: Path, *, by: Actor, dry_run: bool = False, on_progress: Progress | None = None
) -> RosterReport:
    """Bring a list of people into the records and report on all rows; the same file twice changes nothing.

    A person's rows say all their roles: those held before and not named again end. Raises Refused (`sheet.*`, `staff.empty`)
    for a file that cannot be read as such a list or has no row.
    """
    tell = on_progress or nobody
    read = read_rows(path, form=sheet.STAFF_FORM, on_progress=lambda done: tell(READING, done, None))
    check_not_empty(read, path, code="staff.empty")
    job = FileImport.begin(records, path, by=by, dry_run=dry_run)
    checked = check_staff(counted(read, len(read), tell), RegionTable(load_regions()))
    notes = [*read.notes, *checked.notes, *_strangers(records, checked.lines)]
    tally = Tally(rejected=list(checked.rejections), notes=notes)
    everybody = [(person, facts, rows) for person, (facts, rows) in people(checked.lines).items()]
    for done, some in enumerate(chunks(everybody, PEOPLE_AT_ONCE)):
        plan = job.carry_out(partial(_plan, job=job, some=some))
        tally.rejected += plan.rejected
        tally.accepted += sum(len(rows) for _, _, rows in some) - len(plan.rejected)
        tally.unchanged += plan.unchanged
        tell(RECORDING, done * PEOPLE_AT_ONCE + len(some), len(everybody))
    return tally.report()


def _strangers(records: Records, lines: Sequence[StaffLine]) -> list[Note]:
    """Note contacts of units that are not on the roster; they may be imported first."""
    wanted = contact_units(lines)
    with records.read() as read:
        there = units_among(read, list(wanted))
    return [Note(row=row, text=_UNKNOWN_UNIT) for code, rows in wanted.items() if code not in there for row in rows]


@dataclass(frozen=True)
class StaffPlan:
    """Some people against what is known of them."""

    job: FileImport
    at: datetime
    positions: Mapping[str, int]
    news: Sequence[News]
    unchanged: int
    rejected: Sequence[Rejection]

    @property
    def is_news(self) -> bool:
        """Whether the list says anything new of any of them."""
        return bool(self.news)

    def store(self, write: Write) -> None:
        """Seal what is new, record the facts, and set everybody's roles as the events leave them."""
        sealed = _seal(write, self.news)
        facts = {
            staff_stream(one.person): [self._fact(one, fresh)] for one, fresh in zip(self.news, sealed, strict=True)
        }
        simulated = self.job.clock.simulated
        answers = append_many_facts(write, facts, recorded_at=datetime.now(UTC), simulated=simulated)
        for one in self.news:
            held = roles_now(one.person, answers[staff_stream(one.person)].events)
            put_staff(write, one.person, [StaffRow(**dict(role)) for role in held])

    def _fact(self, one: News, fresh: Mapping[str, Sealed]) -> Fact:
        kind = StaffUpdated if one.known else StaffRegistered
        # A value that stays is carried on as it was sealed.
        kept = {} if one.known is None else {"name": one.known.name, "phone": one.known.phone}
        event = kind.model_validate({"happened_at": self.at, "roles": one.facts.roles, **kept, **fresh})
        return self.job.fact(one.row, one.position + 1, [event])


def _plan(tx: Read, *, job: FileImport, some: Sequence[_Person]) -> StaffPlan:
    """Find out of whom the list says something new."""
    persons = [person for person, _, _ in some]
    positions = last_seqs(tx, [staff_stream(person) for person in persons])
    erased = erased_among(tx, [person_subject(person) for person in persons])
    known = _known_people(tx, [person for person in persons if person_subject(person) not in erased])
    news: list[News] = []
    rejected: list[Rejection] = []
    unchanged = 0
    for person, said, rows in some:
        before = known.get(person)
        facts = person_facts(said, before.facts if before else None)
        if person_subject(person) in erased:
            rejected += [Rejection(row=line.row, column=sheet.PERSON, reason=_ERASED) for line in rows]
        elif before and facts == before.facts:
            unchanged += len(rows)
        else:
            news.append(News(person, rows[0].row, positions[staff_stream(person)], before, facts))
    return StaffPlan(job, job.shown_now(), positions, news, unchanged, rejected)


def _known_people(tx: Read, persons: Sequence[str]) -> dict[str, Known]:
    held = staff_among(tx, persons)
    refs = {ref for rows in held.values() for ref in (rows[0].name, rows[0].phone) if ref}
    sealed = sealed_among(tx, sorted(refs))
    opened = open_many(tx, list(sealed.values()))
    known: dict[str, Known] = {}
    for person, rows in held.items():
        name, phone = rows[0].name or "", rows[0].phone or ""
        roles = tuple(RoleHeld(role=Role(row.role), scope=row.scope) for row in rows)
        known[person] = Known(PersonFacts(opened[name], opened.get(phone), roles), sealed[name], sealed.get(phone))
    return known


def _seal(write: Write, news: Sequence[News]) -> list[dict[str, Sealed]]:
    """For each piece of news the name and phone that are new, sealed under the person's key, by the event's field."""
    wanted = [(at, field, value) for at, one in enumerate(news) for field, value in _new_values(one)]
    secrets = [Secret(person_subject(news[at].person), field, value) for at, field, value in wanted]
    fresh: list[dict[str, Sealed]] = [{} for _ in news]
    for (at, field, _), sealed in zip(wanted, seal_many(write, secrets), strict=True):
        fresh[at][field] = sealed
    return fresh


def _new_values(one: News) -> list[tuple[str, str]]:
    before = one.known.facts if one.known else None
    now = {"name": one.facts.name, "phone": one.facts.phone}
    return [(field, value) for field, value in now.items() if value and value != getattr(before, field, None)]
