"""A cut of a map's canvas: what it is drawn from, what came of it, and its pixels in a later cut."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.layout import Rect
from widgets.map.compose.plane import Origin
from widgets.map.raster.pane import Pane, Plate
from widgets.map.scene import Alert, Area
from widgets.map.style import MapStyle
from widgets.wall.mapnames import Label


class Look(msgspec.Struct, frozen=True, eq=False):
    """What a ground is drawn from beside where it looks.

    Attributes:
        areas: in colour. origin: that their places are counted from. alerts: areas that were warned of.
        size: of symbols and the lines about alerts. seams: rectangles of the canvas that no name may touch.
    """

    style: MapStyle
    areas: tuple[Area, ...] = ()
    alerts: tuple[Alert, ...] = ()
    size: float = 1.0
    origin: Origin = (0.0, 0.0)
    seams: tuple[Rect, ...] = ()

    def alike(self, other: Look) -> bool:
        """Whether what is drawn from the two is the same but for names."""
        same = self.style is other.style and self.areas is other.areas and self.alerts is other.alerts
        return same and (self.size, self.origin) == (other.size, other.origin)


_looks: list[Look] = []


def look_of(wanted: Look) -> Look:
    """The one of these that others use already: what is drawn alike is drawn once."""
    known = next((one for one in _looks if one.alike(wanted) and one.seams == wanted.seams), None)
    if known is None:
        _looks[:] = [*_looks[-7:], wanted]
    return known or wanted


class Wish(msgspec.Struct, frozen=True):
    """A cut of a canvas that is to be drawn."""

    pane: Pane
    cut: Rect
    look: Look

    def fits(self, other: Wish) -> bool:
        """Whether pixels of the one are pixels of the other, moved aside."""
        return self.look.alike(other.look) and self.pane.same_scale(other.pane)

    @property
    def here(self) -> Pane:
        """The pane of the cut."""
        return self.pane.part(self.cut.x, self.cut.y, self.cut.w, self.cut.h)


class Picture:
    """A drawn cut."""

    def __init__(self, wish: Wish, plate: Plate, labels: tuple[Label, ...]) -> None:
        self.wish, self.plate, self.labels = wish, plate, labels


def stretch(painter: QPainter, plate: Plate, pane: Pane, here: Pane) -> None:
    """A picture of another view where it belongs in this one, unsmoothed: it is seen for a moment and must be quick."""
    ratio = here.scale / pane.scale
    left, top = pane.corner(here)
    seen = QRectF(left, top, here.width / ratio, here.height / ratio).intersected(QRectF(plate.image.rect()))
    if not seen.isEmpty():
        at = QRectF(
            (seen.left() - left) * ratio, (seen.top() - top) * ratio, seen.width() * ratio, seen.height() * ratio
        )
        painter.drawImage(at, plate.image, seen)


def carried(old: Plate, at: tuple[int, int], plate: Plate) -> list[tuple[int, int, int, int]]:
    """Copies what an old picture has of a new one; the answer is the rectangles that it lacks.

    Args:
        at: where the old one's upper left corner is in the new one, pixels.
    """
    (high, wide), (rows, columns) = old.pixels.shape, plate.pixels.shape
    x, y = at
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + wide, columns), min(y + high, rows)
    if right <= left or bottom <= top:
        return [(0, 0, columns, rows)]
    plate.pixels[top:bottom, left:right] = old.pixels[top - y : bottom - y, left - x : right - x]
    lacks = (
        (0, 0, columns, top),
        (0, bottom, columns, rows - bottom),
        (0, top, left, bottom - top),
        (right, top, columns - right, bottom - top),
    )
    return [rect for rect in lacks if rect[2] > 0 and rect[3] > 0]
