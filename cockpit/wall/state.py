"""What an act makes of what a wall shows. Pure: the hub keeps it, tells it and says when it is to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.model.clock import SECOND
from cockpit.model.errors import UserError
from cockpit.model.wall import Carousel, Hall, Mode, Place, Scene, Wall
from cockpit.model.wallstate import Cast, WallAct, WallShows

_MIRRORED = ("scene", "mode", "view", "event", "area", "about", "carousel", "step", "next_at", "paused", "rehearsal")
"""What a room takes from the room whose picture it shares."""


class Site(msgspec.Struct, frozen=True):
    """What is published: the hall and its scenes, by id, in order."""

    hall: Hall
    scenes: Mapping[str, Scene]

    def scene(self, id: str) -> Scene:
        """Raises UserError: there is none of this id."""
        found = self.scenes.get(id)
        if found is None:
            raise UserError("wall.no_scene", scene=id[:40], scenes=" ".join(self.scenes))
        return found

    def mode(self, id: str) -> Mode | None:
        return next((mode for mode in self.hall.modes if mode.id == id), None)

    def carousel(self, id: str) -> Carousel | None:
        return next((carousel for carousel in self.hall.carousels if carousel.id == id), None)


def begun(wall: Wall, site: Site, now: int) -> WallShows:
    """What a wall shows that nobody has touched yet: the first mode with its scene."""
    mode = site.hall.modes[0] if site.hall.modes else None
    scene = site.scenes.get(mode.scene) if mode is not None else None
    scene = scene or next(iter(site.scenes.values()))
    return WallShows(wall.id, scene, 1, now, mode.id if mode is not None else "", now)


def resumed(shows: WallShows, wall: Wall, site: Site) -> WallShows:
    """What a wall showed, in terms of what is published now: another text of its scene, fewer screens, no such mode."""
    scene = site.scenes.get(shows.scene.id)
    if scene is None:
        fresh = begun(wall, site, shows.since)
        scene = fresh.scene
    mode = shows.mode if site.mode(shows.mode) is not None else begun(wall, site, shows.since).mode
    carousel = site.carousel(shows.carousel)
    carousel = carousel if carousel is not None and carousel.steps else None
    numbers = {screen.id for screen in wall.screens}
    if shows.trial is not None and shows.trial == site.scenes.get(shows.trial.id):  # it has been published
        shows = untried(shows)
    return replace(
        shows,
        scene=scene,
        mode=mode,
        carousel=carousel.id if carousel is not None else "",
        step=shows.step % len(carousel.steps) if carousel is not None else 0,
        next_at=shows.next_at if carousel is not None else 0,
        paused=shows.paused and carousel is not None,
        casts=tuple(one for one in _casts_left(shows.casts, scene) if one.screen == 0 or one.screen in numbers),
        blank=_of(shows.blank, numbers),
        frozen=_of(shows.frozen, numbers),
        stills=tuple(one for one in shows.stills if one.screen in numbers),
        identify=_of(shows.identify, numbers),
        trial_on=_of(shows.trial_on, numbers),
    )


def changed(after: WallShows, now: int, by: str, did: str = "") -> WallShows:
    """One revision on, by an act or by none."""
    return replace(after, revision=after.revision + 1, since=now, by=by, did=did)


def dated(before: WallShows, after: WallShows) -> WallShows:
    """A wall that knows since when, and by whom, its scene and its mode are others than before."""
    if before.scene.id != after.scene.id:
        after = replace(after, scene_at=after.since, scene_by=after.by)
    return replace(after, mode_at=after.since, mode_by=after.by) if before.mode != after.mode else after


def needs_preparing(before: WallShows, after: WallShows) -> bool:
    """Whether machines must build something before they can show it."""
    same_trial = (before.trial, before.trial_on) == (after.trial, after.trial_on)
    same_world = before.rehearsal == after.rehearsal
    return before.scene != after.scene or before.casts != after.casts or not (same_trial and same_world)


def releases(act: WallAct) -> bool:
    """Whether an act ends what a trigger brought: a person has taken the wall in hand, or narrows what it shows."""
    narrows = (act.what == "area" and bool(act.value)) or (act.what == "about" and act.about is not None)
    return narrows or act.what in ("scene", "mode", "carousel", "next", "live", "pause")


# -- rooms that share a picture ---------------------------------------------------------------------------------------


def mirrors(hall: Hall) -> dict[str, str]:
    """Walls that show what another wall shows, and which: the first wall of the room whose picture theirs shares."""
    shares = {room.id: room.shares for room in hall.rooms}
    found = {}
    for wall in hall.walls:
        room, been = wall.room, {wall.room}
        while shares.get(room) and shares[room] not in been:
            room = shares[room]
            been.add(room)
        if room != wall.room:
            source = next((one for one in hall.walls if one.room == room), None)
            if source is not None:
                found[wall.id] = source.id
    return found


def mirrored(own: WallShows, source: WallShows, now: int) -> WallShows:
    """A wall after it took the picture of another; the same object where it had it."""
    taken: dict[str, Any] = {name: getattr(source, name) for name in _MIRRORED}
    after = replace(own, **taken)
    brought = own.scene.id != source.scene.id and own.next_at == source.next_at  # and not by a carousel that goes on
    if brought or (own.mode, own.rehearsal) != (source.mode, source.rehearsal):
        after = untried(after)
    return own if after == own else changed(after, now, source.by)


def with_scene(shows: WallShows, scene: Scene) -> WallShows:
    """Another scene; what was cast on a place that it does not have goes, and its map looks where it says."""
    if scene == shows.scene:
        return shows
    view = shows.view if scene.id == shows.scene.id else None
    return replace(shows, scene=scene, view=view, casts=_casts_left(shows.casts, scene))


def at_step(shows: WallShows, carousel: Carousel, step: int, site: Site, now: int) -> WallShows:
    """A carousel at this step, or at the next one whose scene there is."""
    n = len(carousel.steps)
    for i in range(n):
        at = (step + i) % n
        id, seconds = carousel.steps[at]
        scene = site.scenes.get(id)
        if scene is not None:
            shows = with_scene(shows, scene)
            return replace(shows, carousel=carousel.id, step=at, next_at=now + seconds * SECOND, paused=False)
    return shows


def of_all(shows: WallShows) -> WallShows:
    """A wall that is of the whole city again, whatever somebody had it narrowed to."""
    return replace(shows, area="", about=None)


def untried(shows: WallShows) -> WallShows:
    """A wall that tries no scene."""
    return replace(shows, trial=None, trial_on=())


def places(scene: Scene) -> frozenset[str]:
    """Ids of all places of a scene."""

    def below(place: Place) -> set[str]:
        return {place.id}.union(*(below(child) for child in place.children))

    return frozenset().union(*(below(arrangement.root) for arrangement in scene.arrangements))


def _casts_left(casts: tuple[Cast, ...], scene: Scene) -> tuple[Cast, ...]:
    known = places(scene) if any(one.screen == 0 for one in casts) else frozenset()
    return tuple(one for one in casts if one.screen or one.place in known)


def _of(numbers: tuple[int, ...], there: set[int]) -> tuple[int, ...]:
    return tuple(n for n in numbers if n in there)
