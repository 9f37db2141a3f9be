"""What stands in the streets: cameras, and sensors whose values follow the storm and a recorded series of air.

Values come by formula from the city's time, the place and the seed: asking twice gives the same answer.
"""

from __future__ import annotations

import math
import random
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.city.ground import Ground
from cockpit.city.happening import Spot, Stamp
from cockpit.city.weather import Air, Storms
from cockpit.model.clock import HOUR, MINUTE, SECOND, local

Floats = NDArray[np.float64]

CAMERAS = 2000
OFFLINE = 0.012
SENSORS = 3000
PUMPED = 6 * MINUTE
"""A pump takes the water down to a third in so long."""
STAYS_DRY = 4 * HOUR
"""And it stays so until the storm is over."""
SILENT = 0.008
"""Share of sensors that stopped speaking hours ago."""
AT_THE_PLACE = 3e-4
"""Degrees from a pump within which a sensor stands in the same water."""
EMPTY = 0.004
"""Share of sensors that never said a value."""


class Sort(msgspec.Struct, frozen=True):
    """A sort of sensor: id in the pack, share of all, where it stands, seconds between values, what it is called."""

    id: str
    share: float
    where: str
    period: int
    called: str


SORTS = (
    Sort("water_depth", 0.09, "any", 60, "积水监测"),
    Sort("river_level", 0.03, "water", 300, "水位站"),
    Sort("rain", 0.05, "any", 60, "雨量站"),
    Sort("pm25", 0.10, "any", 300, "空气站"),
    Sort("temperature", 0.05, "any", 300, "气温站"),
    Sort("wind", 0.03, "any", 300, "测风站"),
    Sort("noise", 0.12, "main", 60, "噪声点"),
    Sort("gas", 0.14, "any", 120, "燃气阀井"),
    Sort("lid_tilt", 0.22, "any", 300, "智能井盖"),
    Sort("pipe_pressure", 0.06, "any", 120, "管网测点"),
    Sort("pit_shift", 0.02, "main", 600, "基坑测点"),
    Sort("bin_fill", 0.09, "minor", 600, "垃圾箱房"),
)
"""Their names are data of the demo city like its events, not words of the program."""
_SIDES = ("东口", "南口", "西口", "北口")


def _feature(ident: str, lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": ident,
        "geometry": {"type": "Point", "coordinates": [round(float(lon), 6), round(float(lat), 6)]},
        "properties": properties,
    }


def cameras(ground: Ground, seed: int, count: int = CAMERAS) -> list[dict[str, Any]]:
    """Cameras as GeoJSON features, named by their crossing; also tells the ground where they stand."""
    rng = random.Random(f"{seed}/cameras")
    crossings, others = ground.pool("crossing").tolist(), ground.pool("any").tolist()
    rng.shuffle(crossings)
    low = ground.pool("underpass").tolist()[: count // 20]
    nodes = low + crossings[: count * 2 // 3]
    nodes += rng.choices(others, k=count - len(nodes))
    ground.know_areas(np.array(nodes, dtype=np.int64))
    features = []
    for i, node in enumerate(nodes, 1):
        side = rng.randrange(4)
        lon = float(ground.streets.lon[node]) + rng.uniform(-9e-5, 9e-5)
        lat = float(ground.streets.lat[node]) + rng.uniform(-9e-5, 9e-5)
        properties = {
            "kind": "junction" if " × " in ground.name(node) else "road",
            "name": f"{ground.place(node)} {_SIDES[side]}",
            "area": ground.area(node),
            "heading": float((90 + 90 * side + rng.randint(-20, 20)) % 360),
            "state": "offline" if rng.random() < OFFLINE else "online",
        }
        features.append(_feature(f"C{i:04d}", lon, lat, properties))
    places = np.array([feature["geometry"]["coordinates"] for feature in features])
    ground.see([feature["id"] for feature in features], places[:, 0], places[:, 1])
    return features


class Sensors:
    """All sensors of the city.

    Args:
        low: the low places of the story with the fullest they get; the first water sensors stand there.
        kinds: sorts of sensor that the pack knows, id to (unit, decimals); others are left out.
    """

    def __init__(
        self,
        ground: Ground,
        storms: Storms,
        air: Air,
        low: list[tuple[Spot, float]],
        kinds: dict[str, tuple[str, int]],
        seed: int,
        count: int = SENSORS,
    ) -> None:
        self._storms, self._air, self._seed = storms, air, seed
        self._groups: list[_Group] = []
        rng = random.Random(f"{seed}/sensors")
        sorts = [sort for sort in SORTS if sort.id in kinds]
        total = sum(sort.share for sort in sorts)
        plan = [(sort, max(1, round(count * sort.share / total))) for sort in sorts]
        nodes = {sort.id: rng.choices(ground.pool(sort.where).tolist(), k=n) for sort, n in plan}
        if "water_depth" in nodes:
            for i, (spot, _) in enumerate(low[: len(nodes["water_depth"])]):
                nodes["water_depth"][i] = spot.node
        ground.know_areas(np.array([node for group in nodes.values() for node in group], dtype=np.int64))
        number = 0
        for sort, _ in plan:
            fullest = [deep for _, deep in low] if sort.id == "water_depth" else []
            self._groups.append(_Group(ground, sort, kinds[sort.id], nodes[sort.id], fullest, number, rng))
            number += len(nodes[sort.id])

    def __len__(self) -> int:
        return sum(len(group.ids) for group in self._groups)

    def pump(self, lon: float, lat: float, at: int) -> None:
        """A pump is set up at a place at that time: the water sensor there falls, whatever the storm brings."""
        for group in self._groups:
            if group.sort.id == "water_depth":
                group.pump(lon, lat, at)

    def features(self, now: int, stamp: Stamp) -> list[dict[str, Any]]:
        """All sensors with their values at that time, as GeoJSON features."""
        return [feature for group in self._groups for feature in group.features(now, stamp, self._storms, self._air)]


class _Group:
    """The sensors of one sort."""

    def __init__(
        self,
        ground: Ground,
        sort: Sort,
        kind: tuple[str, int],
        nodes: list[int],
        fullest: list[float],
        number: int,
        rng: random.Random,
    ) -> None:
        n = len(nodes)
        self.sort = sort
        self.unit, self._decimals = kind
        self.ids = [f"S{number + i + 1:04d}" for i in range(n)]
        where = np.array(nodes, dtype=np.int64)
        off = np.random.default_rng(rng.randrange(1 << 32))
        self.lon = ground.streets.lon[where] + off.uniform(-6e-5, 6e-5, n)
        self.lat = ground.streets.lat[where] + off.uniform(-6e-5, 6e-5, n)
        self._pumped: dict[int, int] = {}
        self._own = off.uniform(0, 1, n)
        self._phase = off.uniform(0, 2 * math.pi, n)
        self._late = off.integers(0, sort.period, n) * SECOND
        self._fullest = np.where(off.random(n) < 0.2, off.uniform(2, 13, n), 0.0)
        fate = off.random(n)
        keep = min(len(fullest), n)
        self._fullest[:keep] = fullest[:keep]
        fate[:keep] = 1.0
        self._silent = fate < SILENT
        self._empty = (fate >= SILENT) & (fate < SILENT + EMPTY)
        self._static = [
            {
                "kind": sort.id,
                "name": f"{ground.place(node)} {sort.called}",
                "area": ground.area(node),
                "unit": self.unit,
                "period": sort.period,
            }
            for node in nodes
        ]

    def pump(self, lon: float, lat: float, at: int) -> None:
        away = np.hypot(self.lon - lon, self.lat - lat)
        if len(away) and away.min() < AT_THE_PLACE:
            self._pumped[int(away.argmin())] = at

    def _dry(self, now: int) -> Floats:
        """Share of the water that pumps have left."""
        left = np.ones(len(self.ids))
        for i, at in self._pumped.items():
            if at <= now < at + STAYS_DRY:
                left[i] = math.exp((at - now) / PUMPED)
        return left

    def features(self, now: int, stamp: Stamp, storms: Storms, air: Air) -> list[dict[str, Any]]:
        period = self.sort.period * SECOND
        measured = (now - self._late) // period * period + self._late
        measured[self._silent] = storms.before - 6 * 3600 * SECOND
        values = np.round(self._values(now, storms, air), self._decimals)
        bad = ~np.isfinite(values) | self._empty
        texts: dict[int, str] = {}
        made = []
        for i, (ident, fixed) in enumerate(zip(self.ids, self._static, strict=True)):
            at = int(measured[i])
            when = texts.get(at) or texts.setdefault(at, stamp(at))
            value = None if bad[i] else float(values[i]) + 0.0
            said = None if self._empty[i] else when
            made.append(_feature(ident, self.lon[i], self.lat[i], {**fixed, "value": value, "measured": said}))
        return made

    def _values(self, now: int, storms: Storms, air: Air) -> Floats:
        """Values at `now`; smooth in time, with each sensor's own bias and ripple."""
        minutes = now / (60 * SECOND)
        ripple = np.sin(minutes / (3 + 7 * self._own) + self._phase) + 0.5 * np.sin(minutes / 1.7 + 3 * self._phase)
        pm, temperature, wind = air.at(now)
        rain = storms.rain(now, self.lon, self.lat)
        hour = local(now).hour + local(now).minute / 60
        busy = 0.5 - 0.5 * math.cos((hour - 4) / 24 * 2 * math.pi)
        own = self._own
        match self.sort.id:
            case "water_depth":
                return np.maximum(0.0, storms.depth(now, self._fullest) * self._dry(now) * (1 + 0.01 * ripple))
            case "river_level":
                return 1.6 + 1.2 * own + 0.02 * ripple + 0.006 * storms.fallen(now, self.lon, self.lat)
            case "rain":
                return np.maximum(0.0, rain * (0.92 + 0.16 * own + 0.05 * ripple))
            case "pm25":
                return np.maximum(3.0, pm * (0.8 + 0.4 * own) / (1 + rain / 40) + 2 * ripple)
            case "temperature":
                return temperature + 1.5 * own + 0.15 * ripple - np.minimum(4.0, rain * 0.08)
            case "wind":
                return np.maximum(0.0, wind * (0.3 + 0.4 * own) + 0.4 * ripple + rain * 0.12)
            case "noise":
                return 46 + 12 * own + 14 * busy + 1.6 * ripple
            case "gas":
                return np.maximum(0.0, 0.6 * own**6 + 0.15 * ripple - 0.1)
            case "lid_tilt":
                return np.where(own > 0.997, 38 + 20 * own, np.maximum(0.0, 2 * own + 0.3 * ripple))
            case "pipe_pressure":
                return 0.28 + 0.1 * own - 0.05 * busy + 0.004 * ripple
            case "pit_shift":
                return 24 * own**3 + 0.2 * ripple + rain * 0.02
            case _:
                return np.minimum(100.0, (100 * own + minutes / 6) % 104)
