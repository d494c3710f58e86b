"""How the records themselves are: schema, safety of the disk writes, what waits, what was set aside; for the doctor."""

from dataclasses import dataclass

from sqlalchemy import func, select, text

from records.migrating import newest_version, schema_version
from records.reading_incidents import set_aside
from records.tables import inbox, outbox
from records.transaction import Read

_FULL = 2
# Off, each of them lets PostgreSQL say that something is durable which a power cut may take back.
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a look at the records found; `unsafe` and `damage` are empty where nothing is wrong."""

    version: str | None
    newest: str
    unsafe: tuple[str, ...]
    damage: str
    waiting_acts: int
    failing_notices: int
    set_aside: tuple[str, ...]


def health(read: Read) -> Health:
    """Look at the records; one whose schema was never made says so by `version` None, and nothing else is looked at."""
    version = schema_version(read)
    if version is None:
        return _health(version=None)
    waiting = select(func.count()).select_from(inbox).where(inbox.c.state == "waiting")
    failing = select(func.count()).select_from(outbox).where(outbox.c.delivered_at.is_(None), outbox.c.attempts > 0)
    return _health(
        version=version,
        unsafe=_unsafe(read),
        damage=_damage(read),
        waiting_acts=read.connection.scalar(waiting) or 0,
        failing_notices=read.connection.scalar(failing) or 0,
        set_aside=tuple(set_aside(read)),
    )


def _health(
    *,
    version: str | None,
    unsafe: tuple[str, ...] = (),
    damage: str = "",
    waiting_acts: int = 0,
    failing_notices: int = 0,
    set_aside: tuple[str, ...] = (),
) -> Health:
    return Health(
        version=version,
        newest=newest_version(),
        unsafe=unsafe,
        damage=damage,
        waiting_acts=waiting_acts,
        failing_notices=failing_notices,
        set_aside=set_aside,
    )


def _unsafe(read: Read) -> tuple[str, ...]:
    """Settings without which an acknowledged act might not survive a power cut."""
    if not read.is_sqlite:
        found = {name: read.connection.scalar(text(f"SHOW {name}")) for name in _MUST_BE_ON}
        return tuple(f"{name}={value}" for name, value in found.items() if value == "off")
    mode = read.connection.scalar(text("PRAGMA journal_mode"))
    synchronous = read.connection.scalar(text("PRAGMA synchronous"))
    wrong = [] if mode == "wal" else [f"journal_mode={mode}"]
    return tuple(wrong if synchronous == _FULL else [*wrong, f"synchronous={synchronous}"])


def _damage(read: Read) -> str:
    if not read.is_sqlite:
        return ""
    found = read.connection.scalar(text("PRAGMA quick_check(1)"))
    return "" if found == "ok" else str(found)
