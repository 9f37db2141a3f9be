"""What a backend of the map is: a renderer with the widget that shows it. `raster` needs no GPU, `gloo` uses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.drawing import Drawing
from widgets.map.style import MapStyle

Over = Callable[[QPainter, Camera], None]
"""Paints on Qt's thread what lies over the picture and is little: callout, chips, rings, what a hand draws."""


class Backend(Protocol):
    """Draws drawings.

    Attributes:
        name: of the way of drawing, as `doctor` and `--json` say it: `raster` or `gloo`.
        changed: emitted on Qt's thread when a better picture is there to be shown.
        loaded: emitted with whether there is a base map, once it was read.
        failed: an error of ours, as an exception; the backend goes on.
        lost: the driver is gone or refuses, with a Message why: another backend has to take over.
        frame_ms: what the last frames took to draw, milliseconds.
        shown: camera of the picture that is on the screen now; None before the first.
    """

    name: str
    frame_ms: list[float]
    shown: Camera | None

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def loaded(self) -> SignalInstance: ...

    @property
    def failed(self) -> SignalInstance: ...

    @property
    def lost(self) -> SignalInstance: ...

    def surface(self, parent: QWidget, over: Over) -> QWidget:
        """The widget that shows the picture; it lets the mouse through and never shows a blank."""
        ...

    def load(self, base: BaseFile) -> None:
        """Another base map, read elsewhere than on Qt's thread."""
        ...

    def say(self, no_data: str) -> None:
        """What stands where the base map has no data."""
        ...

    def show(self, camera: Camera, drawing: Drawing, style: MapStyle) -> None:
        """What is to be seen from now on. Returns at once."""
        ...

    def settled(self) -> bool:
        """Whether the picture on the screen is sharp and up to date."""
        ...

    def picture(self, camera: Camera, drawing: Drawing, style: MapStyle) -> QImage:
        """The sharp picture of a view of any size, drawn now (export, tests); takes its time."""
        ...

    def close(self) -> None:
        """Ends threads and frees the driver's things; waits for them."""
        ...
