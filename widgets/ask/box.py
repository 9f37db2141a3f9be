"""The question box: always in sight over the centre. Enter asks, arrows bring offers and what was asked before."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.ask.offering import Offer, Offering
from widgets.ask.offerlist import OfferList
from widgets.kit.actions import Action, key_words
from widgets.kit.buttons import KeyButton
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.lineedit import LineEdit
from widgets.kit.panel import Pane
from widgets.kit.questioning import MOST_LETTERS, Questioning

KEYS = ("Ctrl+/", "Ctrl+L")
AHEAD_MS = 8000
"""After the archive is there the window draws, and its figures come; then the words are read beside it. Whoever comes
to the box before that has them read at once."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class AskBox(Pane):
    """Attributes:
    field: where it is typed. list: what is offered under it. button: asks.
    """

    panel_id: ClassVar[str] = "askbox"
    topics: ClassVar[frozenset[str]] = frozenset({"archive"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "panel")
        self.offering = Offering(ctx)
        self.field = LineEdit(self)
        self.field.setMaxLength(MOST_LETTERS)
        self.field.setFrame(False)
        self.field.installEventFilter(self)
        self.button = KeyButton("", "Enter", ctx.theme, "primary", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(lambda _checked=False: self.ask())
        self.list = OfferList(ctx, self)
        self.list.taken.connect(self._take)
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 1, 8, 1)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self._past = 0
        self._draft = ""
        self.field.textEdited.connect(self._edited)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(40)
        self._soon.timeout.connect(self.offer)
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(AHEAD_MS)
        self._ahead.timeout.connect(self._prepare)
        self._prepared = False
        ctx.questioning.changed.connect(self._asked)
        ctx.questioning.typed.connect(self._typed)
        ctx.actions.add(Action("ask.question", "ask.do_ask", self.take_keyboard, KEYS, icon="search"))
        self.retheme()
        self.retranslate()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 44)

    def refresh(self, topics: frozenset[str]) -> None:
        """The archive is read: the words of the city are next, once the first picture stands."""
        insight = self.ctx.insight
        if not self._prepared and insight is not None and insight.version and not self._ahead.isActive():
            self._ahead.start()

    def _prepare(self) -> None:
        self._prepared = True
        if self.ctx.asking is not None:
            self.ctx.asking.prepare()

    def take_keyboard(self) -> None:
        """The box has the keyboard, its words marked."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- asking

    def ask(self) -> None:
        """Puts what is typed."""
        self.list.show_offers(())
        self._soon.stop()
        self._past = 0
        if not self.field.text().strip():
            self.take_keyboard()
            return
        self.ctx.questioning.ask(self.ctx, self.field.text())

    def _asked(self) -> None:
        text = self.ctx.questioning.text
        if text and text != self.field.text() and not (self.field.hasFocus() and self.field.isModified()):
            self.field.setText(text)
        self.button.setEnabled(not self.ctx.questioning.busy)

    def _typed(self, text: str) -> None:
        self.field.setText(text)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.end(False)

    # -- offers and what was asked before

    def _edited(self, text: str) -> None:
        self._past = 0
        self._soon.start()

    def offer(self) -> None:
        """Shows what the box may go on with."""
        if self.field.hasFocus() and not self.field.composing:
            self.list.show_offers(self.offering.offers(self.field.text()))

    def _take(self, row: int) -> None:
        self._taken(self.list.offers[row])

    def _taken(self, offer: Offer) -> None:
        self.list.show_offers(())
        self.field.setText(offer.text)
        self.field.setModified(True)
        if offer.whole:
            self.ask()
        else:
            self.field.setFocus()

    def _walk_past(self, step: int) -> None:
        """Questions put before: Up an older one, Down a newer one, at last what was typed."""
        history = Questioning.history(self.ctx)
        if self._past == 0:
            self._draft = self.field.text()
            if history and history[-1] == self._draft and step > 0:
                step = min(2, len(history))
        self._past = min(max(self._past + step, 0), len(history))
        self.field.setText(history[-self._past] if self._past else self._draft)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.list.show_offers(())
            self.update()
        elif event.type() == QEvent.Type.FocusIn:
            if self._ahead.isActive():
                self._ahead.stop()
                self._prepare()
            self.update()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not self.field.composing:
            return self._pressed(event)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        key, shown = Qt.Key(event.key()), self.list.isVisible()
        if key in _ENTER:
            if event.isAutoRepeat():
                return True
            if shown and self.list.at >= 0:
                self._take(self.list.at)
            else:
                self.ask()
            return True
        if key == Qt.Key.Key_Escape and shown:
            self.list.show_offers(())
            return True
        if key == Qt.Key.Key_Escape and self.ctx.questioning.cancel_model():
            return True
        if key == Qt.Key.Key_Down and not shown and self._past == 0:
            self.offer()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if shown and (self.list.at >= 0 or key == Qt.Key.Key_Down):
                self.list.walk(1 if key == Qt.Key.Key_Down else -1)
            else:
                self.list.show_offers(())
                self._walk_past(1 if key == Qt.Key.Key_Up else -1)
            return True
        return False

    # -- looks

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = 2.0 if self.field.hasFocus() else 1.0
        painter.setPen(QPen(theme.acc, wide))
        painter.setBrush(theme.field)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2), 4, 4)
        draw_icon(painter, QRectF(14, (self.height() - 16) / 2, 16, 16), "search", theme.t2, 1.5)

    def resizeEvent(self, event: object) -> None:
        self.button.set_bare(self.width() < 480)
        self.list.show_offers(())

    def retheme(self) -> None:
        theme = self.ctx.theme
        self.field.setFont(theme.font("row_title", 400))
        self.field.setStyleSheet("border: none; background: transparent; padding: 0; font-size: 15px;")
        self.button.retheme(theme)
        self.update()

    def retranslate(self) -> None:
        t = self.ctx.t
        self.field.setPlaceholderText(t("ask.placeholder", key=key_words(KEYS[0])))
        self.field.setAccessibleName(t("ask.do_ask"))
        self.button.setText(t("ask.button"))
        self.setAccessibleName(t("ask.title"))

    def closeEvent(self, event: object) -> None:
        self._ahead.stop()
        self.ctx.actions.remove("ask.question")


PANELS = {"askbox": AskBox}
