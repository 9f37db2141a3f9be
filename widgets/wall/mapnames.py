"""Names of the base map on a wall: laid once for a whole canvas, each a picture, so that one can be left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from cockpit.model.layout import Rect
from widgets.map.labels import Placed
from widgets.map.raster.names import NamePainter
from widgets.map.raster.pane import Pane
from widgets.map.raster.source import BaseSource, GroundView
from widgets.map.style import MapStyle

Floats = NDArray[np.float64]
KEPT = 4
"""Canvases whose names are kept."""


class Label(msgspec.Struct, frozen=True, eq=False):
    """A name as a picture: where its upper left corner is in the cut, and its boxes there, shape (n, 4)."""

    image: QImage
    x: int
    y: int
    boxes: Floats


class LaidNames:
    """Names of the last canvases. For one thread."""

    def __init__(self, painter: NamePainter) -> None:
        self._painter = painter
        self._kept: list[tuple[tuple[object, ...], tuple[Placed, ...]]] = []

    def of(
        self, pane: Pane, seams: Sequence[Rect], style: MapStyle, source: BaseSource | None, alive: Callable[[], bool]
    ) -> tuple[Placed, ...]:
        """The names of a canvas: none touches a seam, none reaches over its edge.

        Raises:
            Stopped: `alive` said no.
        """
        token = (pane, id(style), tuple(seams), source is None)
        known = next((names for of, names in self._kept if of == token), None)
        if known is None:
            boxes = np.array([(r.x, r.y, r.x + r.w, r.y + r.h) for r in seams], float).reshape(-1, 4) / pane.dpr
            view = source.view(pane) if source is not None else GroundView()
            whole = (pane.width / pane.dpr, pane.height / pane.dpr)
            placed = self._painter.lay(view, pane, boxes, alive).placed
            known = tuple(one for one in placed if _within(one.boxes, *whole))
            self._kept = [*self._kept, (token, known)][-KEPT:]
        return known

    @property
    def last(self) -> tuple[Placed, ...]:
        """Those laid last."""
        return self._kept[-1][1] if self._kept else ()


def _within(boxes: Floats, width: float, height: float) -> bool:
    return bool((boxes[:, :2] >= 0).all() and (boxes[:, 2] <= width).all() and (boxes[:, 3] <= height).all())


def labels_in(
    names: Sequence[Placed], pane: Pane, cut: Rect, style: MapStyle, painter: NamePainter
) -> tuple[Label, ...]:
    """Those names of a canvas that touch a cut."""
    labels = []
    for one in names:
        boxes = one.boxes * pane.dpr - [cut.x, cut.y, cut.x, cut.y]
        left, top = np.floor(boxes[:, :2].min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(boxes[:, 2:].max(axis=0)).astype(int).tolist()
        if right > 0 and bottom > 0 and left < cut.w and top < cut.h:
            labels.append(_label(one, pane, cut, style, painter, (left, top, right, bottom), boxes))
    return tuple(labels)


def _label(
    one: Placed, pane: Pane, cut: Rect, style: MapStyle, painter: NamePainter, box: tuple[int, int, int, int],
    boxes: Floats,
) -> Label:  # fmt: skip
    margin = math.ceil(one.px * pane.dpr * 0.4)  # the halo reaches over the box
    left, top = box[0] - margin, box[1] - margin
    image = QImage(box[2] - left + margin, box[3] - top + margin, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    brush = QPainter(image)
    brush.translate(-left - cut.x, -top - cut.y)
    painter.draw(brush, one, style, pane.dpr)
    brush.end()
    return Label(image, left, top, boxes)
