"""A leader's view on a wall: area, kinds and period by the wall itself, whose panels follow them; panels of a scene
that says nothing of it are restricted one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.scope import Scope
from cockpit.model.scopewords import filter_words, measure_words, span_words
from cockpit.model.wall import Place, Scene
from cockpit.model.wallabout import MOST_NAME, About
from widgets.kit.context import PanelContext
from widgets.leader.ground import topic_of, topics_of
from widgets.leader.way import Names
from widgets.lists.areas import AreaTree
from widgets.lists.words import joined

FEW = 2
"""Kinds that a title names; of more it says how many."""
MOST = 16
"""Panels of a scene that are restricted; a hub keeps no more than 24 by hand."""
LONGEST = 31 * 24.0
"""Hours that a curve of a wall shows at the most."""
LISTS = frozenset({"wallevents", "wallcases"})
CURVES = frozenset({"wallcurve", "wallfigure"})


class Narrowed(msgspec.Struct, frozen=True):
    """A panel of a scene as it shows the view: the place, the panel, and its options."""

    place: str
    panel: str
    options: dict[str, Any]


def scene_of(ctx: PanelContext, scope: Scope) -> str:
    """Id of the scene that a topic of the leader has on walls (both are called the same); "" none."""
    if not (scope.kinds or scope.channels):
        return ""
    for one in topics_of(ctx).topics:
        if (one.kinds, one.channels) == (scope.kinds, scope.channels):
            return str(one.id)
    return ""


def what_words(ctx: PanelContext, scope: Scope) -> str:
    """What the view is about and when, in words: 防汛 · 今天; the area is on the wall already."""
    t, now = ctx.t, ctx.clock.now()
    growing = scope.span.word in ("today", "week", "month", "quarter", "half", "year")
    when = t(f"insight.span_{scope.span.word}") if growing else span_words(scope.span, t, now)
    return joined(_what(ctx, scope), when)


def _what(ctx: PanelContext, scope: Scope) -> str:
    t, now = ctx.t, ctx.clock.now()
    names = Names(ctx, AreaTree(ctx.picture["area"]))
    if scope.measure.startswith("sign:"):
        return measure_words(scope.measure, t, names)
    if topic := topic_of(ctx, scope):
        return topic
    if len(scope.kinds) > FEW:
        return t("instruct.n_kinds", n=len(scope.kinds))
    return joined(*(filter_words(scope, name, ctx.pack, names, t, now) for name in ("kinds", "channels", "levels")))


def about_of(ctx: PanelContext, scope: Scope) -> About | None:
    """What panels of a wall are told that follow the selection; None: all of it and of today. A sign has no kinds."""
    if not narrows(ctx, scope):
        return None
    if scope.measure.startswith("sign:"):
        return About(span=scope.span) if scope.span.word != "today" else None
    what = _what(ctx, scope)[:MOST_NAME]
    named = {"zh": what, "en": what} if what else {}
    return About(named, _kinds(ctx, scope), tuple(scope.channels), tuple(scope.levels), scope.span)


def _kinds(ctx: PanelContext, scope: Scope) -> tuple[str, ...]:
    """Codes of kinds, groups as `E05*`."""
    groups = {kind.group_code for kind in ctx.pack.kinds.values()}
    return tuple(f"{code}*" if code in groups and code not in ctx.pack.kinds else code for code in scope.kinds)


def narrows(ctx: PanelContext, scope: Scope) -> bool:
    """Whether a view is of more than an area and today."""
    other = scope.kinds or scope.channels or scope.levels or scope.measure.startswith("sign:")
    return bool(other) or scope.span.word != "today"


def narrowed(ctx: PanelContext, scope: Scope, scene: Scene) -> list[Narrowed]:
    """The panels of a scene that do not follow the selection, and can show the view's kinds, levels, channels, sign and
    period all the same, so restricted."""
    if not narrows(ctx, scope):
        return []
    title, found, signed = what_words(ctx, scope), [], False
    for place in panels_of(scene):
        more: Mapping[str, Any] = {}
        follows = place.follows == "selection"
        if place.panel in LISTS and not follows:
            more = _of_records(ctx, scope)
        elif place.panel in CURVES:
            more = _of_sign(ctx, scope, first=not signed)
            more = {} if follows and "sign" not in more else more
            signed = signed or "sign" in more
        if more:
            named = {} if place.panel in CURVES and "sign" not in more else {"title": {"zh": title, "en": title}}
            found.append(Narrowed(place.id, place.panel, {**place.options, **more, **named}))
    return found[:MOST]


def panels_of(scene: Scene) -> Iterator[Place]:
    """Every panel of its arrangements, each place once."""
    seen: set[str] = set()
    rest = [arrangement.root for arrangement in scene.arrangements]
    while rest:
        place = rest.pop(0)
        if place.panel and place.id not in seen:
            seen.add(place.id)
            yield place
        rest = [*place.children, *rest]


def _of_records(ctx: PanelContext, scope: Scope) -> dict[str, Any]:
    if scope.measure.startswith("sign:"):
        return {}
    more: dict[str, Any] = {
        "kinds": list(_kinds(ctx, scope)),
        "channels": list(scope.channels),
        "levels": list(scope.levels),
        "since": scope.span.start,
    }
    if scope.span.end < ctx.clock.now() - MINUTE:
        more["until"] = scope.span.end
    return {name: value for name, value in more.items() if value}


def _of_sign(ctx: PanelContext, scope: Scope, first: bool) -> dict[str, Any]:
    """The sign on the first curve, its period on every one where it reaches until now."""
    more: dict[str, Any] = {}
    if scope.span.word != "today" and scope.span.end >= ctx.clock.now() - HOUR:
        more["hours"] = min(max((scope.span.end - scope.span.start) / HOUR, 1.0), LONGEST)
    if scope.measure.startswith("sign:") and first:
        more["sign"] = scope.measure.removeprefix("sign:").partition(":")[0]
    return more
