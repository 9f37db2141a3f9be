"""OpenStreetMap's binary files (.osm.pbf), by libosmium, which is the extra [packs]."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import shapely

from cockpit.geo.make.features import WANTED, Feature, is_area, worth_reading
from cockpit.geo.make.source import Box, Source
from cockpit.model.errors import UserError


class OsmPbf:
    """The features of one file.

    Attributes:
        bounds: what the file says that it covers; None where it does not.

    Raises:
        UserError: osmium is not installed.
    """

    def __init__(self, path: Path, source: Source) -> None:
        try:
            import osmium
        except ImportError as error:
            raise UserError("make.no_osmium", file=str(path)) from error
        self._osmium = osmium
        self._path, self._source = path, source
        self.bounds: Box | None = None

    def features(self) -> Iterator[Feature]:
        """All that is worth reading.

        Raises:
            UserError: the file is damaged.
        """
        try:
            yield from self._read()
        except RuntimeError as error:  # libosmium's own
            raise UserError("make.not_osm", file=str(self._path), why=str(error)[:120]) from error

    def _read(self) -> Iterator[Feature]:
        osmium = self._osmium
        self._read_bounds()
        factory = osmium.geom.WKBFactory()
        wanted = osmium.filter.KeyFilter(*WANTED)
        for thing in osmium.FileProcessor(str(self._path)).with_areas(wanted).with_filter(wanted):
            tags = {tag.k: tag.v for tag in thing.tags}
            if not worth_reading(tags):
                continue
            try:
                if thing.is_node():
                    yield Feature(tags, shapely.Point(thing.lon, thing.lat))
                elif thing.is_area():
                    if not thing.from_way() or is_area(tags):
                        yield Feature(tags, shapely.from_wkb(factory.create_multipolygon(thing)))
                elif thing.is_way() and not (thing.is_closed() and is_area(tags)):
                    yield Feature(tags, shapely.from_wkb(factory.create_linestring(thing)))
            except (osmium.InvalidLocationError, RuntimeError, ValueError):
                self._source.left_out["make.left_incomplete"] += 1

    def _read_bounds(self) -> None:
        with self._osmium.io.Reader(str(self._path)) as reader:
            box = reader.header().box()
            if box.valid():
                low, high = box.bottom_left, box.top_right
                self.bounds = (low.lon, low.lat, high.lon, high.lat)
