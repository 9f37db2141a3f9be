"""Mapbox vector tiles 2.1 to shapes by layer. Runs in the worker process: what comes in is hostile."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.tiles.archive import unzipped
from cockpit.geo.tiles.grid import HALF, Tile
from cockpit.geo.tiles.made import Made, origin_of
from cockpit.geo.tiles.schema import NameRule, Schema, first, fits, found_by, schemas
from cockpit.geo.tiles.shapes import POLYGONS, Collector

MOST_BYTES = 24_000_000
"""Of a tile, unpacked."""
MOST_FEATURES = 200_000
MOST_POINTS = 2_000_000
REACH = 4.0
"""How far beyond its edges a tile may reach, in its own sides."""
MOST_LETTERS = 60
_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE, _LINE_TO, _CLOSE = 1, 2, 7
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def decode(data: bytes, tile: Tile, schema: str = "") -> Made:
    """Args:
        data: as it came, packed by gzip or zlib or not.
        schema: whose layer names it has; "" finds out.

    Raises:
        ValueError: it is no vector tile, damaged or too large.
    """
    from google.protobuf.message import DecodeError
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    if data[:2] == b"\x1f\x8b" or data[:1] == b"\x78":
        data = unzipped(data, MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    message: Any = vector_tile_pb2.tile()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise ValueError("no vector tile") from error
    if sum(len(layer.features) for layer in message.layers) > MOST_FEATURES:
        raise ValueError("too many features")
    names = [layer.name for layer in message.layers]
    known = schemas().get(schema or found_by(names))
    side = 2 * HALF / 2**tile.z
    into = Collector(origin_of(tile), (0.0, -side, side, 0.0))
    if known is not None:
        left = MOST_POINTS
        for layer in message.layers:
            left = _Layer(layer, side, into, known).read(left)
    return into.made()


class _Wanted(msgspec.Struct):
    """A feature that a rule takes. kind: point, line or polygon; to: the layer of ours, "" for its name only."""

    kind: int
    to: str
    height: float
    name: NameRule | None
    text: str
    props: dict[str, Any]


class _Layer:
    """One layer of a tile being read: headers are walked in Python, coordinates of all features at once in NumPy."""

    def __init__(self, layer: Any, side: float, into: Collector, schema: Schema) -> None:
        self._layer, self._into = layer, into
        extent = int(layer.extent)
        if not 16 <= extent <= 65_536:
            raise ValueError("an extent that no tile has")
        self._scale = np.array([side / extent, -side / extent])
        self._reach = REACH * extent
        self._rules = [rule for rule in schema.rules if rule.layer == layer.name]
        self._names = [rule for rule in schema.names if rule.layer == layer.name]
        self._values = [_value(v) for v in layer.values] if self._rules or self._names else []
        self._keys = list(layer.keys)

    def read(self, left: int) -> int:
        """Reads it; the answer is how many points may still come.

        Raises:
            ValueError: more came.
        """
        if not self._rules and not self._names:
            return left
        wanted: list[_Wanted] = []
        codes = Codes()
        for feature in self._layer.features:
            left -= len(feature.geometry) // 2
            if left < 0:
                raise ValueError("too many points")
            try:
                one = self._wanted(feature)
                if one is not None:
                    codes.add(list(feature.geometry))
                    wanted.append(one)
            except (ValueError, IndexError):  # one damaged feature costs only itself
                self._into.left_out += 1
        if wanted:
            self._place(wanted, codes)
        return left

    def _wanted(self, feature: Any) -> _Wanted | None:
        tags, keys, values = feature.tags, self._keys, self._values
        props = {keys[tags[i]]: values[tags[i + 1]] for i in range(0, len(tags) - 1, 2)}
        rule = next((r for r in self._rules if fits(r.where, r.unless, props)), None)
        name = next((n for n in self._names if fits(n.where, n.unless, props)), None)
        text = _text(name, props) if name is not None else ""
        to = rule.to if rule is not None else ""
        if (to in POLYGONS) != (feature.type == _POLYGON) or feature.type == _POINT:
            to = ""
        if not to and not text:
            return None
        height = _number(first(rule.height, props)) if rule is not None and to == "building" else float("nan")
        return _Wanted(feature.type, to, height, name, text, props)

    def _place(self, wanted: list[_Wanted], codes: Codes) -> None:
        xy, starts, owner = codes.placed()
        far = np.zeros(len(wanted), bool)
        np.logical_or.at(far, np.repeat(owner, np.diff(starts)), (np.abs(xy) > self._reach).any(axis=1))
        self._into.left_out += int(far.sum())
        metres = xy * self._scale
        heights = np.array([one.height for one in wanted], np.float32)
        for to in dict.fromkeys(one.to for one in wanted if one.to):
            taken = np.array([one.to == to for one in wanted]) & ~far
            parts = np.flatnonzero(taken[owner])
            if to in POLYGONS:
                self._polygons(to, xy, metres, starts, owner, parts, heights)
            else:
                lengths = starts[parts + 1] - starts[parts]
                self._into.left_out += int((lengths < 2).sum())
                parts, lengths = parts[lengths > 1], lengths[lengths > 1]
                self._into.lines(to, metres[_ranges(starts[parts], lengths)], _ends(lengths))
        for number, one in enumerate(wanted):
            if one.text and one.name is not None and not far[number]:
                lines = [metres[starts[p] : starts[p + 1]] for p in np.flatnonzero(owner == number)]
                self._word(one, one.name, lines)

    def _polygons(
        self, to: str, xy: Ints, metres: Floats, starts: Ints, owner: Ints, parts: Ints, heights: NDArray[np.float32]
    ) -> None:
        """Rings to polygons: one that turns as the first of its feature begins another, others are holes. Flat ones
        are left out."""
        lengths = starts[parts + 1] - starts[parts]
        parts, lengths = parts[lengths > 2], lengths[lengths > 2]
        if not len(parts):
            return
        firsts = starts[parts]
        index = _ranges(firsts, lengths)
        after = index + 1
        after[_ends(lengths)[1:] - 1] = firsts
        x, y = xy[:, 0].astype(np.float64), xy[:, 1].astype(np.float64)
        areas = np.add.reduceat(x[index] * y[after] - x[after] * y[index], _ends(lengths)[:-1])
        parts, lengths, areas = parts[areas != 0], lengths[areas != 0], areas[areas != 0]
        if not len(parts):
            return
        _, first, feature = np.unique(owner[parts], return_index=True, return_inverse=True)
        outer = areas * areas[first][feature] > 0
        index = _ranges(starts[parts], lengths + 1)
        index[_ends(lengths + 1)[1:] - 1] = starts[parts]  # closed
        polys = np.append(np.flatnonzero(outer), len(parts))
        self._into.polygons(to, metres[index], _ends(lengths + 1), polys, heights[owner[parts[outer]]])

    def _word(self, one: _Wanted, rule: NameRule, lines: list[Floats]) -> None:
        rank = rule.ranks.get(str(one.props.get(rule.by)), rule.rank) if rule.by else rule.rank
        if one.kind == _POINT:
            angle = _number(one.props.get(rule.angle, 0.0)) if rule.angle else 0.0
            x, y = lines[0][0]
            self._into.word(one.text, rule.kind, float(x), float(y), rank, angle if math.isfinite(angle) else 0.0, None)
        elif one.kind == _LINE:
            path = max(lines, key=len)
            x, y = path[len(path) // 2]
            self._into.word(one.text, rule.kind, float(x), float(y), rank, 0.0, path)


class Codes:
    """Geometries of features as the commands of the format, gathered to be placed all at once."""

    def __init__(self) -> None:
        self._codes: list[int] = []
        self._heads: list[int] = []
        self._starts: list[int] = []
        self._owner: list[int] = []
        self._points = 0
        self._first_points: list[int] = []

    def add(self, geometry: list[int]) -> None:
        """The next feature.

        Raises:
            ValueError: commands that no tile has; nothing of it was taken.
        """
        heads: list[int] = []
        starts: list[int] = []
        at, points, base = 0, self._points, len(self._codes)
        while at < len(geometry):
            command, count = geometry[at] & 7, geometry[at] >> 3
            heads.append(base + at)
            at += 1
            if command == _CLOSE:
                continue
            if command not in (_MOVE, _LINE_TO) or count < 1 or at + 2 * count > len(geometry):
                raise ValueError("a command that there is not")
            if command == _MOVE or not starts:
                starts.append(points)
            points += count
            at += 2 * count
        if not starts:
            raise ValueError("no geometry")
        self._codes += geometry
        self._heads += heads
        self._owner += [len(self._first_points)] * len(starts)
        self._first_points.append(self._points)
        self._starts += starts
        self._points = points

    def placed(self) -> tuple[Ints, Ints, Ints]:
        """Points (P, 2) in tile units, rows to the south; where each part of them begins, and the end; the number of
        the feature that each part is of."""
        codes = np.array(self._codes, dtype=np.int64)
        is_value = np.ones(len(codes), bool)
        is_value[self._heads] = False
        values = codes[is_value]
        steps = ((values >> 1) ^ -(values & 1)).reshape(-1, 2)
        ways = np.cumsum(steps, axis=0)
        firsts = np.array(self._first_points, dtype=np.int64)
        before = np.where(firsts[:, None] > 0, ways[firsts - 1], 0)  # each feature begins at the corner again
        counts = np.diff(np.append(firsts, self._points))
        return (
            ways - np.repeat(before, counts, axis=0),
            np.array([*self._starts, self._points], dtype=np.int64),
            np.array(self._owner, dtype=np.int64),
        )


def _ends(lengths: Ints) -> Ints:
    """Offsets of pieces of these lengths, from 0 to the end of the last."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _ranges(firsts: Ints, lengths: Ints) -> Ints:
    """The numbers first, first + 1, … of each piece, one after another."""
    ends = _ends(lengths)
    result: Ints = np.arange(ends[-1]) + np.repeat(firsts - ends[:-1], lengths)
    return result


def _value(value: Any) -> Any:
    for kind in ("string_value", "int_value", "uint_value", "sint_value", "double_value", "float_value", "bool_value"):
        if value.HasField(kind):
            return getattr(value, kind)
    return None


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _text(rule: NameRule, props: dict[str, Any]) -> str:
    text = first(rule.text, props)
    return clean(text) if isinstance(text, str) else ""


def clean(text: str) -> str:
    """A name as it can be drawn: one line of printable letters, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 2 * MOST_LETTERS]).split())[:MOST_LETTERS]
