"""What an area's colour tells: open events, rain or a vital sign, by 街道 (tier 2) or another tier. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from cockpit.model.ages import data_age
from cockpit.model.city import Pack, Text
from cockpit.model.clock import MINUTE
from cockpit.model.freshness import STALE_BEATS, Freshness, freshness
from cockpit.model.messages import Message
from cockpit.model.signs import Sign, key_of
from cockpit.model.tables import EventState
from cockpit.picture import LiveTable, Picture

EVENTS, RAIN = "events", "rain"
COLORINGS = (RAIN, EVENTS)
SIGN = "sign:"
"""Begins a colouring by a vital sign; its code follows."""
BREAKS: Mapping[str, tuple[float, ...]] = {EVENTS: (1, 3, 6, 10), RAIN: (10, 20, 35, 50)}
"""Lower ends of the steps 1 to 4; below the first is step 0."""
TIER = 2
STEPS = 5
"""街道: small enough to tell places apart, large enough to be named."""
COUNTS: Mapping[int, tuple[float, ...]] = {
    0: (50, 100, 200, 400),
    1: (10, 30, 60, 100),
    3: (1, 2, 3, 5),
    4: (1, 2, 3, 4),
}
"""Lower ends of the steps of counts where areas are of another tier: larger ones hold more."""


def breaks_of(kind: str, tier: int) -> tuple[float, ...]:
    """Lower ends of the steps 1 to 4; () for what is not coloured."""
    return COUNTS.get(tier, BREAKS[kind]) if kind == EVENTS else BREAKS.get(kind, ())


def is_coloring(kind: str) -> bool:
    """Whether areas can be coloured by it."""
    return kind in COLORINGS or (kind.startswith(SIGN) and len(kind) > len(SIGN))


class Coloring(msgspec.Struct, frozen=True):
    """What is coloured.

    Attributes:
        kind: one of `COLORINGS`, or `SIGN` and a code.
        unit: of rain, as the sensors say it; "" where there is no sensor.
        steps: by area code, 0 to 4; -1 where there is no value.
        tier: of the areas.
        ends: of a sign: where its steps begin, the lowest first; () where the kind says it.
        name: of a sign.
    """

    kind: str
    unit: Text | str = ""
    steps: Mapping[str, int] = {}
    tier: int = TIER
    ends: tuple[float, ...] = ()
    name: Text = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The lower end of each step as printed, the last one with a plus; () where there is nothing to tell."""
        ends = self.ends or (0.0, *breaks_of(self.kind, self.tier))
        words = [_short(end) for end in ends]
        return (*words[:-1], words[-1] + "+") if len(words) == STEPS else tuple(words)

    def legend(self, tier: str) -> Message:
        """What its colours tell, in words; tier: that of the areas."""
        if self.kind.startswith(SIGN):
            unit = {"zh": self.unit} if isinstance(self.unit, str) else self.unit
            name = self.name or {"zh": self.kind}
            units = {lang: unit.get(lang, unit["zh"]).rpartition("|")[2] for lang in name}
            named = {lang: with_unit(words, units[lang]) for lang, words in name.items()}
            return Message("signsui.legend", {"name": named, "tier": tier})
        return Message(f"layers.legend_{self.kind or COLORINGS[0]}", {"unit": self.unit or "mm", "tier": tier})


def with_unit(name: str, unit: str) -> str:
    """A name with the unit of its values, once where the name ends in it (Open cases)."""
    return name if name.lower().endswith(unit.lower()) else f"{name} {unit}".rstrip()


def named(coloring: Coloring, kind: str, signs: Sequence[Sign]) -> Coloring:
    """A colouring of a kind with the name and unit of its sign, where it is one that is known."""
    if not kind.startswith(SIGN):
        return msgspec.structs.replace(coloring, kind=kind)
    sign = next((one for one in signs if one.code == kind.removeprefix(SIGN)), None)
    name, unit = (sign.name, sign.unit) if sign is not None else ({}, "")
    return msgspec.structs.replace(coloring, kind=kind, name=name, unit=unit)


class AreaTree:
    """Which area of one tier a code lies in; made anew when the areas change."""

    def __init__(self, areas: LiveTable, tier: int = TIER) -> None:
        self.version, self.tier = areas.version, tier
        codes, parents = list(areas.text("code")), list(areas.text("parent"))
        tiers = areas.numbers("tier").tolist()
        self._parent = dict(zip(codes, parents, strict=True))
        self.codes = tuple(code for code, its in zip(codes, tiers, strict=True) if its == tier)
        self._known = {code: code for code in self.codes}

    def above(self, code: str) -> str:
        """The area of the tier that `code` lies in; "" for none."""
        known = self._known.get(code)
        if known is None:
            chain, at = [code], self._parent.get(code, "")
            while at and at not in self._known and len(chain) < 8:
                chain.append(at)
                at = self._parent.get(at, "")
            known = self._known.get(at, "")
            self._known.update(dict.fromkeys(chain, known))
        return known


class Values(msgspec.Struct, frozen=True):
    """What areas are coloured by.

    Attributes:
        unit: of rain, as the sensors say it; "" where there is no sensor, and of counts.
        by_area: value by area code; an area that is missing has no value.
        known: whether anything was measured at all.
    """

    unit: str = ""
    by_area: Mapping[str, float] = {}
    known: bool = True


def lively(table: LiveTable, here: np.ndarray, now: int) -> np.ndarray:
    """Those of the rows `here` (a mask) whose value is not old by its own beat; all of them where every one is old."""
    period = table.numbers("period")
    late = now - table.numbers("measured") > STALE_BEATS * np.where(period > 0, period, MINUTE)
    fresh = here & ~late
    return fresh if fresh.any() else here


def measured(kind: str, picture: Picture, tree: AreaTree, pack: Pack, now: int) -> Values:
    """The values of all areas.

    Rain is the mean of the rain gauges of an area that have a value that is not old (UTC us `now`); open events are
    counted.
    """
    if kind == EVENTS:
        table = picture["event"]
        here = table.numbers("state") == EventState.OPEN
        sums, _ = _by_area(table, here, None, tree)
        return Values("", {code: sums.get(code, 0.0) for code in tree.codes})
    table = picture["sensor"]
    gauges = _rain_gauges(table, pack)
    value = table.numbers("value")
    here = lively(table, gauges & np.isfinite(value), now)
    sums, counts = _by_area(table, here, value, tree)
    unit = str(table.value(int(np.flatnonzero(gauges)[0]), "unit")) if gauges.any() else ""
    means = {code: sums[code] / counts[code] for code in sums}
    return Values(unit, {code: means[code] for code in tree.codes if code in means}, bool(means))


def of_sign(code: str, picture: Picture, tree: AreaTree, now: int = 0) -> dict[str, float]:
    """The values of a vital sign by area code; an area without a value, or with an old one while others are not, is
    missing. now: UTC us; 0 none is old."""
    table = picture["sign"]
    value = table.numbers("value")
    rows = {area: row for area in tree.codes if (row := table.row_of(key_of(code, area))) is not None}
    here = np.zeros(len(table), dtype=bool)
    here[list(rows.values())] = True
    good = lively(table, here & np.isfinite(value), now)
    return {area: float(value[row]) for area, row in rows.items() if good[row]}


def age_of(coloring: Coloring, picture: Picture, pack: Pack, now: int) -> tuple[Message | None, bool]:
    """How old the freshest value of a colouring by rain or a sign is, and whether that is old; (None, False) where
    there is none."""
    if coloring.kind.startswith(SIGN):
        table, code = picture["sign"], coloring.kind.removeprefix(SIGN)
        rows = np.asarray(table.rows_of(key_of(code, area) for area in coloring.steps), dtype=np.int64)
    else:
        table = picture["sensor"]
        rows = np.flatnonzero(_rain_gauges(table, pack))
    rows = rows[np.isfinite(table.numbers("value")[rows])]
    if not len(rows):
        return None, False
    at = int(rows[np.argmax(table.numbers("measured")[rows])])
    last, beat = int(table.value(at, "measured")), int(table.value(at, "period")) or MINUTE
    return data_age(last, beat, now), freshness(last, beat, now) is not Freshness.LIVE


def ends_of(values: Sequence[float]) -> tuple[float, ...]:
    """Where five steps of equal width begin, round, so that they stay while values change a little; whole numbers where
    all values are."""
    low, high = min(values), max(values)
    if low >= 0 and low < high / 2:
        low = 0.0
    raw = max(high - low, abs(high) * 0.01, 1e-9) / STEPS
    scale = 10.0 ** math.floor(math.log10(raw))
    wide = scale * next(one for one in (1.0, 2.0, 2.5, 5.0, 10.0) if scale * one >= raw * 0.75)
    if wide < 1 and all(value == round(value) for value in values):
        wide = 1.0
    first = math.floor(low / wide) * wide
    return tuple(round(first + i * wide, 9) for i in range(STEPS))


def _color_by_sign(kind: str, picture: Picture, tree: AreaTree, now: int) -> Coloring:
    found = of_sign(kind.removeprefix(SIGN), picture, tree, now)
    if not found:
        return Coloring(kind, tier=tree.tier)
    ends = ends_of(list(found.values()))
    place = {code: int(np.searchsorted(ends[1:], found[code], side="right")) for code in found}
    return Coloring(kind, "", {code: place.get(code, -1) for code in tree.codes}, tree.tier, ends)


def color(kind: str, picture: Picture, tree: AreaTree, pack: Pack, now: int) -> Coloring:
    """The steps of all areas at a time (UTC us); -1 where there is no value."""
    if kind.startswith(SIGN):
        return _color_by_sign(kind, picture, tree, now)
    found = measured(kind, picture, tree, pack, now)
    if not found.known:
        return Coloring(kind, found.unit, {}, tree.tier)
    by_area, tier = found.by_area, tree.tier
    steps = {c: step_of(kind, by_area[c], tier) if c in by_area else -1 for c in tree.codes}
    return Coloring(kind, found.unit, steps, tier)


def step_of(kind: str, value: float, tier: int = TIER) -> int:
    """The step of a value, 0 to 4; -1 for none."""
    if not math.isfinite(value):
        return -1
    return int(np.searchsorted(breaks_of(kind, tier), value, side="right"))


def _rain_gauges(table: LiveTable, pack: Pack) -> np.ndarray:
    return _of_kind(table, [id for id in pack.sensor_kinds if id.startswith("rain")])


def _of_kind(table: LiveTable, kinds: Sequence[str]) -> np.ndarray:
    codes, values = table.codes("kind")
    wanted = np.fromiter((value in kinds for value in values), dtype=bool, count=len(values))
    return wanted[codes] if len(values) else np.zeros(len(codes), dtype=bool)


def _by_area(
    table: LiveTable, here: np.ndarray, value: np.ndarray | None, tree: AreaTree
) -> tuple[dict[str, float], dict[str, int]]:
    """Sums and counts of the rows `here` by area of the tree's tier; without values both are counts."""
    codes, names = table.codes("area")
    above = [tree.above(name) for name in names]
    counts = np.bincount(codes[here], minlength=len(names))
    sums = counts if value is None else np.bincount(codes[here], value[here], minlength=len(names))
    total: dict[str, float] = {}
    number: dict[str, int] = {}
    for code, amount, n in zip(above, sums.tolist(), counts.tolist(), strict=True):
        if code and n:
            total[code] = total.get(code, 0.0) + amount
            number[code] = number.get(code, 0) + n
    return total, number


def _short(value: float) -> str:
    """A number of a legend: 12,500 is 12.5k, which fits."""
    return f"{value / 1000:g}k" if abs(value) >= 10_000 else f"{value:g}"
