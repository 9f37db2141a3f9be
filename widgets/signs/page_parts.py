"""What the page of a vital sign is put together from beside the common parts: its figure, comparisons, choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import Segments
from widgets.kit.context import PanelContext
from widgets.kit.symbols import draw_badge
from widgets.kit.tips import plain_tip
from widgets.lists.parts import PAD, Part, draw_line
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.signs.words import SignWords

_CELL = 46
"""Height of one comparison."""


class Figure(Part):
    """The value in 34 px with its unit, its level in words, its age and whether it was measured or reported."""

    def __init__(self, ctx: PanelContext, words: SignWords, item: Callable[[], Item]) -> None:
        super().__init__(ctx.theme, 84)
        self._ctx, self._words, self._item = ctx, words, item

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, words = QPainter(self), self.theme, self._words
        item, now = self._item(), self._ctx.clock.now()
        sign, old = item.sign, item.old(now)
        room = self.width() - 2 * PAD
        levelled = item.known and 1 <= item.level <= 4
        if item.known:
            figure, unit = theme.font("figure"), theme.font("row_title", 400)
            ink = theme.level(item.level) if levelled else theme.t3 if old else theme.t1
            base = QRect(PAD, 8, room * 2 // 3, 44)
            used, _ = draw_line(painter, base, words.value(sign, item.value), figure, ink)
            rest = QRect(PAD + used + 6, 18, room // 3, 34)
            used_unit, _ = draw_line(painter, rest, words.unit(sign, item.value), unit, theme.t3 if old else theme.t2)
            left = rest.left() + used_unit + 14
        else:
            used, _ = draw_line(painter, QRect(PAD, 8, room, 44), words.t("signsui.no_value"), theme.font("title"),
                                theme.t3)  # fmt: skip
            left = PAD + used + 14
        if levelled:
            draw_badge(painter, QRectF(left, 21, 20, 20), item.level, theme)
            left += 28
        said = self._level(item) if item.known else ""
        draw_line(painter, QRect(left, 20, self.width() - PAD - left, 22), said, theme.font("body"), theme.t2)
        age = theme.font("small")
        text = words.age(item, now) if item.known else ""
        wide = QFontMetrics(age).horizontalAdvance(text) + 2
        draw_line(painter, QRect(self.width() - PAD - wide, 54, wide, 18), text, age, theme.t3, right=True)
        mark = joined(words.mark(sign), words.t("signsui.made_of", n=f"{item.n:,}") if item.known and item.n else "")
        _, cut = draw_line(painter, QRect(PAD, 54, room - wide - 8, 18), mark, age, theme.t2)
        self.whole(cut, mark)
        self.hairline(painter, self.height() - 1)

    def _level(self, item: Item) -> str:
        """Which bound was passed, in words; that of its level first."""
        words, sign = self._words, item.sign
        if not item.level:
            return words.t("signsui.within") if sign.thresholds else words.t("signsui.no_bounds")
        passed = next((one for one in sign.thresholds if one.level == item.level), None)
        return joined(words.level(item.level), words.bound(sign, passed) if passed is not None else "")


class Compare(Part):
    """Side by side: 环比, 同比, target, forecast; each with what it is measured against."""

    def __init__(self, ctx: PanelContext, words: SignWords, item: Callable[[], Item]) -> None:
        super().__init__(ctx.theme, 2 * _CELL + 10)
        self._words, self._item = words, item

    def cells(self) -> list[tuple[str, str, str]]:
        """(name, value, note) of each."""
        words, item, t = self._words, self._item(), self._words.t
        told = []
        for name, before in (("change", item.previous), ("year", item.year)):
            arrow, by = words.change(item, before)
            note = joined(words.turn(item, before), words.earlier(item.sign, name, before))
            unknown = t("signsui.no_earlier")
            told.append((t(f"signsui.column_{name}"), f"{arrow} {by}".strip(), note if arrow else unknown))
        target = words.target(item.sign)
        told.append((t("signsui.target"), target or "–", words.met(item) or t("signsui.no_target" if not target else
                                                                               "signsui.target_open")))  # fmt: skip
        value, note = words.forecast(item)
        told.append((t("signsui.column_forecast"), value or "–", note or t("signsui.no_forecast")))
        return told

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        cells, wide = self.cells(), (self.width() - 2 * PAD) // 2
        named = max(painter.fontMetrics().horizontalAdvance(name) for name, _, _ in cells) + 8
        tips, any_cut = [], False
        for i, (name, value, note) in enumerate(cells):
            left, top, room = PAD + (i % 2) * (wide + 6), 6 + (i // 2) * _CELL, wide - 6
            draw_line(painter, QRect(left, top, named, 22), name, theme.font("small"), theme.t3)
            beside = QRect(left + named, top, room - named, 22)
            _, one = draw_line(painter, beside, value, theme.font("row_title"), theme.t1)
            under = QRect(left + named, top + 21, room - named, 18)
            _, two = draw_line(painter, under, note, theme.font("small"), theme.t2)
            tips.append(f"{name}  {value}  {note}")
            any_cut |= one or two
        painter.fillRect(PAD + wide, 10, 1, 2 * _CELL - 8, theme.line)
        self.whole(any_cut, *tips)
        self.setAccessibleName("; ".join(tips))
        self.hairline(painter, self.height() - 1)


class Choice(QWidget):
    """A section's title with segments at its right.

    Attributes:
        segments: the choices.
    """

    def __init__(
        self, ctx: PanelContext, title: str, choices: Sequence[tuple[str, str]], current: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._ctx, self._title, self._note = ctx, title, ""
        self.setFixedHeight(44)
        self.segments = Segments(choices, current, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(PAD, 8, PAD, 4)
        row.addStretch(1)
        row.addWidget(self.segments)

    def note(self, words: str) -> None:
        if words != self._note:
            self._note = words
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        room = self.segments.x() - PAD - 8
        used, _ = draw_line(painter, QRect(PAD, 8, room, 30), self._title, theme.font("row_title"), theme.t1)
        rest = QRect(PAD + used + 8, 9, room - used - 8, 30)
        _, cut = draw_line(painter, rest, self._note, theme.font("small"), theme.t3)
        self.setToolTip(plain_tip(self._note) if cut else "")


class Legend(Part):
    """What the marks of a chart mean."""

    def __init__(self, ctx: PanelContext, marks: Sequence[tuple[str, str, int]]) -> None:
        """Args: marks: (kind, words, level); kind: `line`, `band`, `target`, `bound` or `forecast`."""
        super().__init__(ctx.theme, 24)
        self._marks = tuple(marks)
        self.setAccessibleName("; ".join(words for _, words, _ in marks))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, x = QPainter(self), self.theme, PAD
        font = theme.font("axis")
        metrics = QFontMetrics(font)
        for kind, words, level in self._marks:
            wide = 22 + metrics.horizontalAdvance(words) + 12
            if x + wide - 12 > self.width() - PAD:
                break
            self._mark(painter, x, kind, level)
            painter.setFont(font)
            painter.setPen(theme.t3)
            painter.drawText(QRect(x + 22, 0, wide, 20), int(Qt.AlignmentFlag.AlignVCenter), words)
            x += wide

    def _mark(self, painter: QPainter, x: int, kind: str, level: int) -> None:
        theme, y = self.theme, 10
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if kind == "band":
            fill = theme.chart
            fill.setAlphaF(0.28)
            painter.fillRect(x, y - 4, 16, 8, fill)
            return
        pen = QPen({"bound": theme.level(level or 1), "line": theme.chart}.get(kind, theme.t2), 1.5)
        if kind in ("target", "forecast"):
            pen.setDashPattern([4, 3] if kind == "target" else [2, 2])
        painter.setPen(pen)
        painter.drawLine(x, y, x + 16, y)


def threshold_words(words: SignWords, item: Item) -> list[tuple[int, str, str]]:
    """(level, bound, what else of it) of each threshold, the gravest first; where it was read, ours said so."""
    t, sign, told = words.t, item.sign, []
    for one in sorted(sign.thresholds, key=lambda threshold: threshold.level):
        more = [t.unit(one.source) or t("signsui.bound_ours")]
        if one.delay:
            more.append(t("signsui.bound_delay", span=Message("kit.span_seconds", {"n": f"{one.delay:g}"})))
        if one.hysteresis:
            more.append(t("signsui.bound_hysteresis", value=words.with_unit(sign, one.hysteresis)))
        told.append((one.level, words.bound(sign, one), joined(*more)))
    return told
