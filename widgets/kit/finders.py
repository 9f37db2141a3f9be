"""What the palette searches besides commands: finders answer with what they found, now or later, on Qt's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cockpit.model.ages import age
from cockpit.model.ports import Gazetteer, NamedPlace
from widgets.kit.context import PanelContext
from widgets.kit.fuzzy import score

MOST = 8
"""Found things of one finder at the most."""


@dataclass(frozen=True)
class Found:
    """One line of the palette.

    Attributes:
        title: what it is, in the language of now.
        detail: grey words after it: where, since when, or why it can not be done.
        run: what choosing it does; None for what can not be done now.
        key: key printed at the right.
        level: 1 to 5 for a badge, 0 for none; `icon` when there is no badge.
        group: id of what kind of thing it is, said at the right where there is no key.
        rank: greater is better.
        id: of a command, so that it can be remembered.
    """

    title: str
    detail: str = ""
    run: Callable[[], object] | None = None
    key: str = ""
    level: int = 0
    icon: str = ""
    group: str = ""
    rank: float = 0.0
    id: str = ""


class Finder(Protocol):
    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        """Look for `text`, which is not empty; `done` may be called before this returns."""
        ...


class EventFinder:
    """Events by kind, place, source or id, through the port `search`."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        self._ctx.search.search(text, lambda keys: done(self._lines(keys)))

    def _lines(self, keys: list[str]) -> list[Found]:
        ctx, table = self._ctx, self._ctx.picture["event"]
        found = []
        for i, key in enumerate(keys[:MOST]):
            row = table.row_of(key)
            if row is None:
                continue
            event = table.row(row)
            when = ctx.t(age(int(event["occurred"]), ctx.clock.now()))
            found.append(
                Found(
                    title=ctx.t.pack(ctx.pack.kind(event["kind"]).name),
                    detail=" · ".join(part for part in (event["place"], when) if part),
                    run=lambda key=key: ctx.selection.select("event", key),
                    level=int(event["level"]) or 5,
                    group="kit.group_event",
                    rank=40.0 - i,
                )
            )
        return found


class PlaceFinder:
    """Roads, crossings and other places of the city, through the port `gazetteer`."""

    def __init__(self, ctx: PanelContext, gazetteer: Gazetteer, go: Callable[[NamedPlace], object]) -> None:
        """
        Args:
            go: shows a place that was chosen.
        """
        self._ctx, self._gazetteer, self._go = ctx, gazetteer, go

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        self._gazetteer.places(text, lambda places: done(self._lines(text, places)))

    def _lines(self, text: str, places: list[NamedPlace]) -> list[Found]:
        return [
            Found(
                title=place.words,
                detail=self._ctx.t(f"kit.place_{place.kind}"),
                run=lambda place=place: self._go(place),
                icon="pin",
                group="kit.group_place",
                # who types a whole name means that place, else events of there come first
                rank=(60.0 if place.words == text.strip() else 30.0) - i,
            )
            for i, place in enumerate(places[:MOST])
        ]


class UnitFinder:
    """Units by their call sign."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        ctx, table = self._ctx, self._ctx.picture["unit"]
        ranked = [(score(text, name), i) for i, name in enumerate(table.text("name"))]
        best = sorted((pair for pair in ranked if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))[:MOST]
        found = []
        for rank, i in best:
            unit = table.row(i)
            found.append(
                Found(
                    title=unit["name"],
                    detail=ctx.t.pack(ctx.pack.unit_kind(unit["kind"]).name),
                    run=lambda key=unit["key"]: ctx.selection.select("unit", key),
                    icon="user",
                    group="kit.group_unit",
                    rank=rank * 0.45,
                )
            )
        done(found)
