"""Reading a file into a layer, and layers as files of the profile (msgpack behind a mark, written whole)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import numpy as np

from cockpit.geo.imports import geojson, table
from cockpit.geo.imports.building import Builder
from cockpit.geo.imports.model import Column, Imported, Limits, Report, Shapes, Wishes, plain
from cockpit.model.city import DATUMS
from cockpit.model.errors import OutsideError, UserError

MARK = b"CKLAYER1"
SUFFIX = ".layer"
TABLES = (".csv", ".tsv", ".txt")
GEOJSON = (".geojson", ".json")
ENDINGS = (*GEOJSON, *TABLES)
LIMITS = Limits()


class _Head(msgspec.Struct, frozen=True):
    """A file of the profile: arrays as little-endian bytes."""

    name: str
    department: str
    file: str
    datum: str
    imported: int
    count: int
    shapes: tuple[tuple[bytes, bytes, bytes, bytes], ...]
    columns: tuple[tuple[str, tuple[str, ...], bytes, bytes], ...]
    report: Report


_decoder = msgspec.msgpack.Decoder(_Head)
_encoder = msgspec.msgpack.Encoder(enc_hook=plain)


def read(path: Path, wishes: Wishes, now: int, limits: Limits = LIMITS) -> Imported:
    """Reads GeoJSON or a table.

    Args:
        now: UTC us, when it is imported.

    Raises:
        UserError: the file is not there, too large, no GeoJSON and no table, or nothing of it can be used.
    """
    if wishes.datum not in DATUMS:
        raise UserError("packs.unknown_datum", datum=wishes.datum, known=", ".join(DATUMS))
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UserError("imports.ending", file=path.name, known=" ".join(ENDINGS))
    data = _bytes(path, limits)
    if not data.strip():
        raise UserError("imports.empty")
    if ending in GEOJSON:
        builder = Builder(wishes, limits, lines=False)
        builder.take(geojson.features(data))
    else:
        builder = Builder(wishes, limits, lines=True)
        builder.take(table.features(data))
    made = builder.layer(path.stem[:60], path.name[:200], now)
    if not made.count:
        reasons = sorted(made.report.left_out.items(), key=lambda one: -one[1])
        raise UserError(f"imports.nothing_{reasons[0][0]}" if reasons else "imports.empty", n=made.report.total)
    return made


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise UserError("imports.no_file", file=path.name)
        size = path.stat().st_size
        if size > limits.bytes:
            raise UserError("imports.too_large", mb=size // 2**20, most=limits.bytes // 2**20)
        with path.open("rb") as file:
            return file.read(limits.bytes + 1)
    except OSError as error:
        raise UserError("imports.unreadable", file=path.name, why=error.strerror or str(error)) from error


def save(layer: Imported, path: Path) -> None:
    """Writes a layer, whole or not at all.

    Raises:
        OutsideError: the disk does not take it.
    """
    head = _Head(
        **{name: getattr(layer, name) for name in ("name", "department", "file", "datum", "imported", "count")},
        shapes=tuple(
            (plain(one.xy), plain(one.feature), plain(one.starts), plain(one.polys))
            for one in (layer.points, layer.lines, layer.polygons)
        ),
        columns=tuple((c.name, c.words, plain(c.codes), plain(c.numbers)) for c in layer.columns),
        report=layer.report,
    )
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(MARK + _encoder.encode(head))
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise OutsideError("imports.not_kept", why=error.strerror or str(error)) from error


def load(path: Path) -> Imported:
    """A layer as it was saved.

    Raises:
        OutsideError: the file is gone or broken.
    """
    try:
        data = path.read_bytes()
        if not data.startswith(MARK):
            raise ValueError("another file")
        head = _decoder.decode(memoryview(data)[len(MARK) :])
        points, lines, polygons = (_shapes(*one) for one in head.shapes)
        columns = tuple(
            Column(name, words, np.frombuffer(codes, dtype=np.int32), np.frombuffer(numbers, dtype=np.float64))
            for name, words, codes, numbers in head.columns
        )
        made = Imported(
            head.name, head.department, head.file, head.datum, head.imported, head.count,
            points, lines, polygons, columns, head.report,
        )  # fmt: skip
        _check(made)
    except OSError as error:
        raise OutsideError("imports.unreadable", file=path.name, why=error.strerror or str(error)) from error
    except (ValueError, msgspec.MsgspecError, TypeError) as error:
        raise OutsideError("imports.kept_broken", file=path.name) from error
    return made


def _shapes(xy: bytes, feature: bytes, starts: bytes, polys: bytes) -> Shapes:
    places = np.frombuffer(xy, dtype=np.float64).reshape(-1, 2)
    rest = (np.frombuffer(one, dtype=np.int64) for one in (feature, starts, polys))
    return Shapes(places, *rest)


def _check(layer: Imported) -> None:
    """Numbers that point beyond their columns would end in the renderer.

    Raises:
        ValueError: such a number.
    """
    for shapes in (layer.points, layer.lines, layer.polygons):
        for steps, end in ((shapes.starts, len(shapes.xy)), (shapes.polys, len(shapes.starts) - 1)):
            inside = len(steps) and steps[0] == 0 and steps[-1] <= end and (np.diff(steps) >= 0).all()
            if not inside:
                raise ValueError("broken steps")
        if len(shapes.feature) and not (shapes.feature.min() >= 0 and shapes.feature.max() < layer.count):
            raise ValueError("broken features")
    if len(layer.lines) + 1 != len(layer.lines.starts) or len(layer.polygons) + 1 != len(layer.polygons.polys):
        raise ValueError("broken shapes")
    for column in layer.columns:
        if layer.count not in (len(column.codes), len(column.numbers)):
            raise ValueError("broken column")
        if len(column.codes) and column.codes.max() >= len(column.words):
            raise ValueError("broken codes")
