"""How a screen and its machine do, in words: its line, what is wrong with it, and what happened to it last."""

from __future__ import annotations

from typing import NamedTuple

from cockpit.model.ages import clock_time, exactly, span
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.wall import Screen
from widgets.walldesk.hand import LOST_US, Hand

SLOW_MS, HOT, OLD_SECONDS = 33.4, 85.0, 10.0
"""A frame, a temperature (°C) and an age of the data from which on they are said in yellow."""


class Said(NamedTuple):
    """A sentence about a screen: its words, what else, and its colours."""

    words: str
    more: str
    token: str
    tint: str


def name_words(hand: Hand, screen: Screen) -> tuple[str, str]:
    """Its number, and its machine."""
    t = hand.ctx.t
    return t("walldesk.screen", n=screen.id), t("walldesk.of_machine", name=screen.machine)


def health_words(hand: Hand, screen: Screen) -> list[tuple[str, str, str, str]]:
    """(label, value, unit, colour of the value) from the right to the left."""
    t, node, health = hand.ctx.t, hand.node(screen), hand.health(screen)
    if node is None:
        return []
    report = node.report
    found = []
    if hand.lost(screen):
        at = t("walldesk.stands_at", at=clock_time(hand.ctx.clock.city.at(node.heard)))
        return [("", "", at, "t2"), (t("walldesk.memory"), _gigabytes(report.rss_mb), "GB", "t3")]
    if report.feed_age is not None:
        old = report.feed_age >= OLD_SECONDS
        age = t(exactly(round(report.feed_age * SECOND)))
        found.append((t("walldesk.data"), age, "", "yellow_text" if old else "t1"))
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
    kept = t("walldesk.kept_picture", at=clock_time(hand.ctx.clock.city.at(node.heard)))
    gone = hand.ctx.clock.wall() - node.heard
    if not node.joined or gone > LOST_US:
        return Said(t("walldesk.machine_lost", span=exactly(gone)), kept, "orange_text", "orange_tint")
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
    versions = {one.report.version for one in state.nodes} if state is not None else set()
    same = Message("walldesk.version_same" if len(versions) == 1 else "walldesk.version_other")
    found.append((t("walldesk.fact_version"), f"{report.version} · {t(same)}"))
    clock = Message("walldesk.clock_error", {"ms": f"{report.clock_error_us / 1000:.1f}"})
    skew = f" · {t('walldesk.skew', ms=f'{abs(health.skew_us) / 1000:.0f}')}" if health is not None else ""
    found.append((t("walldesk.fact_clock"), t(clock) + skew))
    found.append((t("walldesk.fact_up"), t(span(round(report.up * SECOND)))))
    if shows is not None and health is not None and health.switch_ms:
        at = clock_time(hand.ctx.clock.city.at(shows.since))
        found.append((t("walldesk.fact_last"), t("walldesk.switched", at=at, ms=f"{health.switch_ms:.0f}")))
    return found


def _shown(hand: Hand, screen: Screen) -> Message:
    """What a screen shows, as far as the hub knows."""
    shows = hand.shows
    if shows is None:
        return Message("walldesk.none")
    if screen.id in shows.blank:
        return Message("walldesk.is_blank")
    cast = next((one for one in shows.casts if one.screen == screen.id), None)
    if cast is not None:
        from widgets.walldesk.kinds import name_id

        name = Message(name_id(cast.panel)) if name_id(cast.panel) else cast.panel
        return Message("walldesk.shows_cast", {"panel": name, "by": cast.by or "–"})
    scene = shows.trial if shows.trial is not None and screen.id in shows.trial_on else shows.scene
    if shows.event:
        return Message("walldesk.shows_following", {"scene": scene.name, "event": shows.event.rpartition("/")[2]})
    return Message("walldesk.shows_scene", {"scene": scene.name})
