"""Where the keyboard goes when it comes to a panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from widgets.kit.panel import Panel


def takes_focus(panel: QWidget) -> QWidget | None:
    """The panel, or what had the keyboard in it last, or the first thing in its content that takes it, or in its
    header."""
    if panel.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return panel
    last = panel.focusWidget()
    if last is not None and last.isVisible() and last.isEnabled() and last.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return last
    header = panel.header if isinstance(panel, Panel) else None
    in_header: QWidget | None = None
    at = panel.nextInFocusChain()
    while at is not None and at is not panel:
        if panel.isAncestorOf(at) and at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus:
            if header is None or not header.isAncestorOf(at):
                return at
            in_header = in_header or at
        at = at.nextInFocusChain()
    return in_header
