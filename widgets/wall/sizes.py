"""How large type is on a wall: from millimetres a pixel and metres to the last row of seats, never from pixels alone.

A 汉字 is at least 20 arc-minutes high, a figure 15. A 汉字 is as high as its font's size, a figure 0.733 of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF

from cockpit.model.wall_legible import DIGIT_EM, DRAWN, digit_px, han_px
from widgets.kit.context import PanelContext
from widgets.kit.fonts import FAMILY

FIGURE_EM = DIGIT_EM
"""Height of a figure in sizes of its font."""
DESK_PITCH_MM, DESK_DISTANCE_M = 0.275, 0.7
"""Of a panel that is shown on no wall: somebody looks at it on a desk."""
SEAM = 14
"""Pixels beside a bezel that no word may touch."""
_ROW, _PANEL, _FIGURE, _HERO, _CLOCK = 1.08, 1.08, 2.34, 3.36, 1.84


def font(px: float, bold: bool = False) -> QFont:
    """The shipped font in so many pixels."""
    return QFont(_font(max(1, round(px)), bold))


def metrics(px: float, bold: bool = False) -> QFontMetricsF:
    return _metrics(max(1, round(px)), bold)


@lru_cache(maxsize=512)
def _font(px: int, bold: bool) -> QFont:
    made = QFont(FAMILY)
    made.setPixelSize(px)
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    return made


@lru_cache(maxsize=512)
def _metrics(px: int, bold: bool) -> QFontMetricsF:
    return QFontMetricsF(_font(px, bold))


def wide(words: str, px: float, bold: bool = False) -> float:
    """How wide words are."""
    return metrics(px, bold).horizontalAdvance(words)


@dataclass(frozen=True)
class WallType:
    """Sizes in pixels.

    Attributes:
        min: the smallest there may be: ages, units, axes. row: rows of lists. panel: titles.
        figure: the value of a sign; hero: the one value of a panel. clock: the time of the day.
        pad: between a panel's frame and what is in it; gap: between things in it.
        hair: lines and frames; line: of charts; radius: corners of frames.
    """

    min: int
    row: int
    panel: int
    figure: int
    hero: int
    clock: int
    pad: int
    gap: int
    hair: int
    line: float
    radius: int

    def grown(self, by: float) -> WallType:
        """The same for a panel with more room; never smaller than it is."""
        by = max(by, 1.0)
        return self if by == 1.0 else _typed(self.min * by)

    @property
    def row_h(self) -> int:
        """Height of a row of a list."""
        return round(self.row * 1.52)

    @property
    def line_h(self) -> int:
        """Height of a line of small words."""
        return round(self.min * 1.36)


def sizes(ctx: PanelContext) -> WallType:
    """The sizes of the wall that a panel hangs on; of a desk where it hangs on none."""
    sight = ctx.wall
    if sight is None:
        return sizes_at(DESK_PITCH_MM, DESK_DISTANCE_M)
    return sizes_at(sight.pitch_mm, sight.distance_m)


def sizes_at(pitch_mm: float, distance_m: float) -> WallType:
    """The sizes at so many millimetres a pixel, seen from so many metres."""
    pitch = max(pitch_mm, 1e-3)
    return _typed(max(han_px(pitch, distance_m), digit_px(pitch, distance_m), DRAWN))


@lru_cache(maxsize=256)
def _typed(least: float) -> WallType:
    base = math.ceil(least)
    hair = max(1, round(base / 19))
    return WallType(
        min=base,
        row=round(base * _ROW),
        panel=round(base * _PANEL),
        figure=round(base * _FIGURE),
        hero=round(base * _HERO),
        clock=round(base * _CLOCK),
        pad=round(base * 0.62),
        gap=round(base * 0.32),
        hair=hair,
        line=max(1.5, base / 12),
        radius=max(2, round(base / 6)),
    )
