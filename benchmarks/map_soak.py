"""Opens and closes the map hundreds of times, and has it live through an hour of updates: does anything grow?

    python -m benchmarks.map_soak --cycles 500 --minutes 60 [--out benchmarks/soak]

Writes a dated file: memory at steps, its slope (least squares, after the first quarter: caches fill), threads, timers,
widgets and Python objects before and after. Ends with 1 when something grew.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import numpy as np
import psutil
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from cockpit.model.clock import SystemClock, local
from cockpit.packs.read import read_pack
from cockpit.ui.app import application
from tests.living_picture import put
from tests.panel_desk import Desk, desk
from widgets.map.panel import MapPanel

FOLDER = Path(__file__).resolve().parent / "soak"
SLACK_KB = 4.0
"""Kilobytes a cycle (or a second of the hour) that are no growth but the allocator's noise."""
mono = SystemClock().mono


def settle(seconds: float, told: object = None) -> None:
    """Has Qt work until `told` says yes, at the longest for so long."""
    app, end = QApplication.instance(), mono() + seconds
    assert app is not None
    while mono() < end and not (told is not None and told()):  # type: ignore[operator]
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def a_desk() -> Desk:
    made = desk()
    made.ctx.pack = msgspec.structs.replace(made.ctx.pack, folder=read_pack("hangzhou").folder)
    return made


def opened(at: Desk) -> MapPanel:
    panel = MapPanel(at.ctx)
    panel.resize(1280, 800)
    panel.show()
    panel.refresh(panel.topics)
    panel.age_tick()
    settle(20, panel.settled)
    return panel


def closed(panel: MapPanel) -> None:
    panel.close()
    panel.deleteLater()
    settle(0.02)


def state() -> dict[str, int]:
    """What there is of this process, after what can be collected was."""
    gc.collect()
    settle(0.05)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    objects = gc.get_objects()
    return {
        "threads": threading.active_count(),
        "native_threads": psutil.Process().num_threads(),
        "timers": sum(isinstance(one, QTimer) for one in objects),
        "widgets": len(app.allWidgets()),
        "objects": len(objects),
        "files": psutil.Process().num_fds(),
    }


def cycles(many: int) -> Iterator[float]:
    """Opens and closes the map; the memory after each, in kilobytes."""
    at = a_desk()
    for _ in range(many):
        closed(opened(at))
        yield psutil.Process().memory_info().rss / 1000


def hour(seconds: int) -> Iterator[float]:
    """One map that lives on: each second every unit moves, each ten an event comes; memory in kilobytes."""
    at = a_desk()
    panel = opened(at)
    rng = np.random.default_rng(7)
    units = at.picture["unit"]
    try:
        for second in range(seconds):
            at.clock.advance(1.0)
            now = at.ctx.clock.now()
            rows = [units.row(i) for i in range(len(units))]
            for row in rows:
                row |= {"lon": row["lon"] + rng.normal(0, 2e-5), "lat": row["lat"] + rng.normal(0, 2e-5), "fixed": now}
            put(at.picture, "unit", rows)
            panel.refresh(frozenset({"unit"}))
            panel.age_tick()
            if second % 10 == 0:
                panel.canvas.zoom(1.3 if second % 20 else 1 / 1.3)
            settle(0.01)
            yield psutil.Process().memory_info().rss / 1000
    finally:
        closed(panel)


def slope(memory: list[float]) -> float:
    """Kilobytes a step, least squares, without the first quarter."""
    kept = np.array(memory[len(memory) // 4 :])
    return float(np.polyfit(np.arange(len(kept)), kept, 1)[0]) if len(kept) > 2 else 0.0


def report(name: str, steps: Iterator[float]) -> dict[str, object]:
    before = state()
    memory = []
    for step, kilobytes in enumerate(steps):
        memory.append(kilobytes)
        if step % 50 == 0:
            print(f"{name} {step}: {kilobytes / 1000:.1f} MB", file=sys.stderr, flush=True)
    after = state()
    growth = {what: after[what] - before[what] for what in before}
    return {
        "steps": len(memory),
        "slope_kb": round(slope(memory), 3),
        "memory_mb": [round(kilobytes / 1000, 1) for kilobytes in memory[:: max(len(memory) // 40, 1)]],
        "before": before,
        "growth": growth,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    application()
    closed(opened(a_desk()))  # what is made once
    told: dict[str, object] = {}
    if given.cycles:
        told["cycles"] = report("cycle", cycles(given.cycles))
    if given.minutes:
        told["hour"] = report("second", hour(given.minutes * 60))
    given.out.mkdir(parents=True, exist_ok=True)
    file = given.out / f"{local(SystemClock().now()).date().isoformat()}-map.json"
    file.write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(json.dumps(told))
    grew = [
        name
        for name, part in told.items()
        if part["slope_kb"] > SLACK_KB or part["growth"]["native_threads"] > 0 or part["growth"]["widgets"] > 0  # type: ignore[index]
    ]
    return 1 if grew else 0


if __name__ == "__main__":
    sys.exit(main())
