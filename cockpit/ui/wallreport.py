"""How a machine of the wall fares: what it tells the hub each second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cockpit
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.wall import Screen
from cockpit.model.wallstate import NodeReport, ScreenHealth
from cockpit.seat import Seat
from cockpit.ui.wallflip import Flipping
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.health import memory_mb, temperature
from cockpit.wall.node import WallSeat


def report_of(
    seat: Seat,
    line: WallSeat,
    screens: Sequence[Screen],
    windows: Iterable[WallWindow],
    flipping: Flipping,
    up: float,
) -> NodeReport:
    """
    Args:
        screens: of the wall, that are this machine's; those without an output are told too.
        up: seconds that it runs.
    """
    now = seat.clock.mono()
    by_number = {window.screen_of_wall.id: window for window in windows if window.screen_of_wall is not None}
    told = []
    problem: Message | None = None
    for screen in screens:
        window = by_number.get(screen.id)
        if window is None:
            told.append(ScreenHealth(screen.id, False))
            continue
        told.append(_health(window, screen.id, flipping, now))
        if window.there and (window.width(), window.height()) != (screen.at.w, screen.at.h):
            size = f"{window.width()} × {window.height()}"
            problem = Message("wallnode.other_size", {"screen": screen.id, "size": size})
    return NodeReport(
        machine=line.machine,
        wall=line.wall.id if line.wall is not None else "",
        version=cockpit.__version__,
        up=up,
        rss_mb=memory_mb(),
        screens=tuple(told),
        temperature=temperature(),
        feed_age=_feed_age(seat),
        clock_error_us=line.time.error_us,
        offset_us=line.time.offset_us,
        problem=problem,
    )


def _health(window: WallWindow, screen: int, flipping: Flipping, now: float) -> ScreenHealth:
    frame, worst = window.frames.of_minute(now)
    return ScreenHealth(
        screen,
        window.there,
        shown=flipping.revision_shown,
        ready=flipping.revision_ready,
        frame_ms=frame,
        worst_ms=worst,
        slow=window.frames.slow(now),
        skew_us=flipping.skew_us.get(screen, 0),
        switch_ms=flipping.switch_ms.get(screen, 0.0),
        longest_ms=window.frames.longest(now),
    )


def _feed_age(seat: Seat) -> float | None:
    """Seconds since a feed last said anything, as this machine's picture has it."""
    last = int(seat.picture["feed"].numbers("received").max(initial=0))
    return max(0.0, (seat.clock.wall() - last) / SECOND) if last else None
