"""Draws sprites and words of a drawing, and pictures of the ground."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.base import Photo
from widgets.map.drawing import F32, NO_F32, Drawing, Sprites, Words
from widgets.map.gloo.atlas import Atlas
from widgets.map.gloo.device import Device, Vertices
from widgets.map.gloo.strokes import FAR
from widgets.map.gloo.tiled import part_of
from widgets.map.gloo.view import View
from widgets.map.labels import uncovered

WORDS_AHEAD = 0.25
"""How far beyond the view words are laid out, so that a pan need not do it again."""
WORDS_STAND = 0.15
"""Seconds that words stay as they were laid out while what they stand at moves."""


def draw_sprites(device: Device, atlas: Atlas, view: View, layer: Sprites, shown: Vertices | None = None) -> None:
    """shown: 1 or 0 of each; None for all."""
    count = min(len(layer.x), len(layer.y), len(layer.image))
    if not count or not layer.images:
        return

    def looks() -> Vertices:
        index = np.clip(np.asarray(layer.image[:count]), 0, len(layer.images) - 1)
        table = np.empty((len(layer.images), 7), dtype=np.float32)
        table[:, :4] = atlas.rects(layer.images)
        table[:, 4:] = [(sprite.ax, sprite.ay, max(sprite.dpr, 0.01)) for sprite in layer.images]
        return device.vertices(table[index])

    look = device.kept("looks", (layer.image, layer.images, atlas.state), looks)
    turn = layer.turn if len(layer.turn) >= count else NO_F32
    draw_looks(device, atlas, view, layer.x, layer.y, turn, look, layer.opacity, shown)


def draw_looks(
    device: Device,
    atlas: Atlas,
    view: View,
    x: F32,
    y: F32,
    turn: F32,
    look: Vertices,
    opacity: float,
    shown: Vertices | None = None,
) -> None:
    """Pictures at places. look: for each its rectangle in the atlas, what stands on the place, and its dpr."""
    count = min(len(x), len(y))
    view.tell(device, "sprites", opacity, u_atlas=(atlas.side, atlas.side))
    device.sample("sprites", "u_pictures", atlas.texture)
    device.feed("sprites", "a_corner", device.quad, 2)
    device.feed("sprites", "a_x", device.column(x, FAR), 1, each=1)
    device.feed("sprites", "a_y", device.column(y, FAR), 1, each=1)
    straight = device.column(turn) if len(turn) else device.kept("zeros", (look,), lambda: _filled(device, count, 0))
    device.feed("sprites", "a_turn", straight, 1, each=1)
    ones = shown or device.kept("ones", (look,), lambda: _filled(device, count, 1))
    device.feed("sprites", "a_shown", ones, 1, each=1)
    device.feed("sprites", "a_rect", look, 4, 7, 0, each=1)
    device.feed("sprites", "a_hold", look, 3, 7, 4, each=1)
    device.draw("sprites", "triangle_strip", 0, 4, count)


def _filled(device: Device, count: int, value: float) -> Vertices:
    return device.vertices(np.full(count, value))


def boxes_of(view: View, layer: Sprites) -> NDArray[np.float64]:
    """Where its pictures lie, shape (N, 4): left, top, right, bottom, logical pixels."""
    count = min(len(layer.x), len(layer.y), len(layer.image))
    if not count or not layer.images:
        return np.empty((0, 4))
    size = np.array([(one.ax, one.ay, one.width, one.height) for one in layer.images])
    of = size[np.clip(np.asarray(layer.image[:count]), 0, len(layer.images) - 1)]
    camera, (east, north) = view.camera, view.origin
    sx, sy = camera.to_screen(
        np.asarray(layer.x[:count], dtype=np.float64) + east, np.asarray(layer.y[:count], dtype=np.float64) + north
    )
    left, top = sx - of[:, 0], sy - of[:, 1]
    return np.stack([left, top, left + of[:, 2], top + of[:, 3]], axis=1)


class _Laid(msgspec.Struct):
    """Words as they were laid out: for which layer, view and time."""

    layer: Words
    view: View
    at: float
    shown: Vertices


class WordLayers:
    """Which words of each layer are drawn."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._laid: dict[str, _Laid] = {}

    def draw(self, atlas: Atlas, view: View, layer: Words, drawing: Drawing) -> None:
        if len(layer.x):
            draw_sprites(self._device, atlas, view, layer, self._shown(view, layer, drawing))

    def _shown(self, view: View, layer: Words, drawing: Drawing) -> Vertices:
        laid = self._laid.get(layer.key)
        if laid is not None and self._holds(laid, view, layer):
            return laid.shown
        wide = msgspec.structs.replace(view, camera=view.camera.grown(WORDS_AHEAD))
        boxes = boxes_of(wide, layer)
        camera = wide.camera
        seen = np.flatnonzero(
            (boxes[:, 0] < camera.width) & (boxes[:, 2] > 0) & (boxes[:, 1] < camera.height) & (boxes[:, 3] > 0)
        )
        blocked = blocked_by(wide, drawing, layer.blocked_by)
        shown = np.zeros(len(layer.x), dtype=np.float32)
        shown[seen] = uncovered(boxes[seen], int((seen < layer.keep).sum()), blocked)
        one = self._device.vertices(shown)
        self._laid[layer.key] = _Laid(layer, view, view.now, one)
        return one

    @staticmethod
    def _holds(laid: _Laid, view: View, layer: Words) -> bool:
        before, now = laid.view.camera, view.camera
        if laid.layer.image is not layer.image or laid.layer.images is not layer.images:
            return False
        if before.scale != now.scale or not before.grown(WORDS_AHEAD).covers(now):
            return False
        return laid.layer.x is layer.x or abs(view.now - laid.at) < WORDS_STAND

    def forget(self, keys: frozenset[str]) -> None:
        for key in [key for key in self._laid if key not in keys]:
            del self._laid[key]


def blocked_by(view: View, drawing: Drawing, keys: Sequence[str]) -> NDArray[np.float64]:
    """Boxes of the symbols of some layers that are drawn, logical pixels."""
    boxes = [np.empty((0, 4))]
    for key in keys:
        layer = drawing.layer(key)
        if isinstance(layer, Sprites) and layer.opacity > 0 and layer.zoom[0] <= view.camera.zoom <= layer.zoom[1]:
            found = boxes_of(view, layer)
            camera = view.camera
            seen = (found[:, 0] < camera.width) & (found[:, 2] > 0) & (found[:, 1] < camera.height) & (found[:, 3] > 0)
            boxes.append(found[seen])
    return np.concatenate(boxes)


def draw_photo(device: Device, view: View, photo: Photo, opacity: float) -> None:
    """A raster tile of the base map."""
    texture = device.kept("photo", (photo.pixels,), lambda: device.texture(photo.pixels))
    east, north = view.origin
    box = photo.clip
    near = (box[0] - east, box[1] - north, box[2] - east, box[3] - north)
    view.tell(device, "picture", opacity, u_box=near, u_part=part_of(photo))
    device.sample("picture", "u_pictures", texture)
    device.feed("picture", "a_corner", device.quad, 2)
    device.draw("picture", "triangle_strip", 0, 4)
