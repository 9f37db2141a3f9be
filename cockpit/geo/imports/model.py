"""An imported layer as columns, what was wished, and what came of it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]

NO_INTS = np.zeros(0, dtype=np.int64)

MENDED = ("swapped", "nan_vertex", "unclosed", "crossing", "simpler", "part", "icon", "long_text", "columns")
LEFT_OUT = (
    "no_geometry", "no_number", "not_degrees", "too_short", "no_area", "unknown_type", "not_a_feature", "too_many",
    "too_many_vertices",
)  # fmt: skip
NOTES = ("outside",)


class Wishes(msgspec.Struct, frozen=True):
    """What a person says of a file.

    Attributes:
        datum: of its coordinates, one of `cockpit.model.city.DATUMS`; never guessed.
        bounds: of the city, west, south, east, north, WGS-84: tells swapped coordinates.
        name: of the layer; "" for the file's.
        department: whose it is, "" when nobody said.
    """

    datum: str
    bounds: tuple[float, float, float, float]
    name: str = ""
    department: str = ""


class Limits(msgspec.Struct, frozen=True):
    """How much is taken from one file.

    Attributes:
        bytes: of the file; a larger one is refused.
        features, vertices: more are left out with a count.
        columns, text: attributes of a feature and letters of one; more are cut.
        detail: vertices of one polygon or line; one with more is drawn simpler.
        bad: how many bad places are told one by one.
    """

    bytes: int = 256 * 1024 * 1024
    features: int = 300_000
    vertices: int = 5_000_000
    columns: int = 64
    text: int = 500
    detail: int = 100_000
    bad: int = 10


class Bad(msgspec.Struct, frozen=True):
    """A bad place.

    Attributes:
        number: line of a table, or the how manyeth feature, from 1.
        reason: one of `MENDED` and `LEFT_OUT`.
    """

    number: int
    reason: str


class Report(msgspec.Struct, frozen=True):
    """What came of a file: `total` is `read` and all of `left_out`.

    Attributes:
        total: features in the file. read: those that are in the layer.
        mended, left_out, notes: how many features by reason; one may be mended for several.
        bad: the first bad places; lines: whether they are lines of a file, not numbers of features.
    """

    total: int = 0
    read: int = 0
    mended: dict[str, int] = {}
    left_out: dict[str, int] = {}
    notes: dict[str, int] = {}
    bad: tuple[Bad, ...] = ()
    lines: bool = False


class Column(msgspec.Struct, frozen=True):
    """One attribute of all features.

    Attributes:
        name: as in the file.
        words: what `codes` point to; empty for a column of numbers.
        codes: shape (N,), -1 for none.
        numbers: shape (N,), NaN for none; empty for a column of words.
    """

    name: str
    words: tuple[str, ...]
    codes: Codes
    numbers: Floats

    @property
    def is_number(self) -> bool:
        return not len(self.codes)

    def at(self, i: int) -> str | float | None:
        """The value of feature `i`; None for none."""
        if self.is_number:
            value = float(self.numbers[i])
            return None if value != value else value
        code = int(self.codes[i])
        return self.words[code] if code >= 0 else None


class Shapes(msgspec.Struct, frozen=True):
    """Geometry of one kind, WGS-84 degrees.

    Attributes:
        xy: shape (V, 2), lon and lat.
        starts: shape (S + 1,): of points none; line i is xy[starts[i]:starts[i + 1]]; of polygons the rings, closed.
        polys: shape (P + 1,): polygon i has the rings polys[i] to polys[i + 1], its outer one first; else none.
        feature: whose each point, line or polygon is.
    """

    xy: Floats
    feature: Ints
    starts: Ints
    polys: Ints

    def __len__(self) -> int:
        return len(self.feature)


class Imported(msgspec.Struct, frozen=True):
    """One layer.

    Attributes:
        name, department: as a person calls it and whose it is.
        file: name of the file that it came from. datum: that the file was said to be in.
        imported: UTC us of the machine's clock.
        count: features.
        points, lines, polygons: their geometry; a feature may have several, of several kinds.
        columns: attributes.
        report: what came of the file.
    """

    name: str
    department: str
    file: str
    datum: str
    imported: int
    count: int
    points: Shapes
    lines: Shapes
    polygons: Shapes
    columns: tuple[Column, ...]
    report: Report

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def record(self, feature: int) -> list[tuple[str, str | float]]:
        """What is known of a feature: (name, value), without what it has not."""
        values = ((column.name, column.at(feature)) for column in self.columns)
        return [(name, value) for name, value in values if value is not None and value != ""]

    def title(self, feature: int) -> str:
        """What a feature is called: the value of a column that is a name, else ""."""
        for column in self.columns:
            if column.name.lower() in NAMES:
                value = column.at(feature)
                if isinstance(value, str) and value:
                    return value
        return ""


NAMES = ("name", "名称", "名字", "title", "标题", "单位名称", "楼名", "name:zh")
"""Columns that are a feature's name, in lower case."""


def plain(value: Any) -> Any:
    """For msgpack: arrays as bytes."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).tobytes()
    raise TypeError(type(value))
