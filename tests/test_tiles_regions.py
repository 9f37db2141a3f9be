"""An area is counted and estimated first, fetched, paused, and goes on after a kill where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.geo.tiles.grid import Tile, spans
from cockpit.geo.tiles.keeping import RAW
from cockpit.geo.tiles.regions import DONE, PAUSED, RUNNING, Progress, Regions, coverage
from cockpit.model.bases import BaseSpec
from tests.tile_kit import PATIENCE, TileServer, Work, png, tile_server, work

BOUNDS = (120.15, 30.24, 120.19, 30.28)
FIRST, LAST = 11, 15
TOTAL = sum(map(len, spans(BOUNDS, FIRST, LAST)))


@pytest.fixture
def server() -> Iterator[TileServer]:
    with tile_server() as made:
        made.answer = lambda name, tile: png((tile.x % 200, tile.y % 200, tile.z))
        yield made


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Work]:
    with work(tmp_path) as made:
        yield made


def spec(server: TileServer, **more: object) -> BaseSpec:
    return BaseSpec("r", {"zh": "图"}, "xyz", server.url(), **more)  # type: ignore[arg-type]


def until(regions: Regions, condition: Callable[[Progress], bool]) -> Progress:
    """The one region, once a condition is true of it."""
    news = threading.Event()
    end = regions.watch(news.set)
    try:
        for _ in range(int(PATIENCE / 0.2)):
            found = regions.all()
            if found and condition(found[0]):
                return found[0]
            news.wait(0.2)
            news.clear()
    finally:
        end()
    raise AssertionError(regions.all())


def test_an_area_is_counted_exactly_and_its_size_estimated_from_some_tiles(at: Work, server: TileServer) -> None:
    tiles = at.source(spec(server))
    regions = Regions(at.engine, {"r": tiles}.get)
    found = at.engine.ask(regions.estimate(tiles, BOUNDS, FIRST, LAST)).result(PATIENCE)
    assert found.total == TOTAL
    assert found.trouble is None
    assert found.sampled < TOTAL
    assert len(server.asked) == found.sampled
    real = sum(len(png((t.x % 200, t.y % 200, t.z))) for s in spans(BOUNDS, FIRST, LAST) for t in s)
    assert found.low <= real <= found.high
    assert found.size == pytest.approx(real, rel=0.1)
    server.answer = lambda name, tile: 500
    other = at.source(BaseSpec("q", {"zh": "图"}, "xyz", server.url("q")))
    failed = at.engine.ask(regions.estimate(other, BOUNDS, FIRST, LAST)).result(PATIENCE)
    assert (failed.total, failed.trouble.id) == (TOTAL, "tiles.http_status")


def test_a_region_is_fetched_once_whole_and_is_seen_offline(at: Work, server: TileServer) -> None:
    tiles = at.source(spec(server))
    regions = Regions(at.engine, {"r": tiles}.get)
    regions.begin("全城", "r", BOUNDS, FIRST, LAST)
    done = until(regions, lambda p: p.region.state == DONE)
    assert (done.here, done.total) == (TOTAL, TOTAL)
    assert len(server.asked) == len(set(server.asked)) == TOTAL
    covers = coverage(tiles, BOUNDS, FIRST, LAST)
    assert [len(c.here) for c in covers] == [len(c.tiles) for c in covers]
    assert all(c.oldest for c in covers)
    assert sum(c.size for c in covers) == done.size
    at.engine.offline = True
    assert at.engine.ask(tiles.raw(Tile(15, *next(iter(covers[-1].here))))).result(PATIENCE)


def test_a_region_can_be_paused_resumed_and_given_up(at: Work, server: TileServer) -> None:
    gate = threading.Event()
    first = server.answer

    def answer(name: str, tile: Tile) -> object:
        return first(name, tile) if len(server.asked) < 20 or gate.is_set() else 503

    server.answer = answer  # type: ignore[assignment]
    tiles = at.source(spec(server))
    regions = Regions(at.engine, {"r": tiles}.get)
    region = regions.begin("全城", "r", BOUNDS, FIRST, LAST)
    stuck = until(regions, lambda p: p.trouble is not None)
    assert stuck.region.state == RUNNING
    regions.pause(region.id)
    paused = until(regions, lambda p: p.region.state == PAUSED and not p.active)
    assert 0 < paused.here < TOTAL
    gate.set()
    tiles.retry()
    regions.resume(region.id)
    assert until(regions, lambda p: p.region.state == DONE).here == TOTAL
    regions.drop(region.id)
    assert regions.all() == []
    assert at.store.flush()
    assert at.store.regions() == {}


def test_a_refused_key_pauses_the_region_until_a_person_mends_it(at: Work, server: TileServer) -> None:
    server.answer = lambda name, tile: 403
    tiles = at.source(spec(server))
    regions = Regions(at.engine, {"r": tiles}.get)
    regions.begin("全城", "r", BOUNDS, FIRST, LAST)
    paused = until(regions, lambda p: p.region.state == PAUSED)
    assert paused.trouble.id == "tiles.key_refused"


def test_a_region_whose_source_is_gone_says_so(at: Work, server: TileServer) -> None:
    regions = Regions(at.engine, lambda ident: None)
    regions.begin("全城", "r", BOUNDS, FIRST, LAST)
    assert until(regions, lambda p: p.trouble is not None).trouble.id == "tiles.source_gone"


_FETCH = """
import json, sys, time
from pathlib import Path
from cockpit.geo.tiles.engine import Engine
from cockpit.geo.tiles.regions import Regions
from cockpit.geo.tiles.tiles import Tiles
from cockpit.model.bases import BaseSpec
from cockpit.model.clock import SystemClock
from cockpit.store.tiles import TileStore
folder, url, bounds = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
store = TileStore(folder / "tiles.db", SystemClock())
engine = Engine(store, SystemClock())
tiles = Tiles(BaseSpec("r", {"zh": "图"}, "xyz", url), engine, folder)
regions = Regions(engine, {"r": tiles}.get)
regions.begin("全城", "r", tuple(bounds), 11, 15)
store.flush()
print("begun", flush=True)
time.sleep(600)
"""


@pytest.mark.system
def test_a_download_that_was_killed_goes_on_where_it_was(tmp_path: Path, server: TileServer) -> None:
    first, gate, stuck = server.answer, threading.Event(), threading.Event()

    def answer(name: str, tile: Tile) -> object:
        if len(server.asked) < 30 or gate.is_set():
            return first(name, tile)
        stuck.set()
        return 503

    server.answer = answer  # type: ignore[assignment]
    command = [sys.executable, "-c", _FETCH, str(tmp_path), server.url(), json.dumps(BOUNDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "begun"
            assert stuck.wait(PATIENCE)
            with work(tmp_path) as watcher:  # what is on disk is what a kill leaves
                tiles = watcher.source(spec(server))
                for _ in range(int(PATIENCE / 0.1)):
                    kept = sum(len(c.here) for c in coverage(tiles, BOUNDS, FIRST, LAST))
                    if kept >= 20:
                        break
                    stuck.clear()
                    stuck.wait(0.1)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    gate.set()
    server.asked.clear()
    with work(tmp_path) as again:
        tiles = again.source(spec(server))
        regions = Regions(again.engine, {"r": tiles}.get)
        regions.resume_all()
        assert until(regions, lambda p: p.region.state == DONE).here == TOTAL
        assert 0 < len(server.asked) <= TOTAL - 20, "what was here is not fetched again"
        spans_ = spans(BOUNDS, FIRST, LAST)
        assert (
            sum(len(again.store.here(spec(server).print, RAW, s.z, (s.x0, s.x1), (s.y0, s.y1)).tiles) for s in spans_)
            == TOTAL
        )
