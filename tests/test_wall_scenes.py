"""The shipped scenes: what they name is there, and every one can be read from the last row of every preset."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cockpit.model.messages import texts
from cockpit.model.wall import Hall, Place, Scene
from cockpit.model.wall_check import check_file, small_on
from cockpit.model.wall_legible import digit_px, han_px
from cockpit.model.wall_shipped import hall_text, scene_text, shipped_halls, shipped_scenes
from cockpit.model.wall_tree import leaves
from cockpit.paths import assets_dir
from layouts.panels import Panels
from tests.wall_files import grid
from tests.wall_kit import scene_text as plain_scene
from widgets.wall.options import settled

SCENES = shipped_scenes()
HALLS = shipped_halls()
LOOK = grid(1, 3, bezel=(6, 0), pitch=1.27, distance=8)
"""The wall of `../shared/look`: three screens of 110 inches side by side."""


def places(scene: Scene) -> list[Place]:
    return [place for arrangement in scene.arrangements for place in leaves(arrangement.root)]


def test_the_twelve_subjects_are_there_in_the_order_of_a_desks_list() -> None:
    said = [scene.name["zh"] for scene in SCENES]
    assert " ".join(said) == "城市总览 事件处置 防汛 消防 交通 环境 网格 热线 值班 单事件指挥 演练 参观"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_every_sign_and_kind_that_a_scene_names_is_in_the_embedded_cities_files_and_is_fed(scene: Scene) -> None:
    signs = tomllib.loads((assets_dir() / "signs" / "cityops.toml").read_text("utf-8"))["signs"]
    kinds = tomllib.loads((assets_dir() / "kinds" / "gbt30428.toml").read_text("utf-8"))["kinds"]
    for place in places(scene):
        options = place.options
        named = [*options.get("signs", []), *([options["sign"]] if options.get("sign") else [])]
        named += re.findall(r"sign:(\w+)", f"{options.get('coloring', '')} {' '.join(scene.layers)}")
        assert not [code for code in named if code not in signs], place.id
        assert not [code for code in named if not (signs[code].get("input") or signs[code].get("formula"))], place.id
        for code in options.get("kinds", []):
            assert any(kind.startswith(code[:-1]) if code.endswith("*") else kind == code for kind in kinds), code


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_every_option_of_a_scene_is_one_that_its_panel_knows(scene: Scene) -> None:
    panels = Panels()
    for place in places(scene):
        known = {"title": "", "area": "", "frame": True, **panels[place.panel].options}
        assert settled(known, place.options)[1] is None, (place.id, place.options)


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.id)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_every_panel_of_every_scene_can_be_read_from_the_last_row_of_every_preset(scene: Scene, hall: Hall) -> None:
    assert [texts("en")(message) for message in small_on(scene, hall.walls[0])] == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
def test_every_scene_can_be_read_on_three_screens_side_by_side(scene: Scene) -> None:
    assert [texts("en")(message) for message in small_on(scene, LOOK)] == []


def test_personal_data_are_in_no_shipped_scene_and_visitors_see_what_the_pack_allows() -> None:
    assert {scene.id for scene in SCENES if scene.privacy == "visitor"} == {"visit"}
    assert not [scene.id for scene in SCENES if scene.privacy == "named"]


def test_type_is_as_high_as_twenty_arc_minutes_for_characters_and_fifteen_for_digits() -> None:
    assert han_px(1.0, 10.0) == 59  # 58.2 mm at 10 m
    assert digit_px(1.0, 10.0) == 60  # 43.6 mm of figure, 0.733 of its em
    assert han_px(1.27, 8.0) == 37


def test_a_check_names_the_panel_that_is_too_small_and_how_large_type_must_be(tmp_path: Path) -> None:
    path = tmp_path / "scenes" / "mine.toml"
    path.parent.mkdir()
    path.write_text(
        'name = { zh = "我的" }\n[panels.focus]\npanel = "wallfocus"\n[panels.map]\npanel = "wallmap"\nspans = true\n'
        '[wide]\ncolumns = ["focus", "map"]\nweights = [1, 12]\n',
        "utf-8",
    )
    (tmp_path / "hall.toml").write_text(
        'name = { zh = "厅" }\n[walls.main]\nname = { zh = "主屏", en = "Main wall" }\nroom = "hall"\ncolumns = 3\n'
        'screen = [1920, 1080]\npitch = 1.27\ndistance = 8\nmachines = "a"\n',
        "utf-8",
    )
    found = check_file(path)
    assert not found.wrong
    sentence = texts("en")(found.small[0])
    assert '"focus" (wallfocus)' in sentence
    assert "38 px" in sentence  # figures of 15 arc-minutes want more than characters of 20
    assert "8 m" in sentence
    hall = check_file(tmp_path / "hall.toml")
    assert not hall.wrong
    assert any("我的" in texts("en")(message) for message in hall.small)


def test_a_check_names_the_panels_that_a_scene_may_not_show(tmp_path: Path) -> None:
    path = tmp_path / "scenes" / "mine.toml"
    path.parent.mkdir()
    text = 'name = { zh = "我的" }\nprivacy = "PRIVACY"\n[panels.who]\npanel = "event"\n'
    text += '[panels.theirs]\npanel = "acme"\n[one]\nrows = ["who", "theirs"]\n'
    found = {}
    for privacy in ("open", "visitor", "named"):
        path.write_text(text.replace("PRIVACY", privacy))
        findings = check_file(path)
        assert findings.wrong == ()
        found[privacy] = [(one.id, one.params["panel"]) for one in findings.small if "small" not in one.id][:2]
    assert found == {
        "open": [("wallfile.foreign", "acme"), ("wallfile.personal", "event")],
        "visitor": [("wallfile.uncleared", "acme"), ("wallfile.personal", "event")],
        "named": [("wallfile.foreign", "acme"), ("wallfile.foreign", "event")],
    }


def test_a_check_says_where_a_file_is_wrong_and_which_panels_are_not_a_walls_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(scene_text("visit").replace('"wallradar"', '"wallrader"'), "utf-8")
    (said,) = check_file(path).wrong
    assert 'Did you mean "wallradar"?' in texts("en")(said)
    path.write_text(scene_text("visit").replace('"wallradar"', '"acme-orbit"'), "utf-8")
    found = check_file(path)
    assert not found.wrong
    assert any("acme-orbit" in texts("en")(message) for message in found.small)


def test_a_file_with_the_key_of_another_scene_is_told_so_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "scenes" / "mine.toml"
    path.parent.mkdir()
    path.write_text(plain_scene("mine").replace("[panels.words]", 'key = "F3"\n[panels.words]', 1), encoding="utf-8")
    (said,) = check_file(path).wrong
    assert "mine.toml:4" in texts("en")(said) or "line 4" in texts("en")(said)
    assert "Flood" in texts("en")(said)
    beside = path.with_name("other.toml")
    beside.write_text(path.read_text(encoding="utf-8").replace("F3", "F2").replace("mine", "other"), encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("F3", "Ctrl+1"), encoding="utf-8")
    assert not check_file(path).wrong
    hall = tmp_path / "hall.toml"
    hall.write_text(hall_text("2x3"), encoding="utf-8")
    assert "Events in hand" in texts("en")(check_file(hall).wrong[0])


def test_a_wall_of_pixels_too_large_for_its_seats_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(
        'name = { zh = "厅" }\n[walls.main]\nname = { zh = "主屏" }\nroom = "hall"\ncolumns = 4\n'
        'screen = [960, 540]\npitch = 4.8\ndistance = 6\nmachines = "a"\n',
        "utf-8",
    )
    assert any("strokes" in texts("en")(message) for message in check_file(path).small)


def test_a_scene_that_lacks_a_walls_kind_is_taken_from_the_nearest_and_said() -> None:
    scene = next(scene for scene in SCENES if scene.id == "visit")
    only = Scene(scene.id, scene.name, tuple(a for a in scene.arrangements if a.fit == "wide"))
    assert any("ribbon" in texts("en")(message) for message in small_on(only, HALLS[-2].walls[0]))
