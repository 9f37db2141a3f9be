"""The title line of a panel: title, age, free space, facts or a button, menu. 36 px with a hairline under it.

Where there is little room long facts give way first, then the title; an age is said whole or, at the very last, not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.icons import icon
from widgets.kit.tips import plain_tip

SHORT_FACTS = 96
"""Pixels up to which facts are a count, which stays before the title does."""
LEAST_TITLE, LEAST_FACTS = 56, 48
"""Pixels under which a title is none, and facts are not begun."""


class ElidedLabel(QLabel):
    """A line of plain text that gives way: it is cut with … where there is no room, and says all of it as tooltip.

    Attributes:
        more: what the tooltip says under the text, cut or not; "" nothing.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._color: QColor | None = None
        self.more = ""

    def set_color(self, color: QColor | None) -> None:
        self._color = color
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._color or self.palette().color(QPalette.ColorRole.WindowText))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        whole = self.text() if text != self.text() or self.more else ""
        tip = plain_tip(f"{whole}\n{self.more}".strip())
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), text)


class PanelHeader(QWidget):
    """The title line.

    Attributes:
        title, age, facts: its labels.
        tabs: by name, of panels that share the place; they stand for the title then.
        right: layout at the right, before the menu; a panel may put one button there.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._age: Message | None = None
        self._facts: Message | str | None = None
        self._stale = False
        self.setFixedHeight(ctx.theme.space["header_h"])
        row = QHBoxLayout(self)
        row.setContentsMargins(ctx.theme.space["panel_pad"], 0, 6, 1)
        row.setSpacing(8)
        self.title = ElidedLabel(parent=self)
        self.age = ElidedLabel(parent=self)
        self.facts = ElidedLabel(parent=self)
        self.right = QHBoxLayout()
        self.right.setSpacing(8)
        self._dots = QToolButton(self)
        self._dots.setProperty("kind", "quiet")
        self._dots.setFixedSize(28, 28)
        self._dots.setIconSize(QSize(16, 16))
        self._dots.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._dots.hide()
        self.tabs: dict[str, QPushButton] = {}
        self._tabs = QHBoxLayout()
        self._tabs.setSpacing(4)
        row.addLayout(self._tabs)
        row.addWidget(self.title)
        row.addWidget(self.age)
        row.addStretch(1)
        row.addWidget(self.facts)
        row.addLayout(self.right)
        row.addWidget(self._dots)
        self.retheme()

    def set_title(self, title: str) -> None:
        self.title.setText(title)
        self._share()

    def set_tabs(self, tabs: Sequence[tuple[str, str]], current: str, picked: Callable[[str], object]) -> None:
        """Tabs in place of the title: (name, words); `picked` is told the name of another one that a person wants."""
        if list(self.tabs) != [name for name, _ in tabs]:
            for old in self.tabs.values():
                self._tabs.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.tabs = {}
            for name, _ in tabs:
                tab = self.tabs[name] = QPushButton(self)
                tab.setProperty("kind", "tab")
                tab.setCheckable(True)
                tab.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                tab.clicked.connect(lambda _checked=False, name=name: self._pick_tab(name, current, picked))
                self._tabs.addWidget(tab)
            self.title.hide()
            self.retheme()
        for name, words in tabs:
            self.tabs[name].setText(words)
            self.tabs[name].setChecked(name == current)

    def _pick_tab(self, name: str, current: str, picked: Callable[[str], object]) -> None:
        self.tabs[name].setChecked(name == current)  # a tab shows where it is, not that it was pressed
        if name != current:
            picked(name)

    def set_age(self, age: Message | None, stale: bool = False) -> None:
        if (age, stale) != (self._age, self._stale):
            self._age, self._stale = age, stale
            self.age.setText(self._ctx.t(age) if age else "")
            self._share()

    def set_facts(self, facts: Message | str | None) -> None:
        if facts != self._facts:
            self._facts = facts
            self.facts.setText(self._ctx.t(facts) if isinstance(facts, Message) else facts or "")
            self._share()

    def set_menu(self, fill: Callable[[QMenu], None]) -> None:
        """The menu behind the dots; `fill` is asked each time it opens."""
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: (menu.clear(), fill(menu)))
        self._dots.setMenu(menu)
        self._dots.show()
        self.retranslate()

    def retranslate(self) -> None:
        t = self._ctx.t
        self._dots.setToolTip(t("kit.panel_menu"))
        self._dots.setAccessibleName(t("kit.panel_menu"))
        self.age.setText(t(self._age) if self._age else "")
        self.facts.setText(t(self._facts) if isinstance(self._facts, Message) else self._facts or "")

    def retheme(self) -> None:
        theme = self._ctx.theme
        self.title.setFont(theme.font("row_title"))
        self.title.set_color(theme.t1)
        for tab in self.tabs.values():
            tab.setFont(theme.font("row_title"))
        for label, token in ((self.age, "t3"), (self.facts, "t2")):
            label.setFont(theme.font("small"))
            label.set_color(theme[token])
        self._dots.setIcon(icon("menu-dots", theme))
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._share()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share()

    def _share(self) -> None:
        """Gives title, age and facts the room that there is."""
        row, labels = self.layout(), (self.title, self.age, self.facts)
        if row is None:
            return
        shown = [item for i in range(row.count()) if (item := row.itemAt(i)) is not None and not item.isEmpty()]
        fixed = sum(item.sizeHint().width() for item in shown if item.widget() not in labels)
        margins = row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - fixed - row.spacing() * max(len(shown) - 1, 0)
        title, age, facts = (0 if label.isHidden() else label.sizeHint().width() for label in labels)
        count = facts if facts <= SHORT_FACTS else 0
        age = age if room >= min(title, LEAST_TITLE) + age else 0
        count = count if room >= min(title, LEAST_TITLE) + age + count else 0
        title = max(0, min(title, room - age - count))
        rest = room - title - age
        facts = facts if facts <= rest else rest if rest >= LEAST_FACTS else 0
        for label, wide in zip(labels, (title, age, facts), strict=True):
            label.setMaximumWidth(wide)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._ctx.theme.line)
