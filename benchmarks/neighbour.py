"""From the key at one desk to the end of the paint of the event's row at another: two programs on one real hub.

`python -m benchmarks.neighbour` starts a living city with its feeds, a hub, and two duty desks without a screen
(`benchmarks.told_desk`), and gives out orders at the one: Ctrl+Enter on a form that is open, a first order of an event.
It prints one JSON line, ms. `--peer` measures in its place the common web way (`benchmarks.web_dispatch`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import threading
from pathlib import Path
from typing import Any

from benchmarks.children import a_home, child, hall, hear, tell
from benchmarks.durable import percentiles

ORDERS = 120
WARM_UP = 8.0
QUIET = (0.15, 0.45)
"""Seconds that an open form is looked at before the key, so that no order meets the feeds at the same moment."""
AFTER = 0.25
REFUSED = "never shown"


def desk(profile: Path, hub: Path) -> contextlib.AbstractContextManager[tuple[Any, dict[str, Any]]]:
    command = (sys.executable, "-m", "benchmarks.told_desk", "--profile", str(profile), "--hub", str(hub))
    return child(*command, talks=True)


def measure(home: Path, hub: Path, orders: int) -> dict[str, Any]:
    took: list[float] = []
    passed: dict[str, int] = {}
    draw = random.Random(7)
    with desk(home / "a", hub) as (giver, _), desk(home / "b", hub) as (watcher, _):
        threading.Event().wait(WARM_UP)
        tell(watcher, do="keys")
        hear(watcher)
        tell(giver, do="keys")
        keys = hear(giver)["keys"]
        draw.shuffle(keys)
        while len(took) < orders:
            key = keys.pop()
            tell(giver, do="open", key=key)
            answer = hear(giver)
            if not answer["ready"]:
                passed[answer["why"]] = passed.get(answer["why"], 0) + 1
                continue
            tell(watcher, do="watch", key=key)
            if not hear(watcher)["watching"]:
                passed["closed by its source"] = passed.get("closed by its source", 0) + 1
                continue
            threading.Event().wait(draw.uniform(*QUIET))
            tell(giver, do="press")
            pressed = hear(giver)["pressed"]
            seen = hear(watcher)
            if seen["seen"]:
                assert seen["seen"] == key
                took.append(seen["at"] - pressed)
            else:  # the hub refused it: it knew more than the desk
                passed[REFUSED] = passed.get(REFUSED, 0) + 1
                if passed[REFUSED] > orders / 20:
                    raise ValueError(f"orders that were never shown: {passed}")
            threading.Event().wait(AFTER)
            tell(giver, do="recall")  # so that the city does not run out of free units
        tell(giver, do="end")
        tell(watcher, do="end")
    return {"n": len(took), "seat_to_seat": percentiles(took), "passed_over": passed}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--units", type=int, default=240)
    options = parser.parse_args()
    with a_home() as home, hall(home, options.units) as hub:
        print(json.dumps(measure(home, hub, options.orders)))


if __name__ == "__main__":
    main()
