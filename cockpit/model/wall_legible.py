"""How large type must be on a wall, of millimetres and viewing distance: 汉字 20 arc-minutes, digits 15. No Qt."""

from __future__ import annotations

import math

HAN_MINUTES = 20.0
DIGIT_MINUTES = 15.0
DIGIT_EM = 0.733
"""Height of a figure in em, Noto Sans SC; a 汉字 fills its em."""
DRAWN = 16
"""Px of height from which on a 汉字 of many strokes can be told from another."""


def high(minutes: float, pitch: float, distance: float) -> float:
    """How many px are so many arc-minutes high: `pitch` in mm a pixel, `distance` in m."""
    return 2000 * distance * math.tan(math.radians(minutes / 120)) / pitch


def han_px(pitch: float, distance: float) -> int:
    """The least size of type (px of its em) at which 汉字 are read from `distance` m."""
    return math.ceil(high(HAN_MINUTES, pitch, distance))


def digit_px(pitch: float, distance: float) -> int:
    """The least size of type (px of its em) at which digits are read from `distance` m."""
    return math.ceil(high(DIGIT_MINUTES, pitch, distance) / DIGIT_EM)


def least_px(pitch: float, distance: float) -> int:
    """The least size of type on a wall: read from the last row, and drawn with enough pixels to tell strokes apart."""
    return max(han_px(pitch, distance), digit_px(pitch, distance), DRAWN)
