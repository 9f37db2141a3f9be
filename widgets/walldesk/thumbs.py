"""Small pictures of screens as Qt draws them: decoded once, scaled once for the size of now."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from cockpit.model.wallstate import Thumb


class Thumbs:
    """The pictures of one desk."""

    def __init__(self) -> None:
        self._images: dict[tuple[str, int], tuple[int, QImage]] = {}
        self._scaled: dict[tuple[str, int], tuple[int, QSize, QPixmap]] = {}

    def pixmap(self, thumb: Thumb, size: QSize, dpr: float) -> QPixmap | None:
        """A picture as large as wanted; None where it is none."""
        key, wanted = (thumb.wall, thumb.screen), size * dpr
        kept = self._scaled.get(key)
        if kept is not None and kept[:2] == (thumb.taken, wanted):
            return kept[2]
        image = self._image(thumb)
        if image is None or size.isEmpty():
            return None
        smooth = Qt.TransformationMode.SmoothTransformation
        made = QPixmap.fromImage(image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
        made.setDevicePixelRatio(dpr)
        self._scaled[key] = (thumb.taken, wanted, made)
        return made

    def _image(self, thumb: Thumb) -> QImage | None:
        key = (thumb.wall, thumb.screen)
        kept = self._images.get(key)
        if kept is None or kept[0] != thumb.taken:
            image = QImage.fromData(thumb.jpeg, "JPG")  # type: ignore[call-overload]
            kept = self._images[key] = (thumb.taken, image)
        return None if kept[1].isNull() else kept[1]
