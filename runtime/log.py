"""The log: one pipeline for structlog and for the standard library's records, JSON in files, readable on a terminal.

Nothing personal is in it. Names, contacts and free text are kept out three times: a key that holds such a thing is
dropped, a value that is not plain data appears only as the name of its type, and what looks like a telephone or
identity number is masked. Of an exception the kinds and the lines of code are kept; its text only when it is of a kind
that speaks of code or of the network, never of data.

In activities and doors: `log = logger(__name__)`, then `log.info("docket.sweep.recorded", docket=…, count=…)`. In
workflows: `workflow.logger`, which is silent during replay and ends up in the same pipeline.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from logging.handlers import RotatingFileHandler
from typing import TextIO

import orjson
import structlog
import temporalio.activity
import temporalio.workflow
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from runtime.settings import Settings
from schemas.errors import Refused

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 5

PERSONAL_WORDS = frozenset(
    {
        *("name", "phone", "mobile", "telephone", "tel", "email", "address", "contact", "contacts", "person", "people"),
        *("text", "note", "notes", "remark", "remarks", "comment", "content", "body", "reason", "statement", "answer"),
        *("payload", "input", "inputs", "args", "params", "salt", "secret", "password", "token"),
        *(
            "姓名",
            "联系人",
            "联系方式",
            "电话",
            "手机",
            "手机号",
            "联系人电话",
            "住址",
            "地址",
            "身份证号",
            "备注",
            "正文",
            "理由",
        ),
    }
)
"""A key with one of these words among its parts (`unit_name`, `name`, `姓名`) is dropped, with its value."""

_PLAIN_TEXT = (RPCError, TimeoutError, ImportError, AttributeError, NameError, TypeError, ChildProcessError)
"""Exceptions whose text names code or the network, never data."""

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(?:1[3-9]\d{9}|\d{17}[\dXx])(?![0-9A-Za-z])")


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module; event names are dotted tags like those of the ledger's events."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log


def configure(settings: Settings, *, component: str, screen: bool = True) -> None:
    """Send this process's log to `logs/COMPONENT.log` (JSON lines, rotated), and to stderr unless `screen` is false.

    `component` must be one process's own, for example `worker-1`: two processes cannot rotate one file. Calling it
    again replaces the first call.
    """
    settings.make_home()
    settings.logs.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(
        settings.logs / f"{component}.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True
    )
    file.setFormatter(_formatter(json=True))
    handlers: list[logging.Handler] = [file]
    if screen:
        handlers.append(_screen(settings, sys.stderr))
    _replace_handlers(handlers, level=settings.log_level.upper())
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    structlog.contextvars.bind_contextvars(component=component)
    _quieten_others()


def _screen(settings: Settings, stream: TextIO) -> logging.Handler:
    json = settings.log_format == "json" or (settings.log_format == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(json=json))
    return handler


def _replace_handlers(handlers: Sequence[logging.Handler], *, level: str) -> None:
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
        old.close()
    for new in handlers:
        root.addHandler(new)
    root.setLevel(level)


def _quieten_others() -> None:
    """Others' loggers put values into their messages; ours name the same things by key."""
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    temporalio.activity.logger.activity_info_on_message = False
    temporalio.activity.logger.activity_info_on_extra = False
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.workflow.logger.workflow_info_on_extra = False


def _shared() -> list[Processor]:
    """What every record passes through, ours and others', before it is written."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]


def _formatter(*, json: bool) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_dumps) if json else structlog.dev.ConsoleRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            describe_exception,
            withhold_personal,
            renderer,
        ],
    )


def _dumps(event: EventDict, **_: object) -> str:
    return orjson.dumps(event, option=orjson.OPT_NON_STR_KEYS).decode()


def withhold_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop personal keys (said by name in `withheld`), show other objects by type only, mask personal numbers."""
    kept = {key: _plain(value) for key, value in event.items() if not is_personal(key)}
    withheld = sorted(key for key in event if is_personal(key))
    return {**kept, "withheld": withheld} if withheld else kept


def is_personal(key: object) -> bool:
    """Whether a key may hold a name, a contact or free text, by the words it is made of."""
    return not PERSONAL_WORDS.isdisjoint(str(key).lower().replace("-", "_").split("_"))


def _plain(value: object) -> object:
    """The value if it is plain data, masked and without personal keys; else the name of its type."""
    match value:
        case str():
            return _NUMBER.sub("***", value)
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items() if not is_personal(key)}
        case list() | tuple() | set() | frozenset():
            return [_plain(inner) for inner in value]
        case _:
            return f"<{type(value).__qualname__}>"


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by an `exception` text of kinds and code lines, the root cause first."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = found[1] if isinstance(found, tuple) else (found if isinstance(found, BaseException) else sys.exception())
    if found and error is not None:
        event["exception"] = "\n".join(line for part in reversed(list(_chain(error))) for line in _described(part))
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, each once, as Python itself follows them."""
    seen: set[int] = set()
    part: BaseException | None = error
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        yield part
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)


def _described(error: BaseException) -> Iterator[str]:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    yield f"{kind}: {_said(error)}"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _said(error: BaseException) -> str:
    """What may be told of an exception's own text."""
    match error:
        case Refused():
            return error.code
        case ApplicationError():
            return str(error.type)
        case OSError() if not isinstance(error, _PLAIN_TEXT):
            return str(error.strerror)
        case _ if isinstance(error, _PLAIN_TEXT):
            return str(error)
        case _:
            return "(text withheld)"
