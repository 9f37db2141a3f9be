"""The vital signs as the panel needs them: definitions, items by area, what lies below an area, the parts. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.model.freshness import Freshness, freshness
from cockpit.model.signs import Sign, SignSet, Theme, key_of
from cockpit.picture import LiveTable
from widgets.lists.areas import AreaTree

Rows = NDArray[np.int64]
NO_ROW = -1


@dataclass(frozen=True)
class Item:
    """One item with its live value; NaN where there is none.

    Attributes:
        sign: its definition. area: code; part: what of it, "" all.
        level: 1 to 4, 0 within bounds. measured, period, ahead: UTC us and us.
        previous, year: one period and a year ago. n: of how many things it was made.
    """

    key: str
    sign: Sign
    area: str
    part: str = ""
    value: float = math.nan
    level: int = 0
    measured: int = 0
    period: int = 0
    previous: float = math.nan
    year: float = math.nan
    forecast: float = math.nan
    ahead: int = 0
    accuracy: float = math.nan
    n: int = 0

    @property
    def known(self) -> bool:
        return math.isfinite(self.value) and self.measured > 0

    def freshness(self, now: int) -> Freshness:
        """By its own beat; a value that never was is waiting."""
        return freshness(self.measured, self.period, now) if self.known else Freshness.WAITING

    def old(self, now: int) -> bool:
        return self.freshness(now) in (Freshness.STALE, Freshness.DEAD)


def split_key(key: str) -> tuple[str, str, str]:
    """Code, area and part of a key; "" for what it does not say."""
    rest = key.removeprefix("sign/")
    code, _, place = rest.partition("@")
    area, _, part = place.partition("#")
    return code, area, part


class Definitions:
    """What a set of definitions says, by code and in order; made anew when the set is another.

    Attributes:
        known: the set. signs: in the order of the tree. at: place in it by code.
        themes: (theme, depth), each after what it hangs on.
    """

    def __init__(self, known: SignSet) -> None:
        self.known = known
        self.themes: tuple[tuple[Theme, int], ...] = tuple(_walked(known.themes))
        place = {theme.code: i for i, (theme, _) in enumerate(self.themes)}
        self.signs = sorted(known.signs, key=lambda sign: place.get(sign.theme, len(place)))
        self.at = {sign.code: i for i, sign in enumerate(self.signs)}
        self._themes = {theme.code: theme for theme, _ in self.themes}

    def theme(self, code: str) -> Theme | None:
        return self._themes.get(code)

    def branch(self, code: str) -> list[Theme]:
        """The theme and what it hangs on, the topmost first."""
        found: list[Theme] = []
        while (theme := self._themes.get(code)) is not None and theme not in found:
            found.insert(0, theme)
            code = theme.parent
        return found

    def sign(self, code: str) -> Sign:
        """The definition of a code; one that is not known (yet) has its code for a name."""
        at = self.at.get(code)
        return self.signs[at] if at is not None else Sign(code, {"zh": code}, "")

    @cached_property
    def above(self) -> dict[str, tuple[str, ...]]:
        """Codes of a theme and of all that it hangs on."""
        return {code: tuple(theme.code for theme in self.branch(code)) for code in self._themes}


def _walked(themes: tuple[Theme, ...]) -> Iterator[tuple[Theme, int]]:
    codes = {theme.code for theme in themes}
    below: dict[str, list[Theme]] = {}
    for theme in themes:
        parent = theme.parent if theme.parent in codes and theme.parent != theme.code else ""
        below.setdefault(parent, []).append(theme)
    seen: set[str] = set()

    def walk(parent: str, depth: int) -> Iterator[tuple[Theme, int]]:
        for theme in below.get(parent, ()):
            if theme.code not in seen:
                seen.add(theme.code)
                yield theme, depth
                yield from walk(theme.code, depth + 1)

    yield from walk("", 0)
    for theme in themes:  # a ring hangs on nothing: it is shown all the same
        if theme.code not in seen:
            seen.add(theme.code)
            yield theme, 0


class SignBoard:
    """Reads definitions and the live table.

    Attributes:
        table: the picture's. areas: the tree. city: code of the whole.
        told: the definitions; set by `take`.
    """

    def __init__(self, table: LiveTable, areas: AreaTree, city: str) -> None:
        self.table, self.areas, self.city = table, areas, city
        self.told = Definitions(SignSet())

    def take(self, known: SignSet) -> bool:
        """Takes other definitions; whether they are other."""
        if known is self.told.known or (known.version, known.signs) == (self.told.known.version, self.told.known.signs):
            return False
        self.told = Definitions(known)
        return True

    def item(self, key: str) -> Item:
        """An item; one that is not in the table has no value."""
        row = self.table.row_of(key)
        if row is None:
            code, area, part = split_key(key)
            return Item(key, self.told.sign(code), area, part)
        return self.item_at(row)

    def item_at(self, row: int) -> Item:
        return self.item_of(self.table.row(row))

    def item_of(self, row: dict[str, Any]) -> Item:
        """The item of a row of the table."""
        return Item(
            key=row["key"],
            sign=self.told.sign(row["code"]),
            area=row["area"],
            part=row["part"],
            **{name: row[name] for name in _NUMBERS},
        )

    def row(self, code: str, area: str) -> int:
        """Row of a sign in an area, `NO_ROW` none."""
        row = self.table.row_of(key_of(code, area))
        return NO_ROW if row is None else row

    def rows_below(self, area: str) -> Rows:
        """Rows of all items of an area and of what lies in it, parts among them."""
        codes, names = self.table.codes("area")
        if area == self.city:
            return np.arange(len(codes))
        wanted = self.areas.inside(area)
        here = np.fromiter((name in wanted for name in names), dtype=np.bool_, count=len(names))
        return np.flatnonzero(here[codes]) if len(names) else np.zeros(0, dtype=np.int64)

    def in_areas(self, code: str, area: str) -> list[Item]:
        """A sign in the areas right below: those that have an item."""
        found = (self.row(code, child.code) for child in self.areas.children(area))
        return [self.item_at(row) for row in found if row != NO_ROW]

    def parts(self, code: str, area: str) -> list[Item]:
        """What a sign of an area is made of, the greatest first."""
        codes, _ = self.table.codes("area")
        at = self.table.code("area", area)
        if at < 0:
            return []
        words, parts = self.table.text("code"), self.table.text("part")
        rows = (row for row in np.flatnonzero(codes == at).tolist() if words[row] == code and parts[row])
        items = [self.item_at(row) for row in rows]
        return sorted(items, key=lambda one: (not one.known, -one.value if one.known else 0.0, one.part))


_NUMBERS = (
    "value", "level", "measured", "period", "previous", "year", "forecast", "ahead", "accuracy", "n",
)  # fmt: skip
