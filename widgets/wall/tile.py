"""A vital sign as a tile: name, level, its value with the unit, what it did lately, what it is held against."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets.charts.scale import Curve
from widgets.kit.theme import Theme
from widgets.signs.board import Item
from widgets.wall.lines import draw_spark
from widgets.wall.paint import broken, draw_lines, draw_mark, draw_old, draw_value, draw_words
from widgets.wall.signed import bounds_of, level
from widgets.wall.sizes import FIGURE_EM, WallType, wide

WIDE, HIGH = 13.6, 4.6
"""Rows of type that a tile wants."""
LEAST_WIDE, LEAST_HIGH = 7.5, 3.1
_ADDED = re.compile(r"\s*[(（][^()（）]*[)）]$")
"""What a name says in brackets at its end: 积水点数(≥10 cm)."""


@dataclass(frozen=True)
class Tile:
    """What a tile says.

    Attributes:
        name, value, unit: as printed; value is 尚无数据 where there is none.
        goal, compared: under it; age: instead of the goal where the value is old, else "". fresh: its age, else.
        bound: the goal in short. why: there is no value.
    """

    item: Item
    name: str
    value: str
    unit: str
    goal: str = ""
    compared: str = ""
    age: str = ""
    fresh: str = ""
    bound: str = ""
    why: str = ""
    curve: Curve = field(default_factory=Curve)


def alike(one: Tile, other: Tile) -> bool:
    """Whether two tiles are painted alike."""
    return (
        one.curve is other.curve
        and level(one.item) == level(other.item)
        and (one.name, one.value, one.unit, one.goal, one.compared, one.age, one.fresh, one.why)
        == (other.name, other.value, other.unit, other.goal, other.compared, other.age, other.fresh, other.why)
    )


def draw_tile(painter: QPainter, box: QRectF, tile: Tile, kind: WallType, theme: Theme, named: bool = True) -> None:
    """Paints it into `box`, which has its padding already; what has no room is left out, the value last.

    Args:
        named: with its name and badge above.
    """
    item, old = tile.item, bool(tile.age)
    at = level(item)
    side = kind.row * 0.96
    title_h = kind.panel * 1.3 if named else 0.0
    foot_h = kind.min * 1.3
    said = bool(tile.goal or tile.compared or tile.age or tile.fresh)
    room = box.height() - title_h - (foot_h if said else 0.0)
    under = said and room >= kind.row * FIGURE_EM * 1.25
    figure = kind.figure
    if under:
        figure = round(max(min(figure, room / (FIGURE_EM * 1.12)), kind.row))
    elif box.height() < title_h + kind.row * FIGURE_EM * 1.25:
        _one_line(painter, box, tile, kind, theme)
        return
    else:
        figure = round(max(min(figure, (box.height() - title_h) / (FIGURE_EM * 1.2)), kind.row))
    aged = not tile.fresh
    if named:
        row = QRectF(box.left(), box.top(), box.width() - (side + kind.gap if at else 0), title_h)
        told = tile.age or tile.fresh
        beside = wide(told, kind.min) + kind.gap * 1.5 if told else 0.0
        must = beside if not under else 0.0  # no value is without its age
        name = row.adjusted(0, 0, -min(must, row.width() - kind.row * 2), 0)
        lines = [] if must else _two_lines(tile.name, row.width(), kind.panel)
        if under and lines and room - title_h >= figure * FIGURE_EM * 1.12:
            for line in lines:
                draw_words(painter, name, line, kind.panel, theme.t1)
                name.translate(0, title_h)
            title_h *= 2
            took = row.width()
        else:
            words = fitting(tile.name, name.width(), kind.panel)
            took = draw_words(painter, name, words, kind.panel, theme.t1) + kind.gap * 1.5
        if told and (must or not tile.age) and took + wide(told, kind.min) <= row.width() + 1:
            draw_words(painter, row.adjusted(took, 0, kind.gap, 0), told, kind.min, theme.t1 if tile.age else theme.t2)
            aged = True
        draw_mark(painter, QRectF(box.right() - side, row.center().y() - side / 2, side, side), at, theme)
    middle = QRectF(box.left(), box.top() + title_h, box.width(), box.height() - title_h - (foot_h if under else 0))
    ink = theme.level(at) if at else theme.t2 if old else theme.t1
    if not item.known:
        _paint_none(painter, box.adjusted(0, title_h, 0, 0), tile, kind, theme)
        return
    want = wide(tile.value, figure, True) + wide(tile.unit, max(kind.min, figure * 0.46)) + figure * 0.2
    badge = side + kind.gap if at and not named else 0.0
    share = 1.0 if middle.width() < LEAST_WIDE * kind.row * 1.25 or not tile.curve.known else 0.62
    room = max(min(want, middle.width() * share), middle.width() * 0.4) if share < 1 else middle.width() - badge
    draw_value(
        painter,
        QRectF(middle.left(), middle.top(), room, middle.height()),
        tile.value,
        tile.unit,
        figure,
        ink,
        theme.t2,
        kind.min,
    )
    if badge:
        draw_mark(painter, QRectF(middle.right() - side, middle.top() + kind.gap / 2, side, side), at, theme)
    if share < 1:
        left = middle.left() + max(room, middle.width() * 0.52) + kind.gap
        spark = QRectF(left, middle.top(), middle.right() - left - badge, middle.height())
        high = min(spark.height() * 0.86, spark.width() * 0.62)
        spark = QRectF(spark.left(), spark.center().y() - high / 2, spark.width(), high)
        draw_spark(painter, spark, tile.curve, bounds_of(item.sign), theme, kind.line, old)
    if under:
        _foot(painter, QRectF(box.left(), box.bottom() - foot_h, box.width(), foot_h), tile, kind, theme, aged)


def _paint_none(painter: QPainter, box: QRectF, tile: Tile, kind: WallType, theme: Theme) -> None:
    """That there is no value, and why as far as there is room; in one line the reason alone."""
    high = kind.row * 1.4
    if tile.why and box.height() < high + kind.min * 1.3:
        draw_words(painter, box, tile.why, kind.min, theme.t2)
        return
    draw_words(painter, QRectF(box.left(), box.top(), box.width(), high), tile.value, kind.row, theme.t2)
    draw_lines(painter, box.adjusted(0, high, 0, 0), tile.why, kind.min, theme.t2)


def fitting(name: str, width: float, px: float) -> str:
    """A name; without what it says in brackets at its end where that alone has no room."""
    short = _ADDED.sub("", name)
    return short if short and wide(name, px) > width >= wide(short, px) else name


def _two_lines(name: str, width: float, px: float) -> list[str]:
    """A name that is too wide for one line as two, what stands in brackets kept together; [] where one line holds it,
    or two do not either."""
    if wide(name, px) <= width:
        return []
    short = _ADDED.sub("", name)
    lines = [short, name[len(short) :].strip()]
    if short == name or wide(short, px) > width:
        lines = broken(name, px, width)
    return lines if len(lines) == 2 and all(wide(line, px) <= width for line in lines) else []


def _foot(painter: QPainter, row: QRectF, tile: Tile, kind: WallType, theme: Theme, aged: bool) -> None:
    """Age or goal at the left, the change at the right where there is room for both; the age goes before all."""
    left, right, px = tile.age or tile.goal, tile.compared, kind.min
    if not aged:
        right = tile.fresh
        if wide(left, px) + wide(right, px) + px * 0.8 > row.width():
            left = tile.bound
        if wide(left, px) + wide(right, px) + px * 0.8 > row.width():
            left, right = right, ""
    icon = px * 1.1 if tile.age else 0.0
    if icon:
        draw_old(painter, row.left(), row.center().y(), px, theme)
    taken = icon + wide(left, px) + px * 0.8 if left else 0.0
    both = taken + wide(right, px) <= row.width()
    if left:
        draw_words(painter, row.adjusted(icon, 0, 0, 0), left, px, theme.t1 if tile.age else theme.t2)
    if right and (both or not left):
        draw_words(painter, row, right, px, theme.t2, side="right" if left else "left")


def _one_line(painter: QPainter, box: QRectF, tile: Tile, kind: WallType, theme: Theme) -> None:
    at = level(tile.item)
    ink = theme.level(at) if at else theme.t2 if tile.age else theme.t1
    side = kind.row * 0.96 if at else 0.0
    value = f"{tile.value} {tile.unit}".strip()
    px = min(kind.row * 1.2, box.height() * 0.7) if box.height() < kind.row else kind.row * 1.2
    took = wide(value, px, True)
    draw_words(painter, box.adjusted(0, 0, -side - kind.gap, 0), value, px, ink, True, "right")
    draw_mark(painter, QRectF(box.right() - side, box.center().y() - side / 2, side, side), at, theme)
    if tile.age:
        draw_old(painter, box.left(), box.center().y(), kind.min, theme)
        box = box.adjusted(kind.min * 1.1, 0, 0, 0)
    left = box.adjusted(0, 0, -took - side - kind.gap * 3, 0)
    draw_words(painter, left, fitting(tile.name, left.width(), kind.row), kind.row, theme.t1)
