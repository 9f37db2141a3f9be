"""The tree of areas of a city of which nobody tells street centres: drawn boundaries where there are some, the rest cut
from the streets and named after them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import shapely

from cockpit.geo.compact import MICRO
from cockpit.geo.make import cells as cutting
from cockpit.geo.make.source import Boundary, Box, Geometry, Source
from cockpit.geo.make.tree import CELL, CITY, COMMUNITY, DISTRICT, STREET, Area, grow, neighbours, short, spread
from cockpit.geo.metres import scale

STREET_CELLS, COMMUNITY_CELLS = 30, 5
"""Cells that a street and a community have, about, where nobody drew them."""
SMALL_CITY = 40e6
"""Square metres up to which a city is cut finely."""
FINE = {"min_cell": 4_000.0, "max_cell": 60_000.0, "water_cut": 20_000.0, "water_half_width": 12.0, "gap": 15.0}
COARSE = {"min_cell": 15_000.0, "max_cell": 600_000.0, "water_cut": 200_000.0, "water_half_width": 60.0, "gap": 150.0}


def settings_of(bounds: Box) -> dict[str, float]:
    """How finely a city is cut."""
    wide, high = ((b - a) * metre for a, b, metre in zip(bounds[:2], bounds[2:], scale(bounds[1]), strict=True))
    return FINE if wide * high <= SMALL_CITY else COARSE


class AreaMaker:
    """Makes the tree.

    Args:
        boundaries: what a source or the user drew.
        name_of: what a place (lon, lat) is called: the street it lies at; "" for nothing.
        code, name: of the city; the code has six digits.
    """

    def __init__(
        self, source: Source, bounds: Box, boundaries: Iterable[Boundary], code: str, name: str,
        name_of: Callable[[float, float], str],
    ) -> None:  # fmt: skip
        self._box = shapely.box(*bounds)
        self._metre = np.array(scale((bounds[1] + bounds[3]) / 2))
        self._settings = settings_of(bounds)
        self._drawn: dict[int, list[Boundary]] = {}
        for one in boundaries:
            if one.level in (DISTRICT, STREET, COMMUNITY, CELL) and one.shape.intersects(self._box):
                self._drawn.setdefault(one.level, []).append(one)
        self._code, self._name, self._name_of = code, name, name_of
        self._codes: set[str] = set()
        self._names: Counter[str] = Counter()
        self._cells = self._own_cells(source, bounds)
        flat = shapely.transform(np.array(self._cells, dtype=object), lambda c: c / MICRO * self._metre)
        self._centre = shapely.get_coordinates(shapely.centroid(flat))
        self._table = neighbours(self._cells, self._metre, self._settings["gap"])
        inside = shapely.point_on_surface(np.array(self._cells, dtype=object))
        self._inside = shapely.get_coordinates(inside) / MICRO
        self._rows: list[Area] = []

    def _own_cells(self, source: Source, bounds: Box) -> list[Geometry]:
        """Cells in microdegrees: those drawn, else cut from the streets."""
        drawn = self._drawn.get(CELL)
        if drawn:
            return [cutting.to_micro(shapely.intersection(one.shape, self._box)) for one in drawn]
        cut = cutting.cut(source, bounds, self._settings)
        if not cut:  # nothing but water, or no street that cuts
            return [cutting.to_micro(self._box)]
        return list(shapely.coverage_simplify(np.array(cut, dtype=object), 20.0))

    def make(self) -> list[Area]:
        """The areas, parents before children, in degrees."""
        everything = list(range(len(self._cells)))
        for district, members in self._split(everything, DISTRICT, lambda own: 1):
            name = district.name if district else self._name
            code = self._code_for(district, self._code[:4], 2, first=91)
            self._add(code, name, DISTRICT, self._code, members)
            self._streets(code, members)
        self._add(self._code, self._name, CITY, "", everything)
        self._rows.sort(key=lambda row: (row.tier, row.code))
        return [
            Area(row.code, row.name, row.tier, row.parent, shapely.transform(row.shape, lambda c: c / MICRO))
            for row in self._rows
        ]

    def _streets(self, district: str, members: list[int]) -> None:
        for street, own in self._split(members, STREET, lambda cells: math.ceil(len(cells) / STREET_CELLS)):
            name = street.name if street else self._quarter(own)
            code = self._code_for(street, district, 3)
            self._add(code, name, STREET, district, own)
            self._communities(code, name, own)

    def _communities(self, street: str, above: str, members: list[int]) -> None:
        split = self._split(members, COMMUNITY, lambda cells: max(1, round(len(cells) / COMMUNITY_CELLS)))
        for k, (community, own) in enumerate(split, 1):
            name = community.name if community else f"{short(above)}第{k}社区"
            code = self._code_for(community, street, 3)
            self._add(code, name, COMMUNITY, street, own)
            for n, cell in enumerate(sorted(own, key=lambda i: (-self._centre[i, 1], self._centre[i, 0])), 1):
                drawn = self._drawn.get(CELL)
                cell_name = drawn[cell].name if drawn else f"{name}第{n}网格"
                self._add(self._code_for(drawn[cell] if drawn else None, code, 3), cell_name, CELL, code, [cell])

    def _split(
        self, members: list[int], level: int, count: Callable[[list[int]], int]
    ) -> list[tuple[Boundary | None, list[int]]]:
        """Cells by the drawn area of a level in which they lie; what lies in none is spread into groups."""
        drawn = self._drawn.get(level, [])
        groups: dict[int, list[int]] = {}
        if drawn:
            tree = shapely.STRtree([one.shape for one in drawn])
            cell, area = tree.query(shapely.points(self._inside[members]), predicate="intersects")
            owner = dict(zip(cell[::-1].tolist(), area[::-1].tolist(), strict=True))
            for k, i in enumerate(members):
                groups.setdefault(owner.get(k, -1), []).append(i)
        else:
            groups[-1] = members
        rest = groups.pop(-1, [])
        split: list[tuple[Boundary | None, list[int]]] = [(drawn[k], own) for k, own in sorted(groups.items())]
        if rest:
            split += [(None, own) for own in self._grown(rest, count(rest))]
        return split

    def _grown(self, members: list[int], count: int) -> list[list[int]]:
        if count <= 1 or len(members) <= 1:
            return [members]
        heads = spread(members, self._centre, min(count, len(members)))
        owner = grow({head: str(k) for k, head in enumerate(heads)}, self._table, set(members))
        points = self._centre[heads]
        groups: dict[int, list[int]] = {}
        for i in members:
            nearest = int(np.hypot(*(points - self._centre[i]).T).argmin())
            groups.setdefault(int(owner[i]) if i in owner else nearest, []).append(i)
        return [own for _, own in sorted(groups.items())]

    def _quarter(self, members: list[int]) -> str:
        """A quarter called by the street that most of its cells lie at."""
        names = Counter(name for i in members if (name := self._name_of(*self._inside[i].tolist())))
        name = f"{names.most_common(1)[0][0]}片区" if names else f"{short(self._name)}片区"
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name}{self._names[name]}"

    def _code_for(self, drawn: Boundary | None, above: str, digits: int, first: int = 1) -> str:
        """The area's own code where it has one of the right length under the one above, else the next free one."""
        size = len(above) + digits
        if drawn is not None and len(drawn.code) >= size and drawn.code[:size] not in self._codes:
            own = drawn.code[:size]
            if own.startswith(above) and own != self._code:
                self._codes.add(own)
                return own
        k = first
        while f"{above}{k:0{digits}d}" in self._codes or f"{above}{k:0{digits}d}" == self._code:
            k += 1
        code = f"{above}{k:0{digits}d}"
        self._codes.add(code)
        return code

    def _add(self, code: str, name: str, tier: int, parent: str, members: list[int]) -> None:
        shape = shapely.union_all([self._cells[i] for i in members], grid_size=1)
        self._rows.append(Area(code, name, tier, parent, shape))
