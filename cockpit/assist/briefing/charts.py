"""The charts of a briefing: bars side by side, and the course of a figure. Plain ink on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from cockpit.assist.briefing.drawing import Box, Drawing, Item, Lines, Words, cut, width_of

INK, GREY, PALE, GRID = "#15202A", "#526270", "#A9B7C3", "#D5DDE4"
BLUE, RED = "#1F4E79", "#B7211A"
WIDTH = 453.0
"""Points between the margins of A4."""
_ROW = 15.5
_MOST_LABELS = 14


class Bar(msgspec.Struct, frozen=True):
    """One bar. `value` None: no data. `before`: marked on it."""

    name: str
    value: float | None
    said: str
    before: float | None = None
    link: str = ""


def bars(rows: Sequence[Bar], before: str = "", width: float = WIDTH, says: str = "") -> Drawing:
    """Bars that lie, the name before, the number behind them.

    Args:
        before: what a mark on a bar means, "" there are none.
    """
    names = min(width * 0.36, max((width_of(row.name, 8.5) for row in rows), default=0) + 8)
    numbers = max((width_of(row.said, 8.5, True) for row in rows), default=0) + 8
    room = width - names - numbers
    most = max((max(row.value or 0, row.before or 0) for row in rows), default=0) or 1
    items: list[Item] = [Lines(((names, 2), (names, 4 + _ROW * len(rows))), PALE, 0.6)]
    for i, row in enumerate(rows):
        y = 4 + _ROW * i
        items.append(Words(names - 6, y + 10.5, cut(row.name, names - 8, 8.5), 8.5, INK, anchor="right"))
        long = max(row.value or 0, 0) / most * room
        if long > 0:
            items.append(Box(names, y + 3, long, _ROW - 6, BLUE, row.link))
        if before and row.before is not None:
            x = names + row.before / most * room
            items.append(Lines(((x, y + 1.5), (x, y + _ROW - 1.5)), RED, 1.2))
        after, wide = long, width_of(row.said, 8.5, True)
        if before and row.before is not None:
            mark = row.before / most * room
            if after - 2 < mark < after + wide + 9:  # the number stands beside the mark, not on it
                after = mark
        colour = INK if row.value is not None else GREY
        items.append(Words(names + after + 5, y + 10.5, row.said, 8.5, colour, True, link=row.link))
    height = 8 + _ROW * len(rows)
    if before:
        wide = width_of(before, 7.5)
        items.append(Lines(((width - wide - 7, height + 2), (width - wide - 7, height + 9)), RED, 1.2))
        items.append(Words(width, height + 8.5, before, 7.5, GREY, anchor="right"))
        height += 12
    return Drawing(width, height, tuple(items), says)


def course(
    names: Sequence[str],
    values: Sequence[float | None],
    before: Sequence[float | None],
    links: Sequence[str],
    legend: tuple[str, str],
    unit: str = "",
    width: float = WIDTH,
    height: float = 128.0,
    says: str = "",
    whole: bool = True,
) -> Drawing:
    """The course of a figure: columns of what is told, a dashed line of what it is compared with.

    Args:
        names: of the buckets; as many as fit are printed.
        legend: what the columns are, and what the line is.
        whole: values are counts.
    """
    known = [one for one in (*values, *before) if one is not None]
    top, step = _scale(max(known, default=0), whole)
    left = max(width_of(_tick(n * step, step), 7.5) for n in range(round(top / step) + 1)) + 8
    above, below = 16.0, 18.0
    room, tall = width - left - 2, height - above - below

    def y(value: float) -> float:
        return above + tall * (1 - max(value, 0) / top)

    items: list[Item] = []
    for n in range(round(top / step) + 1):
        at = y(n * step)
        items.append(Lines(((left, at), (width, at)), GRID if n else PALE, 0.4 if n else 0.8))
        items.append(Words(left - 5, at + 2.7, _tick(n * step, step), 7.5, GREY, anchor="right"))
    count = max(len(names), 1)
    pitch = room / count
    wide = min(pitch * 0.66, 26)
    every = max(
        1, math.ceil(count / _MOST_LABELS), math.ceil(max((width_of(n, 7.5) for n in names), default=1) / pitch)
    )
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        middle = left + pitch * (i + 0.5)
        if value is not None and value > 0:
            items.append(Box(middle - wide / 2, y(value), wide, y(0) - y(value), BLUE, links[i] if links else ""))
        if i % every == 0:
            items.append(Words(middle, height - 6, name, 7.5, GREY, anchor="middle"))
    run: list[tuple[float, float]] = []
    for i, one in enumerate((*before[:count], None)):
        if one is not None:
            run.append((left + pitch * (i + 0.5), y(one)))
        elif len(run) > 1:
            items.append(Lines(tuple(run), RED, 1.1, dashed=True))
            run = []
        else:
            run = []
    x = left
    items += [Box(x, 3, 9, 6, BLUE), Words(x + 12, 9, legend[0], 7.5, GREY)]
    if any(one is not None for one in before):
        x += 12 + width_of(legend[0], 7.5) + 14
        items += [Lines(((x, 6), (x + 14, 6)), RED, 1.1, dashed=True), Words(x + 18, 9, legend[1], 7.5, GREY)]
    if unit:
        items.append(Words(width, 9, unit, 7.5, GREY, anchor="right"))
    return Drawing(width, height, tuple(items), says)


def _scale(most: float, whole: bool) -> tuple[float, float]:
    """The end of an axis that begins at 0, and its step: 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return (1.0, 1.0) if whole else (1.0, 0.5)
    step = 10.0 ** math.floor(math.log10(most / 4)) if most > 0 else 1.0
    for times in (1, 2, 5, 10):
        if most / (step * times) <= 5:
            step *= times
            break
    if whole:
        step = max(step, 1.0)
    return step * math.ceil(most / step - 1e-9), step


def _tick(value: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step))) if step < 1 else 0
    return f"{value:.{decimals}f}"
