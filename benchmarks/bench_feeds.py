"""Feeds at city scale: what the devices of Guangzhou cost hub and seat, how late they are seen, what is lost.

What is measured runs in a process of its own (`benchmarks.feeds_hall`), three phases one after the other; each figure
is that of the worst phase. `FEEDS_SECONDS=20 make bench ONLY=feeds.` makes the phases shorter: a look, no figure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.registry import Measured, bench

SECONDS = float(os.environ.get("FEEDS_SECONDS", "120"))
WAYS = ("gateways", "nats", "mqtt")
PATIENCE = 540.0
PEER = "httpx + json + sqlite3"


def in_process(module: str, *options: str) -> list[dict[str, Any]]:
    """The JSON lines that a module says."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *options]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module}: {done.stderr.decode(errors='replace')[-1500:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]


@lru_cache
def _kept() -> Path:
    """Where the phases of this run are kept, so that none is run twice for two figures."""
    return Path(tempfile.mkdtemp(prefix="feeds-")) / "phases.json"


def phases(*ways: str) -> list[dict[str, Any]]:
    """A line each; those that were measured in this run already are not measured again."""
    return in_process("feeds_hall", "--ways", ",".join(ways), "--seconds", f"{SECONDS:g}", "--out", str(_kept()))


def worst(figure: str, part: str = "") -> float:
    """The worst of the three phases.

    Raises:
        KeyError: a phase has no such figure: nothing was shown, or nothing was on tape.
    """
    return max(float(line[figure][part] if part else line[figure]) for line in phases(*WAYS))


@bench("feeds.guangzhou.hub_cpu", unit="cores", better="lower", runs=1)
def hub_cpu() -> Measured:
    """User and system time of the hub and its children but for the bus, over wall time; aim 0.6.

    The peer takes the readings of the first phase, gateway by gateway, and keeps their last values.
    """
    (peer,) = in_process("feeds_peer", "--seconds", f"{min(SECONDS, 20):g}")
    return Measured(worst("hub_cpu"), PEER, peer["cpu"])


@bench("feeds.guangzhou.bus_cpu", unit="cores", better="lower", runs=1)
def bus_cpu() -> float:
    """Of the hub's own NATS server, which is not among `hub_cpu`; the brokers of the devices are the city's."""
    return worst("bus_cpu")


@bench("feeds.guangzhou.memory_slope", unit="MB/min", better="lower", runs=1)
def memory_slope() -> float:
    """Growth of the resident memory of hub or seat, whichever grows more; of the worst phase. `make soak` has ten
    minutes of each, in which what fills in the first ones no longer counts as much."""
    return max(worst("hub_mb_min"), worst("seat_mb_min"))


@bench("feeds.guangzhou.seat_cpu", unit="cores", better="lower", runs=1)
def seat_cpu() -> float:
    """Of the duty desk, every sensor on its map, with its drawing; aim 0.6."""
    return worst("seat_cpu")


@bench("feeds.guangzhou.to_glass_p95", unit="ms", better="lower", runs=1)
def to_glass_p95() -> float:
    """From the hub's receive stamp to the end of the paint that shows the reading; aim 250.

    What is watched is the page of one sensor, another one each six seconds. Readings that no paint has shown, because
    the desk stood still, count with the paint that they would have been in.
    """
    return worst("to_glass", "p95")


@bench("feeds.guangzhou.to_tape_p99", unit="ms", better="lower", runs=1)
def to_tape_p99() -> float:
    """From the hub's receive stamp to the piece of the tape's segment that has the message; aim 100."""
    return worst("to_tape", "p99")


@bench("feeds.guangzhou.lost", unit="count", better="lower", runs=1)
def lost() -> float:
    """Messages not received, not used or not on tape, and sensors whose last value is not shown, of all phases."""
    return sum(line["lost"] for line in phases(*WAYS))


@bench("feeds.mqtt.5k.lost", unit="count", better="lower", runs=1)
def mqtt_lost() -> float:
    """The same of 5,000 readings a second over MQTT with QoS 1."""
    (line,) = phases("mqtt")
    return float(line["lost"])
