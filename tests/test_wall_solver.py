"""The solver of walls: any scene on any wall, without overlap or loss, and nothing read across a bezel."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.layout import Rect
from cockpit.model.wall import Arrangement, Place, Placed, Scene, Wall
from cockpit.model.wall_shipped import shipped_hall, shipped_halls, shipped_scenes
from cockpit.model.wall_solve import (
    CLEAR,
    arrangement_of,
    cut,
    fit_of,
    gap_of,
    solve_place,
    solve_scene,
    wall_of_screens,
)
from cockpit.wall.machines import hall_of
from tests.wall_files import arrangements, grid, scenes, walls


def panel(id: str, weight: float = 1.0, *, spans: bool = False, screens: int = 0) -> Place:
    return Place(id, panel="walltext", weight=weight, spans=spans, screens=screens)


def columns(*children: Place) -> Place:
    return Place("root", "columns", children)


def rows(*children: Place, id: str = "root", weight: float = 1.0) -> Place:
    return Place(id, "rows", children, weight)


def rects(root: Place, wall: Wall) -> dict[str, Rect]:
    return {placed.place.id: placed.at for placed in solve_place(root, wall)}


def overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def clear_of_bezels(at: Rect, wall: Wall) -> bool:
    """Whether it lies on one screen, `CLEAR` px from its edges."""
    return any(
        s.at.x + CLEAR <= at.x
        and at.x + at.w <= s.at.x + s.at.w - CLEAR
        and s.at.y + CLEAR <= at.y
        and at.y + at.h <= s.at.y + s.at.h - CLEAR
        for s in wall.screens
    )


def leaves(place: Place) -> list[Place]:
    return [leaf for child in place.children for leaf in leaves(child)] if place.split else [place]


@given(arrangement=arrangements(), wall=walls())
def test_every_panel_is_placed_once_on_the_wall_and_none_over_another(arrangement: Arrangement, wall: Wall) -> None:
    placed = solve_place(arrangement.root, wall)
    assert [item.place for item in placed] == leaves(arrangement.root)
    for item in placed:
        assert item.at.w > 0
        assert item.at.h > 0
        assert item.at.x >= CLEAR
        assert item.at.y >= CLEAR
        assert item.at.x + item.at.w <= wall.size[0] - CLEAR
        assert item.at.y + item.at.h <= wall.size[1] - CLEAR
    assert not any(overlap(a.at, b.at) for a, b in combinations(placed, 2))


@given(arrangement=arrangements(), wall=walls())
def test_a_panel_that_does_not_span_lies_on_one_screen_clear_of_its_edges(arrangement: Arrangement, wall: Wall) -> None:
    for item in solve_place(arrangement.root, wall):
        assert item.place.spans or clear_of_bezels(item.at, wall)


def spans_of(wall: Wall) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """First and last + 1 px of its columns and of its rows."""
    columns = sorted({(s.at.x, s.at.x + s.at.w) for s in wall.screens})
    return columns, sorted({(s.at.y, s.at.y + s.at.h) for s in wall.screens})


@given(arrangement=arrangements(), wall=walls())
def test_no_edge_lies_behind_a_bezel(arrangement: Arrangement, wall: Wall) -> None:
    columns, rows = spans_of(wall)
    across = {(a[1] - CLEAR, b[0] + CLEAR) for a, b in pairwise([*columns, (columns[-1][1] + CLEAR, 0)])}
    down = {(a[1] - CLEAR, b[0] + CLEAR) for a, b in pairwise([*rows, (rows[-1][1] + CLEAR, 0)])}
    for item in solve_place(arrangement.root, wall):
        for edge in (item.at.x, item.at.x + item.at.w):
            assert not any(low < edge < high for low, high in across)
        for edge in (item.at.y, item.at.y + item.at.h):
            assert not any(low < edge < high for low, high in down)


def spanning(place: Place) -> Place:
    children = tuple(spanning(child) for child in place.children)
    return Place(place.id, place.split, children, place.weight, place.screens, place.panel, spans=not place.split)


@given(arrangement=arrangements(), wall=walls())
def test_where_all_panels_span_they_fill_the_wall_but_for_gaps_and_bezels(arrangement: Arrangement, wall: Wall) -> None:
    root = spanning(arrangement.root)
    found = rects(root, wall)
    bezels = {gap_of(wall)} | {2 * CLEAR + b[0] - a[1] for spans in spans_of(wall) for a, b in pairwise(spans)}

    def whole(place: Place) -> Rect:
        """The rectangle of a place, whose children must lie side by side in it."""
        if not place.split:
            return found[place.id]
        parts = [whole(child) for child in place.children]
        first, last = parts[0], parts[-1]
        for a, b in pairwise(parts):
            if place.split == "columns":
                assert (a.y, a.h) == (b.y, b.h)
                assert 0 <= b.x - a.x - a.w <= max(bezels)
            else:
                assert (a.x, a.w) == (b.x, b.w)
                assert 0 <= b.y - a.y - a.h <= max(bezels)
        return Rect(first.x, first.y, last.x + last.w - first.x, last.y + last.h - first.y)

    assert whole(root) == Rect(CLEAR, CLEAR, wall.size[0] - 2 * CLEAR, wall.size[1] - 2 * CLEAR)


@given(arrangement=arrangements(), wall=walls())
def test_what_the_screens_show_of_a_panel_are_all_its_pixels_that_are_lit(arrangement: Arrangement, wall: Wall) -> None:
    placed = solve_place(arrangement.root, wall)
    lit = dict.fromkeys((item.place.id for item in placed), 0)
    for screen in wall.screens:
        for part in cut(placed, screen):
            assert part.at.w <= screen.at.w
            assert part.at.h <= screen.at.h
            assert (part.part.w, part.part.h) == (part.at.w, part.at.h)
            assert part.whole.x + part.part.x == screen.at.x + part.at.x
            assert part.whole.y + part.part.y == screen.at.y + part.at.y
            lit[part.place.id] += part.at.w * part.at.h
    for item in placed:
        if not item.place.spans:
            assert lit[item.place.id] == item.at.w * item.at.h
        else:
            assert 0 < lit[item.place.id] <= item.at.w * item.at.h


@given(scene=scenes(), wall=walls())
def test_every_wall_has_an_arrangement_of_every_scene(scene: Scene, wall: Wall) -> None:
    arrangement = arrangement_of(scene, wall)
    assert arrangement in scene.arrangements
    if fit_of(wall) in [a.fit for a in scene.arrangements]:
        assert arrangement.fit == fit_of(wall)
    assert [placed.place for placed in solve_scene(scene, wall)] == leaves(arrangement.root)


@settings(max_examples=30)
@given(data=st.data(), wall=walls())
def test_the_same_scene_on_the_same_wall_lies_the_same_each_time(data: st.DataObject, wall: Wall) -> None:
    root = data.draw(arrangements()).root
    assert solve_place(root, wall) == solve_place(root, wall)


def test_a_map_crosses_both_bezels_and_the_columns_beside_it_stay_on_their_screens() -> None:
    wall = grid(1, 3, bezel=(12, 0))
    found = rects(columns(panel("left"), panel("map", 2.2, spans=True), panel("right")), wall)
    assert found["left"].x + found["left"].w < 1920
    assert found["map"].x < 1920
    assert found["map"].x + found["map"].w > 2 * 1920 + 12
    assert found["right"].x > 2 * 1932


def test_an_edge_that_would_be_near_a_bezel_is_at_it() -> None:
    wall = grid(1, 2, bezel=(10, 0))
    found = rects(columns(panel("a", 1.0), panel("b", 0.97)), wall)
    assert found["a"].x + found["a"].w == 1920 - CLEAR
    assert found["b"].x == 1930 + CLEAR


def test_a_list_as_wide_as_a_screen_and_a_half_is_brought_to_one_screen_and_the_map_takes_the_rest() -> None:
    wall = grid(3, 6)
    found = rects(columns(panel("list"), panel("map", 3, spans=True)), wall)
    assert found["list"] == Rect(CLEAR, CLEAR, 1920 - 2 * CLEAR, 1080 - 2 * CLEAR)
    assert found["map"].x == 1920 + CLEAR
    assert found["map"].w == 5 * 1920 - 2 * CLEAR


def test_rows_over_two_rows_of_screens_part_at_the_bezel() -> None:
    wall = grid(2, 1)
    found = rects(rows(panel("head", 0.5), panel("a", 2), panel("b", 2), panel("c", 1)), wall)
    assert found["a"].y + found["a"].h == 1080 - CLEAR
    assert found["b"].y == 1080 + CLEAR


def test_a_place_asked_for_in_screens_is_that_many_where_the_wall_has_them() -> None:
    root = columns(panel("a", screens=1), panel("map", spans=True), panel("b", screens=2, spans=True))
    found = rects(root, grid(1, 8))
    assert found["a"] == Rect(CLEAR, CLEAR, 1920 - 2 * CLEAR, 1080 - 2 * CLEAR)
    assert found["b"] == Rect(6 * 1920 + CLEAR, CLEAR, 2 * 1920 - 2 * CLEAR, 1080 - 2 * CLEAR)
    alone = rects(root, grid(1, 1))
    assert abs(alone["a"].w - alone["b"].w) <= 1  # one screen has no screens to give: by weight


def test_a_panel_over_a_bezel_that_does_not_span_takes_the_side_with_more_room() -> None:
    wall = grid(1, 2, size=(1000, 1000))
    assert rects(columns(panel("only")), wall)["only"] == Rect(CLEAR, CLEAR, 1000 - 2 * CLEAR, 1000 - 2 * CLEAR)


def test_gaps_grow_with_the_type_that_the_last_row_reads() -> None:
    assert gap_of(grid(1, 3, pitch=1.27, distance=8)) == 16
    assert gap_of(grid(1, 3, pitch=1.27, distance=16)) > gap_of(grid(1, 3, pitch=1.27, distance=8))


@pytest.mark.parametrize(
    ("rows_", "columns_", "fit"),
    [(1, 1, "one"), (2, 2, "wall"), (3, 3, "wall"), (1, 3, "wide"), (2, 3, "wide"), (3, 6, "wide"), (1, 12, "ribbon")],
)
def test_walls_take_the_arrangement_of_their_shape(rows_: int, columns_: int, fit: str) -> None:
    assert fit_of(grid(rows_, columns_)) == fit


def test_every_shipped_scene_uses_every_screen_of_every_preset() -> None:
    for hall in shipped_halls():
        wall = hall.walls[0]
        for scene in shipped_scenes():
            placed = solve_scene(scene, wall)
            empty = [screen.id for screen in wall.screens if not cut(placed, screen)]
            assert not empty, (hall.id, scene.id)


def test_the_outputs_of_a_machine_without_a_file_are_one_wall_at_one_height() -> None:
    hall = wall_of_screens([(1920, 1080), (3840, 2160)], "here", ["HDMI-1", "DP-1"])
    wall = hall.walls[0]
    assert [s.at for s in wall.screens] == [Rect(0, 0, 1920, 1080), Rect(1920, 0, 1920, 1080)]
    assert wall.machines == ("here",)
    assert [s.output for s in wall.screens] == ["HDMI-1", "DP-1"]
    assert hall.modes
    assert isinstance(solve_scene(shipped_scenes()[0], wall)[0], Placed)


def test_outputs_that_lie_as_a_grid_are_a_wall_of_rows_and_columns() -> None:
    at = [(0, 1080), (1920, 1080), (3840, 1080), (0, 0), (1920, 0), (3840, 0)]
    wall = wall_of_screens([(1920, 1080)] * 6, "here", [f"DUMMY{i}" for i in range(6)], at).walls[0]
    assert (wall.rows, wall.columns, wall.size) == (2, 3, (5760, 2160))
    assert [s.output for s in wall.screens] == ["DUMMY3", "DUMMY4", "DUMMY5", "DUMMY0", "DUMMY1", "DUMMY2"]
    assert wall.screens[3].at == Rect(0, 1080, 1920, 1080)
    apart = wall_of_screens([(1920, 1080)] * 3, "here", at=[(0, 0), (1920, 0), (0, 1080)]).walls[0]
    assert (apart.rows, apart.columns) == (1, 3)


@settings(max_examples=40)
@given(
    arrangement=arrangements(),
    sizes=st.lists(st.tuples(st.integers(64, 2000), st.integers(64, 2000)), min_size=1, max_size=6),
)
def test_even_on_tiny_screens_every_panel_has_its_place(arrangement: Arrangement, sizes: list[tuple[int, int]]) -> None:
    wall = wall_of_screens(sizes, "here").walls[0]
    placed = solve_place(arrangement.root, wall)
    assert [item.place for item in placed] == leaves(arrangement.root)
    for item in placed:
        assert item.at.w >= 0
        assert item.at.h >= 0
        assert 0 <= item.at.x <= item.at.x + item.at.w <= wall.size[0]
        assert 0 <= item.at.y <= item.at.y + item.at.h <= wall.size[1]


def test_a_machine_that_comes_with_outputs_in_rows_and_columns_has_such_a_wall_before_there_is_a_hall_file() -> None:
    shipped = shipped_hall("one")
    adopted = {"here": tuple((1920, 1080, x, y) for y in (0, 1080) for x in (0, 1920, 3840)), "there": ((800, 600),)}
    walls_ = hall_of(shipped, adopted).walls
    assert [(wall.rows, wall.columns, wall.machines) for wall in walls_] == [(2, 3, ("here",)), (1, 1, ("there",))]
