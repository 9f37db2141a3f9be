"""附近力量: who is near a place along the streets, why each fits or not, and its way on the map."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.tables import UnitState
from widgets.calls.reach import call_button
from widgets.kit.buttons import button
from widgets.kit.routes import Path
from widgets.kit.symbols import draw_unit
from widgets.lists.page import Block, Desk
from widgets.lists.parts import Row, SectionHead, Sentence, words
from widgets.lists.question import Question
from widgets.lists.words import joined

FEW = 5
"""Rows that are shown at first."""
AGAIN_AFTER = 15 * SECOND
"""Units move: asked again after this time, unless the pointer or the keyboard is at a row."""


class NearbyBlock(Block):
    """The section of the page.

    Attributes:
        found: the answer shown, nearest first.
        chosen: key of the unit whose way stands out on the map, "" for none; another one's does while it is pointed at.
        answered: who is near is known, or is other than before.
        picked: a person chose a unit, or let it go ("").
    """

    answered = Signal()
    picked = Signal(str)

    def __init__(self, desk: Desk, lon: float, lat: float, kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.found: list[Near] = []
        self.chosen = ""
        self._desk, self._place, self._kind = desk, (lon, lat), kind
        self._question: Question | None = None
        self._asked_at = 0
        self._answered_at = 0
        self._pointed = ""
        self._beside_it: tuple[str, Path] | None = None
        self._all = False
        self._rows: dict[str, Row] = {}
        self._told: dict[str, str] = {}
        ctx = desk.ctx
        self._title = SectionHead(ctx.theme, ctx.t("lists.nearby"), self._beside)
        self._body = Block(self)
        self.fill([self._title, self._body])
        if math.isnan(lon) or math.isnan(lat):
            self._say("lists.nearby_no_place")
        else:
            self._say("lists.nearby_loading")
            self.ask()

    def ask(self) -> None:
        ctx = self._desk.ctx
        if self._question is not None and self._question.open:
            self._question.drop()
        self._asked_at = ctx.clock.wall()
        self._question = Question(self, self._came)
        ctx.nearby.near(*self._place, self._kind, self._question.answer)

    def age_tick(self) -> None:
        """Asks again when the answer has grown old and nobody is at it."""
        now = self._desk.ctx.clock.wall()
        if self._asked_at and not self._pointed and now - self._asked_at >= AGAIN_AFTER:
            self.ask()

    def leave(self) -> None:
        """Takes the ways off the map."""
        self.chosen = self._pointed = ""
        self.found, self._beside_it = [], None
        self._desk.ctx.routes.show(())

    def _beside(self) -> str:
        t = self._desk.ctx.t
        if self._desk.old("unit"):
            return t("lists.nearby_old")
        return joined(t("lists.nearby_along"), self._desk.age(self._answered_at) if self._answered_at else "")

    def _say(self, what: str | Message) -> None:
        theme = self._desk.ctx.theme
        self._rows = {}
        self._body.fill([Sentence(theme, self._desk.ctx.t(what), "t3", "small")])

    def _came(self, said: list[Near] | Message) -> None:
        if isinstance(said, Message):
            self._say(said)
            return
        self._answered_at = self._desk.ctx.clock.now()
        self.found = list(said)
        if not said:
            self._say("lists.nearby_none")
            return
        self._show_rows()
        self._show_paths()
        self.answered.emit()

    @property
    def shown(self) -> list[Near]:
        """Those that have a row: the first few, or all when they were asked for."""
        return self.found if self._all or len(self.found) <= FEW + 1 else self.found[:FEW]

    def _show_rows(self) -> None:
        t, shown = self._desk.ctx.t, self.shown
        self._told = self._taken()
        self._rows = {near.key: self._row(near) for near in shown}
        parts: list[QWidget] = list(self._rows.values())
        if len(shown) < len(self.found):
            parts.append(button(t("lists.nearby_more", n=len(self.found) - len(shown)), self._show_all, "quiet"))
        self._body.fill(parts)
        self._mark()

    def _show_all(self) -> None:
        self._all = True
        self._show_rows()
        self._show_paths()
        self._rows[self.found[FEW].key].setFocus()

    def choose(self, key: str) -> None:
        """A person chooses a unit: its way stands out on the map. The same again lets it go."""
        self.show_chosen("" if key == self.chosen else key)
        self.picked.emit(self.chosen)

    def show_chosen(self, key: str) -> None:
        """Shows a unit as the chosen one, "" for none."""
        if key != self.chosen:
            self.chosen = key
            self._mark()
            self._show_paths()

    def orders_changed(self) -> None:
        """Orders were given out or ended: rows say anew who may go, unless somebody is at one of them."""
        told = self._taken()
        if self.found and told != self._told and not self._pointed:
            self._show_rows()
            self._show_paths()

    def _taken(self) -> dict[str, str]:
        """Numbers of the orders that those near have, by key."""
        t, order_of = self._desk.ctx.t, self._desk.ctx.cases.order_of
        orders = {near.key: order_of(near.key) for near in self.found}
        return {key: order.number or t("orders.unnumbered") for key, order in orders.items() if order is not None}

    def _mark(self) -> None:
        for of, row in self._rows.items():
            row.mark(of == self.chosen)

    def _row(self, near: Near) -> Row:
        ctx = self._desk.ctx
        t, theme, pack = ctx.t, ctx.theme, ctx.pack
        unit: dict[str, Any] = ctx.picture["unit"].get(near.key) or {}
        kind = pack.unit_kind(unit.get("kind", ""))
        state = int(unit.get("state", UnitState.FREE if near.free else UnitState.BUSY))
        fits = "，".join(map(t, near.fits)) if t.lang == "zh" else ", ".join(map(t, near.fits))
        if not self._kind:  # nothing is to be done here that somebody could fit
            fits = t.pack(kind.name)
        number = self._told.get(near.key)
        free = near.free and number is None and state == UnitState.FREE
        if number is not None:
            state = int(UnitState.BUSY)
            under = t("lists.unit_because", word=t("lists.unit_not_free"), why=t("orders.on_order", order=number))
        elif free or not self._kind:
            under = joined(t(f"lists.unit_state_{state}"), fits)
        else:
            word = t("lists.unit_not_free")  # a reason of the finder's begins with it already
            why = t(f"lists.unit_state_{state}") if near.free else fits
            under = (why or word) if why.startswith(word) or not why else t("lists.unit_because", word=word, why=why)

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_unit(painter, rect.center(), kind.shape, state, theme, radius=8.0)

        minutes = walk_words(near.seconds, kind.on_foot, t)
        row = Row(theme, draw, unit.get("name") or near.key, under, metres_words(near.metres, t), minutes, not free)
        row.unit_key = near.key
        row.put_beside(call_button(ctx, near.key, unit.get("name") or near.key))
        if near.key == self.suggested():
            row.tag = t("orders.suggested")
        row.pointed.connect(lambda at_it, key=near.key: self._point(key, at_it))
        row.picked.connect(lambda key=near.key: self.choose(key))
        row.opened.connect(lambda key=near.key: ctx.selection.select("unit", key))
        return row

    def suggested(self) -> str:
        """Key of the best fit of those who may go, "" for none, and where there is nothing to be done."""
        if not self._kind:
            return ""
        return next((near.key for near in self.found if self._may_go(near)), "")

    def _may_go(self, near: Near) -> bool:
        """Whether it is free now, which it was when the answer was made, and has no order of ours."""
        unit = self._desk.ctx.picture["unit"].get(near.key)
        free = near.free and (unit is None or unit["state"] == UnitState.FREE)
        return free and near.key not in self._told

    def _point(self, key: str, at_it: bool) -> None:
        if not at_it and key and key != self._pointed:
            return
        self._pointed = key if at_it else ""
        self._desk.ctx.selection.hover("unit" if at_it else "", self._pointed)
        self._show_paths()

    def show_beside(self, way: tuple[str, Path] | None) -> None:
        """Has the way of something else than a unit stand out, or no more."""
        if way != self._beside_it:
            self._beside_it = way
            self._show_paths()

    def _show_paths(self) -> None:
        """Has the map show every way; the one that stands out is pointed at, else chosen, else the first free one's."""
        ways = [(near.key, near.path) for near in self.shown if near.path]
        first = next((near.key for near in self.shown if near.path and self._may_go(near)), "")
        chosen = self._pointed or self.chosen or first
        if self._beside_it is not None and not self._pointed:
            ways, chosen = [*ways, self._beside_it], self._beside_it[0]
        self._desk.ctx.routes.show(ways, chosen)


def metres_words(metres: float, t: Any) -> str:
    """0.3 km, 1.5 km; the way along the streets that was not found says so."""
    if math.isnan(metres):
        return str(t("lists.no_way"))
    return f"{metres / 1000:.1f} km" if metres >= 50 else f"{metres:.0f} m"


def walk_words(seconds: float, on_foot: bool, t: Any) -> Callable[[], str]:
    """步行 3 分, 约 4 分."""
    if math.isnan(seconds):
        return words("")
    minutes = max(1, math.ceil(seconds / 60))
    return words(t("lists.minutes_walk" if on_foot else "lists.minutes", n=minutes))
