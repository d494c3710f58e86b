"""What an operator may set: one table that the command line, the documentation test and the console all read.

A setting comes from the environment (`BIHUAN_HOME` for `home`), else from its default. What belongs to the office,
such as its time zone, its office hours and its policies, is not here: it is kept with the office's records.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator

from schemas.base import Model
from schemas.errors import Refused

PREFIX = "BIHUAN_"

LogFormat = Literal["auto", "json", "console"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One row of the table: its name, its default as a person would write it, and what it does, in Chinese."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting(name="home", default="var", help="数据目录：记录库、引擎数据库、证据、日志和公示文件都在其中。"),
    Setting(
        name="database_url",
        default="",
        help="记录库地址；留空即数据目录中的 SQLite 文件 records.db，也可填 PostgreSQL 地址。",
    ),
    Setting(
        name="temporal_address",
        default="",
        help="外部 Temporal 服务地址（主机：端口）；留空即由本程序启动内嵌引擎。",
    ),
    Setting(name="namespace", default="default", help="Temporal 命名空间。"),
    Setting(name="workers", default="", help="工作进程数；留空即处理器核数减一，至少一个。"),
    Setting(
        name="log_format",
        default="auto",
        help="屏幕日志格式：json、console，或 auto（终端上用 console，否则用 json）。日志文件总是 JSON。",
    ),
    Setting(name="log_level", default="info", help="日志级别：debug、info、warning、error。"),
)


class Settings(Model):
    """The settings in force for one process, and where things lie in the data directory."""

    home: Path = Field(default=Path("var"), validate_default=True)
    database_url: str = ""
    temporal_address: str | None = None
    namespace: str = Field(default="default", min_length=1)
    workers: int = Field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1), ge=1)
    log_format: LogFormat = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        """Child processes and SQLite addresses must not depend on the current directory."""
        return home.expanduser().absolute()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: object) -> Self:
        """Read the environment, then the overrides (a command's own options); blank values count as not set.

        Refused with `settings.invalid` when a value cannot be used.
        """
        environ = os.environ if environ is None else environ
        found: dict[str, object] = {s.name: environ[s.variable] for s in SETTINGS if environ.get(s.variable)}
        found |= {name: value for name, value in overrides.items() if value not in (None, "")}
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            row = next((s for s in SETTINGS if s.name == name), None)
            told = f"{row.variable}。{row.help}" if row else name
            raise Refused("settings.invalid", f"设置无法使用：{told}请改正后重试。") from error

    def make_home(self) -> None:
        """Make the data directory when it is missing, readable by its owner only: the keys of the vault lie in it.

        Refused with `home.unusable` where there can be none.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self.unusable() from error

    def unusable(self) -> Refused:
        """Say that the data directory cannot be one, and what to do."""
        why = "不是目录" if self.home.exists() else "无法建立"
        sentence = f"数据目录 {self.home} {why}。请把 BIHUAN_HOME 改为可以写入的目录，或检查上级目录和权限，再重试。"
        return Refused("home.unusable", sentence)

    @property
    def environment(self) -> dict[str, str]:
        """These settings as environment variables, to hand to a child process."""
        values = {s.name: getattr(self, s.name) for s in SETTINGS}
        return {s.variable: str(values[s.name]) for s in SETTINGS if values[s.name] not in (None, "")}

    @property
    def embedded(self) -> bool:
        """Whether this program runs the Temporal server itself."""
        return self.temporal_address is None

    @property
    def records_url(self) -> str:
        """The SQLAlchemy address of the records: the one set, else the SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.home / 'records.db'}"

    @property
    def engine_db(self) -> Path:
        """The embedded Temporal server's SQLite file."""
        return self.home / "engine" / "temporal.db"

    @property
    def run_file(self) -> Path:
        """What runs now and where it listens (JSON); kept after a stop so that ports stay the same."""
        return self.home / "engine" / "engine.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that runs this data directory."""
        return self.home / "bihuan.lock"

    @property
    def evidence(self) -> Path:
        """Encrypted evidence files, named by the digest of their ciphertext."""
        return self.home / "evidence"

    @property
    def logs(self) -> Path:
        """JSON lines of each process, and what each process printed."""
        return self.home / "logs"

    @property
    def published(self) -> Path:
        """The league tables as published."""
        return self.home / "published"
