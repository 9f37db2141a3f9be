"""The vital signs on the page of an area: those beyond their bounds, and the way to all of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets.kit.buttons import button
from widgets.kit.symbols import draw_badge
from widgets.lists.page import Block, Desk
from widgets.lists.parts import PAD, Row, SectionHead, Sentence, words
from widgets.lists.words import joined
from widgets.signs.asked import LEVELS, Asked, Asker, Order
from widgets.signs.board import Item, SignBoard
from widgets.signs.words import SignWords

_SHOWN = 6


class AreaSigns(Block):
    """The section; empty where the area has no values of its own."""

    def __init__(self, desk: Desk, code: str, parent: QWidget) -> None:
        super().__init__(parent)
        ctx = desk.ctx
        self._desk, self._code = desk, code
        self._words = SignWords(ctx.t, ctx.pack, desk.areas)
        self._board = SignBoard(ctx.picture["sign"], desk.areas, ctx.pack.code)
        self._asker = Asker(self._board, ctx.t)
        self._said: object = None
        self.look()

    def look(self) -> None:
        """Reads the picture again."""
        ctx = self._desk.ctx
        if ctx.signs is None:
            return
        self._board.take(ctx.signs.known)
        answer = self._asker.answer(Asked(self._code, abnormal=True, order=Order.LEVEL))
        total = sum(sum(counts.values()) for theme, counts in answer.themes.items() if not theme)
        items = [self._board.item(key) for key in answer.keys[:_SHOWN]]
        said = (total, answer.shown, tuple((one.key, one.value, one.level) for one in items))
        if said == self._said or self.underMouse():
            return
        self._said = said
        self.fill(self._parts(items, answer.shown) if total else [])

    def _parts(self, items: list[Item], shown: int) -> list[QWidget]:
        ctx, t = self._desk.ctx, self._desk.ctx.t
        beside = t("signsui.n_signs", n=shown) if shown else ""
        parts: list[QWidget] = [SectionHead(ctx.theme, t("signsui.area_signs"), words(beside))]
        parts += [self._row(item) for item in items]
        if not items:
            parts.append(Sentence(ctx.theme, t("signsui.area_signs_none"), "t3", "small"))
        if ctx.actions.get("desk.signs") is not None:
            every = button(t("signsui.area_signs_all"), partial(ctx.actions.trigger, "desk.signs"), "chip", parent=self)
            every.setCheckable(False)
            every.setFixedWidth(every.sizeHint().width())
            holder = Block(self, PAD, above=6, below=10)
            holder.fill([every])
            parts.append(holder)
        return parts

    def _row(self, item: Item) -> Row:
        desk, said, theme = self._desk, self._words, self._desk.ctx.theme
        level = item.level if item.level in LEVELS else 0

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_badge(painter, rect.adjusted(2, 2, -2, -2), level, theme)

        def aged() -> str:
            return said.age(item, desk.ctx.clock.now())

        arrow, by = said.change(item, item.previous)
        under = joined(said.branch(self._board.told, item.sign), f"{arrow} {by}".strip() if arrow else "")
        row = Row(theme, draw, said.name(item.sign), under, said.with_unit(item.sign, item.value), aged)
        row.picked.connect(lambda: desk.ctx.selection.select("sign", item.key))
        return row
