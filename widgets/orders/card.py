"""工单: the orders of a case after they were given out: who, how far, until when, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model import ages
from cockpit.model.cases import Case, Order
from cockpit.model.clock import midnight
from cockpit.model.ports.cases import Waiting
from cockpit.model.tables import UnitState
from widgets.calls.reach import call_button
from widgets.kit.panel import PanelContext
from widgets.kit.scrolling import hold, scrolled
from widgets.kit.symbols import draw_unit
from widgets.lists.parts import PAD, Part, Words, draw_line
from widgets.lists.words import clock_time
from widgets.orders.photos import Photos
from widgets.orders.reading import Reading
from widgets.orders.track import Beat, Remark, Track, UnitRow
from widgets.orders.words import BAD, OVER, TRACK, WAIT, CaseWords, Said, deadline, reached


class OrderCard(QWidget):
    """The orders of one case; one of them is looked at closely.

    Attributes:
        looked_at: id of the order whose track, words and photos are shown; "" picks one.
    """

    def __init__(self, ctx: PanelContext, words: CaseWords, reading: Reading, parent: QWidget) -> None:
        super().__init__(parent)
        self.looked_at = ""
        self._ctx, self._words, self._reading = ctx, words, reading
        self._case: Case | None = None
        self._rows: Mapping[str, Waiting] = {}
        self._failed: Said | None = None
        self._next = ""
        self._shown: Any = None
        self.units: dict[str, UnitRow] = {}
        self.remarks: list[Remark] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = CardHead(ctx, self._title, self._state, self._beside)
        column.addWidget(self.head)
        self._scroll = scrolled(self)
        column.addWidget(self._scroll, 1)
        self._inside: QWidget | None = None

    # -- what it shows

    def show_case(self, case: Case | None, rows: Sequence[Waiting], failed: Said | None, todo: str) -> None:
        """Takes the case as it is now.

        Args:
            rows: of the outbox.
            failed: what was refused last, in words, and what to do next in `todo`.
        """
        self._case, self._failed, self._next = case, failed, todo
        self._rows = {row.id: row for row in rows}
        order = self.order
        shown = (
            [(o.id, o.state, o.number, o.provisional, o.clash, o.lead) for o in self._orders()],
            order and (order.id, len(order.photos), tuple(order.times.items()), order.skew, order.again, *order.urges),
            order and self._text(order),
            failed,
            self._kinds_of_alerts(),
            midnight(self._ctx.clock.now()),
        )
        if shown != self._shown:
            self._shown = shown
            self._fill()
        self.head.update()

    @property
    def order(self) -> Order | None:
        """The order that is looked at: the chosen one, else the first that still has something to come."""
        orders = self._orders()
        return next((order for order in orders if order.id == self.looked_at), orders[0] if orders else None)

    @property
    def said(self) -> list[str]:
        """Sentences about what is not as it should be."""
        return [remark.said() for remark in self.remarks]

    def age_tick(self) -> None:
        """A second passed: words and clocks paint again; what came to be overdue gets its sentence."""
        self.show_case(self._case, list(self._rows.values()), self._failed, self._next)
        for part in self.findChildren(Part):
            part.update()
        for photos in self.findChildren(Photos):
            photos.age_tick()

    # -- words

    def _orders(self) -> list[Order]:
        """Those that have something to come first, the lead before its helpers, the newest first."""
        orders = list(self._case.orders.values()) if self._case else []
        return sorted(orders, key=lambda o: (o.state in ("refused", "recalled", "expired"), not o.lead, -o.issued))

    def _row_of(self, order: Order) -> Waiting | None:
        return self._rows.get(order.command)

    def _title(self) -> str:
        order = self.order
        if order is None:
            return self._ctx.t("orders.card_none")
        return self._ctx.t("orders.card", number=self._words.number(order))

    def _state(self) -> Said:
        order = self.order
        if order is None or len(self._orders()) > 1:
            return Said("")
        return self._words.state(order, self._row_of(order))

    def _beside(self) -> str:
        count = len(self._orders())
        return self._ctx.t("orders.card_count", n=count) if count > 1 else ""

    def _text(self, order: Order) -> str:
        """What is to be done, in words; "" while they are on their way."""
        if order.words or order.text is None:
            return order.words
        read = self._reading(order.text.id)
        return self._ctx.t("orders.text_erased") if read == "" else read or ""

    def _kinds_of_alerts(self) -> list[tuple[str, int]]:
        order = self.order
        return [(said.token, i) for i, said in enumerate(self._alerts(order))] if order is not None else []

    def _alerts(self, order: Order) -> list[Said]:
        return self._words.alerts(order, self._row_of(order))

    # -- how it comes about

    def _fill(self) -> None:
        theme = self._ctx.theme
        at = self._scroll.verticalScrollBar().value()
        focused = next((ident for ident, row in self.units.items() if row.hasFocus()), "")
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        self.remarks = []
        failed = self._failed
        if failed is not None:
            what = f"{failed.words}\n{self._next}" if self._next else failed.words
            self._remark(column, "warning", lambda: what, failed.token)
        order = self.order
        self.units = {one.id: self._unit_row(one) for one in self._orders()}
        for ident, row in self.units.items():
            row.mark(order is not None and ident == order.id)
            row.picked.connect(lambda ident=ident: self._look_at(ident))
            column.addWidget(row)
        if order is not None:
            for i, said in enumerate(self._alerts(order)):
                icon = "outbox" if said.token == WAIT and order.provisional else "warning"
                self._remark(column, icon, lambda i=i, order=order: self._alert(order, i), said.token)
            column.addSpacing(6)
            column.addWidget(Track(theme, self._beats(order), reached(order)))
            column.addWidget(Deadlines(self._ctx, self._words, order))
            if order.photos:
                unit = self._words.unit(order.unit)
                column.addWidget(Photos(self._ctx, [(photo.sha256, unit) for photo in order.photos]))
            text = self._text(order)
            if text:
                column.addWidget(Todo(theme, text))
        column.addStretch(1)
        self._inside = inside
        old = self._scroll.takeWidget()
        if old is not None:
            old.deleteLater()
        hold(self._scroll, inside)
        self._scroll.verticalScrollBar().setValue(at)
        if focused in self.units:
            self.units[focused].setFocus(Qt.FocusReason.OtherFocusReason)

    def _alert(self, order: Order, which: int) -> str:
        alerts = self._alerts(order)
        return alerts[which].words if which < len(alerts) else ""

    def _remark(self, column: QVBoxLayout, icon: str, said: Words, token: str) -> None:
        remark = Remark(self._ctx.theme, icon, said, token)
        self.remarks.append(remark)
        column.addWidget(remark)

    def _look_at(self, ident: str) -> None:
        self.looked_at = ident
        self._shown = None
        self.show_case(self._case, list(self._rows.values()), self._failed, self._next)

    def _unit_row(self, order: Order) -> UnitRow:
        ctx, words = self._ctx, self._words
        unit = ctx.picture["unit"].get(order.unit) or {}
        kind = ctx.pack.unit_kind(unit.get("kind", ""))
        busy = UnitState.FREE if order.ended else UnitState.BUSY

        def draw(painter: QPainter, rect: QRectF) -> None:
            draw_unit(painter, rect.center(), kind.shape, busy, ctx.theme, radius=6.5)

        lead = ctx.t("orders.lead" if order.lead else "orders.helper")
        row = self._row_of(order)
        alone = len(self._orders()) == 1  # its state stands in the head
        made = UnitRow(
            ctx.theme,
            draw,
            words.unit(order.unit),
            lead,
            lambda: Said("") if alone else words.state(order, row),
            lambda: words.clock(order),
            order.provisional,
            order.state in ("refused", "recalled", "expired"),
        )
        made.setAccessibleName(f"{lead} {words.unit(order.unit)} {words.state(order, row).words}")
        made.put_beside(call_button(ctx, order.unit, words.unit(order.unit)), order.unit)
        return made

    def _beats(self, order: Order) -> list[Beat]:
        t, at, now = self._ctx.t, reached(order), self._ctx.clock.now()
        token = {"refused": BAD, "expired": BAD, "recalled": OVER}.get(order.state, "acc")
        made = []
        for i, state in enumerate(TRACK):
            when = order.issued if state == "confirmed" else order.times.get(state, 0)
            pending = order.provisional and i == at
            label = t("orders.beat_pending") if pending and i == 0 else t(f"orders.beat_{state}")
            time = ages.moment(when, now) if when and i <= at else ""
            made.append(Beat(label, time, token if i == at else "acc", pending))
        return made


class CardHead(Part):
    """工单 G-0714-0642 已送达, and at the right how many there are."""

    def __init__(self, ctx: PanelContext, title: Words, state: Any, beside: Words) -> None:
        super().__init__(ctx.theme, 36)
        self._title, self._state, self._beside = title, state, beside

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        title, state, beside = self._title(), self._state(), self._beside()
        small = theme.font("small")
        right = QFontMetrics(small).horizontalAdvance(beside) + 2
        room = self.width() - 2 * PAD
        used, _ = draw_line(painter, QRect(PAD, 0, room, 36), title, theme.font("row_title"), theme.t1)
        at = PAD + used + 8
        ink = theme[state.token]
        _, cut = draw_line(painter, QRect(at, 1, self.width() - at - PAD - right, 36), state.words, small, ink)
        draw_line(painter, QRect(self.width() - PAD - right, 1, right, 36), beside, small, theme.t3, right=True)
        self.whole(cut, state.words)
        name = f"{title} {state.words}"
        if name != self.accessibleName():
            self.setAccessibleName(name)


class Deadlines(Part):
    """到场 17:51 前 · 处置 18:43 前 · 有效至 18:03: what it was given, the one that counts now in bold."""

    def __init__(self, ctx: PanelContext, words: CaseWords, order: Order) -> None:
        super().__init__(ctx.theme, 24)
        now = ctx.clock.now()
        counts = deadline(order)[0]
        self._said: list[tuple[str, bool]] = []
        for name, at in (("arrive", order.arrive_by), ("finish", order.finish_by), ("valid", order.valid_until)):
            if at and not (name == "valid" and order.state not in ("confirmed", "sent")):
                self._said.append((ctx.t(f"orders.until_{name}", when=clock_time(at, now)), name == counts))
        self.setAccessibleName("; ".join(words for words, _ in self._said))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, x = QPainter(self), self.theme, PAD
        for words, counts in self._said:
            font = theme.font("small", 700 if counts else 400)
            ink = theme.t1 if counts else theme.t2
            used, _ = draw_line(painter, QRect(x, 0, self.width() - x - PAD, 24), words, font, ink)
            x += used + 16


class Todo(Part):
    """What is to be done, as it was given out; at most three lines, all of it as tooltip."""

    _LINE, _MOST = 19, 3

    def __init__(self, theme: Any, text: str) -> None:
        super().__init__(theme, 32)
        self._text = text
        self.setAccessibleName(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = QRect(0, 0, max(40, self.width() - 2 * PAD - 20), 400)
        flags = int(Qt.TextFlag.TextWordWrap)
        high = QFontMetrics(self.theme.font("body")).boundingRect(room, flags, self._text).height()
        self.setFixedHeight(min(high, self._LINE * self._MOST) + 20)
        self.whole(high > self._LINE * self._MOST, self._text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.line)
        painter.setBrush(theme.field)
        frame = QRectF(PAD + 0.5, 2.5, self.width() - 2 * PAD - 1, self.height() - 7)
        painter.drawRoundedRect(frame, 4, 4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t1)
        painter.drawText(frame.adjusted(10, 6, -10, -4), int(Qt.TextFlag.TextWordWrap), self._text)
