"""Where notices go: one small class a channel, all with the same `send`. Real channels (SMS, mail, OA) come to this interface.

`send` is idempotent by the notice's key: a courier that died after sending sends again, and the far end counts once.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Protocol

from schemas.base import Model
from schemas.time import Instant


class Delivery(Model):
    """One notice to one person: pseudonyms, template and parameters, nothing personal."""

    key: str
    person: str
    template: str
    order: str
    doc_no: str
    due: Instant | None
    fallback: str = ""


class Channel(Protocol):
    """A way to tell somebody something."""

    def send(self, deliveries: list[Delivery], *, at: datetime) -> None:
        """Deliver a batch, or raise; what was delivered before under the same key counts once."""


class LogFile:
    """Appends each notice as a JSON line to `notices.log` in the data directory."""

    def __init__(self, path: Path) -> None:
        """Write to this file, made when first needed."""
        self._path = path

    def send(self, deliveries: list[Delivery], *, at: datetime) -> None:
        """Append and flush to disk; a repeated key is a repeated line, told apart by its key."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            for delivery in deliveries:
                line = {"at": at.isoformat(), **delivery.model_dump(mode="json")}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
