"""A source at work, on a real server: what is here is shown at once, what fails is said, what is old says its age."""

from __future__ import annotations

import gc
import logging
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web

from cockpit.geo.datum import gcj02_to_wgs84
from cockpit.geo.tiles.cut import cut, tiles_of
from cockpit.geo.tiles.grid import Tile, degrees
from cockpit.geo.tiles.made import Job, Made, Pixels
from cockpit.geo.tiles.tiles import Tiles
from cockpit.model.bases import BaseSpec
from tests.tile_kit import TileServer, Work, packed, png, sharp, small_city, tile_server, work

CITY = tiles_of(small_city())
RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.fixture(scope="module")
def served() -> Iterator[TileServer]:
    with tile_server() as made:
        yield made


@pytest.fixture
def server(served: TileServer) -> TileServer:
    served.asked.clear()
    served.answer = lambda name, tile: png(RED)
    return served


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Work]:
    with work(tmp_path) as made:
        yield made


def raster(server: TileServer, **more: object) -> BaseSpec:
    return BaseSpec("r", {"zh": "图"}, "xyz", server.url(), **more)  # type: ignore[arg-type]


def colors(look: object) -> set[tuple[int, ...]]:
    found = set()
    for ready in look.ready:  # type: ignore[attr-defined]
        assert isinstance(ready.thing, Pixels)
        found.add(tuple(np.frombuffer(ready.thing.data, np.uint8)[:3].tolist()))
    return found


def test_pictures_of_a_view_come_and_are_not_asked_for_twice(at: Work, server: TileServer) -> None:
    tiles = at.source(raster(server))
    look = at.seen(tiles, sharp)
    assert colors(look) == {RED}
    assert {r.tile.z for r in look.ready} == {14}
    asked = len(server.asked)
    assert at.store.flush()
    again = at.source(raster(server))
    assert colors(at.seen(again, sharp)) == {RED}
    assert len(server.asked) == asked, "the store had them all"


def test_vector_tiles_of_a_server_become_shapes_and_the_second_view_needs_no_worker(
    at: Work, server: TileServer
) -> None:
    server.answer = lambda name, tile: web.Response(body=packed(CITY(tile)), headers={"Content-Encoding": "gzip"})
    spec = BaseSpec("v", {"zh": "矢量"}, "xyz", server.url("v"), vector=True, max_zoom=14)
    look = at.seen(at.source(spec), sharp)
    assert all(isinstance(r.thing, Made) for r in look.ready)
    assert "road_main" in set().union(*(r.thing.layers for r in look.ready))
    assert at.store.flush()
    at.engine.maker.close()
    assert sharp(at.seen(at.source(spec), sharp))


def test_the_nearest_coarser_tile_stands_in_until_the_wanted_ones_are_here(at: Work, server: TileServer) -> None:
    slow: set[Tile] = set()

    def answer(name: str, tile: Tile) -> bytes | int:
        if tile.z >= 14:
            slow.add(tile)
            return 503
        return png(BLUE)

    server.answer = answer
    tiles = at.source(raster(server))
    look = at.seen(tiles, lambda found: bool(found.ready) and not found.bare)
    assert slow
    assert colors(look) == {BLUE}
    assert all(r.tile.z < 14 and r.box != r.clip for r in look.ready), "clipped to the tiles that they stand in for"


def test_a_server_that_is_gone_is_said_with_the_age_of_what_is_shown(at: Work, server: TileServer) -> None:
    tiles = at.source(raster(server, days=1))
    at.seen(tiles, sharp)
    assert at.store.flush()
    server.answer = lambda name, tile: 500
    at.clock.days = 5
    again = at.source(raster(server, days=1))
    at.seen(again, lambda found: again.status().problem is not None)
    status = again.status()
    assert status.problem.id == "tiles.http_status"
    assert colors(again.look((0, 0, 0, 0), 14)) == set()
    assert colors(at.seen(again, sharp)) == {RED}, "the last known ones are shown"
    assert at.clock.now() - again.status().oldest > 4 * 86_400_000_000


def test_tiles_that_got_old_are_shown_at_once_and_fetched_anew(at: Work, server: TileServer) -> None:
    at.seen(at.source(raster(server, days=1)), sharp)
    assert at.store.flush()
    server.answer = lambda name, tile: png(BLUE)
    at.clock.days = 2
    again = at.source(raster(server, days=1))
    assert RED in colors(at.seen(again, lambda found: bool(found.ready)))
    assert at.seen(again, lambda found: colors(found) == {BLUE})


def test_offline_nothing_is_asked_of_the_network_and_what_is_here_is_shown(at: Work, server: TileServer) -> None:
    at.seen(at.source(raster(server)), sharp)
    assert at.store.flush()
    server.asked.clear()
    at.engine.offline = True
    again = at.source(raster(server))
    assert colors(at.seen(again, sharp)) == {RED}
    look = at.seen(again, lambda found: found.sharp and not again.status().coming, zoom=16.0, half=4000.0)
    assert look.bare or look.ready
    assert server.asked == []
    at.engine.offline = False
    again.retry()
    at.seen(again, sharp, zoom=16.0)
    assert server.asked


def test_a_tile_that_the_source_does_not_have_is_no_trouble(at: Work, server: TileServer) -> None:
    server.answer = lambda name, tile: 404
    tiles = at.source(raster(server))
    look = at.seen(tiles, lambda found: found.sharp and not tiles.status().coming)
    assert look.bare
    assert not look.ready
    assert tiles.status().problem is None
    asked = len(server.asked)
    at.seen(tiles, lambda found: found.sharp)
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"<html>please log in</html>", "tiles.words_for_tile"),
        (b'{"msg": "no such key"}', "tiles.words_for_tile"),
        (403, "tiles.key_refused"),
        (b"\x89PNG" + bytes(4_100_000), "tiles.too_large"),
        (418, "tiles.http_status"),
    ],
    ids=["a page", "an error in words", "a key refused", "too large", "a teapot"],
)
def test_answers_that_are_no_tiles_are_one_sentence_and_are_not_kept(
    answer: bytes | int, sentence: str, at: Work, server: TileServer
) -> None:
    server.answer = lambda name, tile: answer
    tiles = at.source(raster(server))
    at.seen(tiles, lambda found: tiles.status().problem is not None)
    assert tiles.status().problem.id == sentence
    assert at.store.flush()
    assert at.store.size() == 0


def test_a_redirect_is_not_followed(at: Work, server: TileServer) -> None:
    server.answer = lambda name, tile: (
        web.Response(status=302, headers={"Location": f"{server.base}/elsewhere/1/1/1"}) if name == "r" else png(RED)
    )
    tiles = at.source(raster(server))
    at.seen(tiles, lambda found: tiles.status().problem is not None)
    assert not [path for path in server.asked if "elsewhere" in path]


def test_damaged_tiles_are_left_out_counted_and_asked_for_again_another_time(at: Work, server: TileServer) -> None:
    server.answer = lambda name, tile: png(RED)[:-40] if (tile.x + tile.y) % 2 else png(RED)
    tiles = at.source(raster(server))
    at.seen(tiles, lambda found: not tiles.status().coming and bool(found.ready))
    status = tiles.status()
    assert status.problem is None
    assert status.broken
    assert status.last_broken.id == "tiles.broken"
    assert at.store.flush()
    server.answer = lambda name, tile: png(RED)
    tiles.retry()
    assert sharp(at.seen(tiles, sharp))


def test_the_key_is_sent_and_never_kept_told_or_logged(
    at: Work, server: TileServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "cockpit")
    spec = BaseSpec("k", {"zh": "图"}, "xyz", server.url("r", "?tk={key}"), key="mapkey")
    tiles = at.source(spec, key=lambda: "s3cr3t/ä")
    at.seen(tiles, sharp)
    assert all("tk=s3cr3t%2F%C3%A4" in path for path in server.asked)
    server.answer = lambda name, tile: 401
    at.seen(tiles, lambda found: tiles.status().problem is not None, zoom=16)
    said = f"{tiles.status()} {tiles.state} {spec}"
    assert at.store.flush()
    kept = b"".join(f.read_bytes() for f in at.folder.glob("tiles.db*"))
    assert b"s3cr3t" not in kept
    assert "s3cr3t" not in said + caplog.text


def test_without_its_key_nothing_is_asked(at: Work, server: TileServer) -> None:
    tiles = at.source(BaseSpec("k", {"zh": "图"}, "xyz", server.url("r", "?tk={key}"), key="mapkey"), key=str)
    at.seen(tiles, lambda found: tiles.status().problem is not None)
    assert tiles.status().problem.id == "tiles.no_key"
    assert server.asked == []


def test_rows_from_the_south_hosts_and_a_layer_of_names(at: Work, server: TileServer) -> None:
    base = server.base.replace("127.0.0.1", "127.0.0.{s}")
    spec = BaseSpec(
        "s", {"zh": "图"}, "xyz", base + "/r/{z}/{x}/{-y}", hosts="1", over=server.url("names")
    )  # fmt: skip
    server.answer = lambda name, tile: png((0, 0, 255, 255)) if name == "r" else png((255, 0, 0, 255))
    tiles = at.source(spec)
    look = at.seen(tiles, sharp)
    assert colors(look) == {(255, 0, 0)}, "the names lie on top"
    tile = look.ready[0].tile
    assert f"/r/{tile.z}/{tile.x}/{2**tile.z - 1 - tile.y}" in server.asked
    assert f"/names/{tile.z}/{tile.x}/{tile.y}" in server.asked


def test_a_wmts_service_is_asked_as_its_standard_says(at: Work, server: TileServer) -> None:
    spec = BaseSpec("w", {"zh": "图"}, "wmts", "http://h/x", layer="a b", matrix="w", matrix_prefix="EPSG:3857:")
    assert spec.templates[0].startswith("http://h/x?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=a%20b&")
    assert "TILEMATRIX=EPSG%3A3857%3A{z}&TILEROW={y}&TILECOL={x}" in spec.templates[0]
    vec = BaseSpec("t", {"zh": "天地图"}, "tianditu", layer="img")
    assert [t.split("/")[3] for t in vec.templates] == ["img_w", "cia_w"]
    assert all("tk={key}" in t and t.startswith("https://t{s}.tianditu.gov.cn/") for t in vec.templates)
    assert vec.secret == "tianditu"


def test_tiles_in_gcj02_are_put_where_they_belong(at: Work, server: TileServer) -> None:
    tiles = at.source(raster(server, datum="gcj02"))
    look = at.seen(tiles, sharp)
    for ready in look.ready:
        own = degrees(ready.tile.box[0], ready.tile.box[1])
        placed = degrees(ready.box[0], ready.box[1])
        right = [float(v) for v in gcj02_to_wgs84(*own)]
        assert placed == pytest.approx(right, abs=1e-7)
    assert not look.bare


def test_a_worker_that_a_tile_brings_down_is_started_again(at: Work) -> None:
    maker = at.engine.maker
    assert maker.make(Job("pixels", data=[png(RED)])).result(30).pixels is not None
    first = maker.pid
    os.kill(first, signal.SIGKILL)
    assert maker.make(Job("pixels", data=[png(RED)])).result(30) is not None
    assert maker.make(Job("pixels", data=[png(RED)])).result(30).pixels is not None
    assert maker.pid not in (0, first)
    assert maker.restarts >= 1
    maker.close()
    assert not Path(f"/proc/{first}").exists()
    with pytest.raises(CancelledError):
        maker.make(Job("pixels", data=[png(RED)])).result(30)


def test_a_worker_found_dead_leaves_no_pipe_open(at: Work) -> None:
    maker = at.engine.maker
    assert maker.make(Job("pixels", data=[png(RED)])).result(30).pixels is not None
    first = maker.pid
    os.kill(first, signal.SIGKILL)
    while Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    assert maker.make(Job("pixels", data=[png(RED)])).result(30).pixels is not None
    assert maker.pid not in (0, first)
    gc.collect()  # a pipe left open would be a warning here, and a warning is an error


@pytest.mark.parametrize("name", ["city.pmtiles", "city.mbtiles"])
def test_an_archive_of_this_machine_is_a_source(name: str, at: Work) -> None:
    cut(small_city(), at.folder / name, "小城", "", (11, 14), lambda done, total: None)
    tiles = at.source(BaseSpec("a", {"zh": "小城"}, name.partition(".")[2], name))  # type: ignore[arg-type]
    before = tiles.state
    look = at.seen(tiles, lambda found: found.sharp and bool(found.ready) and not tiles.status().coming)
    assert {r.tile.z for r in look.ready} == {13}
    assert tiles.state != before, "another file in its place is another base map"
    assert tiles.status().oldest == 0, "a file of this machine has no age"


def test_an_archive_that_is_not_there_is_said_in_a_sentence(at: Work) -> None:
    tiles = at.source(BaseSpec("a", {"zh": "小城"}, "pmtiles", "gone.pmtiles"))
    look = at.seen(tiles, lambda found: tiles.status().problem is not None)
    assert tiles.status().problem.id == "tiles.no_file"
    assert look.bare


def test_a_source_that_is_closed_while_tiles_come_ends_in_silence(tmp_path: Path, server: TileServer) -> None:
    with work(tmp_path) as at:
        tiles: Tiles = at.source(raster(server))
        tiles.look((1.337e7, 3.53e6, 1.338e7, 3.54e6), 15.0)
