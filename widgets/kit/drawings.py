"""Line drawings as data: a small path language, close to SVG's, read into QPainterPath. Icons and patterns use it.

A drawing is a list of strokes on a 24 grid. A stroke is `M L H V C Q Z` as in SVG path data (lower case is relative),
`O cx cy r` a circle, `R x y w h r` a rounded rectangle; a stroke that starts with `*` is filled instead of drawn.
"""

from __future__ import annotations

import re
import threading
import tomllib
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cockpit.paths import assets_dir

GRID = 24.0
PATHS = threading.RLock()
"""Held while a shared path is drawn: QPainterPath keeps what it computed of itself, and not for two threads at once."""
_TOKEN = re.compile(r"[MLHVCQZORmlhvcqz]|-?\d*\.?\d+")
_COUNT = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0, "O": 3, "R": 5}


def parse(text: str) -> QPainterPath:
    """A stroke to its path.

    Raises:
        ValueError: a command without its numbers, or numbers without a command.
    """
    path = QPainterPath()
    tokens = _TOKEN.findall(text)
    command = ""
    i = 0
    while i < len(tokens):
        if tokens[i].isalpha():
            command = tokens[i]
            i += 1
        elif not command or command in "Zz":
            raise ValueError(f"number without a command in {text!r}")
        count = _COUNT[command.upper()]
        numbers = [float(token) for token in tokens[i : i + count]]
        if len(numbers) < count:
            raise ValueError(f"{command} wants {count} numbers in {text!r}")
        _step(path, command, numbers)
        i += count
        command = {"M": "L", "m": "l"}.get(command, command)
    return path


def _step(path: QPainterPath, command: str, n: list[float]) -> None:
    here = path.currentPosition() if command.islower() else QPointF(0, 0)
    points = [QPointF(x, y) + here for x, y in zip(n[::2], n[1::2], strict=False)]
    match command.upper():
        case "M":
            path.moveTo(points[0])
        case "L":
            path.lineTo(points[0])
        case "H":
            path.lineTo(n[0] + here.x(), path.currentPosition().y())
        case "V":
            path.lineTo(path.currentPosition().x(), n[0] + here.y())
        case "C":
            path.cubicTo(points[0], points[1], points[2])
        case "Q":
            path.quadTo(points[0], points[1])
        case "Z":
            path.closeSubpath()
        case "O":
            path.addEllipse(points[0], n[2], n[2])
        case "R":
            path.addRoundedRect(QRectF(n[0], n[1], n[2], n[3]), n[4], n[4])


class Drawing:
    """A drawing on the 24 grid.

    Attributes:
        strokes: what is drawn with a pen.
        fills: what is filled.
    """

    def __init__(self, lines: list[str]) -> None:
        self.strokes = QPainterPath()
        self.fills = QPainterPath()
        for line in lines:
            if line.startswith("*"):
                self.fills.addPath(parse(line[1:]))
            else:
                self.strokes.addPath(parse(line))

    def draw(self, painter: QPainter, rect: QRectF, color: QColor, width: float = 1.75) -> None:
        """Draw it into `rect`; `width` is the pen's on the 24 grid."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / GRID, rect.height() / GRID)
        pen = QPen(color, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        with PATHS:
            painter.strokePath(self.strokes, pen)
            painter.fillPath(self.fills, color)
        painter.restore()


@lru_cache(maxsize=8)
def drawings(name: str) -> dict[str, Drawing]:
    """The drawings of `assets/icons/<name>.toml` by their names."""
    data = tomllib.loads((assets_dir() / "icons" / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: Drawing(lines) for key, lines in data.items()}
