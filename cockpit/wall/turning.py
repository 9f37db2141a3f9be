"""What changes a wall without a hand: carousels by their times, and triggers that bring a scene when an alert comes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from cockpit.model.clock import SECOND
from cockpit.model.wall import Carousel, Trigger, within
from cockpit.model.wallstate import WallShows
from cockpit.wall.state import Site, at_step, changed, of_all, untried, with_scene

IDENTIFY_SECONDS = 60
"""Numbers on screens that somebody forgot go by themselves."""


class Standing(msgspec.Struct, frozen=True):
    """An alert of an authority, or an alarm of ours, that stands: key, level (1 is Ⅰ), what it is called (a plain word,
    or JSON of `{zh, en}`)."""

    key: str
    level: int
    name: str
    ours: bool = False


class Held(msgspec.Struct, frozen=True):
    """What a trigger brought: for which alert, of which level, until when (UTC us, 0 until a person releases it), the
    scene that was there before, for how many seconds it was meant (0: not known), and what the alert is called."""

    key: str
    level: int
    until: int
    scene: str
    seconds: int = 0
    name: str = ""


def turned(shows: WallShows, site: Site, now: int, hour: int) -> WallShows:
    """A wall whose carousel goes on now; the same object where it does not. Where the hours of the one that runs are
    over, the first one of the hall that has this hour for its own goes on in its place.

    A step that is further ahead than it is long was planned before somebody set the hub's clock back: it is over.

    Args:
        now: UTC us of the hub's clock. hour: the time by which the city lives, for the times of the day.
    """
    carousel = site.carousel(shows.carousel)
    if carousel is None or shows.paused or not carousel.steps:
        return shows
    _, seconds = carousel.steps[shows.step % len(carousel.steps)]
    if _runs(now, shows.next_at, seconds):
        return shows
    if within(carousel.between, hour):
        after = at_step(shows, carousel, shows.step + 1, site, now)
    else:
        other = _of_this_hour(site, hour)
        after = at_step(shows, other, 0, site, now) if other is not None else shows
    return shows if after == shows else changed(after, now, "")


def brought(
    shows: WallShows, held: Held | None, new: Sequence[Standing], site: Site, now: int
) -> tuple[WallShows, Held | None]:
    """A wall after alerts came: the gravest brings the scene of its trigger, unless a graver one holds it already.

    Triggers are those of the carousel that runs. Where none does and the wall rests at its mode's own scene, or shows a
    rehearsal, they are those of all, and alarms of ours, of which a stormy day has many, bring nothing. A wall that
    somebody has taken in hand is left alone. What is brought is of the whole city.
    """
    triggers = _triggers(shows, held, site) if new else ()
    meant = new if shows.carousel else [one for one in new if not one.ours]
    for standing in sorted(meant, key=lambda one: one.level):
        trigger = _trigger(triggers, standing.level)
        scene = site.scenes.get(trigger.scene) if trigger is not None else None
        if trigger is None or scene is None or (held is not None and held.level < standing.level):
            continue
        until = now + trigger.seconds * SECOND if trigger.seconds else 0
        before = held.scene if held is not None else shows.scene.id
        now_held = Held(standing.key, standing.level, until, before, trigger.seconds, standing.name)
        again = held is not None and shows.scene == scene and shows.trial is None
        if again:  # one more of a stormy day: it stands there already
            return shows, now_held
        return changed(with_scene(of_all(untried(shows)), scene), now, standing.name), now_held
    return shows, held


def returned(shows: WallShows, held: Held | None, site: Site, now: int) -> tuple[WallShows, Held | None]:
    """A wall whose trigger's time is over goes on with its carousel where it was, of the whole city; one whose carousel
    rests, or that has none, with its scene of before."""
    if held is None or not held.until or _runs(now, held.until, held.seconds):
        return shows, held
    carousel = site.carousel(shows.carousel)
    if carousel is None or shows.paused:
        scene = site.scenes.get(held.scene)
        after = with_scene(of_all(shows), scene) if scene is not None else shows
    else:
        after = at_step(of_all(shows), carousel, shows.step, site, now)
    return (shows if after == shows else changed(after, now, "")), None


def unmarked(shows: WallShows, now: int) -> WallShows:
    """A wall whose numbers have been shown long enough."""
    if not shows.identify or _runs(now, shows.identified + IDENTIFY_SECONDS * SECOND, IDENTIFY_SECONDS):
        return shows
    return changed(replace(shows, identify=()), now, "")


def _of_this_hour(site: Site, hour: int) -> Carousel | None:
    """The first carousel that says it runs at this time of the day; one without hours waits for a hand."""
    meant = (one for one in site.hall.carousels if one.between and one.steps and within(one.between, hour))
    return next(meant, None)


def _runs(now: int, end: int, seconds: int) -> bool:
    """Whether a time of so many seconds (0: not known) that ends then is not over, nor of a clock that was wrong."""
    return now < end and (not seconds or end - now <= seconds * SECOND)


def _triggers(shows: WallShows, held: Held | None, site: Site) -> Sequence[Trigger]:
    carousel = site.carousel(shows.carousel)
    if carousel is not None:
        return () if shows.paused else carousel.triggers
    mode = site.mode(shows.mode)
    rests = mode is not None and mode.scene == shows.scene.id
    if held is None and not rests and not shows.rehearsal:  # the real thing goes before what is rehearsed
        return ()
    return [trigger for one in site.hall.carousels for trigger in one.triggers]


def _trigger(triggers: Sequence[Trigger], level: int) -> Trigger | None:
    """The trigger that is meant for a level most closely."""
    fitting = [one for one in triggers if 1 <= level <= one.alert]
    return min(fitting, key=lambda one: one.alert, default=None)
