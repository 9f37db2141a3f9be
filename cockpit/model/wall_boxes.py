"""Where the nodes of an arrangement lie on a wall: what a hand takes hold of, what an arrow key goes to. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

from cockpit.model.layout import Rect
from cockpit.model.wall import Place, Placed
from cockpit.model.wall_edit import Side, Split
from cockpit.model.wall_tree import walk

LEAST = 0.06
"""The least share of its two neighbours' length that a divider leaves to either."""


class Divider(msgspec.Struct, frozen=True):
    """What a hand drags between two children of a split.

    Attributes:
        parent: id of the split; index: of the child before it.
        along: `columns`: it moves left and right.
        at: the gap between the two, px of the canvas (at least one px wide).
        lengths: of all children of the split, px.
    """

    parent: str
    index: int
    along: Split
    at: Rect
    lengths: tuple[int, ...]

    def moved(self, px: int) -> tuple[int, ...]:
        """The lengths after it was dragged so far; neither neighbour vanishes."""
        both = self.lengths[self.index] + self.lengths[self.index + 1]
        least = max(1, round(both * LEAST))
        first = min(max(self.lengths[self.index] + px, least), both - least)
        return (*self.lengths[: self.index], first, both - first, *self.lengths[self.index + 2 :])


def boxes(root: Place, placed: Sequence[Placed]) -> dict[str, Rect]:
    """Rectangles of all nodes by id: of a place its own, of a split what its places cover together."""
    found = {one.place.id: one.at for one in placed}

    def cover(node: Place) -> Rect | None:
        if not node.split:
            return found.get(node.id)
        parts = [part for child in node.children if (part := cover(child)) is not None]
        if not parts:
            return None
        left, top = min(p.x for p in parts), min(p.y for p in parts)
        right, bottom = max(p.x + p.w for p in parts), max(p.y + p.h for p in parts)
        found[node.id] = Rect(left, top, right - left, bottom - top)
        return found[node.id]

    cover(root)
    return found


def dividers(root: Place, boxes: Mapping[str, Rect]) -> tuple[Divider, ...]:
    """Every divider, those of outer splits first."""
    found = []
    for node in walk(root):
        if not node.split or any(child.id not in boxes for child in node.children):
            continue
        rects = [boxes[child.id] for child in node.children]
        across = node.split == "columns"
        lengths = tuple(rect.w if across else rect.h for rect in rects)
        around = boxes[node.id]
        for index, (one, two) in enumerate(pairwise(rects)):
            if across:
                at = Rect(one.x + one.w, around.y, max(1, two.x - one.x - one.w), around.h)
            else:
                at = Rect(around.x, one.y + one.h, around.w, max(1, two.y - one.y - one.h))
            found.append(Divider(node.id, index, node.split if node.split else "columns", at, lengths))
    return tuple(found)


def beside(boxes: Mapping[str, Rect], ids: Sequence[str], id: str, side: Side) -> str:
    """The place of `ids` that an arrow key goes to from a place; itself where there is none that way."""
    here = boxes[id]
    x, y = here.x + here.w / 2, here.y + here.h / 2
    best, least = id, float("inf")
    for other in ids:
        rect = boxes[other]
        dx, dy = rect.x + rect.w / 2 - x, rect.y + rect.h / 2 - y
        along, across = (dx, dy) if side in ("left", "right") else (dy, dx)
        if side in ("left", "top"):
            along = -along
        if other != id and along > 0 and (far := along + 2 * abs(across)) < least:
            best, least = other, far
    return best
