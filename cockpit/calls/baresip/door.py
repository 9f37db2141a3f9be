"""Shuts the door behind us: baresip's control port has no password, and whoever comes second would take our place.

The listening socket of the child is fetched (pidfd_getfd, Linux 5.6) and given a packet filter that drops everything:
nobody else gets in from then on, while the connection that is there goes on. Where the kernel does not let us, the
door stays open on loopback, and a child whose connection is taken from us is killed (`child`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
import sys

_PIDFD_GETFD = 438
_SO_ATTACH_FILTER = 26
_SO_LOCK_FILTER = 44
_DROP = struct.pack("HBBI", 6, 0, 0, 0)
"""BPF: return 0."""


def shut(pid: int, port: int) -> bool:
    """Lets nobody connect any more to what process `pid` listens on at TCP `port`; whether that went well."""
    if sys.platform != "linux":
        return False
    shut_one = False
    with contextlib.suppress(OSError, ValueError):
        pidfd = os.pidfd_open(pid)
        try:
            for name in os.listdir(f"/proc/{pid}/fd"):
                shut_one |= _shut(pid, pidfd, int(name), port)
        finally:
            os.close(pidfd)
    return shut_one


def _shut(pid: int, pidfd: int, number: int, port: int) -> bool:
    try:
        if not os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:"):
            return False
        fd = ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, pidfd, number, 0)
        if fd < 0:
            return False
        with socket.socket(fileno=fd) as theirs:
            if theirs.family not in (socket.AF_INET, socket.AF_INET6) or theirs.getsockname()[1] != port:
                return False
            if not theirs.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return False
            drop = ctypes.create_string_buffer(_DROP)
            program = struct.pack("HL", 1, ctypes.addressof(drop))
            theirs.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
            with contextlib.suppress(OSError):
                theirs.setsockopt(socket.SOL_SOCKET, _SO_LOCK_FILTER, 1)
            return True
    except OSError:
        return False
