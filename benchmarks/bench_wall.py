"""The wall: how soon and how closely its machines change a scene, follow a hand, and are back after a kill.

`benchmarks.wall_three` measures all of them in one run of some seven minutes: three machines of one screen of 1920×1080
each, drawn by the processor, joined over TLS; they share the cores of one machine with hub and city.
"""

from __future__ import annotations

import statistics
from functools import lru_cache
from typing import Any

import numpy as np

from benchmarks.bench_dispatch import measured
from benchmarks.registry import Measured, bench


@lru_cache(maxsize=1)
def three() -> dict[str, Any]:
    return measured("benchmarks.wall_three")


@bench("wall.scene_switch", unit="ms", better="lower", runs=1)
def scene_switch() -> float:
    """From the hub's taking of a change until it is drawn on the last of three machines, median; aim 200."""
    return statistics.median(three()["switch"])


@bench("wall.skew_p99", unit="ms", better="lower", runs=1)
def skew_p99() -> float:
    """Between the first and the last of three machines whose display has a new scene, beyond the error of their clocks,
    over 80 changes; aim 16."""
    return float(np.percentile(three()["skew"], 99))


@bench("wall.restart", unit="s", better="lower", runs=1)
def restart() -> float:
    """From the kill of a machine's drawing process until its screen shows the scene again, as it reports it each
    second, median; aim 5."""
    return statistics.median(three()["restart"])


@bench("wall.remote_p95", unit="ms", better="lower", runs=1)
def remote_p95() -> float:
    """From a message of a paired remote, light spots and pans by turns, until the points of the X server change, by way
    of TLS, gateway, hub, TLS and the paint; aim 100. The tablet's own way from finger to message is not in it."""
    touched = three()["remote"]
    return float(np.percentile([*touched["spot"], *touched["pan"]], 95))


PEER = "Chromium: deck.gl, 22 panels, 12 videos"


@lru_cache(maxsize=1)
def large() -> tuple[dict[str, Any], dict[str, Any]]:
    """A wall of 11520×3240 of one machine, and a web page with the same content."""
    return measured("benchmarks.wall_large", "ours"), measured("benchmarks.wall_large", "page")


@bench("wall.11520.frame", unit="ms", better="lower", runs=1)
def large_frame() -> Measured:
    """While the map is moved and all else goes on, as the points of the X server change; ours is moved 30 times a
    second, which no figure of it can be better than."""
    mine, theirs = large()
    return Measured(mine["frame"], PEER, theirs["frame"])


@bench("wall.11520.rest_cpu", unit="cores", better="lower", runs=1)
def large_cpu() -> Measured:
    """While nobody moves the map: videos, panels, ages."""
    mine, theirs = large()
    return Measured(mine["cpu"], PEER, theirs["cpu"])


@bench("wall.11520.rss_mb", unit="mb", better="lower", runs=1)
def large_mb() -> Measured:
    """Of all processes that draw."""
    mine, theirs = large()
    return Measured(mine["mb"], PEER, theirs["mb"])
