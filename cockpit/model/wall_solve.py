"""Rectangles of a scene on a wall, and what each screen shows of them. No Qt.

Lengths are px of the wall's canvas. What lies between two screens, with `CLEAR` px at each side, is out of bounds for
edges and for every panel that does not span: along an axis the screens are put end to end without it, there the lengths
are shared, and where a share ends near a bezel it ends at it. `wall_axis.share` chooses which ends do.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cockpit.model.layout import Rect
from cockpit.model.wall import Arrangement, Fit, Hall, Place, Placed, Scene, Screen, Wall
from cockpit.model.wall_axis import Axis, share
from cockpit.model.wall_legible import han_px
from cockpit.model.wall_shipped import shipped_hall

CLEAR = 14
"""Px at each side of a bezel, and at the edge of the wall, in which nothing is written."""
FARTHER, FAR = 0.9, 10.0
"""Where nobody says from where a wall is seen: so many times its width, metres at the most."""
NEXT: dict[Fit, tuple[Fit, ...]] = {
    "one": ("wall", "wide", "ribbon"),
    "wall": ("one", "wide", "ribbon"),
    "wide": ("wall", "ribbon", "one"),
    "ribbon": ("wide", "wall", "one"),
}
"""Which arrangement a wall takes whose own is missing, the nearest first."""


class Cut(msgspec.Struct, frozen=True):
    """What one screen shows of a panel.

    Attributes:
        place: the panel.
        at: where that lies on the screen, px from its upper left corner.
        whole: the whole panel on the canvas.
        part: the part shown, px from the upper left corner of the whole panel.
    """

    place: Place
    at: Rect
    whole: Rect
    part: Rect


def fit_of(wall: Wall) -> Fit:
    """Which arrangement a wall takes."""
    if len(wall.screens) == 1:
        return "one"
    aspect = wall.size[0] / wall.size[1]
    return "ribbon" if aspect >= 8 else "wide" if aspect >= 2.2 else "wall"


def arrangement_of(scene: Scene, wall: Wall) -> Arrangement:
    """The arrangement for this wall: its own, else the nearest that the scene has."""
    fit = fit_of(wall)
    there = {arrangement.fit: arrangement for arrangement in scene.arrangements}
    return next(there[name] for name in (fit, *NEXT[fit]) if name in there)


def gap_of(wall: Wall) -> int:
    """Px between two panels: it grows with the type that the last row reads; even, so that it has a middle."""
    return max(8, min(48, round(han_px(wall.pitch, wall.distance) * 0.22) * 2))


def solve_scene(scene: Scene, wall: Wall) -> tuple[Placed, ...]:
    """Every panel of the scene where it lies on the canvas, in reading order of the file.

    None lies over another; a panel that does not span lies within one screen, `CLEAR` px from its edges. What is not
    covered is gaps, bezels, and the lesser part of a place over a bezel whose panel does not span.
    """
    return solve_place(arrangement_of(scene, wall).root, wall)


def _axes(wall: Wall) -> tuple[Axis, Axis]:
    across = [(screen.at.x, screen.at.x + screen.at.w) for screen in wall.screens]
    down = [(screen.at.y, screen.at.y + screen.at.h) for screen in wall.screens]
    return Axis.of(across, CLEAR), Axis.of(down, CLEAR)


def solve_place(root: Place, wall: Wall) -> tuple[Placed, ...]:
    """As `solve_scene`, of one arrangement."""
    across, down = _axes(wall)
    found: list[Placed] = []
    gap = gap_of(wall)

    def lay(place: Place, x: tuple[int, int], y: tuple[int, int]) -> None:
        if not place.split:
            found.append(Placed(place, _panel(place, x, y, across, down)))
        elif place.split == "columns":
            for child, part in zip(place.children, share(place, x, across, gap), strict=True):
                lay(child, part, y)
        else:
            for child, part in zip(place.children, share(place, y, down, gap), strict=True):
                lay(child, x, part)

    lay(root, (0, across.length), (0, down.length))
    return tuple(found)


def _panel(place: Place, x: tuple[int, int], y: tuple[int, int], across: Axis, down: Axis) -> Rect:
    """The rectangle of a panel's share; one that does not span keeps to the screen where it has most room."""
    if not place.spans:
        x, y = across.within_one(x), down.within_one(y)
    left, right = across.canvas(x)
    top, bottom = down.canvas(y)
    return Rect(left, top, right - left, bottom - top)


def empty_screens(placed: Sequence[Placed], wall: Wall) -> tuple[int, ...]:
    """Numbers of the screens on which nothing of the panels lies."""
    return tuple(screen.id for screen in wall.screens if not cut(placed, screen))


def cut(placed: Sequence[Placed], screen: Screen) -> tuple[Cut, ...]:
    """What a screen shows of panels, in their order."""
    found = []
    for item in placed:
        left, top = max(item.at.x, screen.at.x), max(item.at.y, screen.at.y)
        right = min(item.at.x + item.at.w, screen.at.x + screen.at.w)
        bottom = min(item.at.y + item.at.h, screen.at.y + screen.at.h)
        if right > left and bottom > top:
            at = Rect(left - screen.at.x, top - screen.at.y, right - left, bottom - top)
            part = Rect(left - item.at.x, top - item.at.y, right - left, bottom - top)
            found.append(Cut(item.place, at, item.at, part))
    return tuple(found)


def wall_of_screens(
    sizes: Sequence[tuple[int, int]],
    machine: str,
    outputs: Sequence[str] = (),
    at: Sequence[tuple[int, int]] = (),
) -> Hall:
    """A hall for a machine without a file: its outputs become one wall.

    Args:
        sizes: width and height of each output, px.
        outputs: their names, in the same order.
        at: where they lie on the machine's desktop, in the same order. Where equal ones lie in rows and columns, so
            does the wall; else they lie side by side in the order given, brought to the least height, so that a
            larger one is scaled to its place on the canvas.
    """
    hall = shipped_hall("one")
    order: Sequence[int] = range(len(sizes))
    columns = _columns(sizes, at)
    if columns:
        order = sorted(order, key=lambda i: (at[i][1], at[i][0]))
    height = min(h for _, h in sizes)
    screens: list[Screen] = []
    for n, i in enumerate(order):
        width = max(1, round(sizes[i][0] * height / sizes[i][1]))
        before = screens[-1].at if screens else Rect(0, 0, 0, 0)
        x, y = (0, before.y + height) if columns and n and n % columns == 0 else (before.x + before.w, before.y)
        screens.append(Screen(n + 1, machine, Rect(x, y, width, height), outputs[i] if i < len(outputs) else ""))
    first = hall.walls[0]
    wide, rows = max(s.at.x + s.at.w for s in screens), len(sizes) // columns if columns else 1
    pitch = first.pitch * first.size[1] / height
    wall = msgspec.structs.replace(
        first,
        screens=tuple(screens),
        size=(wide, height * rows),
        pitch=pitch,
        distance=max(first.distance, min(FAR, FARTHER * wide * pitch / 1000)),
        rows=rows,
        columns=columns or len(sizes),
        bezel=(0, 0),
    )
    return msgspec.structs.replace(hall, walls=(wall,))


def _columns(sizes: Sequence[tuple[int, int]], at: Sequence[tuple[int, int]]) -> int:
    """How many columns outputs of one size make that lie as a grid, 0 where they do not."""
    places = set(at)
    across, down = {x for x, _ in places}, {y for _, y in places}
    grid = len(places) == len(sizes) == len(across) * len(down)
    return len(across) if grid and len(set(sizes)) == 1 else 0
