"""The window of cameras' videos beside the desk: it shows the camera that is selected, or those about an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt

from cockpit.ui.beside import Beside, WindowBeside
from widgets.kit.actions import Action

if TYPE_CHECKING:
    from cockpit.ui.shell import Shell

KEY = "Ctrl+Shift+V"
LEAST, FIRST = (320, 240), (760, 520)


class VideoDesk(Beside):
    """Opens and closes the window, which never takes the keyboard when it opens."""

    def __init__(self, desk: Shell) -> None:
        super().__init__(desk, "video.place", LEAST)

    def actions(self) -> Iterator[Action]:
        yield Action("desk.video", "videos.action", self.toggle, (KEY,), icon="camera")

    def toggle(self) -> None:
        """Opens it, and closes it again."""
        if self.window is not None:
            self.window.close()
            return
        desk = self._desk
        window = WindowBeside(desk, "video", "videos.window_title", LEAST, ("desk.video", "desk.back"), self.closed)
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        window.on_key("Esc", window.close)
        foot = desk.mapToGlobal(desk.rect().bottomRight())
        self.show(window, QRect(foot.x() - FIRST[0] - 12, foot.y() - FIRST[1] - 56, *FIRST))
        window.raise_()
