"""A machine that shows a wall does not sleep: neither the system nor its screens, as long as this is open."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable

from cockpit.heartbeat import tell_systemd
from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.processes import preexec_die_with_parent

SCREEN_SECONDS = 60.0
"""How often the X server is told again: it may have been started anew."""
SYSTEM_SECONDS = 30.0
"""How often the system is asked again where it refused."""
END_SECONDS = 6.0
"""For letting go in order."""
_WHAT = "--what=idle:sleep:handle-lid-switch"


class Awake:
    """What a watchdog has beside it: keeps the system awake (logind), the screens lit (X), and answers systemd's own
    watchdog."""

    def __init__(self, clock: Clock, say: Callable[[Message], None] = lambda message: None) -> None:
        """
        Args:
            say: told once when the system can not be kept awake, and once when it can again.
        """
        self._clock = clock
        self._say = say
        self._asleep, self._tries = False, 0
        self._inhibitor: subprocess.Popen[bytes] | None = None
        self._screens_due = self._system_due = float("-inf")
        self._told = False
        self._systemd = os.environ.pop("NOTIFY_SOCKET", "")  # ours alone: what we start would speak there too

    def beat(self) -> None:
        if not self._told:
            self._told = True
            tell_systemd(self._systemd, "READY=1")

    def second(self) -> None:
        now = self._clock.mono()
        tell_systemd(self._systemd, "WATCHDOG=1")
        if now >= self._screens_due:
            self._screens_due = now + SCREEN_SECONDS
            keep_screens_lit()
        if now < self._system_due:
            return
        if self._inhibitor is not None and self._inhibitor.poll() is None:
            self._tries = 0
            self._say_asleep(False)
            return
        self._system_due = now + SYSTEM_SECONDS
        self._tries += 1
        if not self._inhibit() or self._tries > 1:  # what was killed once holds again by now
            self._say_asleep(True)

    def _say_asleep(self, asleep: bool) -> None:
        if asleep != self._asleep:
            self._asleep = asleep
            self._say(Message("walljoin.may_sleep" if asleep else "walljoin.kept_awake"))

    def close(self) -> None:
        if self._inhibitor is not None:
            assert self._inhibitor.stdin is not None
            with contextlib.suppress(OSError):
                self._inhibitor.stdin.close()  # what it runs ends with it
            try:
                self._inhibitor.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._inhibitor.kill()
                self._inhibitor.wait()
            self._inhibitor = None
        tell_systemd(self._systemd, "STOPPING=1")

    def _inhibit(self) -> bool:
        """Asks the system; whether it could be asked. A container and a system without logind have nobody to ask."""
        program = shutil.which("systemd-inhibit")
        if program is None:
            return False
        if self._inhibitor is not None and self._inhibitor.stdin is not None:
            self._inhibitor.stdin.close()
        with contextlib.suppress(OSError):
            self._inhibitor = subprocess.Popen(
                [program, _WHAT, "--who=city-cockpit", "--why=wall", "--mode=block", "cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=preexec_die_with_parent,
            )
            return True
        return False


_DPMS = b"DPMS"
_DPMS_DISABLE = 5
_OFF, _DEFAULT = 0, 2


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("len", ctypes.c_size_t))


class _Extension(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("global_id", ctypes.c_int))


class _Request(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_size_t),
        ("ext", ctypes.c_void_p),
        ("opcode", ctypes.c_uint8),
        ("isvoid", ctypes.c_uint8),
    )


def keep_screens_lit() -> bool:
    """Tells the X server of this process' display never to blank its screens nor to switch them off. By xcb, which says
    that a server went where Xlib would end the process.

    Returns:
        Whether there is one that took it.
    """
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    for call in (xcb.xcb_connection_has_error, xcb.xcb_disconnect, xcb.xcb_flush):
        call.argtypes = [ctypes.c_void_p]
    xcb.xcb_set_screen_saver.argtypes = [ctypes.c_void_p, *[ctypes.c_int16] * 2, *[ctypes.c_uint8] * 2]
    xcb.xcb_force_screen_saver.argtypes = [ctypes.c_void_p, ctypes.c_uint8]
    connection = xcb.xcb_connect(None, None)
    try:
        if xcb.xcb_connection_has_error(connection):
            return False
        xcb.xcb_set_screen_saver(connection, 0, 0, _OFF, _DEFAULT)
        xcb.xcb_force_screen_saver(connection, _OFF)
        _disable_dpms(xcb, connection)
        return bool(xcb.xcb_flush(connection) > 0)
    finally:
        xcb.xcb_disconnect(connection)


def _disable_dpms(xcb: ctypes.CDLL, connection: int) -> None:
    """The request of the DPMS extension, whose library few systems have (X.Org, DPMS 1.1: minor opcode 5)."""
    known = _Extension(_DPMS, 0)
    request = _Request(2, ctypes.cast(ctypes.pointer(known), ctypes.c_void_p), _DPMS_DISABLE, 1)
    words = ctypes.create_string_buffer(4)
    parts = (_Iovec * 4)()
    parts[2] = _Iovec(ctypes.cast(words, ctypes.c_void_p), 4)
    parts[3] = _Iovec(None, 0)
    xcb.xcb_get_extension_data.restype = ctypes.c_void_p
    xcb.xcb_get_extension_data.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    reply = xcb.xcb_get_extension_data(connection, ctypes.byref(known))
    if not reply or not ctypes.string_at(reply + 8, 1)[0]:  # xcb_query_extension_reply_t.present
        return
    xcb.xcb_send_request.restype = ctypes.c_uint
    xcb.xcb_send_request.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    xcb.xcb_send_request(connection, 0, ctypes.byref(parts, 2 * ctypes.sizeof(_Iovec)), ctypes.byref(request))
