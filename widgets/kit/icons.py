"""Icons of the screen in theme colours, drawn from `assets/icons/icons.toml`."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap

from widgets.kit.drawings import Drawing, drawings
from widgets.kit.theme import Theme


def icon_names() -> frozenset[str]:
    return frozenset(drawings("icons"))


def drawing(name: str) -> Drawing:
    """The drawing of an icon; the one of `warning` for a name that there is none of."""
    known = drawings("icons")
    return known.get(name) or known["warning"]


def draw_icon(painter: QPainter, rect: QRectF, name: str, color: QColor, width: float = 2.0) -> None:
    """Draw an icon into `rect`; `width` is the pen's on the 24 grid."""
    drawing(name).draw(painter, rect, color, width)


@lru_cache(maxsize=512)
def _image(name: str, color: str, size: int, dpr: float) -> QImage:
    image = QImage(QSize(round(size * dpr), round(size * dpr)), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    draw_icon(painter, QRectF(0, 0, size, size), name, QColor(color))
    painter.end()
    return image


def icon_image(name: str, color: QColor, size: int = 16, dpr: float = 1.0) -> QImage:
    """An icon as a cached image; do not draw on it."""
    return _image(name, color.name(QColor.NameFormat.HexArgb), size, dpr)


def icon_pixmap(name: str, color: QColor, size: int = 16, dpr: float = 1.0) -> QPixmap:
    return QPixmap.fromImage(icon_image(name, color, size, dpr))


def icon(name: str, theme: Theme, size: int = 16, token: str = "t2") -> QIcon:
    """A QIcon with its states: plain, hovered, on, disabled; sharp at one and two times."""
    made = QIcon()
    for mode, state, color in (
        (QIcon.Mode.Normal, QIcon.State.Off, theme[token]),
        (QIcon.Mode.Active, QIcon.State.Off, theme.t1),
        (QIcon.Mode.Normal, QIcon.State.On, theme.acc),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.t3),
    ):
        for dpr in (1.0, 2.0):
            made.addPixmap(icon_pixmap(name, color, size, dpr), mode, state)
    return made
