"""The tree of places of a scene: finding nodes in it, and the tree with one of them changed. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.wall import Arrangement, Fit, Place, Scene


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


def with_root(scene: Scene, fit: Fit, root: Place) -> Scene:
    """The scene with another tree for walls of this kind."""
    found = tuple(replace(one, root=root) if one.fit == fit else one for one in scene.arrangements)
    return replace(scene, arrangements=found)


def mapped(root: Place, id: str, change: Callable[[Place], Place]) -> Place:
    """The tree with another node in the place of that of this id."""
    if root.id == id:
        return change(root)
    if not root.children:
        return root
    return replace(root, children=tuple(mapped(child, id, change) for child in root.children))


def tidied(root: Place) -> Place:
    """A split of one is that one; a split in the direction of its parent is its parent's, share by share."""
    if not root.split:
        return root
    children: list[Place] = []
    for child in (tidied(child) for child in root.children):
        if child.split == root.split and not child.screens and not any(one.screens for one in child.children):
            total = sum(one.weight for one in child.children)
            children += [replace(one, weight=rounded(child.weight * one.weight / total)) for one in child.children]
        else:
            children.append(child)
    if len(children) == 1:
        return replace(children[0], weight=root.weight, screens=root.screens)
    return replace(root, children=tuple(children))


def rounded(weight: float) -> float:
    """A weight as it is written into files."""
    return round(weight, 4)


def fresh_id(scene: Scene, stem: str) -> str:
    """An id that no node of the scene has: `map`, `map-2`, …"""
    taken = {place.id for one in scene.arrangements for place in walk(one.root)}
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found
