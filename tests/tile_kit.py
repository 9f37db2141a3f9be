"""Tiles for tests: a real HTTP server on a thread of its own, tiles made on the spot, a source at work."""

from __future__ import annotations

import asyncio
import gzip
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import mapbox_vector_tile
import numpy as np
from aiohttp import web
from PIL import Image

from cockpit.geo.basemap import BaseMap, Geometry, Label
from cockpit.geo.tiles.engine import Engine
from cockpit.geo.tiles.grid import Tile, metres
from cockpit.geo.tiles.tiles import Tiles
from cockpit.geo.tiles.views import Look
from cockpit.model.bases import BaseSpec, check
from cockpit.model.clock import SystemClock
from cockpit.store.tiles import TileStore

PATIENCE = 30.0
HANGZHOU = metres(120.17, 30.26)
"""A place in Mercator metres."""


def around(half: float) -> tuple[float, float, float, float]:
    """A box about Hangzhou's middle, `half` metres to each side."""
    x, y = HANGZHOU
    return x - half, y - half, x + half, y + half


def mvt(*layers: tuple[str, list[tuple[object, dict[str, object]]]]) -> bytes:
    """A vector tile of 4096 units, not packed: layers of (shape as WKT, attributes), y to the north."""
    return mapbox_vector_tile.encode(
        [
            {"name": name, "features": [{"geometry": shape, "properties": props} for shape, props in features]}
            for name, features in layers
        ]
    )


def png(color: tuple[int, ...], side: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if len(color) == 4 else "RGB", (side, side), color).save(out, "PNG")
    return out.getvalue()


def small_city() -> BaseMap:
    """One lake with an island, two roads, some houses, three names."""
    ring = np.array([[120.16, 30.25], [120.18, 30.25], [120.18, 30.27], [120.16, 30.27], [120.16, 30.25]])
    hole = np.array([[120.168, 30.258], [120.168, 30.262], [120.172, 30.262], [120.172, 30.258], [120.168, 30.258]])
    water = Geometry(np.concatenate([ring, hole]), np.array([0, 5, 10], np.int32), np.array([0, 2], np.int32))
    main = Geometry(np.array([[120.15, 30.26], [120.19, 30.26]]), np.array([0, 2], np.int32))
    minor = Geometry(np.array([[120.17, 30.24], [120.17, 30.28]]), np.array([0, 2], np.int32))
    house = np.array(
        [[120.1600, 30.2450], [120.1605, 30.2450], [120.1605, 30.2454], [120.1600, 30.2454], [120.16, 30.245]]
    )
    building = Geometry(house, np.array([0, 5], np.int32), np.array([0, 1], np.int32), np.array([24.0], np.float32))
    none = np.empty((0, 2))
    labels = [
        Label("西湖", 120.175, 30.265, "water", 0.0, 0, none),
        Label("湖滨", 120.165, 30.255, "area", 0.0, 1, none),
        Label("环城路", 120.17, 30.26, "road", 0.0, 1, main.coords),
    ]
    layers = {"water": water, "building": building, "road_minor": minor, "road_main": main}
    return BaseMap((120.15, 30.24, 120.19, 30.28), layers, labels)


class TileServer:
    """A server that gives what `answer` says.

    Attributes:
        answer: (path, z, x, y) to the bytes of a tile, a status, or a whole response.
        asked: (path with query) of every request.
        base: its address.
    """

    def __init__(self) -> None:
        self.answer: Callable[[str, Tile], bytes | int | web.Response] = lambda name, tile: 404
        self.asked: list[str] = []
        self.base = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        z, x, y = (int(request.match_info[n]) for n in "zxy")
        said = self.answer(request.match_info["name"], Tile(z, x, y))
        if isinstance(said, int):
            return web.Response(status=said)
        return said if isinstance(said, web.Response) else web.Response(body=said)

    def url(self, name: str = "r", query: str = "") -> str:
        return f"{self.base}/{name}/{{z}}/{{x}}/{{y}}{query}"


@contextmanager
def tile_server() -> Iterator[TileServer]:
    server, loop = TileServer(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/{name}/{z}/{x}/{y}", server.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    thread = threading.Thread(target=loop.run_forever, name="tile-server")
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class MovedClock(SystemClock):
    """The machine's clock, ahead by as many days as a test says."""

    def __init__(self) -> None:
        self.days = 0

    def now(self) -> int:
        return super().now() + self.days * 86_400_000_000


class Work:
    """A store, an engine, and sources on them.

    Attributes:
        problems: what the store said.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = MovedClock()
        self.problems: list[str] = []
        self.store = TileStore(folder / "tiles.db", self.clock, on_problem=lambda m: self.problems.append(m.id))
        self.engine = Engine(self.store, self.clock)
        self._sources: list[Tiles] = []

    def source(self, spec: BaseSpec, **kwargs: object) -> Tiles:
        made = Tiles(check(spec), self.engine, self.folder, **kwargs)  # type: ignore[arg-type]
        self._sources.append(made)
        return made

    def seen(self, tiles: Tiles, until: Callable[[Look], bool], zoom: float = 14.0, half: float = 600.0) -> Look:
        """What is here for a view about Hangzhou, once `until` is true of it."""
        better = threading.Event()
        end = tiles.watch(better.set)
        deadline = self.clock.mono() + PATIENCE
        try:
            while not until(look := tiles.look(around(half), zoom)):
                left = deadline - self.clock.mono()
                assert left > 0, (len(look.ready), len(look.bare), look.sharp, tiles.status())
                better.wait(min(left, 0.5))
                better.clear()
            return look
        finally:
            end()

    def close(self) -> None:
        for source in self._sources:
            source.close()
        self.engine.close()
        self.store.close()


@contextmanager
def work(folder: Path) -> Iterator[Work]:
    made = Work(folder)
    try:
        yield made
    finally:
        made.close()


def sharp(look: Look) -> bool:
    """All of it is here."""
    return look.sharp and bool(look.ready) and not look.bare


def packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)
