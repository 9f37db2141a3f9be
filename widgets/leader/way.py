"""The way that was walked in words: a crumb a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from cockpit.model.scope import Scope
from cockpit.model.scopewords import measure_words, step_words
from widgets.kit.context import PanelContext
from widgets.leader.ground import topics_of
from widgets.lists.areas import AreaTree


class Crumb(NamedTuple):
    """A step's words, and how deep it lies in the way."""

    words: str
    depth: int


class Names(Mapping[str, str]):
    """Names of areas, units and signs by what a scope says."""

    def __init__(self, ctx: PanelContext, areas: AreaTree) -> None:
        self._ctx, self._areas = ctx, areas

    @cached_property
    def _signs(self) -> dict[str, str]:
        signs = self._ctx.signs.known.signs if self._ctx.signs is not None else ()
        return {sign.code: self._ctx.t.pack(sign.name) for sign in signs}

    def __getitem__(self, code: str) -> str:
        area = self._areas.get(code)
        if area is not None:
            return area.name
        if code in self._signs:
            return self._signs[code]
        row = self._ctx.picture["unit"].row_of(code)
        if row is None:
            raise KeyError(code)
        return str(self._ctx.picture["unit"].row(row)["name"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._signs)  # areas and units are looked up, nobody walks them

    def __len__(self) -> int:
        return len(self._signs)


def crumbs(ctx: PanelContext, areas: AreaTree) -> list[Crumb]:
    """The first is 全市; each other one what is another in it."""
    drill = ctx.drill
    if drill is None:
        return []
    names, t, now = Names(ctx, areas), ctx.t, ctx.clock.now()
    found, before = [], None
    for depth, scope in enumerate(drill.way):
        if before is None:
            found.append(Crumb(_home(ctx, scope, names), depth))
        else:
            topic = _topic_words(ctx, before, scope)
            found.append(Crumb(topic or step_words(before, scope, ctx.pack, names, t, now), depth))
        before = scope
    return found


def _home(ctx: PanelContext, scope: Scope, names: Names) -> str:
    area = names.get(scope.area, scope.area) if scope.area else ctx.t("leader.whole_city")
    return area if scope.measure == "count" else f"{area} · {measure_words(scope.measure, ctx.t, names)}"


def _topic_words(ctx: PanelContext, before: Scope, scope: Scope) -> str:
    """The name of a topic whose records a step leads to."""
    if not (scope.kinds or scope.channels) or (scope.kinds, scope.channels) == (before.kinds, before.channels):
        return ""
    for topic in topics_of(ctx).topics:
        if topic.scope(scope) == scope:
            return ctx.t.pack(topic.name)
    return ""
