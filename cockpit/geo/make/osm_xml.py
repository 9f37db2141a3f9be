"""OpenStreetMap XML (.osm), as Overpass and JOSM write it: read piece by piece, with limits; entities are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import shapely
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cockpit.geo.make.features import Feature, is_area, worth_reading
from cockpit.geo.make.source import Box, Geometry, Source
from cockpit.model.errors import UserError

LARGEST = 2_000_000_000
"""Bytes; a larger one is for .pbf."""
MOST_NODES = 30_000_000
MOST_TAGS = 1_000


class OsmXml:
    """The features of one file.

    Args:
        left_out: where what is left out is counted.

    Attributes:
        bounds: what the file says that it covers; None where it does not.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self._path, self._source = path, source
        self.bounds: Box | None = None
        self._nodes: dict[int, tuple[float, float]] = {}
        self._ways: dict[int, tuple[list[int], dict[str, str]]] = {}
        self._relations: list[tuple[list[tuple[int, str]], dict[str, str]]] = []

    def features(self) -> Iterator[Feature]:
        """All that is worth reading.

        Raises:
            UserError: no such file, too large, or no OpenStreetMap XML.
        """
        size = self._path.stat().st_size
        if size > LARGEST:
            raise UserError("make.too_large", file=str(self._path), most=LARGEST // 1_000_000)
        try:
            yield from self._points()
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise UserError("make.not_osm", file=str(self._path), why=_why(error)) from error
        if not self._nodes:
            raise UserError("make.not_osm", file=str(self._path), why="<node>")
        yield from self._lines()
        yield from self._multipolygons()

    def _points(self) -> Iterator[Feature]:
        """Reads the file; points are told at once, ways and relations kept until all nodes are known."""
        with self._path.open("rb") as file:
            root: Element | None = None
            for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
                if root is None:
                    root = element
                    if element.tag != "osm":
                        raise UserError("make.not_osm", file=str(self._path), why=f"<{str(element.tag)[:40]}>")
                if event == "start" or element.tag not in ("node", "way", "relation", "bounds"):
                    continue
                if element.tag == "node":
                    point = self._node(element)
                    if point is not None:
                        yield point
                elif element.tag == "way":
                    self._way(element)
                elif element.tag == "relation":
                    self._relation(element)
                else:
                    self._bounds(element)
                root.clear()

    def _node(self, element: Element) -> Feature | None:
        number, lon, lat = _whole(element.get("id")), _number(element.get("lon")), _number(element.get("lat"))
        if number is None or lon is None or lat is None or not (abs(lon) <= 180 and abs(lat) <= 90):
            self._source.left_out["make.left_no_place"] += 1
            return None
        if len(self._nodes) >= MOST_NODES:
            raise UserError("make.too_large", file=str(self._path), most=LARGEST // 1_000_000)
        self._nodes[number] = (lon, lat)
        tags = _tags(element)
        return Feature(tags, shapely.Point(lon, lat)) if worth_reading(tags) else None

    def _way(self, element: Element) -> None:
        number = _whole(element.get("id"))
        refs = [ref for nd in element.findall("nd") if (ref := _whole(nd.get("ref"))) is not None]
        if number is not None and len(refs) > 1:
            self._ways[number] = refs, _tags(element)

    def _relation(self, element: Element) -> None:
        tags = _tags(element)
        if tags.get("type") in ("multipolygon", "boundary") and worth_reading(tags):
            members = [
                (ref, member.get("role") or "outer")
                for member in element.findall("member")
                if member.get("type") == "way" and (ref := _whole(member.get("ref"))) is not None
            ]
            self._relations.append((members, tags))

    def _bounds(self, element: Element) -> None:
        sides = [_number(element.get(name)) for name in ("minlon", "minlat", "maxlon", "maxlat")]
        west, south, east, north = sides
        if west is not None and south is not None and east is not None and north is not None:
            self.bounds = (west, south, east, north)

    def _path_of(self, refs: list[int]) -> list[tuple[float, float]]:
        """Where a way runs, as far as its nodes are in the file."""
        return [self._nodes[ref] for ref in refs if ref in self._nodes]

    def _lines(self) -> Iterator[Feature]:
        for refs, tags in self._ways.values():
            if not worth_reading(tags):
                continue
            path = self._path_of(refs)
            if len(path) < 2:
                self._source.left_out["make.left_incomplete"] += 1
            elif refs[0] == refs[-1] and len(path) > 3 and is_area(tags):
                yield Feature(tags, shapely.Polygon(path))
            else:
                yield Feature(tags, shapely.LineString(path))

    def _multipolygons(self) -> Iterator[Feature]:
        for members, tags in self._relations:
            shape = self._shape(members)
            if shape is None:
                self._source.left_out["make.left_incomplete"] += 1
            else:
                yield Feature(tags, shape)

    def _shape(self, members: list[tuple[int, str]]) -> Geometry | None:
        """Outer rings without the inner ones; None where a ring is not whole in this file."""
        rings: dict[str, list[Geometry]] = {"outer": [], "inner": []}
        for ref, role in members:
            if role not in rings:
                continue
            if ref not in self._ways:
                return None
            path = self._path_of(self._ways[ref][0])
            if len(path) > 1:
                rings[role].append(shapely.LineString(path))
        outer = shapely.get_parts(shapely.polygonize(rings["outer"]))
        if not len(outer):
            return None
        shape = shapely.union_all(outer)
        inner = shapely.get_parts(shapely.polygonize(rings["inner"])) if rings["inner"] else ()
        return shapely.difference(shape, shapely.union_all(inner)) if len(inner) else shape


def _tags(element: Element) -> dict[str, str]:
    tags = element.findall("tag")[:MOST_TAGS]
    return {key[:100]: (tag.get("v") or "")[:500] for tag in tags if (key := tag.get("k"))}


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "") if len(text or "") < 20 else None
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _why(error: Exception) -> Any:
    return str(error)[:120] or type(error).__name__
