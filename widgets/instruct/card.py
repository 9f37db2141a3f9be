"""One thing that waits for a leader: level, sentence, facts, who and when, what is left, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from widgets.instruct.waiting import Wait
from widgets.kit.buttons import button, disable
from widgets.kit.symbols import draw_badge
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip
from widgets.lists.parts import PAD, draw_line

_LEFT = PAD + 28 + 12
_FLAGS = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_LINE, _MOST = 20, 2
_BUTTONS = 30


@dataclass(frozen=True)
class Choice:
    """A button of a card.

    Attributes:
        id: what it does; words: what stands on it; why: why it can not be pressed, "" it can.
        primary: it is the next sensible act; link: it only goes to look at something.
    """

    id: str
    words: str
    why: str = ""
    primary: bool = False
    link: bool = False


class WaitCard(QWidget):
    """A card. Its keys: Enter looks at it, 1 to 5 press its buttons, up and down go to the next.

    Attributes:
        wait: what it shows. done: what was decided about it, "" while it waits.
        pressed: emitted with the id of a choice. buttons: by that id.
    """

    pressed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        wait: Wait,
        choices: Sequence[Choice],
        left: Callable[[Wait], tuple[str, str]],
        done: str,
        parent: QWidget,
    ) -> None:
        """
        Args:
            left: what is left of its time, and the colour of that.
            done: what was decided about it, "" while it waits.
        """
        super().__init__(parent)
        self.theme, self.wait, self.done = theme, wait, done
        self._left = left
        self.buttons: dict[str, QPushButton] = {}
        for n, choice in enumerate(choices):
            kind = "quiet" if choice.link else "primary" if choice.primary else "normal"
            made = button(choice.words, lambda id=choice.id: self.pressed.emit(id), kind, parent=self)
            made.setAccessibleName(f"{choice.words} {wait.title}")
            made.setToolTip(plain_tip(f"{choice.words} ({n + 1})"))
            if choice.link:
                made.setStyleSheet(f"color: {theme.hex('acc')};")
            if choice.why or done:
                disable(made, choice.why or done)
            self.buttons[choice.id] = made
        self._links = {choice.id for choice in choices if choice.link}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{wait.title}. {wait.words} {wait.who} {left(wait)[0]}")
        self._place()

    # -- how it is laid out

    def _room(self) -> int:
        return max(120, self.width() - _LEFT - PAD)

    def _beside(self) -> int:
        """Width of what is left of its time."""
        words = self._left(self.wait)[0]
        return QFontMetrics(self.theme.font("row_title")).horizontalAdvance(words) + 10 if words else 0

    def _lines(self, words: str, style: str, room: int) -> tuple[int, bool]:
        """How many lines words take, at most `_MOST`, and whether some have no room."""
        metrics = QFontMetrics(self.theme.font(style))
        needed = metrics.boundingRect(QRect(0, 0, max(room, 60), 1000), _FLAGS, words).height()
        lines = max(1, round(needed / max(metrics.lineSpacing(), 1)))
        return min(lines, _MOST), lines > _MOST

    def _wrapped(self, painter: QPainter, rect: QRect, words: str, style: str) -> int:
        """Draws words on their lines, cut with … where they have no room; how high they are."""
        lines, cut = self._lines(words, style, rect.width())
        metrics = QFontMetrics(self.theme.font(style))
        if cut:
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width() * lines - 40)
        painter.setFont(self.theme.font(style))
        painter.drawText(QRect(rect.left(), rect.top(), rect.width(), lines * _LINE + 4), _FLAGS, words)
        return lines * _LINE

    def _place(self) -> None:
        title = self._lines(self.wait.title, "row_title", self._room() - self._beside())[0]
        top = 12 + (title + self._lines(self.wait.words, "body", self._room())[0]) * _LINE + 4 + 20 + 6
        x, y, right = _LEFT, top, self.width() - PAD
        for ident, made in self.buttons.items():
            wide = made.sizeHint().width()
            if ident in self._links:
                made.setGeometry(right - wide, y, wide, _BUTTONS)
                right -= wide + 4
                continue
            if x > _LEFT and x + wide > right:
                x, y = _LEFT, y + _BUTTONS + 6
            made.setGeometry(x, y, wide, _BUTTONS)
            x += wide + 8
        self.setFixedHeight(y + _BUTTONS + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    # -- what is seen

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, wait = QPainter(self), self.theme, self.wait
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
        if self.hasFocus():
            painter.fillRect(0, 0, 3, self.height() - 1, theme.acc)
        draw_badge(painter, QRectF(PAD, 11, 28, 28), wait.level, theme)
        words, token = self._left(wait)
        title_font, small = theme.font("row_title"), theme.font("small")
        beside = self._beside()
        left = QRect(self.width() - PAD - beside, 10, beside, 22)
        draw_line(painter, left, words, title_font, theme.t3 if self.done else theme[token], right=True)
        painter.setPen(theme.t3 if self.done else theme.t1)
        y = 12
        y += self._wrapped(painter, QRect(_LEFT, y, self._room() - beside, 0), wait.title, "row_title") + 4
        y += self._wrapped(painter, QRect(_LEFT, y, self._room(), 0), wait.words, "body")
        draw_line(painter, QRect(_LEFT, y, self._room(), 20), self.done or wait.who, small, theme.t2)
        tight = self._lines(wait.title, "row_title", self._room() - beside)[1]
        cut = tight or self._lines(wait.words, "body", self._room())[1]
        if self.hasFocus():
            painter.setPen(QPen(theme.acc, 1))
        tip = plain_tip(f"{wait.title}\n{wait.words}\n{wait.who}") if cut else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    # -- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, repeated = event.key(), event.isAutoRepeat()
        n = key - Qt.Key.Key_1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not repeated:
            self.pressed.emit("look")
        elif (
            0 <= n < len(self.buttons) and not repeated and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            list(self.buttons.values())[n].click()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focus_next(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def focus_next(self, down: bool) -> None:
        """The keyboard goes to the next card, past the buttons of this one."""
        parent = self.parentWidget()
        cards = [one for one in parent.findChildren(WaitCard) if one.isVisible()] if parent is not None else []
        cards.sort(key=lambda one: one.y())
        at = cards.index(self) if self in cards else 0
        to = min(max(at + (1 if down else -1), 0), len(cards) - 1)
        if cards:
            cards[to].setFocus(Qt.FocusReason.TabFocusReason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit("look")
