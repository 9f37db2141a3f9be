"""What the banner under the top bar says: the hub is gone, or the city platform is; since when, and what we do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.model.ages import instant, span
from cockpit.model.clock import SECOND
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from widgets.kit.banner import BannerText
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, feed_states
from widgets.kit.outbox import tally, waits

GRACE = 5 * SECOND
"""A hub that is restarted is back within two seconds, and one just reached tells of its feeds at once."""
CITY_GRACE = 15 * SECOND
"""The embedded city takes some seconds to its first answer."""
SILENCE = 15 * SECOND
"""Nothing at all for so long, or for three beats of the quickest feed, is no pause."""


def hub_banner(
    ctx: PanelContext, link: Link, retry: Callable[[str], None], show_outbox: Callable[[], object] = lambda: None
) -> BannerText | None:
    """The banner of now, or None when all is well.

    A hub that is gone comes before feeds that are dead: without it nothing new can come at all.
    """
    now = ctx.clock.wall()
    if now - link.since < GRACE:
        return None
    again = (Message("ui.retry_now"), lambda: retry(""))
    waiting = tally(ctx.cases.outbox(), frozenset(), ctx.cases.case).waiting
    buttons = (again, (Message("ui.show_outbox", {"n": waiting}), show_outbox)) if waiting else (again,)
    if link.state is not LinkState.LIVE:
        gone = _hub_gone(ctx, link, now, waiting)
        return BannerText(gone, _retrying(link.tries, link.retry - now), buttons)
    states = feed_states(ctx)
    gone = [state for state in states if _is_gone(state, now - link.since)]
    silent = _is_silent(states, now)
    if not silent and len(gone) * 2 <= len(states):
        return None
    failing = [state for state in states if state in gone or (silent and state.problem is not None)]
    what = _city_gone(ctx, failing, len(states), now) if failing else _nothing_comes(ctx, states, now, waiting)
    waits = [state.retry - now for state in failing if state.retry > now]
    return BannerText(what, _retrying(0, min(waits, default=0)), buttons)


def _is_gone(state: FeedState, live_us: int) -> bool:
    """Whether a feed is cut off; one that only skips beats without a reason is late, not gone."""
    match state.state:
        case Freshness.DEAD:
            return True
        case Freshness.STALE:
            return state.problem is not None
        case Freshness.WAITING:
            return state.problem is not None and live_us >= CITY_GRACE
        case _:
            return False


def _is_silent(states: Sequence[FeedState], now: int) -> bool:
    """Whether no feed at all has said anything: known long before slow polls are overdue."""
    last = max((state.received for state in states), default=0)
    beat = min((state.beat for state in states), default=0)
    return last > 0 and now - last >= max(SILENCE, 3 * beat)


def _nothing_comes(ctx: PanelContext, states: Sequence[FeedState], now: int, waiting: int) -> Message:
    last = max(state.received for state in states)
    told = {"span": span(now - last), "at": _city_time(ctx, last), "what": waits(ctx.cases.outbox())}
    return Message("ui.nothing_comes_kept" if waiting else "ui.nothing_comes", told)


def _hub_gone(ctx: PanelContext, link: Link, now: int, waiting: int) -> Message:
    """What is gone and since when; and what is kept here to be sent, where something is."""
    why = ctx.t(link.problem or Message("seat.hub_silent")).rstrip("。.")  # it begins a sentence here
    heard = max((state.received for state in feed_states(ctx)), default=0)
    events = ctx.picture["event"].numbers("received")
    heard = heard or int(events.max(initial=0))  # a cache may know events and no feed
    kept = "_kept" if waiting else ""
    told = {"why": why, "span": span(now - link.since), "what": waits(ctx.cases.outbox())}
    if not heard:
        return Message(f"ui.hub_never{kept}", told)
    return Message(f"ui.hub_lost{kept}", {**told, "at": _city_time(ctx, heard)})


def _city_gone(ctx: PanelContext, gone: Sequence[FeedState], count: int, now: int) -> Message:
    last = max(state.received for state in gone)
    if not last:
        why = next(state.problem for state in gone if state.problem is not None)
        return Message("ui.city_never", {"n": len(gone), "all": count, "why": ctx.t(why).rstrip("。.")})
    told = {"n": len(gone), "all": count, "span": span(now - last), "at": _city_time(ctx, last)}
    return Message("ui.city_lost", told)


def _city_time(ctx: PanelContext, wall_us: int) -> str:
    """When that was by the city's clock, as the panels show it; with its day when that was another one."""
    return instant(ctx.clock.city.at(wall_us), ctx.clock.now())


def _retrying(tries: int, wait: int) -> Message:
    if wait < SECOND:
        return Message("ui.retrying")
    if tries:
        return Message("ui.retry_in_nth", {"n": tries, "span": span(wait)})
    return Message("ui.retry_in", {"span": span(wait)})
