"""来电: who calls, where they are, what they are working on. It comes over the map and never takes the keyboard."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cockpit.model.calls import Inbound
from cockpit.model.cases import Case, Order
from cockpit.model.places import PLACE, place_key
from widgets.calls import keys
from widgets.calls.words import contact_under, way_name
from widgets.kit.buttons import KeyButton, button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import draw_icon
from widgets.kit.loopwords import item_of
from widgets.kit.panel import Pane
from widgets.lists.areas import AreaTree

MOST_ORDERS = 3


class IncomingCard(Pane):
    """
    Attributes:
        inbound: what rings, None nothing. waiting: how many more ring.
        take, video, decline: its buttons. where: shows the caller on the map. orders: their open orders, each a button.
    """

    panel_id: ClassVar[str] = "incoming"
    topics: ClassVar[frozenset[str]] = frozenset({"call", "case", "unit"})

    refitted = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "float")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.inbound: Inbound | None = None
        self.waiting = 0
        self._areas = AreaTree(ctx.picture["area"])
        self._orders: tuple[str, ...] = ()
        self.title, self.who, self.under, self.more = (ElidedLabel(parent=self) for _ in range(4))
        self.where = button("", self._show_where, "chip", parent=self)
        self.where.setCheckable(False)
        self.orders: list[QPushButton] = []
        self._order_box = QVBoxLayout()
        self._order_box.setSpacing(4)
        theme = ctx.theme
        self.take = KeyButton("", keys.TAKE, theme, "primary", self)
        self.decline = KeyButton("", keys.END, theme, parent=self)
        self.video = button("", lambda: self._run("call.take_video"), parent=self)
        self.take.clicked.connect(lambda: self._run("call.take"))
        self.decline.clicked.connect(lambda: self._run("call.decline"))
        self._lay_out()
        self.retheme()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 0, 0)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.more)
        column.addLayout(head)
        column.addWidget(self.who)
        column.addWidget(self.under)
        column.addSpacing(2)
        place = QHBoxLayout()
        place.addWidget(self.where)
        place.addStretch(1)
        column.addLayout(place)
        column.addLayout(self._order_box)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.take)
        row.addWidget(self.video)
        row.addStretch(1)
        row.addWidget(self.decline)
        column.addSpacing(6)
        column.addLayout(row)

    @property
    def wanted_height(self) -> int:
        return self.layout().sizeHint().height()  # type: ignore[union-attr]

    def tell(self, inbound: Inbound | None, waiting: int) -> None:
        """The one that has rung longest, and how many more ring."""
        self.inbound, self.waiting = inbound, waiting
        self._write()

    def refresh(self, topics: frozenset[str]) -> None:
        self._write()

    def age_tick(self) -> None:
        self._write()

    def _write(self) -> None:
        inbound, t, ctx = self.inbound, self.ctx.t, self.ctx
        if inbound is None:
            return
        seconds = max(0, (ctx.clock.now() - inbound.since) // 1_000_000)
        self.title.setText(t("callsui.incoming_video" if inbound.video else "callsui.incoming", seconds=seconds))
        self.more.setText(t("callsui.more_ring", n=self.waiting) if self.waiting else "")
        contact = inbound.contact
        self.who.setText(contact.name or way_name(inbound.way, t))
        back = [t("callsui.came_back", seat=seat_words(inbound.back, ctx))] if inbound.back else []
        self.under.setText(" · ".join([*back, way_name(inbound.way, t), contact_under(contact, t)]))
        self.where.setText(self._place(inbound))
        self.where.setEnabled(bool(contact.unit) or inbound.lon == inbound.lon)
        self.take.setText(t("callsui.take"))
        self.video.setText(t("callsui.take_video"))
        self.video.setVisible(inbound.video)
        self.decline.setText(t("callsui.decline"))
        self._show_orders(inbound)
        self.setAccessibleName(f"{self.title.text()} {self.who.text()} {self.where.text()}")
        self.update()

    def _place(self, inbound: Inbound) -> str:
        t, unit = self.ctx.t, inbound.contact.unit
        row = self.ctx.picture["unit"].get(unit) if unit else None
        if row is not None and row["area"]:
            names = [area.name for area in self._areas.path(row["area"])]
            return t("callsui.where", place=" · ".join(names[1:3]) or t("callsui.on_map"))
        return (
            t("callsui.where", place=t("callsui.on_map")) if inbound.lon == inbound.lon else t("callsui.where_unknown")
        )

    def _show_orders(self, inbound: Inbound) -> None:
        found = orders_of(self.ctx, inbound)[:MOST_ORDERS]
        words = tuple(order_words(self.ctx, case, order) for case, order in found)
        if words == self._orders and len(self.orders) == len(words):
            return
        self._orders = words
        for old in self.orders:
            self._order_box.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.orders = []
        for (case, _), said in zip(found, words, strict=True):
            made = button(
                said, lambda case=case: self.ctx.selection.select(*item_of(case, self.ctx.picture)), parent=self
            )
            made.setStyleSheet("text-align: left;")
            self.orders.append(made)
            self._order_box.addWidget(made)
        self.refitted.emit()

    def _show_where(self) -> None:
        show_caller(self.ctx, self.inbound)

    def _run(self, command: str) -> None:
        problem = self.ctx.actions.trigger(command)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def retranslate(self) -> None:
        self._orders = ()
        self._write()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self.title.setFont(theme.font("small", 700))
        self.title.set_color(theme.acc)
        self.more.setFont(theme.font("small"))
        self.more.set_color(theme.t2)
        self.who.setFont(theme.font("title"))
        self.who.set_color(theme.t1)
        self.under.setFont(theme.font("small"))
        self.under.set_color(theme.t2)
        for key in (self.take, self.decline):
            key.retheme(theme)
        self._write()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme, painter = self.ctx.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.acc, 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        draw_icon(painter, QRectF(16, 13, 16, 16), "phone", theme.acc, 1.75)


def seat_words(seat: str, ctx: PanelContext) -> str:
    """席位 2."""
    head, _, number = seat.partition("-")
    return ctx.t("orders.seat", n=number) if head == "seat" and number else seat


def orders_of(ctx: PanelContext, inbound: Inbound) -> list[tuple[Case, Order]]:
    """Open orders of the caller, as the hub named them, and the one that their unit is known to have."""
    wanted = set(inbound.orders)
    mine = ctx.cases.order_of(inbound.contact.unit) if inbound.contact.unit else None
    if mine is not None:
        wanted.add(mine.id)
    return [
        (case, order) for case in ctx.cases.all_open() for order in case.orders.values()
        if order.id in wanted and not order.ended
    ]  # fmt: skip


def order_words(ctx: PanelContext, case: Case, order: Order) -> str:
    """G-0714-0642 下穿通道积水 · 已到场."""
    t = ctx.t
    number = order.number or t("orders.unnumbered")
    kind = ctx.pack.kind(case.facts.kind)
    return f"{number} {t.pack(kind.name)} · {t(f'orders.state_{order.state}')}"


def show_caller(ctx: PanelContext, inbound: Inbound | None) -> None:
    """Selects the unit of a caller and brings it into sight."""
    if inbound is None:
        return
    if inbound.contact.unit:
        ctx.selection.select("unit", inbound.contact.unit)
        ctx.actions.trigger("map.to_selected")
    elif inbound.lon == inbound.lon:
        ctx.selection.select(PLACE, place_key(inbound.lon, inbound.lat))
        ctx.actions.trigger("map.to_selected")


PANELS = {"incoming": IncomingCard}
