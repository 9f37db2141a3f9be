"""What the embedded city costs: see `benchmarks.city_cpu`."""

from __future__ import annotations

import asyncio
import statistics

from benchmarks.city_cpu import measure
from benchmarks.registry import bench

SPAN = 32.0
"""Seconds: a poll of the sensors, which changes every 30, is in each."""


@bench("city.cpu", unit="cores", better="lower", runs=1)
def city_cpu() -> float:
    """Share of a core at speed 1 with 240 units, their devices and one hub, median of five spans; aim 0.1."""
    return statistics.median(asyncio.run(measure(SPAN, 5))["city.cpu"])
