"""The map without a GPU: a million moving points, and the largest city's scene under a hand that never rests.

What is measured runs in a process of its own on a virtual screen of its size (`benchmarks.map_window`), its peers do
the same work there (`benchmarks.map_peers`), in turn.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.registry import Measured, bench
from benchmarks.screen import virtual_screen

AT_1080P, AT_4K = (1920, 1080), (3840, 2160)


def in_window(module: str, size: tuple[int, int], *options: str, seconds: float = 400) -> dict[str, Any]:
    """What a module says of its work on a screen of that size."""
    wide, high = size
    command = [sys.executable, "-m", f"benchmarks.{module}", *options, "--width", str(wide), "--height", str(high)]
    with virtual_screen(wide, high) as environment:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module} {options[0]}: {done.stderr.decode(errors='replace')[-800:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def ours(size: tuple[int, int], points: int, frames: int = 40) -> float:
    told = in_window("map_window", size, "million", "--points", str(points), "--frames", str(frames))
    return statistics.median(told["ms"])


def peer(library: str, size: tuple[int, int], points: int, frames: int = 3) -> float:
    told = in_window("map_peers", size, library, "--points", str(points), "--frames", str(frames))
    return statistics.median(told["ms"])


def _million(size: tuple[int, int]) -> Measured:
    points = 1_000_000
    others = {"vispy": peer("vispy", size, points), "pyqtgraph": peer("pyqtgraph", size, points)}
    value = statistics.median(ours(size, points) for _ in range(5))
    return Measured(value, "deck.gl", peer("deckgl", size, points), others)


@bench("map.raster.1080p.1m", unit="ms", better="lower", runs=1)
def raster_1080p() -> Measured:
    return _million(AT_1080P)


@bench("map.raster.4k.1m", unit="ms", better="lower", runs=1)
def raster_4k() -> Measured:
    return _million(AT_4K)


@lru_cache(maxsize=1)
def _guangzhou() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        scene = Path(folder) / "scene.npz"
        subprocess.run(
            [sys.executable, "-m", "benchmarks.make_scene", "--out", str(scene)], check=True, stdout=subprocess.DEVNULL
        )
        found = [in_window("map_window", AT_1080P, "guangzhou", "--scene", str(scene)) for _ in range(5)]
    frames = sorted(ms for told in found for ms in told["ms"])
    return {
        "median": statistics.median(frames),
        "p95": frames[int(len(frames) * 0.95)],
        "sharp": statistics.median(ms for told in found for ms in told["sharp_ms"]),
        "memory": statistics.median(told["rss_mb"] for told in found),
    }


@bench("map.guangzhou.1080p", unit="ms", better="lower", runs=1)
def guangzhou() -> float:
    """Median frame of a flight that pans and zooms all the time."""
    return _guangzhou()["median"]


@bench("map.guangzhou.1080p.p95", unit="ms", better="lower", runs=1)
def guangzhou_p95() -> float:
    return _guangzhou()["p95"]


@bench("map.guangzhou.sharp", unit="ms", better="lower", runs=1)
def guangzhou_sharp() -> float:
    """From the last frame of a flight to the sharp picture."""
    return _guangzhou()["sharp"]


@bench("map.guangzhou.rss_mb", unit="mb", better="lower", runs=1)
def guangzhou_memory() -> float:
    """Of the whole process, the scene's own columns included."""
    return _guangzhou()["memory"]
