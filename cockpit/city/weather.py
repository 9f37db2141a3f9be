"""The weather of the demo city: rainstorms that belong to its story, and air and wind from a recorded series.

A storm begins 40 minutes before the city's start, lasts three hours and comes again every nine. Its core crosses the
city from north-west to south-east. Rain in mm/h, depths in cm, places WGS-84 degrees, times UTC microseconds.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import HOUR, MINUTE, local

Floats = NDArray[np.float64]

BEFORE = 40 * MINUTE
EVERY = 9 * HOUR
STEP = 10 * MINUTE
"""Between two samples of the rain of an hour."""
NEVER = 1 << 62
"""When the first storm of a calm story begins."""
LEAST = 0.22
"""Share of the core's rain that falls far from it."""
WIDE = 0.15
"""Sigma of the core, as a share of the city from south to north."""

_CURVE_MIN = np.array([0, 8, 20, 45, 75, 120, 160, 180], dtype=np.float64)
_CURVE_MMH = np.array([0, 30, 58, 64, 40, 18, 8, 0], dtype=np.float64)
_DRAIN_MMH = 22.0
"""What the drains take; rain above it stands in the low places."""


def _pond_shape() -> tuple[Floats, Floats]:
    """Minutes since the storm began, and how full a low place is then (0 to 1)."""
    minutes = np.arange(0.0, 301.0)
    rain = np.interp(minutes, _CURVE_MIN, _CURVE_MMH, right=0.0)
    depth = np.zeros_like(minutes)
    for i in range(1, len(minutes)):
        depth[i] = max(0.0, depth[i - 1] + (rain[i] - _DRAIN_MMH) / 60)
    return minutes, depth / depth.max()


_POND_MIN, _POND = _pond_shape()
FLOODED = (float(_POND_MIN[np.argmax(_POND > 0.02)]), float(_POND_MIN[np.nonzero(_POND > 0.02)[0][-1]]))
"""Minutes after the beginning of a storm when a low place begins to fill, and when it is dry again."""


class Storms:
    """The storms of one story.

    Args:
        start_us: start of the city.
        bounds: west, south, east, north.
        calm: there are none.

    Attributes:
        first: when the first one begins.
        before: a time before all that is told: when the first one began, or would have.
    """

    def __init__(self, start_us: int, bounds: tuple[float, float, float, float], calm: bool = False) -> None:
        self.before = start_us - BEFORE
        self.first = NEVER if calm else self.before
        self._bounds = bounds

    def number(self, now: int) -> int:
        """Number of the latest storm that has begun; -1 before the first."""
        return max(-1, (now - self.first) // EVERY)

    def begin(self, number: int) -> int:
        return self.first + number * EVERY

    def minutes(self, now: int) -> float:
        """Minutes since the latest storm began; negative before the first."""
        return (now - self.begin(max(0, self.number(now)))) / MINUTE

    def rain(self, now: int, lon: Floats, lat: Floats) -> Floats:
        """Rain at these places, mm/h."""
        peak, x, y, wide, shrink = self._core(now)
        if peak <= 0:
            return np.zeros_like(lon)
        away = ((lon - x) * shrink) ** 2 + (lat - y) ** 2
        spread: Floats = peak * (LEAST + (1 - LEAST) * np.exp(-away / wide))
        return spread

    def fallen(self, now: int, lon: Floats, lat: Floats) -> Floats:
        """Rain of the last hour at these places, mm."""
        total = sum((self.rain(now - k * STEP, lon, lat) for k in range(6)), np.zeros_like(lon))
        return total / 6

    def rain_at(self, now: int, lon: float, lat: float) -> float:
        """Rain at one place, mm/h."""
        peak, x, y, wide, shrink = self._core(now)
        if peak <= 0:
            return 0.0
        away = ((lon - x) * shrink) ** 2 + (lat - y) ** 2
        return peak * (LEAST + (1 - LEAST) * math.exp(-away / wide))

    def fallen_at(self, now: int, lon: float, lat: float) -> float:
        """Rain of the last hour at one place, mm."""
        return sum(self.rain_at(now - k * STEP, lon, lat) for k in range(6)) / 6

    def _core(self, now: int) -> tuple[float, float, float, float, float]:
        """Rain in the core of the storm (mm/h), where that is, how wide (2 sigma² in degrees²), degrees' shrinkage."""
        since = self.minutes(now)
        peak = float(np.interp(since, _CURVE_MIN, _CURVE_MMH, left=0.0, right=0.0))
        west, south, east, north = self._bounds
        along = since / 180
        x = west + (east - west) * (0.42 + 0.25 * along)
        y = south + (north - south) * (0.68 - 0.2 * along)
        return peak, x, y, 2 * (WIDE * (north - south)) ** 2, math.cos(math.radians(y))

    def depth(self, now: int, fullest: Floats) -> Floats:
        """Water in low places whose fullest in a storm is `fullest` cm."""
        share = float(np.interp(self.minutes(now), _POND_MIN, _POND, left=0.0, right=0.0))
        return fullest * share

    def depth_at(self, now: int, fullest: float) -> float:
        return fullest * float(np.interp(self.minutes(now), _POND_MIN, _POND, left=0.0, right=0.0))


class Air:
    """A recorded series of air: hourly PM2.5 (µg/m³, NaN in its real gaps), temperature (°C), wind (m/s).

    Measured in Beijing 2010 to 2014 (S. Chen, UCI Machine Learning Repository, CC BY 4.0), scaled to the south here.
    """

    PM_SCALE = 0.45
    WARMER = 4.5

    def __init__(self, file: Path) -> None:
        with np.load(file) as data:
            pm = data["pm25"].astype(np.float64)
            self._pm = np.where(pm < 0, np.nan, pm * self.PM_SCALE)
            self._temperature = data["temperature"].astype(np.float64) + self.WARMER
            self._wind = data["wind"].astype(np.float64) / 10

    def at(self, now: int) -> tuple[float, float, float]:
        """PM2.5, temperature and wind of the same day of the year in the recording; between two hours, their mean."""
        when = local(now)
        day = when.timetuple().tm_yday - 1
        hour = ((when.year % 4) * 365 + day) * 24 + when.hour
        share = (when.minute + when.second / 60) / 60
        a, b = hour % len(self._pm), (hour + 1) % len(self._pm)
        pm, temperature, wind = (
            float(row[a] * (1 - share) + row[b] * share) for row in (self._pm, self._temperature, self._wind)
        )
        return pm, temperature, wind
