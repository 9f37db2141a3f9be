"""Children that die with their parent, however it dies (Linux: PR_SET_PDEATHSIG)."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
PARENT_ENV = "COCKPIT_PARENT"


def die_with_parent(signum: int = signal.SIGTERM) -> None:
    """Asks the kernel to send this process `signum` when the thread that started it ends.

    Only where the parent asked for it by `COCKPIT_PARENT=<pid>`: a hub started by systemd lives on its own.
    A parent that died before this call is noticed too.
    """
    parent = os.environ.pop(PARENT_ENV, "")
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signum)
    if os.getppid() != int(parent):
        os._exit(0)


def environment_of_child() -> dict[str, str]:
    """The environment of a child that is to call `die_with_parent`."""
    return {**os.environ, PARENT_ENV: str(os.getpid())}


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def preexec_die_with_parent() -> None:
    """As `preexec_fn` for a child that is not ours (nats-server).

    To be started from a thread that lives as long as we do.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    """A TCP port of loopback that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def cockpit_command(*args: str) -> list[str]:
    """The command line that runs this very cockpit with `args`, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *args]
    return [sys.executable, "-m", "cockpit", *args]


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read (0600), replacing it whole."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)
