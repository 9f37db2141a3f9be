"""Whether a window can be opened, asked before Qt is: where it can not, Qt aborts the process. No Qt in here."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from cockpit.model.errors import OutsideError


def require_display() -> None:
    """Returns where Qt can start on its platform.

    Raises:
        OutsideError: there is no display, it takes no connection, or the system lacks a library that Qt needs.
    """
    if sys.platform != "linux":
        return
    platform = _platform()
    if platform:
        _load_plugin(platform)
    if platform == "xcb":
        _knock()


def _platform() -> str:
    """Qt's platform plugin ("xcb", "offscreen"); "" where Qt chooses between Wayland and X itself."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if wanted:
        return "" if ";" in wanted else wanted.split(":")[0]
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not os.environ.get("DISPLAY"):
        raise OutsideError("cli.no_display")
    return "xcb"


def _load_plugin(platform: str) -> None:
    """Loads what Qt will load itself, so that a library that is missing has its name said."""
    found = importlib.util.find_spec("PySide6")
    if found is None or not found.submodule_search_locations:
        return
    plugin = Path(found.submodule_search_locations[0]) / "Qt/plugins/platforms" / f"libq{platform}.so"
    if not plugin.is_file():
        return
    _library(str(plugin))


def _library(name: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(name)
    except OSError as error:  # "libxcb-cursor.so.0: cannot open shared object file: …"
        raise OutsideError("cli.library_missing", library=str(error).split(":")[0]) from error


def _knock() -> None:
    """Connects to the X server and leaves again."""
    xcb = _library("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    for call in (xcb.xcb_connection_has_error, xcb.xcb_disconnect):
        call.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        raise OutsideError("cli.display_refused", display=os.environ.get("DISPLAY", ""))
