"""Children that die with their parent, however it dies (Linux: PR_SET_PDEATHSIG); their ports, locks and files."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import fcntl
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

if TYPE_CHECKING:
    from asyncio.subprocess import Process

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


async def end_child(process: Process, seconds: float) -> None:
    """Ends a child that ends when nobody speaks to it any more; one that has not after so long is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with time_limit(seconds):
            await process.wait()
    except TimeoutError:
        await kill_child(process)


async def kill_child(process: Process) -> None:
    """Ends a child at once. It has ended then, also where who waits is cancelled meanwhile: that takes no time, and
    one that nobody waits for stays in the table of processes."""
    import asyncio  # takes a while, and who comes here has it already

    with contextlib.suppress(ProcessLookupError):
        process.kill()
    cancelled = None
    while process.returncode is None:
        try:
            await process.wait()
        except asyncio.CancelledError as again:
            cancelled = again
    if cancelled is not None:
        raise cancelled


async def said_by(process: Process, seconds: float, told: bytes | None = None) -> tuple[bytes, bytes]:
    """What a child that is told this writes to its outputs until it ends; in any case it has ended then.

    Raises:
        TimeoutError: it took longer.
    """
    try:
        async with time_limit(seconds):
            return await process.communicate(told)
    finally:
        if process.returncode is None:
            await kill_child(process)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def give_back() -> None:
    """Memory that was freed in small pieces is the system's again: the C library keeps what lies between pieces that
    are still used, which is tens of MB of a process that has run for a while. Takes some ms; not for threads that draw
    or answer."""
    if _libc is not None:
        with contextlib.suppress(AttributeError):  # a C library without it
            _libc.malloc_trim(0)


def give_back_large() -> None:
    """Columns that are let go of are the system's again at once: the C library keeps pieces as large as the largest
    that it was ever given back, which columns that are made anew leave full of holes. A process that draws has its
    pictures made anew many times a second and had better keep them."""
    _tune(_MMAP_THRESHOLD, _LARGE)


def lean() -> None:
    """For a process that runs for months and draws nothing, before it starts threads: what is freed is given back, and
    threads share what small pieces are cut from, instead of eight times the number of cores of it."""
    give_back_large()
    _tune(_ARENA_MAX, _ARENAS)


def _tune(what: int, value: int) -> None:
    if _libc is not None:
        with contextlib.suppress(AttributeError):  # a C library without it
            _libc.mallopt(what, value)


_MMAP_THRESHOLD, _LARGE = -3, 262_144
"""M_MMAP_THRESHOLD of <malloc.h>, and bytes."""
_ARENA_MAX, _ARENAS = -8, 2
"""M_ARENA_MAX."""


def tell_where_it_hangs() -> None:
    """A process that is ended by SIGABRT because it stands still writes first where it does. It leaves no image of its
    memory, in which there are keys."""
    faulthandler.enable()
    no_core()


def no_core() -> None:
    """No image of this process's memory is left by its end."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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


def listening(address: str, port: int, backlog: int) -> socket.socket:
    """A TCP socket that listens for a loop; on `::` by IPv4 too.

    Raises:
        OSError: the port is in use or may not be used, or there is no such address here.
    """
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if six:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if address == "::" else 1)
        sock.setblocking(False)
        sock.bind((address, port))
        sock.listen(backlog)
    except OSError:
        sock.close()
        raise
    return sock


def can_listen(port: int) -> bool:
    """Whether a server could listen on this port of loopback now: neither a server nor a connection holds it."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what just ended does not count
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def lives(pid: int) -> bool:
    """Whether there is such a process (of any user)."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0


def cockpit_command(*args: str) -> list[str]:
    """The command line that runs this very cockpit with `args`, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *args]
    return [sys.executable, "-m", "cockpit", *args]


def start_anew(args: Sequence[str]) -> NoReturn:
    """This process begins again as `cockpit` with `args`, under the same number: who started it waits for it still. To
    be called once all has ended in order; what other threads do is lost.

    Raises:
        OutsideError: the program is not there any more, or there is no memory.
    """
    command = cockpit_command(*args)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    try:
        os.execv(command[0], command)
    except OSError as error:
        raise OutsideError("walljoin.not_started_anew", why=error.strerror or str(error)) from error


class Lock:
    """An advisory lock on a file, until `release` or the end of the process, however it ends."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def take_lock(path: Path, clock: Clock, patience: float = 0.0) -> Lock | None:
    """The lock of a file, made if need be; None when another process holds it for `patience` seconds.

    Raises:
        OSError: the file can not be opened.
    """
    end = clock.mono() + patience
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.mono() < end:
                time.sleep(0.05)
                continue
            os.close(fd)
            return None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                os.close(fd)
                raise
        return Lock(fd)  # a file system without locks has nobody to keep out either


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """What the disk refuses in here is said in one sentence about this profile.

    Raises:
        OutsideError: instead of OSError.
    """
    try:
        yield
    except OSError as error:
        raise OutsideError("cli.profile_unwritable", folder=str(folder), why=error.strerror or str(error)) from error


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read (0600), replacing it whole; one that says this already is left alone,
    so that a full disk matters to nobody who has nothing new to write.

    Raises:
        OSError: it can not be written.
    """
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.stat().st_mode & 0o777 == 0o600 and path.read_text("utf-8") == text:
            return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(beside, path)
