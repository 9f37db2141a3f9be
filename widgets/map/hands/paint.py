"""Draws what hands drew: the shape that gathers, the ruler and its readings, what is being pulled."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from cockpit.model.messages import Texts
from widgets.kit.theme import Theme
from widgets.map.camera import Camera
from widgets.map.hands import ground
from widgets.map.hands.hands import Hands
from widgets.map.hands.shapes import Form, Shape, outline
from widgets.map.hands.tools import Lasso, RingTool, Ruler

DOT = 3.5


def paint_shape(painter: QPainter, hands: Hands, camera: Camera, theme: Theme) -> None:
    """What was drawn and stays, under chips and callout."""
    if hands.shape is not None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _shape(painter, hands.shape, camera, theme)
        painter.restore()


def paint_drafts(painter: QPainter, hands: Hands, camera: Camera, theme: Theme, t: Texts) -> None:
    """What a hand draws and measures now, over all of the map and under lists and tools."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for tool in hands.drafts():
        if isinstance(tool, Ruler):
            _ruler(painter, tool, camera, theme, t)
        elif isinstance(tool, Lasso):
            _draft(painter, tool, camera, theme)
        elif isinstance(tool, RingTool) and tool.pulled is not None:
            _shape(painter, tool.pulled, camera, theme)
    painter.restore()


def _line(camera: Camera, x: ground.Floats, y: ground.Floats) -> QPolygonF:
    sx, sy = camera.to_screen(x, y)
    return QPolygonF([QPointF(a, b) for a, b in zip(sx.tolist(), sy.tolist(), strict=True)])


def _stroke(painter: QPainter, line: QPolygonF, theme: Theme, dash: bool = False) -> None:
    """A line in the accent with land beside it, so that it stands out on any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.map.color("land"), 4.5))
    painter.drawPolyline(line)
    pen = QPen(theme.acc, 2)
    if dash:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawPolyline(line)


def _fill(painter: QPainter, line: QPolygonF, theme: Theme) -> None:
    shade = QColor(theme.acc)
    shade.setAlphaF(0.08)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawPolygon(line)


def _shape(painter: QPainter, shape: Shape, camera: Camera, theme: Theme) -> None:
    line = _line(camera, shape.x, shape.y)
    _fill(painter, line, theme)
    _stroke(painter, line, theme)
    if shape.form is Form.RING:
        x, y = (float(v) for v in camera.to_screen(*shape.centre))
        painter.setPen(QPen(theme.acc, 2))
        painter.drawLine(QPointF(x - 5, y), QPointF(x + 5, y))
        painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
        foot = max(line, key=lambda p: p.y())  # above it are callouts
        tag(painter, theme, foot.x(), foot.y() + 44, (ground.length_words(shape.metres),), plain=True)


def _draft(painter: QPainter, tool: Lasso, camera: Camera, theme: Theme) -> None:
    if tool.trail:
        shape = outline(tool.form, tool.trail)
        if shape is not None:
            line = _line(camera, shape.x, shape.y)
            _fill(painter, line, theme)
            _stroke(painter, line, theme, dash=True)
        return
    if not tool.points:
        return
    line = _line(camera, *tool.line())
    if line.count() > 2:
        _fill(painter, line, theme)
    _stroke(painter, line, theme)
    _dots(painter, tool.points, camera, theme)


def _ruler(painter: QPainter, tool: Ruler, camera: Camera, theme: Theme, t: Texts) -> None:
    if not tool.points:
        return
    x, y = tool.line()
    line = _line(camera, x, y)
    sums, square = tool.reading()
    if square > 0:
        _fill(painter, line, theme)
    _stroke(painter, line, theme)
    _dots(painter, tool.points, camera, theme)
    for i in range(1, line.count() - 1):
        tag(painter, theme, line[i].x(), line[i].y(), (ground.length_words(sums[i]),), plain=True)
    if line.count() > 1:
        words = [t("hands.length", length=ground.length_words(sums[-1]))]
        if square > 0:
            words.append(t("hands.area", area=ground.area_words(square)))
        tag(painter, theme, line[-1].x(), line[-1].y(), tuple(words))


def _dots(painter: QPainter, points: list[tuple[float, float]], camera: Camera, theme: Theme) -> None:
    painter.setPen(QPen(theme.acc, 2))
    painter.setBrush(theme.map.color("land"))
    for point in points:
        x, y = (float(v) for v in camera.to_screen(*point))
        painter.drawEllipse(QPointF(x, y), DOT, DOT)


def tag(painter: QPainter, theme: Theme, x: float, y: float, words: tuple[str, ...], plain: bool = False) -> None:
    """Words on a small plate above a point."""
    font = theme.font("small" if plain else "body")
    metrics = QFontMetricsF(font)
    wide = max(metrics.horizontalAdvance(line) for line in words) + 16
    high = 20.0 * len(words) + 4
    box = QRectF(round(x - wide / 2), round(y - high - 10), round(wide), high)
    painter.setPen(QPen(theme.line2 if plain else theme.acc, 1))
    painter.setBrush(theme.s1)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setFont(font)
    painter.setPen(theme.t2 if plain else theme.t1)
    for i, said in enumerate(words):
        line = QRectF(box.left(), box.top() + 2 + 20 * i, box.width(), 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, said)
