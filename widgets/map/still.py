"""Pictures of what seldom changes on a map whose units move all the time: painted once, then one blit a frame."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from widgets.map.camera import Camera


class Still:
    """One layer.

    While the view moves, it is drawn as it is every frame; an image is made once the view stands.
    """

    def __init__(self) -> None:
        self._wanted: tuple[Camera, tuple[object, ...]] | None = None
        self._image: QImage | None = None
        self._at = QPointF()

    def paint(
        self, painter: QPainter, camera: Camera, box: QRectF, *things: object, draw: Callable[[QPainter], None]
    ) -> None:
        """Paints what `draw` draws.

        Args:
            box: where it draws, pixels; outside of the view is cut.
            things: all that it depends on besides the camera; the very same things draw the same.
        """
        before, self._wanted = self._wanted, (camera, things)
        if before is None or before[0] != camera:
            self._image = None
            draw(painter)
            return
        if self._image is None or any(a is not b for a, b in zip(before[1], things, strict=True)):
            self._image = self._drawn(camera, box, draw)
        painter.drawImage(self._at, self._image)

    def _drawn(self, camera: Camera, box: QRectF, draw: Callable[[QPainter], None]) -> QImage:
        part = box.intersected(QRectF(0, 0, camera.width, camera.height))
        self._at = QPointF(math.floor(part.left()), math.floor(part.top()))
        width, height = part.right() - self._at.x(), part.bottom() - self._at.y()
        size = (max(math.ceil(width * camera.dpr), 1), max(math.ceil(height * camera.dpr), 1))
        image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(camera.dpr)
        image.fill(0)
        painter = QPainter(image)
        painter.translate(-self._at)
        draw(painter)
        painter.end()
        return image
