"""What a machine of the wall says over its screens, in words."""

from __future__ import annotations

from cockpit.model.ages import clock_time, exactly, span, stamp
from cockpit.model.clock import DAY, SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.ui.hubbanner import hub_banner
from cockpit.wall.node import WallSeat
from widgets.kit.context import PanelContext

GRACE_SECONDS = 5.0
"""A hub that is restarted is back within two seconds."""


def trouble(ctx: PanelContext, line: WallSeat, link: Link) -> Message | None:
    """What keeps the wall from what is new: the hub is gone, or the city's feeds are; None: nothing does.

    The last word of the hub and the clock are those of the hub, as long as this machine knows it.
    """
    if link.state is LinkState.LIVE:
        told = hub_banner(ctx, link, lambda feed: None)
        return told.what if told is not None else None
    age = line.age
    if age is None:
        if ctx.clock.wall() - link.since < GRACE_SECONDS * SECOND:
            return None
        return Message("wallnode.never", {"why": ctx.t(link.problem or Message("seat.hub_silent")).rstrip("。.")})
    if age < GRACE_SECONDS:
        return None
    return Message("wallnode.lost", {"span": exactly(round(age * SECOND)), "at": _when(line.heard, line.time.now())})


def held(since: int, now: int) -> Message:
    """A screen whose picture is held on purpose; times of the hub's clock."""
    return Message("wallnode.held", {"at": _when(since, now), "span": span(now - since)})


def starting(taken: int, now: int) -> Message:
    """The picture of an earlier run stands in while this one begins."""
    return Message("wallnode.starting", {"at": _when(taken, now)})


def _when(at: int, now: int) -> str:
    return clock_time(at) if now - at < DAY else stamp(at)
