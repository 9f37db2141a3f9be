"""Tooltips show names from outside letter by letter: nothing in them is drawn as markup."""

from __future__ import annotations

from PySide6.QtGui import QTextDocumentFragment
from pytestqt.qtbot import QtBot

from widgets.kit.buttons import icon_button
from widgets.kit.header import ElidedLabel
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip
from widgets.lists.parts import Part

HOSTILE = '<a href="http://x">110 指挥中心</a> <img src="file:///etc/passwd"> &lt;b&gt;'


def test_plain_words_stay_as_they_are() -> None:
    assert plain_tip("市政抢修 07 < 2 km & 待命") == "市政抢修 07 < 2 km & 待命"


def test_markup_is_shown_and_not_drawn() -> None:
    tip = plain_tip(f"{HOSTILE}\n第二行")
    assert QTextDocumentFragment.fromHtml(tip).toPlainText() == f"{HOSTILE}\n第二行"
    assert "<a " not in tip
    assert "<img" not in tip


def test_labels_parts_and_buttons_show_a_name_from_outside_letter_by_letter(qtbot: QtBot) -> None:
    theme = Theme.load("light")
    label, part, button = ElidedLabel(HOSTILE), Part(theme, 46), icon_button("close", HOSTILE, theme)
    for one in (label, part, button):
        qtbot.addWidget(one)
    label.resize(40, 20)
    label.grab()
    part.whole(True, HOSTILE)
    for one in (label, part, button):
        assert one.toolTip() == plain_tip(HOSTILE) != HOSTILE
