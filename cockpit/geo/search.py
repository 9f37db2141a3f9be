"""Places by name, without a network: roads, crossings, areas and what else a map names. WGS-84 lon/lat."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cockpit.geo.areas import CELL, CITY, Areas
from cockpit.geo.compact import Floats
from cockpit.geo.places import Places
from cockpit.model.nameindex import NameIndex, Scores
from cockpit.model.pinyin import plain

ROAD, AREA, OTHER, CROSSING = "road", "area", "other", "crossing"
_KINDS = (ROAD, AREA, OTHER, CROSSING)
"""In the order in which equals are listed."""
NEAR_KM = (2.0, 6.0, 20.0)
"""Of those that fit alike, what is nearer to the view than this comes first."""
ONE_ROAD = 3_000.0
"""Metres around a road's point next to the view in whose middle the road is shown; far off it may be another one."""
_OF_ONE = 25
"""What a crossing of a road counts less than the road itself."""
_OF_CELL = 6
"""What a cell counts less than the community whose name it bears."""
_LOOKED_AT = 2_000
"""Hits that are put in order."""
_APART = re.compile(r"[\s/\\×✕*&+、，,;；|]+")
_AND = re.compile(r"(?<=.)[与和及跟](?=.)")
_AFTER_ROAD = re.compile(r"(?<=.[路街道巷弄线桥])(?=..)")
_CROSSING_WORDS = re.compile(r"(交叉路口|十字路口|交叉口|交汇处|交口|路口)$")
Words = tuple[str, ...]


class Found(NamedTuple):
    """A place that a name leads to.

    Attributes:
        words: as the map source writes it.
        kind: road, area, other or crossing.
        lon, lat: where it is; of a road the middle of its part next to the view.
        area: code of the area itself, "" for other kinds.
    """

    words: str
    kind: str
    lon: float
    lat: float
    area: str = ""


def readings(typed: str) -> list[Words]:
    """What a typed text may mean: words all of which have to fit.

    Of two roads a crossing is meant: 延安路/庆春路, 延安路与庆春路, 延安路庆春路, `yal qcl`; names have 和 and 与 too.
    """
    text = plain(typed)
    short = _CROSSING_WORDS.sub("", text)
    found: dict[Words, None] = {}
    for one in dict.fromkeys((text, short)):
        words = tuple(word for word in _APART.split(one) if word)
        if len(words) > 2:
            words = tuple(word for word in words if word != "x")
        if not words:
            continue
        found[words] = None
        if len(words) > 1 and all(word.isascii() for word in words):
            found["".join(words),] = None
        for k, word in enumerate(words):
            cuts = [(m.start(), m.end()) for m in itertools.chain(_AND.finditer(word), _AFTER_ROAD.finditer(word))]
            for start, end in cuts[:4]:
                found[(*words[:k], word[:start], word[end:], *words[k + 1 :])] = None
    return list(found)


class PlaceSearch:
    """The names of a city, made ready to be searched; making it is for a worker thread.

    Args:
        areas: None where the pack has none.
    """

    def __init__(self, places: Places, areas: Areas | None) -> None:
        self._places = places
        self._metre = places.metre
        rows = [row for row in areas.rows if row.tier != CITY] if areas is not None else []
        self._areas = rows
        self._cells = np.array([row.tier == CELL for row in rows], dtype=bool)
        self._area_at = areas.middles([row.code for row in rows]) if areas is not None else np.zeros((0, 2))
        order = np.argsort(places.road_names, kind="stable")
        self._samples, owner = places.road_points[order], places.road_names[order].astype(np.int64)
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        self._roads = owner[first]
        self._first = np.append(first, len(owner))
        self._size = (len(self._roads), len(rows), len(places.others), len(places.crossings))
        self._points = np.concatenate([self._area_at, places.others, places.crossings])
        self._road_index = NameIndex(places.names, places.spelled_roads)
        self._area_index = NameIndex([row.name for row in rows], areas.spelled(rows) if areas is not None else [])
        self._other_index = NameIndex(places.other_names, places.spelled_others)

    def search(self, typed: str, limit: int, near: tuple[float, float] | None = None) -> list[Found]:
        """The best first: a name itself, then those that begin with the words, then the rest; of equals the nearest.

        Args:
            near: middle of what is looked at.
        """
        best = np.zeros(sum(self._size), np.uint8)
        known: dict[str, tuple[Scores, Scores, Scores]] = {}
        for words in readings(typed):
            np.maximum(best, self._scores(words, known), out=best)
        hits = np.flatnonzero(best)
        if not len(hits):
            return []
        hits = self._ranked(hits, best, near)[: limit * 4]
        found = [(i, self._found(i, near)) for i in hits.tolist()]
        if near is None:  # of those that fit alike the shorter names come first where nothing is looked at
            found.sort(key=lambda pair: (-int(best[pair[0]]), _KINDS.index(pair[1].kind), len(pair[1].words)))
        return [place for _, place in found[:limit]]

    def _ranked(self, hits: NDArray[np.intp], best: Scores, near: tuple[float, float] | None) -> NDArray[np.intp]:
        """The best of the hits, in order; `_LOOKED_AT` of them at the most."""
        levels = best[hits]
        if len(hits) > _LOOKED_AT:  # a single letter fits half a city: what fits worse than enough others is left out
            counts = np.cumsum(np.bincount(levels, minlength=256)[::-1])
            least = 255 - int(np.searchsorted(counts, _LOOKED_AT))
            hits, levels = hits[levels >= least], levels[levels >= least]
        metres = self._metres(hits, near) if near is not None else np.zeros(len(hits))
        ring = np.searchsorted(np.array(NEAR_KM) * 1000, metres)
        kind = np.searchsorted(np.cumsum(self._size), hits, side="right")
        rank = (255.0 - levels) * 100 + ring * 10 + kind + metres / 1e8
        if len(rank) > _LOOKED_AT:
            few = np.argpartition(rank, _LOOKED_AT)[:_LOOKED_AT]
            hits, rank = hits[few], rank[few]
        ranked: NDArray[np.intp] = hits[np.argsort(rank, kind="stable")]
        return ranked

    def _scores(self, words: Words, known: dict[str, tuple[Scores, Scores, Scores]]) -> Scores:
        for word in words:
            if word not in known:
                known[word] = tuple(  # type: ignore[assignment]
                    index.scores(word) for index in (self._road_index, self._area_index, self._other_index)
                )
        own = [known[word] for word in words]
        roads, areas, others = (np.minimum.reduce([scores[k] for scores in own]) for k in range(3))
        areas = np.where(self._cells, _less(areas, _OF_CELL), areas)
        return np.concatenate([roads[self._roads], areas, others, self._of_crossings([s[0] for s in own])])

    def _of_crossings(self, scores: list[Scores]) -> Scores:
        pair = self._places.crossing_names
        if not len(pair):
            return np.zeros(0, np.uint8)
        first, second = [s[pair[:, 0]] for s in scores], [s[pair[:, 1]] for s in scores]
        if len(scores) == 1:
            one = np.maximum(first[0], second[0])
            return _less(one, _OF_ONE)
        if len(scores) == 2:
            both: Scores = np.maximum(np.minimum(first[0], second[1]), np.minimum(second[0], first[1]))
            return both
        every: Scores = np.minimum.reduce([np.maximum(a, b) for a, b in zip(first, second, strict=True)])
        return every

    def _metres(self, hits: NDArray[np.intp], near: tuple[float, float]) -> Floats:
        """How far hits, in order, are from a place; a road by its nearest point."""
        here = np.array(near)

        def away(points: Floats) -> Floats:
            gap = (points - here) * self._metre
            return np.asarray(np.hypot(gap[:, 0], gap[:, 1]), dtype=np.float64)

        roads = hits[: np.searchsorted(hits, self._size[0])]
        counts = self._first[roads + 1] - self._first[roads]
        ends = np.cumsum(counts)
        samples = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self._first[roads] - (ends - counts), counts)
        nearest = np.minimum.reduceat(away(self._samples[samples]), ends - counts) if len(roads) else np.zeros(0)
        return np.concatenate([nearest, away(self._points[hits[len(roads) :] - self._size[0]])])

    def _found(self, i: int, near: tuple[float, float] | None) -> Found:
        places = self._places
        roads, areas, others, _ = self._size
        if i < roads:
            return Found(places.names[int(self._roads[i])], ROAD, *self._middle(i, near))
        i -= roads
        if i < areas:
            return Found(self._areas[i].name, AREA, *_pair(self._area_at[i]), self._areas[i].code)
        i -= areas
        if i < others:
            return Found(places.other_names[i], OTHER, *_pair(places.others[i]))
        i -= others
        return Found(places.crossing_words(i), CROSSING, *_pair(places.crossings[i]))

    def _middle(self, road: int, near: tuple[float, float] | None) -> tuple[float, float]:
        """The point of a road that is nearest to the middle of it, or of its part next to the view."""
        points = self._samples[self._first[road] : self._first[road + 1]]
        if near is not None:
            next_to = points[_nearest((points - np.array(near)) * self._metre)]
            gap = (points - next_to) * self._metre
            points = points[np.hypot(gap[:, 0], gap[:, 1]) <= ONE_ROAD]
        return _pair(points[_nearest((points - points.mean(axis=0)) * self._metre)])


def within(areas: Areas, points: Sequence[tuple[float, float]]) -> list[str]:
    """Codes of the smallest areas in which places lie, "" for none."""
    return areas.at_many(np.array(points).reshape(-1, 2)) if points else []


def _less(scores: Scores, by: int) -> Scores:
    """Scores lowered, but none to nothing."""
    return np.where(scores > by, scores - by, scores.clip(max=1)).astype(np.uint8)


def _nearest(gaps: Floats) -> int:
    return int(np.hypot(gaps[:, 0], gaps[:, 1]).argmin())


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])
