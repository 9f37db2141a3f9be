"""What a backend of the map is: the raster one needs no GPU; one on a GPU has the same face."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QPainter

from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.motion import Trails
from widgets.map.scene import Scene
from widgets.map.style import MapStyle


class Backend(Protocol):
    """Draws the base map and what lies flat on it; symbols are drawn over it by the canvas.

    Attributes:
        name: of the way of drawing, as `doctor` and `--json` say it.
        changed: emitted on Qt's thread when a better picture is there to be painted.
        loaded: emitted with whether there is a base map, once it was read.
    """

    name: str

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def loaded(self) -> SignalInstance: ...

    def load(self, base: BaseFile) -> None:
        """Another base map, read elsewhere than on Qt's thread."""
        ...

    def say(self, no_data: str) -> None:
        """What stands where the base map has no data."""
        ...

    def show(self, camera: Camera, scene: Scene, trails: Trails, style: MapStyle) -> None:
        """What is to be painted from now on. Returns at once; what has to be drawn anew is drawn elsewhere."""
        ...

    def paint(self, painter: QPainter, camera: Camera) -> bool:
        """Paints the view with what there is, sharp or not, never blank. Qt's thread, a few milliseconds.

        Returns:
            Whether the base map covers the view, or it is known that there is none.
        """
        ...

    def settled(self) -> bool:
        """Whether the picture is sharp and up to date."""
        ...

    def close(self) -> None:
        """Ends threads and waits for them."""
        ...
