"""A living hub with a hall and scenes of its own, and what a desk does with its walls over the bus.

with living_wall(tmp_path) as hub, on_the_wire(hub, "seat-1") as desk: act(desk, "scene", "storm")
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.hub.wall import WallService
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import HOUR
from cockpit.model.tables import ALERTS, AREAS, EVENTS, EventState
from cockpit.model.wallstate import ActDone, WallAct, WallShows, WallState
from tests.living_hub import LivingHub
from tests.on_the_wire import OnTheWire
from tests.wall_kit import HALL_TEXT, scene_text


@contextmanager
def living_wall(folder: Path) -> Iterator[LivingHub]:
    site = folder / "hub" / "wall"
    (site / "scenes").mkdir(parents=True)
    (site / "hall.toml").write_text(HALL_TEXT)
    for id in ("calm", "storm", "grave"):
        (site / "scenes" / f"{id}.toml").write_text(scene_text(id))
    with LivingHub(folder / "hub") as hub:
        yield hub


def until_open(wire: OnTheWire) -> WallState:
    """What the walls show, as soon as the hub tells of them."""
    found: WallState = wire.until(lambda: wire.last("wall", WallState), "a word about the walls")
    return found


def told(wire: OnTheWire) -> WallShows | None:
    """What was told last of the main wall."""
    state = wire.last("wall", WallState)
    return next((shows for shows in state.shows if shows.wall == "main"), None) if state is not None else None


def act(wire: OnTheWire, what: str, value: str = "", **more: object) -> int:
    """Acts on the main wall; its revision after it."""
    done = wire.ask("wall.act", WallAct("main", what, value, **more), ActDone)  # type: ignore[arg-type]
    assert isinstance(done, ActDone)
    return done.revision


def put_alert(hub: LivingHub) -> None:
    """An alert of the first level begins to hold."""
    assert hub.hub is not None
    now = hub.hub.city_clock.now()
    row = {
        "key": "warnings/1", "feed": "warnings", "kind": "rain", "title": "暴雨红色预警", "level": 1,
        "sender": "市气象台", "area_name": "全市", "rings": "[]",
        "sent": now, "effective": now - HOUR, "expires": now + HOUR, "received": now,
    }  # fmt: skip
    _put(hub, "alert", [row])


def rehearse(hub: LivingHub, id: str, *walls: str) -> None:
    """These walls (none: all) show a rehearsal from now on, "" what is real: as the hub's rehearsals tell them."""
    assert hub.hub is not None
    told = next(one for one in hub.hub.services if isinstance(one, WallService))

    async def tell() -> None:
        told._rehearse(id, walls, "storm", "seat-1")

    asyncio.run_coroutine_threadsafe(tell(), hub.loop).result(30)


def put_events(hub: LivingHub, *levels: int) -> list[str]:
    """Open events of these levels; their keys."""
    assert hub.hub is not None
    now = hub.hub.city_clock.now()
    rows = [
        {
            "key": f"incident/{n}", "feed": "incident", "kind": "E0506", "level": level, "state": EventState.OPEN,
            "lon": 120.16, "lat": 30.25, "area": "330102001", "place": f"天城路 {n} 号", "channel": "hotline",
            "amount": 62.0, "has_picture": 0, "occurred": now - n * 60_000_000, "updated": now, "received": now,
        }
        for n, level in enumerate(levels, 1)
    ]  # fmt: skip
    _put(hub, "event", rows)
    return [str(row["key"]) for row in rows]


def put_areas(hub: LivingHub, *areas: tuple[str, str]) -> None:
    """Areas by code and name."""
    assert hub.hub is not None
    same = {"feed": "areas", "tier": 1, "parent": "330100", "rings": "[]", "received": hub.hub.city_clock.now()}
    _put(hub, "area", [same | {"key": f"areas/{code}", "code": code, "name": name} for code, name in areas])


def _put(hub: LivingHub, topic: str, rows: list[dict[str, object]]) -> None:
    async def put() -> None:
        assert hub.hub is not None
        hub.hub.intake._put(topic, columns_of_rows({"alert": ALERTS, "area": AREAS, "event": EVENTS}[topic], rows))

    asyncio.run_coroutine_threadsafe(put(), hub.loop).result(30)
