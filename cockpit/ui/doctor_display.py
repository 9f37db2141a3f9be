"""The child that asks Qt about screens and graphics; one JSON line each on standard output (see doctor_screen.py)."""

from __future__ import annotations

import json
import math
from typing import Any

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QScreen

from cockpit.model.graphics import ANSWER

GL_VENDOR, GL_RENDERER, GL_VERSION = 0x1F00, 0x1F01, 0x1F02


def screen_facts(screen: QScreen) -> dict[str, Any]:
    """Name, size in logical pixels, pixels a logical pixel, dots an inch (0 when the screen tells no size)."""
    size, dpi = screen.size(), screen.physicalDotsPerInch()
    return {
        "name": screen.name(),
        "width": size.width(),
        "height": size.height(),
        "ratio": screen.devicePixelRatio(),
        "dpi": dpi if math.isfinite(dpi) else 0.0,
    }


def graphics_facts() -> dict[str, str]:
    """GL_VENDOR, GL_RENDERER and GL_VERSION of the driver; empty where no context can be made."""
    facts = {"vendor": "", "renderer": "", "version": ""}
    context = QOpenGLContext()
    if not context.create():
        return facts
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if context.makeCurrent(surface):
        functions = context.functions()
        facts["vendor"] = functions.glGetString(GL_VENDOR) or ""
        facts["renderer"] = functions.glGetString(GL_RENDERER) or ""
        facts["version"] = functions.glGetString(GL_VERSION) or ""
        context.doneCurrent()
    surface.destroy()
    return facts


def main() -> int:
    app = QGuiApplication(["cockpit-doctor"])
    facts = {
        "platform": app.platformName(),
        "qt": qVersion(),
        "screens": [screen_facts(screen) for screen in app.screens()],
    }
    print(ANSWER + json.dumps(facts), flush=True)
    print(ANSWER + json.dumps(graphics_facts()), flush=True)
    return 0
