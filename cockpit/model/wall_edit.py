"""Editing a scene by hand: split, merge, move, resize, put panels, and what another step back or forth brings. No Qt.

Every edit takes a scene and gives another; what can not be done is a `UserError` in one sentence. An edit is for the
arrangement of one `Fit`; `own` gives a scene the arrangement of a wall that it lacks. Rectangles come of
`wall_solve.solve_scene`; `wall_boxes` tells of them where splits lie and what a hand can drag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.wall import Arrangement, Fit, Place, Scene

if TYPE_CHECKING:
    from cockpit.model.wall_boxes import Divider

Split = Literal["rows", "columns"]
Side = Literal["left", "right", "top", "bottom", "middle"]
MOST_STEPS = 200
"""Steps back that are kept."""
_CONTENT = ("panel", "options", "follows", "spans")


class Step(msgspec.Struct, frozen=True):
    """One edit: what it was, in words, and the scene before it (in `past`) or after it (in `ahead`)."""

    what: Message
    scene: Scene


class Draft(msgspec.Struct, frozen=True):
    """A scene that is being edited.

    Attributes:
        base: as it was published when the edit began, of a `new` one as it began; scene: as it is now.
        past, ahead: what undo and redo bring, the nearest last.
        seen: version that `base` is of.
        new: nobody published it yet.
    """

    base: Scene
    scene: Scene
    past: tuple[Step, ...] = ()
    ahead: tuple[Step, ...] = ()
    seen: int = 0
    new: bool = False

    @property
    def changed(self) -> bool:
        """Whether it is another than when the edit began."""
        return not same(self.scene, self.base)

    def overtaken(self, published: Scene | None) -> bool:
        """Whether somebody else published this scene, or took it away, since the edit began."""
        return published is not None if self.new else not same(self.base, published)

    def settled(self, published: Scene | None) -> Draft | None:
        """What is left of it now that this is published: nothing where no change of a hand is in it.

        Where all of it is undone, and what is published now is another than then, it goes on from that; redo still
        leads to what the hand did.
        """
        if (self.new or self.changed) and not same(self.scene, published):
            return self
        if published is None or not (self.past or self.ahead):
            return None
        return replace(self, scene=published)

    def to(self, scene: Scene, what: Message) -> Draft:
        """The next step; one that changes nothing is none."""
        if scene == self.scene:
            return self
        return replace(self, scene=scene, past=(*self.past, Step(what, self.scene))[-MOST_STEPS:], ahead=())

    def undo(self) -> Draft:
        if not self.past:
            raise UserError("walledit.nothing_to_undo")
        step = self.past[-1]
        return replace(self, scene=step.scene, past=self.past[:-1], ahead=(*self.ahead, Step(step.what, self.scene)))

    def redo(self) -> Draft:
        if not self.ahead:
            raise UserError("walledit.nothing_to_redo")
        step = self.ahead[-1]
        return replace(self, scene=step.scene, ahead=self.ahead[:-1], past=(*self.past, Step(step.what, self.scene)))


def same(one: Scene | None, other: Scene | None) -> bool:
    """Whether two scenes show the same, whatever version they are of."""
    if one is None or other is None:
        return one is other
    return replace(one, version=other.version) == other


# -- the tree ----------------------------------------------------------------------------------------------------------


def root_of(scene: Scene, fit: Fit) -> Place:
    """The tree for walls of this kind.

    Raises:
        UserError: the scene has none of its own for them.
    """
    for arrangement in scene.arrangements:
        if arrangement.fit == fit:
            return arrangement.root
    raise UserError("walledit.no_arrangement")


def own(scene: Scene, arrangement: Arrangement, fit: Fit) -> Scene:
    """The scene with an arrangement of its own for walls of this kind; where it lacks one, a copy of `arrangement`."""
    if any(one.fit == fit for one in scene.arrangements):
        return scene
    return replace(scene, arrangements=(*scene.arrangements, Arrangement(fit, arrangement.root)))


def walk(root: Place) -> Iterator[Place]:
    """All nodes, parents before children."""
    yield root
    for child in root.children:
        yield from walk(child)


def leaves(root: Place) -> tuple[Place, ...]:
    """The places that hold a panel or wait for one, in reading order of the tree."""
    return tuple(place for place in walk(root) if not place.split)


def find(root: Place, id: str) -> Place:
    """The node of that id.

    Raises:
        UserError: there is none.
    """
    for place in walk(root):
        if place.id == id:
            return place
    raise UserError("walledit.no_place", place=id)


def parent_of(root: Place, id: str) -> tuple[Place, int] | None:
    """The node above and the place in it; None for the root."""
    for place in walk(root):
        for index, child in enumerate(place.children):
            if child.id == id:
                return place, index
    return None


def empty_places(scene: Scene) -> tuple[str, ...]:
    """Ids of the places that no panel was put into yet."""
    return tuple(
        place.id for one in scene.arrangements for place in walk(one.root) if not place.split and not place.panel
    )


def _with_root(scene: Scene, fit: Fit, root: Place) -> Scene:
    found = tuple(replace(one, root=root) if one.fit == fit else one for one in scene.arrangements)
    return replace(scene, arrangements=found)


def _map(root: Place, id: str, change: Callable[[Place], Place]) -> Place:
    if root.id == id:
        return change(root)
    if not root.children:
        return root
    return replace(root, children=tuple(_map(child, id, change) for child in root.children))


def _tidy(root: Place) -> Place:
    """A split of one is that one; a split in the direction of its parent is its parent's, share by share."""
    if not root.split:
        return root
    children: list[Place] = []
    for child in (_tidy(child) for child in root.children):
        if child.split == root.split and not child.screens and not any(one.screens for one in child.children):
            total = sum(one.weight for one in child.children)
            children += [replace(one, weight=_even(child.weight * one.weight / total)) for one in child.children]
        else:
            children.append(child)
    if len(children) == 1:
        return replace(children[0], weight=root.weight, screens=root.screens)
    return replace(root, children=tuple(children))


def _even(weight: float) -> float:
    return round(weight, 4)


def fresh_id(scene: Scene, stem: str) -> str:
    """An id that no node of the scene has: `map`, `map-2`, …"""
    taken = {place.id for one in scene.arrangements for place in walk(one.root)}
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found


# -- edits -------------------------------------------------------------------------------------------------------------


def split(scene: Scene, fit: Fit, id: str, direction: Split, before: bool = False) -> tuple[Scene, str]:
    """A place becomes two of half its size, the new one empty, after it (or before it). Gives the new one's id."""
    root = root_of(scene, fit)
    new = Place(fresh_id(scene, "place"))
    return _with_root(scene, fit, _beside(scene, root, id, new, direction, before)), new.id


def _beside(scene: Scene, root: Place, id: str, new: Place, direction: Split, before: bool) -> Place:
    place = find(root, id)
    above = parent_of(root, id)
    if above is not None and above[0].split == direction and not place.screens:
        parent, index = above
        half = _even(place.weight / 2)
        pair = [replace(place, weight=half), replace(new, weight=half, screens=0)]
        if before:
            pair.reverse()
        children = (*parent.children[:index], *pair, *parent.children[index + 1 :])
        return _map(root, parent.id, lambda one: replace(one, children=children))
    pair = [replace(place, weight=1.0, screens=0), replace(new, weight=1.0, screens=0)]
    if before:
        pair.reverse()
    inner = Place(
        fresh_id(scene, "part"), split=direction, children=tuple(pair), weight=place.weight, screens=place.screens
    )
    return _map(root, id, lambda one: inner)


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
    one = replace(kept, weight=_even(sum(one.weight for one in gone)), screens=screens)
    children = (*parent.children[:first], one, *parent.children[last + 1 :])
    return _with_root(scene, fit, _tidy(_map(root, parent.id, lambda node: replace(node, children=children))))


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
    return _with_root(scene, fit, _tidy(_map(root, parent.id, lambda node: replace(node, children=children))))


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
    return _with_root(scene, fit, _map(root, id, lambda one: made)), new


def clear(scene: Scene, fit: Fit, id: str) -> Scene:
    """Takes the panel out of a place; the place stays."""
    root = root_of(scene, fit)
    return _with_root(
        scene, fit, _map(root, id, lambda one: replace(one, panel="", options={}, follows="", spans=False))
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

    return _with_root(scene, fit, turned(root))


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
    at = _beside(_with_root(scene, fit, without), without, target, moved, direction, side in ("left", "top"))
    return _with_root(scene, fit, _tidy(at))


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
        new = {i: _even(both * lengths[i]) for i in pair}
    else:
        new = {i: _even(len(lengths) * n / sum(lengths)) for i, n in enumerate(lengths)}
    children = tuple(
        replace(child, weight=new[i], screens=0) if i in pair or (i in new and not child.screens) else child
        for i, child in enumerate(node.children)
    )
    return _with_root(scene, fit, _map(root, node.id, lambda one: replace(one, children=children)))


def change(scene: Scene, fit: Fit, id: str, **fields: Any) -> Scene:
    """Another option, `follows` or `spans` of a place."""
    if not set(fields) <= set(_CONTENT):
        raise ValueError(f"no field of a place: {sorted(set(fields) - set(_CONTENT))}")
    root = root_of(scene, fit)
    find(root, id)
    return _with_root(scene, fit, _map(root, id, lambda one: replace(one, **fields)))
