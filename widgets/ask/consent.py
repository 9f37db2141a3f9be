"""Before anything leaves the machine: where it would go, and all of it, part by part and to the byte. Off by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.askmodel import ModelState
from cockpit.model.errors import CockpitError
from cockpit.model.typed import from_json
from widgets.kit.buttons import KeyButton
from widgets.kit.context import PanelContext
from widgets.kit.label import label

SEND_KEY = "Ctrl+Return"
WIDE, HIGH = 720, 620
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def parts_of(body: str) -> tuple[str, str, tuple[str, ...]]:
    """What a person wrote, what we say beside it, and the names of the queries, of the body of a first request."""
    try:
        told: dict[str, Any] = from_json(body.encode(), type=dict[str, Any])
        messages = told["messages"]
        said = {one["role"]: str(one["content"]) for one in messages}
        names = tuple(str(tool["function"]["name"]) for tool in told.get("tools", ()))
        return said.get("user", ""), said.get("system", ""), names
    except (msgspec.MsgspecError, KeyError, TypeError):
        return "", "", ()


class ConsentDialog(QDialog):
    """Shows what would be sent; accepted only by a deliberate key or click, Enter and Esc send nothing.

    Attributes:
        whole: the exact body. refuse, agree: the buttons.
    """

    def __init__(self, ctx: PanelContext, state: ModelState, body: str, use: str, parent: QWidget | None) -> None:
        """
        Args:
            use: `ask` or `wording`: which words explain it.
        """
        super().__init__(parent)
        self._ctx, t = ctx, ctx.t
        self.setWindowTitle(t("ask.consent"))
        self.resize(WIDE, HIGH)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(label(t("ask.consent"), self, role="", style="title", wrap=False))
        column.addWidget(label(t("ask.consent_where", host=state.host, model=state.model), self, role=""))
        said, ours, tools = parts_of(body)
        self._table(column, self._rows(use, said, ours, tools))
        column.addWidget(label(t("ask.consent_whole", n=f"{len(body.encode()):,}"), self))
        self.whole = QPlainTextEdit(body, self)
        self.whole.setReadOnly(True)
        self.whole.setTabChangesFocus(True)
        self.whole.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.whole.setAccessibleName(t("ask.consent_whole", n=len(body)))
        column.addWidget(self.whole, 1)
        column.addWidget(label(t("ask.consent_until"), self))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        self.refuse = KeyButton(t("ask.consent_no"), "Esc", ctx.theme, parent=self)
        self.refuse.clicked.connect(self.reject)
        self.agree = KeyButton(t("ask.consent_yes"), "Ctrl+Enter", ctx.theme, "primary", self)
        self.agree.clicked.connect(self.accept)
        self.agree.setAutoDefault(False)
        self.refuse.setDefault(True)
        for one in (self.refuse, self.agree):
            foot.addWidget(one)
        column.addLayout(foot)
        for key in (SEND_KEY, "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self).activated.connect(self.accept)
        self.refuse.setFocus()

    def _rows(self, use: str, said: str, ours: str, tools: Sequence[str]) -> list[tuple[str, str]]:
        t = self._ctx.t
        said = said.removeprefix("<data>").removesuffix("</data>")
        rows = [
            (t(f"ask.consent_{use}"), said),
            (t("ask.consent_ours"), t(f"ask.consent_ours_{use}", n=f"{len(ours):,}")),
        ]
        if use == "ask":
            rows.append((t("ask.consent_tools"), t("ask.and").join(t(f"ask.tool_{name}") for name in tools)))
        rows.append((t("ask.consent_later"), t(f"ask.consent_later_{use}")))
        return [*rows, (t("ask.consent_never"), t(f"ask.consent_never_{use}"))]

    def _table(self, column: QVBoxLayout, rows: Sequence[tuple[str, str]]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for at, (title, words) in enumerate(rows):
            told = label(words, self, role="")
            told.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
            head = label(title, self, wrap=False)
            grid.addWidget(head, at, 0)
            grid.addWidget(told, at, 1)
        column.addLayout(grid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.accept()
            return
        super().keyPressEvent(event)


class Consenting(Protocol):
    """A port that sends nothing before a person agreed."""

    def consent(self, yes: bool) -> None: ...


def ask_consent(
    ctx: PanelContext,
    port: Consenting,
    state: ModelState,
    body: str,
    use: str,
    over: QWidget,
    go: Callable[[], object],
) -> ConsentDialog:
    """Shows what would leave; `go` once a person agreed to it and that was kept."""
    dialog = ConsentDialog(ctx, state, body, use, over)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def agreed() -> None:
        try:
            port.consent(True)
        except CockpitError as error:
            ctx.notify(error.message, 0)
            return
        go()

    dialog.accepted.connect(agreed)
    dialog.open()
    return dialog
