"""The parts that pages are put together from, as they are painted."""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from widgets.kit.theme import Theme
from widgets.lists.parts import Row, words


class FocusedRow(Row):
    """A row that is painted as the one with the keyboard, without a window manager."""

    def hasFocus(self) -> bool:
        return True


def dark_words(row: Row, ink: QColor) -> int:
    """How many pixels of the row are of the colour of its title."""
    image = QImage(row.size(), QImage.Format.Format_ARGB32)
    image.fill(QColor("#FFFFFF"))
    row.render(image)
    return sum(image.pixelColor(x, y) == ink for y in range(4, 24) for x in range(44, row.width() - 12))


def test_a_row_with_a_tag_keeps_its_words_when_the_keyboard_comes_to_it(qtbot: QtBot) -> None:
    theme = Theme.load("light")
    rows = [kind(theme, lambda *_: None, "市政抢修 07", "待命", "2.1 km", words("")) for kind in (Row, FocusedRow)]
    for row in rows:
        qtbot.addWidget(row)
        row.tag = "建议"
        row.resize(320, 46)
    plain, focused = rows
    assert dark_words(plain, theme.t1) > 20
    assert dark_words(focused, theme.t1) == dark_words(plain, theme.t1)
