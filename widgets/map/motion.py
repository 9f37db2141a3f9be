"""Units go on at their speed between two fixes, for a short while, and leave a trail of ten minutes. No Qt in here.

Why and by which rules: docs/decisions/0014-units-are-drawn-where-they-probably-are.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import MINUTE, SECOND
from widgets.map.camera import Box

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
MOST_AHEAD = 5.0
"""Seconds that a unit goes on at the most without a new fix; never longer than its last two fixes were apart."""
SHORT, LONG = 0.2, 30.0
"""Seconds between two fixes that tell a speed: nearer ones tell the noise, farther ones an old story."""
STANDING = 2.0
"""Metres between two fixes that are the noise of a unit that stands."""
FASTEST = 80.0
"""Metres a second that no unit drives: such a step is a correction."""
MEND = (0.3, 2.0)
"""Seconds at the least and at the most in which a unit is brought from where it was drawn to where it is."""
SAME = 0.004
"""Seconds within which one frame asks several times where units are."""
TRAIL_SPAN = 10 * MINUTE
TRAIL_STEP = 6.0
"""Metres between two points of a trail: standing still leaves none."""
TRAIL_POINTS = 160
JUMP = 2500.0
"""Metres in one fix that are no way but a correction: it is there at once, and the trail starts anew."""


class Glide:
    """Where the units are drawn now: dead reckoning from the last fixes. Metres are of Web-Mercator.

    Attributes:
        reduced: with reduced motion they are where their fix is.
    """

    def __init__(self) -> None:
        self.reduced = False
        self._keys: Sequence[str] = ()
        self._fix = np.empty((0, 2))
        self._fixed = np.empty(0, dtype=np.int64)
        self._speed = np.empty((0, 2))
        self._error = np.empty((0, 2))
        self._since = np.empty(0)
        self._ahead = np.empty(0)
        self._mend = np.empty(0)
        self._until = -np.inf
        self._end = self._fix
        self._placed: tuple[float, Floats] = (np.inf, self._fix)
        self._pending = (np.inf, 0.0)

    def fixes(
        self, keys: Sequence[str], x: Floats, y: Floats, now: float, fixed: Ints | None = None, stale: bool = False
    ) -> None:
        """New fixes. A unit goes on from its new one, and is brought there from where it is drawn.

        Args:
            keys, x, y: all units, where they were seen last; keys are not changed from now on.
            now: monotonic seconds.
            fixed: when each was seen, UTC us; None: now.
            stale: the feed is old; they wait where they were seen last.
        """
        n = len(keys)
        fix = np.stack([x, y], axis=1) if n else np.empty((0, 2))
        when = np.full(n, round(now * SECOND)) if fixed is None else np.asarray(fixed, dtype=np.int64)
        drawn = self.at(now)
        if keys == self._keys:
            old = np.arange(n)
        else:
            row = dict(zip(self._keys, range(len(self._keys)), strict=True))
            old = np.array([row.get(key, -1) for key in keys], dtype=np.int64)
        known = np.flatnonzero(old >= 0)
        rows = old[known]
        speed, error, since = np.zeros((n, 2)), np.zeros((n, 2)), np.full(n, -np.inf)
        ahead, mend = np.zeros(n), np.full(n, MEND[0])
        for column, kept in (
            (speed, self._speed), (error, self._error), (since, self._since), (ahead, self._ahead), (mend, self._mend)
        ):  # fmt: skip
            column[known] = kept[rows]
        fresh = (fix[known] != self._fix[rows]).any(axis=1) | (when[known] != self._fixed[rows])
        new, was = known[fresh], rows[fresh]
        if len(new):
            period = (when[new] - self._fixed[was]) / SECOND
            step = fix[new] - self._fix[was]
            far = np.hypot(step[:, 0], step[:, 1])
            tells = (period >= SHORT) & (period <= LONG) & (far >= STANDING) & (far <= FASTEST * period) & (far < JUMP)
            span = np.where(tells, period, 1.0)
            speed[new] = np.where(tells[:, None], step / span[:, None], 0.0)
            ahead[new] = np.where(tells, np.minimum(span, MOST_AHEAD), 0.0)
            mend[new] = np.clip(np.where(period > 0, period, 0) / 2, *MEND)
            astray = drawn[was] - fix[new]
            near = np.hypot(astray[:, 0], astray[:, 1]) <= JUMP  # a NaN is not
            error[new] = np.where(near[:, None], astray, 0.0)
            since[new] = now
        if stale and n:
            moving = (now - since < np.maximum(ahead, mend)) & (ahead > 0)
            error[moving] = (drawn[old[moving]] if len(drawn) else fix[moving]) - fix[moving]
            since[moving] = now
            speed[:], ahead[:] = 0.0, 0.0
        self._keys = keys
        self._fix, self._fixed, self._speed, self._error = fix, when, speed, error
        self._since, self._ahead, self._mend = since, ahead, mend
        self._until = float(np.max(since + np.maximum(ahead, mend), initial=-np.inf))
        self._end = fix + speed * ahead[:, None]
        self._placed, self._pending = (np.inf, fix), (np.inf, 0.0)

    def at(self, now: float) -> Floats:
        """Shape (N, 2): where each is drawn at `now`; the very same array as long as all stand."""
        if self.reduced:
            return self._fix
        if now >= self._until or not len(self._fix):
            return self._end
        if 0 <= now - self._placed[0] < SAME:
            return self._placed[1]
        age = np.maximum(now - self._since, 0.0)
        gone = np.minimum(age, self._ahead)[:, None]
        left = np.clip(1 - age / self._mend, 0.0, 1.0)[:, None]
        placed: Floats = self._fix + self._speed * gone + self._error * left
        self._placed = (now, placed)
        return placed

    def pending(self, now: float) -> float:
        """The longest way in metres that a unit is going within the next second; 0 when all stand."""
        if self.reduced or now >= self._until or not len(self._fix):
            return 0.0
        if 0 <= now - self._pending[0] < SAME:
            return self._pending[1]
        here = self.at(now)
        kept, way = self._placed, self.at(now + 1.0) - here
        self._placed = kept
        self._pending = (now, float(np.nanmax(np.hypot(way[:, 0], way[:, 1]), initial=0.0)))
        return self._pending[1]


class TrailLines(msgspec.Struct, frozen=True):
    """Trails as lines.

    Attributes:
        x, y: shape (V,), Mercator metres, line after line, oldest point first.
        length: shape (L,), points of each line.
        part: shape (L,), 0 the oldest third of a trail to 2 the newest.
    """

    x: Floats
    y: Floats
    length: Ints
    part: NDArray[np.uint8]


class TrailEnds(msgspec.Struct, frozen=True):
    """The newest points of trails. keys: of the units; xy: shape (N, 2), Mercator metres."""

    keys: tuple[str, ...] = ()
    xy: Floats = np.empty((0, 2))


class Trails:
    """The last ten minutes of every unit, thinned to a point each `TRAIL_STEP` metres."""

    def __init__(self) -> None:
        self._row: dict[str, int] = {}
        self._free: list[int] = []
        self._at = np.zeros((0, TRAIL_POINTS), dtype=np.int64)
        self._xy = np.zeros((2, 0, TRAIL_POINTS))
        self._count = np.zeros(0, dtype=np.int64)
        self._gone = np.zeros(0, dtype=np.int64)
        self._last: tuple[Sequence[str], Ints] = ((), np.empty(0, dtype=np.int64))

    def fixes(self, keys: Sequence[str], x: Floats, y: Floats, fixed: NDArray[np.int64], now: int) -> None:
        """Adds what moved and forgets what is older than ten minutes and units that are gone. Times UTC us."""
        self._forget_gone(keys)
        rows = self._rows(keys)
        if len(rows):
            last = np.maximum(self._count[rows] - 1, 0)
            step = np.abs(self._xy[0, rows, last] - x) + np.abs(self._xy[1, rows, last] - y)
            fresh = self._count[rows] == 0
            self._count[rows[~fresh & (step > JUMP)]] = 0
            self._append(rows, fresh | (step >= TRAIL_STEP), x, y, fixed)
        self._forget_old(now - TRAIL_SPAN)

    def lines(self, least: float, box: Box, keys: Collection[str] | None = None) -> TrailLines:
        """The trails that meet `box` (Mercator metres) as lines, in three parts by their age.

        Args:
            keys: of the units whose trails are wanted; None for all.
            least: metres below which two points need not both be there; the ends and the joints of parts stay.
        """
        column = np.arange(TRAIL_POINTS)[None, :]
        rows = np.flatnonzero(self._count > 1)
        if keys is not None:
            rows = np.intersect1d(rows, np.array([self._row[key] for key in keys if key in self._row], dtype=np.int64))
        filled = column < self._count[rows, None]
        x, y = self._xy[0, rows], self._xy[1, rows]
        within = (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]) & filled
        seen = within.any(axis=1)
        rows, filled, x, y = rows[seen], filled[seen], x[seen], y[seen]
        last = self._count[rows, None] - 1
        # counted from the first point that ever was, so that a trail does not change its shape as its end is forgotten
        kept = filled & ((column + self._gone[rows, None]) % max(int(least // TRAIL_STEP), 1) == 0)
        joints = [last * part // 3 for part in range(4)]
        for joint in joints:
            kept |= column == joint
        xs, ys, lengths, parts = [], [], [], []
        for part in range(3):
            here = kept & (column >= joints[part]) & (column <= joints[part + 1])
            length = here.sum(axis=1)
            here &= (length > 1)[:, None]
            xs.append(x[here])
            ys.append(y[here])
            lengths.append(length[length > 1])
            parts.append(np.full(len(lengths[-1]), part, dtype=np.uint8))
        return TrailLines(np.concatenate(xs), np.concatenate(ys), np.concatenate(lengths), np.concatenate(parts))

    def ends(self, box: Box, keys: Collection[str] | None = None) -> TrailEnds:
        """Where the trails end whose newest points are in `box`. keys: as for `lines`."""
        units = [key for key, row in self._row.items() if self._count[row] > 1 and (keys is None or key in keys)]
        rows = np.array([self._row[key] for key in units], dtype=np.int64)
        last = self._count[rows] - 1
        x, y = self._xy[0, rows, last], self._xy[1, rows, last]
        here = np.flatnonzero((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))
        return TrailEnds(tuple(units[i] for i in here.tolist()), np.stack([x[here], y[here]], axis=1))

    def _rows(self, keys: Sequence[str]) -> NDArray[np.int64]:
        known = self._row
        if keys == self._last[0]:
            return self._last[1]
        new = [key for key in keys if key not in known]
        lacking = len(new) - len(self._free)
        if lacking > 0:
            size = len(self._count)
            more = max(lacking, size, 64)
            self._at = np.concatenate([self._at, np.zeros((more, TRAIL_POINTS), dtype=np.int64)])
            self._xy = np.concatenate([self._xy, np.zeros((2, more, TRAIL_POINTS))], axis=1)
            self._count = np.concatenate([self._count, np.zeros(more, dtype=np.int64)])
            self._gone = np.concatenate([self._gone, np.zeros(more, dtype=np.int64)])
            self._free += range(size, size + more)
        for key in new:
            known[key] = self._free.pop()
        self._last = (keys, np.fromiter((known[key] for key in keys), dtype=np.int64, count=len(keys)))
        return self._last[1]

    def _append(
        self, rows: NDArray[np.int64], add: NDArray[np.bool_], x: Floats, y: Floats, at: NDArray[np.int64]
    ) -> None:
        into = rows[add]
        full = into[self._count[into] >= TRAIL_POINTS]
        self._shift(full, np.ones(len(full), dtype=np.int64))
        n = self._count[into]
        self._at[into, n], self._xy[0, into, n], self._xy[1, into, n] = at[add], x[add], y[add]
        self._count[into] += 1

    def _shift(self, rows: NDArray[np.int64], by: NDArray[np.int64]) -> None:
        """Drops the oldest `by` points of rows."""
        if not len(rows):
            return
        source = np.minimum(np.arange(TRAIL_POINTS)[None, :] + by[:, None], TRAIL_POINTS - 1)
        for table in (self._at, self._xy[0], self._xy[1]):
            table[rows] = np.take_along_axis(table[rows], source, axis=1)
        self._count[rows] -= by
        self._gone[rows] += by

    def _forget_old(self, before: int) -> None:
        """Points older than `before` go; the last one of a unit stays."""
        filled = np.arange(TRAIL_POINTS)[None, :] < self._count[:, None]
        old = np.minimum(((self._at < before) & filled).sum(axis=1), np.maximum(self._count - 1, 0))
        rows = np.flatnonzero(old)
        self._shift(rows, old[rows])

    def _forget_gone(self, keys: Sequence[str]) -> None:
        if keys == self._last[0]:
            return
        gone = self._row.keys() - set(keys) if len(self._row) else set()
        for key in gone:
            row = self._row.pop(key)
            self._count[row] = 0
            self._free.append(row)
