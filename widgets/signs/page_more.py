"""What stands below on the page of a vital sign: its areas, its parts, the signs that it is made from, what it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.ages import exactly, full_stamp, span
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.signs import key_of
from widgets.charts.bars import Bar, Bars
from widgets.kit.icons import draw_icon
from widgets.kit.symbols import draw_badge
from widgets.lists.page import Block, Desk
from widgets.lists.parts import Line, Part, Row, SectionHead, words
from widgets.lists.words import joined
from widgets.signs.board import NO_ROW, Item, SignBoard
from widgets.signs.page_parts import threshold_words
from widgets.signs.words import SignWords

_MOST_PARTS = 24
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BASES = ("T21", "T23", "Y", "W", "O")


class Sections(QWidget):
    """The sections; those that have nothing to say take no room.

    Attributes:
        item: what they are about. areas, parts: the bars.
    """

    def __init__(self, desk: Desk, said: SignWords, board: SignBoard, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.words, self.board = desk, said, board
        self.item: Item | None = None
        self._said: dict[Block, object] = {}
        selection = desk.ctx.selection
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._area_head, self._part_head = Block(self), Block(self)
        self._made, self._about = Block(self), Block(self, below=10)
        self.areas, self.parts = Bars(desk.ctx, self), Bars(desk.ctx, self)
        for one in (self._area_head, self.areas, self._part_head, self.parts, self._made, self._about):
            column.addWidget(one)
        for bars in (self.areas, self.parts):
            bars.picked.connect(lambda key: selection.select("sign", key))
            bars.pointed.connect(lambda key: selection.hover("sign" if key else "", key))
            bars.hide()

    def put_behind(self, widget: QWidget) -> None:
        """Puts a widget between the parts and what the sign is."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self._made), widget)

    def show_item(self, item: Item) -> None:
        """Shows an item as it is now."""
        self.item = item
        self._show_areas(item)
        self._show_parts(item)
        self._show_made(item)
        self._show_about(item)

    def _refill(self, block: Block, said: object, make: Callable[[], list[QWidget]]) -> None:
        """Fills a block anew only where it says something else: what is under a hand stays."""
        if block not in self._said or self._said[block] != said:
            self._said[block] = said
            block.fill(make())

    def _bar(self, item: Item, name: str, whole: float = math.nan) -> Bar:
        """Args: whole: what it is a share of; NaN says no share."""
        text = self.words.value(item.sign, item.value) if item.known else self.words.t("signsui.no_value")
        share = item.value / whole if item.known and whole else math.nan
        note = f"{share * 100:.0f}%" if math.isfinite(share) else ""
        return Bar(item.key, name, item.value if item.known else math.nan, text, item.level if item.known else 0, note)

    def _show_areas(self, item: Item) -> None:
        """The areas right below, the greatest first: each leads to the same sign there."""
        t = self.desk.ctx.t
        found = [] if item.part else self.board.in_areas(item.sign.code, item.area)
        found.sort(key=lambda one: (not one.known, -one.value if one.known else 0.0, one.area))
        path = self.desk.areas.path(item.area)
        above = path[-2] if len(path) > 1 and not item.part else None
        if above is not None and self.board.row(item.sign.code, above.code) == NO_ROW:
            above = None
        over = sum(1 for one in found if one.known and one.level)
        missing = sum(1 for one in found if not one.known)
        beside = joined(
            t.unit(item.sign.unit),
            t("signsui.n_over", n=over) if over else "",
            t("signsui.n_missing", n=missing) if missing else "",
        )

        def make() -> list[QWidget]:
            if not found and above is None:
                return []
            tiers, tier = self.desk.ctx.pack.tiers, path[-1].tier + 1 if path else 1
            name = t.pack(tiers[tier]) if found and tier < len(tiers) else ""
            title = t("signsui.by_area", tier=name) if name else t("signsui.other_areas")
            head = SectionHead(self.desk.ctx.theme, title, words(beside))
            return [head, self._up(above.code, above.name)] if above is not None else [head]

        upper = self.board.item(key_of(item.sign.code, above.code)).value if above is not None else None
        self._refill(self._area_head, (bool(found), above, upper, beside), make)
        self.areas.show_bars([self._bar(one, self.words.area(one.area)) for one in found])

    def _up(self, code: str, name: str) -> Part:
        """The same sign in the area around."""
        assert self.item is not None
        desk, theme = self.desk, self.desk.ctx.theme
        key = key_of(self.item.sign.code, code)
        above = self.board.item(key)

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_icon(painter, rect.adjusted(3, 3, -3, -3), "chevron-up", theme.t2, 2)

        said = self.words.with_unit(above.sign, above.value)
        row = Row(theme, draw, name, desk.ctx.t("signsui.up_row"), said, words(""))
        row.picked.connect(lambda: desk.ctx.selection.select("sign", key))
        return row

    def _show_parts(self, item: Item) -> None:
        t, theme = self.desk.ctx.t, self.desk.ctx.theme
        found = [] if item.part else self.board.parts(item.sign.code, item.area)
        adds = item.sign.unit not in ("%", "‰") and item.sign.by_area in ("sum", "count")
        total = sum(one.value for one in found if one.known and one.value > 0) if adds else math.nan
        bars = [self._bar(one, self.words.part(one), total) for one in found[:_MOST_PARTS]]
        rest = len(found) - len(bars)
        beside = joined(t.unit(item.sign.unit), t("signsui.n_more", n=rest) if rest else "")
        title = t("signsui.composition")
        self._refill(
            self._part_head,
            (bool(bars), beside),
            lambda: [SectionHead(theme, title, words(beside))] if bars else [],
        )
        self.parts.show_bars(bars)

    def _show_made(self, item: Item) -> None:
        """The signs that its formula speaks of, in the same area: an index opens into its parts."""
        t, theme = self.desk.ctx.t, self.desk.ctx.theme
        codes = [code for code in dict.fromkeys(_CODE.findall(item.sign.formula)) if code in self.board.told.at]
        members = [self.board.item(key_of(code, item.area)) for code in codes]
        told = tuple((one.key, self.words.with_unit(one.sign, one.value), one.level, one.measured) for one in members)

        def make() -> list[QWidget]:
            head = SectionHead(theme, t("signsui.made_from"), words(item.sign.formula))
            return [head, *(self._member(one) for one in members)] if members else []

        self._refill(self._made, told, make)

    def _member(self, one: Item) -> Part:
        theme, desk = self.desk.ctx.theme, self.desk

        def draw(painter: QPainter, rect: QRectF) -> None:
            if one.known and one.level:
                draw_badge(painter, rect.adjusted(2, 2, -2, -2), one.level, theme)
            else:
                draw_icon(painter, rect.adjusted(3, 3, -3, -3), "ruler", theme.t2, 2)

        def aged() -> str:
            return self.words.age(one, desk.ctx.clock.now())

        under = joined(one.sign.code, self.words.mark(one.sign))
        said = self.words.with_unit(one.sign, one.value)
        row = Row(theme, draw, self.words.name(one.sign), under, said, aged, dim=not one.known)
        row.picked.connect(lambda: desk.ctx.selection.select("sign", one.key))
        return row

    def _show_about(self, item: Item) -> None:
        self._refill(self._about, (item.sign, item.measured if item.known else 0), lambda: self._about_parts(item))

    def _about_parts(self, item: Item) -> list[QWidget]:
        t, theme, sign, said = self.desk.ctx.t, self.desk.ctx.theme, item.sign, self.words

        def line(name: str, value: str, note: str = "") -> Line:
            return Line(theme, t(f"signsui.about_{name}"), words(value), words(note), pad=12)

        parts: list[QWidget] = [SectionHead(theme, t("signsui.about"))]
        for level, bound, more in threshold_words(said, item):
            parts.append(Line(theme, t(f"lists.level_{level}"), words(bound), words(more), pad=12))
        if not sign.thresholds:
            parts.append(line("bounds", t("signsui.no_bounds")))
        beat = round(sign.every * SECOND)
        lines: list[tuple[str, Any]] = [
            ("direction", t(f"signsui.direction_{sign.direction}")),
            ("input", sign.formula or said.input(sign)),
            ("origin", said.mark(sign)),
            ("beat", t(span(beat) if beat % MINUTE == 0 or beat < MINUTE else exactly(beat))),
            ("sums", joined(t(f"signsui.sum_{sign.by_area}"), t(f"signsui.sum_{sign.by_time}"))),
            ("owner", said.owner(sign)),
            ("measured", full_stamp(item.measured) if item.known else ""),
        ]
        parts += [line(name, value) for name, value in lines if value]
        parts.append(line("code", sign.code, t(f"signsui.basis_{sign.basis.lower()}") if sign.basis in _BASES else ""))
        return parts
