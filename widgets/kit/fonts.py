"""The shipped fonts: Noto Sans SC 400 and 700, so that figures are tabular and Chinese is there on every machine."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase

from cockpit.model.messages import Message
from cockpit.paths import assets_dir

FAMILY = "Noto Sans SC"
FILES = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")

_loaded: list[int] = []


def load_fonts() -> Message | None:
    """Load the fonts into the running QGuiApplication, once.

    Returns:
        None, or a sentence naming the font that is missing; the seat goes on with the system's own fonts.
    """
    if _loaded:
        return None
    for name in FILES:
        path = assets_dir() / "fonts" / name
        number = QFontDatabase.addApplicationFont(str(path)) if path.is_file() else -1
        if number < 0:
            return Message("kit.font_missing", {"path": str(path)})
        _loaded.append(number)
    return None
