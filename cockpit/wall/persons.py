"""Whether a wall shows what is a person's: by the privacy of the scenes that it shows, or is about to show."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.model.clock import SECOND
from cockpit.model.wall import Scene
from cockpit.model.wallstate import WallShows
from cockpit.wall.state import Site

AHEAD = 15 * SECOND
"""So long before its turn machines build the scene that a carousel shows next."""
_LATE = 5 * SECOND
"""What a machine's idea of the hub's clock may be off, and its questions may take."""


def shows_persons(shows: WallShows, site: Site, now: int) -> bool:
    """Whether machines of a wall draw, or build ahead, a scene of `privacy = "named"` of the real city.

    Args:
        now: UTC us of the hub's clock.
    """
    if shows.rehearsal:  # of another world, which has a hub of its own
        return False
    due = bool(shows.carousel) and not shows.paused and shows.next_at - now < AHEAD + _LATE
    return _any_named((*_drawn(shows), *(_steps(shows, site, 1) if due else ())))


def leads_to_persons(shows: WallShows, site: Site) -> bool:
    """Whether a wall shows such a scene, or comes to one by itself as its carousel goes on; in whatever world."""
    goes_on = bool(shows.carousel) and not shows.paused
    return _any_named((*_drawn(shows), *(_steps(shows, site) if goes_on else ())))


def _drawn(shows: WallShows) -> tuple[Scene, ...]:
    return (shows.scene, shows.trial) if shows.trial is not None and shows.trial_on else (shows.scene,)


def _steps(shows: WallShows, site: Site, most: int | None = None) -> Iterable[Scene]:
    """Scenes of a wall's carousel, from the next one on."""
    carousel = site.carousel(shows.carousel)
    ids = [id for id, _ in carousel.steps] if carousel is not None else []
    at = (shows.step + 1) % len(ids) if ids else 0
    there = [site.scenes[id] for id in (*ids[at:], *ids[:at]) if id in site.scenes]
    return there[:most]


def _any_named(scenes: Iterable[Scene]) -> bool:
    return any(scene.privacy == "named" for scene in scenes)
