"""How large is what the walls' hub tells everybody at once: one word over the bus' limit and no wall hears any more.

What is published, what hands have put on walls, and what machines report have shares of their own of the bus' limit:
each is looked at before it is taken in, and all of them together fit into one word.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.wall import Place, Scene
from cockpit.model.wall_read import read_scene
from cockpit.model.wall_read_scene import MOST_DEPTH, WEIGHTS
from cockpit.model.wall_write import write_scene
from cockpit.model.wallabout import About
from cockpit.model.wallstate import Cast, WallShows
from cockpit.wall.state import Site, mirrors

MOST_SITE = 500_000
"""Bytes of what is published: the hall, names of scenes, and the largest scene on every wall;"""
MOST_BY_HAND = 250_000
"""of what hands have put on all walls: casts, trials, selections;"""
MOST_TRIAL = 32_000
"""of one scene that is tried;"""
MOST_REPORTS = 200_000
"""of what all machines report."""
_A_WALL = 1_500
"""Bytes that a wall's state has besides."""


def check_site(site: Site) -> None:
    """Raises UserError: a hall with these scenes is too large to be told."""
    largest = max((size(scene) for scene in site.scenes.values()), default=0)
    names = [(scene.id, scene.name, scene.key) for scene in site.scenes.values()]
    if size(site.hall) + size(names) + len(site.hall.walls) * (largest + _A_WALL) > MOST_SITE:
        raise UserError("wall.site_too_large", most=MOST_SITE // 1000)


def check_by_hand(site: Site, shows: Mapping[str, WallShows], before: Iterable[WallShows] = ()) -> None:
    """
    Args:
        shows: of each wall. before: of walls in a rehearsal, what comes back after it.

    Raises:
        UserError: what hands have put on walls is too large to be told.
    """
    taken = mirrors(site.hall)
    total = sum(_by_hand(one, shows[taken.get(one.wall, one.wall)].about) for one in shows.values())
    total += sum(_by_hand(one, one.about) for one in before)
    if total > MOST_BY_HAND:
        raise UserError("wall.too_large")


def _by_hand(shows: WallShows, about: About | None) -> int:
    return size(shows.casts) + size(shows.trial) + size(about)


def check_trial(scene: Scene) -> None:
    """Raises UserError: a scene that nobody has published is none that could be, but for places that are empty yet."""
    if not scene.arrangements:
        raise UserError("wall.no_trial")
    if not can_be_kept(scene):
        raise UserError("wall.cast_not_plain")
    if size(scene) > MOST_TRIAL:
        raise UserError("wall.trial_too_large", most=MOST_TRIAL // 1000)
    for arrangement in scene.arrangements:
        _check_places(arrangement.root)
    arrangements = tuple(replace(one, root=_filled(one.root)) for one in scene.arrangements)
    try:
        read_scene(write_scene(replace(scene, arrangements=arrangements)), "")
    except UserError as error:
        what = error.message.params.get("what", error.message)
        raise UserError("wall.trial_wrong", what=what) from error
    except (TypeError, ValueError) as error:  # a value that no file has
        raise UserError("wall.cast_not_plain") from error


def _check_places(root: Place) -> None:
    """What a file could not even say; the reader says the rest."""
    waiting = [(root, 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise UserError("wall.trial_wrong", what=Message("wallfile.deep"))
        if bool(place.split) != bool(place.children):
            raise UserError("wall.no_trial")
        if not math.isfinite(place.weight) or place.weight <= 0:
            what = Message("wallfile.number", {"key": "weights", "low": f"{WEIGHTS[0]:g}", "high": f"{WEIGHTS[1]:g}"})
            raise UserError("wall.trial_wrong", what=what)
        waiting += [(child, depth + 1) for child in place.children]


def _filled(place: Place) -> Place:
    if place.split:
        return replace(place, children=tuple(map(_filled, place.children)))
    return place if place.panel else replace(place, panel="empty")


def can_be_kept(what: Cast | Scene | Message) -> bool:
    """Whether it can be written down as JSON: the bus brings more than that."""
    try:
        msgspec.json.encode(what)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def size(what: Any) -> int:
    """Bytes of it on the bus."""
    return len(msgspec.msgpack.encode(what))
