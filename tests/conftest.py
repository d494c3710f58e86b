"""What holds for every test: no socket leaves this machine, no setting leaks in, and chance can be repeated."""

import os
import sys
from ipaddress import ip_address

import pytest
from hypothesis import settings
from structlog.contextvars import clear_contextvars

from runtime.settings import PREFIX


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _stays_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse a connection to anything but this machine; Unix sockets have no host and are let through."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            message = f"a test tried to reach {address[0]}; tests stay on this machine"
            raise PermissionError(message)


def pytest_configure(config: pytest.Config) -> None:
    """Close the door to the network before anything is collected, and forget the operator's own settings."""
    del config
    sys.addaudithook(_stays_here)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]


@pytest.fixture(autouse=True)
def _no_bindings_of_another_test() -> None:
    """A command run within this process binds its component for good; the next test begins with nothing bound."""
    clear_contextvars()


# Two busy cores say nothing about the code, so no example has a deadline; the same examples run everywhere.
settings.register_profile("bihuan", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("bihuan")
