"""What a value is made from, thing by thing: events, cases, sensors, feeds; each leads to its own page."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Thing
from widgets.kit.icons import draw_icon
from widgets.kit.loopwords import item_of
from widgets.kit.symbols import draw_badge
from widgets.lists.page import Block, Desk
from widgets.lists.parts import Row, SectionHead, Sentence, words
from widgets.lists.question import Question
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.signs.words import SignWords

AGAIN = 15 * SECOND
SHOWN = 8
_ICONS = {
    "sensor": "ruler",
    "unit": "user",
    "camera": "camera",
    "feed": "plug-broken",
    "alarm": "bell",
    "alert": "bell",
}
_FROM = ("events", "cases", "orders", "sensors", "units", "cameras", "alerts", "feeds", "alarms", "signs")


class Behind(QWidget):
    """The section; asks when it is made, and again as long as it is looked at.

    Attributes:
        things: as last told.
    """

    def __init__(self, desk: Desk, key: str, said: SignWords, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.key, self.words = desk, key, said
        self.things: tuple[Thing, ...] | None = None
        self._problem: Message | None = None
        self._question: Question | None = None
        self._asked_at = 0
        self._item: Item | None = None
        self._said: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._block = Block(self)
        column.addWidget(self._block)

    def show_item(self, item: Item) -> None:
        """The item has another value, or none."""
        first, self._item = self._item is None, item
        if first:
            self._ask()
        self._show()

    def second(self) -> None:
        now = self.desk.ctx.clock.now()
        if not 0 <= now - self._asked_at < AGAIN and not self._block.underMouse():
            self._ask()

    def _ask(self) -> None:
        ctx, item = self.desk.ctx, self._item
        self._asked_at = ctx.clock.now()
        made = item is not None and item.sign.input.partition(":")[0] in _FROM and not item.part
        if ctx.signs is None or not made or (self._question is not None and self._question.open):
            return
        self._question = Question(self, self._came)
        ctx.signs.things(self.key, self._question.answer)

    def _came(self, said: list[Thing] | Message) -> None:
        if isinstance(said, Message):
            self._problem = said
        else:
            self.things, self._problem = tuple(said), None
        self._show()

    def _show(self) -> None:
        item = self._item
        if item is None or (self.things is None and self._problem is None):
            return
        shown = self.things or ()
        said = (shown, self._problem, item.known)
        if said == self._said:
            return
        self._said = said
        theme, t = self.desk.ctx.theme, self.desk.ctx.t
        if self._problem is not None and not shown:
            self._block.fill([])
            return
        if not shown:
            none = [Sentence(theme, t("signsui.things_none"), "t3", "small")] if item.known else []
            self._block.fill([SectionHead(theme, t("signsui.things")), *none] if none else [])
            return
        many = t("signsui.things_many", n=min(SHOWN, len(shown))) if len(shown) > SHOWN else ""
        head = SectionHead(theme, t("signsui.things"), words(joined(self.words.input(item.sign), many)))
        self._block.fill([head, *(self._row(one, item) for one in shown[:SHOWN])])

    def _row(self, one: Thing, item: Item) -> QWidget:
        desk, theme = self.desk, self.desk.ctx.theme
        picture = desk.ctx.picture
        row: dict[str, Any] | None = None
        if one.topic != "case":
            try:
                row = picture[one.topic].get(one.key)
            except KeyError:  # a table that this seat does not know
                row = None
        right = self.words.with_unit(item.sign, one.value) if math.isfinite(one.value) else ""
        if one.topic == "event" and row is not None:
            return desk.event_row(row, right or desk.say.channel(row["channel"]))
        title, under = self._named(one, row), self.words.area(one.area) if one.area else ""
        level = int(row.get("level", 0)) if row is not None else 0

        def draw(painter: QPainter, rect: QRectF) -> None:
            if 1 <= level <= 4:
                draw_badge(painter, rect, level, theme)
            else:
                draw_icon(painter, rect.adjusted(3, 3, -3, -3), _ICONS.get(one.topic, "info"), theme.t2, 2)

        made = Row(theme, draw, title, under, right, lambda: desk.age(one.measured) if one.measured else "")
        topic, key = self._target(one)
        made.picked.connect(lambda: desk.ctx.selection.select(topic, key))
        made.pointed.connect(lambda on: desk.ctx.selection.hover(topic if on else "", key if on else ""))
        return made

    def _named(self, one: Thing, row: dict[str, Any] | None) -> str:
        if one.topic == "case":
            case = self.desk.ctx.cases.case(one.key)
            if case is not None:
                name = self.desk.say.title(case.facts.kind, math.nan)
                return joined(name, case.number or self.desk.ctx.t("orders.unnumbered"))
        if row is not None:
            return str(row.get("name") or row.get("title") or one.name or one.key)
        return one.name or one.key.partition("/")[2] or one.key

    def _target(self, one: Thing) -> tuple[str, str]:
        """What a thing leads to: of a case about an event that is in the picture the event, whose page has both."""
        case = self.desk.ctx.cases.case(one.key) if one.topic == "case" else None
        return item_of(case, self.desk.ctx.picture) if case is not None else (one.topic, one.key)
