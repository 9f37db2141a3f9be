"""Draws sheets: groups of layers into pictures that are kept, and these together. What there is of a picture is used
again: when the view moves aside only what came into it is drawn, when one layer changed only its group.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.map.camera import Camera
from widgets.map.drawing import Drawing, Ground, Layer, Points, Rgba, Sprites
from widgets.map.raster.crew import Crew
from widgets.map.raster.ground import Alive, Stopped
from widgets.map.raster.names import Standing
from widgets.map.raster.pane import Pane, Plate
from widgets.map.raster.source import GroundView
from widgets.map.raster.stack import WHOLE, Group, Run, groups, is_in, runs, same
from widgets.map.raster.still_layers import NO_BOXES, Brushes, Floats, blocked_by
from widgets.map.style import MapStyle

NAMES_STAND = 3.0
"""Seconds names stay where they are before they give way to new symbols."""
BANDS = 4
"""Parts of a picture that are drawn side by side."""
Token = tuple[object, ...]


class Wish(msgspec.Struct, frozen=True, eq=False):
    """What is to be seen."""

    camera: Camera
    pane: Pane
    drawing: Drawing
    style: MapStyle


class Base(msgspec.Struct, frozen=True):
    """Which base map, and as of when: equal as long as it says the same.

    Attributes:
        map: counts base maps, and the changes of what one says; tiles: counts what came of them.
    """

    map: int = 0
    tiles: int = 0


class Sheet(msgspec.Struct, frozen=True, eq=False):
    """A picture of a run of layers or of a group of them.

    Attributes:
        token: says its content.
        names: of the base map that stand on it, one entry or none; filled when it is drawn.
    """

    plate: Plate
    pane: Pane
    token: Token
    names: list[Standing] = []


class Stitcher:
    """Draws the sheets of runs and keeps the pictures of their groups. For one thread, but for `token`.

    Attributes:
        brushes: what draws.
        kept: pictures of groups by their keys.
    """

    def __init__(
        self, brushes: Brushes, crew: Crew, mono: Callable[[], float], failed: Callable[[Exception], None]
    ) -> None:
        self.brushes = brushes
        self.kept: dict[str, Sheet] = {}
        self._crew, self._mono, self._failed = crew, mono, failed
        self._lock = threading.Lock()
        self._broken: dict[str, Layer] = {}
        self._dropped: list[dict[str, Sheet]] = []  # to free their memory takes as long as to draw a layer
        self._clear: tuple[Token, float] = ((), -1e9)

    def token(self, run: Run, wish: Wish, pane: Pane, base: Base) -> Token:
        """Says the content of a run's sheet: equal (`same`) as long as that is."""
        layers = tuple(layer for layer in run.layers if is_in(layer, pane.zoom))
        words = self.brushes.names.no_data_words
        ground = (base, words) if any(isinstance(layer, Ground) for layer in layers) else ()
        return (layers, ground, wish.style, self._clear_of(wish, layers), wish.drawing.origin, wish.drawing.back)

    def sheet(
        self, run: Run, wish: Wish, pane: Pane, view: GroundView | None, base: Base, token: Token, alive: Alive
    ) -> Sheet:
        """Draws the sheet of a run.

        Args:
            view: of `base`; None while it is not read and pictures of an earlier run stand for it.
            token: of the run.

        Raises:
            Stopped: `alive` said no.
        """
        parts: list[tuple[Group, Sheet | None]] = []
        jobs: list[Callable[[], object]] = []
        for group in groups(layer for layer in run.layers if is_in(layer, pane.zoom)):
            for layer in group.layers:
                with contextlib.suppress(Exception):  # is told when it is painted
                    self.brushes.prepare(layer)
            parts.append((group, self._group(group, wish, pane, view, base, alive, jobs) if group.kind else None))
        self._crew.share(jobs)
        self._dropped.append(self.kept)
        self.kept = self.kept | {group.key: sheet for group, sheet in parts if sheet is not None}
        plate = Plate(pane.width, pane.height, alpha=run.key != "")
        bands = _bands(0, 0, pane.width, pane.height)
        empty = view or GroundView()

        def draw(x: int, y: int, width: int, height: int) -> None:
            if not run.key:
                plate.pixels[y : y + height, x : x + width] = argb(wish.drawing.back)
            image, here = plate.part(x, y, width, height), pane.part(x, y, width, height)
            for group, sheet in parts:
                if sheet is not None:
                    painter = QPainter(image)
                    painter.drawImage(*here.at(sheet.pane), sheet.plate.image)
                    painter.end()
                else:
                    for layer in group.layers:
                        self.paint(image, layer, here, wish, empty, alive)

        self._crew.share([partial(draw, *band) for band in bands])
        return Sheet(plate, pane, token)

    def _group(
        self,
        group: Group,
        wish: Wish,
        pane: Pane,
        view: GroundView | None,
        base: Base,
        alive: Alive,
        jobs: list[Callable[[], object]],
    ) -> Sheet:
        """The picture of a group: the one at hand where it serves, else one that `jobs` draw, using again what there
        is of it."""
        ground = any(isinstance(layer, Ground) for layer in group.layers)
        token: Token = (group.layers, base.map if ground else 0, wish.style)
        if view is not None and ground:
            token += (view.state,)
        if group.kind == "names":
            token += (self._clear_of(wish, group.layers), self.brushes.names.no_data_words)
        known = self.kept.get(group.key)
        if known is not None:
            if view is None:
                return known
            if not _is(known.token, token) or not known.pane.same_scale(pane):
                known = None
            elif known.pane.covers(pane):
                return known
        plate = Plate(pane.width, pane.height)
        rects = [(0, 0, pane.width, pane.height)]
        if known is not None:
            pane = pane.aligned(known.pane)
            if group.kind not in WHOLE:
                rects = _carried(known, plate, pane)
        sheet = Sheet(plate, pane, token, [])
        view = view or GroundView()
        if group.kind == "names":
            before = known.names[0] if known is not None and known.names else None
            jobs.insert(0, partial(self._draw_names, sheet, group, wish, view, alive, before))
            return sheet

        def draw(x: int, y: int, width: int, height: int) -> None:
            image, here = plate.part(x, y, width, height), pane.part(x, y, width, height)
            for layer in group.layers:
                self.paint(image, layer, here, wish, view, alive)

        whole = group.kind in WHOLE or group.kind == "points"
        jobs += [partial(draw, *band) for rect in rects for band in ([rect] if whole else _bands(*rect))]
        return sheet

    def _draw_names(
        self, sheet: Sheet, group: Group, wish: Wish, view: GroundView, alive: Alive,
        before: Standing | None,
    ) -> None:  # fmt: skip
        blocked = blocked_by(wish.drawing, _keys(group.layers), sheet.pane)
        for layer in group.layers:
            names = self.paint(sheet.plate.image, layer, sheet.pane, wish, view, alive, blocked, before)
            if names is not None:
                sheet.names.append(names)

    def paint(
        self, image: QImage, layer: Layer, pane: Pane, wish: Wish, view: GroundView, alive: Alive,
        blocked: Floats = NO_BOXES,
        before: Standing | None = None,
    ) -> Standing | None:  # fmt: skip
        """A layer with its opacity, as one picture: what lies over one another in it does not shine through."""
        try:
            return self._painted(image, layer, pane, wish, view, alive, blocked, before)
        except Stopped:
            raise
        except Exception as error:  # one layer less, not no map; told once for the same content
            with self._lock:
                known = same(self._broken.get(layer.key), layer)
                self._broken[layer.key] = layer
            if not known:
                self._failed(error)
            return None

    def _painted(
        self,
        image: QImage,
        layer: Layer,
        pane: Pane,
        wish: Wish,
        view: GroundView,
        alive: Alive,
        blocked: Floats,
        before: Standing | None,
    ) -> Standing | None:
        drawing, style = wish.drawing, wish.style
        if layer.opacity >= 1 or isinstance(layer, Points):
            return self.brushes.paint(image, layer, pane, drawing, view, style, alive, blocked, before=before)
        plate = Plate(pane.width, pane.height)
        names = self.brushes.paint(plate.image, layer, pane, drawing, view, style, alive, blocked, before=before)
        painter = QPainter(image)
        painter.setOpacity(max(layer.opacity, 0.0))
        painter.drawImage(0, 0, plate.image)
        painter.end()
        return names

    def _clear_of(self, wish: Wish, layers: tuple[Layer, ...]) -> Token:
        """The symbols that names keep clear of; taken anew every few seconds, so that names stand still."""
        keys = _keys(layers)
        if not keys:
            return ()
        found = [wish.drawing.layer(key) for key in keys]
        now = tuple((one.x, one.y, one.image) for one in found if isinstance(one, Sprites))
        with self._lock:
            before, since = self._clear
            if not same(now, before) and self._mono() - since > NAMES_STAND:
                if len(now) != len(before) or not all(map(_alike, now, before)):
                    self._clear = (now, self._mono())
                else:
                    self._clear = (before, self._mono())
            return self._clear[0]

    def free(self) -> None:
        """Frees the pictures that were replaced."""
        self._dropped.clear()

    def drop_old(self, wish: Wish) -> None:
        """Pictures of groups that the drawing has no more."""
        now = {group.key for run in runs(wish.drawing) for group in groups(run.layers)}
        keys = {layer.key for layer in wish.drawing.layers}
        self.kept = {key: sheet for key, sheet in self.kept.items() if key in now}
        self.brushes.forget(keys)


def _is(known: Token, wanted: Token) -> bool:
    """Whether a picture of a group is what is wanted; of one from an earlier run less is known."""
    return same(known, wanted[: len(known)])


def _keys(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    return tuple(key for layer in layers if isinstance(layer, Ground) for key in layer.clear_of)


def _alike(one: Token, other: Token) -> bool:
    return all(a is b or np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def argb(color: Rgba) -> int:
    return QColor(*color[:3]).rgba()


def _bands(x: int, y: int, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """A rectangle in parts that threads share; thin ones stay whole."""
    count = min(BANDS, max(width * height // 250_000, 1), max(height // 32, 1))
    edges = [y + height * i // count for i in range(count + 1)]
    return [(x, a, width, b - a) for a, b in itertools.pairwise(edges) if b > a and width > 0]


def _carried(known: Sheet, plate: Plate, pane: Pane) -> list[tuple[int, int, int, int]]:
    """Copies what a sheet has of a pane; the answer is the rectangles it lacks."""
    x, y = pane.at(known.pane)
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + known.pane.width, pane.width), min(y + known.pane.height, pane.height)
    if right <= left or bottom <= top:
        return [(0, 0, pane.width, pane.height)]
    plate.pixels[top:bottom, left:right] = known.plate.pixels[top - y : bottom - y, left - x : right - x]
    lacks = (
        (0, 0, pane.width, top),
        (0, bottom, pane.width, pane.height - bottom),
        (0, top, left, bottom - top),
        (right, top, pane.width - right, bottom - top),
    )
    return [rect for rect in lacks if rect[2] > 0 and rect[3] > 0]
