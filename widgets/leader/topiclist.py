"""专题: each topic with its headline and level; Enter or a click opens its page in the centre."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.topics import Topic
from cockpit.picture.selection import Selection
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.panel import PanelState
from widgets.kit.symbols import draw_badge
from widgets.leader.ground import TOPIC, LeaderPanel, open_topic, topics_of, topics_problem
from widgets.leader.rows import Rows
from widgets.lists.parts import draw_line
from widgets.signs.asked import LEVELS
from widgets.signs.board import Item

ROW = 40
GRAVE = (1, 2)


class Line(NamedTuple):
    """What a row says: its topic, its headline, the gravest level of its signs, whether the headline is old."""

    topic: Topic
    name: str
    value: str
    level: int
    old: bool
    known: bool


class TopicList(LeaderPanel):
    """Attributes:
    lines: a topic each.
    """

    panel_id: ClassVar[str] = "topics"
    title_id: ClassVar[str] = "leader.topics"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.lines: list[Line] = []
        self._wants_keyboard = False
        self.rows = Rows(ctx, ROW, self._draw, self._said, self.content)
        self.rows.picked.connect(lambda i: open_topic(self.ctx, self.lines[i].topic.id))
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.rows)
        ctx.selection.subscribe(self._selected)

    def take_keyboard(self) -> None:
        """The keyboard begins in the rows, as soon as there are some."""
        self._wants_keyboard = self.state is not None
        if not self._wants_keyboard:
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def complete(self) -> bool:
        return super().complete and bool(self.lines)

    def look(self) -> None:
        now = self.ctx.clock.now()
        problem = topics_problem(self.ctx)
        if problem is not None:
            self.show_state(PanelState.DEAD, Message("leader.no_topics"), (problem,))
            return
        self.lines, items = [], []
        for topic in topics_of(self.ctx).topics:
            signs = [self.item(figure.sign) for figure in topic.figures if figure.sign in self.board.told.at]
            if not signs:
                self.lines.append(Line(topic, self.ctx.t("signsui.no_value"), "", 0, False, False))
                continue
            head = headline(signs)
            items.append(head)
            name, value = self.words.name(head.sign), self.words.with_unit(head.sign, head.value)
            level = min((one.level for one in signs if one.known and one.level in LEVELS), default=0)
            known = any(one.known for one in signs)
            self.lines.append(Line(topic, name, value, level, head.old(now), known))
        self.items = tuple(items)
        self.rows.show_rows(len(self.lines))
        if self._wants_keyboard:
            self._wants_keyboard = False
            focus = self.window().focusWidget()
            if focus is None or self.isAncestorOf(focus):
                self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _selected(self, selection: Selection) -> None:
        self.rows.update()

    def _said(self, i: int) -> str:
        line, t = self.lines[i], self.ctx.t
        level = t(f"lists.level_{line.level}") if line.level else t("leader.normal") if line.known else ""
        return " · ".join(
            part for part in (t.pack(line.topic.name), f"{line.name} {line.value}".strip(), level) if part
        )

    def _draw(self, painter: QPainter, box: QRect, i: int) -> None:
        line, theme, t = self.lines[i], self.ctx.theme, self.ctx.t
        chosen = self.ctx.selection.item == (TOPIC, line.topic.id)
        if chosen:
            painter.fillRect(box, theme.acc_bg)
            painter.fillRect(box.left(), box.top(), 3, box.height(), theme.acc)
        draw_icon(painter, QRectF(14, box.center().y() - 9, 18, 18), line.topic.icon, theme.t2, 1.75)
        bold = QFontMetricsF(theme.font("row_title"))
        names = max(bold.horizontalAdvance(t.pack(one.topic.name)) for one in self.lines)
        wide = min(round(names) + 16, (box.width() - 120) * 3 // 5)
        draw_line(painter, QRect(46, box.top(), wide - 8, box.height()), t.pack(line.topic.name),
                  theme.font("row_title"), theme.t1)  # fmt: skip
        small = theme.font("small")
        words = t("leader.normal") if line.known else "–"
        state = 20 if line.level else round(QFontMetricsF(small).horizontalAdvance(words)) + 1
        right = box.width() - 34 - state - 10
        room = QRect(46 + wide, box.top(), right - 46 - wide, box.height())
        font, ink = theme.font("body"), theme.t3 if line.old else theme.t2
        value_w = round(QFontMetricsF(font).horizontalAdvance(line.value)) + 2
        taken, _ = draw_line(painter, room.adjusted(0, 0, -value_w - 8, 0), line.name, font, ink)
        draw_line(painter, room.adjusted(taken + 8, 0, 0, 0), line.value, font, theme.t3 if line.old else theme.t1)
        if line.level:
            draw_badge(painter, QRectF(box.width() - 54, box.center().y() - 10, 20, 20), line.level, theme)
        else:
            draw_line(painter, QRect(right + 10, box.top(), state, box.height()), words, small, theme.t2, True)
        at = QRectF(box.width() - 24, box.center().y() - 5, 11, 11)
        draw_icon(painter, at, "chevron-right", theme.t3, 2)


def headline(signs: list[Item]) -> Item:
    """The gravest sign where that is of level Ⅰ or Ⅱ, else the first that has a value, else the first."""
    known = [item for item in signs if item.known]
    grave = [item for item in known if item.level in GRAVE]
    if grave:
        return min(grave, key=lambda item: item.level)
    return known[0] if known else signs[0]


PANELS = {"topics": TopicList}
