"""The map's look is told to whoever begins with it, and it looks where another view hands its look."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject

from widgets.kit.context import PanelContext
from widgets.kit.sight import Look
from widgets.map.camera import EARTH, Camera, mercator, wgs84
from widgets.map.canvas import Canvas

OPEN = "desk.map3d"
"""The command that opens the map in three dimensions."""
SAME_PX, SAME_ZOOM = 2.0, 0.01


class SightOfMap(QObject):
    """Tells and takes looks for a map."""

    def __init__(self, ctx: PanelContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._ctx, self._canvas = ctx, canvas
        canvas.looked.connect(self._tell)
        ctx.sight.handed.connect(self._take)

    def open(self) -> None:
        """Opens the map in three dimensions, or says why not."""
        reason = self._ctx.actions.trigger(OPEN)
        if reason is not None:
            self._ctx.notify(reason, 0)

    def close(self) -> None:
        self._ctx.sight.handed.disconnect(self._take)

    def _tell(self) -> None:
        camera = self._canvas.camera
        lon, lat = wgs84(camera.x, camera.y)
        last = self._ctx.sight.last
        pitch, bearing = (last.pitch, last.bearing) if last is not None else (0.0, 0.0)
        self._ctx.sight.tell(Look(lon, lat, camera.zoom, pitch, bearing))

    def _take(self, look: Look) -> None:
        """A person came from there: the map is by hand where they were, unless nobody moved."""
        x, y = (float(v) for v in mercator(look.lon, look.lat))
        camera = self._canvas.camera.centred(x, y, 256 * 2**look.zoom / (2 * math.pi * EARTH))
        if not _same(camera, self._canvas.goal):
            self._canvas.by_hand(camera)


def _same(a: Camera, b: Camera) -> bool:
    """Whether two views differ by no more than what is lost on the way there and back."""
    apart = math.hypot(a.x - b.x, a.y - b.y) * b.scale
    return apart < SAME_PX and abs(a.zoom - b.zoom) < SAME_ZOOM
