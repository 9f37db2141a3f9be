"""Archives of tiles on this machine: PMTiles 3 and MBTiles 1.3. A damaged one is an error of its own kind, no crash."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import quote

import msgspec

from cockpit.geo.tiles.grid import Box, Tile
from cockpit.model.errors import UserError

MOST_BYTES = 8_000_000
"""Of one tile as it lies in the archive."""
MOST_DIRECTORY = 32_000_000
"""Of a directory of PMTiles, unpacked."""


class Facts(msgspec.Struct, frozen=True):
    """What an archive says of itself.

    Attributes:
        vector: Mapbox vector tiles, not pictures.
        min_zoom, max_zoom: levels that it has.
        bounds: degrees of WGS-84; None where it does not say.
        layers: names of its vector layers, as far as it tells them.
        count: tiles, 0 where it does not say.
        credit: what has to be said of it.
    """

    vector: bool
    min_zoom: int
    max_zoom: int
    bounds: Box | None
    layers: tuple[str, ...]
    count: int
    credit: str


class Archive(Protocol):
    """Attributes:
    facts: what it says of itself.
    """

    facts: Facts

    def get(self, tile: Tile) -> bytes | None:
        """A tile as it lies there, packed or not; None where there is none. Any thread.

        Raises:
            ValueError: that part of the archive is damaged.
        """
        ...

    def close(self) -> None: ...


def open_archive(path: Path, kind: str) -> Archive:
    """Raises:
    UserError: not there, or not such an archive.
    """
    try:
        return PMTiles(path) if kind == "pmtiles" else MBTiles(path)
    except FileNotFoundError as error:
        raise UserError("tiles.no_file", file=str(path)) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, sqlite3.Error, RecursionError) as error:
        raise UserError("tiles.not_an_archive", file=str(path), kind=kind) from error
    except Exception as error:  # the reader's own: no magic number, another version
        raise UserError("tiles.not_an_archive", file=str(path), kind=kind) from error


def unzipped(data: bytes, most: int) -> bytes:
    """What gzip or zlib packed, no more than `most` bytes of it.

    Raises:
        ValueError: it is damaged, cut off or larger.
    """
    unpack = zlib.decompressobj(47)
    try:
        plain = unpack.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError("not packed as it says") from error
    if len(plain) > most:
        raise ValueError("too large")
    if not unpack.eof:
        raise ValueError("cut off")
    return plain


class PMTiles:
    """A PMTiles archive; directories that were read are kept."""

    def __init__(self, path: Path) -> None:
        from pmtiles.tile import Compression, TileType, deserialize_header

        self._file: IO[bytes] = open(path, "rb")  # noqa: SIM115 - closed by close
        self._lock = threading.Lock()
        self._directories: OrderedDict[tuple[int, int], list[Any]] = OrderedDict()
        try:
            self._size = path.stat().st_size
            self._header = deserialize_header(self._bytes(0, 127))
            head = self._header
            packed = head["internal_compression"]
            if packed not in (Compression.GZIP, Compression.NONE):
                raise ValueError("packed in a way that is not known")
            self._gzip = packed == Compression.GZIP
            raw = self._bytes(head["metadata_offset"], head["metadata_length"])
            meta = json.loads(unzipped(raw, MOST_DIRECTORY) if self._gzip else raw)
            meta = meta if isinstance(meta, dict) else {}
            self.facts = Facts(
                vector=head["tile_type"] == TileType.MVT,
                min_zoom=head["min_zoom"],
                max_zoom=head["max_zoom"],
                bounds=_bounds([head[f"{n}_e7"] / 1e7 for n in ("min_lon", "min_lat", "max_lon", "max_lat")]),  # type: ignore[literal-required]
                layers=_layers(meta),
                count=head["addressed_tiles_count"],
                credit=str(meta.get("attribution") or "")[:300],
            )
        except BaseException:
            self._file.close()
            raise

    def get(self, tile: Tile) -> bytes | None:
        from pmtiles.tile import find_tile, zxy_to_tileid

        if not tile.there:
            return None
        head = self._header
        wanted = zxy_to_tileid(tile.z, tile.x, tile.y)
        offset, length = head["root_offset"], head["root_length"]
        with self._lock:
            for _ in range(4):
                entry = find_tile(self._directory(offset, length), wanted)
                if entry is None:
                    return None
                if entry.run_length:
                    return self._bytes(head["tile_data_offset"] + entry.offset, entry.length)
                offset, length = head["leaf_directory_offset"] + entry.offset, entry.length
        raise ValueError("its directories have no end")

    def _directory(self, offset: int, length: int) -> list[Any]:
        from pmtiles.tile import deserialize_directory

        kept = self._directories.get((offset, length))
        if kept is None:
            raw = self._bytes(offset, length)
            if self._gzip:
                unzipped(raw, MOST_DIRECTORY)  # its own reader unpacks without a limit
            else:
                import gzip

                raw = gzip.compress(raw, 0)
            try:
                kept = deserialize_directory(raw)
            except (EOFError, IndexError, OSError) as error:
                raise ValueError("a damaged directory") from error
            self._directories[offset, length] = kept
            if len(self._directories) > 64:
                self._directories.popitem(last=False)
        return kept

    def _bytes(self, offset: int, length: int) -> bytes:
        """Raises:
        ValueError: the file is shorter, or the piece is too large.
        """
        if not 0 <= length <= MOST_BYTES or offset < 0 or offset > self._size:
            raise ValueError("a place that it does not have")
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length:
            raise ValueError("cut off")
        return data

    def close(self) -> None:
        with self._lock:
            self._file.close()


class MBTiles:
    """An MBTiles archive, read only; its rows count from the south."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(path)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False, timeout=1.0
        )
        try:
            meta = {str(k): str(v) for k, v in self._db.execute("SELECT name, value FROM metadata LIMIT 200")}
            form = meta.get("format", "png")
            low, high = _zooms(self._db, meta)
            bounds = meta.get("bounds", "").split(",")
            self.facts = Facts(
                vector=form in ("pbf", "mvt"),
                min_zoom=low,
                max_zoom=high,
                bounds=_bounds([float(b) for b in bounds]) if len(bounds) == 4 else None,
                layers=_layers(_json(meta.get("json", ""))),
                count=int(self._db.execute("SELECT count(*) FROM tiles").fetchone()[0]),
                credit=meta.get("attribution", "")[:300],
            )
        except BaseException:
            self._db.close()
            raise

    def get(self, tile: Tile) -> bytes | None:
        if not tile.there:
            return None
        with self._lock:
            try:
                row = self._db.execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
                    " AND length(tile_data) <= ?",
                    (tile.z, tile.x, 2**tile.z - 1 - tile.y, MOST_BYTES),
                ).fetchone()
            except sqlite3.Error as error:
                raise ValueError("a damaged archive") from error
        return bytes(row[0]) if row and isinstance(row[0], bytes) else None

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _zooms(db: sqlite3.Connection, meta: dict[str, str]) -> tuple[int, int]:
    with contextlib.suppress(KeyError, ValueError):
        return int(meta["minzoom"]), int(meta["maxzoom"])
    low, high = db.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
    return int(low or 0), int(high or 0)


def _json(text: str) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(text)
        return value if isinstance(value, dict) else {}
    return {}


def _layers(meta: dict[str, Any]) -> tuple[str, ...]:
    rows = meta.get("vector_layers")
    if not isinstance(rows, list):
        return ()
    return tuple(str(row["id"]) for row in rows[:200] if isinstance(row, dict) and "id" in row)


def _bounds(values: list[float]) -> Box | None:
    west, south, east, north = values
    return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None
