"""Words beside the gravest events on the map of a wall: none covers another, none leaves its screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from widgets.kit.theme import Theme
from widgets.wall.mapmarks import Mark
from widgets.wall.paint import broken, clamped, draw_frame, draw_words
from widgets.wall.sizes import WallType, wide

Floats = NDArray[np.float64]
TOLD = 2
"""Level down to which events have words."""
AREA_EACH = 17.0, 9.0
"""Rows across and down of a screen that a callout is reckoned with: more of them are not read."""
SIDES = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))
FAR = (0.0, 1.2, 2.6)
"""How far beside a symbol its words are tried, in heights of them."""


class Callout:
    """Words and where they stand, px of the cut."""

    __slots__ = ("box", "lines", "mark")

    def __init__(self, mark: Mark, lines: tuple[str, str], box: QRectF) -> None:
        self.mark, self.lines, self.box = mark, lines, box


def size_of(lines: tuple[str, str], base: WallType) -> tuple[float, float]:
    """Width and height of a callout."""
    took = max(wide(lines[0], base.row, True), wide(lines[1], base.min)) + 1.3 * base.row
    return took, base.row * (2.95 if lines[1] else 1.75)


def how_many(room: QRectF, base: WallType) -> int:
    """How many callouts a screen holds."""
    across, down = AREA_EACH
    return max(int(room.width() * room.height() / (across * down * base.row**2)), 1)


def placed(
    wanted: Sequence[tuple[Mark, tuple[str, str]]], at: tuple[int, int], room: QRectF, base: WallType, grave: Floats,
    others: Floats,
) -> list[Callout]:  # fmt: skip
    """Where words go, of the first of `wanted` first; those that find no place are not there.

    Args:
        at: the cut's upper left corner on the canvas.
        room: where words may be, px of the cut.
        grave: shape (n, 4), boxes that no word may cover: symbols of the gravest events and what floats.
        others: boxes of the other symbols, which words cover only where there is no other place.
    """
    done: list[Callout] = []
    for mark, lines in wanted[: how_many(room, base)]:
        own = np.array(mark.box) - [*at, *at]
        clear = grave[~(np.abs(grave - own).max(axis=1) < 1)] if len(grave) else grave
        found = _place(mark, lines, at, room, base, clear, others, boxes_of(done))
        if found is not None:
            done.append(found)
    return done


def _place(
    mark: Mark, lines: tuple[str, str], at: tuple[int, int], room: QRectF, base: WallType, clear: Floats,
    others: Floats, taken: Floats,
) -> Callout | None:  # fmt: skip
    """The first place that is free: with both lines, else with the title alone, else over symbols that weigh less."""
    x, y = mark.x - at[0], mark.y - at[1]
    last = np.concatenate([clear, taken])
    for blocked in (np.concatenate([clear, others, taken]), last):
        for said in (lines, (lines[0], "")) if lines[1] else (lines,):
            width, height = size_of(said, base)
            if width > room.width():
                if said[1] or blocked is not last:
                    continue
                said = _on_two(said[0], room.width(), base)
                width, height = room.width(), size_of(said, base)[1]
            for box in _spots(x, y, mark.reach, width, height, base, room):
                if room.contains(box) and _free(box, blocked):
                    return Callout(mark, said, box)
    return None


def _on_two(title: str, width: float, base: WallType) -> tuple[str, str]:
    """A title that no line of a screen holds on two: what it is stays."""
    first, *rest = clamped(broken(title, base.row, width - 1.3 * base.row, bold=True), 2)
    return first, rest[0] if rest else ""


def _spots(
    x: float, y: float, reach: float, width: float, height: float, base: WallType, room: QRectF
) -> Iterator[QRectF]:
    gap = base.gap
    for far in FAR:
        for east, south in SIDES:
            beside = reach + gap + far * height
            left = x + beside if east > 0 else x - beside - width if east < 0 else x - width / 2
            down = beside if not east else height * (0.75 + far)
            if not east:  # above and beneath, moved aside as far as the screen's edge wants it
                left = max(min(left, room.right() - width), room.left())
            middle = y + south * (down + (height / 2 if not east else 0.0))
            yield QRectF(round(left), round(middle - height / 2), round(width), round(height))


def _edges(box: QRectF) -> tuple[float, float, float, float]:
    return box.left(), box.top(), box.right(), box.bottom()


def _free(box: QRectF, blocked: Floats) -> bool:
    left, top, right, bottom = _edges(box)
    over = (blocked[:, 0] < right) & (blocked[:, 2] > left) & (blocked[:, 1] < bottom) & (blocked[:, 3] > top)
    return not bool(over.any())


def boxes_of(callouts: Sequence[Callout]) -> Floats:
    """Shape (n, 4)."""
    return np.array([_edges(one.box) for one in callouts]).reshape(-1, 4)


def paint_leaders(
    painter: QPainter, callouts: Sequence[Callout], at: tuple[int, int], base: WallType, theme: Theme
) -> None:
    """Lines from symbols to words that do not stand right beside them; beneath the symbols."""
    for one in callouts:
        _leader(painter, one, at, base, theme)


def paint_callouts(painter: QPainter, callouts: Sequence[Callout], base: WallType, theme: Theme) -> None:
    """The words."""
    for one in callouts:
        box, color = one.box, theme.level(one.mark.level, "text")
        draw_frame(painter, box, theme.s1, color, base.hair, base.radius)
        pad = 0.6 * base.row
        row = QRectF(box.left() + pad, box.top(), box.width() - 2 * pad, box.height())
        if one.lines[1]:
            upper = QRectF(row.left(), row.top() + 0.18 * base.row, row.width(), 1.4 * base.row)
            lower = QRectF(row.left(), upper.bottom() - 0.1 * base.row, row.width(), 1.4 * base.row)
            draw_words(painter, upper, one.lines[0], base.row, theme.t1, True)
            draw_words(painter, lower, one.lines[1], base.min, theme.t2)
        else:
            draw_words(painter, row, one.lines[0], base.row, theme.t1, True)


def _leader(painter: QPainter, one: Callout, at: tuple[int, int], base: WallType, theme: Theme) -> None:
    x, y, box = one.mark.x - at[0], one.mark.y - at[1], one.box
    edge = QPointF(min(max(x, box.left()), box.right()), min(max(y, box.top()), box.bottom()))
    if max(abs(edge.x() - x), abs(edge.y() - y)) <= one.mark.reach + 2 * base.gap:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, thick in ((theme.map.color("land"), 3 * base.hair), (theme.level(one.mark.level, "text"), base.hair)):
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(color)
        pen.setWidthF(thick)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, y), edge)
