"""The words that lists and pages say about events: title, place, class. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cockpit.model.ages import instant
from cockpit.model.city import Pack
from cockpit.model.figures import figure
from cockpit.model.messages import Texts
from widgets.lists.areas import AreaTree

SEPARATOR = " · "


def number(value: float) -> str:
    """A number as read by people: thousands apart, no more than two digits after the point."""
    return figure(value) if float(value).is_integer() else figure(value, 2).rstrip("0").rstrip(".")


def clock_time(us: int, now_us: int) -> str:
    """HH:MM:SS in Shanghai, with month and day when it is not today."""
    return instant(us, now_us)


def unit_words(unit: Any, t: Texts) -> str:
    """The unit of a number: cm as it is, 人 in the language of `t`; "" where that language says none (辆)."""
    if isinstance(unit, Mapping):
        unit = unit.get(t.lang, unit.get("zh"))
    return unit if isinstance(unit, str) else ""


def joined(*parts: str) -> str:
    return SEPARATOR.join(part for part in parts if part)


class EventWords:
    """Says events in the language of `t`.

    Attributes:
        t: the texts.
        pack: names of kinds and channels.
        areas: names of areas.
    """

    def __init__(self, t: Texts, pack: Pack, areas: AreaTree) -> None:
        self.t = t
        self.pack = pack
        self.areas = areas

    def title(self, kind: str, amount: float) -> str:
        """Kind and amount: 道路积水 62 cm; an amount of zero is left out."""
        known = self.pack.kind(kind)
        name = self.t.pack(known.name)
        if math.isnan(amount) or not amount or not known.fact:  # an accident with nobody hurt is an accident
            return name
        return f"{name} {number(amount)} {unit_words(known.unit, self.t)}".rstrip()

    def place(self, row: Mapping[str, Any], short: bool = False) -> str:
        """Crossing or address, and the street 街道 it lies in; `short` says 闸弄口 for 闸弄口街道."""
        street = self.areas.street(row["area"])
        if short and len(street) > 3:
            street = street.removesuffix("街道")
        return joined(row["place"], street) or self.t("lists.no_place")

    def class_path(self, kind: str) -> str:
        """大类 / 小类."""
        known = self.pack.kind(kind)
        if not known.known:
            return self.t("lists.unknown_class", code=kind)
        return f"{self.t.pack(known.group)} / {self.t.pack(known.name)}"

    def group(self, kind: str) -> str:
        known = self.pack.kind(kind)
        return self.t.pack(known.group) if known.known else self.t("lists.unknown_class", code=kind)

    def channel(self, id: str) -> str:
        return self.t.pack(self.pack.channel(id)) if id else self.t("lists.no_channel")


def event_id(key: str) -> str:
    """The id at the source, of `<feed>/<id>`."""
    return key.partition("/")[2] or key
