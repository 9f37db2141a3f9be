"""How a screen and its machine do, in words: its line, what is wrong with it, and what happened to it last."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

from cockpit.model.ages import age, exactly, instant, span
from cockpit.model.clock import SECOND
from cockpit.model.headline import by_words
from cockpit.model.messages import Message
from cockpit.model.wall import Scene, Screen, Wall
from cockpit.model.wall_draft import same
from cockpit.model.wallstate import Frozen
from widgets.walldesk.hand import LOST_US, Hand

SLOW_MS, HOT, OLD_SECONDS = 33.4, 85.0, 10.0
"""A frame, a temperature (°C) and an age of the data or of a picture from which on they are said in yellow."""


class Said(NamedTuple):
    """A sentence about a screen: its words, what else, its colours; and what else in fewer words, the most first."""

    words: str
    more: str
    token: str
    tint: str
    shorter: tuple[str, ...] = ()


def name_words(hand: Hand, screen: Screen) -> tuple[str, str]:
    """Its number, and its machine."""
    t = hand.ctx.t
    return t("walldesk.screen", n=screen.id), t("walldesk.of_machine", name=screen.machine)


def picture_age(hand: Hand, screen: Screen) -> tuple[Message, str]:
    """How old the picture of a screen is, and the colour of that. One that is frozen is as old as the desk's knowledge
    of it: that it is to stand still is said apart."""
    shows, thumb = hand.shows, hand.thumb(screen)
    if thumb is None:
        return Message("walldesk.no_picture"), "t2"
    then = _drawn(hand, screen, shows.frozen if shows is not None else ())
    old = hand.ctx.clock.wall() - then >= OLD_SECONDS * SECOND
    return age(then, hand.ctx.clock.wall()), "yellow_text" if old else "t2"


def _drawn(hand: Hand, screen: Screen, frozen: tuple[int, ...]) -> int:
    thumb = hand.thumb(screen)
    if thumb is None:
        return 0
    return thumb.taken if screen.id in frozen else thumb.drawn


def state_words(hand: Hand, wall: Wall) -> Message:
    """How old the oldest picture of a wall is, and how its screens do."""
    shows = hand.shows
    frozen = shows.frozen if shows is not None else ()
    drawn = [then for screen in wall.screens if (then := _drawn(hand, screen, frozen))]
    well, trouble, lost = counts(hand, wall)
    said = [Message("walldesk.pictures", {"age": age(min(drawn), hand.ctx.clock.wall())})] if drawn else []
    if missing := len(wall.screens) - len(drawn):
        said.append(Message("walldesk.pictures_missing", {"n": missing}))
    said.append(Message("walldesk.n_well", {"n": well}))
    if trouble:
        said.append(Message("walldesk.n_trouble", {"n": trouble}))
    if lost:
        said.append(Message("walldesk.n_lost", {"n": lost}))
    return reduce(lambda one, more: Message("walldesk.and", {"one": one, "more": more}), said)


def counts(hand: Hand, wall: Wall) -> tuple[int, int, int]:
    """How many of its screens are well, have some trouble, and are cut off."""
    lost = sum(hand.lost(screen) for screen in wall.screens)
    wrong = sum(trouble_words(hand, screen) is not None for screen in wall.screens)
    return len(wall.screens) - wrong, wrong - lost, lost


def _at(hand: Hand, wall_us: int) -> str:
    """A time of the machines' clock as the city's."""
    return instant(hand.ctx.clock.city.at(wall_us), hand.ctx.clock.now())


def health_words(hand: Hand, screen: Screen) -> list[tuple[str, str, str, str]]:
    """(label, value, unit, colour of the value) from the right to the left."""
    t, node, health = hand.ctx.t, hand.node(screen), hand.health(screen)
    if node is None:
        return []
    report = node.report
    found = []
    if hand.lost(screen):
        return [("", "", t("walldesk.heard_at", at=_at(hand, node.heard)), "t2")]
    if report.feed_age is not None:
        old = report.feed_age >= OLD_SECONDS
        since = t(exactly(round(report.feed_age * SECOND)))
        found.append((t("walldesk.data"), since, "", "yellow_text" if old else "t1"))
    if report.temperature is not None:
        hot = report.temperature >= HOT
        found.append(("", f"{report.temperature:.0f}", "℃", "red_text" if hot else "t1"))
    found.append((t("walldesk.memory"), _gigabytes(report.rss_mb), "GB", "t1"))
    if health is not None and health.frame_ms:
        slow = health.frame_ms >= SLOW_MS
        found.append((t("walldesk.frame"), f"{health.frame_ms:.1f}", "ms", "yellow_text" if slow else "t1"))
    return found


def _gigabytes(mb: float) -> str:
    return f"{mb / 1000:.1f}"


def trouble_words(hand: Hand, screen: Screen) -> Said | None:
    """What is wrong with a screen; None when all is well."""
    t, node, health = hand.ctx.t, hand.node(screen), hand.health(screen)
    if node is None:
        return Said(t("walldesk.machine_never"), t("walldesk.machine_never_more"), "orange_text", "orange_tint")
    gone = hand.ctx.clock.wall() - node.heard
    if not node.joined or gone > LOST_US:
        thumb = hand.thumb(screen)
        at = _at(hand, thumb.drawn) if thumb is not None else ""
        kept = t("walldesk.kept_picture", at=at) if at else t("walldesk.no_picture")
        shorter = (t("walldesk.picture_at", at=at), at) if at else ()
        return Said(t("walldesk.machine_lost", span=exactly(gone)), kept, "orange_text", "orange_tint", shorter)
    if health is None or not health.there:
        return Said(t("walldesk.unplugged"), t("walldesk.unplugged_more"), "orange_text", "orange_tint")
    if node.report.problem is not None:
        return Said(t(node.report.problem), "", "yellow_text", "yellow_tint")
    shows = hand.shows
    if shows is not None and health.shown < shows.revision and hand.ctx.clock.wall() - shows.since > LOST_US:
        behind = span(hand.ctx.clock.wall() - shows.since)
        return Said(t("walldesk.behind", span=behind), "", "yellow_text", "yellow_tint")
    return None


def facts(hand: Hand, screen: Screen) -> list[tuple[str, str]]:
    """The facts of a screen, a label and its words each."""
    t, node, health, shows = hand.ctx.t, hand.node(screen), hand.health(screen), hand.shows
    none = t("walldesk.none")
    found = [(t("walldesk.fact_shows"), t(_shown(hand, screen)))]
    place = Message("walldesk.output", {"machine": screen.machine, "output": screen.output or screen.id})
    size = f"{screen.at.w} × {screen.at.h}"
    found.append((t("walldesk.fact_machine"), f"{t(place)} · {size}"))
    if node is None:
        return [*found, (t("walldesk.fact_version"), none), (t("walldesk.fact_up"), none)]
    report, state = node.report, hand.state
    versions = [one.report.version for one in state.nodes] if state is not None else []
    agree = t("walldesk.version_same" if len(set(versions)) == 1 else "walldesk.version_other")
    found.append((t("walldesk.fact_version"), f"{report.version} · {agree}" if len(versions) > 1 else report.version))
    if not hand.there(screen):
        at = t("walldesk.heard_at", at=_at(hand, node.heard))
        return [*found, (t("walldesk.fact_clock"), none), (t("walldesk.fact_up"), at)]
    clock = Message("walldesk.clock_error", {"ms": f"{report.clock_error_us / 1000:.1f}"})
    skew = f" · {t('walldesk.skew', ms=f'{abs(health.skew_us) / 1000:.0f}')}" if health is not None else ""
    found.append((t("walldesk.fact_clock"), t(clock) + skew))
    found.append((t("walldesk.fact_up"), t(span(round(report.up * SECOND)))))
    if shows is not None and shows.scene_at and health is not None and health.switch_ms:
        at = _at(hand, shows.scene_at)
        found.append((t("walldesk.fact_last"), t("walldesk.switched", at=at, ms=f"{health.switch_ms:.0f}")))
    return found


def slow_words(hand: Hand, screen: Screen) -> str:
    """How many frames of the last ten minutes were slow, and the longest of them; "" while nobody knows."""
    health = hand.health(screen)
    if health is None or hand.lost(screen):
        return ""
    longest = max(health.longest_ms, health.worst_ms)  # a machine of an older version tells that of a minute
    return hand.ctx.t("walldesk.slow", n=health.slow, ms=f"{longest:.1f}")


def _shown(hand: Hand, screen: Screen) -> Message:
    """What a screen shows, as far as the hub knows."""
    shows, thumb = hand.shows, hand.thumb(screen)
    if shows is None:
        return Message("walldesk.none")
    if hand.lost(screen):
        return Message("walldesk.shows_last", {"at": _at(hand, thumb.drawn)}) if thumb else Message("walldesk.none")
    if screen.id in shows.blank:
        return Message("walldesk.is_blank")
    still = _still(hand, screen)
    if still is not None:
        what = kind_words(hand, still.panel) if still.panel else still.scene
        return Message("walldesk.shows_frozen", {"at": _at(hand, still.at), "scene": what})
    cast = next((one for one in shows.casts if one.screen == screen.id), None)
    if cast is not None:
        return Message(
            "walldesk.shows_cast", {"panel": kind_words(hand, cast.panel), "by": by_words(cast.by, hand.ctx.t) or "–"}
        )
    scene = shows.drawn_on(screen.id)
    shown = Message(_manner(hand, scene), {"scene": scene.name})
    if shows.event:
        return Message("walldesk.shows_following", {"scene": shown, "event": shows.event.rpartition("/")[2]})
    return shown


def _manner(hand: Hand, scene: Scene) -> str:
    """How a screen shows a scene: as the wall does, on trial, or as a draft that is nowhere else."""
    shows = hand.shows
    if shows is None or scene is not shows.trial:
        return "walldesk.shows_scene"
    return "walldesk.shows_tried" if same(scene, hand.published(scene.id)) else "walldesk.shows_draft"


def kind_words(hand: Hand, panel: str) -> str:
    """What a kind of panel is called."""
    from widgets.walldesk.kinds import name_id

    return hand.ctx.t(name_id(panel)) if name_id(panel) else panel


def _still(hand: Hand, screen: Screen) -> Frozen | None:
    """What stands on a screen that is frozen."""
    shows = hand.shows
    stills = shows.stills if shows is not None and screen.id in shows.frozen else ()
    return next((one for one in stills if one.screen == screen.id), None)


def chips(hand: Hand, screen: Screen) -> list[tuple[str, ...]]:
    """What was done to a screen by hand, each in several ways, the longest first."""
    t, shows, found = hand.ctx.t, hand.shows, list[tuple[str, ...]]()
    if shows is None:
        return found
    if screen.id in shows.blank:
        found.append((t("walldesk.is_blank"),))
    still = _still(hand, screen)
    if still is not None:
        at, what = _at(hand, still.at), kind_words(hand, still.panel) if still.panel else t.pack(still.scene)
        said = t("walldesk.is_frozen_of", at=at, scene=what)
        found.append((said, t("walldesk.is_frozen_at", at=at), t("walldesk.is_frozen")))
    elif screen.id in shows.frozen:
        found.append((t("walldesk.is_frozen"),))
    if screen.id in shows.identify:
        found.append((t("walldesk.is_identified"),))
    if shows.trial is not None and screen.id in shows.trial_on:
        found.append((t("walldesk.is_tried_of", scene=shows.trial.name), t("walldesk.is_tried")))
    if any(cast.screen == screen.id for cast in shows.casts):
        found.append((t("walldesk.is_cast"),))
    return found
