"""The foot of the page of a case: the big button with the next sensible act, which never moves, and what else may be
done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import KeyButton
from widgets.kit.panel import PanelContext
from widgets.kit.theme import Theme
from widgets.lists.parts import PAD
from widgets.orders.next_act import Do, Offer

HEIGHT = 60
_BIG, _BIG_NARROW, _NARROW = 232, 196, 430


class FootButton(KeyButton):
    """A button of 40 px with its key, which is left out where there is no room."""

    def __init__(self, theme: Theme, kind: str, parent: QWidget) -> None:
        super().__init__("", "", theme, kind, parent)
        self.setProperty("big", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("padding: 0 4px;")

    def tell(self, words: str, key: str, tip: str) -> None:
        """What it does; an empty tip says it again with its key."""
        self._key = key
        self.setText(words)
        self.setToolTip(tip or f"{words}  {key}".rstrip())
        self.setAccessibleName(words)
        self.setAccessibleDescription(key)
        self.updateGeometry()
        self.update()

    @property
    def key(self) -> str:
        return self._key

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.fontMetrics().horizontalAdvance(self.text()) + 20
        room += QFontMetrics(self.theme.font("axis")).horizontalAdvance(self._key) + 12 + 8 if self._key else 0
        if self._key and room <= self.width():
            super().paintEvent(event)
        else:
            QPushButton.paintEvent(self, event)


class Foot(QWidget):
    """The foot.

    Attributes:
        big: the big button. beside: the others.
        pressed: what a click asks for.
    """

    pressed = Signal(object)

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.offer: Offer | None = None
        self.others: list[Offer] = []
        self.beside: list[FootButton] = []
        self.setFixedHeight(HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(PAD, 10, PAD, 10)
        self._row.setSpacing(8)
        self.big = FootButton(ctx.theme, "primary", self)
        self.big.clicked.connect(lambda: self.offer is not None and self.pressed.emit(self.offer.do))
        self._row.addWidget(self.big)
        self._row.addStretch(0)

    def show_offers(self, big: Offer, others: Sequence[Offer]) -> None:
        """Takes what is offered now; what is the same stays as it is, with its focus."""
        if big != self.offer:
            self.offer = big
            self._dress(self.big, big)
        if list(others) != self.others:
            self.others = list(others)
            self._show_others()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.big.setFixedWidth(_BIG if self.width() >= _NARROW else _BIG_NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, 0, self.width(), 1, self._ctx.theme.line)

    def _show_others(self) -> None:
        for button in self.beside:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.beside = []
        for offer in self.others:
            button = FootButton(self._ctx.theme, "normal", self)
            self._dress(button, offer)
            button.clicked.connect(lambda _checked=False, do=offer.do: self.pressed.emit(do))
            button.setMinimumWidth(48)
            self._row.insertWidget(self._row.count() - 1, button, 1)
            button.show()
            self.beside.append(button)

    def _dress(self, button: FootButton, offer: Offer) -> None:
        t = self._ctx.t
        waits = offer.do is Do.WAIT
        button.setEnabled(not waits and offer.why is None)
        button.tell(t(offer.words), offer.key, t(offer.why) if isinstance(offer.why, Message) else "")
