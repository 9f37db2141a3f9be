"""Where a stream's thread may connect to: its own address and nowhere else, whatever its server says.

FFmpeg follows what an RTSP server answers (“moved”) and has no option against it. The kernel asks here before each
`connect` of this process (seccomp, Linux 5.5 or newer); a thread that says no addresses of its own is not asked about.
Only TCP is looked at: names are resolved by datagrams.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import ipaddress
import logging
import os
import platform
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

log = logging.getLogger(__name__)

_MACHINES = {"x86_64": (0xC000003E, 317, 42), "aarch64": (0xC00000B7, 277, 203)}
"""AUDIT_ARCH, and the numbers of `seccomp` and `connect`."""
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 1 << 3
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_GO_ON = 1
_LEAST_KERNEL = (5, 5)
"""Which knows `_GO_ON`."""
_ASKED = struct.Struct("<QIIiIQ6Q")
"""`struct seccomp_notif`: id, thread, flags, call, architecture, instruction, arguments."""
_ANSWER = struct.Struct("<QqiI")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_allowed: dict[int, frozenset[tuple[Address, int]]] = {}
"""By thread."""


@contextmanager
def within(host: str, port: int) -> Iterator[None]:
    """In here this thread connects to this port of this host only, "" to none.

    Raises:
        OSError, UnicodeError: nobody knows the host.
    """
    ident = threading.get_native_id()
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
    _allowed[ident] = frozenset((_address(str(one[4][0])), port) for one in found)
    try:
        yield
    finally:
        del _allowed[ident]


def raise_fence() -> bool:
    """Has the kernel ask from now on, of this thread and of those that it starts; whether it does."""
    try:
        listener = _listener()
    except (OSError, AttributeError) as error:
        log.warning("cameras' servers may send streams elsewhere: %s", error)
        return False
    threading.Thread(target=_answer, args=(listener,), name="fence", daemon=True).start()
    return True


def _listener() -> int:
    """Raises OSError: this kernel, or what this process runs in, has no such thing."""
    kernel = re.match(r"(\d+)\.(\d+)", platform.release())
    if platform.machine() not in _MACHINES or kernel is None or (int(kernel[1]), int(kernel[2])) < _LEAST_KERNEL:
        raise OSError(errno.ENOSYS, f"{platform.machine()} {platform.release()}")
    machine, seccomp, connect = _MACHINES[platform.machine()]
    rules = (  # code, jump if so, jump if not, value
        (0x20, 0, 0, 4),  # the architecture
        (0x15, 0, 3, machine),
        (0x20, 0, 0, 0),  # the call
        (0x15, 0, 1, connect),
        (0x06, 0, 0, _ASK),
        (0x06, 0, 0, _ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *rule) for rule in rules))
    program = struct.pack("<HxxxxxxQ", len(rules), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    listener = int(libc.syscall(seccomp, _SET_MODE_FILTER, _NEW_LISTENER, program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return listener


def _answer(listener: int) -> None:
    try:
        while True:
            with suppress(InterruptedError, FileNotFoundError):  # who asked is gone
                _answer_one(listener)
    except BaseException:
        log.exception("nobody is asked any more where streams connect to")
        os._exit(1)  # each thread that connects would wait for good: the seat starts the process again


def _answer_one(listener: int) -> None:
    asked = bytearray(_ASKED.size)
    fcntl.ioctl(listener, _RECEIVE, asked)
    ident, thread, _, _, _, _, fd, where, size, *_ = _ASKED.unpack(asked)
    good = _may(thread, fd, where, size)
    fcntl.ioctl(listener, _SEND, bytearray(_ANSWER.pack(ident, 0, 0 if good else -errno.EACCES, _GO_ON if good else 0)))


def _may(thread: int, fd: int, where: int, size: int) -> bool:
    allowed = _allowed.get(thread)
    if allowed is None:
        return True
    try:
        line = socket.socket(fileno=os.dup(ctypes.c_int(fd & 0xFFFFFFFF).value))
    except OSError:  # the call itself says so
        return True
    with line:
        if line.type != socket.SOCK_STREAM or line.family not in (socket.AF_INET, socket.AF_INET6):
            return True
    data = ctypes.string_at(where, min(size, 28))  # of this very process
    port = int.from_bytes(data[2:4])
    if line.family == socket.AF_INET and len(data) >= 8:
        return (ipaddress.IPv4Address(data[4:8]), port) in allowed
    return len(data) >= 24 and (_address(ipaddress.IPv6Address(data[8:24])), port) in allowed


def _address(of: str | Address) -> Address:
    """Without the scope of a link; an IPv4 address however it is written."""
    found = ipaddress.ip_address(of.partition("%")[0] if isinstance(of, str) else of)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
