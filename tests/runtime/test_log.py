"""One pipeline, nothing personal in it."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from runtime.log import configure, logger
from runtime.settings import LogFormat, Settings
from schemas.base import Model
from schemas.errors import Refused

Written = Callable[[], list[dict[str, Any]]]


class Visit(Model):
    """A synthetic value that must not be written out."""

    about: str


def unplug() -> None:
    """Undo `configure`, so that other tests have the log as they found it."""
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            logging.getLogger().removeHandler(handler)
            handler.close()
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.fixture
def written(settings: Settings) -> Iterator[Written]:
    """The log configured for one component; call it to get the lines written so far."""
    configure(settings, component="worker-1", screen=False)
    path = settings.logs / "worker-1.log"
    yield lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    unplug()


def test_a_line_is_json_with_component_time_level_and_bound_identifiers(written: Written) -> None:
    """What is bound to the context is in the line beside what was said."""
    with structlog.contextvars.bound_contextvars(workflow_id="docket:1", attempt=2):
        logger("activities.recording").info("docket.sweep.recorded", count=3)

    [line] = written()

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "docket.sweep.recorded",
        "count": 3,
        "component": "worker-1",
        "workflow_id": "docket:1",
        "attempt": 2,
        "logger": "activities.recording",
        "level": "info",
    }


def test_the_standard_library_goes_through_the_same_pipeline(written: Written) -> None:
    """Another package's record is JSON too, with our context and our masks."""
    with structlog.contextvars.bound_contextvars(subject="order:7"):
        logging.getLogger("some.library").warning("called %s for %s", "13800000000", "unit-4")

    [line] = written()

    assert (line["event"], line["subject"], line["level"]) == ("called *** for unit-4", "order:7", "warning")


@pytest.mark.parametrize("key", ["name", "unit_name", "phone", "contact-phone", "note", "free_text", "姓名", "Reason"])
def test_personal_keys_are_dropped_and_said_to_be(written: Written, key: str) -> None:
    """Neither the value nor a nested one reaches the file; the key is listed, so that a developer notices."""
    logger("t").info("order.issued", **{key: "合成甲", "unit": {"id": "u1", key: "合成甲"}})

    [line] = written()

    assert ({"id": "u1"}, [key], False) == (
        line["unit"],
        line["withheld"],
        "合成甲" in json.dumps(line, ensure_ascii=False),
    )


def test_objects_are_shown_by_their_type_only(written: Written) -> None:
    """A model that slips into a line does not bring its fields along."""
    logger("t").info("visit.recorded", visit=Visit(about="合成内容"), several=[Visit(about="合成内容"), 1])

    [line] = written()

    assert (line["visit"], line["several"]) == ("<Visit>", ["<Visit>", 1])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("打 13912345678 找人", "打 *** 找人"),
        ("+86 13912345678", "***"),
        ("id 11010519491231002X.", "id ***."),
        ("order 2026-0012, 1795465459", "order 2026-0012, 1795465459"),
        ("01a20a14b5637e4c13912345678", "01a20a14b5637e4c13912345678"),
    ],
)
def test_what_looks_like_a_personal_number_is_masked(written: Written, said: str, shown: str) -> None:
    """Telephone and identity numbers (all invented) are masked; other numbers and digests are left alone."""
    logger("t").info(said)

    assert shown == written()[0]["event"]


def test_an_exception_keeps_its_kinds_and_lines_but_not_its_data(written: Written) -> None:
    """A refusal shows its code, a validation error nothing of its input, and both show where they came from."""
    try:
        try:
            Visit.model_validate({"about": 138, "whom": "合成甲"})
        except ValueError as error:
            raise Refused("visit.invalid", "合成甲的走访记录无法使用。") from error
    except Refused:
        logger("t").exception("visit.refused")

    text = written()[0]["exception"]

    assert "合成甲" not in text
    assert text.index("ValidationError: (text withheld)") < text.index("schemas.errors.Refused: visit.invalid")
    assert "test_log.py" in text


def test_an_operational_error_keeps_its_text(written: Written) -> None:
    """What speaks of the network is there to be read."""
    error = TimeoutError("no answer in 5 s")

    logging.getLogger("other").error("failed", exc_info=error)

    assert "builtins.TimeoutError: no answer in 5 s" in written()[0]["exception"]


@pytest.mark.parametrize(("log_format", "is_json"), [("json", True), ("console", False), ("auto", True)])
def test_the_screen_shows_json_unless_somebody_sits_there(
    settings: Settings, capsys: pytest.CaptureFixture[str], *, log_format: LogFormat, is_json: bool
) -> None:
    """`auto` means JSON where stderr is no terminal, as here; the levels below the one set are left out."""
    configure(settings.model_copy(update={"log_format": log_format}), component="cli")
    logger("t").info("order.issued", number=7)
    logger("t").debug("order.looked_at")
    unplug()

    [line] = capsys.readouterr().err.splitlines()

    assert line.startswith("{") is is_json
    assert "order.issued" in line
