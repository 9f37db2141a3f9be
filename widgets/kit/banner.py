"""The offline banner: one sentence that says what broke, since when and what we do about it, and its buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import draw_icon
from widgets.kit.panel import Pane

HEIGHT = 44


@dataclass(frozen=True)
class BannerText:
    """What a banner says.

    Attributes:
        what: the sentence.
        doing: what we do meanwhile, beside the buttons; it may change each second.
        buttons: each with what it does.
    """

    what: Message
    doing: Message | None = None
    buttons: tuple[tuple[Message, Callable[[], object]], ...] = ()


class Banner(Pane):
    """The banner under the top bar; hidden while there is nothing to say."""

    panel_id: ClassVar[str] = "banner"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._text: BannerText | None = None
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 0, 8, 0)
        row.setSpacing(8)
        self.what = ElidedLabel(parent=self)
        self.doing = ElidedLabel(parent=self)
        row.addWidget(self.what)
        row.addStretch(1)
        row.addWidget(self.doing)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row.addLayout(self._buttons)
        self.retheme()
        self.hide()

    def tell(self, text: BannerText | None) -> None:
        """Say something, or nothing. Buttons are kept while their words are the same, so the focus stays."""
        told, self._text = self._text, text
        if text is not None and (told is None or _words(told.buttons) != _words(text.buttons)):
            self._make_buttons()
        self._write()
        self.setVisible(text is not None)

    def retranslate(self) -> None:
        self._make_buttons()
        self._write()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self.what.setFont(theme.font("row_title"))
        self.what.set_color(theme.t1)
        self.doing.setFont(theme.font("small"))
        self.doing.set_color(theme.t2)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.ctx.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.orange_text, 1))
        painter.setBrush(theme.orange_tint)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)
        draw_icon(painter, QRectF(13, self.height() / 2 - 10, 20, 20), "plug-broken", theme.orange_text, 1.7)

    def _write(self) -> None:
        text, t = self._text, self.ctx.t
        self.what.setText(t(text.what) if text else "")
        self.doing.setText(t(text.doing) if text and text.doing else "")
        self.setAccessibleName(self.what.text())

    def _make_buttons(self) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for i, (words, _run) in enumerate(self._text.buttons if self._text else ()):
            made = button(self.ctx.t(words), lambda i=i: self._pressed(i), parent=self)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons.addWidget(made)

    def _pressed(self, which: int) -> None:
        if self._text is not None:
            self._text.buttons[which][1]()


def _words(buttons: Sequence[tuple[Message, Callable[[], object]]]) -> list[Message]:
    return [words for words, _run in buttons]
