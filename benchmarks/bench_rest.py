"""Whether hub and seats grow while no hand touches them; `benchmarks.rest` measures all of them in one run of some
twenty minutes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from benchmarks.bench_dispatch import measured
from benchmarks.registry import bench


@lru_cache(maxsize=1)
def at_rest() -> dict[str, Any]:
    return measured("benchmarks.rest", seconds=1800.0)


@bench("rest.hub.memory_slope", unit="MB/min", better="lower", runs=1)
def hub() -> float:
    """Of a hub with a city that lives, over ten minutes after the first eleven."""
    return float(at_rest()["hub"]["mb_min"])


@bench("rest.duty.memory_slope", unit="MB/min", better="lower", runs=1)
def duty() -> float:
    """Of the duty seat with its desk, over the same ten minutes."""
    return float(at_rest()["duty"]["mb_min"])


@bench("rest.leader.memory_slope", unit="MB/min", better="lower", runs=1)
def leader() -> float:
    """Of the leader's seat with its desk, over the same ten minutes."""
    return float(at_rest()["leader"]["mb_min"])
