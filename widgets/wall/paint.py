"""Words, figures, lines and signs as panels of a wall paint them. All sizes are pixels, all places of the widget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme
from widgets.wall.sizes import FIGURE_EM, WallType, font, metrics, wide

Side = Literal["left", "right", "middle"]
_SIDES = {"left": Qt.AlignmentFlag.AlignLeft, "right": Qt.AlignmentFlag.AlignRight,
          "middle": Qt.AlignmentFlag.AlignHCenter}  # fmt: skip
UNIT = 0.46
"""Size of a unit beside its figure, where the least size allows it."""


def draw_words(
    painter: QPainter, box: QRectF, words: str, px: float, color: QColor, bold: bool = False, side: Side = "left"
) -> float:
    """One line in the middle of `box`'s height, cut with … where it has no room; how wide it came out."""
    if not words or box.width() <= 0:
        return 0.0
    measure = metrics(px, bold)
    shown = words
    if measure.horizontalAdvance(words) > box.width():
        shown = measure.elidedText(words, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(font(px, bold))
    painter.setPen(color)
    flags = int(_SIDES[side] | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine)
    painter.drawText(box, flags, shown)
    return measure.horizontalAdvance(shown)


def draw_at(
    painter: QPainter, x: float, base: float, words: str, px: float, color: QColor, bold: bool = False,
    side: Side = "left",
) -> float:  # fmt: skip
    """Words on a base line, uncut; how wide they are."""
    took = wide(words, px, bold)
    left = x if side == "left" else x - took if side == "right" else x - took / 2
    painter.setFont(font(px, bold))
    painter.setPen(color)
    painter.drawText(QPointF(left, base), words)
    return took


def draw_old(painter: QPainter, left: float, middle: float, px: float, theme: Theme) -> None:
    """The sign of a value that stopped, as high as words of `px`, in the middle of a line."""
    draw_icon(painter, QRectF(left, middle - px * 0.42, px * 0.84, px * 0.84), "plug-broken", theme.orange_text, 2)


def draw_lines(
    painter: QPainter, box: QRectF, words: str, px: float, color: QColor, bold: bool = False, side: Side = "left"
) -> float:
    """Words on as many lines as they take, from the top; those that have no room are left out. How high they are."""
    lines = broken(words, px, box.width(), bold)
    high = metrics(px, bold).lineSpacing() * 0.94
    room = max(int(box.height() / high + 0.1), 1)
    lines = clamped(lines, room)
    for i, line in enumerate(lines):
        draw_words(painter, QRectF(box.left(), box.top() + i * high, box.width(), high), line, px, color, bold, side)
    return high * len(lines)


def broken(words: str, px: float, width: float, bold: bool = False) -> list[str]:
    """Words as lines no wider than `width`: between 汉字 anywhere, elsewhere at blanks."""
    measure = metrics(px, bold)
    lines, line = [], ""
    for piece in _pieces(words):
        if line and measure.horizontalAdvance((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def clamped(lines: list[str], most: int) -> list[str]:
    """At most so many lines; the last one is all the rest, to be cut where it is drawn."""
    if len(lines) <= most:
        return lines
    rest = lines[most - 1]
    for line in lines[most:]:
        apart = rest[-1:].isascii() and line[:1].isascii()
        rest += f" {line}" if apart else line
    return [*lines[: most - 1], rest]


_NEVER_LAST = "（《「『“([{"
_NEVER_FIRST = "，。、；：！？）》」』】·%…,.;:!?)]}"


def _pieces(words: str) -> list[str]:
    found: list[str] = []
    for sign in words:
        whole = not found or found[-1][-1:].isspace() or (ord(sign) > 0x2E7F or ord(found[-1][-1]) > 0x2E7F)
        if found and found[-1][-1] in _NEVER_LAST:
            whole = False
        if whole and not (found and (sign in _NEVER_FIRST or sign.isspace())):
            found.append(sign)
        else:
            found[-1] += sign
    return found


def fitted(words: str, width: float, px: float, least: float, bold: bool = False) -> float:
    """The largest size from `px` down to `least` in which words are no wider than `width`; `least` if none is."""
    took = wide(words, px, bold)
    if took <= width or took <= 0:
        return px
    size = max(least, int(px * width / took))
    while size > least and wide(words, size, bold) > width:  # letters do not shrink evenly
        size -= 1
    return max(size, least)


def value_px(value: str, unit: str, width: float, px: float, least: float) -> float:
    """The largest size from `px` down to `least` in which a figure and its unit are no wider than `width`."""
    figure = wide(value, 100, True) / 100
    beside = wide(unit, 100) / 100
    if not unit:
        return fitted(value, width, px, least, True)
    size = min(px, width / max(figure + beside * UNIT + 0.09, 1e-6))
    if size * UNIT < least:
        size = min(px, (width - wide(unit, least)) / max(figure + 0.09, 1e-6))
    return max(size, least)


def draw_value(
    painter: QPainter, box: QRectF, value: str, unit: str, px: float, color: QColor, unit_color: QColor, least: float,
    side: Side = "left",
) -> float:  # fmt: skip
    """A figure and its unit on one base line, in the middle of the box's height; smaller where it has no room, and
    without its unit before it is smaller than `least`. How wide it came out."""
    size = value_px(value, unit, box.width(), px, least)
    unit_px = max(least, size * UNIT)
    gap = size * 0.09 if unit else 0.0
    beside = wide(unit, unit_px) + gap if unit else 0.0
    if unit and wide(value, size, True) + beside > box.width() + 1:
        unit, beside = "", 0.0
        size = fitted(value, box.width(), px, least, bold=True)
    took = wide(value, size, True)
    left = box.left()
    if side != "left":
        left = box.right() - took - beside if side == "right" else box.center().x() - (took + beside) / 2
    base = box.center().y() + size * FIGURE_EM / 2
    if took > box.width():
        draw_words(painter, box, value, size, color, True, side)
        return box.width()
    draw_at(painter, left, base, value, size, color, True)
    if unit:
        draw_at(painter, left + took + gap, base, unit, unit_px, unit_color)
    return took + beside


def draw_mark(painter: QPainter, box: QRectF, level: int, theme: Theme) -> None:
    """The badge of a level in the upper right corner of `box`, nothing within bounds."""
    if 1 <= level <= 4:
        draw_badge(painter, box, level, theme)


def draw_frame(painter: QPainter, box: QRectF, fill: QColor | None, edge: QColor | None, hair: float, radius: float
               ) -> None:  # fmt: skip
    """A rounded frame; its line lies inside `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, hair) if edge is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(hair / 2, hair / 2, -hair / 2, -hair / 2), radius, radius)
    painter.restore()


def dashed(color: QColor, width: float, pattern: Sequence[float] = (4, 3)) -> QPen:
    pen = QPen(color, width)
    pen.setDashPattern(list(pattern))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def faint(color: QColor, alpha: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


class HeadWords(NamedTuple):
    """What a title line says; stale: the age is that of something old; short: of the age, where it has no room."""

    title: str
    age: str
    stale: bool
    facts: str
    short: str = ""


def paint_head(
    painter: QPainter, row: QRectF, base: WallType, theme: Theme, words: HeadWords,
    seams: Sequence[tuple[float, float]] = (),
) -> None:  # fmt: skip
    """Title, its age, and the facts at the right. Where there is no room the facts go, then the title is cut: no value
    is without its age.

    Args:
        seams: from where to where along the row bezels let nothing be written.
    """
    title, age, stale, facts, short = words
    gap = base.panel * 0.4
    icon = base.min * 1.05 if stale else 0.0
    if short and wide(title, base.panel, True) + wide(age, base.min) + gap + icon > row.width():
        age = short
    aged = wide(age, base.min) + gap + icon if age else 0.0
    if facts and wide(title, base.panel, True) + aged + wide(facts, base.min) + gap * 2 > row.width():
        facts = ""
    title_w = min(wide(title, base.panel, True), row.width() - aged)
    left = beyond(row.left(), title_w, seams)
    left = left if left + title_w + aged <= row.right() else row.left()
    room = QRectF(left, row.top(), max(row.right() - left - min(aged, row.width() - base.panel * 2), 0), row.height())
    x = left + draw_words(painter, room, title, base.panel, theme.t1, True) + gap
    base_line = row.center().y() + metrics(base.panel).ascent() / 2 - metrics(base.panel).descent() / 2
    if age:
        moved = beyond(x, icon + wide(age, base.min), seams)
        x = moved if moved + icon + wide(age, base.min) <= row.right() + 1 else x
    if stale and age:
        side = base.min * 0.86
        draw_icon(painter, QRectF(x, row.center().y() - side / 2, side, side), "plug-broken", theme.orange_text, 2)
        x += icon
    draw_at(painter, x, base_line, age, base.min, theme.t1 if stale else theme.t2)
    x += wide(age, base.min) + gap if age else 0.0
    right = before(row.right(), wide(facts, base.min), seams)
    if right - wide(facts, base.min) >= x:
        draw_at(painter, right, base_line, facts, base.min, theme.t2, side="right")


def beyond(left: float, took: float, seams: Sequence[tuple[float, float]]) -> float:
    """Where words of that width begin, at `left` or behind the bezels that they would lie on."""
    for first, last in sorted(seams):
        if left < last and left + took > first:
            left = last
    return left


def before(right: float, took: float, seams: Sequence[tuple[float, float]]) -> float:
    """Where words of that width end, at `right` or before the bezels that they would lie on."""
    for first, last in sorted(seams, reverse=True):
        if right > first and right - took < last:
            right = first
    return right


def paint_state(painter: QPainter, box: QRectF, base: WallType, theme: Theme, icon: str, said: Sequence[str]) -> None:
    """A state in words: the first sentence larger, the others as far as there is room; one that is cut ends in …."""
    if box.width() < base.min or box.height() < base.min:
        return
    side = base.row * 1.3 if icon else 0.0
    width = box.width() - (side + base.gap * 1.5 if icon else 0.0)
    told: list[tuple[str, bool]] = []
    high = base.row * 1.4
    most = max(int(box.height() / high), 1)
    for i, sentence in enumerate(said):
        if len(told) < most:
            lines = broken(sentence, base.row if i == 0 else base.min, width, i == 0)
            told += [(line, i == 0) for line in clamped(lines, most - len(told))]
    top = box.top() if icon else box.center().y() - high * len(told) / 2 - min(high / 2, box.height() * 0.04)
    top = max(top, box.top())
    if icon:
        draw_icon(painter, QRectF(box.left(), top + (high - side) / 2, side, side), icon, theme.orange_text, 1.6)
    for i, (line, first) in enumerate(told):
        row = QRectF(box.right() - width, top + i * high, width, high)
        ink = theme.t1 if first else theme.t2
        draw_words(painter, row, line, base.row if first else base.min, ink, first, "left" if icon else "middle")
