"""Editing a scene by hand: split, merge, move, resize, put panels. No Qt.

Every edit takes a scene and gives another; what can not be done is a `UserError` in one sentence. An edit is for the
arrangement of one `Fit`; `wall_tree.own` gives a scene the arrangement of a wall that it lacks. Rectangles come of
`wall_solve.solve_scene`; `wall_boxes` tells of them where splits lie and what a hand can drag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.wall import Fit, Place, Scene
from cockpit.model.wall_tree import find, fresh_id, leaves, mapped, parent_of, root_of, rounded, tidied, walk, with_root

if TYPE_CHECKING:
    from cockpit.model.wall_boxes import Divider

Split = Literal["rows", "columns"]
Side = Literal["left", "right", "top", "bottom", "middle"]
_CONTENT = ("panel", "options", "follows", "spans")


def split(scene: Scene, fit: Fit, id: str, direction: Split, before: bool = False) -> tuple[Scene, str]:
    """A place becomes two of half its size, the new one empty, after it (or before it). Gives the new one's id."""
    root = root_of(scene, fit)
    new = Place(fresh_id(scene, "place"))
    return with_root(scene, fit, _beside(scene, root, id, new, direction, before)), new.id


def _beside(scene: Scene, root: Place, id: str, new: Place, direction: Split, before: bool) -> Place:
    place = find(root, id)
    above = parent_of(root, id)
    if above is not None and above[0].split == direction and not place.screens:
        parent, index = above
        half = rounded(place.weight / 2)
        pair = [replace(place, weight=half), replace(new, weight=half, screens=0)]
        if before:
            pair.reverse()
        children = (*parent.children[:index], *pair, *parent.children[index + 1 :])
        return mapped(root, parent.id, lambda one: replace(one, children=children))
    pair = [replace(place, weight=1.0, screens=0), replace(new, weight=1.0, screens=0)]
    if before:
        pair.reverse()
    inner = Place(
        fresh_id(scene, "part"), split=direction, children=tuple(pair), weight=place.weight, screens=place.screens
    )
    return mapped(root, id, lambda one: inner)


def merge(scene: Scene, fit: Fit, ids: Sequence[str]) -> Scene:
    """The places become one, which shows what the first of them showed; with one id, it and its neighbour.

    Raises:
        UserError: there is nothing beside it, or together they are no rectangle.
    """
    root = root_of(scene, fit)
    if len(ids) == 1:
        above = parent_of(root, ids[0])
        if above is None:
            raise UserError("walledit.nothing_beside")
        parent, index = above
        first = index if index + 1 < len(parent.children) else index - 1
        last = first + 1
    else:
        parent, first, last = _run(root, ids)
    return _merged(scene, fit, root, parent, first, last, find(root, ids[0]))


def _run(root: Place, ids: Sequence[str]) -> tuple[Place, int, int]:
    """The split and the children of it whose places are exactly these."""
    wanted = set(ids)
    for node in walk(root):
        if not node.split or not wanted <= {leaf.id for leaf in leaves(node)}:
            continue
        inside = [i for i, child in enumerate(node.children) if {leaf.id for leaf in leaves(child)} & wanted]
        held = {leaf.id for i in inside for leaf in leaves(node.children[i])}
        if held == wanted and len(inside) > 1 and inside == list(range(inside[0], inside[-1] + 1)):
            return node, inside[0], inside[-1]
    raise UserError("walledit.no_rectangle")


def _merged(scene: Scene, fit: Fit, root: Place, parent: Place, first: int, last: int, kept: Place) -> Scene:
    gone = parent.children[first : last + 1]
    screens = sum(one.screens for one in gone) if all(one.screens for one in gone) else 0
    one = replace(kept, weight=rounded(sum(one.weight for one in gone)), screens=screens)
    children = (*parent.children[:first], one, *parent.children[last + 1 :])
    return with_root(scene, fit, tidied(mapped(root, parent.id, lambda node: replace(node, children=children))))


def remove(scene: Scene, fit: Fit, id: str) -> Scene:
    """Takes a place away; its neighbours have its room.

    Raises:
        UserError: it is the only one.
    """
    root = root_of(scene, fit)
    above = parent_of(root, id)
    if above is None:
        raise UserError("walledit.only_one")
    parent, index = above
    children = (*parent.children[:index], *parent.children[index + 1 :])
    return with_root(scene, fit, tidied(mapped(root, parent.id, lambda node: replace(node, children=children))))


def put(
    scene: Scene, fit: Fit, id: str, panel: str, options: Mapping[str, Any] | None = None, spans: bool = False
) -> tuple[Scene, str]:
    """Puts a panel into a place, which is named after it then. Gives the id of the place."""
    root = root_of(scene, fit)
    place = find(root, id)
    if place.split:
        raise UserError("walledit.not_a_place")
    if place.panel == panel:
        new = id
    else:
        new = fresh_id(scene, panel.removeprefix("wall") or panel)
    made = replace(place, id=new, panel=panel, options=dict(options or {}), follows="", spans=spans)
    return with_root(scene, fit, mapped(root, id, lambda one: made)), new


def clear(scene: Scene, fit: Fit, id: str) -> Scene:
    """Takes the panel out of a place; the place stays."""
    root = root_of(scene, fit)
    return with_root(
        scene, fit, mapped(root, id, lambda one: replace(one, panel="", options={}, follows="", spans=False))
    )


def swap(scene: Scene, fit: Fit, id: str, other: str) -> Scene:
    """Two places change what they hold, and their names with it; their sizes stay."""
    root = root_of(scene, fit)
    one, two = find(root, id), find(root, other)
    if one.split or two.split:
        raise UserError("walledit.not_a_place")
    sized_one = replace(two, weight=one.weight, screens=one.screens)
    sized_two = replace(one, weight=two.weight, screens=two.screens)

    def turned(node: Place) -> Place:
        if node.id == id:
            return sized_one
        if node.id == other:
            return sized_two
        return replace(node, children=tuple(turned(child) for child in node.children)) if node.split else node

    return with_root(scene, fit, turned(root))


def move(scene: Scene, fit: Fit, id: str, target: str, side: Side) -> Scene:
    """Takes a place from where it is to a side of another, which gives it half its room; on its middle they swap."""
    if id == target:
        return scene
    if side == "middle":
        return swap(scene, fit, id, target)
    root = root_of(scene, fit)
    moved = find(root, id)
    without = root_of(remove(scene, fit, id), fit)
    direction: Split = "columns" if side in ("left", "right") else "rows"
    at = _beside(with_root(scene, fit, without), without, target, moved, direction, side in ("left", "top"))
    return with_root(scene, fit, tidied(at))


def resize(scene: Scene, fit: Fit, divider: Divider, px: int) -> Scene:
    """A divider is dragged so many px of the canvas; what it does not touch stays as long as it is."""
    root = root_of(scene, fit)
    node = find(root, divider.parent)
    if len(divider.lengths) != len(node.children):
        raise UserError("walledit.no_place", place=divider.parent)
    lengths = divider.moved(px)
    if lengths == divider.lengths:
        return scene
    first, second = divider.index, divider.index + 1
    pair = {i: node.children[i] for i in (first, second)}
    if all(not child.screens for child in pair.values()):
        both = sum(child.weight for child in pair.values()) / (lengths[first] + lengths[second])
        new = {i: rounded(both * lengths[i]) for i in pair}
    else:
        new = {i: rounded(len(lengths) * n / sum(lengths)) for i, n in enumerate(lengths)}
    children = tuple(
        replace(child, weight=new[i], screens=0) if i in pair or (i in new and not child.screens) else child
        for i, child in enumerate(node.children)
    )
    return with_root(scene, fit, mapped(root, node.id, lambda one: replace(one, children=children)))


def change(scene: Scene, fit: Fit, id: str, **fields: Any) -> Scene:
    """Another option, `follows` or `spans` of a place."""
    if not set(fields) <= set(_CONTENT):
        raise ValueError(f"no field of a place: {sorted(set(fields) - set(_CONTENT))}")
    root = root_of(scene, fit)
    find(root, id)
    return with_root(scene, fit, mapped(root, id, lambda one: replace(one, **fields)))
