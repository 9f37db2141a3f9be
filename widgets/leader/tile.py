"""One number as a tile: what it is, how much, how it changed, what it is held against, of where, how old, how told."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPen

from cockpit.model.scope import Scope
from widgets.charts.scale import Curve
from widgets.charts.spark import draw_spark
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme
from widgets.lists.parts import draw_line

LEAST_WIDE, LEAST_HIGH = 164, 116


@dataclass(frozen=True)
class Tile:
    """What a tile says.

    Attributes:
        key: of the item, or what else tells it from the others. scope: where a step into it leads.
        value, unit: as printed; value is – where there is none, with why in `note`.
        change: +61%; against: what it is compared with, and what is aimed at. note: of where, how old, how told.
        old: the value is; its age is in the note. reported: not measured.
        curve: what it did; ends: its first and last time as printed. marks: times of annotations, UTC us.
        followed: by the person who sits here.
        tip: all of it in lines.
    """

    key: str
    name: str
    value: str
    scope: Scope | None = None
    unit: str = ""
    level: int = 0
    change: str = ""
    against: str = ""
    note: str = ""
    known: bool = True
    old: bool = False
    reported: bool = False
    curve: Curve = field(default_factory=Curve)
    ends: tuple[str, str] = ("", "")
    marks: tuple[int, ...] = ()
    followed: bool = False
    tip: str = ""

    @property
    def said(self) -> str:
        """For those who can not see it."""
        parts = (self.name, f"{self.value} {self.unit}".strip(), self.change, self.against, self.note)
        return " · ".join(part for part in parts if part)


def alike(one: Tile, other: Tile) -> bool:
    """Whether two tiles are painted alike."""
    return one.curve is other.curve and one.said == other.said and (
        one.key, one.level, one.old, one.followed, one.marks, one.known, one.ends
    ) == (other.key, other.level, other.old, other.followed, other.marks, other.known, other.ends)  # fmt: skip


def draw_tile(painter: QPainter, box: QRect, tile: Tile, theme: Theme) -> None:
    """Paints it into `box`."""
    inner = box.adjusted(12, 10, -12, -10)
    right = inner.right() - (28 if tile.level else 0)
    left = inner.left()
    if tile.followed:
        draw_icon(painter, QRectF(left, inner.top() + 3, 13, 13), "flag", theme.acc, 2)
        left += 19
    title = theme.font("row_title", 400)
    wide, _ = draw_line(painter, QRect(left, inner.top(), right - left, 20), tile.name, title, theme.t1)
    if tile.reported:
        _tag(painter, left + wide + 8, inner.top() + 2, tile, theme, right)
    if tile.level:
        draw_badge(painter, QRectF(inner.right() - 20, inner.top(), 20, 20), tile.level, theme)
    roomy = inner.height() >= 112
    figure_top = inner.top() + (26 if roomy else 22)
    figure_h = 42 if roomy else 34
    if not tile.known:
        line = QRect(inner.left(), figure_top, inner.width(), 26)
        draw_line(painter, line, tile.value, theme.font("row_title"), theme.t2)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t3)
        high = QFontMetrics(theme.font("small")).lineSpacing()
        room = inner.bottom() - line.bottom() - 2
        why = QRect(inner.left(), line.bottom() + 2, inner.width(), room - room % high)
        painter.drawText(why, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop), tile.note)
        return
    taken = _value(painter, QRect(inner.left(), figure_top, inner.width(), figure_h), tile, theme, roomy)
    spark_left = inner.left() + max(round(inner.width() * 0.47), taken + 14)
    top = inner.top() + 24
    lane = QRectF(spark_left, top, inner.right() - spark_left, inner.bottom() - 39 - top)
    if lane.width() >= 48 and int(np.isfinite(tile.curve.value).sum()) > 1:
        draw_spark(painter, lane, tile.curve, theme, tile.old)
        _marks(painter, lane, tile, theme)
    _foot(painter, inner, tile, theme)


def _value(painter: QPainter, box: QRect, tile: Tile, theme: Theme, roomy: bool) -> int:
    """The figure with its unit; how wide they are."""
    style = "figure" if roomy else "fact"
    font = theme.font(style) if roomy else theme.font("figure", None, 0.82)
    wide = QFontMetricsF(font).horizontalAdvance(tile.value)
    most = box.width() * 0.66
    if wide > most:
        font = theme.font("figure", None, max(0.5, most / max(wide, 1) * (1.0 if roomy else 0.82)))
        wide = QFontMetricsF(font).horizontalAdvance(tile.value)
    painter.setFont(font)
    painter.setPen(theme.t3 if tile.old else theme.t1)
    base = box.bottom() - 8
    painter.drawText(QPointF(box.left(), base), tile.value)
    if tile.unit:
        unit = theme.unit_font("figure")
        painter.setFont(unit)
        painter.setPen(theme.t2)
        painter.drawText(QPointF(box.left() + wide + 5, base), tile.unit)
        wide += 5 + QFontMetricsF(unit).horizontalAdvance(tile.unit)
    return round(wide)


def _foot(painter: QPainter, inner: QRect, tile: Tile, theme: Theme) -> None:
    """Change and what it is held against; under them of where, how old and how told, and the course's ends."""
    small = theme.font("small")
    line = QRect(inner.left(), inner.bottom() - 35, inner.width(), 17)
    if tile.change:
        taken, _ = draw_line(painter, line, tile.change, theme.font("small", 700), theme.t3 if tile.old else theme.t1)
        line = line.adjusted(taken + 8, 0, 0, 0)
    draw_line(painter, line, tile.against, small, theme.t2)
    note = QRect(inner.left(), inner.bottom() - 16, inner.width(), 17)
    taken, _ = draw_line(painter, note, tile.note, small, theme.orange_text if tile.old else theme.t3)
    ends = f"{tile.ends[0]}–{tile.ends[1]}" if tile.ends[0] else ""
    axis = theme.font("axis")
    if ends and taken + 12 + QFontMetricsF(axis).horizontalAdvance(ends) <= note.width():
        draw_line(painter, note, ends, axis, theme.t3, right=True)


def _tag(painter: QPainter, x: int, y: int, tile: Tile, theme: Theme, right: int) -> None:
    """上报: never to be taken for a measured value."""
    words = tile.note.split(" · ")[-1]
    font = theme.font("axis")
    wide = QFontMetricsF(font).horizontalAdvance(words) + 8
    if x + wide > right:
        return
    frame = QRectF(x + 0.5, y + 0.5, wide - 1, 15)
    painter.setPen(QPen(theme.line2, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(frame, 2, 2)
    painter.setFont(font)
    painter.setPen(theme.t2)
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, words)


def _marks(painter: QPainter, lane: QRectF, tile: Tile, theme: Theme) -> None:
    """Where somebody wrote something, as a small flag under the line."""
    curve = tile.curve
    start, end = int(curve.at[0]), int(curve.at[-1])
    for at in tile.marks:
        if start <= at <= end:
            x = round(lane.left() + (at - start) / max(end - start, 1) * (lane.width() - 4))
            painter.fillRect(QRectF(x, lane.top(), 1, lane.height()), theme.line2)
            painter.fillRect(QRectF(x - 2, lane.bottom() - 4, 5, 5), theme.acc)
