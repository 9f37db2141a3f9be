"""Symbols and labels: pictures packed on sheets, thousands of them in one call to Qt."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from shiboken6 import wrapInstance

from widgets.map.drawing import Drawing, Sprite, Sprites, Words
from widgets.map.label_room import Taken
from widgets.map.raster.pane import Pane

PAGE = 1024
"""Side of a sheet of pictures, pixels."""
PAGES = 12
"""Sheets after which one begins anew: what is seen now is packed again."""
TURN, STEPS = 5.0, 72
"""Degrees between two directions of a symbol, and how many there are."""
TURNED = 4000
"""Turned symbols that are kept."""
AT_ONCE = 400
"""Pictures a call: no other thread of Python gets on meanwhile."""
GAP = 0.25
"""Seconds labels stay as they were placed while things move."""
BLOCKS = 1500
"""Symbols that labels keep clear of, at most."""
Floats = NDArray[np.float64]


def image_of_sprite(sprite: Sprite) -> QImage:
    """Its pixels as an image; valid as long as the sprite is."""
    pixels = np.ascontiguousarray(sprite.pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()


class Atlas:
    """Pictures packed on sheets, so that many are drawn by one call."""

    def __init__(self) -> None:
        self.pages: list[QPixmap] = []
        self._spots: dict[int, tuple[Sprite, int, int, int]] = {}
        self._turned: dict[tuple[int, int], tuple[Sprite, Sprite]] = {}
        self._x = self._y = self._row = 0

    def columns(self, images: tuple[Sprite, ...]) -> tuple[NDArray[np.int64], Floats]:
        """For each sprite its page, shape (n,), and left, top, width, height on it, pixels, shape (n, 4)."""
        if len(self.pages) > PAGES:
            self.pages, self._spots = [], {}
        spots = [self._spot(sprite) for sprite in images]
        page = np.array([spot[1] for spot in spots], dtype=np.int64)
        boxes = np.array([(s[2], s[3], s[0].pixels.shape[1], s[0].pixels.shape[0]) for s in spots], dtype=np.float64)
        return page, boxes.reshape(-1, 4)

    def turned(self, sprite: Sprite, step: int) -> Sprite:
        """The sprite turned by `step` times `TURN` degrees about its place, as a picture of its own: drawing one that
        is turned takes many times longer."""
        known = self._turned.get((id(sprite), step))
        if known is None:
            if len(self._turned) > TURNED:
                self._turned.clear()
            known = self._turned[id(sprite), step] = (sprite, _turned(sprite, step * TURN))
        return known[1]

    def _spot(self, sprite: Sprite) -> tuple[Sprite, int, int, int]:
        known = self._spots.get(id(sprite))
        if known is None:  # the sprite is kept with its place, so that its id stays its own
            known = self._spots[id(sprite)] = (sprite, *self._place(sprite))
        return known

    def _place(self, sprite: Sprite) -> tuple[int, int, int]:
        height, width = sprite.pixels.shape[:2]
        if not height or not width:
            return (-1, 0, 0)
        if max(width, height) > PAGE:
            self.pages.append(QPixmap.fromImage(image_of_sprite(sprite)))
            self._x = self._y = self._row = PAGE
            return len(self.pages) - 1, 0, 0
        if self._x + width > PAGE:
            self._x, self._y, self._row = 0, self._y + self._row + 1, 0
        if not self.pages or self._y + height > PAGE:
            page = QPixmap(PAGE, PAGE)
            page.fill(Qt.GlobalColor.transparent)
            self.pages.append(page)
            self._x = self._y = self._row = 0
        x, y = self._x, self._y
        painter = QPainter(self.pages[-1])
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(x, y, image_of_sprite(sprite))
        painter.end()
        self._x += width + 1
        self._row = max(self._row, height)
        return len(self.pages) - 1, x, y


def _turned(sprite: Sprite, angle: float) -> Sprite:
    image = image_of_sprite(sprite)
    side = 2 * math.ceil(math.hypot(image.width(), image.height()) + 2)
    result = QImage(side, side, QImage.Format.Format_RGBA8888_Premultiplied)
    result.fill(0)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    painter.rotate(angle)
    painter.drawImage(QPointF(-sprite.ax * sprite.dpr, -sprite.ay * sprite.dpr), image)
    painter.end()
    pixels = np.frombuffer(result.constBits(), dtype=np.uint8).reshape(side, side, 4)
    rows, columns = (np.flatnonzero(pixels[:, :, 3].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return Sprite(pixels[:1, :1].copy(), sprite.dpr)
    top, left = int(rows[0]), int(columns[0])
    cut = pixels[top : rows[-1] + 1, left : columns[-1] + 1].copy()
    return Sprite(cut, sprite.dpr, (side / 2 - left) / sprite.dpr, (side / 2 - top) / sprite.dpr)


class Seen:
    """The symbols of a layer that a view shows: rows, and their places in pixels, each of shape (n,)."""

    def __init__(self, layer: Sprites, pane: Pane, origin: tuple[float, float]) -> None:
        scale, east, south = pane.local(origin)
        count = min(len(layer.x), len(layer.y), len(layer.image))
        sizes = _sizes(layer.images)
        reach = float(sizes.max(initial=0.0)) * pane.dpr
        with np.errstate(all="ignore"):
            x, y = layer.x[:count] * scale + east, south - layer.y[:count] * scale
            near = (x > -reach) & (y > -reach) & (x < pane.width + reach) & (y < pane.height + reach)
            near &= (layer.image[:count] >= 0) & (layer.image[:count] < len(layer.images))
        self.rows = np.flatnonzero(near)
        self.x, self.y = x[near].astype(np.float64), y[near].astype(np.float64)
        self.image = layer.image[:count][near]


def _sizes(images: tuple[Sprite, ...]) -> Floats:
    """Logical pixels, shape (n, 2)."""
    return np.array([(image.width, image.height) for image in images], dtype=np.float64).reshape(-1, 2)


def boxes_of(layer: Sprites, seen: Seen, dpr: float) -> Floats:
    """What the symbols cover, shape (n, 4), pixels."""
    sizes = _sizes(layer.images)
    anchors = np.array([(image.ax, image.ay) for image in layer.images], dtype=np.float64).reshape(-1, 2)
    at = np.stack([seen.x, seen.y], axis=1) - anchors[seen.image] * dpr
    return np.concatenate([at, at + sizes[seen.image] * dpr], axis=1)


class Stamper:
    """Draws `Sprites` and `Words`. For one thread."""

    def __init__(self) -> None:
        self._atlas = Atlas()
        self._placed: dict[str, _Placed] = {}

    def paint(self, painter: QPainter, layer: Sprites, pane: Pane, origin: tuple[float, float]) -> None:
        self._draw(painter, layer, Seen(layer, pane, origin), pane)

    def paint_words(
        self, painter: QPainter, layer: Words, pane: Pane, drawing: Drawing, now: float, steady: bool = True
    ) -> None:
        """Labels where they cover no other; `steady`: those of a moment ago stay as they are."""
        seen = Seen(layer, pane, drawing.origin)
        placed = self._placed.get(layer.key)
        if placed is None or not steady or not placed.serves(layer, pane, now):
            placed = _Placed(layer, pane, drawing, now)
            self._placed[layer.key] = placed
        shown = placed.shown[seen.rows]
        seen.rows, seen.x, seen.y, seen.image = seen.rows[shown], seen.x[shown], seen.y[shown], seen.image[shown]
        self._draw(painter, layer, seen, pane)

    def _draw(self, painter: QPainter, layer: Sprites, seen: Seen, pane: Pane) -> None:
        count = len(seen.rows)
        if not count:
            return
        step = np.zeros(count, dtype=np.int64)
        if len(layer.turn) > int(seen.rows.max()):
            turn = layer.turn[seen.rows]
            step = np.round(np.where(np.isfinite(turn), turn, 0.0) / TURN).astype(np.int64) % STEPS
        used, number = np.unique(seen.image.astype(np.int64) * STEPS + step, return_inverse=True)
        images = tuple(
            layer.images[code // STEPS]
            if code % STEPS == 0
            else self._atlas.turned(layer.images[code // STEPS], code % STEPS)
            for code in used.tolist()
        )
        page, spots = self._atlas.columns(images)
        zoom = np.array([pane.dpr / image.dpr for image in images])[number]
        anchors = np.array([(image.ax, image.ay) for image in images], dtype=np.float64).reshape(-1, 2)[number]
        spot = spots[number]
        left, top = seen.x - anchors[:, 0] * pane.dpr, seen.y - anchors[:, 1] * pane.dpr
        if layer.sharp or not step.any():
            left, top = np.round(left), np.round(top)
        parts = np.empty((count, 10))
        parts[:, 0], parts[:, 1] = left + spot[:, 2] * zoom / 2, top + spot[:, 3] * zoom / 2
        parts[:, 2:6] = spot
        parts[:, 6] = parts[:, 7] = zoom
        parts[:, 8] = 0.0
        parts[:, 9] = min(max(layer.opacity, 0.0), 1.0)
        smooth = not layer.sharp or bool((zoom != 1).any())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self._stamp(painter, parts, page[number])

    def _stamp(self, painter: QPainter, parts: Floats, pages: NDArray[np.int64]) -> None:
        """Parts of pictures in their order: a call for each stretch that lies on one sheet."""
        cuts = np.flatnonzero(np.diff(pages)) + 1
        for a, b in zip([0, *cuts.tolist()], [*cuts.tolist(), len(pages)], strict=True):
            page = int(pages[a])
            if page < 0:
                continue
            for first in range(a, b, AT_ONCE):
                some = np.ascontiguousarray(parts[first : min(first + AT_ONCE, b)])
                here = wrapInstance(some.ctypes.data, QPainter.PixmapFragment)
                painter.drawPixmapFragments(here, len(some), self._atlas.pages[page])


class _Placed:
    """Which labels of a layer are shown.

    Attributes:
        shown: shape (N,).
    """

    def __init__(self, layer: Words, pane: Pane, drawing: Drawing, now: float) -> None:
        count = min(len(layer.x), len(layer.y), len(layer.image))
        self._wide = pane.grown(0.3)
        self._now, self._images, self._count = now, layer.images, count
        self._places = (layer.x, layer.y)
        self.shown = np.zeros(count, dtype=bool)
        seen = Seen(layer, self._wide, drawing.origin)
        taken = Taken()
        for key in layer.blocked_by:
            other = drawing.layer(key)
            if isinstance(other, Sprites) and len(other.images):
                symbols = Seen(other, self._wide, drawing.origin)
                taken.take(map(tuple, boxes_of(other, symbols, pane.dpr)[-BLOCKS:].tolist()))
        boxes = map(tuple, boxes_of(layer, seen, pane.dpr).tolist())
        for row, box in zip(seen.rows.tolist(), boxes, strict=True):
            if row < layer.keep or taken.fits((box,)):
                taken.take((box,))
                self.shown[row] = True

    def serves(self, layer: Words, pane: Pane, now: float) -> bool:
        if len(self.shown) != min(len(layer.x), len(layer.y), len(layer.image)) or layer.images is not self._images:
            return False
        same = layer.x is self._places[0] and layer.y is self._places[1] and self._wide.same_scale(pane)
        if same and self._wide.covers(pane):
            return True
        near = 0.8 < self._wide.scale / pane.scale < 1.25 and self._wide.covers(pane)
        return near and now - self._now < GAP
