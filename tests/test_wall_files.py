"""Hall and scene files: what is written is read as the same; what is wrong is said with its place."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.model.toml_text import too_deep
from cockpit.model.wall import Arrangement, Hall, Place, Scene
from cockpit.model.wall_panels import WALL_PANELS
from cockpit.model.wall_read import read_hall, read_hall_file, read_scene, read_scene_file
from cockpit.model.wall_shipped import hall_text, scene_text, shipped_hall, shipped_halls, shipped_scenes
from cockpit.model.wall_solve import solve_place
from cockpit.model.wall_write import write_scene
from tests.hall_text import write_hall
from tests.wall_files import halls, scenes

SCENE = """\
id = "flood"
name = { zh = "防汛", en = "Flood" }
key = "F3"
layers = ["event", "alert"]

[panels.map]
panel = "wallmap"
spans = true

[panels.signs]
panel = "wallsigns"
follows = "area"
options = { signs = ["D01"], columns = 2 }

[wide]
columns = ["left", "map"]
weights = [1, 2]

[wide.left]
rows = ["signs", "clock"]

[wide.clock]
panel = "wallclock"

[one]
rows = ["map"]
"""
HALL = """\
id = "hall"
name = { zh = "大厅" }
shift = 3
night = { from = "22:00", to = "06:00", brightness = 0.4 }

[rooms.hall]
name = { zh = "指挥大厅" }

[rooms.press]
name = { zh = "发布厅" }
shares = "hall"

[walls.main]
name = { zh = "主屏" }
room = "hall"
rows = 2
columns = 3
screen = [1920, 1080]
screen_mm = [1209.6, 680.4]
bezel_mm = [1.8, 1.8]
distance = 6.0
machines = "wall-1"

[modes.peace]
name = { zh = "平时" }
scene = "overview"
rights = ["duty"]

[carousels.day]
name = { zh = "日常" }
between = ["08:00", "20:00"]
steps = [{ scene = "overview", seconds = 40 }, { scene = "flood", seconds = 20 }]
triggers = [{ alert = 1, scene = "flood", seconds = 60 }]
"""


def sentence_of(refused: pytest.ExceptionInfo[UserError]) -> str:
    sentence = texts("en")(refused.value.message)
    assert "{" not in sentence.replace("[{ scene", "")
    assert "{" not in texts("zh")(refused.value.message).replace("[{ scene", "")
    return sentence


def refusal(read: Callable[[str, str], object], text: str) -> str:
    """What is said of a text that can not be, "" of one that can."""
    try:
        read(text, "any.toml")
    except UserError as refused:
        return texts("zh")(refused.message)
    return ""


def test_a_scene_file_becomes_arrangements_of_named_panels() -> None:
    scene = read_scene(SCENE, "flood.toml", WALL_PANELS)
    assert [a.fit for a in scene.arrangements] == ["one", "wide"]
    root = scene.arrangements[1].root
    assert [(c.id, c.split, c.weight) for c in root.children] == [("left", "rows", 1.0), ("map", "", 2.0)]
    signs, clock = root.children[0].children
    assert (signs.panel, signs.follows, signs.options) == ("wallsigns", "area", {"signs": ["D01"], "columns": 2})
    assert clock.panel == "wallclock"
    assert root.children[1].spans


def test_a_hall_file_becomes_walls_whose_screens_are_counted_left_to_right_top_to_bottom() -> None:
    hall = read_hall(HALL, "hall.toml", ("overview", "flood"))
    wall = hall.walls[0]
    assert wall.pitch == pytest.approx(0.63)
    assert wall.bezel == (3, 3)
    assert wall.size == (3 * 1920 + 6, 2 * 1080 + 3)
    assert [(s.id, s.at.x, s.at.y) for s in wall.screens][3:] == [(4, 0, 1083), (5, 1923, 1083), (6, 3846, 1083)]
    assert hall.night == (22 * 60, 6 * 60, 0.4)
    assert hall.carousels[0].between == (480, 1200)
    assert hall.modes[0].rights == ("duty",)


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('panel = "wallmap"', 'panel = "wallmop"', "line 7, column 1", 'Did you mean "wallmap"?'),
        ('panel = "wallmap"', "spans = false", "line 8, column 13", "not valid TOML"),
        ("spans = true", "spam = true", "line 8, column 1", 'Did you mean "spans"?'),
        ("spans = true", 'spans = "yes"', "line 8, column 1", "true or false"),
        ('panel = "wallclock"', "", "line 22, column 2", "which panel it holds"),
        ('follows = "area"', 'follows = "evnt"', "line 12, column 1", 'Did you mean "event"?'),
        ("columns = 2 }", "columns = 2026-01-01 }", "line 13, column 30", "text, a number"),
        ("columns = 2 }", "columns = nan }", "line 13, column 30", "text, a number"),
        ('["left", "map"]', '["left", "mop"]', "line 16, column 20", 'Did you mean "map"?'),
        ('["left", "map"]', '["map", "map"]', "line 16, column 19", "placed twice"),
        ('["left", "map"]', '["map"]', "line 17, column 1", "one for each child: 1"),
        ("weights = [1, 2]", "weights = [1, 0]", "line 17, column 15", "0.05 to 100"),
        ("weights = [1, 2]", "screens = [1, 2.5]", "line 17, column 15", "whole number"),
        ("weights = [1, 2]", 'rows = ["map"]', "line 15, column 2", "exactly one of rows"),
        ('rows = ["map"]', 'rows = ["map", "left"]', "line 26, column 16", 'no panel or group "left"'),
        ('["signs", "clock"]', '["clock"]', "line 10, column 2", "in no row or column"),
        ("[wide.clock]", "[wide.cluck]", "line 20, column 18", 'Did you mean "cluck"?'),
        ("[wide.clock]", "[wide.Clock]", "line 22, column 2", "can not be an id"),
        ("[wide.clock]", "[wide.root]", "line 22, column 2", "outermost"),
        ('key = "F3"', 'key = "F33"', "line 3, column 1", "is no key"),
        ('key = "F3"', 'keys = "F3"', "line 3, column 1", 'Did you mean "key"?'),
        ('key = "F3"', 'privacy = "visitors"', "line 3, column 1", 'Did you mean "visitor"?'),
        ("[one]", "[once]", "line 25, column 2", 'Did you mean "one"?'),
        ('name = { zh = "防汛", en = "Flood" }', 'name = "防汛"', "line 2, column 1", "name is missing"),
        ('["event", "alert"]', '["event", 2]', "line 4, column 1", "list of texts"),
        ('id = "flood"', 'id = "防汛"', "line 1, column 1", "can not be an id"),
    ],
)
def test_what_is_wrong_in_a_scene_is_said_with_its_place(old: str, new: str, where: str, what: str) -> None:
    assert old in SCENE
    with pytest.raises(UserError) as refused:
        read_scene(SCENE.replace(old, new, 1), "flood.toml", WALL_PANELS)
    sentence = sentence_of(refused)
    assert sentence.startswith(f"flood.toml, {where}: ")
    assert what in sentence


def test_an_interrupted_ribbon_has_a_gap_of_its_own_and_is_written_so() -> None:
    text = HALL.replace("rows = 2", "rows = 1").replace("columns = 3", "columns = 4")
    text = text.replace("bezel_mm = [1.8, 1.8]", "bezel_mm = [[2, 640, 2], 0]")
    hall = read_hall(text, "hall.toml")
    wall = hall.walls[0]
    gaps = [b.at.x - a.at.x - a.at.w for a, b in itertools.pairwise(wall.screens)]
    assert gaps == [round(2 / wall.pitch), round(640 / wall.pitch), round(2 / wall.pitch)]
    assert (wall.size[0], wall.bezel[0]) == (4 * 1920 + sum(gaps), gaps[0])
    again = read_hall(write_hall(hall), "hall.toml")
    assert again.walls[0].screens == wall.screens
    rows = Place("row", panel="wallevents")
    map_ = Place("map", panel="wallmap", spans=True, weight=2.0)
    placed = {one.place.id: one.at for one in solve_place(Place("root", "columns", (rows, map_)), wall)}
    dark = range(wall.screens[1].at.x + 1920, wall.screens[2].at.x)
    assert placed["row"].x + placed["row"].w <= dark.start
    assert placed["map"].x < dark.start < dark.stop < placed["map"].x + placed["map"].w, "one picture over the gap"


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("rows = 2", "rows = 0", "line 16, column 1", "1 to 24"),
        ("rows = 2", "rows = 24\ncolums = 2", "line 17, column 1", 'Did you mean "columns"?'),
        ("columns = 3", "columns = 99", "line 17, column 1", "1 to 24"),
        ("screen = [1920, 1080]", "screen = [1920]", "line 18, column 1", "two numbers"),
        ("[1.8, 1.8]", "[[1.8], 1.8]", "line 20, column 13", "one for each gap, which are 2"),
        ("[1.8, 1.8]", "[[1.8, -1], 1.8]", "line 20, column 19", "0 to 10000"),
        ("[1.8, 1.8]", "[640, 1.8]", "line 20, column 13", "0 to 500"),
        ("[1.8, 1.8]", "1.8", "line 20, column 1", "two numbers"),
        ("screen = [1920, 1080]", "screen = [1920, 1080.5]", "line 18, column 17", "whole number"),
        ("screen = [1920, 1080]", "", "line 13, column 2", "pixels of a screen are missing"),
        ("screen = [1920, 1080]", "widths = [1, 2, 3]\nheights = [1, 2]", "line 18, column 11", "160 to 16384"),
        ("screen_mm = [1209.6, 680.4]", "screen_mm = [1209.6, 1209.6]", "line 19, column 1", "not square"),
        ("screen_mm = [1209.6, 680.4]", "", "line 13, column 2", "size of a screen is missing"),
        ("screen_mm = [1209.6, 680.4]", "screen_mm = [1209.6, 680.4]\npitch = 0.6", "line 19, column 1", "Only one"),
        ("distance = 6.0", "", "line 13, column 2", "from 0.5"),
        ("distance = 6.0", "distance = true", "line 21, column 1", "from 0.5"),
        ('machines = "wall-1"', 'machines = ["a", "b"]', "line 22, column 1", "6 of them"),
        ('machines = "wall-1"', "", "line 13, column 2", "6 of them"),
        (
            'machines = "wall-1"',
            'machines = "a"\noutputs = ["A", "B", "A", "", "", ""]',
            "line 23, column 22",
            "named twice",
        ),
        ('machines = "wall-1"', 'machines = "Wall_1"', "line 22, column 1", 'as "wall-1"'),
        ('machines = "wall-1"', 'machines = ["a", "b", "C", "a", "b", "c"]', "line 22, column 23", '"C"'),
        (
            "[modes.peace]",
            '[walls.leg]\nname = { zh = "侧屏" }\nroom = "press"\nscreen = [1920, 1080]\npitch = 1\ndistance = 4\n'
            'machines = ["wall-1"]\n[modes.peace]',
            "line 30, column 13",
            'wall "main" already',
        ),
        ('room = "hall"', 'room = "hull"', "line 15, column 1", 'Did you mean "hall"?'),
        ('shares = "hall"', 'shares = "press"', "line 11, column 1", "no room"),
        ('from = "22:00"', 'from = "22"', "line 4, column 11", "time of the day"),
        ('rights = ["duty"]', 'rights = ["duti"]', "line 27, column 11", 'Did you mean "duty"?'),
        ('scene = "overview"\nrights', 'scene = "overveiw"\nrights', "line 26, column 1", 'Did you mean "overview"?'),
        ('{ scene = "flood", seconds = 20 }', '{ scene = "flod" }', "line 32, column 50", 'Did you mean "flood"?'),
        ('{ scene = "flood", seconds = 20 }', "{ seconds = 20 }", "line 32, column 48", "scene is missing"),
        ("seconds = 20", "seconds = 2", "line 32, column 67", "5 to 86400"),
        ("alert = 1", "alert = 5", "line 33, column 15", "1 to 4"),
        ('between = ["08:00", "20:00"]', 'between = "08:00"', "line 31, column 1", "two times"),
        ('between = ["08:00", "20:00"]', 'between = ["00:00", "00:00"]', "line 31, column 21", "never run"),
        ("shift = 3", "shift = -1", "line 3, column 1", "0 to 16"),
    ],
)
def test_what_is_wrong_in_a_hall_is_said_with_its_place(old: str, new: str, where: str, what: str) -> None:
    assert old in HALL
    with pytest.raises(UserError) as refused:
        read_hall(HALL.replace(old, new, 1), "hall.toml", ("overview", "flood"))
    sentence = sentence_of(refused)
    assert sentence.startswith(f"hall.toml, {where}: "), sentence
    assert what in sentence


def test_a_file_that_is_not_there_no_text_or_too_long_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    with pytest.raises(UserError):
        read_hall_file(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError):
        read_scene_file(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(UserError) as refused:
        read_hall_file(path)
    assert "256" in sentence_of(refused)


@given(scene=scenes())
def test_a_scene_that_is_written_is_read_as_the_same(scene: Scene) -> None:
    assert read_scene(write_scene(scene), "any.toml", WALL_PANELS) == scene


def test_places_named_after_a_third_partys_panel_and_slivers_of_a_place_are_written_as_a_file_may_have_them() -> None:
    halves = (Place("Acme.Orbit", panel="Acme.Orbit", weight=0.01), Place("map", panel="wallmap", weight=1.0))
    scene = Scene("mine", {"zh": "我的"}, (Arrangement("one", Place("root", "columns", halves)),))
    root = read_scene(write_scene(scene), "mine.toml").arrangements[0].root
    assert [(place.id, place.panel) for place in root.children] == [("acme-orbit", "Acme.Orbit"), ("map", "wallmap")]
    assert root.children[1].weight == 100 * root.children[0].weight


def test_an_arrangement_of_one_panel_is_written_as_a_row_of_one() -> None:
    scene = Scene("mine", {"zh": "我的"}, (Arrangement("one", Place("map", panel="wallmap", spans=True)),))
    root = read_scene(write_scene(scene), "mine.toml").arrangements[0].root
    assert root.children == (Place("map", panel="wallmap", spans=True),)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(hall=halls())
def test_a_hall_that_is_written_is_read_as_the_same(hall: Hall) -> None:
    again = read_hall(write_hall(hall), "any.toml")
    assert again == hall


@settings(max_examples=300)
@given(
    text=st.sampled_from([SCENE, HALL]),
    edits=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 12), st.text(max_size=6)), min_size=1, max_size=4),
)
@example(text=SCENE, edits=[(0, 0, "a = " + "[" * 3000)])
@example(text=SCENE, edits=[(0, 0, "a = " + "9" * 6000 + "\n")])
@example(text=SCENE, edits=[(0, 0, "\r\n")])
def test_a_file_spoiled_anywhere_is_read_or_refused_with_its_place(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    for at, gone, put in edits:
        text = text[:at] + put + text[at + gone :]
    for read in (read_scene, read_hall):
        said = refusal(read, text)
        assert said == "" or said.startswith("any.toml，第 ")


@pytest.mark.parametrize("id", ["one", "2x2", "2x3", "3x6", "1x12", "ribbon"])
def test_each_preset_is_whole_and_names_scenes_that_ship(id: str) -> None:
    hall = read_hall(hall_text(id), f"{id}.toml", [s.id for s in shipped_scenes()], shipped_hall("one"))
    assert hall == shipped_hall(id)
    assert {mode.id for mode in hall.modes} == {"peace", "emergency", "special"}
    assert hall.name["en"]


def test_the_presets_are_listed_from_the_smallest_wall_to_the_largest() -> None:
    assert [hall.id for hall in shipped_halls()] == ["one", "2x2", "ribbon", "2x3", "1x12", "3x6"]


def test_each_shipped_scene_lies_on_all_four_kinds_of_walls_under_a_key_of_its_own() -> None:
    shipped = shipped_scenes()
    for scene in shipped:
        assert read_scene(scene_text(scene.id), f"{scene.id}.toml", WALL_PANELS) == scene
        assert [a.fit for a in scene.arrangements] == ["one", "wall", "wide", "ribbon"]
        assert scene.name["zh"]
        assert scene.name["en"]
    assert len({scene.key for scene in shipped}) == len(shipped)


def test_a_key_of_thousands_of_parts_is_refused_with_its_place_before_anybody_takes_it_apart() -> None:
    with pytest.raises(UserError) as wrong:
        read_scene("# 场景\n[" + "a." * 60_000 + "a]\n", "mine.toml", WALL_PANELS)
    assert sentence_of(wrong).startswith("mine.toml, line 2, column 2: ")
    assert "16" in sentence_of(wrong)
    for fine in ("a = 1.5\nb = 2.5\n", 'x = ["1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18"]\n', "a.b.c.d = 1\n"):
        assert too_deep(fine) is None
