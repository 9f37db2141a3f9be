"""One way along the streets at an even pace: where one is on it does not depend on how often one asks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cockpit.city.ground import Floats, Ground
from cockpit.model.clock import SECOND

NO_NODE = -1


class Trip:
    """A way of places, and when each of them is passed.

    Args:
        path: (n, 2) lon/lat along the streets, at least one place.
        nodes: the node of the roads at each place, `NO_NODE` between two of them.
        begins: city time of the start, UTC microseconds.
        pace: m/s.

    Attributes:
        ends: city time of the arrival.
        metres: how long it is.
    """

    def __init__(self, ground: Ground, path: Floats, nodes: Sequence[int], begins: int, pace: float) -> None:
        self._path, self.nodes, self.begins, self.pace = path, list(nodes), begins, pace
        steps = np.diff(ground.plane(path[:, 0], path[:, 1]), axis=0)
        self._steps = steps
        self._along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
        self.metres = float(self._along[-1])
        self._lasts = round(self.metres / pace * SECOND)

    @property
    def ends(self) -> int:
        return self.begins + self._lasts

    def delay(self, us: int) -> None:
        """Moves all of it to later."""
        self.begins += us

    def at(self, now: int) -> tuple[float, float, float | None]:
        """Longitude, latitude and heading (degrees from north; None where it does not lead anywhere) at a time."""
        gone = min(max(0.0, (now - self.begins) / SECOND * self.pace), self.metres)
        leg = self.leg(now)
        if leg < 0:
            return float(self._path[0, 0]), float(self._path[0, 1]), None
        start, long = float(self._along[leg]), float(self._along[leg + 1] - self._along[leg])
        share = (gone - start) / long if long else 1.0
        (lon, lat), (to_lon, to_lat) = self._path[leg].tolist(), self._path[leg + 1].tolist()
        east, north = self._steps[leg].tolist()
        heading = math.degrees(math.atan2(east, north)) % 360
        return lon + (to_lon - lon) * share, lat + (to_lat - lat) * share, heading

    def leg(self, now: int) -> int:
        """Number of the part that is being gone; -1 where there is none."""
        gone = (now - self.begins) / SECOND * self.pace
        last = len(self._path) - 2
        return min(max(0, int(np.searchsorted(self._along, gone, side="right")) - 1), last) if last >= 0 else -1

    def next_node(self, now: int) -> int:
        """The node that comes next; `NO_NODE` where none comes any more."""
        return next((node for node in self.nodes[self.leg(now) + 1 :] if node != NO_NODE), NO_NODE)

    def last_node(self, now: int) -> int:
        """The node that was passed last; `NO_NODE` where none was."""
        return next((node for node in reversed(self.nodes[: self.leg(now) + 1]) if node != NO_NODE), NO_NODE)
