"""What a machine of the wall says over its screens, in words."""

from __future__ import annotations

from cockpit.model.ages import exactly, instant, span
from cockpit.model.clock import SECOND, CityTime
from cockpit.model.messages import Message, Texts
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.wallstate import BEAT, WallShows, WallState
from cockpit.ui.hubbanner import hub_banner
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.node import WallSeat
from widgets.kit.context import PanelContext
from widgets.wall.over import Said

GRACE_SECONDS = 5.0
"""A hub that is restarted is back within two seconds."""
SILENT_SECONDS = 3 * BEAT + GRACE_SECONDS
"""A hub that is there and tells nothing of the wall for so long does not do it any more."""
DARKEST = 0.05
"""A wall that is set to no light at all still shows that it is on; black is another act."""

ENTERS = Message("wallnode.drill_enters")
"""A rehearsal that is shown has not come yet, and nothing says that it will not."""


def trouble(ctx: PanelContext, line: WallSeat, link: Link) -> Message | None:
    """What keeps the wall from what is new: the hub is gone or mute, or the city's feeds are; None: nothing does.

    The last word of the hub and the clock are those of the hub, as long as this machine knows it.
    """
    if link.state is LinkState.LIVE:
        if line.age is not None and min(line.age, (ctx.clock.wall() - link.since) / SECOND) > SILENT_SECONDS:
            return _since("wallnode.silent", line, line.age, ctx.clock.city)
        told = hub_banner(ctx, link, lambda feed: None)
        return told.what if told is not None else None
    age = line.age
    if age is None:
        if ctx.clock.wall() - link.since < GRACE_SECONDS * SECOND:
            return None
        return Message("wallnode.never", {"why": ctx.t(link.problem or Message("seat.hub_silent")).rstrip("。.")})
    if age < GRACE_SECONDS:
        return None
    return _since("wallnode.lost", line, age, ctx.clock.city)


def _since(id: str, line: WallSeat, age: float, city: CityTime) -> Message:
    """A sentence that says how old, in seconds, the hub's last word is."""
    return Message(id, {"span": exactly(round(age * SECOND)), "at": _at(line.heard, line.time.now(), city)})


def _at(hub: int, now: int, city: CityTime) -> str:
    """A time of the hub's clock as the clock on the wall has it."""
    return instant(city.at(hub), city.at(now))


def trouble_within(ctx: PanelContext, line: WallSeat, link: Link, world: PanelContext, there: Link) -> Message | None:
    """The same while another world is shown: its own hub and feeds count, and the hub that leads out of it again.

    Args:
        world: what its panels are handed. there: how the line to its hub is.
    """
    if link.state is not LinkState.LIVE:
        return trouble(ctx, line, link)
    if there.state is LinkState.LIVE:
        return trouble(world, line, there)
    if there.state is LinkState.STARTING or ctx.clock.wall() - there.since < GRACE_SECONDS * SECOND:
        return None
    return Message("wallnode.drill_lost", {"span": span(ctx.clock.wall() - there.since)})


def held(since: int, now: int, city: CityTime) -> Message:
    """A screen whose picture is held on purpose; times of the hub's clock."""
    return Message("wallnode.held", {"at": _at(since, now, city), "span": span(now - since)})


def starting(taken: int, now: int, city: CityTime) -> Message:
    """The picture of an earlier run stands in while this one begins."""
    return Message("wallnode.starting", {"at": _at(taken, now, city)})


def light(shown: WallShows | None, state: WallState | None, now: int) -> float:
    """Brightness 0–1 of now: what the operator set, and at night no more than the hall says."""
    bright = shown.brightness if shown is not None else 1.0
    night = state.hall.night_light(now) if state is not None else None
    return max(DARKEST, min(bright, 1.0 if night is None else night))


def said(
    t: Texts,
    window: WallWindow,
    line: WallSeat,
    shown: WallShows | None,
    problem: Message | None,
    note: Message | None,
    bright: float,
    now: int,
    outside: Message | None,
    city: CityTime,
) -> Said:
    """All that one screen says over its panels.

    Args:
        problem: of `trouble`. note: something for a moment. bright: of `light`. now: the hub's clock, UTC us.
        outside: why the rehearsal that the wall shows is not seen yet, None: it is, or none is shown.
        city: how the clock of the world that is shown runs.
    """
    screen = window.screen_of_wall
    line_at_foot = problem or note
    if line_at_foot is None and window.still and not window.held:
        line_at_foot = starting(window.pictured, now, city)
    number = str(screen.id) if shown is not None and screen is not None and screen.id in shown.identify else ""
    return Said(
        trouble=t(line_at_foot) if line_at_foot is not None else "",
        heavy=problem is not None,
        frozen=t(held(window.held, now, city)) if window.held else "",
        rehearsal=t("wallnode.rehearsal") if shown is not None and shown.rehearsal else "",
        number=number,
        name=f"{line.machine} · {window.output}" if number else "",
        facts=f"{window.width()} × {window.height()}" if number else "",
        notice=_notice(t, window, line, shown, outside),
        dim=1.0 - bright,
    )


def _notice(
    t: Texts, window: WallWindow, line: WallSeat, shown: WallShows | None, outside: Message | None
) -> tuple[str, ...]:
    """What a screen says that has no picture at all, or one of the live city where a rehearsal is to be."""
    if outside is not None and window.screen_of_wall is not None and not window.held:
        return (t(outside),) if outside == ENTERS else (t("wallnode.drill_out"), t(outside))
    if window.still or (window.screen_of_wall is not None and shown is not None):
        return ()
    named = Message("wallnode.machine", {"machine": line.machine, "output": window.output})
    if window.screen_of_wall is None and line.state is not None:
        return (t("wallnode.no_place"), t(named))
    return (t("wallnode.waits"), t(named))
