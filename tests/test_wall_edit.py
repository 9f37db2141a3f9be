"""What editing a scene by hand promises: every edit lays out, keeps what it does not touch, and has a way back."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model import wall_boxes, wall_edit, wall_tree
from cockpit.model.errors import UserError
from cockpit.model.layout import Rect
from cockpit.model.messages import Message, texts
from cockpit.model.wall import Arrangement, Fit, Place, Scene, Wall
from cockpit.model.wall_boxes import boxes, dividers
from cockpit.model.wall_diff import changes, marked
from cockpit.model.wall_draft import Draft
from cockpit.model.wall_read import read_scene
from cockpit.model.wall_shipped import shipped_halls, shipped_scenes
from cockpit.model.wall_solve import arrangement_of, fit_of, solve_scene
from cockpit.model.wall_tree import find, leaves, root_of
from cockpit.model.wall_write import write_scene

WALLS = {hall.id: hall.walls[0] for hall in shipped_halls()}
SCENES = {scene.id: scene for scene in shipped_scenes()}
WALL: Wall = WALLS["2x3"]
DID = Message("walldesk.did_move")


def opened(id: str = "overview", wall: Wall = WALL) -> tuple[Scene, Fit]:
    scene, fit = SCENES[id], fit_of(wall)
    return wall_tree.own(scene, arrangement_of(scene, wall), fit), fit


def ids(scene: Scene, fit: Fit) -> list[str]:
    return [leaf.id for leaf in leaves(root_of(scene, fit))]


def rects(scene: Scene, wall: Wall = WALL) -> dict[str, Rect]:
    return {one.place.id: one.at for one in solve_scene(scene, wall)}


def apart(one: Rect, two: Rect) -> bool:
    return one.x + one.w <= two.x or two.x + two.w <= one.x or one.y + one.h <= two.y or two.y + two.h <= one.y


# -- single edits ------------------------------------------------------------------------------------------------------


def test_a_split_gives_the_new_place_half_and_leaves_all_others_where_they_were() -> None:
    scene, fit = opened()
    before = rects(scene)
    after, new = wall_edit.split(scene, fit, "events", "columns")
    now = rects(after)
    assert not find(root_of(after, fit), new).panel
    assert abs(now["events"].w - now[new].w) <= 4
    assert now["events"].x < now[new].x
    assert {id: at for id, at in now.items() if id not in ("events", new)} == {
        id: at for id, at in before.items() if id != "events"
    }


def test_a_split_before_puts_the_new_place_first() -> None:
    scene, fit = opened()
    after, new = wall_edit.split(scene, fit, "events", "rows", before=True)
    now = rects(after)
    assert now[new].y < now["events"].y


def test_merging_a_split_again_is_the_scene_before_it() -> None:
    scene, fit = opened()
    after, new = wall_edit.split(scene, fit, "events", "columns")
    assert rects(wall_edit.merge(after, fit, ["events", new])) == rects(scene)


def test_merged_places_show_what_the_first_of_them_showed() -> None:
    scene, fit = opened()
    after = wall_edit.merge(scene, fit, ["events", "streets"])
    assert "streets" not in ids(after, fit)
    assert find(root_of(after, fit), "events").panel == "wallevents"


def test_places_that_are_no_rectangle_together_are_not_merged() -> None:
    scene, fit = opened()
    with pytest.raises(UserError) as wrong:
        wall_edit.merge(scene, fit, ["head", "events"])
    assert "长方形" in str(wrong.value)


def test_the_only_place_is_neither_merged_nor_taken_away() -> None:
    scene = Scene("one", {"zh": "一"}, (Arrangement("wall", Place("all", panel="wallmap")),))
    for edit in (lambda: wall_edit.merge(scene, "wall", ["all"]), lambda: wall_edit.remove(scene, "wall", "all")):
        with pytest.raises(UserError):
            edit()


def test_a_place_that_is_taken_away_leaves_its_room_to_its_neighbours() -> None:
    scene, fit = opened()
    after = wall_edit.remove(scene, fit, "events")
    covered = sum(at.w * at.h for at in rects(after).values())
    assert covered > 0.9 * sum(at.w * at.h for at in rects(scene).values())


def test_a_panel_put_into_a_place_names_it_and_takes_no_settings_of_the_one_before() -> None:
    scene, fit = opened()
    after, new = wall_edit.put(scene, fit, "signs", "wallring")
    place = find(root_of(after, fit), new)
    assert (place.panel, place.options, new) == ("wallring", {}, "ring")
    assert rects(after)[new] == rects(scene)["signs"]


def test_a_second_panel_of_a_kind_gets_a_name_of_its_own() -> None:
    scene, fit = opened()
    scene, first = wall_edit.put(scene, fit, "signs", "wallring")
    scene, second = wall_edit.put(scene, fit, "events", "wallring")
    assert (first, second) == ("ring", "ring-2")


def test_swapped_places_keep_their_sizes_and_change_what_they_hold() -> None:
    scene, fit = opened()
    before, after = rects(scene), rects(wall_edit.swap(scene, fit, "events", "head"))
    assert (after["events"], after["head"]) == (before["head"], before["events"])


def test_a_place_moved_to_a_side_of_another_shares_its_room() -> None:
    scene, fit = opened()
    after = wall_edit.move(scene, fit, "events", "index", "bottom")
    now = rects(after)
    assert sorted(ids(after, fit)) == sorted(ids(scene, fit))
    assert now["events"].y > now["index"].y
    assert now["events"].x == now["index"].x


@pytest.mark.parametrize("wall", WALLS.values(), ids=list(WALLS))
def test_a_divider_lies_between_what_it_divides_and_dragging_it_moves_that_edge(wall: Wall) -> None:
    scene, fit = opened("overview", wall)
    root = root_of(scene, fit)
    around = boxes(root, solve_scene(scene, wall))
    for divider in dividers(root, around):
        one, two = (around[child.id] for child in find(root, divider.parent).children[divider.index :][:2])
        if divider.along == "columns":
            assert one.x + one.w == divider.at.x
            assert divider.at.x + divider.at.w >= two.x
        else:
            assert one.y + one.h == divider.at.y
    moved = [moves(scene, fit, wall, divider) for divider in dividers(root, around)]
    assert any(moved)  # one between panels of which neither can use more screens stays where it was


def moves(scene: Scene, fit: Fit, wall: Wall, divider: wall_boxes.Divider) -> bool:
    """Whether dragging a divider by a third of what is before it moves anything."""
    after = wall_edit.resize(scene, fit, divider, -divider.lengths[divider.index] // 3)
    return rects(after, wall) != rects(scene, wall)


def test_a_drag_of_nothing_is_no_edit_and_one_too_far_leaves_something_of_both() -> None:
    scene, fit = opened()
    root = root_of(scene, fit)
    divider = dividers(root, boxes(root, solve_scene(scene, WALL)))[0]
    assert wall_edit.resize(scene, fit, divider, 0) == scene
    after = wall_edit.resize(scene, fit, divider, -100_000)
    assert min(min(at.w, at.h) for at in rects(after).values()) > 0


def test_arrow_keys_go_to_the_place_beside() -> None:
    scene, fit = opened()
    around = boxes(root_of(scene, fit), solve_scene(scene, WALL))
    there = ids(scene, fit)
    assert wall_boxes.beside(around, there, "map", "left") in ("head", "index", "signs", "air")
    assert wall_boxes.beside(around, there, "head", "left") == "head"


def test_an_edit_for_a_wall_that_the_scene_has_no_arrangement_for_leaves_the_others() -> None:
    scene = Scene("one", {"zh": "一"}, (Arrangement("one", Place("all", panel="wallmap")),))
    own = wall_tree.own(scene, arrangement_of(scene, WALL), fit_of(WALL))
    after, _ = wall_edit.split(own, fit_of(WALL), "all", "columns")
    assert root_of(after, "one") == root_of(scene, "one")
    assert len(leaves(root_of(after, fit_of(WALL)))) == 2


# -- undo, difference --------------------------------------------------------------------------------------------------


def test_undo_and_redo_walk_the_same_steps() -> None:
    scene, fit = opened()
    draft = Draft(scene, scene)
    for id in ("events", "signs"):
        draft = draft.to(wall_edit.split(draft.scene, fit, id, "columns")[0], DID)
    done = draft.scene
    draft = draft.undo().undo()
    assert draft.scene == scene
    assert not draft.changed
    assert draft.redo().redo().scene == done
    with pytest.raises(UserError):
        draft.undo()


def test_a_new_step_ends_what_could_be_done_again() -> None:
    scene, fit = opened()
    draft = Draft(scene, scene).to(wall_edit.remove(scene, fit, "events"), DID).undo()
    draft = draft.to(wall_edit.remove(scene, fit, "signs"), DID)
    with pytest.raises(UserError):
        draft.redo()


def test_the_difference_says_what_was_added_taken_away_put_set_and_resized() -> None:
    scene, fit = opened()
    after, new = wall_edit.split(scene, fit, "events", "rows")
    after, new = wall_edit.put(after, fit, new, "wallring")
    after = wall_edit.remove(after, fit, "head")
    after = wall_edit.change(after, fit, "signs", options={"signs": ["A02"], "hours": 6, "theirs": 1})
    after, _ = wall_edit.put(after, fit, "map", "wallmap", {"coloring": "rain"}, spans=False)
    found = changes(scene, after)
    kinds = {(one.kind, one.place) for one in found}
    assert {("added", new), ("removed", "head"), ("changed", "signs"), ("changed", "map")} <= kinds
    words = "\n".join(texts("zh")(one.words) for one in found)
    assert "环图" in words
    assert "、小时数、体征、theirs\n" in words
    assert "{" not in words
    assert new in marked(scene, after)


def test_a_scene_differs_from_itself_in_nothing() -> None:
    for scene in SCENES.values():
        assert changes(scene, scene) == ()
        assert changes(None, None) == ()


def test_a_scene_that_is_new_or_gone_is_one_difference() -> None:
    scene = SCENES["flood"]
    assert [one.kind for one in changes(None, scene)] == ["added"]
    assert [one.kind for one in changes(scene, None)] == ["removed"]


# -- any edits ---------------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("split", "merge", "remove", "put", "move", "drag", "clear")),
        st.integers(0, 999),
        st.integers(0, 999),
        st.sampled_from(("left", "right", "top", "bottom", "middle")),
    ),
    max_size=14,
)
PANELS = ("wallring", "wallcurve", "wallmap", "walltext", "wallvideo")


def stepped(scene: Scene, fit: Fit, wall: Wall, step: tuple[str, int, int, wall_edit.Side]) -> Scene:
    what, one, two, side = step
    places = ids(scene, fit)
    id, other = places[one % len(places)], places[two % len(places)]
    match what:
        case "split":
            return wall_edit.split(scene, fit, id, "columns" if side in ("left", "right") else "rows")[0]
        case "merge":
            return wall_edit.merge(scene, fit, [id])
        case "remove":
            return wall_edit.remove(scene, fit, id)
        case "put":
            return wall_edit.put(scene, fit, id, PANELS[two % len(PANELS)], spans=bool(two % 2))[0]
        case "clear":
            return wall_edit.clear(scene, fit, id)
        case "move":
            return wall_edit.move(scene, fit, id, other, side)
    root = root_of(scene, fit)
    there = dividers(root, boxes(root, solve_scene(scene, wall)))
    return wall_edit.resize(scene, fit, there[one % len(there)], two - 500) if there else scene


@settings(max_examples=60)
@given(st.sampled_from(sorted(SCENES)), st.sampled_from(sorted(WALLS)), STEPS)
def test_any_edits_lay_out_without_overlap_and_are_read_again_as_they_were_written(
    scene_id: str, wall_id: str, steps: list[tuple[str, int, int, wall_edit.Side]]
) -> None:
    wall = WALLS[wall_id]
    scene, fit = opened(scene_id, wall)
    draft = Draft(scene, scene)
    for step in steps:
        try:
            draft = draft.to(stepped(draft.scene, fit, wall, step), DID)
        except UserError:
            continue
    places = [place.id for place in wall_tree.walk(root_of(draft.scene, fit))]
    assert len(places) == len(set(places))
    placed = solve_scene(draft.scene, wall)
    assert {one.place.id for one in placed} == set(ids(draft.scene, fit))
    assert all(apart(one.at, two.at) for one, two in combinations(placed, 2))
    filled = draft.scene
    for id in wall_tree.empty_places(filled):
        filled, _ = wall_edit.put(filled, fit, id, "walltext")
    again = read_scene(write_scene(filled), f"{scene_id}.toml")
    assert [one.at for one in solve_scene(again, wall)] == [one.at for one in solve_scene(filled, wall)]
    assert [(p.panel, p.options, p.follows, p.spans) for p in leaves(arrangement_of(again, wall).root)] == [
        (p.panel, p.options, p.follows, p.spans) for p in leaves(arrangement_of(filled, wall).root)
    ]
    while draft.past:
        draft = draft.undo()
    assert draft.scene == scene
