"""What the colour of an imported layer tells: one colour, a category each, or steps of a number. No Qt in here."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.imports.model import Column
from widgets.map.layers.shapes import values_of
from widgets.map.style import MapStyle

Codes = NDArray[np.uint8]
MOST = 8
"""Categories that are told apart; the rarer ones share a colour."""
STEPS = 5
ONE = {
    "dark": ("#9A8CD8", "#6FB093", "#C58FB5", "#8FA6BF", "#B89C78", "#5F9DB8", "#A9B26B", "#D09C9C"),
    "light": ("#6353B5", "#2F7A55", "#9A4F86", "#4B647E", "#80603A", "#2D6C8A", "#626C20", "#9C5050"),
}
"""Colours of no level and of no interaction, by theme."""
RISING = {
    "dark": ("#3A4478", "#55619E", "#7682BE", "#9DA8DB", "#CDD4F5"),
    "light": ("#C9CEEC", "#9DA5DA", "#727CC4", "#4B55A6", "#2B3482"),
}
REST = {"dark": "#5A6874", "light": "#8C9AA6"}
LEVELS: tuple[dict[str, int], ...] = (
    {"红": 1, "橙": 2, "黄": 3, "蓝": 4, "红色": 1, "橙色": 2, "黄色": 3, "蓝色": 4},
    {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅰ级": 1, "Ⅱ级": 2, "Ⅲ级": 3, "Ⅳ级": 4},
    {"一级": 1, "二级": 2, "三级": 3, "四级": 4},
    {"重大": 1, "较大": 2, "一般": 3, "低": 4, "重大风险": 1, "较大风险": 2, "一般风险": 3, "低风险": 4},
    {"极高": 1, "高": 1, "较高": 2, "中": 3, "较低": 4, "低": 4, "高风险": 1, "中风险": 3},
    {"red": 1, "orange": 2, "yellow": 3, "blue": 4, "high": 1, "medium": 3, "low": 4},
)
"""Words that say a level, 1 to 4, in sets: a column whose words are all of one set has the colours of the levels."""


class Entry(msgspec.Struct, frozen=True):
    """One line of a legend.

    Attributes:
        words: a value, or the lower end of a step; "" for the rest, and where there is one colour.
        color: #RRGGBB.
        count: features that have it.
    """

    words: str
    color: str
    count: int


class Colored(msgspec.Struct, frozen=True):
    """What is coloured how.

    Attributes:
        codes: shape (count,), index into `entries`, of each feature.
        entries: at most 255.
        steps: whether they are steps of a number, from the lowest.
    """

    codes: Codes
    entries: tuple[Entry, ...]
    steps: bool = False


def colored(count: int, column: Column | None, chosen: int, theme: str, style: MapStyle) -> Colored:
    """The colours of a layer.

    Args:
        column: what tells the colour; None for one colour.
        chosen: which of `ONE` that is.
        theme: `dark` or `light`.
    """
    tone = "light" if theme == "light" else "dark"
    if column is None:
        return Colored(np.zeros(count, dtype=np.uint8), (Entry("", ONE[tone][chosen % MOST], count),))
    if column.is_number and len(values_of(column)) > MOST:
        return _steps(column.numbers, tone)
    return _categories(column, tone, style)


def _categories(column: Column, tone: str, style: MapStyle) -> Colored:
    words = values_of(column)
    if column.is_number:
        index = np.searchsorted([float(word) for word in words], np.nan_to_num(column.numbers, nan=-np.inf))
        codes = np.where(np.isfinite(column.numbers), index, -1)
    else:
        place = {word: i for i, word in enumerate(words)}
        codes = np.array([*(place[word] for word in column.words), -1])[column.codes]
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    meant = next((known for known in LEVELS if all(word in known for word in words)), None)
    if meant is not None and len(words) <= 2 * MOST:
        order = sorted(range(len(words)), key=lambda i: meant[words[i]])
        colors = [style.fills[meant[words[i]]] for i in order]
    else:
        often = np.argsort(-counts, kind="stable")[:MOST].tolist()
        order = sorted(often) if column.is_number else often
        colors = [*ONE[tone][: len(order)]]
    to = np.full(len(words) + 1, len(order), dtype=np.uint8)
    to[order] = np.arange(len(order))
    made = to[codes]
    entries = [Entry(words[i], color, int(counts[i])) for i, color in zip(order, colors, strict=True)]
    rest = int((made == len(order)).sum())
    if rest:
        entries.append(Entry("", REST[tone], rest))
    return Colored(made, tuple(entries))


def _steps(numbers: NDArray[np.float64], tone: str) -> Colored:
    """Steps with about as many features each, their ends rounded so that a person can read them."""
    good = numbers[np.isfinite(numbers)]
    ends = np.quantile(good, np.linspace(0, 1, STEPS + 1)[1:-1])
    span = float(good.max() - good.min()) or 1.0
    digits = 1 - int(np.floor(np.log10(span)))
    ends = np.unique(np.round(ends, digits))
    codes = np.where(np.isfinite(numbers), np.searchsorted(ends, numbers, side="right"), len(ends) + 1).astype(np.uint8)
    counts = np.bincount(codes, minlength=len(ends) + 2)
    shades = [RISING[tone][round(i * (STEPS - 1) / max(len(ends), 1))] for i in range(len(ends) + 1)]
    lows = [float(good.min()), *ends.tolist()]
    entries = [Entry(f"{low:,.6g}", shades[i], int(counts[i])) for i, low in enumerate(lows)]
    if counts[-1]:
        entries.append(Entry("", REST[tone], int(counts[-1])))
    return Colored(codes, tuple(entries), steps=True)
