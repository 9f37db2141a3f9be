"""A city's 115 systems with 800 interfaces in a picture, most of them live."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.make_feeds import MadeSystem, make_systems
from cockpit.model.city import System
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.ports import Interface, Systems
from cockpit.picture import Picture
from tests.living_picture import FEED_AT_REST, NOW, put

TROUBLE: dict[str, dict[str, Any]] = {
    "sys004-01": {
        "received": NOW - 70 * MINUTE,
        "problem": "feeds.refused_connection",
        "detail": "",
        "retry": NOW + 5 * SECOND,
    },
    "sys004-02": {"received": NOW - 70 * MINUTE},
    "sys019-01": {"beat": MINUTE, "received": NOW - 5 * MINUTE},
    "sys033-02": {"problem": "feeds.all_refused", "detail": "3", "bad": 41},
    "sys060-01": {"received": 0},
}
"""What is another than live, by feed."""


def fleet_rows(systems: tuple[MadeSystem, ...], now: int = NOW) -> list[dict[str, Any]]:
    """The feed table of these systems."""
    rows = []
    for one in systems:
        for interface in one.interfaces:
            row = {
                "key": interface.id, "feed": interface.id,
                "name": json.dumps({"zh": interface.zh, "en": interface.en}, ensure_ascii=False),
                "source": "http", "format": "geojson", "beat": round(interface.beat * SECOND),
                "received": now - 2 * SECOND, "good": 1000, "bad": 0, "lag": 40_000, "problem": "", "detail": "",
                "retry": 0, **FEED_AT_REST, "system": one.id, "topic": "sensor", "expected": 1 / interface.beat,
                "rate": 1 / interface.beat,
            }  # fmt: skip
            rows.append({**row, **TROUBLE.get(interface.id, {})})
    return rows


def fleet_systems(systems: tuple[MadeSystem, ...]) -> Systems:
    """What the hub says of them."""
    return Systems(
        tuple(
            System(one.id, {"zh": one.zh, "en": one.en}, {"zh": one.owner[0], "en": one.owner[1]}, one.classification)
            for one in systems
        ),
        tuple(
            Interface(interface.id, f"http://127.0.0.1:8790/f/{interface.id}", "wgs84", "all", 10_000)
            for one in systems
            for interface in one.interfaces
        ),
    )


def put_fleet(picture: Picture, systems: int = 115, interfaces: int = 800) -> tuple[MadeSystem, ...]:
    """Puts a fleet into a picture."""
    made = make_systems(systems, interfaces)
    put(picture, "feed", fleet_rows(made))
    return made
