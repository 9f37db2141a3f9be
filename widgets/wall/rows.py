"""Lists on a wall: rows of a badge, words and a figure, as many as there is room for, and how many more there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.messages import Message
from widgets.kit.symbols import draw_badge, draw_pattern
from widgets.kit.theme import Theme
from widgets.lists.words import joined
from widgets.wall.kit import WallPanel
from widgets.wall.paint import draw_words
from widgets.wall.sizes import WallType, wide

ACROSS = 21.0
"""Rows of type that a column of a list is wide at the least, where it has several."""
PATTERNED = 5.0
"""Rows of type that a title has beside its pattern at the least; with less the pattern is left out."""
TITLED = 4.5
"""Rows of type that a title has beside what stands at its right; with less that goes to the second line."""
LEAST = 1.38
"""Height of a row at the least, in sizes of its type."""
TALL = 1.4
"""How much higher than they must be rows become in a list with much room."""


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        level: of its badge, 0 none. pattern: drawn after it, "" none. dot: token of a dot in their place, "" none.
        title, under: what it says, and a second line where there is room. beside: at its right, before `right`;
            less: in its place where it would be cut, "" as it is.
        ink: token of `right`. tint: of the level behind it.
    """

    title: str
    right: str = ""
    beside: str = ""
    less: str = ""
    under: str = ""
    level: int = 0
    pattern: str = ""
    dot: str = ""
    ink: str = "t2"
    tint: bool = False


class ListPanel(WallPanel):
    """A panel that is a list; rows are painted anew when they say something else."""

    ample: ClassVar[tuple[float, float]] = (30, 15)

    def begin(self) -> None:
        self._rows: tuple[Row, ...] = ()
        self._all = 0

    def read(self) -> Sequence[Row]:
        """The rows of now, the first the most urgent; states are said here too."""
        raise NotImplementedError

    def partial(self) -> bool:
        """Whether it lists less than the whole city has: its scene or the selection says what is taken in."""
        chosen = self.chosen
        parts = (chosen.get(name) for name in ("kinds", "channels", "levels", "since", "until"))
        return (
            any(parts)
            or chosen.get("shows", "all") != "all"
            or self.area != self.ctx.pack.code
            or bool(self.narrowed_words())
        )

    def rest(self, n: int) -> Message:
        """That there are `n` more."""
        return Message("walllist.more", {"n": n})

    def look(self) -> None:
        rows = tuple(self.read())
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleDescription("; ".join(f"{row.title} {row.beside} {row.right}" for row in rows[:20]))
            self.update()

    def age_tick(self) -> None:
        super().age_tick()
        self.look()

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def paint(self, painter: QPainter, box: QRectF) -> None:
        draw_rows(painter, box, self._rows, self.type, self.theme, lambda n: self.ctx.t(self.rest(n)))


def draw_rows(
    painter: QPainter, box: QRectF, rows: Sequence[Row], kind: WallType, theme: Theme, rest: Callable[[int], str],
    columns: int = 0, each: float = ACROSS,
) -> int:  # fmt: skip
    """Rows from the top, in as many columns as there is room for and need of; how many were painted.

    Args:
        rest: words for so many that have no room. columns: at the most, 0 as many as fit. each: rows of type that a
            column is wide at the least.
    """
    if not rows or box.height() < kind.row:
        return 0
    most = max(int(box.width() / (each * kind.row)), 1)
    most = min(most, columns) if columns else most
    two = any(row.under for row in rows) and box.height() >= 2.7 * kind.row
    least = kind.row * (2.6 if two else LEAST)
    deep = max(int(box.height() / least + 0.02), 1)
    across = min(most, math.ceil(len(rows) / deep))
    foot = 0.0
    if len(rows) > across * deep and (deep > 1 or box.height() >= least + kind.line_h):  # how many more there are
        foot = float(kind.line_h)
        deep = max(int((box.height() - foot) / least + 0.02), 1)
    shown = rows[: across * deep]
    if len(rows) > len(shown) and not foot:
        shown, box = _with_rest(painter, box, shown, rest(len(rows) - len(shown)), two, kind, theme)
    used = min(math.ceil(len(shown) / across), deep) if across > 1 else len(shown)
    high = min((box.height() - foot) / max(used, 1), least * TALL)
    gap = kind.row * 0.9
    width = (box.width() - gap * (across - 1)) / across
    for i in range(across):
        column = shown[i * used : (i + 1) * used]
        place = QRectF(box.left() + i * (width + gap), box.top(), width, box.height())
        _column(painter, place, column, high, two, kind, theme)
    if foot:
        place = QRectF(box.left(), box.top() + high * used, box.width(), foot)
        draw_words(painter, place, rest(len(rows) - len(shown)), kind.min, theme.t2)
    return len(shown)


def _with_rest(
    painter: QPainter, box: QRectF, shown: Sequence[Row], rest: str, two: bool, kind: WallType, theme: Theme
) -> tuple[Sequence[Row], QRectF]:
    """How many more there are, where no line is left for it: first in the second line of the last row, else at the
    right. The rows, and what is left for them."""
    if two:
        return [*shown[:-1], replace(shown[-1], under=joined(rest, shown[-1].under))], box
    took = min(wide(rest, kind.min) + 1, box.width() * 0.4)
    draw_words(painter, QRectF(box.right() - took, box.top(), took, box.height()), rest, kind.min, theme.t2)
    return shown, box.adjusted(0, 0, -took - kind.gap * 1.5, 0)


def _column(
    painter: QPainter, box: QRectF, rows: Sequence[Row], high: float, two: bool, kind: WallType, theme: Theme
) -> None:
    side = kind.row * 1.06
    gap = kind.gap * 1.2
    lead = (side + gap) * any(row.level or row.dot for row in rows)
    right = max((wide(row.right, kind.row, row.ink != "t2") for row in rows), default=0.0)
    right = min(right + 1, box.width() * 0.72)
    room = box.width() - lead - (right + gap * 1.5 if right else 0.0)
    if two and right and room < min(max(wide(row.title, kind.row) for row in rows), TITLED * kind.row):
        rows = [replace(row, right="", under=joined(row.right, row.under)) for row in rows]
        right, room = 0.0, box.width() - lead
    drawn = any(row.pattern for row in rows) and room - side > PATTERNED * kind.row
    if drawn:
        lead, room = lead + side + gap * 0.6, room - side - gap * 0.6
    beside = _beside(rows, room, gap, kind)
    if any(row.less for row in rows) and beside < max(wide(row.beside, kind.min) for row in rows):
        rows = [replace(row, beside=row.less or row.beside) for row in rows]
        beside = _beside(rows, room, gap, kind)
    if two and beside < max((wide(row.beside, kind.min) for row in rows), default=0.0):
        rows = [replace(row, beside="", under=joined(row.beside, row.under)) for row in rows]
        beside = 0.0
    for i, row in enumerate(rows):
        place = QRectF(box.left(), box.top() + i * high, box.width(), high)
        if i:
            painter.fillRect(QRectF(place.left(), round(place.top()), place.width(), kind.hair), theme.line)
        _row(painter, place, row if drawn else replace(row, pattern=""), (lead, beside, right), two, kind, theme)


def _beside(rows: Sequence[Row], room: float, gap: float, kind: WallType) -> float:
    """How wide what stands beside titles may be; 0 where there is no room for it."""
    wanted = max((wide(row.beside, kind.min) for row in rows), default=0.0)
    need = min(max((wide(row.title, kind.row, True) for row in rows), default=0.0), 9 * kind.row)
    beside = min(wanted, max(room * 0.45, room - need - gap * 1.5))
    if beside and room - beside - gap * 1.5 < need:
        beside = 0.0 if room - 4 * kind.row < need else room - need - gap * 1.5
    return beside


def _row(
    painter: QPainter, place: QRectF, row: Row, wides: tuple[float, float, float], two: bool, kind: WallType,
    theme: Theme,
) -> None:  # fmt: skip
    lead, beside, right = wides
    side, gap = kind.row * 1.06, kind.gap * 1.2
    if row.tint and row.level:
        painter.fillRect(place.adjusted(0, kind.hair, 0, 0), theme.level(row.level, "tint"))
    first = QRectF(place.left(), place.top(), place.width(), place.height() * (0.56 if two and row.under else 1.0))
    middle, x = place.center().y() if row.tint or not (two and row.under) else first.center().y(), place.left()
    if row.tint:
        x += gap
    if row.level:
        draw_badge(painter, QRectF(x, middle - side / 2, side, side), row.level, theme)
        x += side + gap
    elif row.dot:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme[row.dot])
        painter.setBrush(theme[row.dot])
        small = side * 0.36
        painter.drawEllipse(QRectF(x + (side - small) / 2, middle - small / 2, small, small))
        painter.restore()
        x += side + gap
    if row.pattern:
        draw_pattern(painter, QRectF(x, middle - side / 2, side, side), row.pattern, theme.t2, 2.0)
        x += side + gap * 0.6
    left = max(x, place.left() + lead)
    end = place.right() - (gap if row.tint else 0)
    if row.right:
        at = QRectF(end - right, first.top(), right, first.height())
        draw_words(painter, at, row.right, kind.row, theme[row.ink], row.ink != "t2", "right")
    if right:
        end -= right + gap * 1.5
    if beside and row.beside:
        draw_words(painter, QRectF(end - beside, first.top(), beside, first.height()), row.beside, kind.min, theme.t2,
                   side="right")  # fmt: skip
    if beside:
        end -= beside + gap * 1.5
    draw_words(painter, QRectF(left, first.top(), end - left, first.height()), row.title, kind.row, theme.t1)
    if two and row.under:
        second = QRectF(left, first.bottom() - kind.row * 0.12, place.right() - left, place.bottom() - first.bottom())
        draw_words(painter, second, row.under, kind.min, theme.t2)


def listed(words: Any) -> list[str]:
    """The texts of an option that is a list."""
    return [str(one) for one in words] if isinstance(words, (list, tuple)) else []
