"""What is asked of the board: words, how feeds are, whose they are, how sensitive their data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QPushButton, QWidget

from widgets.feeds.fleet import Asked, Fleet
from widgets.feeds.marks import draw_mark
from widgets.feeds.words import class_words
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import Health
from widgets.kit.icons import icon
from widgets.kit.searchline import SearchLine

PAUSE_MS = 150


class HealthChip(QAbstractButton):
    """A mark, its word and how many feeds are so; pressed, the board shows those (and of others pressed) only.

    Attributes:
        count: of feeds.
    """

    def __init__(self, ctx: PanelContext, health: Health, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self.health, self.count = ctx, health, 0
        self._bare = False
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def tell(self, count: int) -> None:
        if count != self.count:
            self.count = count
            self.updateGeometry()
        name = self._ctx.t(
            "feedboard.chip", health=self._ctx.t(f"feedboard.health_{self.health.name.lower()}"), n=count
        )
        self.setAccessibleName(name)
        self.setToolTip(f"{name}\n{self._ctx.t(f'feedboard.why_{self.health.name.lower()}')}")
        self.update()

    def set_bare(self, bare: bool) -> None:
        """Without its word, for want of room."""
        if bare != self._bare:
            self._bare = bare
            self.updateGeometry()

    @property
    def _words(self) -> str:
        return "" if self._bare else self._ctx.t(f"feedboard.health_{self.health.name.lower()}")

    def sizeHint(self) -> QSize:
        theme = self._ctx.theme
        words = QFontMetrics(theme.font("small")).horizontalAdvance(self._words) + (6 if self._words else 0)
        return QSize(22 + words + QFontMetrics(theme.font("body", 700)).horizontalAdvance(f"{self.count:,}") + 8, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, focus = self.isChecked(), self.hasFocus()
        painter.setPen(QPen(theme.acc, 2 if focus else 1) if on or focus else Qt.PenStyle.NoPen)
        painter.setBrush(theme.acc_bg if on else theme.s2 if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 3, -1, -3), 4, 4)
        draw_mark(painter, 12, self.height() / 2, self.health, theme, 4)
        middle, x = int(Qt.AlignmentFlag.AlignVCenter), 22.0
        if self._words:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.t2)
            painter.drawText(QRectF(x, 0, self.width(), self.height()), middle, self._words)
            x += QFontMetrics(theme.font("small")).horizontalAdvance(self._words) + 6
        painter.setFont(theme.font("body", 700))
        painter.setPen(theme.acc if on else theme.t1 if self.count else theme.t3)
        painter.drawText(QRectF(x, 0, self.width(), self.height()), middle, f"{self.count:,}")


class BoardBar(QWidget):
    """Holds what is asked.

    Attributes:
        asked: of now; `changed` says that it is another.
        again: the button that puts what is in trouble first again; shown while the order is not of now.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.asked = Asked()
        self._fleet = Fleet()
        self.find = SearchLine(ctx, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.ask(replace(self.asked, text=self.find.text().strip())))
        self.find.textChanged.connect(lambda _text: self._pause.start())
        self.find.entered.connect(self.left)
        self.find.left.connect(self.left)
        self.chips = {health: HealthChip(ctx, health, self) for health in Health}
        for health, chip in self.chips.items():
            chip.clicked.connect(lambda _on=False, health=health: self._toggle(health))
        self.owner, self.classification = self._menu(self._fill_owners), self._menu(self._fill_classes)
        self.again = QPushButton(self)
        self.again.setProperty("kind", "quiet")
        self.again.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.find, 1)
        for chip in self.chips.values():
            row.addWidget(chip)
        for made in (self.owner, self.classification, self.again):
            row.addWidget(made)
        self.find.setMinimumWidth(96)
        self.find.setMaximumWidth(260)
        row.addStretch(0)
        self.retheme()
        self.retranslate()

    def ask(self, asked: Asked) -> None:
        if asked != self.asked:
            self.asked = asked
            self._show()
            self.changed.emit()

    def begin(self, letters: str) -> None:
        """A search begins with letters that were typed on the board."""
        self.find.setFocus()
        self.find.setText(letters)
        self.find.deselect()
        self.find.end(False)

    def clear(self) -> None:
        """Asks for everything."""
        self.find.blockSignals(True)
        self.find.clear()
        self.find.blockSignals(False)
        self._pause.stop()
        self.ask(Asked())

    def tell(self, found: Fleet) -> None:
        """Counts of now, and whose there are."""
        self._fleet = found
        for health, chip in self.chips.items():
            chip.tell(found.counts.get(health, 0))
        self.owner.setVisible(bool(found.owners))
        self.classification.setVisible(bool(found.classifications))

    def retranslate(self) -> None:
        t = self._ctx.t
        self.find.setPlaceholderText(t("feedboard.find"))
        self.find.setAccessibleName(t("feedboard.find_long"))
        self.find.setToolTip(t("feedboard.find_long"))
        self.again.setText(t("feedboard.sort"))
        self.again.setToolTip(t("feedboard.sort_why"))
        self._show()
        self.tell(self._fleet)

    def retheme(self) -> None:
        theme = self._ctx.theme
        for made in (self.owner, self.classification, self.again):
            made.setFont(theme.font("small"))
        for made in (self.owner, self.classification):
            made.setIcon(icon("chevron-down", theme, 12))
        self.again.setIcon(icon("sort", theme))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for chip in self.chips.values():
            chip.set_bare(self.width() < 860)

    def _menu(self, fill: Callable[[QMenu], None]) -> QPushButton:
        made = QPushButton(self)
        made.setProperty("kind", "quiet")
        made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        made.setIconSize(QSize(12, 12))
        made.setMaximumWidth(150)
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: fill(menu))
        made.setMenu(menu)
        made.hide()
        return made

    def _toggle(self, health: Health) -> None:
        self.ask(replace(self.asked, healths=self.asked.healths ^ {health}))

    def _fill_owners(self, menu: QMenu) -> None:
        self._fill(menu, "feedboard.any_owner", [(name, name) for name in self._fleet.owners], "owner")

    def _fill_classes(self, menu: QMenu) -> None:
        names = [(name, class_words(name, self._ctx.t)) for name in self._fleet.classifications]
        self._fill(menu, "feedboard.any_class", names, "classification")

    def _fill(self, menu: QMenu, any_id: str, names: list[tuple[str, str]], field: str) -> None:
        menu.clear()
        for value, words in [("", self._ctx.t(any_id)), *names]:
            made = menu.addAction(words.replace("&", "&&"))
            made.setCheckable(True)
            made.setChecked(getattr(self.asked, field) == value)
            made.triggered.connect(lambda _on=False, value=value: self.ask(replace(self.asked, **{field: value})))

    def _show(self) -> None:
        t, asked = self._ctx.t, self.asked
        for health, chip in self.chips.items():
            chip.setChecked(health in asked.healths)
            chip.update()
        for made, words in (
            (self.owner, asked.owner or t("feedboard.any_owner")),
            (self.classification, class_words(asked.classification, t) or t("feedboard.any_class")),
        ):
            made.setText(words)
            made.setAccessibleName(words)
