"""Pieces of the order form: chips that flow, a chip with a menu, the text with its input method, the check marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLayout, QLayoutItem, QMenu, QPlainTextEdit, QPushButton, QSizePolicy, QWidget

from cockpit.model.messages import Texts
from cockpit.model.ports.cases import Check
from widgets.kit.icons import draw_icon
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip
from widgets.lists.parts import Part, draw_line

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Flow(QLayout):
    """Puts widgets beside each other, and into the next line where there is no room."""

    def __init__(self, gap: int = 6) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widest = max((item.minimumSize().width() for item in self._items), default=0)
        highest = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(widest, highest)

    def _place(self, rect: QRect, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + 4, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(min(size.width(), rect.width()), size.height())))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - rect.y()


class UnitChip(QPushButton):
    """A unit as a chip: a click (or Enter, or Delete) does what it is for; the lead's is shown as chosen."""

    def __init__(self, text: str, tip: str, chosen: bool, run: Callable[[], object], cross: bool, theme: Theme) -> None:
        super().__init__(text)
        self._theme, self._cross = theme, cross
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setChecked(chosen)
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(f"{text} {tip}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: (self.setChecked(chosen), run()))
        self._run = run

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(14 if self._cross else 0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*_ENTER, Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            if not event.isAutoRepeat() and (event.key() in _ENTER or self._cross):
                self._run()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._cross:
            super().paintEvent(event)
            return
        from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter

        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setFont(self.font())
        painter.setPen(self._theme.t1)
        painter.drawText(QRectF(8, 0, self.width() - 26, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        at = QRectF(self.width() - 18, self.height() / 2 - 4, 8, 8)
        draw_icon(painter, at, "close", self._theme.t1 if self.underMouse() else self._theme.t3, 3.0)
        painter.end()


class MenuChip(QPushButton):
    """A chip that opens a menu of choices; those that can not be chosen say why.

    Attributes:
        chosen: emitted with the key of the choice.
    """

    chosen = Signal(str)

    def __init__(self, text: str, tip: str, read: Callable[[], Sequence[tuple[str, str, bool]]]) -> None:
        """
        Args:
            read: (key, words, may be chosen) of each choice, asked when the menu opens.
        """
        super().__init__(text)
        self.setProperty("kind", "chip")
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(f"{tip} {text}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._read = read
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)

    def choices(self) -> list[tuple[str, bool]]:
        """Words of the choices, and whether each may be chosen."""
        return [(words, may) for _key, words, may in self._read()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*_ENTER, Qt.Key.Key_Down) and not event.isAutoRepeat() and not event.modifiers():
            self.showMenu()
            return
        super().keyPressEvent(event)

    def _fill(self) -> None:
        self._menu.clear()
        for key, words, may in self._read():
            action = self._menu.addAction(words)
            action.setEnabled(may)
            action.triggered.connect(lambda _checked=False, key=key: self.chosen.emit(key))


class OrderText(QPlainTextEdit):
    """What is to be done. Enter is a new line; while an input method composes, every Enter is the input method's.

    Attributes:
        composing: whether there is text that the input method has not committed.
        left: Escape was pressed.
    """

    composing = False
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(6)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.composing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.composing and event.key() in (*_ENTER, Qt.Key.Key_Escape):
            event.accept()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class Checks(Part):
    """✓ 权限够 ✓ 在岗 ✓ 空闲 ✓ 不重复 ✓ 在辖区; one that fails has a cross, and under them the sentence why."""

    _LINE = 24

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, self._LINE)
        self.checks: list[Check] = []
        self._names: list[tuple[str, bool]] = []
        self.why = ""

    def tell(self, checks: Sequence[Check], t: Texts) -> None:
        self.checks = list(checks)
        self._names = [(t(check.name), check.problem is None) for check in checks]
        self.why = next((t(check.problem) for check in checks if check.problem is not None), "")
        self.setAccessibleName("; ".join(f"{'✓' if holds else '✗'} {name}" for name, holds in self._names))
        self.setToolTip(plain_tip("\n".join(t(check.problem) for check in checks if check.problem is not None)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, lead = theme.font("small"), 17
        words = self._wide(font, lead)
        if words + 6 * len(self._names) > self.width():
            font, lead = theme.font("axis"), 14
            words = self._wide(font, lead)
        gap = min(20, max(4, (self.width() - words) // max(1, len(self._names) - 1)))
        x = 0
        for name, holds in self._names:
            mark = QRectF(x, self._LINE / 2 - 6, 12, 12)
            draw_icon(painter, mark, "check" if holds else "close", theme.acc if holds else theme.red_text, 2.4)
            ink = theme.t2 if holds else theme.red_text
            used, _ = draw_line(painter, QRect(x + lead, 0, self.width() - x - lead, self._LINE), name, font, ink)
            x += lead + used + gap

    def _wide(self, font: QFont, lead: int) -> int:
        metrics = QFontMetrics(font)
        return sum(metrics.horizontalAdvance(name) + lead for name, _ in self._names)
