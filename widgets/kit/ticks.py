"""The small bars of a case's stage: 14 × 3 px each, what is behind it light, where it is in the accent."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.kit.loopwords import RAIL, Stage
from widgets.kit.theme import Theme

WIDE, NARROW, HIGH, GAP = 14, 9, 3, 2


def ticks_wide(wide: int = WIDE) -> int:
    """How much room the ticks take, pixels."""
    return len(RAIL) * (wide + GAP) - GAP


def draw_ticks(painter: QPainter, x: float, middle: float, stage: Stage, theme: Theme, wide: int = WIDE) -> float:
    """Draws the ticks from `x` on, each `wide`; the answer is where they end."""
    top = round(middle - HIGH / 2)
    for i in range(len(RAIL)):
        waits = stage.provisional and i == stage.done - 1
        token = "orange_text" if waits else "acc" if i == stage.now else "t2" if i < stage.done else "line2"
        box = QRectF(x + i * (wide + GAP), top, wide, HIGH)
        if waits:  # hatched: said here, not decided yet
            part = wide / 3
            for k in range(3):
                painter.fillRect(QRectF(box.left() + k * part, box.top(), part - 1, HIGH), theme[token])
        else:
            painter.fillRect(box, theme[token])
    return x + ticks_wide(wide)


def stage_token(stage: Stage) -> str:
    """The colour of its word."""
    return "orange_text" if stage.provisional else "acc" if stage.now >= 0 else "t2"
