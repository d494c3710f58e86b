"""For the tests of the imports: files as offices write them, and all that the records hold of units and people."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import orjson
from sqlalchemy import select

from records.reading import all_measurements, all_staff, all_units
from records.reading_register import sealed_among
from records.session import Records
from records.tables import events, vault
from records.vault import open_many
from tests.rosters import HEADINGS, cells, credit_code, staff_cells


def row(number: int, **changes: str) -> list[str]:
    """The cells of unit `number` in the order of `HEADINGS`, with a contact of its own."""
    own = {"code": credit_code(number), "name": f"合成单位{number}", "phone": f"138{number:08d}"}
    written = cells(**{**own, **changes})
    return [written[heading] for heading in HEADINGS]


def write_csv(path: Path, rows: list[list[str]], *, encoding: str = "utf-8") -> Path:
    """A CSV file of these rows."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def roster(path: Path, *rows: list[str]) -> Path:
    """A CSV roster with a header."""
    return write_csv(path, [list(HEADINGS), *rows])


def people_list(path: Path, *changes: dict[str, str]) -> Path:
    """A CSV list of people, each row an officer's with these changes."""
    rows = [staff_cells(**change) for change in changes]
    return write_csv(path, [list(staff_cells()), *([*one.values()] for one in rows)])


def write_xlsx(path: Path, rows: list[list[object]], *, merged: tuple[str, ...] = ()) -> Path:
    """A workbook with one sheet of these rows."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for one in rows:
        page.append(one)
    for cell_range in merged:
        page.merge_cells(cell_range)
    book.save(path)
    return path


def register(records: Records) -> dict[str, dict[str, Any]]:
    """Every unit as it stands, contact opened, with its figures; what is drawn by chance is left out."""
    with records.read() as read:
        figures = {code: vars(one) for code, one in all_measurements(read).items()}
        units = {one.credit_code: vars(one) for one in all_units(read)}
        refs = [one[name] for one in units.values() for name in ("contact_name", "contact_phone") if one[name]]
        opened = open_many(read, list(sealed_among(read, refs).values()))
    for code, unit in units.items():
        unit |= {name: opened.get(unit[name]) for name in ("contact_name", "contact_phone")}
        unit |= {name: value for name, value in figures[code].items() if name != "event_id"}
    return units


def held(records: Records) -> list[tuple[str, str, str, str, str | None]]:
    """Every role: person, role, scope, and name and phone opened."""
    with records.read() as read:
        rows = all_staff(read)
        refs = {ref for one in rows for ref in (one.name, one.phone) if ref}
        opened = open_many(read, list(sealed_among(read, sorted(refs)).values()))
    return [(one.person, one.role, one.scope, opened[one.name or ""], opened.get(one.phone or "")) for one in rows]


def streams(records: Records) -> dict[str, list[tuple[int, str, list[str]]]]:
    """Every stream: position, tag and names of the fields of each event."""
    found: dict[str, list[tuple[int, str, list[str]]]] = {}
    with records.read() as read:
        columns = events.c.stream, events.c.seq, events.c.tag, events.c.fields
        for stream, seq, tag, fields in read.connection.execute(
            select(*columns).order_by(events.c.stream, events.c.seq)
        ):
            found.setdefault(stream, []).append((seq, tag, sorted(orjson.loads(fields))))
    return found


def everything(records: Records) -> tuple[list[tuple[object, ...]], ...]:
    """Every event and every sealed value, byte by byte."""
    with records.read() as read:
        tables = (select(events).order_by(events.c.event_id), select(vault).order_by(vault.c.ref))
        return tuple([tuple(one) for one in read.connection.execute(table)] for table in tables)
