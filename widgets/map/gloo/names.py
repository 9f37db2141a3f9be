"""Names of the base map: laid out in a thread for the view as it is, drawn letter by letter where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import Camera
from widgets.map.drawing import F32, Sprite
from widgets.map.gloo.atlas import Atlas
from widgets.map.gloo.device import Device, Vertices
from widgets.map.gloo.pictures import draw_looks
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.view import View
from widgets.map.labels import Name, Names, Placed, lay_out
from widgets.map.style import MapStyle

AHEAD = 0.2
"""How far beyond the view names are laid out."""
STAND = 3.0
"""Seconds that names stay where they are before they give way to new symbols."""


class Letters(Protocol):
    """Pictures of letters. On one thread at a time."""

    def width(self, text: str, px: float) -> float:
        """Logical pixels at a letter height."""
        ...

    def stamp(self, text: str, px: float, bold: bool, color: str, halo: bool, dpr: float) -> Sprite:
        """The same sprite for the same letter; its middle stands on the place. halo: its outline, widened."""
        ...


class _Wish(msgspec.Struct, frozen=True, eq=False):
    """What names are laid out for."""

    names: Names
    camera: Camera
    style: MapStyle
    extra: tuple[Name, ...]
    blocked: NDArray[np.float64]
    at: float


class Laid(msgspec.Struct, frozen=True, eq=False):
    """Letters where they stand.

    Attributes:
        x, y: shape (N,), metres from `origin`. turn: degrees clockwise. sprite: shape (N,), index into `sprites`.
        off: shape (N, 2), logical pixels east and south of the place.
    """

    wish: _Wish
    origin: tuple[float, float]
    x: F32
    y: F32
    turn: F32
    sprite: NDArray[np.int32]
    off: NDArray[np.float64]
    sprites: tuple[Sprite, ...]


class NamePainter:
    """Draws the names of one surface."""

    def __init__(self, device: Device, shop: Shop, letters: Letters) -> None:
        self._device, self._shop, self._letters = device, shop, letters
        self._wish: _Wish | None = None
        self._laid: Laid | None = None

    def draw(
        self,
        atlas: Atlas,
        view: View,
        names: Names,
        style: MapStyle,
        extra: tuple[Name, ...],
        blocked: NDArray[np.float64],
        opacity: float,
    ) -> None:
        """extra: names that stand before the others. blocked: shape (n, 4), boxes in pixels of `ahead`'s view."""
        wish = self._wish
        if wish is None or (wish is self._done and not self._serves(wish, view, names, style, extra, blocked)):
            wish = self._wish = _Wish(names, self.ahead(view.camera), style, extra, blocked, view.now)
        laid = self._shop.ask(self, "names", (wish,), lambda: lay(wish, self._letters))
        if laid is None:
            return
        self._laid = laid
        if len(laid.x):
            self._draw(atlas, view.from_origin(laid.origin), laid, opacity)

    @staticmethod
    def ahead(camera: Camera) -> Camera:
        return camera.grown(AHEAD)

    @property
    def _done(self) -> _Wish | None:
        return self._laid.wish if self._laid is not None else None

    def _serves(
        self,
        wish: _Wish,
        view: View,
        names: Names,
        style: MapStyle,
        extra: tuple[Name, ...],
        blocked: NDArray[np.float64],
    ) -> bool:
        camera = view.camera
        if wish.names is not names or wish.style is not style or wish.extra != extra:
            return False
        same = abs(wish.camera.scale / camera.scale - 1) < 1e-9 and wish.camera.dpr == camera.dpr
        if not same or not wish.camera.covers(camera):
            return False
        return view.now - wish.at < STAND or len(blocked) == len(wish.blocked)

    def _draw(self, atlas: Atlas, view: View, laid: Laid, opacity: float) -> None:
        device = self._device

        def looks() -> Vertices:
            table = np.empty((len(laid.x), 7), dtype=np.float32)
            table[:, :4] = atlas.rects(laid.sprites)[laid.sprite]
            hold = np.array([(one.ax, one.ay, one.dpr) for one in laid.sprites], dtype=np.float64)
            table[:, 4:] = hold[laid.sprite]
            table[:, 4:6] -= laid.off
            return device.vertices(table)

        look = device.kept("names", (laid, atlas.state), looks)
        draw_looks(device, atlas, view, laid.x, laid.y, laid.turn, look, opacity)


def lay(wish: _Wish, letters: Letters) -> Laid:
    """Lays out and makes the letters. On one thread at a time."""
    camera, style = wish.camera, wish.style
    placed = lay_out([*wish.extra, *wish.names.seen(camera)], camera, letters.width, wish.blocked)
    rows: list[tuple[float, float, float, int, float, float]] = []
    known: dict[int, int] = {}
    sprites: list[Sprite] = []
    for halo in (True, False):  # all halos first, or one letter's eats the other
        for label in placed:
            _set(label, halo, camera, style, letters, rows, known, sprites)
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    x, y, turn = (np.ascontiguousarray(table[:, c], dtype=np.float32) for c in range(3))
    return Laid(
        wish, (camera.x, camera.y), x, y, turn, table[:, 3].astype(np.int32), table[:, 4:].copy(), tuple(sprites)
    )


def _set(
    label: Placed,
    halo: bool,
    camera: Camera,
    style: MapStyle,
    letters: Letters,
    rows: list[tuple[float, float, float, int, float, float]],
    known: dict[int, int],
    sprites: list[Sprite],
) -> None:
    colors = {"road": style.road_label, "area": style.area_label, "water": style.water_label}
    color = colors.get(label.kind, style.road_label)
    if halo:
        color = style.water if label.kind == "water" else style.halo
    middle = label.glyphs[len(label.glyphs) // 2]
    x, y = camera.to_world(middle.x, middle.y)
    for glyph in label.glyphs:
        sprite = letters.stamp(glyph.text, label.px, label.kind == "area", color, halo, camera.dpr)
        index = known.setdefault(id(sprite), len(sprites))
        if index == len(sprites):
            sprites.append(sprite)
        turn = round(glyph.angle / 2) * 2
        # turned about its place, so the way there is turned back
        east, south = _back(glyph.x - middle.x, glyph.y - middle.y, turn)
        rows.append((x - camera.x, y - camera.y, turn, index, east, south))


def _back(east: float, south: float, degrees: float) -> tuple[float, float]:
    if not degrees:
        return east, south
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return float(east * c + south * s), float(-east * s + south * c)


def no_data_names(boxes: Sequence[NDArray[np.float64]], words: str) -> tuple[Name, ...]:
    """What is written where the base map has no data. boxes: west, south, east, north of each such place."""
    none = np.empty(0)
    return tuple(
        Name(words, "place", float(b[0] + b[2]) / 2, float(b[1] + b[3]) / 2, 0, 0.0, none, none) for b in boxes
    )
