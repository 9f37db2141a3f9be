"""Which way the map is drawn: chosen at start by the driver's name, changed while it runs, by a person or by a loss.

`MapBackend` is a backend to those who use it; the one that draws is behind it and may be exchanged at any time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QProcess, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from shiboken6 import isValid

from cockpit.model.graphics import ANSWER, way_of_drawing
from cockpit.model.messages import Message, Texts
from cockpit.model.ports import Prefs
from cockpit.processes import cockpit_command
from widgets.kit.actions import Action
from widgets.kit.menus import submenu
from widgets.map.backend import Backend, Over
from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.drawing import Drawing
from widgets.map.raster.backend import RasterBackend
from widgets.map.style import MapStyle

AUTO, RASTER, GLOO = "auto", "raster", "gloo"
CHOICES = (AUTO, RASTER, GLOO)
CHOICE, DRIVER = "map.renderer", "map.driver"
"""What prefs hold: what a person chose; and what the driver was when it was last asked."""
ASK_MS = 4000
"""After the first picture the driver is asked, by a process of its own, once: a start must not wait for it."""
NO_GL = frozenset(("offscreen", "minimal", "vnc", "linuxfb"))
"""Platforms of Qt whose windows can not show OpenGL."""
PITCH = 45.0
TILT_KEY = "Ctrl+Alt+B"
Maker = Callable[[str], Backend]


class Tilted(Protocol):
    """A backend that can look from the side."""

    pitch: float


class MapBackend(QObject):
    """See `widgets.map.backend.Backend`.

    Attributes:
        choice: of `CHOICES`.
        told: a Message for the person: the map is drawn another way now, and why.
        switched: another backend draws.
    """

    changed = Signal()
    loaded = Signal(bool)
    failed = Signal(object)
    lost = Signal(object)
    told = Signal(object)
    switched = Signal()

    def __init__(self, prefs: Prefs, family: str, mono: Callable[[], float], make: Maker | None = None) -> None:
        """
        Args:
            family: of the letters.
            mono: monotonic seconds.
            make: makes the backend of a name.
        """
        super().__init__()
        self._prefs, self._make = prefs, make or (lambda name: _made(name, family, mono))
        chosen = prefs.get(CHOICE, AUTO)
        self.choice = chosen if chosen in CHOICES else AUTO
        self._place: _Place | None = None
        self._over: Over | None = None
        self._base: BaseFile | None = None
        self._words = ""
        self._last: tuple[Camera, Drawing, MapStyle] | None = None
        self._pitch = 0.0
        self._closed = False
        self._asking: QProcess | None = None
        self._ask = QTimer(self)
        self._ask.setSingleShot(True)
        self._ask.timeout.connect(self._ask_driver)
        self._inner = self._start(self._wanted())

    # Which one.

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def backend(self) -> Backend:
        """The one that draws."""
        return self._inner

    def choose(self, choice: str) -> None:
        """A person wants another way."""
        self.choice = choice
        self._prefs.set(CHOICE, choice)
        if choice == AUTO:
            self._prefs.set(DRIVER, {})  # asked again: it may be another machine than it was
            self._ask.start(0)
        if choice == GLOO and not _can_show_gl():
            self.told.emit(Message("mapgpu.no_window"))
        elif choice == RASTER or self._wanted() != self.name:
            self._switch(self._wanted())
        if choice != AUTO and self.name == choice:
            self.told.emit(Message(f"mapgpu.now_{self.name}"))

    def _wanted(self) -> str:
        if not _can_show_gl():
            return RASTER
        if self.choice != AUTO:
            return self.choice
        known = self._prefs.get(DRIVER, {})
        return way_of_drawing(str(known.get("renderer", "")), str(known.get("version", "")))

    def _start(self, name: str) -> Backend:
        made = self._make(name)
        made.changed.connect(self.changed)
        made.loaded.connect(self.loaded)
        made.failed.connect(self.failed)
        made.lost.connect(self._take_over)
        return made

    def _switch(self, name: str) -> None:
        """Another backend goes on where this one is."""
        if self._closed or name == self.name:
            return
        before, self._inner = self._inner, self._start(name)
        for signal in (before.changed, before.loaded, before.failed, before.lost):
            signal.disconnect()
        place = self._place
        old = place.hold(None) if place is not None else None
        before.close()
        if old is not None:
            old.deleteLater()
        if isinstance(before, QObject):
            before.deleteLater()
        if self._base is not None:
            self._inner.load(self._base)
        self._inner.say(self._words)
        self._tilt()
        if place is not None and self._over is not None:
            place.hold(self._inner.surface(place, self._over))
        if self._last is not None:
            self._inner.show(*self._last)
        self.switched.emit()

    def _take_over(self, why: object) -> None:
        """The driver is lost: the processor draws from here on, in this run."""
        if self.name != RASTER:
            self._switch(RASTER)
            self.told.emit(Message("mapgpu.fallen", {"why": why}))

    # The driver.

    def _ask_driver(self) -> None:
        """Asks a process of its own, which a bad driver may bring down."""
        if self._closed or self._asking is not None or not _can_show_gl():
            return
        program, *arguments = cockpit_command("doctor", "--screen-child")
        self._asking = QProcess(self)
        self._asking.finished.connect(self._answered)
        self._asking.errorOccurred.connect(self._answered)
        self._asking.start(program, arguments)

    def _answered(self) -> None:
        process, self._asking = self._asking, None
        if process is None or self._closed:
            return
        said = bytes(process.readAllStandardOutput().data()).decode("utf-8", "replace")
        process.deleteLater()
        driver = driver_in(said)
        self._prefs.set(DRIVER, driver or {"renderer": "", "version": ""})
        if self.choice == AUTO and self._wanted() != self.name:
            self._switch(self._wanted())
            self.told.emit(Message(f"mapgpu.now_{self.name}"))

    # What it hands on.

    @property
    def frame_ms(self) -> list[float]:
        return self._inner.frame_ms

    @property
    def shown(self) -> Camera | None:
        return self._inner.shown

    @property
    def covered(self) -> bool:
        """Whether the picture on the screen shows the base map in the whole view."""
        return bool(getattr(self._inner, "covered", self._inner.shown is not None))

    def surface(self, parent: QWidget, over: Over) -> QWidget:
        self._over = over
        self._place = _Place(parent)
        self._place.hold(self._inner.surface(self._place, over))
        return self._place

    def load(self, base: BaseFile) -> None:
        self._base = base
        self._inner.load(base)

    def say(self, no_data: str) -> None:
        self._words = no_data
        self._inner.say(no_data)

    def show(self, camera: Camera, drawing: Drawing, style: MapStyle) -> None:
        first = self._last is None
        self._last = (camera, drawing, style)
        self._inner.show(camera, drawing, style)
        if first and self.choice == AUTO and _can_show_gl() and not self._prefs.get(DRIVER, {}):
            self._ask.start(ASK_MS)

    def settled(self) -> bool:
        return self._inner.settled()

    def picture(self, camera: Camera, drawing: Drawing, style: MapStyle) -> QImage:
        return self._inner.picture(camera, drawing, style)

    # Buildings that rise.

    @property
    def tilted(self) -> bool:
        return self._pitch > 0

    def can_tilt(self) -> bool | Message:
        """Whether buildings can rise; the sentence that says why not."""
        return True if self.name == GLOO else Message("mapgpu.flat_only")

    def actions(self) -> tuple[Action, ...]:
        """What a person can do about it, for the palette."""
        ways = (Action(f"map.use_{way}", f"mapgpu.use_{way}", partial(self.choose, way)) for way in CHOICES)
        return (*ways, Action("map.tilt", "mapgpu.tilt", self.tilt, (TILT_KEY,), self.can_tilt, icon="cube"))

    def fill_menu(self, menu: QMenu, t: Texts) -> None:
        ways = submenu(menu, "ways", t("mapgpu.ways"))
        for way in CHOICES:
            one = ways.addAction(t(f"mapgpu.way_{way}"))
            one.setCheckable(True)
            one.setChecked(self.choice == way)
            one.triggered.connect(lambda _=False, way=way: self.choose(way))
        tilt = menu.addAction(t("mapgpu.tilt") + f"\t{TILT_KEY}")
        tilt.setCheckable(True)
        tilt.setChecked(self.tilted)
        tilt.setEnabled(self.can_tilt() is True)
        tilt.triggered.connect(self.tilt)

    def tilt(self) -> None:
        """Buildings rise, or lie flat again."""
        self._pitch = 0.0 if self._pitch else PITCH
        self._tilt()

    def _tilt(self) -> None:
        if hasattr(self._inner, "pitch"):
            tilted: Tilted = self._inner
            tilted.pitch = self._pitch

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if isValid(self):
            self._ask.stop()
        process, self._asking = self._asking, None
        if process is not None and isValid(process):
            process.finished.disconnect()
            process.errorOccurred.disconnect()
            process.kill()
            process.waitForFinished(5000)
        self._inner.close()


class _Place(QWidget):
    """Where the surface of whichever backend lies."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._held: QWidget | None = None

    def update(self, *where: object) -> None:
        """What is held is painted anew: one that Qt composes itself would not be by its parent's painting."""
        if self._held is not None:
            self._held.update(*where)

    def hold(self, surface: QWidget | None) -> QWidget | None:
        """Shows a surface; gives back the one that was there."""
        before, self._held = self._held, surface
        if before is not None:
            self._column.removeWidget(before)
            before.hide()
        if surface is not None:
            self._column.addWidget(surface)
            surface.show()
        return before


def driver_in(said: str) -> dict[str, str]:
    """Name and version of the driver in what the doctor's child wrote; {} where there are none."""
    for line in said.splitlines():
        if line.startswith(ANSWER):
            facts = json.loads(line.removeprefix(ANSWER))
            if "renderer" in facts:
                return {"renderer": str(facts["renderer"]), "version": str(facts.get("version", ""))}
    return {}


def _can_show_gl() -> bool:
    return QGuiApplication.platformName() not in NO_GL


def _made(name: str, family: str, mono: Callable[[], float]) -> Backend:
    if name == GLOO:
        from widgets.map.gloo.backend import GlooBackend  # vispy, a tenth of a second: only where it draws

        return GlooBackend(family, mono)
    return RasterBackend(family, mono)
