"""The small bars of a case's stage: 14 × 3 px each, what is behind it light, where it is in the accent."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.kit.loopwords import RAIL, Stage
from widgets.kit.theme import Theme

WIDE, HIGH, GAP = 14, 3, 2
TICKS_WIDE = len(RAIL) * (WIDE + GAP) - GAP


def draw_ticks(painter: QPainter, x: float, middle: float, stage: Stage, theme: Theme, dim: bool = False) -> float:
    """Draws the ticks from `x` on; the answer is where they end."""
    top = round(middle - HIGH / 2)
    for i in range(len(RAIL)):
        waits = stage.provisional and i == stage.done - 1
        token = "orange_text" if waits else "acc" if i == stage.now else "t2" if i < stage.done else "line2"
        box = QRectF(x + i * (WIDE + GAP), top, WIDE, HIGH)
        if waits:  # hatched: said here, not decided yet
            for part in range(3):
                painter.fillRect(QRectF(box.left() + 5 * part, box.top(), 4, HIGH), theme[token])
        else:
            painter.fillRect(box, theme["t3" if dim and token == "t2" else token])
    return x + TICKS_WIDE


def stage_token(stage: Stage) -> str:
    """The colour of its word."""
    return "orange_text" if stage.provisional else "acc" if stage.now >= 0 else "t2"
