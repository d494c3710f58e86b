"""A launcher run as a script: ties a child process to its parent, then becomes the command it was given.

`python -I -S leash.py PARENT_PID COMMAND...`. On Linux the kernel kills the child the moment its parent dies, kill −9
included. It is a script of its own because code between fork and exec is not safe in a process with threads, and the
Temporal client has many. On other systems it only starts the command; the next start then ends what was left over.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ask for the kernel's signal, make sure the parent did not die before that, and become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming the command is the purpose; no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
