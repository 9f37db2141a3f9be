"""Draws words over the map: callout of the selected thing, chips of alerts, names of units, tooltips' boxes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from cockpit.model.ages import hour_minute
from cockpit.model.messages import Texts
from widgets.kit.headline import short_headline
from widgets.kit.symbols import badge
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.labels import Boxes
from widgets.map.scene import Alert, Ring, Units

Floats = NDArray[np.float64]
CALLOUT_H = 46.0


def callout_box(theme: Theme, x: float, y: float, clear: float, words: tuple[str, str], room: QRectF) -> QRectF:
    """Where a box with title and second line goes: above its place, or below where there is no room.

    Args:
        clear: pixels around the place that stay free.
        room: where the box must stay.
    """
    bold, small = theme.font("row_title"), theme.font("small")
    wide = max(QFontMetricsF(bold).horizontalAdvance(words[0]), QFontMetricsF(small).horizontalAdvance(words[1]))
    wide = min(max(wide + 22, 120), min(room.width() - 16, 340))
    above = y - clear - 30 - CALLOUT_H >= room.top() + 4
    top = y - clear - 30 - CALLOUT_H if above else y + clear + 30
    left = min(max(x - wide / 2, room.left() + 8), room.right() - 8 - wide)
    top = min(max(top, room.top() + 4), max(room.bottom() - CALLOUT_H - 4, room.top() + 4))
    return QRectF(round(left) + 0.5, round(top) + 0.5, round(wide), CALLOUT_H)


def draw_callout(
    painter: QPainter, theme: Theme, x: float, y: float, clear: float, words: tuple[str, str], room: QRectF
) -> None:
    """A box with title and second line in its place (see `callout_box`), tied to what it is about by a line."""
    box = callout_box(theme, x, y, clear, words, room)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.acc, 1.5))
    foot = min(max(x, box.left() + 12), box.right() - 12)
    if room.contains(QPointF(x, y)):
        edge, rim = (box.bottom(), y - clear) if box.center().y() < y else (box.top(), y + clear)
        painter.drawLine(QPointF(foot, edge), QPointF(x, rim))
    painter.setPen(QPen(theme.acc, 1))
    painter.setBrush(theme.s1)
    painter.drawRoundedRect(box, 4, 4)
    inner = box.width() - 20
    _line(painter, QRectF(box.left() + 10, box.top() + 5, inner, 18), words[0], theme.font("row_title"), theme.t1)
    _line(painter, QRectF(box.left() + 10, box.top() + 24, inner, 18), words[1], theme.font("small"), theme.t2)


def _line(painter: QPainter, box: QRectF, text: str, font: QFont, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    cut = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)


def draw_alert_chips(
    painter: QPainter, alerts: Sequence[Alert], camera: Camera, theme: Theme, t: Texts, room: QRectF,
    chosen: str, blocked: Floats,
) -> list[tuple[str, QRectF]]:  # fmt: skip
    """A chip on the edge of each alert's area that is in view; the answer is where they are.

    Args:
        room: where chips must stay.
        chosen: key of the selected alert.
        blocked: shape (n, 4), boxes of symbols in pixels, which chips keep clear of where they can.
    """
    taken: list[tuple[str, QRectF]] = []
    font = theme.font("small")
    for alert in sorted(alerts, key=lambda a: a.level):
        words = short_headline(alert.title)
        if alert.expires:
            words += " · " + t("map.until", time=hour_minute(alert.expires))
        wide = QFontMetricsF(font).horizontalAdvance(words) + 38
        spots = chip_spots(alert.rings, camera, room)
        if not len(spots):
            continue
        left = np.clip(spots[:, 0] - wide / 2, room.left() + 4, room.right() - wide - 4)
        boxes = np.stack([left, spots[:, 1] - 12, left + wide, spots[:, 1] + 12], axis=1).round()
        others = [(b.left(), b.top() - 4, b.right(), b.bottom() + 4) for _, b in taken]
        clear = ~_overlaps(boxes, np.concatenate([blocked, np.array(others).reshape(-1, 4)]))
        x, y = boxes[int(np.argmax(clear)) if clear.any() else 0, :2].tolist()
        box = QRectF(x + 0.5, y + 0.5, round(wide), 23)
        while any(box.intersects(other) for _, other in taken):
            box.translate(0, 27)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc, 2) if alert.key == chosen else QPen(theme.level(alert.level, "text"), 1))
        painter.setBrush(theme.level(alert.level, "tint"))
        painter.drawRoundedRect(box, 4, 4)
        painter.drawImage(QPointF(box.left() + 4, box.top() + 3.5), badge(alert.level, 16, theme, camera.dpr))
        _line(painter, box.adjusted(26, 0, -8, 0), words, font, theme.t1)
        taken.append((alert.key, box))
    return taken


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
        return np.array([[room.center().x(), room.top() + 24]])
    lowest_first: Floats = spots[np.argsort(-spots[:, 1], kind="stable")]
    return lowest_first


def _holds(ring: Ring, x: float, y: float) -> bool:
    x0, y0, x1, y1 = ring.x[:-1], ring.y[:-1], ring.x[1:], ring.y[1:]
    spans = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    return bool(np.count_nonzero(spans & (cross > x)) % 2)


@lru_cache(maxsize=1024)
def word_image(text: str, color: int, halo: int, theme: Theme, dpr: float) -> QImage:
    """A short text with a halo."""
    font = theme.font("small")
    wide = QFontMetricsF(font).horizontalAdvance(text)
    image = QImage(round((wide + 10) * dpr), round(22 * dpr), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addText(QPointF(5, 15.5), font, text)
    pen = QPen(QColor.fromRgb(halo), 3.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, QColor.fromRgb(color))
    painter.end()
    return image


def draw_unit_names(
    painter: QPainter, units: Units, rows: Sequence[int], sx: Sequence[float], sy: Sequence[float],
    theme: Theme, dpr: float, accented: frozenset[str], blocked: Floats,
) -> Floats:  # fmt: skip
    """Call signs beside units, where there is room, none over another; the accented ones first, and always.

    Returns:
        Boxes of the accented ones, shape (n, 4), pixels.

    Args:
        blocked: shape (n, 4), boxes of symbols in pixels.
    """
    taken = Boxes()
    taken.take(blocked)
    standing: list[Floats] = []
    halo = theme.map.color("road_label", "halo").rgb()
    for i in sorted(rows, key=lambda i: units.keys[i] not in accented):
        color = theme.acc if units.keys[i] in accented else theme.t1 if not units.stale else theme.t3
        image = word_image(units.names[i], color.rgb(), halo, theme, dpr)
        wide = image.width() / dpr
        aside = ((sx[i] + 10, sy[i]), (sx[i] - 10 - wide, sy[i]), (sx[i] - wide / 2, sy[i] + 18))
        boxes = [np.array([[left, y - 9, left + wide, y + 9]]) for left, y in (*aside, (sx[i] - wide / 2, sy[i] - 18))]
        box = next((box for box in boxes if taken.fits(box)), boxes[0] if units.keys[i] in accented else None)
        if box is not None:
            taken.take(box)
            if units.keys[i] in accented:
                standing.append(box)
            painter.drawImage(QPointF(round(box[0, 0]), round(box[0, 1] - 2)), image)
    return np.concatenate(standing) if standing else np.empty((0, 4))
