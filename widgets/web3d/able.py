"""Whether the page of the 3D panel can be shown here, and how: installed, its libraries there, its sandbox allowed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from functools import lru_cache

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

from cockpit.model.graphics import is_gpu
from cockpit.model.messages import Message

FLAGS, NO_SANDBOX = "QTWEBENGINE_CHROMIUM_FLAGS", "QTWEBENGINE_DISABLE_SANDBOX"
"""Environment of Qt WebEngine; what is set there is the administrator's will and is kept."""
ON_CPU = ("--ignore-gpu-blocklist", "--disable-gpu-compositing")
"""Without a GPU the page is blank unless it is told so."""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-domain-reliability", "--no-pings")
_GL_RENDERER = 0x1F01
_WAIT = 10.0


def installed() -> bool:
    """Whether the extra [web] is here."""
    try:
        return importlib.util.find_spec("PySide6.QtWebEngineWidgets") is not None
    except ImportError:  # a part of it is here, and its own parts are not
        return False


def why_not() -> Message | None:
    """The sentence that says why it can not be shown; None when it can."""
    if installed() and importlib.util.find_spec("pydeck") is None:
        return Message("share.no_pydeck")
    return why_no_web()


def why_no_web() -> Message | None:
    """The same for a page that is not ours."""
    if not installed():
        return Message("web3d.not_installed")
    sandbox = _sandbox()
    if sandbox is not None:
        return sandbox
    try:
        importlib.import_module("PySide6.QtWebEngineWidgets")
        importlib.import_module("PySide6.QtWebChannel")
    except ImportError as error:
        return Message("web3d.libraries", {"why": str(error).splitlines()[0][:200]})
    return None


def _sandbox() -> Message | None:
    """Why Chromium's sandbox could not start, which would end the whole program."""
    if sys.platform != "linux" or _switched_off():
        return None
    if os.geteuid() == 0:
        return Message("web3d.as_root")
    return None if _own_namespace() else Message("web3d.no_sandbox")


def _switched_off() -> bool:
    """Whether an administrator runs this without a sandbox."""
    return os.environ.get(NO_SANDBOX, "") == "1" or "--no-sandbox" in os.environ.get(FLAGS, "").split()


@lru_cache(maxsize=1)
def _own_namespace() -> bool:
    """Whether a program without rights may have a namespace of its own, as the sandbox has to."""
    program = shutil.which("unshare")
    if program is None:
        return True
    try:
        asked = subprocess.run([program, "-U", "-r", "true"], capture_output=True, timeout=_WAIT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return True
    return asked.returncode == 0


def renderer() -> str:
    """GL_RENDERER of the driver that Qt takes; "" where there is none. Needs a QGuiApplication."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return ""
    try:
        told = context.functions().glGetString(_GL_RENDERER)
    finally:
        context.doneCurrent()
    return str(told or "")


def prepare() -> None:
    """Tell WebEngine how to draw here; before its first page."""
    given = os.environ.get(FLAGS, "").split()
    drawn = () if is_gpu(renderer()) else ON_CPU
    os.environ[FLAGS] = " ".join(dict.fromkeys((*given, *QUIET, *drawn)))
