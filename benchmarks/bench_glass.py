"""How old an event is when it is seen: see `benchmarks.glass`, which runs in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.registry import Measured, bench


def measured(*options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.glass", *options]
    done = subprocess.run(
        command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, timeout=300, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def p95(answer: dict[str, Any]) -> float:
    """The median of the spans' 95th percentiles, ms."""
    return statistics.median(span["p95"] for span in answer["spans"])


@bench("event.to_glass_p95", unit="ms", better="lower", runs=1)
def to_glass_p95() -> Measured:
    """200 messages a second, 2,000 events open, five spans of four seconds; aim 250.

    The peer is the common dashboard on the same source: once a second the whole list by HTTP, a table filled anew.
    """
    return Measured(p95(measured()), "poll of the whole list each second", p95(measured("--peer")))
