"""Small drawings of what a panel looks like, for the catalogue and for the places of a scene in the editor."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from widgets.kit.icons import draw_icon
from widgets.kit.shapes import event_shape
from widgets.kit.theme import Theme

_ICONS = {
    "wallroster": "user", "wallweather": "rain", "wallvideo": "camera", "walltext": "text", "wallweb": "cast",
    "wallpicture": "picture", "wallhotline": "phone", "wallfeeds": "plug", "wallclock": "clock",
    "wallalerts": "warning", "queue": "inbox", "cases": "inbox", "alarms": "bell", "feeds": "plug",
}  # fmt: skip


def draw_glyph(painter: QPainter, rect: QRectF, panel: str, theme: Theme) -> None:
    """Draw the glyph of a panel into `rect`, which is about twice as wide as it is high."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw = _DRAWN.get(panel)
    if draw is not None:
        draw(painter, rect, theme)
    else:
        side = min(22.0, rect.height())
        icon = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        draw_icon(painter, icon, _ICONS.get(panel, "panel"), theme.t2, 1.75)
    painter.restore()


def _line(painter: QPainter, color: QColor, width: float, points: list[tuple[float, float]]) -> None:
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _in(rect: QRectF, x: float, y: float) -> tuple[float, float]:
    return rect.left() + x * rect.width(), rect.top() + y * rect.height()


def _map(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.map.color("water"))
    painter.drawPolygon(QPolygonF([QPointF(*_in(rect, x, y)) for x, y in ((0, 0.55), (0.3, 0.8), (0.2, 1), (0, 1))]))
    for points in (((0, 0.3), (0.35, 0.45), (0.65, 0.2), (1, 0.35)), ((0.2, 1), (0.5, 0.6), (0.75, 0.75), (1, 0.9))):
        _line(painter, theme.chart2, 1.5, [_in(rect, x, y) for x, y in points])
    painter.translate(QPointF(*_in(rect, 0.52, 0.45)))
    painter.fillPath(event_shape(1, 6.5), theme.level(1, "fill"))


def _figure(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.setFont(theme.font("fact"))
    painter.setPen(theme.t1)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), "223")


def _countdown(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.setFont(theme.font("clock", 700))
    painter.setPen(theme.t1)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), "02:36")


def _rank(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    step = rect.height() / 4
    for i, share in enumerate((1.0, 0.78, 0.6, 0.42)):
        painter.fillRect(QRectF(rect.left(), rect.top() + i * step + 1, rect.width() * share, step - 4), theme.chart)


def _ring(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    side = rect.height() - 4
    box = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side).adjusted(3, 3, -3, -3)
    for color, start, part in ((theme.line2, 0, 360), (theme.chart, 90, -230)):
        pen = QPen(color, 5)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(box, start * 16, part * 16)


def _gauge(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    side = rect.height() * 1.4
    box = QRectF(rect.center().x() - side / 2, rect.top() + 3, side, side)
    for color, start, part in ((theme.line2, 180, -180), (theme.chart, 180, -115)):
        pen = QPen(color, 5)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(box, start * 16, part * 16)


def _curve(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    points = ((0, 0.9), (0.2, 0.75), (0.35, 0.8), (0.55, 0.45), (0.7, 0.5), (0.85, 0.2), (1, 0.1))
    _line(painter, theme.line2, 1.0, [_in(rect, 0, 1), _in(rect, 1, 1)])
    _line(painter, theme.t1, 1.75, [_in(rect, x, y) for x, y in points])


def _bars(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    step = rect.width() / 6
    for i, share in enumerate((0.45, 0.6, 0.4, 0.75, 1.0, 0.85)):
        high = rect.height() * share
        painter.fillRect(QRectF(rect.left() + i * step + 2, rect.bottom() - high, step - 4, high), theme.chart)


def _band(painter: QPainter, rect: QRectF, theme: Theme, y: float, drop: float, high: float, token: str) -> None:
    path = QPainterPath(QPointF(*_in(rect, 0, y)))
    path.cubicTo(QPointF(*_in(rect, 0.5, y)), QPointF(*_in(rect, 0.5, y + drop)), QPointF(*_in(rect, 1, y + drop)))
    path.lineTo(QPointF(*_in(rect, 1, y + drop + high)))
    path.cubicTo(
        QPointF(*_in(rect, 0.5, y + drop + high)), QPointF(*_in(rect, 0.5, y + high)), QPointF(*_in(rect, 0, y + high))
    )
    painter.fillPath(path, theme[token])


def _sankey(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    _band(painter, rect, theme, 0.05, 0.12, 0.34, "chart")
    _band(painter, rect, theme, 0.48, 0.14, 0.28, "chart2")


def _funnel(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    step = rect.height() / 3
    for i, (wide, token) in enumerate(((0.9, "chart"), (0.6, "chart"), (0.34, "chart2"))):
        following = (0.6, 0.34, 0.2)[i]
        middle, top = rect.center().x(), rect.top() + i * step
        half, lower = rect.width() * wide / 2, rect.width() * following / 2
        corners = (
            QPointF(middle - half, top), QPointF(middle + half, top),
            QPointF(middle + lower, top + step - 2), QPointF(middle - lower, top + step - 2),
        )  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme[token])
        painter.drawPolygon(QPolygonF(corners))


def _radar(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    def hexagon(radii: tuple[float, ...]) -> QPolygonF:
        middle, reach = rect.center(), rect.height() / 2
        corners = [math.radians(60 * i - 90) for i in range(6)]
        at = [QPointF(reach * r * math.cos(a), reach * r * math.sin(a)) for r, a in zip(radii, corners, strict=True)]
        return QPolygonF([middle + point for point in at])

    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.line2, 1))
    painter.drawPolygon(hexagon((1.0,) * 6))
    painter.drawPolygon(hexagon((0.5,) * 6))
    painter.setPen(QPen(theme.t1, 1.5))
    painter.drawPolygon(hexagon((0.9, 0.6, 0.8, 0.4, 0.7, 0.95)))


def _calendar(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    side = rect.height() / 4
    columns = int(rect.width() // side)
    for x in range(columns):
        for y in range(4):
            token = ("line2", "chart2", "chart", "line2", "chart2")[(x * 3 + y * 7 + x * y) % 5]
            painter.fillRect(QRectF(rect.left() + x * side, rect.top() + y * side, side - 2, side - 2), theme[token])


def _areas(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    step = rect.height() / 4
    for i in range(4):
        y = rect.top() + i * step
        painter.fillRect(QRectF(rect.left(), y + step / 2 - 1, rect.width() * 0.4, 3), theme.t2)
        for x, token in ((0.55, "chart"), (0.72, "chart2"), (0.89, "chart")):
            painter.fillRect(QRectF(rect.left() + x * rect.width(), y + step / 2 - 1, 6, 3), theme[token])


def _events(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    step = rect.height() / 3
    for i, level in enumerate((1, 2, 3)):
        y = rect.top() + i * step
        painter.fillRect(QRectF(rect.left(), y + 1, step - 4, step - 4), theme.level(level, "fill"))
        wide = (0.8, 0.65, 0.72)[i] * (rect.width() - step)
        painter.fillRect(QRectF(rect.left() + step + 2, y + step / 2 - 2.5, wide, 2), theme.t2)


def _signs(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    wide, high = rect.width() / 3, rect.height() / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for i in range(6):
        box = QRectF(rect.left() + i % 3 * wide, rect.top() + i // 3 * high, wide - 3, high - 3)
        painter.setPen(QPen(theme.line2, 1))
        painter.drawRect(box)
        painter.fillRect(QRectF(box.left() + 3, box.top() + 3, box.width() * 0.5, 3), theme.t1)


def _index(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.setFont(theme.font("fact"))
    painter.setPen(theme.t1)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), "78")
    step = rect.height() / 4
    for i, share in enumerate((0.9, 0.6, 0.75, 0.5)):
        y = rect.top() + i * step + step / 2 - 1.5
        painter.fillRect(QRectF(rect.left() + 34, y, (rect.width() - 34) * share, 3), theme.chart)


def _focus(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    y = rect.center().y()
    _line(painter, theme.line2, 2, [(rect.left() + 5, y), (rect.right() - 5, y)])
    for i in range(4):
        x = rect.left() + 5 + i * (rect.width() - 10) / 3
        painter.setPen(QPen(theme.t2, 1.5))
        painter.setBrush(theme.t2 if i < 2 else theme.s2)
        painter.drawEllipse(QPointF(x, y), 4, 4)


def _head(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.fillRect(QRectF(rect.left(), rect.center().y() - 4, rect.width() * 0.55, 8), theme.t1)
    painter.fillRect(
        QRectF(rect.right() - rect.width() * 0.3, rect.center().y() - 4, rect.width() * 0.3, 8), theme.chart
    )


_DRAWN: dict[str, Callable[[QPainter, QRectF, Theme], None]] = {
    "wallmap": _map, "map": _map, "wallfigure": _figure, "wallcountdown": _countdown, "wallrank": _rank,
    "wallring": _ring, "wallgauge": _gauge, "wallcurve": _curve, "wallbars": _bars, "wallsankey": _sankey,
    "wallfunnel": _funnel, "wallradar": _radar, "wallcalendar": _calendar, "wallareas": _areas,
    "wallevents": _events, "wallcases": _events, "wallsigns": _signs, "signs": _signs, "wallindex": _index,
    "wallfocus": _focus, "wallhead": _head,
}  # fmt: skip
