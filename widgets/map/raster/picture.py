"""The sharp picture of a view of any size, for files: drawn in strips, so that it needs little more than itself."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage, QPainter

from widgets.map.camera import Camera
from widgets.map.drawing import Drawing, Ground, Heat, Lines, Points, Sprites, Words
from widgets.map.raster.lines import paint_lines
from widgets.map.raster.pane import Pane, pane_of
from widgets.map.raster.points import Splat
from widgets.map.raster.source import BaseSource, GroundView
from widgets.map.raster.sprites import Stamper
from widgets.map.raster.stack import groups, is_in
from widgets.map.raster.still_layers import NO_BOXES, Brushes, blocked_by
from widgets.map.style import MapStyle

STRIP = 4_000_000
"""Pixels of a strip, about."""


def draw_picture(
    family: str, no_data: str, source: BaseSource | None, camera: Camera, drawing: Drawing, style: MapStyle, now: float
) -> QImage:
    """Draws it on the calling thread.

    Args:
        family: of the letters of the base map; no_data: what stands where it has no data.
        source: the base map; None where there is none.
        now: monotonic seconds for what moves by itself.
    """
    pane = pane_of(camera)
    image = QImage(max(pane.width, 1), max(pane.height, 1), QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError
    image.fill(QColor(*drawing.back[:3]))
    view = source.view(pane) if source is not None else GroundView()
    artist = _Artist(family, no_data, drawing, style, view, now)
    for layer in drawing.layers:
        if not is_in(layer, pane.zoom):
            continue
        if isinstance(layer, Sprites | Heat):
            artist.whole(image, layer, pane)
            continue
        for group in groups((layer,)):
            part = group.layers[0]
            if isinstance(part, Ground) and part.part == "names":
                artist.whole(image, part, pane)
            else:
                artist.strips(image, part, pane)
    image.setDevicePixelRatio(camera.dpr)
    return image


class _Artist:
    def __init__(
        self, family: str, no_data: str, drawing: Drawing, style: MapStyle, view: GroundView, now: float
    ) -> None:
        self._brushes = Brushes(family, None)
        self._brushes.names.no_data_words = no_data
        self._splat, self._stamper = Splat(None), Stamper()
        self._drawing, self._style, self._view, self._now = drawing, style, view, now

    def whole(self, image: QImage, layer: object, pane: Pane) -> None:
        """What is laid out over all of it at once and takes no memory of its own."""
        drawing = self._drawing
        if isinstance(layer, Sprites):
            painter = QPainter(image)
            if isinstance(layer, Words):
                self._stamper.paint_words(painter, layer, pane, drawing, self._now, steady=False)
            else:
                self._stamper.paint(painter, layer, pane, drawing.origin)
            painter.end()
            return
        assert isinstance(layer, Ground | Heat)
        keys = layer.clear_of if isinstance(layer, Ground) else ()
        blocked = blocked_by(drawing, keys, pane) if keys else NO_BOXES
        self._brushes.paint(
            image, layer, pane, drawing, self._view, self._style, lambda: True, blocked, max(layer.opacity, 0.0)
        )

    def strips(self, image: QImage, layer: object, pane: Pane) -> None:
        rows = max(STRIP // max(pane.width, 1), 64)
        for top in range(0, pane.height, rows):
            part = pane.part(0, top, pane.width, min(rows, pane.height - top))
            over = QImage(part.width, part.height, QImage.Format.Format_ARGB32_Premultiplied)
            over.fill(0)
            opacity = max(layer.opacity, 0.0)  # type: ignore[attr-defined]
            if isinstance(layer, Points):
                painter = QPainter(over)
                self._splat.paint(painter, layer, part, self._drawing.origin, self._now)
                painter.end()
                opacity = 1.0
            elif isinstance(layer, Lines) and layer.flow:
                painter = QPainter(over)
                paint_lines(painter, layer, part, self._drawing.origin, self._now)
                painter.end()
            else:
                self._brushes.paint(
                    over,
                    layer,
                    part,
                    self._drawing,
                    self._view,
                    self._style,
                    lambda: True,  # type: ignore[arg-type]
                )
            painter = QPainter(image)
            painter.setOpacity(opacity)
            painter.drawImage(0, top, over)
            painter.end()
