"""What the banner under the top bar says: the hub is gone, or the city platform is; since when, and what we do."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.model.ages import span
from cockpit.model.clock import SECOND, local
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from widgets.kit.banner import BannerText
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, feed_states

GRACE = 5 * SECOND
"""A hub that is restarted is back within two seconds: no banner for that."""


def hub_banner(ctx: PanelContext, link: Link, retry: Callable[[str], None]) -> BannerText | None:
    """The banner of now, or None when all is well.

    A hub that is gone comes before feeds that are dead: without it nothing new can come at all.
    """
    now = ctx.clock.wall()
    again = (Message("ui.retry_now"), lambda: retry(""))
    if link.state is not LinkState.LIVE:
        gone = now - link.since
        if gone < GRACE:
            return None
        heard = max((state.received for state in feed_states(ctx)), default=0)
        what = (
            Message("ui.hub_lost", {"why": link.problem or "", "span": span(gone), "at": _clock(heard)})
            if heard
            else Message("ui.hub_never", {"why": link.problem or "", "span": span(gone)})
        )
        return BannerText(what, _retrying(link.tries, link.retry - now), (again,))
    states = feed_states(ctx)
    dead = [s for s in states if s.state is Freshness.DEAD or (s.state is Freshness.STALE and s.problem is not None)]
    if not dead or len(dead) * 2 <= len(states):
        return None
    last = max(s.received for s in dead)
    what = Message("ui.city_lost", {"n": len(dead), "all": len(states), "span": span(now - last), "at": _clock(last)})
    waits = [s.retry - now for s in dead if s.retry > now]
    return BannerText(what, _retrying(0, min(waits, default=0)), (again,))


def _clock(us: int) -> str:
    return local(us).strftime("%H:%M:%S") if us else "–"


def _retrying(tries: int, wait: int) -> Message:
    if wait < SECOND:
        return Message("ui.retrying")
    if tries:
        return Message("ui.retry_in_nth", {"n": tries, "span": span(wait)})
    return Message("ui.retry_in", {"span": span(wait)})


__all__ = ["FeedState", "hub_banner"]
