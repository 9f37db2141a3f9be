"""What a panel shows instead of its content: empty, waiting, dead, error. Never a zero, never an empty chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cockpit.model.messages import Message, Texts
from widgets.kit.icons import draw_icon
from widgets.kit.label import label
from widgets.kit.theme import Theme


class PanelState(StrEnum):
    """empty: nothing fits what was asked for; waiting: no first value; dead: its source is cut off; error: our bug."""

    EMPTY = "empty"
    WAITING = "waiting"
    DEAD = "dead"
    ERROR = "error"


@dataclass(frozen=True)
class StateText:
    """What is said.

    Attributes:
        state: decides icon and place: dead and error at the upper left with a sign, the others in the middle.
        title: the sentence.
        lines: what else: what was asked for, last value and its time, when we try again.
        buttons: the ways out, one as a rule, each with what it does.
    """

    state: PanelState
    title: Message
    lines: tuple[Message, ...] = ()
    buttons: tuple[tuple[Message, Callable[[], object]], ...] = ()


_ICONS = {PanelState.DEAD: "plug-broken", PanelState.ERROR: "close"}


class _Sign(QWidget):
    def __init__(self, name: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._theme = name, theme
        self.setFixedSize(24, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_icon(painter, QRectF(0, 0, 24, 24), self._name, self._theme.orange_text, 1.5)


class StateView(QWidget):
    """The page of a state; made anew by `show_text` for language and theme of that moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._page: QWidget | None = None

    def show_text(self, text: StateText, t: Texts, theme: Theme) -> None:
        if self._page is not None:
            self._page.hide()
            self._page.deleteLater()
        self._page = page = QWidget(self)
        middle = text.state not in _ICONS
        column = QVBoxLayout()
        column.setSpacing(6)
        where = Qt.AlignmentFlag.AlignHCenter if middle else Qt.AlignmentFlag.AlignLeft
        column.addWidget(_label(t(text.title), "row_title", "", where, page))
        for line in text.lines:
            column.addWidget(_label(t(line), "", "t2", where, page))
        if text.buttons:
            column.addSpacing(10)
            column.addLayout(_buttons(text.buttons, t, where, page))
        column.addStretch(3)
        row = QHBoxLayout(page)
        row.setContentsMargins(14, 24, 14, 12)
        row.setSpacing(12)
        if not middle:
            row.addWidget(_Sign(_ICONS[text.state], theme, page), 0, Qt.AlignmentFlag.AlignTop)
        else:
            column.insertStretch(0, 2)
        row.addLayout(column, 1)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(page)
        page.show()


def _label(text: str, style: str, role: str, where: Qt.AlignmentFlag, parent: QWidget) -> QLabel:
    made = label(text, parent, role=role, style=style)
    made.setAlignment(where | Qt.AlignmentFlag.AlignTop)
    return made


def _buttons(
    buttons: Sequence[tuple[Message, Callable[[], object]]], t: Texts, where: Qt.AlignmentFlag, parent: QWidget
) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    if where == Qt.AlignmentFlag.AlignHCenter:
        row.addStretch(1)
    for words, run in buttons:
        button = QPushButton(t(words), parent)
        button.clicked.connect(lambda _checked=False, run=run: run())
        row.addWidget(button)
    row.addStretch(1)
    return row
