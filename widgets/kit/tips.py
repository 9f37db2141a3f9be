"""Tooltips of plain words: Qt takes what looks like markup for rich text, and names come from outside."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tip(words: str) -> str:
    """The words as a tooltip that shows them letter by letter, whatever a feed or a caller has put into them."""
    if not Qt.mightBeRichText(words):
        return words
    return f'<span style="white-space: pre-wrap">{escape(words)}</span>'
