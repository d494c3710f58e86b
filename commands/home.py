"""What every verb shares: the open data directory, refusals for people and programs, and the common options."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple, NoReturn

import click

from records.session import Read, Records, migrate, open_records, told
from runtime.log import configure
from runtime.settings import Settings
from schemas.errors import Refused

REFUSED = 2
"""The exit code of a refusal; click uses the same for a misspelt option."""


class Home(NamedTuple):
    """A data directory with its records open."""

    settings: Settings
    records: Records


@contextmanager
def open_home() -> Iterator[Home]:
    """Open the data directory that the settings name, made and brought to today's schema when needed."""
    settings = Settings.load()
    settings.make_home()
    configure(settings, component="cli", screen=False)
    records = open_records(settings.records_url)
    try:
        migrate(records)
        with told(records):
            yield Home(settings, records)
    finally:
        records.close()


@contextmanager
def look_in() -> Iterator[Read | None]:
    """Read the records where there are any, else None: a question makes no data directory."""
    settings = Settings.load()
    if settings.home.exists() and not settings.home.is_dir():
        raise settings.unusable()
    if not settings.database_url and not (settings.home / "records.db").exists():
        yield None
        return
    with open_home() as home, home.records.read() as read:
        yield read


@contextmanager
def sole_engine(settings: Settings) -> Iterator[None]:
    """Keep every other embedded engine away from these records while the block lasts.

    Dockets live in one engine. A second one, of another data directory with the same `BIHUAN_DATABASE_URL`, would have
    none of them, and two couriers would send each notice twice. Records that cannot be used are told here, before
    anything is started on them.

    Raises:
        Refused: `engine.records_in_use`, `records.unreachable` or `records.damaged`.

    """
    settings.make_home()
    records = open_records(settings.records_url)
    try:
        migrate(records)
        with records.claim("engine") if settings.embedded else nullcontext(enter_result=True) as mine:
            if not mine:
                sentence = (
                    "这个记录库正由另一个数据目录的引擎使用。请在那里办理，或先停止它；另开一套请用另一个数据库。"
                )
                raise Refused("engine.records_in_use", sentence)
            yield
    finally:
        records.close()


def fail(refused: Refused, *, as_json: bool = False) -> NoReturn:
    """Say why it may not be done and what to do next, and end with the exit code of a refusal."""
    if as_json:
        say({"refused": refused.code, "sentence": refused.sentence})
    else:
        click.echo(f"{refused.sentence}〔{refused.code}〕", err=True)
    raise click.exceptions.Exit(REFUSED)


def say(report: Any) -> None:  # noqa: ANN401 - JSON of any shape
    """Print what a program reads."""
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))


person_option = click.option("--as", "person", required=True, metavar="人员编号", help="以谁的身份办理，如 P0001。")
json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
