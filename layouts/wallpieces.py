"""What a screen of a wall shows, as rectangles: the scene's panels and what was cast upon them, cut at the screen."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from cockpit.model.layout import Rect
from cockpit.model.wall import Hall, Mode, Place, Placed, Scene, Screen, Wall
from cockpit.model.wall_solve import solve_scene
from cockpit.model.wallstate import Cast, WallShows
from widgets.kit.wallsight import Part

MOST_SOLVED = 4
"""What is shown, what is tried, what comes next, and what was before."""


class Piece(NamedTuple):
    """A panel, or the part of it, that one screen shows.

    Attributes:
        place: what it is; its id is that of the scene's place, or of the cast.
        at: the whole panel on the canvas, px. cut: what of it lies on this screen, px of the canvas too.
        event: that a cast brings with it, "" where the wall's holds.
    """

    place: Place
    at: Rect
    cut: Rect
    event: str = ""


class Solved:
    """Where the panels of the last few scenes lie: all screens of a machine and many revisions have them in common."""

    def __init__(self) -> None:
        self._last: list[tuple[Scene, Wall, tuple[Placed, ...]]] = []

    def of(self, scene: Scene, wall: Wall) -> tuple[Placed, ...]:
        """As `solve_scene`."""
        for n, (known, at, placed) in enumerate(self._last):
            if (known is scene or known == scene) and (at is wall or at == wall):
                del self._last[n]
                self._last.insert(0, (scene, wall, placed))  # of these objects: the next screen asks with the same
                return placed
        placed = solve_scene(scene, wall)
        self._last = [(scene, wall, placed), *self._last[: MOST_SOLVED - 1]]
        return placed


def pieces_of(shows: WallShows, wall: Wall, screen: Screen, solved: Solved | None = None) -> tuple[Piece, ...]:
    """What `screen` shows of a revision; a cast upon it covers all else."""
    over = [cast for cast in shows.casts if cast.screen == screen.id]
    if over:
        return (Piece(_place_of(over[-1]), screen.at, screen.at, over[-1].event),)
    placed = (solved or Solved()).of(scene_on(shows, screen), wall)
    taken = {cast.place: cast for cast in shows.casts if not cast.screen}
    pieces = [_piece(one, screen, taken.get(one.place.id)) for one in placed]
    return tuple(piece for piece in pieces if piece is not None)


def _piece(placed: Placed, screen: Screen, cast: Cast | None) -> Piece | None:
    cut = intersection(placed.at, screen.at)
    if cut is None:
        return None
    if cast is None:
        return Piece(placed.place, placed.at, cut)
    return Piece(_place_of(cast, placed.place), placed.at, cut, cast.event)


def _place_of(cast: Cast, under: Place | None = None) -> Place:
    """What a cast shows; one that lies on a place of the scene follows what that follows."""
    follows = "event" if cast.event else under.follows if under is not None else ""
    return Place(id=cast.id, panel=cast.panel, options=cast.options, follows=follows)


def intersection(one: Rect, other: Rect) -> Rect | None:
    """What two rectangles have in common, None where they do not overlap."""
    x, y = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.x + one.w, other.x + other.w), min(one.y + one.h, other.y + other.h)
    return Rect(x, y, right - x, bottom - y) if right > x and bottom > y else None


def scene_on(shows: WallShows, screen: Screen) -> Scene:
    """The scene of a screen: the wall's, or the one that is tried there."""
    return shows.trial if shows.trial is not None and screen.id in shows.trial_on else shows.scene


def scaled(rect: Rect, by: float) -> Rect:
    """A rectangle whose edges are brought to the nearest pixel, so that what met still meets."""
    if by == 1.0:
        return rect
    x, y = round(rect.x * by), round(rect.y * by)
    return Rect(x, y, max(1, round((rect.x + rect.w) * by) - x), max(1, round((rect.y + rect.h) * by) - y))


def _layers(scene: Scene, mode: Mode | None) -> tuple[str, ...]:
    """Of the map: the scene's and the mode's; visitors are shown no more than their scene says."""
    more = mode.layers if mode is not None and scene.privacy != "visitor" else ()
    return tuple(dict.fromkeys((*scene.layers, *more)))


def sight_of(piece: Piece, hall: Hall, wall: Wall, shows: WallShows, screen: Screen, by: float = 1.0) -> dict[str, Any]:
    """What a panel is told of its wall: the attributes of its `WallSight`, by name.

    Args:
        by: pixels of the output for one of the canvas; the panel knows pixels of the output alone.
    """
    scene = scene_on(shows, screen)
    mode = next((mode for mode in hall.modes if mode.id == shows.mode), None)
    follows = piece.place.follows
    return {
        "pitch_mm": wall.pitch / by,
        "distance_m": wall.distance,
        "hall": hall.name,
        "wall": wall.name,
        "scene": scene.id,
        "scene_name": scene.name,
        "mode": mode,
        "privacy": scene.privacy,
        "layers": _layers(scene, mode),
        "view": msgspec.structs.replace(shows.view, scale=shows.view.scale / by) if shows.view is not None else None,
        "event": piece.event or (shows.event if follows in ("event", "selection") else ""),
        "area": shows.area if follows else "",
        "about": shows.about if follows == "selection" else None,
        "focus": piece.event or shows.event,
        "rehearsal": shows.rehearsal,
        "volume": shows.volume,
        "muted": shows.muted,
        "part": Part(
            (round(wall.size[0] * by), round(wall.size[1] * by)),
            scaled(piece.at, by),
            scaled(piece.cut, by),
            tuple(scaled(one.at, by) for one in wall.screens),
        ),
    }
