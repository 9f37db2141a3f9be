"""How a row of the list of vital signs is painted, and which of its columns there is room for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPolygonF

from cockpit.model.messages import Texts
from widgets.charts.scale import Curve
from widgets.charts.spark import draw_spark
from widgets.kit.focus import draw_focus
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme
from widgets.lists.parts import draw_line
from widgets.lists.words import joined
from widgets.signs.asked import LEVELS, MISSING
from widgets.signs.board import Definitions, Item
from widgets.signs.words import SignWords

ROW = 40
HEADINGS = 24
PAD = 12
STAR = 18
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_WIDTHS = {"value": 128, "change": 74, "year": 74, "spark": 128, "forecast": 128, "age": 112}
_NARROW = {"value": 104, "change": 66, "year": 66, "spark": 96, "forecast": 120, "age": 84}
_NARROW_BELOW = 560
_LEAST_NAME = 130
_GIVE_WAY = ("year", "forecast", "spark", "change", "age")
"""Which columns go first where there is no room."""


def columns(width: int) -> dict[str, tuple[int, int]]:
    """Left and width of each column of a row that is so wide, in order; those without room are missing."""
    wanted = dict(_NARROW if width < _NARROW_BELOW else _WIDTHS)
    for name in _GIVE_WAY:
        if width - 2 * PAD - STAR - 28 - sum(wanted.values()) >= _LEAST_NAME:
            break
        wanted.pop(name)
    left = width - PAD - sum(wanted.values())
    found = {"name": (PAD + STAR + 28, max(left - PAD - STAR - 28, 0))}
    for name, wide in wanted.items():
        found[name] = (left, wide)
        left += wide
    return found


@dataclass(frozen=True)
class RowState:
    """How a row stands: selected anywhere, under the pointer, under the keyboard; a favourite; its area is said."""

    selected: bool = False
    hovered: bool = False
    cursor: bool = False
    pinned: bool = False
    place: bool = False


class RowPainter:
    """Paints rows of one look and language."""

    def __init__(self, theme: Theme, words: SignWords, told: Definitions) -> None:
        self.theme, self.words, self.told = theme, words, told
        self._fonts = {name: theme.font(name) for name in ("row_title", "small", "axis", "body", "clock")}

    @property
    def t(self) -> Texts:
        return self.words.t

    def headings(self, painter: QPainter, rect: QRect) -> None:
        """The line above the rows."""
        theme, t = self.theme, self.t
        painter.setFont(self._fonts["small"])
        painter.setPen(theme.t3)
        for name, (left, wide) in columns(rect.width()).items():
            box = QRect(rect.left() + left, rect.top(), wide - 12, rect.height())
            painter.drawText(box, _LEFT if name in ("name", "spark") else _RIGHT, t(f"signsui.column_{name}"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line)

    def head(self, painter: QPainter, rect: QRect, code: str, counts: dict[int, int]) -> None:
        """A row that begins a theme: its name, how many signs, and how many of each level."""
        theme, t = self.theme, self.t
        branch = self.told.branch(code)
        name = " › ".join(t.pack(one.name) for one in branch) or t("signsui.no_theme")
        base = QRect(rect.left() + PAD, rect.top() + 8, rect.width() - 2 * PAD, rect.height() - 8)
        used, _ = draw_line(painter, base, name, self._fonts["row_title"], theme.t1)
        x = base.left() + used + 10
        total = sum(counts.values())
        missing = counts.get(MISSING, 0)
        said = joined(t("signsui.n_signs", n=total), t("signsui.n_missing", n=missing) if missing else "")
        used, _ = draw_line(painter, QRect(x, base.top(), 400, base.height()), said, self._fonts["small"], theme.t3)
        x += used + 14
        for level in LEVELS:
            n = counts.get(level, 0)
            if n:
                draw_badge(painter, QRectF(x, base.center().y() - 7, 16, 16), level, theme)
                x += 20
                used, _ = draw_line(painter, QRect(x, base.top(), 60, base.height()), f"{n:,}",
                                    self._fonts["small"], theme.t1)  # fmt: skip
                x += used + 10
        painter.fillRect(rect.left() + PAD, rect.bottom(), rect.width() - 2 * PAD, 1, theme.line)

    def paint(self, painter: QPainter, rect: QRect, item: Item, curve: Curve, state: RowState, now: int) -> None:
        theme = self.theme
        if state.selected:
            painter.fillRect(rect, theme.acc_bg)
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.acc)
        elif state.hovered:
            painter.fillRect(rect, theme.s2)
        painter.fillRect(rect.left() + PAD, rect.bottom(), rect.width() - 2 * PAD, 1, theme.line)
        self._star(painter, rect, state)
        self._level(painter, QRectF(rect.left() + PAD + STAR, rect.top() + 10, 20, 20), item)
        old = item.old(now)
        for name, (left, wide) in columns(rect.width()).items():
            box = QRect(rect.left() + left, rect.top(), wide - 12, rect.height())
            if name == "name":
                self._name(painter, box, item, state)
            elif name == "value":
                self._value(painter, box, item, old)
            elif name in ("change", "year"):
                self._change(painter, box, item, item.previous if name == "change" else item.year, old)
            elif name == "spark":
                draw_spark(
                    painter, QRectF(box.left(), box.top() + 6, box.width(), box.height() - 12), curve, theme, old
                )
            elif name == "forecast":
                self._forecast(painter, box, item)
            else:
                draw_line(painter, box, self.words.age(item, now), self._fonts["small"], theme.t3, right=True)
        if state.cursor:
            draw_focus(painter, rect, theme, bottom=2)

    # -- pieces

    def _star(self, painter: QPainter, rect: QRect, state: RowState) -> None:
        """A favourite's flag; hollow where the pointer could set it."""
        if not (state.pinned or state.hovered or state.cursor):
            return
        theme = self.theme
        x, y = rect.left() + PAD + 1.5, rect.top() + 14.5
        flag = QPolygonF([QPointF(x, y), QPointF(x + 9, y), QPointF(x + 9, y + 12), QPointF(x + 4.5, y + 8.5),
                          QPointF(x, y + 12)])  # fmt: skip
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc if state.pinned else theme.t3, 1.3))
        painter.setBrush(theme.acc if state.pinned else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(flag)
        painter.restore()

    def _level(self, painter: QPainter, box: QRectF, item: Item) -> None:
        """The badge of its level; a ring within bounds, a dash where there is no value."""
        theme = self.theme
        if item.known and 1 <= item.level <= 4:
            draw_badge(painter, box, item.level, theme)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.t3 if item.known else theme.line2, 1.5))
        middle = box.center()
        if item.known:
            painter.drawEllipse(middle, 4.0, 4.0)
        else:
            painter.drawLine(QPointF(middle.x() - 4, middle.y()), QPointF(middle.x() + 4, middle.y()))
        painter.restore()

    def _name(self, painter: QPainter, box: QRect, item: Item, state: RowState) -> None:
        theme, words = self.theme, self.words
        ink = theme.t1 if item.known else theme.t2
        draw_line(painter, QRect(box.left(), box.top() + 2, box.width(), 20), words.title(item),
                  self._fonts["row_title"], ink)  # fmt: skip
        reported = item.sign.origin == "reported"
        place = words.area(item.area) if state.place else ""
        under = joined(place, words.mark(item.sign), words.owner(item.sign), item.sign.code)
        left = box.left()
        if reported:  # never to be taken for a measured value
            left += 4 + self._tag(painter, QRect(left, box.top() + 22, box.width(), 15), words.t("signsui.reported"))
            source = joined(words.t.unit(item.sign.source), words.t.unit(item.sign.period))
            under = joined(place, source, words.owner(item.sign), item.sign.code)
        room = QRect(left, box.top() + 21, box.right() - left, 16)
        draw_line(painter, room, under, self._fonts["small"], theme.t3)

    def _tag(self, painter: QPainter, box: QRect, text: str) -> int:
        font = self._fonts["axis"]
        wide = QFontMetrics(font).horizontalAdvance(text) + 8
        frame = QRectF(box.left() + 0.5, box.top() + 0.5, wide - 1, box.height() - 1)
        painter.setPen(QPen(self.theme.line2, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)
        painter.setFont(font)
        painter.setPen(self.theme.t2)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)
        return wide

    def _value(self, painter: QPainter, box: QRect, item: Item, old: bool) -> None:
        theme, sign = self.theme, item.sign
        if not item.known:
            draw_line(painter, box, self.words.t("signsui.no_value"), self._fonts["small"], theme.t3, right=True)
            return
        unit, figure = self._fonts["small"], self._fonts["clock"]
        said = self.words.unit(sign, item.value)
        beside = QFontMetrics(unit).horizontalAdvance(said) + 4 if said else 0
        level = 1 <= item.level <= 4
        ink = theme.level(item.level) if level else theme.t3 if old else theme.t1
        room = QRect(box.left(), box.top(), box.width() - beside, box.height())
        draw_line(painter, room, self.words.value(sign, item.value), figure, ink, right=True)
        if said:
            painter.setFont(unit)
            painter.setPen(theme.t3 if old else theme.t2)
            painter.drawText(QRect(box.right() - beside + 5, box.top() + 2, beside, box.height()), _LEFT, said)

    def _change(self, painter: QPainter, box: QRect, item: Item, before: float, old: bool) -> None:
        arrow, by = self.words.change(item, before)
        theme = self.theme
        ink = theme.t3 if old or not arrow else theme.t2
        draw_line(painter, box, f"{arrow} {by}".strip(), self._fonts["small"], ink, right=True)

    def _forecast(self, painter: QPainter, box: QRect, item: Item) -> None:
        value, note = self.words.forecast(item)
        theme = self.theme
        if not value:
            draw_line(painter, box, "–", self._fonts["small"], theme.t3, right=True)
            return
        draw_line(painter, QRect(box.left(), box.top() + 3, box.width(), 18), value, self._fonts["body"], theme.t2,
                  right=True)  # fmt: skip
        draw_line(painter, QRect(box.left(), box.top() + 21, box.width(), 16), note, self._fonts["axis"], theme.t3,
                  right=True)  # fmt: skip
