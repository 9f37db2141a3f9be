"""What the palette searches besides commands: finders answer with what they found, now or later, on Qt's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cockpit.model.ages import age
from cockpit.model.ports import Gazetteer, NamedPlace
from widgets.kit.context import PanelContext

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
    """Roads, crossings, areas and other places of the city, through the port `gazetteer`."""

    def __init__(
        self,
        ctx: PanelContext,
        gazetteer: Gazetteer,
        go: Callable[[NamedPlace], object],
        middle: Callable[[], tuple[float, float] | None] = lambda: None,
    ) -> None:
        """
        Args:
            go: shows a place that was chosen.
            middle: of what the map shows now, WGS-84: of places that fit alike the nearer ones come first.
        """
        self._ctx, self._gazetteer, self._go, self._middle = ctx, gazetteer, go, middle

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        self._gazetteer.places(text, lambda places: done(self._lines(text, places)), self._middle())

    def _lines(self, text: str, places: list[NamedPlace]) -> list[Found]:
        return [
            Found(
                title=place.words,
                detail=" · ".join(part for part in (self._ctx.t(f"kit.place_{place.kind}"), place.within) if part),
                run=lambda place=place: self._go(place),
                icon="pin",
                group="kit.group_place",
                # who types a whole name means that place, else events of there come first
                rank=(60.0 if place.words == text.strip() else 30.0) - i,
            )
            for i, place in enumerate(places[:MOST])
        ]


class UnitFinder:
    """Units by their call sign, through the port `search`."""

    def __init__(self, ctx: PanelContext) -> None:
        self._ctx = ctx

    def find(self, text: str, done: Callable[[list[Found]], None]) -> None:
        self._ctx.search.units(text, lambda best: done(self._lines(best)))

    def _lines(self, best: list[tuple[str, float]]) -> list[Found]:
        ctx, table = self._ctx, self._ctx.picture["unit"]
        found = []
        for key, rank in best[:MOST]:
            unit = table.get(key)
            if unit is None:
                continue
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
        return found
