"""A window of its own process in which the map's backends are exchanged, lost, opened and closed.

    python -m tests.gloo_window exchange|lose|old|cycle COUNT

Run with DISPLAY on a screen; writes one JSON line.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QOpenGLContext, QPainter
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cockpit.model.clock import SystemClock
from cockpit.model.messages import texts
from tests.gloo_scenes import RED, VIEW, areas, drawing, footprints, sprite, symbols, way, words
from widgets.kit.fonts import FAMILY, load_fonts
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.choose import MapBackend
from widgets.map.drawing import Sprites
from widgets.map.style import MapStyle
from widgets.map.themed import map_style

PATIENCE = 30.0
MARK = QColor(255, 0, 255)
"""What lies over the picture in the upper left corner."""
_clock = SystemClock()


class Kept:
    """Prefs in memory."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def get(self, name: str, default: Any) -> Any:
        return self.values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value


def style() -> MapStyle:
    return map_style(Theme.load("dark"))


def mark(painter: QPainter, camera: Camera) -> None:
    painter.fillRect(0, 0, 20, 20, MARK)


def until(told: Callable[[], object]) -> bool:
    """Turns the event loop until something holds."""
    end = _clock.mono() + PATIENCE
    while not told() and _clock.mono() < end:
        QApplication.processEvents()
    return bool(told())


class Window:
    """A window with the map's picture in it."""

    def __init__(self, choice: str) -> None:
        self.widget = QWidget()
        self.widget.resize(VIEW.width, VIEW.height)
        self.kept = Kept(**{"map.renderer": choice})
        self.backend = MapBackend(self.kept, FAMILY, _clock.mono)
        self.told: list[Any] = []
        self.backend.told.connect(self.told.append)
        self.surface = self.backend.surface(self.widget, mark)
        self.surface.setGeometry(0, 0, VIEW.width, VIEW.height)
        self.backend.show(VIEW, drawing(areas(), way(), symbols(), words()), style())
        self.widget.show()

    def settled(self) -> bool:
        return until(self.backend.settled)

    def seen(self) -> dict[str, Any]:
        """What the window shows: who draws, the mark, and how many colours there are."""
        image = self.widget.grab().toImage()
        colors = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
        return {
            "name": self.backend.name,
            "mark": image.pixelColor(5, 5) == MARK,
            "area": image.pixelColor(60, 80).name(),
            "colors": len(colors),
        }

    def close(self) -> None:
        self.backend.close()
        self.widget.close()
        self.widget.deleteLater()
        self.backend.deleteLater()
        QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
        QApplication.processEvents()


def exchange() -> dict[str, Any]:
    """raster and gloo by the menu, raster and gloo by the palette's commands; then buildings rise."""
    window = Window("raster")
    window.backend.show(VIEW, drawing(areas(), footprints()), style())
    menu = QMenu()
    window.backend.fill_menu(menu, texts("zh"))
    ways = menu.actions()[0].menu()
    assert isinstance(ways, QMenu)
    commands = {action.id: action for action in window.backend.actions()}
    flat = commands["map.tilt"].reason
    seen = []
    by_menu, by_command = ways.actions(), [commands[f"map.use_{name}"] for name in ("raster", "gloo")]
    for change in (by_menu[1].trigger, by_menu[2].trigger, by_command[0].run, by_command[1].run):
        change()
        seen.append({"settled": window.settled(), **window.seen(), "kept": window.kept.values["map.renderer"]})
    before = window.widget.grab().toImage()
    commands["map.tilt"].run()
    risen = until(lambda: window.widget.grab().toImage() != before and window.backend.settled())
    commands["map.tilt"].run()
    lies = until(lambda: window.widget.grab().toImage() == before and window.backend.settled())
    window.close()
    told = [message.id for message in window.told]
    return {"seen": seen, "told": told, "flat": flat.id if flat else "", "risen": risen, "lies": lies}


def lose() -> dict[str, Any]:
    """A picture that the driver refuses: no texture is that wide."""
    window = Window("gloo")
    before = {"settled": window.settled(), **window.seen()}
    wide = Sprites(
        key="wide", x=np.zeros(1, np.float32), y=np.zeros(1, np.float32), image=np.zeros(1, np.int32),
        images=(sprite(RED, 70_000, 2),),
    )  # fmt: skip
    window.backend.show(VIEW, drawing(areas(), wide), style())
    fallen = until(lambda: window.backend.name == "raster")
    after = {"settled": window.settled(), **window.seen()}
    window.close()
    return {
        "before": before,
        "fallen": fallen,
        "after": after,
        "kept": window.kept.values["map.renderer"],
        "told": [[message.id, message.params["why"].id] for message in window.told],
    }


def old() -> dict[str, Any]:
    """Started with a driver that is told to be an old one."""
    window = Window("gloo")
    fallen = until(lambda: window.backend.name == "raster")
    after = {"settled": window.settled(), **window.seen()}
    window.close()
    return {"fallen": fallen, "after": after, "told": [[m.id, m.params["why"].id] for m in window.told]}


def cycle(count: int) -> dict[str, Any]:
    """Opens and closes a window with a GL surface; two at a time, so that they share what they have."""
    from widgets.map.gloo.group import Group, Hold

    other = Window("gloo")
    other.settled()
    held: list[dict[str, int]] = []
    for step in range(count):
        window = Window("gloo")
        window.settled()
        shared = len(Group.known)
        window.close()
        if step % max(count // 5, 1) == max(count // 5, 1) - 1:
            gc.collect()
            held.append({
                "groups": shared,
                "holds": sum(isinstance(one, Hold) for one in gc.get_objects()),
                "contexts": sum(isinstance(one, QOpenGLContext) for one in gc.get_objects()),
                "threads": len(list(Path("/proc/self/task").iterdir())),
                "files": len(os.listdir("/proc/self/fd")),
                "kilobytes": _kilobytes(),
            })  # fmt: skip
    name = other.backend.backend.driver_name  # type: ignore[attr-defined]
    other.close()
    gc.collect()
    left = sum(isinstance(one, Hold) for one in gc.get_objects())
    return {"held": held, "left": left, "groups_left": len(Group.known), "driver": name}


def _kilobytes() -> int:
    """Memory that is this process' own."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1])
    return 0


def main() -> None:
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication(sys.argv[:1])
    load_fonts()
    found = {"exchange": exchange, "lose": lose, "old": old, "cycle": lambda: cycle(int(sys.argv[2]))}[sys.argv[1]]()
    print(json.dumps(found), flush=True)
    del app


if __name__ == "__main__":
    main()
