"""One process at a time runs a data directory: an operating-system lock that ends with its holder, even by kill −9."""

import fcntl
import os
from pathlib import Path
from typing import Self

from schemas.errors import Refused


class HomeLock:
    """The exclusive right to run what lies in one data directory, as a context manager.

    Entering is refused with `engine.already_running` while another process, or another part of this one, holds it.
    The file also holds the holder's process id, for the sentence only: it is the lock that counts, so none is stale.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the lock file; its directory is made when missing, and the file is never removed."""
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Take the lock or refuse at once; never waits."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode().strip()
            os.close(descriptor)
            raise Refused("engine.already_running", self._sentence(holder)) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _sentence(self, holder: str) -> str:
        who = f"（进程号 {holder}）" if holder else ""
        return (
            f"数据目录 {self._path.parent} 已有一个闭环程序在运行{who}，不能再启动第二个。"
            "请到那个窗口继续使用，或先用 Ctrl-C 停止它；要同时运行另一份，请用 BIHUAN_HOME 指定别的数据目录。"
        )
