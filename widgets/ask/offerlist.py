"""The list under the question box: offers, taken by Down and Enter or a click, while the box keeps the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets.ask.offering import Offer
from widgets.kit.context import PanelContext

ROW, PAD = 30, 14
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


class OfferList(QFrame):
    """The list, over what lies under the box.

    Attributes:
        offers: what it shows. at: the row chosen, -1 none.
        taken: (index) an offer was taken.
    """

    taken = Signal(int)

    def __init__(self, ctx: PanelContext, box: QWidget) -> None:
        super().__init__(box.window())
        self.ctx, self._box = ctx, box
        self.offers: tuple[Offer, ...] = ()
        self.at = -1
        self.setProperty("frame", "float")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        self.offers, self.at = tuple(offers), -1
        if not offers:
            self.hide()
            return
        window, box = self._box.window(), self._box
        if self.parentWidget() is not window:
            self.setParent(window)
        at = box.mapTo(window, QPoint(0, box.height() + 2))
        self.setGeometry(at.x(), at.y(), box.width(), ROW * len(offers) + 10)
        self.setAccessibleName(self.ctx.t("ask.offers"))
        self.setAccessibleDescription("; ".join(one.shown for one in offers))
        self.show()
        self.raise_()
        self.update()

    def walk(self, step: int) -> Offer | None:
        """The next offer (`step` 1) or the one before; None: back in the box."""
        self.at = min(max(self.at + step, -1), len(self.offers) - 1)
        self.update()
        return self.offers[self.at] if self.at >= 0 else None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = QPainter(self), self.ctx.theme
        small = QFontMetricsF(theme.font("small"))
        for i, offer in enumerate(self.offers):
            box = QRectF(1, 5 + i * ROW, self.width() - 2, ROW)
            if i == self.at:
                painter.fillRect(box, theme.acc_bg)
            kind = self.ctx.t(f"ask.offer_{offer.kind}")
            wide = small.horizontalAdvance(kind)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t3)
            painter.drawText(QRectF(box.right() - PAD - wide, box.top(), wide + 1, ROW), _MIDDLE, kind)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.acc if i == self.at else theme.t1)
            room = box.width() - 3 * PAD - wide
            words = QFontMetricsF(theme.font("body")).elidedText(offer.shown, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(PAD, box.top(), room, ROW), _MIDDLE, words)

    def _row(self, y: float) -> int:
        row = int((y - 5) // ROW)
        return row if 0 <= row < len(self.offers) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.at = self._row(event.position().y())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.taken.emit(row)
