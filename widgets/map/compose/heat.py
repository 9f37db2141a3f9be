"""Where much is, as a layer: its colours, and how much the strongest of them means. No Qt in here."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from widgets.map.camera import Camera, wgs84
from widgets.map.compose.dots import half_step, scale_at
from widgets.map.compose.plane import Origin, near, rgba
from widgets.map.drawing import Heat
from widgets.map.scene import Warmth
from widgets.map.style import MapStyle

HEAT_PX = 34.0
"""Pixels that one thing warms; the Gaussian's sigma is a third of it."""
SIGMA_PX = HEAT_PX / 3
ROUND_PX = SIGMA_PX * math.sqrt(2)
"""A circle of this radius around a place holds as much as the Gaussian there weighs."""
LEAST_FULL = 3.0
"""Things that the strongest colour means at the least: one alone is not much."""
TOP = 256
"""Cells that are looked at for the most; it is in one of those that hold most."""
ROUNDED = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)


class HeatTold(msgspec.Struct, frozen=True):
    """What heat tells, for a legend.

    Attributes:
        subject: the topic that is counted. unit: of the values that are added up; "" where things are counted.
        since: UTC us of the oldest that is counted; 0: they are those of now.
        full: what the strongest colour means at the least. metres: within this distance around a place.
    """

    subject: str
    unit: str
    since: int
    full: float
    metres: int


def heat_layer(heat: Warmth, zoom: float, style: MapStyle, origin: Origin) -> Heat:
    """Where much is, in colours that are neither those of levels nor those of areas."""
    ramp = tuple(rgba(color, alpha) for color, alpha in zip(style.heat, style.heat_alpha, strict=False))
    return Heat(
        key="heat",
        x=near(heat.x, origin[0]),
        y=near(heat.y, origin[1]),
        weight=heat.weight.astype(np.float32),
        radius=HEAT_PX,
        ramp=((*ramp[0][:3], 0), *ramp) if ramp else (),
        full=heat_full(heat, zoom),
    )


def heat_told(heat: Warmth, camera: Camera) -> HeatTold:
    """What the heat of a view tells."""
    north = math.cos(math.radians(wgs84(camera.x, camera.y)[1]))
    metres = ROUND_PX / camera.scale * north
    step = 10 ** max(math.floor(math.log10(max(metres, 1.0))) - 1, 0)
    within = max(round(metres / step), 1) * step
    return HeatTold(heat.subject, heat.unit, heat.since, heat_full(heat, camera.zoom), within)


def heat_full(heat: Warmth, zoom: float) -> float:
    """What the strongest colour means: the most that lies anywhere, rounded up, the same within half a step of zoom.

    It depends on what there is in the whole city, not on what is in view: a place keeps its colour in a pan.
    """
    step = half_step(zoom)
    known = heat.fulls.get(step)
    if known is None:
        most = _most(heat, SIGMA_PX / scale_at(step + 0.25))
        known = heat.fulls[step] = max(_rounded(most), 0.0 if heat.unit else LEAST_FULL)
    return known


def _rounded(most: float) -> float:
    """A round number, not below."""
    if not most > 0:
        return 1.0
    power = float(10.0 ** math.floor(math.log10(most)))
    return next(one for one in ROUNDED if one * power >= most * 0.999) * power


def _most(heat: Warmth, sigma: float) -> float:
    """About the most that the Gaussian of `sigma` metres weighs anywhere."""
    if not len(heat.x):
        return 0.0
    column = np.floor((heat.x - heat.x.min()) / sigma).astype(np.int64) + 2
    row = np.floor((heat.y - heat.y.min()) / sigma).astype(np.int64) + 2
    wide = int(column.max()) + 3
    cells, of = np.unique(row * wide + column, return_inverse=True)
    held = np.bincount(of, heat.weight)
    top = cells[np.argsort(held)[-TOP:]]
    sums = np.zeros(len(top))
    for down in range(-2, 3):
        for right in range(-2, 3):
            wanted = top + down * wide + right
            at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
            sums += np.where(cells[at] == wanted, held[at], 0.0) * math.exp(-(down * down + right * right) / 2)
    return float(sums.max())
