"""What a process and its children cost: processor time without brokers, and resident memory."""

from __future__ import annotations

import contextlib
import os
import statistics
from collections.abc import Collection
from pathlib import Path

BROKERS = ("nats-server", "mosquitto")


def cpu(pid: int, without: Collection[int] = ()) -> float:
    """User and system seconds of a process and its children, those that ended among them, without brokers.

    Args:
        without: children that are counted by themselves, or not at all.
    """
    try:
        fields, name = _stat(pid)
    except OSError:
        return 0.0
    if name in BROKERS:
        return 0.0
    mine = sum(int(fields[n]) for n in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")
    return mine + sum(cpu(one) for one in _children(pid) if one not in without)


def brokers(pid: int) -> float:
    """User and system seconds of the brokers among a process's children."""
    used = 0.0
    for one in _children(pid):
        with contextlib.suppress(OSError):
            fields, name = _stat(one)
            if name in BROKERS:
                used += sum(int(fields[n]) for n in (11, 12)) / os.sysconf("SC_CLK_TCK")
        used += brokers(one)
    return used


def _stat(pid: int) -> tuple[list[str], str]:
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        head, _, rest = file.read().rpartition(")")
    return rest.split(), head.partition("(")[2]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def resident(pid: int) -> float:
    """MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def slope(samples: list[tuple[float, float]]) -> float:
    """Growth a minute of (seconds, MB), by the median of all slopes (Theil-Sen): one jump is no growth."""
    half = len(samples) // 2
    pairs = zip(samples[:half], samples[len(samples) - half :], strict=True)
    return statistics.median((b[1] - a[1]) / (b[0] - a[0]) * 60 for a, b in pairs) if half else 0.0
