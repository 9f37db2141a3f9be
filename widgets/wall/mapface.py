"""What a cut of a wall's map shows over its ground, laid out once a change; only what is another is painted anew.

Units of a city move a little every second: painting where they were and are takes a fraction of painting all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QRegion

from cockpit.model.layout import Rect
from widgets.kit.theme import Theme
from widgets.wall.mapfloats import Float, Floats, float_boxes
from widgets.wall.mapmarks import Mark, paint_followed
from widgets.wall.mapnames import Label
from widgets.wall.mapwords import Callout, boxes_of, paint_callouts, paint_leaders
from widgets.wall.sizes import WallType

Boxes = NDArray[np.float64]
CELL = 96
"""Pixels of the squares that are painted anew as a whole."""
ALL = 0.45
"""Share of the squares from which on everything is painted anew."""
LETTERS = 6
"""Letters of upright names that a number makes room for at the most."""
Piece = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Face:
    """What lies over the ground.

    Attributes:
        token: what all of it depends on: where another one is, all is painted anew.
        labels: names that nothing lies over, and how far they are moved: px of the cut.
        dots, units, marks: in painting order. ring: the mark that is followed.
    """

    token: tuple[object, ...]
    cut: Rect
    labels: tuple[Label, ...] = ()
    moved: tuple[int, int] = (0, 0)
    dots: Sequence[Mark] = ()
    units: Sequence[Mark] = ()
    marks: Sequence[Mark] = ()
    callouts: Sequence[Callout] = ()
    floats: Sequence[Float] = ()
    ring: Mark | None = None

    def pieces(self, size: float) -> dict[Piece, tuple[int, int, int, int]]:
        """Everything with the rectangle that it covers: left, top, right, bottom, px of the cut."""
        made: dict[Piece, tuple[int, int, int, int]] = {}
        x, y = self.moved
        for label in self.labels:
            left, top = label.x + x, label.y + y
            made["label", id(label), left, top] = (left, top, left + label.image.width(), top + label.image.height())
        for name, marks in (("dot", self.dots), ("unit", self.units), ("mark", self.marks)):
            for mark in marks:
                left, top = place(mark, self.cut)
                box = (left, top, left + mark.image.width(), top + mark.image.height())
                made[name, id(mark.image), left, top] = box
        for one in self.callouts:
            bx = one.box
            ax, ay = one.mark.x - self.cut.x, one.mark.y - self.cut.y
            box = (
                math.floor(min(bx.left(), ax)) - 8, math.floor(min(bx.top(), ay)) - 8,
                math.ceil(max(bx.right(), ax)) + 8, math.ceil(max(bx.bottom(), ay)) + 8,
            )  # fmt: skip
            made["words", one.lines, bx.left(), bx.top(), one.mark.level, ax, ay] = box
        for one_ in self.floats:
            edges = (one_.box.left(), one_.box.top(), one_.box.right(), one_.box.bottom())
            box = (math.floor(edges[0]), math.floor(edges[1]), math.ceil(edges[2]), math.ceil(edges[3]))
            made["float", one_.kind, one_.title, one_.more, one_.level, one_.steps, one_.stale, edges] = box
        if self.ring is not None:
            reach = math.ceil(self.ring.reach + 20 * size)
            ax, ay = round(self.ring.x) - self.cut.x, round(self.ring.y) - self.cut.y
            made["ring", ax, ay, reach] = (ax - reach, ay - reach, ax + reach, ay + reach)
        return made

    def paint(
        self, painter: QPainter, region: QRegion, floats: Floats, base: WallType, theme: Theme, size: float
    ) -> None:
        """Paints it; what does not touch `region` is left out."""
        whole = region.contains(QRect(0, 0, self.cut.w, self.cut.h))
        seen = region.boundingRect()
        x, y = self.moved
        self._marks(painter, [dot for dot in self.dots if dot.count == 1], region, whole, seen)  # under the names
        for label in self.labels:
            at = QRect(label.x + x, label.y + y, label.image.width(), label.image.height())
            if whole or region.intersects(at):
                painter.drawImage(at.topLeft(), label.image)
        crowds = [dot for dot in self.dots if dot.count > 1]
        self._marks(painter, (*crowds, *self.units), region, whole, seen)
        callouts = [one for one in self.callouts if whole or seen.intersects(self._around(one))]
        paint_leaders(painter, callouts, (self.cut.x, self.cut.y), base, theme)
        self._marks(painter, self.marks, region, whole, seen)
        if self.ring is not None:
            paint_followed(painter, self.ring, self.cut, theme, size)
        paint_callouts(painter, callouts, base, theme)
        floats.paint(painter, [one for one in self.floats if region.intersects(one.box.toAlignedRect())], base)

    def _marks(self, painter: QPainter, marks: Iterable[Mark], region: QRegion, whole: bool, seen: QRect) -> None:
        for mark in marks:
            left, top = place(mark, self.cut)
            if whole:
                painter.drawImage(left, top, mark.image)
                continue
            at = QRect(left, top, mark.image.width(), mark.image.height())
            if seen.intersects(at) and region.intersects(at):
                painter.drawImage(left, top, mark.image)

    def _around(self, one: Callout) -> QRect:
        x, y = round(one.mark.x) - self.cut.x, round(one.mark.y) - self.cut.y
        return one.box.toAlignedRect().united(QRect(x - 4, y - 4, 8, 8))


def place(mark: Mark, cut: Rect) -> tuple[int, int]:
    """The upper left corner of a symbol, on whole pixels of the canvas, px of the cut."""
    return round(mark.x - mark.image.width() / 2) - cut.x, round(mark.y - mark.image.height() / 2) - cut.y


def changed(
    old: dict[Piece, tuple[int, int, int, int]], new: dict[Piece, tuple[int, int, int, int]], cut: Rect
) -> QRegion | None:
    """What is to be painted anew, in squares; None for all of it."""
    across, down = math.ceil(cut.w / CELL), math.ceil(cut.h / CELL)
    dirty = np.zeros((down, across), dtype=bool)
    for key in old.keys() ^ new.keys():
        left, top, right, bottom = new.get(key) or old[key]
        dirty[max(top // CELL, 0) : max(bottom // CELL + 1, 0), max(left // CELL, 0) : max(right // CELL + 1, 0)] = True
    if dirty.mean() > ALL:
        return None
    region = QRegion()
    for row in range(down):
        columns = np.flatnonzero(np.diff(np.concatenate(([0], dirty[row], [0])).astype(np.int8)))
        for first, last in columns.reshape(-1, 2).tolist():
            region += QRect(first * CELL, row * CELL, (last - first) * CELL, CELL)
    return region


def free_labels(
    labels: Sequence[Label], moved: tuple[int, int], marks: Sequence[Mark], callouts: Sequence[Callout],
    floats: Sequence[Float], cut: Rect,
) -> tuple[Label, ...]:  # fmt: skip
    """Names that nothing lies over."""
    x, y = moved
    blocked = np.concatenate(
        [boxes_of_marks(marks) - [cut.x, cut.y, cut.x, cut.y], boxes_of(callouts), float_boxes(floats)]
    ) - [x, y, x, y]
    return tuple(label for label in labels if not _over(label, blocked))


def aside(dots: Sequence[Mark], labels: Sequence[Label], moved: tuple[int, int], cut: Rect) -> list[Mark]:
    """Numbers of sensors and cameras, which stand for a whole neighbourhood, above or below the name that they would
    lie over. One that reaches over the edge of the cut stays: the next screen has its other half."""
    if not labels:
        return list(dots)
    x, y = moved
    names = np.concatenate([label.boxes for label in labels]) + np.array([x + cut.x, y + cut.y] * 2)
    made = []
    for dot in dots:
        inside = cut.x + dot.image.width() / 2 <= dot.x <= cut.x + cut.w - dot.image.width() / 2
        if dot.count > 1 and inside:
            half, to = dot.image.height() / 2, _beside_names(dot, names)
            if to != dot.y and cut.y + half <= min(dot.y, to) and max(dot.y, to) <= cut.y + cut.h - half:
                dot = Mark(dot.x, to, dot.image, dot.reach, count=dot.count)
        made.append(dot)
    return made


def _beside_names(dot: Mark, names: Boxes) -> float:
    """Its y where it lies over no letter, the nearest of above and below; names that stand upright have one a line."""
    half, wide = dot.image.height() / 2, dot.image.width() / 2
    near = names[abs(names[:, [0, 2]].mean(axis=1) - dot.x) < (names[:, 2] - names[:, 0]) / 2 + wide]
    ends = []
    for up in (True, False):
        y = dot.y
        for _ in range(LETTERS):
            over = near[(near[:, 1] < y + half) & (near[:, 3] > y - half)]
            if not len(over):
                ends.append(y)
                break
            y = float(over[:, 1].min() - half if up else over[:, 3].max() + half)
    return min(ends, key=lambda y: abs(y - dot.y), default=dot.y)


def boxes_of_marks(marks: Sequence[Mark]) -> Boxes:
    """Shape (n, 4), px of the canvas."""
    return np.array([one.box for one in marks], dtype=np.float64).reshape(-1, 4)


def _over(label: Label, blocked: Boxes) -> bool:
    a = label.boxes
    over = (
        (a[:, None, 0] < blocked[None, :, 2])
        & (a[:, None, 2] > blocked[None, :, 0])
        & (a[:, None, 1] < blocked[None, :, 3])
        & (a[:, None, 3] > blocked[None, :, 1])
    )
    return bool(over.any())
