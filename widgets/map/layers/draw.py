"""Imported layers as layers of a drawing; what is large is made in a thread, and made anew only when it is another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from cockpit.geo.imports.building import ICONS, WIDTHS
from cockpit.geo.imports.model import Shapes
from widgets.kit.symbols import draw_pattern, pattern_names
from widgets.kit.theme import Theme
from widgets.map.compose.plane import Origin, rgba, starts_of
from widgets.map.compose.sprites import sprite_of
from widgets.map.compose.works import Works
from widgets.map.drawing import F32, NO_F32, Layer, Lines, Points, Polygons, Sprite, Sprites
from widgets.map.layers.colors import Colored, colored
from widgets.map.layers.shapes import Floats, Mask, UserLayer
from widgets.map.layers.state import LayerState
from widgets.map.style import MapStyle

Ints = NDArray[np.int64]
FEW = 2000
"""Vertices up to which a layer is made at once: it is there in the very next frame."""
FILL, EDGE = 0.42, 0.9
FOOTPRINT, FOOTPRINTS = 0.75, 3000
"""Opacity of areas from so many on, which have no outline: small as they are, it would be all that is seen of them."""
DOT, HALO = 7.0, 9.5
LINE = 2.2
THIN, THICK = 0.5, 12.0
"""Pixels that a line has at the least and at the most, whatever its attribute says."""
ICON, DISC = 10.0, 5.0
"""Radius of a point with a pattern, and of one without, logical pixels."""
DISCS = 20_000
"""Points up to which each is a disc; more are dots."""


class UserDrawer(QObject):
    """Draws imported layers.

    Attributes:
        changed: something heavy is ready. failed: an error of ours.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works = Works()
        self._works.done.connect(self.changed)
        self._works.failed.connect(self.failed)
        self._colors: dict[str, tuple[tuple[object, ...], Colored]] = {}
        self._masks: dict[str, tuple[tuple[object, ...], Mask | None]] = {}

    def close(self) -> None:
        self._works.close()

    def busy(self) -> bool:
        return self._works.busy()

    def colors(self, layer: UserLayer, state: LayerState, theme: Theme, style: MapStyle) -> Colored:
        """What its colours tell, kept as long as it is the same."""
        token = (layer.data, state.color_by, state.subject, theme)
        known = self._colors.get(layer.key)
        if known is None or not _same(known[0], token):
            column = layer.data.column(state.color_by) if state.color_by else None
            made = colored(layer.data.count, column, chosen_of(state), theme.name, style)
            known = self._colors[layer.key] = (token, made)
        return known[1]

    def mask(self, layer: UserLayer, state: LayerState) -> Mask | None:
        """Which of its features are shown; None for all."""
        token = (layer.data, state.filter)
        known = self._masks.get(layer.key)
        if known is None or not _same(known[0], token):
            known = self._masks[layer.key] = (token, layer.mask(state.filter))
        return known[1]

    def shown(
        self, layer: UserLayer, state: LayerState, theme: Theme, style: MapStyle, dpr: float
    ) -> Callable[[Origin], Sequence[Layer]]:
        """What gives its layers for an origin, for `Composer.compose`; made later where it is much."""
        palette, mask = self.colors(layer, state, theme, style), self.mask(layer, state)

        def layers(origin: Origin) -> Sequence[Layer]:
            size = len(layer.points) + len(layer.lines) + len(layer.polygons)
            token = (layer.data, palette, mask, theme, dpr, *origin)
            made = self._works.get(
                layer.key, token, lambda: _layers(layer, palette, mask, style, theme, dpr, origin), size <= FEW
            )
            return made or ()

        return layers


def chosen_of(state: LayerState) -> int:
    """Which of the plain colours a layer has."""
    if state.subject.isdecimal():
        return int(state.subject[:2])
    return sum(state.key.encode())


def _same(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    return all(x is y or (not hasattr(x, "columns") and x == y) for x, y in zip(a, b, strict=True))


def _layers(
    layer: UserLayer, palette: Colored, mask: Mask | None, style: MapStyle, theme: Theme, dpr: float, origin: Origin
) -> tuple[Layer, ...]:
    made: list[Layer] = []
    colors = [entry.color for entry in palette.entries]
    shapes = layer.data.polygons
    if len(shapes):
        xy, polys, feature = _cut(_near(layer.polygons, origin), shapes, mask)
        many = len(shapes) > FOOTPRINTS
        made.append(
            Polygons(
                key=f"{layer.key}.areas", xy=xy, rings=polys[0], polys=polys[1], fill=palette.codes[feature],
                palette=tuple(rgba(color, FOOTPRINT if many else FILL) for color in colors),
                edge=rgba(colors[0] if len(colors) == 1 else style.t2, EDGE if len(colors) == 1 else 0.4),
                edge_width=0.0 if many else 1.0,
            )
        )  # fmt: skip
    shapes = layer.data.lines
    if len(shapes):
        xy, (starts, _), feature = _cut(_near(layer.lines, origin), shapes, mask)
        made.append(
            Lines(
                key=f"{layer.key}.lines", xy=xy, starts=starts, color=palette.codes[feature],
                palette=tuple(rgba(color, EDGE) for color in colors), width=LINE, widths=_widths(layer, feature),
                case=rgba(style.land, 0.8), case_width=LINE + 2,
            )
        )  # fmt: skip
    if len(layer.data.points):
        made += _dots(layer, palette, mask, style, theme, dpr, origin)
    return tuple(made)


def _widths(layer: UserLayer, feature: Ints) -> F32:
    """How wide each line is, where an attribute says so; empty where none does."""
    column = next((found for name in WIDTHS if (found := layer.data.column(name)) is not None), None)
    if column is None or not column.is_number:
        return NO_F32
    wide = np.asarray(column.numbers[feature], dtype=np.float32)
    return np.where(np.isfinite(wide), np.clip(wide, THIN, THICK), np.float32(LINE)).astype(np.float32)


def _dots(
    layer: UserLayer, palette: Colored, mask: Mask | None, style: MapStyle, theme: Theme, dpr: float, origin: Origin
) -> list[Layer]:
    feature = layer.data.points.feature
    shown = np.ones(len(feature), dtype=np.bool_) if mask is None else mask[feature]
    xy, codes = _near(layer.points, origin), palette.codes
    colors = [entry.color for entry in palette.entries]
    pattern, names = _patterns(layer)
    made: list[Layer] = []
    few = int(shown.sum()) <= DISCS
    plain = np.empty(0, dtype=np.int64) if few else np.flatnonzero(shown & (pattern[feature] < 0))
    if len(plain):
        x, y, color = xy[plain, 0].copy(), xy[plain, 1].copy(), codes[feature[plain]]
        under = np.zeros(len(plain), dtype=np.uint8)
        made += [
            Points(key=f"{layer.key}.halo", x=x, y=y, color=under, palette=(rgba(style.land),), size=HALO),
            Points(
                key=f"{layer.key}.dots", x=x, y=y, color=color, palette=tuple(map(rgba, colors)), size=DOT
            ),
        ]  # fmt: skip
    signed = np.flatnonzero(shown & (few | (pattern[feature] >= 0)))
    if len(signed):
        pairs = (pattern[feature[signed]] + 1) * 256 + codes[feature[signed]]
        kinds, image = np.unique(pairs, return_inverse=True)
        images = tuple(_sign(["", *names][kind // 256], colors[kind % 256], style.land, dpr) for kind in kinds.tolist())
        made.append(
            Sprites(
                key=f"{layer.key}.signs", x=xy[signed, 0].copy(), y=xy[signed, 1].copy(),
                image=image.astype(np.int32), images=images,
            )
        )  # fmt: skip
    return made


def _patterns(layer: UserLayer) -> tuple[Ints, list[str]]:
    """Which pattern each feature names, -1 for none or one that there is not: a plain point stands in."""
    names = sorted(pattern_names())
    column = next((found for name in ICONS if (found := layer.data.column(name)) is not None), None)
    if column is None or column.is_number:
        return np.full(layer.data.count, -1, dtype=np.int64), names
    codes = np.array([*(names.index(word) if word in names else -1 for word in column.words), -1], dtype=np.int64)
    return codes[column.codes], names


@lru_cache(maxsize=512)
def _sign(pattern: str, color: str, land: str, dpr: float) -> Sprite:
    radius = ICON if pattern else DISC
    side = round((radius + 2) * 2 * dpr)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = side / dpr / 2
    painter.setPen(QPen(QColor(land), 2))
    painter.setBrush(QColor(color))
    painter.drawEllipse(QRectF(middle - radius, middle - radius, 2 * radius, 2 * radius))
    if pattern:
        inner = radius * 0.66
        painter.setBrush(Qt.BrushStyle.NoBrush)
        draw_pattern(painter, QRectF(middle - inner, middle - inner, 2 * inner, 2 * inner), pattern, QColor(land))
    painter.end()
    return sprite_of(image)


def _near(xy: Floats, origin: Origin) -> F32:
    return (xy - np.array(origin)).astype(np.float32)


def _cut(xy: F32, shapes: Shapes, mask: Mask | None) -> tuple[F32, tuple[Ints, Ints], Ints]:
    """Places, (rings or lines, polygons) and whose they are of those shapes that are shown."""
    if mask is None:
        return xy, (shapes.starts, shapes.polys), shapes.feature
    rows = np.flatnonzero(mask[shapes.feature])
    polys = starts_of([])
    rings = rows
    if len(shapes.polys) == len(shapes) + 1:
        polys = starts_of(np.diff(shapes.polys)[rows])
        rings = _spans(shapes.polys, rows)
    return xy[_spans(shapes.starts, rings)], (starts_of(np.diff(shapes.starts)[rings]), polys), shapes.feature[rows]


def _spans(starts: Ints, rows: Ints) -> Ints:
    """Everything from starts[row] to starts[row + 1], row by row."""
    lengths = np.diff(starts)[rows]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths) + np.repeat(starts[rows], lengths)
