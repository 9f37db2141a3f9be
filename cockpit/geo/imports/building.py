"""From raw features to columns: coordinates checked, swapped back, closed, made valid; what can not be is counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import shapely

from cockpit.geo.datum import to_wgs84
from cockpit.geo.imports.columns import Attributes
from cockpit.geo.imports.model import MENDED, NOTES, Bad, Floats, Imported, Limits, Report, Shapes, Wishes
from cockpit.model.city import PATTERNS

CHUNK = 4096
"""Features whose polygons are checked at once."""
ICONS = ("icon", "图标", "marker-symbol")
"""Columns that name a point's pattern, one of `PATTERNS`."""
WIDTHS = ("stroke-width", "线宽")
"""Columns that say how wide a line is, pixels."""
NEAR = 1.0
"""Degrees around the city within which coordinates are taken to be the city's."""
FINEST = 5e-6
"""Degrees that a line with too many vertices may be off by at first: half a metre."""


class RawFeature(msgspec.Struct, frozen=True):
    """A feature as a file has it.

    Attributes:
        number: line, or the how manyeth, from 1.
        problem: why it is none, "" when it is.
        shapes: (GeoJSON type, coordinates).
        properties: its attributes.
    """

    number: int
    problem: str
    shapes: list[tuple[str, Any]]
    properties: dict[str, Any]


class _Left(Exception):
    """A part of a feature can not be taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Pending:
    """A feature whose shapes are read; whether its polygons are valid is asked of many at once.

    Attributes:
        polygons: each its rings, closed, the outer one first.
        mended: what was mended. reasons: why parts were left out.
    """

    __slots__ = ("feature", "mended", "paths", "points", "polygons", "reasons")

    def __init__(self, feature: RawFeature) -> None:
        self.feature = feature
        self.points: list[Floats] = []
        self.paths: list[Floats] = []
        self.polygons: list[list[Floats]] = []
        self.mended: set[str] = set()
        self.reasons: list[str] = []


class Builder:
    """Takes features and makes a layer."""

    def __init__(self, wishes: Wishes, limits: Limits, lines: bool) -> None:
        self._wishes, self._limits, self._lines = wishes, limits, lines
        self._attributes = Attributes(limits)
        self._total = self._vertices = self._count = 0
        self._mended: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        self._bad: list[Bad] = []
        self._points: list[tuple[int, Floats]] = []
        self._paths: list[tuple[int, Floats]] = []
        self._polygons: list[tuple[int, list[Floats]]] = []

    def take(self, features: Iterable[RawFeature]) -> None:
        """Takes all of them.

        Raises:
            UserError: as the reader of the file does.
        """
        rest = iter(features)
        while chunk := list(islice(rest, CHUNK)):
            pending = [self._read(feature) for feature in chunk]
            _mend_polygons(pending)
            for one in pending:
                self._keep(one)

    def _read(self, feature: RawFeature) -> _Pending:
        pending = _Pending(feature)
        if self._count < self._limits.features and not feature.problem:
            for kind, coordinates in feature.shapes:
                try:
                    self._shape(pending, kind, coordinates)
                except _Left as left:
                    pending.reasons.append(left.reason)
        return pending

    def _keep(self, one: _Pending) -> None:
        feature, mended = one.feature, one.mended
        self._total += 1
        if self._count >= self._limits.features:
            self._leave(feature.number, "too_many")
            return
        if not (one.points or one.paths or one.polygons):
            self._leave(feature.number, feature.problem or (one.reasons[0] if one.reasons else "no_geometry"))
            return
        here = self._count
        self._count += 1
        self._points += [(here, point) for point in one.points]
        self._paths += [(here, path) for path in one.paths]
        self._polygons += [(here, rings) for rings in one.polygons]
        if one.reasons:
            mended.add("part")
        mended |= self._attributes.take(feature.properties)
        icon = next((feature.properties[name] for name in ICONS if feature.properties.get(name)), "")
        if icon and icon not in PATTERNS and one.points:
            mended.add("icon")
        self._notes.update(mended & {*NOTES})
        mended -= {*NOTES}
        self._mended.update(mended)
        if mended - {"columns", "long_text"}:
            self._say(feature.number, min(mended, key=MENDED.index))

    def _leave(self, number: int, reason: str) -> None:
        self._left[reason] += 1
        if reason != "too_many":
            self._say(number, reason)

    def _say(self, number: int, reason: str) -> None:
        if len(self._bad) < self._limits.bad:
            self._bad.append(Bad(number, reason))

    # Geometry.

    def _shape(self, one: _Pending, kind: str, coordinates: Any) -> None:
        single = kind.removeprefix("Multi")
        parts = coordinates if single != kind else [coordinates]
        if not isinstance(parts, list):
            raise _Left("no_number")
        for part in parts:
            try:
                if single == "Point":
                    one.points.append(self._point(part, one.mended))
                elif single == "LineString":
                    one.paths.append(self._simple(self._place(part, one.mended, 2), one.mended, closed=False))
                else:
                    one.polygons.append(self._polygon(part, one.mended))
            except _Left as left:
                one.reasons.append(left.reason)

    def _point(self, position: Any, mended: set[str]) -> Floats:
        """One place; the usual one, in the city, without the columns' ado: there may be many."""
        west, south, east, north = self._wishes.bounds
        lon, lat = _pair(position)
        if west <= lon <= east and south <= lat <= north and self._vertices < self._limits.vertices:
            self._vertices += 1
            return np.array([[lon, lat]])
        return self._place([position], mended, 1)

    def _place(self, positions: Any, mended: set[str], least: int) -> Floats:
        """Positions in the file's datum, shape (n, 2), longitude first.

        Raises:
            _Left: there are too few that are places.
        """
        xy = _floats(positions)
        if len(xy) >= least and self._vertices + len(xy) <= self._limits.vertices and self._inside(xy):
            self._vertices += len(xy)
            return xy
        finite = np.isfinite(xy).all(axis=1)
        if not finite.all():
            if finite.sum() < max(least, 1):
                raise _Left("no_number")
            mended.add("nan_vertex")
            xy = xy[finite]
        if len(xy) < least:
            raise _Left("too_short")
        if self._vertices + len(xy) > self._limits.vertices:
            raise _Left("too_many_vertices")
        xy = self._turned(xy, mended)
        self._vertices += len(xy)
        return xy

    def _turned(self, xy: Floats, mended: set[str]) -> Floats:
        """With longitude first: where that is beyond doubt and the file has latitude first, swapped."""
        here = self._near(xy)
        if here.all():
            return xy
        there = self._near(xy[:, ::-1])
        possible = bool((np.abs(xy[:, 0]) <= 180).all() and (np.abs(xy[:, 1]) <= 90).all())
        other = bool((np.abs(xy[:, 1]) <= 180).all() and (np.abs(xy[:, 0]) <= 90).all())
        if not here.any() and other and (there.all() or not possible):
            mended.add("swapped")
            xy, here, possible = xy[:, ::-1], there, True
        if not possible:
            raise _Left("not_degrees")
        if not here.any():
            mended.add("outside")
        return xy

    def _inside(self, xy: Floats) -> bool:
        """Whether all of it is in the city: then there is nothing to mend. No NaN is."""
        west, south, east, north = self._wishes.bounds
        (left, low), (right, high) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        return bool(west <= left and right <= east and south <= low and high <= north)

    def _near(self, xy: Floats) -> Any:
        west, south, east, north = self._wishes.bounds
        x, y = xy[:, 0], xy[:, 1]
        return (x >= west - NEAR) & (x <= east + NEAR) & (y >= south - NEAR) & (y <= north + NEAR)

    def _polygon(self, rings: Any, mended: set[str]) -> list[Floats]:
        """The rings of a polygon, closed.

        Raises:
            _Left: it has no outer one.
        """
        if not isinstance(rings, list) or not rings:
            raise _Left("no_number")
        made = [self._ring(rings[0], mended)]
        for ring in rings[1:]:
            try:
                made.append(self._ring(ring, mended))
            except _Left:
                mended.add("part")
        return made

    def _ring(self, positions: Any, mended: set[str]) -> Floats:
        xy = self._place(positions, mended, 3)
        if (xy[0] != xy[-1]).any():
            mended.add("unclosed")
            xy = np.vstack((xy, xy[:1]))
        if len(xy) < 4:
            raise _Left("too_short")
        return self._simple(xy, mended, closed=True)

    def _simple(self, xy: Floats, mended: set[str], closed: bool) -> Floats:
        """Not more vertices than anyone sees."""
        if len(xy) <= self._limits.detail:
            return xy
        mended.add("simpler")
        line, off, fewer = shapely.LineString(xy), FINEST, xy
        while len(fewer) > self._limits.detail:
            fewer = shapely.get_coordinates(shapely.simplify(line, off, preserve_topology=False))
            off *= 2
        return fewer if not closed or len(fewer) >= 4 else xy[:: max(len(xy) // 1000, 1)]

    # What comes of it.

    def layer(self, name: str, file: str, imported: int) -> Imported:
        report = Report(
            total=self._total,
            read=self._count,
            mended=dict(self._mended),
            left_out=dict(self._left),
            notes=dict(self._notes),
            bad=tuple(self._bad),
            lines=self._lines,
        )
        wishes = self._wishes
        return Imported(
            name=wishes.name or name,
            department=wishes.department,
            file=file,
            datum=wishes.datum,
            imported=imported,
            count=self._count,
            points=self._wgs84(_flat(self._points)),
            lines=self._wgs84(_flat(self._paths)),
            polygons=self._wgs84(_nested(self._polygons)),
            columns=self._attributes.columns(self._count),
            report=report,
        )

    def _wgs84(self, shapes: Shapes) -> Shapes:
        lon, lat = to_wgs84(self._wishes.datum, shapes.xy[:, 0], shapes.xy[:, 1])
        return msgspec.structs.replace(shapes, xy=np.column_stack((lon, lat)))


def _mend_polygons(pending: list[_Pending]) -> None:
    """Makes the polygons of many features valid: each then is one or several, or none."""
    flat = [(one, rings) for one in pending for rings in one.polygons]
    if not flat:
        return
    rings = [ring for _, rings in flat for ring in rings]
    whose = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    made = shapely.linearrings(np.concatenate(rings), indices=whose)
    polygons = shapely.polygons(made, indices=np.repeat(np.arange(len(flat)), [len(rings) for _, rings in flat]))
    good = shapely.is_valid(polygons) & (shapely.area(polygons) > 0)
    if good.all():
        return
    for one in pending:
        one.polygons = []
    for (one, rings), polygon, fine in zip(flat, polygons, good.tolist(), strict=True):
        parts = [rings] if fine else _valid(polygon)
        if not parts:
            one.reasons.append("no_area")
        elif not fine:
            one.mended.add("crossing")
        one.polygons += parts


def _valid(polygon: Any) -> list[list[Floats]]:
    """The valid polygons that a broken one means, each its rings."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(polygon)))
    areas = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    return [[shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)] for part in areas]


def _floats(positions: Any) -> Floats:
    """(n, 2) of whatever is there; what is no number is NaN."""
    if not isinstance(positions, list):
        raise _Left("no_number")
    try:
        array = np.array(positions, dtype=np.float64)
        if array.ndim == 2 and array.shape[1] >= 2:
            return array[:, :2]
    except (ValueError, TypeError, OverflowError):
        pass
    return np.array([_pair(one) for one in positions], dtype=np.float64).reshape(-1, 2)


def _pair(position: Any) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) < 2:
        return math.nan, math.nan
    return _number(position[0]), _number(position[1])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _flat(parts: list[tuple[int, Floats]]) -> Shapes:
    xy = np.concatenate([part for _, part in parts]) if parts else np.empty((0, 2))
    starts = np.concatenate(([0], np.cumsum([len(part) for _, part in parts]))).astype(np.int64)
    return Shapes(xy, np.array([at for at, _ in parts], dtype=np.int64), starts, np.zeros(1, dtype=np.int64))


def _nested(parts: list[tuple[int, list[Floats]]]) -> Shapes:
    rings = [ring for _, one in parts for ring in one]
    xy = np.concatenate(rings) if rings else np.empty((0, 2))
    starts = np.concatenate(([0], np.cumsum([len(ring) for ring in rings]))).astype(np.int64)
    polys = np.concatenate(([0], np.cumsum([len(one) for _, one in parts]))).astype(np.int64)
    return Shapes(xy, np.array([at for at, _ in parts], dtype=np.int64), starts, polys)
