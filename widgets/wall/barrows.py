"""Bars under each other as a wall shows them: name, bar, value; the first stands out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.kit.theme import Theme
from widgets.wall.paint import draw_mark, draw_words
from widgets.wall.sizes import WallType, wide


@dataclass(frozen=True)
class BarRow:
    """One bar: value NaN none; words as printed; level 1 to 4, 0 none; old: so is its value."""

    name: str
    value: float
    words: str
    level: int = 0
    old: bool = False


def room_for(box: QRectF, kind: WallType) -> int:
    """How many rows there is room for."""
    return max(1, int((box.height() + kind.gap * 0.5) / (kind.row * 1.22)))


def draw_bars(painter: QPainter, box: QRectF, rows: Sequence[BarRow], kind: WallType, theme: Theme) -> None:
    """As many as there is room for, from the first; the longest bar is the largest value's."""
    shown = rows[: room_for(box, kind)]
    if not shown:
        return
    high = min(box.height() / len(shown), kind.row * 2.1)
    names = max(wide(row.name, kind.row) for row in shown)
    words = max(wide(row.words, kind.row, True) for row in shown)
    marks = kind.row * 1.25 if any(row.level for row in shown) else 0.0
    named = min(names, max(box.width() * 0.42, box.width() - words - marks - kind.pad * 2 - kind.row * 3))
    named = min(named, max(box.width() - words - marks - kind.pad, kind.row))
    top = max((abs(row.value) for row in shown if math.isfinite(row.value)), default=0.0)
    left = box.left() + named + kind.pad
    right = box.right() - words - kind.pad - marks
    for i, row in enumerate(shown):
        y = box.top() + i * high
        draw_words(painter, QRectF(box.left(), y, named, high), row.name, kind.row, theme.t2 if row.old else theme.t1)
        if right - left > kind.row * 1.2:
            thick = min(kind.row * 0.62, high * 0.5)
            lane = QRectF(left, y + (high - thick) / 2, right - left, thick)
            painter.fillRect(lane, theme.s2)
            if math.isfinite(row.value) and top > 0:
                color = theme.chart2 if row.old else theme.t2 if i == 0 else theme.chart
                length = max(abs(row.value) / top * lane.width(), kind.hair if row.value else 0.0)
                painter.fillRect(QRectF(lane.left(), lane.top(), length, thick), color)
        if row.level:
            side = kind.row * 0.9
            at = QRectF(box.right() - words - kind.gap - side, y + (high - side) / 2, side, side)
            draw_mark(painter, at, row.level, theme)
        value = QRectF(box.right() - words, y, words, high)
        ink = theme.level(row.level) if row.level else theme.t2 if row.old else theme.t1
        known = math.isfinite(row.value)
        draw_words(painter, value, row.words, kind.row, ink if known else theme.t2, known, "right")
