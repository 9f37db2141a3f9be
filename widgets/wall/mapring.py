"""The rings of new events on a wall's map: once, of level Ⅰ three times; nothing that was there before has one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from cockpit.model.layout import Rect
from widgets.kit.theme import Theme
from widgets.map.overlay import MOST_RINGS, RING_SECONDS, draw_ring
from widgets.map.raster.pane import Pane
from widgets.map.scene import Events
from widgets.wall.mapmarks import RADIUS, places

GROWS = 70.0
"""Pixels that a ring grows beyond its symbol, where symbols are of size 1."""
FRAME_MS = 40


class Arrivals:
    """Which events have a ring now."""

    def __init__(self) -> None:
        self._known: frozenset[str] | None = None
        self._of: Events | None = None
        self._rings: dict[str, tuple[float, int]] = {}

    def look(self, events: Events, now: float) -> bool:
        """Events of now, at so many monotonic seconds; whether there are rings."""
        if events is not self._of:
            keys = frozenset(events.keys)
            if self._known:  # a map that had none yet was not there when they came
                new = [key for key in keys - self._known if events.row(key) is not None]
                levels = {key: int(events.level[events.row_of[key]]) for key in new}
                for key in sorted(new, key=lambda key: (-levels[key], key))[-MOST_RINGS:]:
                    self._rings[key] = (now, 3 if levels[key] == 1 else 1)
            self._of, self._known = events, keys
        return self.ringing(now)

    def ringing(self, now: float) -> bool:
        self._rings = {key: (at, times) for key, (at, times) in self._rings.items() if now < at + times * RING_SECONDS}
        return bool(self._rings)

    def boxes(self, pane: Pane, cut: Rect, size: float) -> list[QRect]:
        """Where rings are painted, px of the cut."""
        reach = math.ceil((RADIUS[1] + GROWS + 8) * size)
        return [QRect(round(x) - reach, round(y) - reach, 2 * reach, 2 * reach) for x, y, _, _ in self._at(pane, cut)]

    def paint(self, painter: QPainter, pane: Pane, cut: Rect, theme: Theme, size: float, now: float) -> None:
        for x, y, level, key in self._at(pane, cut):
            at, _ = self._rings[key]
            share = max(now - at, 0.0) % RING_SECONDS / RING_SECONDS
            color = theme.level(level, "text")
            color.setAlphaF(1 - share)
            draw_ring(painter, x, y, (RADIUS[level] + 8 + GROWS * 0.9 * share) * size, color, 5 * size)

    def _at(self, pane: Pane, cut: Rect) -> Sequence[tuple[float, float, int, str]]:
        """Middle, level and key of each ring."""
        found, events = [], self._of
        for key in self._rings:
            row = events.row(key) if events is not None else None
            if events is not None and row is not None:
                x, y = places(pane, events.x[row : row + 1], events.y[row : row + 1])
                found.append((float(x[0]) - cut.x, float(y[0]) - cut.y, int(events.level[row]), key))
        return found
