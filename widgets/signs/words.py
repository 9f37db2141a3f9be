"""The words that panel, page and export say about vital signs. No Qt."""

from __future__ import annotations

import math
import re
from typing import Any

from cockpit.model import ages
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.figures import figure
from cockpit.model.messages import Message, Texts
from cockpit.model.signs import Sign, Threshold, compared_span
from widgets.lists.areas import AreaTree
from widgets.lists.words import joined
from widgets.signs.board import Definitions, Item

UP, DOWN, SAME = "↑", "↓", "→"
STAGES = frozenset(("intake", "filed", "assigned", "handling", "feedback", "check", "closed", "rated"))
INPUTS = ("events", "cases", "orders", "units", "cameras", "alerts", "feeds", "alarms", "signs", "import")
LACKING = ("cases", "orders", "events", "sensors")
_HOURS = re.compile(r"\b(\d+)h\b")
"""How long a measure sums up."""


class SignWords:
    """Says signs in the language of `t`.

    Attributes:
        t: the texts. pack: names of kinds, channels and feeds. areas: names of areas.
    """

    def __init__(self, t: Texts, pack: Any, areas: AreaTree) -> None:
        self.t, self.pack, self.areas = t, pack, areas

    # -- names

    def name(self, sign: Sign) -> str:
        return self.t.pack(sign.name)

    def owner(self, sign: Sign) -> str:
        return self.t.pack(sign.owner) if sign.owner.get("zh") else ""

    def area(self, code: str) -> str:
        area = self.areas.get(code)
        if code == self.pack.code and self.t.lang != "zh":
            return self.t.pack(self.pack.name)
        return area.name if area is not None else self.t.pack(self.pack.name) if code == self.pack.code else code

    def part(self, item: Item) -> str:
        """A part by what the composition is by: a class, a channel, a feed, an area, else as it is written."""
        t, pack, part = self.t, self.pack, item.part
        if not part:
            return ""
        by = item.sign.parts
        if by == "channel":
            return t.pack(pack.channel(part))
        if by == "feed":
            feed = pack.feed(part)
            return t.pack(feed.name) if feed is not None else part
        if by == "kind":
            for known in (pack.kinds, pack.sensor_kinds, pack.unit_kinds):
                if part in known:
                    return t.pack(known[part].name)
        if by == "area":
            return self.area(part)
        if by == "stage" and part in STAGES:
            return t(f"cases.stage_{part}")
        return t("signsui.part_none") if part in ("-", "?") else part

    def title(self, item: Item, area: bool = False) -> str:
        """Name, part and (where wanted) area of an item."""
        return joined(self.name(item.sign), self.part(item), self.area(item.area) if area else "")

    def branch(self, told: Definitions, sign: Sign) -> str:
        return " › ".join(self.t.pack(theme.name) for theme in told.branch(sign.theme))

    # -- values

    def value(self, sign: Sign, value: float) -> str:
        return figure(value, sign.decimals) if math.isfinite(value) else self.t("signsui.no_value")

    def unit(self, sign: Sign, value: float | None = None) -> str:
        return self.t.unit(sign.unit, value)

    def with_unit(self, sign: Sign, value: float) -> str:
        """Value and unit, 尚无数据 for none."""
        if not math.isfinite(value):
            return self.t("signsui.no_value")
        gap = "" if sign.unit in ("%", "‰") else " "
        return f"{self.value(sign, value)}{gap}{self.unit(sign, value)}".rstrip()

    def change(self, item: Item, before: float) -> tuple[str, str]:
        """How a value changed: its sign (↑ ↓ →), and by how much in words; ("", "–") where one of them is not known.

        Of shares the difference in points, else in percent of what was, or by itself where that was nothing.
        """
        if not (item.known and math.isfinite(before)):
            return "", "–"
        by = item.value - before
        if abs(by) < 0.5 * 10.0**-item.sign.decimals:
            return SAME, self.t("signsui.same")
        arrow = UP if by > 0 else DOWN
        if item.sign.unit == "%":
            return arrow, self.t("signsui.points", n=f"{abs(by):,.{max(item.sign.decimals, 1)}f}")
        if before:
            share = abs(by / before) * 100
            return arrow, f"{share:,.0f}%" if share >= 10 else f"{share:.1f}%"
        return arrow, self.with_unit(item.sign, abs(by))

    def turn(self, item: Item, before: float) -> str:
        """Whether a change is for the better, in words; "" where the sign has no direction, or nothing changed."""
        arrow, _ = self.change(item, before)
        if arrow not in (UP, DOWN) or item.sign.direction not in ("up", "down"):
            return ""
        better = (arrow == UP) == (item.sign.direction == "up")
        return self.t("signsui.better" if better else "signsui.worse")

    # -- what is said of an item

    def age(self, item: Item, now: int) -> str:
        """尚无数据, its age, or that it stopped; by its own beat."""
        if not item.known:
            return self.t("signsui.no_value")
        return self.t(ages.data_age(item.measured, item.period, now))

    def mark(self, sign: Sign) -> str:
        """实测, or 上报 with where it came from and for which period."""
        if sign.origin != "reported":
            return self.t("signsui.measured")
        return joined(self.t("signsui.reported"), self.t.unit(sign.source), self.t.unit(sign.period))

    def level(self, level: int) -> str:
        return self.t(f"lists.level_{level}") if level else self.t("signsui.within")

    def earlier(self, sign: Sign, which: str, before: float) -> str:
        """What a value was one span ago (`change`), or a year ago (`year`): 1 小时前 54 cm."""
        value = self.with_unit(sign, before)
        if which == "year":
            return self.t("signsui.was_year", value=value)
        return self.t("signsui.was_change", span=ages.span(compared_span(sign.every)), value=value)

    def missing(self, sign: Sign, unfed: bool = False) -> str:
        """Why there is no value, in a sentence; unfed: nothing is connected that it could be made from."""
        if unfed and sign.origin != "reported":
            return self.t("signsui.why_nothing")
        if sign.origin == "reported" or sign.input == "import":
            return self.t("signsui.why_import")
        if sign.formula and not sign.input:
            return self.t("signsui.why_formula", formula=sign.formula)
        if not sign.input:
            return self.t("signsui.why_nothing")
        return self.t("signsui.why_silent", input=self.input(sign))

    def lacking(self, sign: Sign, unfed: bool = False) -> str:
        """Why there is no value, in a few words for a tile; as `missing`."""
        if sign.origin == "reported" or sign.input == "import":
            return self.t("signsui.lacks_import")
        if unfed or (not sign.input and not sign.formula):
            return self.t("signsui.lacks_source")
        if found := _HOURS.search(sign.measure):
            return self.t("signsui.lacks_hours", n=int(found[1]))
        kind = sign.input.partition(":")[0]
        return self.t(f"signsui.lacks_{kind}" if kind in LACKING else "signsui.lacks_data")

    def input(self, sign: Sign) -> str:
        """Where values come from, in words."""
        kind, _, which = sign.input.partition(":")
        if kind == "sensors":
            known = self.pack.sensor_kinds.get(which)
            return joined(self.t("signsui.input_sensors"), self.t.pack(known.name) if known else which)
        if kind == "feed":
            feed = self.pack.feed(which)
            return joined(self.t("signsui.input_feed"), self.t.pack(feed.name) if feed is not None else which)
        if kind in INPUTS:
            return self.t(f"signsui.input_{kind}")
        return sign.input or self.t("signsui.input_formula")

    def forecast(self, item: Item) -> tuple[str, str]:
        """What is expected with its unit, and for when and how sure; ("", "") where nothing is."""
        if not math.isfinite(item.forecast) or item.ahead <= 0:
            return "", ""
        note = [self.t("signsui.ahead", span=_rounded(item.ahead))]
        sure = item.accuracy
        note.append(
            self.t("signsui.accuracy", n=f"{sure * 100:.0f}") if math.isfinite(sure) else self.t("signsui.no_accuracy")
        )
        return self.with_unit(item.sign, item.forecast), joined(*note)

    def bound(self, sign: Sign, threshold: Threshold) -> str:
        """≥ 30 cm, or < 80%, or both ends of a band."""
        ends = []
        if threshold.below is not None:
            ends.append(f"< {self.with_unit(sign, threshold.below)}")
        if threshold.above is not None:
            ends.append(f"> {self.with_unit(sign, threshold.above)}")
        return self.t("signsui.or").join(ends) or "–"

    def target(self, sign: Sign) -> str:
        """What is aimed at, with the side that is good."""
        if sign.target is None:
            return ""
        side = {"up": "≥ ", "down": "≤ "}.get(sign.direction, "")
        return side + self.with_unit(sign, sign.target)

    def met(self, item: Item) -> str:
        """Whether the target is met, in words; "" where that can not be said."""
        sign = item.sign
        if sign.target is None or not item.known or sign.direction not in ("up", "down"):
            return ""
        good = item.value >= sign.target if sign.direction == "up" else item.value <= sign.target
        return self.t("signsui.met" if good else "signsui.missed")


def _rounded(us: int) -> Message:
    """A span to come as people say it: 90 minutes stay minutes."""
    if us % HOUR and us < 3 * HOUR:
        return Message("kit.span_minutes", {"n": max(1, round(us / MINUTE))})
    return ages.span(us)
