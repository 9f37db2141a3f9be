"""Archives of tiles: cut from a pack, read tile by tile; damaged ones are refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cockpit.geo.tiles.archive import open_archive, unzipped
from cockpit.geo.tiles.cut import cut
from cockpit.geo.tiles.grid import Tile, box_of, span
from cockpit.geo.tiles.mvt import decode
from cockpit.model.errors import UserError
from cockpit.tiles_cli import _look
from tests.tile_kit import small_city

CITY = small_city()
BOX = box_of(CITY.bounds)


@pytest.fixture(params=["city.pmtiles", "city.mbtiles"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / request.param
    assert cut(CITY, made, "小城", "© 我们", (11, 14), lambda done, total: None) > 4
    return made


def test_an_archive_has_the_shapes_and_names_of_what_it_was_cut_from(file: Path) -> None:
    archive = open_archive(file, file.suffix[1:])
    try:
        facts = archive.facts
        assert facts.vector
        assert (facts.min_zoom, facts.max_zoom) == (11, 14)
        assert facts.bounds == pytest.approx(CITY.bounds, abs=1e-6)
        assert facts.credit == "© 我们"
        found: dict[str, int] = {}
        words = set()
        for tile in span(BOX, 14):
            data = archive.get(tile)
            if data:
                made = decode(data, tile)
                words |= {word.text for word in made.words}
                for name, shapes in made.layers.items():
                    found[name] = found.get(name, 0) + len(shapes.coords)
        assert {"water", "shore", "road_main", "road_minor", "building"} <= set(found)
        assert words == {"西湖", "湖滨", "环城路"}
        assert archive.get(Tile(14, 0, 0)) is None
        assert archive.get(Tile(3, 9, 9)) is None, "no such tile in the scheme"
    finally:
        archive.close()


def test_a_building_keeps_its_height(file: Path) -> None:
    archive = open_archive(file, file.suffix[1:])
    try:
        tiles = list(span(box_of((120.1600, 30.2450, 120.1605, 30.2454)), 14))
        made = [decode(archive.get(t) or b"", t) for t in tiles if archive.get(t)]
        heights = [m.layers["building"].height for m in made if "building" in m.layers]
        assert heights
        assert all((np.frombuffer(h, np.float32) == 24).all() for h in heights)
    finally:
        archive.close()


def test_the_command_says_what_is_in_an_archive(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from argparse import Namespace

    assert _look(Namespace(file=file)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["vector"], said["max_zoom"], said["schema"]) == (True, 14, "cockpit")


@pytest.mark.parametrize("kind", ["pmtiles", "mbtiles"])
def test_what_is_no_archive_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    for name, data in (("empty", b""), ("short", b"PMTiles\x03"), ("other", b"SQLite format 3\0" + bytes(900))):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(UserError) as refused:
            open_archive(path, kind)
        assert refused.value.message.id == "tiles.not_an_archive"
    with pytest.raises(UserError) as refused:
        open_archive(tmp_path / "gone", kind)
    assert refused.value.message.id == "tiles.no_file"


def test_an_archive_that_is_cut_off_or_scrambled_gives_errors_of_its_own_kind(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for end in (len(whole) // 3, len(whole) * 2 // 3, len(whole) - 20):
        broken = tmp_path / f"broken{file.suffix}"
        middle = len(whole) // 2
        for data in (whole[:end], whole[:middle] + bytes([0xA5]) * 600 + whole[middle + 600 :]):
            broken.write_bytes(data)
            try:
                archive = open_archive(broken, file.suffix[1:])
            except UserError:
                continue
            try:
                for tile in span(BOX, 14):
                    try:
                        got = archive.get(tile)
                        decode(got, tile) if got else None
                    except ValueError:
                        continue
            finally:
                archive.close()


def test_what_is_unpacked_has_an_end() -> None:
    import gzip

    assert unzipped(gzip.compress(b"a" * 100), 100) == b"a" * 100
    for data, most in ((gzip.compress(b"a" * 101), 100), (gzip.compress(b"a" * 50)[:-5], 100), (b"rubbish", 100)):
        with pytest.raises(ValueError):
            unzipped(data, most)


def test_an_archive_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        cut(CITY, tmp_path / "city.zip", "小城", "", (11, 11), lambda done, total: None)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut(CITY, tmp_path / "city.mbtiles", "小城", "", (11, 11), stop)
    assert list(tmp_path.iterdir()) == []
