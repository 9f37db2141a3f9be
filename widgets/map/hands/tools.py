"""What a hand can hold: the ruler, the lasso, the ring. Places are Web-Mercator metres. No Qt in here.

A tool is told of clicks (or Enter at the aim in the middle), pulls and Backspace, and answers with a shape when one
is done.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from widgets.map.camera import Camera
from widgets.map.hands import ground
from widgets.map.hands.shapes import RADIUS, Form, Shape, outline, ring

Place = tuple[float, float]
NEAR_PX = 10.0
"""Pixels from the first corner within which a click closes the line."""
SAME_PX = 3.0
"""Pixels from the last corner within which another click (or Enter) says that this was the last one."""
THIN_PX = 3.0
"""Pixels between two points of a lasso."""


def apart(camera: Camera, a: Place, b: Place) -> float:
    """Pixels between two places."""
    return math.hypot(a[0] - b[0], a[1] - b[1]) * camera.scale


class Tool:
    """A tool in the hand.

    Attributes:
        name: what it is called in the code; `hands.<name>` names it and `hands.<name>_hint` says how it is used.
        pulls: a pull draws; else it moves the map as ever.
        cursor: where the pointer is, None when it is nowhere.
    """

    name: ClassVar[str] = ""
    pulls: ClassVar[bool] = False

    def __init__(self) -> None:
        self.cursor: Place | None = None

    def click(self, at: Place, camera: Camera, item: tuple[str, str] = ("", "")) -> Shape | None:
        """A click on a place, or on the thing `item`."""
        return None

    @property
    def drafting(self) -> bool:
        """Whether what it draws goes with the pointer."""
        return False

    def finish(self) -> Shape | None:
        """A double click: this was the last corner."""
        return None

    def pull(self, start: Place, at: Place, camera: Camera) -> None:
        """The hand pulls from `start` and is at `at` now."""

    def let_go(self) -> Shape | None:
        """The end of a pull."""
        return None

    def back(self) -> bool:
        """Takes the last corner back; False when there was none."""
        return False

    def drop(self) -> bool:
        """Leaves what was begun; False when nothing was."""
        return False


class Corners(Tool):
    """A tool that sets corner after corner.

    Attributes:
        points: corners so far.
        done: the last one is set; another click begins anew.
        closed: the line goes back to its first corner.
    """

    def __init__(self) -> None:
        super().__init__()
        self.points: list[Place] = []
        self.done = self.closed = False

    def click(self, at: Place, camera: Camera, item: tuple[str, str] = ("", "")) -> Shape | None:
        if self.done:
            self.drop()
        if len(self.points) > 2 and apart(camera, at, self.points[0]) <= NEAR_PX:
            self.closed = True
            return self.finish()
        if self.points and apart(camera, at, self.points[-1]) <= SAME_PX:
            return self.finish()
        self.points.append(at)
        return None

    def back(self) -> bool:
        if not self.points:
            return False
        if self.closed:
            self.closed = False
        else:
            self.points.pop()
        self.done = False
        return True

    def drop(self) -> bool:
        there = bool(self.points)
        self.points, self.done, self.closed = [], False, False
        return there

    @property
    def drafting(self) -> bool:
        return bool(self.points) and not self.done

    def line(self) -> tuple[ground.Floats, ground.Floats]:
        """Corners and, before the last is set, the pointer: x and y of shape (N,)."""
        points = [*self.points]
        if self.closed:
            points.append(points[0])
        elif not self.done and self.points and self.cursor is not None:
            points.append(self.cursor)
        array = np.array(points, dtype=np.float64).reshape(-1, 2)
        return array[:, 0], array[:, 1]


class Ruler(Corners):
    """Measures the length of a line and, from three corners on, the area that it goes around."""

    name = "ruler"

    def finish(self) -> Shape | None:
        self.done = len(self.points) > 1
        if not self.done:
            self.points.clear()
        return None

    def reading(self) -> tuple[list[float], float]:
        """Metres from the first corner to each, and the square metres within (0 up to two corners)."""
        x, y = self.line()
        if len(x) < 2:
            return [0.0] * len(x), 0.0
        sums = np.concatenate([[0.0], np.cumsum(ground.stretches(x, y))])
        return sums.tolist(), ground.area(x, y) if len(x) > 2 else 0.0


class Lasso(Corners):
    """Gathers what lies in an area: pulled round it in one go, or corner by corner.

    Attributes:
        trail: of the pull that goes on.
        form: of the pull: a lasso, or a box (with Shift).
    """

    name = "lasso"
    pulls = True

    def __init__(self, form: Form = Form.LASSO) -> None:
        super().__init__()
        self.form = form
        self.trail: list[Place] = []

    def finish(self) -> Shape | None:
        made = outline(Form.AREA, self.points)
        self.drop()
        return made

    def pull(self, start: Place, at: Place, camera: Camera) -> None:
        if not self.trail:
            self.points = []
            self.trail = [start]
        if self.form is Form.BOX:
            (west, south), (east, north) = start, at
            self.trail = [(west, south), (east, south), (east, north), (west, north)]
        elif apart(camera, at, self.trail[-1]) >= THIN_PX:
            self.trail.append(at)

    def let_go(self) -> Shape | None:
        made = outline(self.form, self.trail)
        self.trail = []
        return made

    def drop(self) -> bool:
        there = super().drop() or bool(self.trail)
        self.trail = []
        return there


class RingTool(Tool):
    """Gathers what lies around a thing or place: a click takes the radius of last time, a pull says another.

    Attributes:
        metres: the radius.
        pulled: the ring that is being pulled.
    """

    name = "ring"
    pulls = True

    def __init__(self, metres: float = RADIUS) -> None:
        super().__init__()
        self.metres = metres
        self.pulled: Shape | None = None

    def click(self, at: Place, camera: Camera, item: tuple[str, str] = ("", "")) -> Shape | None:
        return ring(at, self.metres, item)

    def pull(self, start: Place, at: Place, camera: Camera) -> None:
        x, y = np.array([start[0], at[0]]), np.array([start[1], at[1]])
        self.pulled = ring(start, float(ground.stretches(x, y)[0]))

    def let_go(self) -> Shape | None:
        made, self.pulled = self.pulled, None
        if made is not None:
            self.metres = made.metres
        return made

    def drop(self) -> bool:
        there, self.pulled = self.pulled is not None, None
        return there
