"""What a leader's palette finds besides commands: areas and topics, both as steps of the way."""

from __future__ import annotations

from collections.abc import Callable

from widgets.kit.context import PanelContext
from widgets.kit.finders import MOST, Found
from widgets.kit.fuzzy import score
from widgets.leader.ground import open_topic, topics_of
from widgets.lists.areas import AreaTree

DEEPEST = 2
"""Tier of the smallest areas that are found: streets. Of smaller ones there are thousands."""


class AreaFinder:
    """Areas by name or code; choosing one looks at it."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx
        self._areas = AreaTree(ctx.picture["area"])

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        table = self._ctx.picture["area"]
        found: list[tuple[float, Found]] = []
        rows = zip(table.text("code"), table.text("name"), table.numbers("tier").tolist(), strict=True)
        for code, name, tier in rows:
            if tier > DEEPEST or not name:
                continue
            fits = score(text, name, code)
            if fits > 0:
                within = " › ".join(area.name for area in self._areas.path(code)[1:-1])
                rank = fits + 8 - 2 * tier
                found.append((rank, Found(name, within, lambda code=code: self._go(code), icon="pin",
                                          group="leader.group_area", rank=rank)))  # fmt: skip
        found.sort(key=lambda pair: -pair[0])
        done([one for _, one in found[:MOST]])

    def _go(self, code: str) -> None:
        drill = self._ctx.drill
        if drill is not None:
            drill.push(drill.scope.with_(area="" if code == self._ctx.pack.code else code))


class TopicFinder:
    """Topics by name; choosing one opens its page."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        ctx = self._ctx
        found = []
        for topic in topics_of(ctx).topics:
            fits = score(text, *topic.name.values(), topic.id)
            if fits > 0:
                go = lambda id=topic.id: open_topic(ctx, id)  # noqa: E731
                found.append(
                    Found(ctx.t.pack(topic.name), "", go, icon=topic.icon, group="leader.topic", rank=fits + 10)
                )
        done(found)
