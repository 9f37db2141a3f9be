"""What a leader does about the thing on a page, at its foot, where an officer has the order form."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, disable
from widgets.kit.context import PanelContext
from widgets.lists.parts import PAD
from widgets.orders.pieces import Flow

COMMANDS = ("instruct.give", "instruct.urge", "instruct.meet", "instruct.wall")


class LeaderFoot(QWidget):
    """
    Attributes:
        buttons: by the command that each runs.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.buttons: dict[str, KeyButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD, 10, PAD, 10)
        row = Flow(8)
        column.addLayout(row)
        for command in COMMANDS:
            action = ctx.actions.get(command)
            if action is None:
                continue
            words = ctx.t(f"instruct.foot_{command.partition('.')[2]}")
            key = key_words(action.keys[0]) if action.keys else ""
            made = KeyButton(words, key, ctx.theme, "primary" if command == COMMANDS[0] else "normal", self)
            made.set_bare(True)
            made.clicked.connect(lambda _checked=False, command=command: self._run(command))
            self.buttons[command] = made
            row.addWidget(made)
        self.look()

    def look(self) -> None:
        """Whether each can be done now."""
        for command, made in self.buttons.items():
            action = self._ctx.actions.get(command)
            reason = action.reason if action is not None else None
            key = key_words(action.keys[0]) if action is not None and action.keys else ""
            disable(made, self._ctx.t(reason) if reason is not None else "")
            if reason is None:
                made.setToolTip(key)

    def _run(self, command: str) -> None:
        problem: Message | None = self._ctx.actions.trigger(command)
        if problem is not None:
            self._ctx.notify(problem, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, 0, self.width(), 1, theme.line2)
