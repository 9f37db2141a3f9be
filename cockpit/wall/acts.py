"""The acts on a wall: what each makes of what it shows, and what is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.model.errors import UserError
from cockpit.model.wall import Wall
from cockpit.model.wall_panels import withheld
from cockpit.model.wallstate import Cast, Frozen, MapView, WallAct, WallShows
from cockpit.wall.bounds import can_be_kept, check_trial, size
from cockpit.wall.state import Site, at_step, changed, of_all, places, untried, with_scene

MOST_CASTS = 24
MOST_OPTIONS = 8_000
"""Bytes of a cast's options."""
MOST_KEY = 200
OF_THE_PICTURE = ("scene", "mode", "carousel", "pause", "next", "view", "event", "area", "about")
"""Acts that a wall of a room which shares a picture takes from there."""
ADDS = ("cast", "try", "about")
"""Acts that may put something large on a wall."""
_PANEL = re.compile(r"[a-z][a-z0-9_.:-]{0,63}")
_SCALE = (0.001, 500_000.0)
"""Metres a pixel: from a kerb to a continent."""


def acted(shows: WallShows, act: WallAct, site: Site, now: int, by: str) -> WallShows:
    """What a wall shows after an act; the same object where that changes nothing.

    Raises:
        UserError: it names what is not there, or what can not be.
    """
    wall = site.hall.wall(shows.wall)
    do = _ACTS.get(act.what)
    if do is None or wall is None:
        raise UserError("wall.no_act", act=act.what[:40])
    numbers = {screen.id for screen in wall.screens}
    for number in act.screens:
        if number not in numbers:
            raise UserError("wall.no_screen", screen=number, n=len(numbers))
    after = do(shows, act, _Hand(site, wall, now, by))
    if after == shows:
        return shows
    return changed(after, now, by, act.what)


class _Hand(msgspec.Struct, frozen=True):
    site: Site
    wall: Wall
    now: int
    by: str


def _scene(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    return replace(with_scene(untried(shows), hand.site.scene(act.value)), paused=bool(shows.carousel))


def _try(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    """A scene that is not published on some screens, in place of the wall's."""
    if act.trial is None:
        return untried(shows)
    if not act.screens:
        raise UserError("wall.no_trial")
    check_trial(act.trial)
    return replace(shows, trial=act.trial, trial_on=tuple(sorted(set(act.screens))))


def _mode(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    mode = hand.site.mode(act.value)
    if mode is None:
        raise UserError("wall.no_mode", mode=act.value[:40], modes=" ".join(one.id for one in hand.site.hall.modes))
    shows = replace(untried(shows), mode=mode.id)
    if mode.scene:
        scene = hand.site.scene(mode.scene)
        shows = replace(with_scene(of_all(shows), scene), paused=bool(shows.carousel))
    return shows


def _carousel(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    if not act.value:
        return replace(shows, carousel="", step=0, next_at=0, paused=False)
    carousel = hand.site.carousel(act.value)
    if carousel is None or not carousel.steps:
        known = " ".join(one.id for one in hand.site.hall.carousels)
        raise UserError("wall.no_carousel", carousel=act.value[:40], carousels=known or "–")
    return at_step(of_all(untried(shows)), carousel, 0, hand.site, hand.now)


def _pause(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    carousel = hand.site.carousel(shows.carousel)
    if carousel is None:
        raise UserError("wall.no_carousel_runs")
    if _on(act.value):
        return replace(shows, paused=True)
    return at_step(of_all(shows), carousel, shows.step, hand.site, hand.now) if shows.paused else shows


def _next(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    """A step on, or back (`-1`): of the carousel, else of the list of scenes."""
    by = -1 if act.value == "-1" else 1
    shows = untried(shows)
    carousel = hand.site.carousel(shows.carousel)
    if carousel is not None and carousel.steps:
        return at_step(of_all(shows), carousel, (shows.step + by) % len(carousel.steps), hand.site, hand.now)
    ids = list(hand.site.scenes)
    at = ids.index(shows.scene.id) if shows.scene.id in ids else -by
    return with_scene(shows, hand.site.scenes[ids[(at + by) % len(ids)]])


def _live(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    """Takes back what was put over the scene by hand."""
    if not act.screens:
        return replace(of_all(untried(shows)), casts=(), blank=(), frozen=(), stills=(), identify=())
    gone = set(act.screens)
    trial_on = tuple(n for n in shows.trial_on if n not in gone)
    return replace(
        shows,
        trial=shows.trial if trial_on else None,
        trial_on=trial_on,
        casts=tuple(one for one in shows.casts if one.screen not in gone),
        blank=tuple(n for n in shows.blank if n not in gone),
        frozen=tuple(n for n in shows.frozen if n not in gone),
        stills=tuple(one for one in shows.stills if one.screen not in gone),
        identify=tuple(n for n in shows.identify if n not in gone),
    )


def _marked(field: str) -> Callable[[WallShows, WallAct, _Hand], WallShows]:
    def do(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
        meant = set(act.screens) or {screen.id for screen in hand.wall.screens}
        had = set(getattr(shows, field))
        marked: dict[str, Any] = {field: tuple(sorted(had | meant if _on(act.value) else had - meant))}
        return replace(shows, **marked)

    return do


def _freeze(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    """Held pictures: what each is of is kept, for whatever the wall shows later."""
    after = _marked("frozen")(shows, act, hand)
    kept = {one.screen: one for one in shows.stills}
    return replace(after, stills=tuple(kept.get(n) or _still(shows, n, hand.now) for n in after.frozen))


def _still(shows: WallShows, screen: int, now: int) -> Frozen:
    panel = next((one.panel for one in shows.casts if one.screen == screen), "")
    return Frozen(screen, now, shows.drawn_on(screen).name, panel)


def _identify(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    shows = _marked("identify")(shows, act, hand)
    return replace(shows, identified=hand.now) if _on(act.value) else shows


def _restart(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    """An order to machines, nothing that is shown."""
    return shows


def _cast(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    cast = act.cast
    if cast is None or not cast.id or len(cast.id) > 64 or not _PANEL.fullmatch(cast.panel):
        raise UserError("wall.no_cast")
    if cast.screen and cast.screen not in {screen.id for screen in hand.wall.screens}:
        raise UserError("wall.no_screen", screen=cast.screen, n=len(hand.wall.screens))
    if not cast.screen and cast.place not in places(shows.scene):
        raise UserError("wall.no_place", place=cast.place[:40], scene=shows.scene.id)
    hidden = withheld(cast.panel, _eyes(shows, cast))
    if hidden is not None:
        raise UserError(hidden.id, **hidden.params)
    if size(cast.options) > MOST_OPTIONS or len(cast.event) > MOST_KEY:
        raise UserError("wall.cast_too_large")
    if not can_be_kept(cast):
        raise UserError("wall.cast_not_plain")
    others = tuple(one for one in shows.casts if one.id != cast.id and _elsewhere(one, cast))
    if len(others) >= MOST_CASTS:
        raise UserError("wall.too_many_casts", n=MOST_CASTS)
    return replace(shows, casts=(*others, replace(cast, by=hand.by)))


def _eyes(shows: WallShows, cast: Cast) -> str:
    """For whose eyes the scene is that a cast lies over."""
    return shows.drawn_on(cast.screen).privacy


def _elsewhere(one: Cast, new: Cast) -> bool:
    return one.screen != new.screen if new.screen else bool(one.screen) or one.place != new.place


def _uncast(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    def stays(one: Cast) -> bool:
        if act.value:
            return one.id != act.value
        return bool(act.screens) and one.screen not in act.screens

    return replace(shows, casts=tuple(one for one in shows.casts if stays(one)))


def _view(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    view = act.view
    if view is not None:
        numbers = (view.lon, view.lat, view.scale, view.bearing)
        if not all(map(math.isfinite, numbers)) or abs(view.lon) > 180 or abs(view.lat) > 85:
            raise UserError("wall.no_view")
        scale = min(max(view.scale, _SCALE[0]), _SCALE[1])
        view = MapView(view.lon, view.lat, scale, view.bearing % 360)
    return replace(shows, view=view)


def _selected(field: str) -> Callable[[WallShows, WallAct, _Hand], WallShows]:
    def do(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
        if len(act.value) > MOST_KEY or not (act.value.isprintable() or not act.value):
            raise UserError("wall.no_key")
        selected: dict[str, Any] = {field: act.value}
        if field == "event" and act.value and act.value != shows.event:
            selected["view"] = None  # a map that follows it shall look there
        if field == "area" and act.value:
            shows = _held(shows)
        return replace(shows, **selected)

    return do


def _about(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    if act.about is None:
        return replace(shows, about=None)
    if not act.about.fits:
        raise UserError("wall.no_about")
    return replace(_held(shows), about=act.about)


def _held(shows: WallShows) -> WallShows:
    """What a hand narrows is not turned away from: a carousel rests until somebody lets it go on."""
    return replace(shows, paused=bool(shows.carousel))


def _volume(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    return replace(shows, volume=round(_number(act.value, 0, 100)))


def _mute(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    return replace(shows, muted=_on(act.value))


def _brightness(shows: WallShows, act: WallAct, hand: _Hand) -> WallShows:
    return replace(shows, brightness=_number(act.value, 0, 1))


_ACTS: dict[str, Callable[[WallShows, WallAct, _Hand], WallShows]] = {
    "scene": _scene, "mode": _mode, "carousel": _carousel, "pause": _pause, "next": _next, "live": _live,
    "blank": _marked("blank"), "freeze": _freeze, "identify": _identify, "restart": _restart,
    "try": _try, "cast": _cast, "uncast": _uncast, "view": _view, "event": _selected("event"),
    "area": _selected("area"), "about": _about, "volume": _volume, "mute": _mute, "brightness": _brightness,
}  # fmt: skip
ACTS = tuple(_ACTS)


def _on(value: str) -> bool:
    return value in ("1", "on", "true")


def _number(value: str, low: float, high: float) -> float:
    """Raises UserError: it is no number between these."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise UserError("wall.no_number", value=value[:20], low=f"{low:g}", high=f"{high:g}")
    return number
