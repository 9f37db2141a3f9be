"""What restricts a page, as chips that wrap: each opens its menu, Delete takes one away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

HIGH, GAP, MOST = 24, 6, 240


@dataclass(frozen=True)
class ChipText:
    """One chip.

    Attributes:
        name: of the restriction. title, value: as printed. loose: it can be taken away.
    """

    name: str
    title: str
    value: str
    loose: bool = False


class Chip(QAbstractButton):
    """A chip; its menu opens by click, Enter, Space or Down.

    Attributes:
        chip: what it says. dropped: Delete or Backspace was pressed on it.
    """

    dropped = Signal(str)

    def __init__(self, ctx: PanelContext, text: ChipText, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self.chip = ctx, text
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.say(text)

    def say(self, text: ChipText) -> None:
        self.chip = text
        self.setAccessibleName(f"{text.title} {text.value}".strip())
        metrics, whole = QFontMetricsF(self.ctx.theme.font("small")), text.value
        self._shown = metrics.elidedText(whole, Qt.TextElideMode.ElideRight, MOST)
        self.setToolTip(plain_tip(whole if self._shown != whole else ""))
        gap = 6 if text.title and text.value else 0
        wide = metrics.horizontalAdvance(text.title) + gap + metrics.horizontalAdvance(self._shown)
        self.setFixedSize(round(wide + 16 + (16 if text.value or not text.title else 0)), HIGH)
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.hasFocus()
        painter.setBrush(theme.s3 if self.underMouse() else theme.s2)
        painter.setPen(QPen(theme.acc if focus else theme.line2, 2 if focus else 1))
        side = 1.0 if focus else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(side, side, -side, -side), 4, 4)
        metrics, x = QFontMetricsF(theme.font("small")), 8.0
        painter.setFont(theme.font("small"))
        for words, ink in ((self.chip.title, theme.t3), (self._shown, theme.t1)):
            if words:
                painter.setPen(ink)
                painter.drawText(QRectF(x, 0, self.width(), HIGH), int(Qt.AlignmentFlag.AlignVCenter), words)
                x += metrics.horizontalAdvance(words) + 6
        if self.chip.value:
            draw_icon(painter, QRectF(self.width() - 19, 6, 12, 12), "chevron-down", theme.t3, 2)
        elif not self.chip.title:
            draw_icon(painter, QRectF(self.width() / 2 - 6, 6, 12, 12), "plus", theme.t2, 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chip.loose:
            self.dropped.emit(self.chip.name)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class ChipBar(QWidget):
    """The chips in lines.

    Attributes:
        chips: by name, in their order. dropped: (name) one is to be taken away.
    """

    dropped = Signal(str)

    def __init__(self, ctx: PanelContext, fill: Callable[[str, QMenu], None], parent: QWidget | None = None) -> None:
        """Args: fill: puts into a menu what a chip of that name offers; asked each time it opens."""
        super().__init__(parent)
        self.ctx, self._fill = ctx, fill
        self.chips: dict[str, Chip] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_chips(self, texts: Sequence[ChipText]) -> None:
        names = [text.name for text in texts]
        if list(self.chips) != names:
            held = next((name for name, chip in self.chips.items() if chip.hasFocus()), "")
            for name in [name for name in self.chips if name not in names]:
                gone = self.chips.pop(name)
                gone.hide()
                gone.deleteLater()
            self.chips = {text.name: self.chips.get(text.name) or self._made(text) for text in texts}
            if held and held in self.chips:
                self.chips[held].setFocus()
        before: QWidget | None = None
        for text in texts:
            chip = self.chips[text.name]
            chip.say(text)
            chip.show()
            if before is not None:
                QWidget.setTabOrder(before, chip)
            before = chip
        self._arrange()

    def _made(self, text: ChipText) -> Chip:
        made = Chip(self.ctx, text, self)
        made.clicked.connect(lambda _checked=False, name=text.name: self.open_menu(name))
        made.dropped.connect(self.dropped)
        return made

    def open_menu(self, name: str) -> QMenu | None:
        """Opens the menu of a chip."""
        chip = self.chips.get(name)
        if chip is None:
            return None
        menu = QMenu(chip)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(name, menu)
        menu.popup(chip.mapToGlobal(QPoint(0, HIGH + 2)))
        return menu

    def _places(self, width: int) -> tuple[dict[str, QPoint], int]:
        x = y = 0
        found = {}
        for name, chip in self.chips.items():
            if x and x + chip.width() > width:
                x, y = 0, y + HIGH + GAP
            found[name] = QPoint(x, y)
            x += chip.width() + GAP
        return found, y + HIGH if found else 0

    def _arrange(self) -> None:
        places, high = self._places(max(self.width(), 80))
        for name, at in places.items():
            self.chips[name].move(at)
        self.setFixedHeight(high)

    def sizeHint(self) -> QSize:
        return QSize(300, self._places(max(self.width(), 80))[1])

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def retheme(self) -> None:
        for chip in self.chips.values():
            chip.say(chip.chip)
        self._arrange()
