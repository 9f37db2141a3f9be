"""What the gateway costs and how fast it is: see `benchmarks.field_polls`."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

from benchmarks.field_polls import measure
from benchmarks.registry import bench

SPAN = 50.0
"""Seconds: each device asks twice in it."""


@lru_cache(maxsize=1)
def measured() -> dict[str, Any]:
    return asyncio.run(measure(SPAN))


@bench("field.poll_cpu", unit="cores", better="lower", runs=1)
def poll_cpu() -> float:
    """Share of a core while 240 devices wait for orders, 25 s a question; aim 0.02."""
    return float(measured()["field.poll_cpu"])


@bench("field.fact_p99", unit="ms", better="lower", runs=1)
def fact_p99() -> float:
    """From a device's fact until the answer that it is on the gateway's disk, while the others wait; aim 20."""
    return float(measured()["field.fact_p99"])
