"""How a machine of the wall fares, as its own kernel says it. No Qt."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
SENSORS = Path("/sys/class")


def memory_mb(pid: int | None = None, proc: Path = PROC) -> float:
    """Memory of a process (this one) and of all that it started, 10⁶ bytes; what two share is counted twice."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for one in _family(os.getpid() if pid is None else pid, proc):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it ended meanwhile
            total += int((proc / str(one) / "statm").read_text().split()[1]) * page
    return total / 1e6


def _family(pid: int, proc: Path) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in (proc / str(pid) / "task").iterdir():
            with contextlib.suppress(OSError, ValueError):
                for child in (task / "children").read_text().split():
                    yield from _family(int(child), proc)


def temperature(sensors: Path = SENSORS) -> float | None:
    """The hottest of the machine's sensors, °C; None where it has none."""
    found = [value for value in _readings(sensors) if -20.0 < value < 150.0]
    return max(found, default=None)


def _readings(sensors: Path) -> Iterator[float]:
    for pattern in ("thermal/thermal_zone*/temp", "hwmon/hwmon*/temp*_input"):
        for file in sorted(sensors.glob(pattern)):
            with contextlib.suppress(OSError, ValueError):
                yield int(file.read_text()) / 1000.0
