"""Chips of alerts on the edges of their areas: placed anew when the view or what they keep clear of changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from cockpit.model.headline import headline_words
from cockpit.model.messages import Texts
from widgets.kit.symbols import badge
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.compose.works import same
from widgets.map.scene import Alert, Ring

Floats = NDArray[np.float64]
HIGH = 23.0
STAND = 1.0
"""Seconds that chips stay where they are although what they keep clear of moved."""


class Chip(msgspec.Struct, frozen=True):
    """A chip in its place, pixels."""

    key: str
    level: int
    words: str
    box: QRectF


class Chips:
    """The chips of the alerts in view.

    Attributes:
        placed: where they are.
    """

    def __init__(self) -> None:
        self.placed: tuple[Chip, ...] = ()
        self._for: tuple[object, ...] = ()
        self._at = 0.0

    def place(
        self, alerts: Sequence[Alert], camera: Camera, theme: Theme, t: Texts, room: QRectF, blocked: Sequence[Floats],
        still: tuple[object, ...], now: float, taken: tuple[tuple[int, int, int, int], ...] = (),
    ) -> None:  # fmt: skip
        """Finds their places, unless they are the same as before.

        Args:
            room: where chips must stay.
            blocked: shape (n, 4) each, boxes of symbols in pixels, which chips keep clear of where they can.
            still: the very same things mean the same boxes, but for some that move a little.
            now: monotonic seconds.
            taken: boxes of what would cover them, pixels: rather over a symbol than under one of these.
        """
        shape = (room.left(), room.top(), room.width(), room.height())
        view = (camera.x, camera.y, camera.scale, camera.width, camera.height, camera.dpr)
        token = (alerts, theme, t, taken, *shape, *view, *still)
        if same(token, self._for) and 0 <= now - self._at < STAND:
            return
        self._for, self._at = token, now
        self.placed = tuple(_places(alerts, camera, theme, t, room, np.concatenate(blocked), taken))

    def paint(self, painter: QPainter, theme: Theme, dpr: float, chosen: str) -> None:
        """Paints them; `chosen`: key of the selected alert."""
        for chip in self.placed:
            image = _image(chip.level, chip.words, round(chip.box.width()), chip.key == chosen, theme, dpr)
            painter.drawImage(QPointF(chip.box.left() - 2.5, chip.box.top() - 2.5), image)


def _places(
    alerts: Sequence[Alert], camera: Camera, theme: Theme, t: Texts, room: QRectF, blocked: Floats,
    taken: Sequence[tuple[int, int, int, int]],
) -> list[Chip]:  # fmt: skip
    placed: list[Chip] = []
    metrics = QFontMetricsF(theme.font("small"))
    for alert in sorted(alerts, key=lambda a: a.level):
        words = headline_words(alert.title, t)
        if alert.until:
            words += " · " + t("map.until", time=alert.until)
        wide = metrics.horizontalAdvance(words) + 38
        spots = chip_spots(alert.rings, camera, room)
        if not len(spots):
            continue
        left = np.clip(spots[:, 0] - wide / 2, room.left() + 4, room.right() - wide - 4)
        boxes = np.stack([left, spots[:, 1] - 12, left + wide, spots[:, 1] + 12], axis=1).round()
        others = [(c.box.left(), c.box.top() - 4, c.box.right(), c.box.bottom() + 4) for c in placed]
        seen: NDArray[np.bool_] = ~_overlaps(boxes, np.array([*others, *taken], dtype=np.float64).reshape(-1, 4))
        clear: NDArray[np.bool_] = np.logical_and(seen, ~_overlaps(boxes, blocked))
        best = clear if clear.any() else seen
        x, y = boxes[int(np.argmax(best)), :2].tolist()
        box = QRectF(x + 0.5, y + 0.5, round(wide), HIGH)
        while any(box.intersects(other.box) for other in placed):
            box.translate(0, 27)
        placed.append(Chip(alert.key, alert.level, words, box))
    return placed


@lru_cache(maxsize=64)
def _image(level: int, words: str, wide: int, chosen: bool, theme: Theme, dpr: float) -> QImage:
    """A chip with three pixels of room around it; its frame runs through the middles of pixels."""
    image = QImage(round((wide + 6) * dpr), round((HIGH + 6) * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(2.5, 2.5, wide, HIGH)
    painter.setPen(QPen(theme.acc, 2) if chosen else QPen(theme.level(level, "text"), 1))
    painter.setBrush(theme.level(level, "tint"))
    painter.drawRoundedRect(box, 4, 4)
    painter.drawImage(QPointF(box.left() + 4, box.top() + 3.5), badge(level, 16, theme, dpr))
    font = theme.font("small")
    inner = box.adjusted(26, 0, -8, 0)
    painter.setFont(font)
    painter.setPen(theme.t1)
    cut = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)
    painter.end()
    return image


def _overlaps(boxes: Floats, others: Floats) -> NDArray[np.bool_]:
    """Which of `boxes` (n, 4) lie over any of `others` (m, 4)."""
    a, b = boxes[:, None, :], others[None, :, :]
    over = (a[..., 0] < b[..., 2]) & (a[..., 2] > b[..., 0]) & (a[..., 1] < b[..., 3]) & (a[..., 3] > b[..., 1])
    result: NDArray[np.bool_] = over.any(axis=1)
    return result


def chip_spots(rings: Sequence[Ring], camera: Camera, room: QRectF) -> Floats:
    """Places for the chip of an area, the best first, shape (n, 2): those of its edge that are in view from the lowest
    up; the upper middle where the view lies inside; none out of view.
    """
    found: list[Floats] = []
    inside = False
    middle = camera.to_world(room.center().x(), room.center().y())
    for ring in rings:
        x, y = (np.asarray(v) for v in camera.to_screen(ring.x, ring.y))
        # points along the edge too: a corner is rarely in view
        share = np.linspace(0, 1, 17)[:, None]
        ex, ey = (x[:-1] + (x[1:] - x[:-1]) * share).ravel(), (y[:-1] + (y[1:] - y[:-1]) * share).ravel()
        seen = (ex > room.left() + 70) & (ex < room.right() - 70) & (ey > room.top() + 20) & (ey < room.bottom() - 44)
        found.append(np.stack([ex[seen], ey[seen]], axis=1))
        inside ^= _holds(ring, *middle)
    spots = np.concatenate(found) if found else np.empty((0, 2))
    if not len(spots) and inside:
        return np.array([[room.center().x(), room.top() + 24 + 30 * step] for step in range(5)])
    lowest_first: Floats = spots[np.argsort(-spots[:, 1], kind="stable")]
    return lowest_first


def _holds(ring: Ring, x: float, y: float) -> bool:
    x0, y0, x1, y1 = ring.x[:-1], ring.y[:-1], ring.x[1:], ring.y[1:]
    spans = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    return bool(np.count_nonzero(spans & (cross > x)) % 2)
