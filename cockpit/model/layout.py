"""The arrangement of a seat's window: what a layout file says, and the solver that makes rectangles of it. No Qt.

A layout is a tree of named regions: rows, columns, stacks, and panels at the ends. Sizes along the parent's direction
are fixed (`size`) or shared by `weight` above a `min`. `read_layout` (layout_read.py) makes one of a
TOML file. A slot is a place for something that the shell shows now and then (a banner). A stack has several panels in
one place, of which one is shown: their titles are its tabs.
All lengths are whole logical pixels; fixed ones lie on the grid of 4 px.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

GRID = 4
GAP = 8
ROOT = "window"
"""The region that fills the window."""

Anchor = Literal["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]


class Rect(msgspec.Struct, frozen=True):
    """x, y, w, h in logical pixels of the window, from its upper left corner."""

    x: int
    y: int
    w: int
    h: int


class Region(msgspec.Struct, frozen=True):
    """One region.

    Attributes:
        name: as in the file.
        direction: how its children lie, `stack` upon each other; "" for a panel.
        children: names of its regions, in order; () for a panel.
        panel: id of the panel; "" for rows, columns and slots.
        slot: name of the slot; "" for the others. A slot is always optional.
        size: fixed length along the parent's direction; None where it grows.
        min: least length where it grows.
        weight: its share of what is left.
        gap: between its children.
        pad: inside its edge: left, top, right, bottom.
        optional: takes room only while it is shown.
        options: handed on to the panel.
    """

    name: str
    direction: Literal["rows", "columns", "stack", ""] = ""
    children: tuple[str, ...] = ()
    panel: str = ""
    slot: str = ""
    size: int | None = None
    min: int = 0
    weight: float = 1.0
    gap: int = GAP
    pad: tuple[int, int, int, int] = (0, 0, 0, 0)
    optional: bool = False
    options: dict[str, Any] = {}


class Overlay(msgspec.Struct, frozen=True):
    """A panel that floats over a region.

    Attributes:
        over: the region; the overlay never leaves it.
        anchor: which corner or edge it keeps to.
        size: width and height, cut to the region.
        inset: what it leaves free inside the region's edge: left, top, right, bottom.
    """

    name: str
    panel: str
    over: str
    anchor: Anchor
    size: tuple[int, int]
    inset: tuple[int, int, int, int] = (GAP, GAP, GAP, GAP)
    optional: bool = False
    options: dict[str, Any] = {}


class Breakpoint(msgspec.Struct, frozen=True):
    """Other sizes in a small window: holds up to and including `max_width` and `max_height`; later ones win.

    Attributes:
        sizes: of regions, by name. overlays: what is another of an overlay, by name.
    """

    max_width: int | None
    max_height: int | None
    sizes: dict[str, dict[str, float]]
    overlays: dict[str, dict[str, Any]] = {}

    def holds(self, width: int, height: int) -> bool:
        wide = self.max_width is not None and width > self.max_width
        high = self.max_height is not None and height > self.max_height
        return not (wide or high)


class Layout(msgspec.Struct, frozen=True):
    """A whole arrangement.

    Attributes:
        id: of the file.
        name: `{zh, en}`.
        regions: by name; `window` is the root, each other one has one parent.
        overlays: by name, lowest first.
    """

    id: str
    name: dict[str, str]
    regions: dict[str, Region]
    overlays: dict[str, Overlay] = {}
    breakpoints: tuple[Breakpoint, ...] = ()

    def panels(self) -> dict[str, Region | Overlay]:
        """Regions and overlays that hold a panel, by name of the region, in reading order, overlays last."""
        found: dict[str, Region | Overlay] = {}

        def walk(name: str) -> None:
            region = self.regions[name]
            if region.panel:
                found[name] = region
            for child in region.children:
                walk(child)

        walk(ROOT)
        return {**found, **self.overlays}

    def slots(self) -> dict[str, str]:
        """Names of the regions that are slots, by name of the slot."""
        return {region.slot: name for name, region in self.regions.items() if region.slot}

    def stacks(self) -> dict[str, tuple[str, ...]]:
        """The panels that share one place, by name of each of them, the one shown at first in front."""
        return {
            child: region.children
            for region in self.regions.values()
            if region.direction == "stack"
            for child in region.children
        }

    def overlays_at(self, width: int, height: int) -> dict[str, Overlay]:
        """The overlays as they are in a window of this size."""
        overlays = dict(self.overlays)
        for point in self.breakpoints:
            if point.holds(width, height):
                for name, other in point.overlays.items():
                    overlays[name] = msgspec.structs.replace(overlays[name], **other)
        return overlays

    def at(self, width: int, height: int) -> dict[str, Region]:
        """The regions with the sizes that hold in a window of this size."""
        regions = dict(self.regions)
        for point in self.breakpoints:
            if point.holds(width, height):
                for name, sizes in point.sizes.items():
                    regions[name] = msgspec.structs.replace(regions[name], **sizes)
        return regions


def solve(layout: Layout, width: int, height: int, shown: frozenset[str] = frozenset()) -> dict[str, Rect]:
    """Rectangles of the panels and slots, by name of the region.

    The regions fill the window exactly: no overlap, nothing left over but gaps and pads. Edges of regions that share
    by weight lie on the grid, the last one takes the remainder. In a window below `least_size` everything shrinks in
    proportion.

    Args:
        width, height: of the window.
        shown: names of the optional regions and overlays that are shown, and of stacked ones that are on top; of a
            stack with none of them it is the first.
    """
    regions = layout.at(width, height)
    least = _least(regions, shown)
    everything: dict[str, Rect] = {}
    placed: dict[str, Rect] = {}

    def place(name: str, rect: Rect) -> None:
        region = regions[name]
        everything[name] = rect
        if not region.children:
            placed[name] = rect
            return
        inner = _inside(rect, region.pad)
        children = _present(regions, region, shown)
        if region.direction == "stack":
            place(children[0].name, inner)
        elif region.direction == "columns":
            lines = [_Line(c.size, max(c.min, least[c.name][0]), c.weight) for c in children]
            for child, (start, length) in zip(children, _share(inner.w, lines, region.gap), strict=True):
                place(child.name, Rect(inner.x + start, inner.y, length, inner.h))
        else:
            lines = [_Line(c.size, max(c.min, least[c.name][1]), c.weight) for c in children]
            for child, (start, length) in zip(children, _share(inner.h, lines, region.gap), strict=True):
                place(child.name, Rect(inner.x, inner.y + start, inner.w, length))

    place(ROOT, Rect(0, 0, max(0, width), max(0, height)))
    for name, overlay in layout.overlays_at(width, height).items():
        if overlay.over in everything and (not overlay.optional or name in shown):
            placed[name] = _anchored(everything[overlay.over], overlay)
    return placed


def _present(regions: dict[str, Region], region: Region, shown: frozenset[str]) -> list[Region]:
    """The children that take room."""
    if region.direction == "stack":
        top = next((child for child in region.children if child in shown), region.children[0])
        return [regions[top]]
    return [regions[c] for c in region.children if not regions[c].optional or c in shown]


def least_size(layout: Layout, shown: frozenset[str] = frozenset()) -> tuple[int, int]:
    """Width and height below which panels get less than they ask for, with the sizes of the smallest breakpoint."""
    return _least(layout.at(0, 0), shown)[ROOT]


def _least(regions: dict[str, Region], shown: frozenset[str]) -> dict[str, tuple[int, int]]:
    """What each region needs at the least inside its edge, by what its children ask for."""
    found: dict[str, tuple[int, int]] = {}

    def least(name: str) -> tuple[int, int]:
        region = regions[name]
        children = _present(regions, region, shown)
        along = across = 0
        axis = 0 if region.direction == "columns" else 1
        for child in children:
            needs = least(child.name)
            along += child.size if child.size is not None else max(child.min, needs[axis])
            across = max(across, needs[1 - axis])
        along += region.gap * max(0, len(children) - 1)
        w, h = (along, across) if axis == 0 else (across, along)
        left, top, right, bottom = region.pad
        found[name] = (w + left + right, h + top + bottom)
        return found[name]

    least(ROOT)
    return found


class _Line(NamedTuple):
    """What a child asks for along its parent's direction."""

    size: int | None
    min: int
    weight: float


def _inside(rect: Rect, pad: tuple[int, int, int, int]) -> Rect:
    left, top = min(pad[0], rect.w), min(pad[1], rect.h)
    right, bottom = min(pad[2], rect.w - left), min(pad[3], rect.h - top)
    return Rect(rect.x + left, rect.y + top, rect.w - left - right, rect.h - top - bottom)


def _share(total: int, children: Sequence[_Line], gap: int) -> list[tuple[int, int]]:
    """Start and length of each child on a line of `total` pixels."""
    if not children:
        return []
    gaps = len(children) - 1
    gap = min(gap, total // gaps) if gaps else 0
    lengths = _lengths(total - gap * gaps, children)
    starts = [sum(lengths[:i]) + gap * i for i in range(len(children))]
    return list(zip(starts, lengths, strict=True))


def _lengths(room: int, children: Sequence[_Line]) -> list[int]:
    lengths = [child.size if child.size is not None else child.min for child in children]
    asked = sum(lengths)
    if asked > room:  # too small a window: all shrink alike
        lengths = [length * room // asked for length in lengths]
        lengths[-1] += room - sum(lengths)
        return lengths
    growing = [i for i, child in enumerate(children) if child.size is None]
    spare = room - sum(child.size for child in children if child.size is not None)
    while growing:
        weights = sum(children[i].weight for i in growing)
        short = [i for i in growing if spare * children[i].weight / weights < children[i].min]
        if not short:
            break
        for i in short:  # these keep their least length, the others share what that leaves
            growing.remove(i)
            spare -= children[i].min
    weights = sum(children[i].weight for i in growing)
    for i in growing:
        lengths[i] = int(spare * children[i].weight / weights) // GRID * GRID
    rest = room - sum(lengths)
    takes = growing or [i for i, child in enumerate(children) if child.size is None] or [len(children) - 1]
    lengths[takes[-1]] += rest
    return lengths


def _anchored(rect: Rect, overlay: Overlay) -> Rect:
    room = _inside(rect, overlay.inset)
    w, h = min(overlay.size[0], room.w), min(overlay.size[1], room.h)
    words = overlay.anchor.split("-")
    x = room.x if "left" in words else room.x + room.w - w if "right" in words else room.x + (room.w - w) // 2
    y = room.y if "top" in words else room.y + room.h - h if "bottom" in words else room.y + (room.h - h) // 2
    return Rect(x, y, w, h)
