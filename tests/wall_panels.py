"""A wall's panel in a test: a desk with living data, a wall's sight, and the panel in a size."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QFont, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.signs import SignSet
from cockpit.picture.picture import Picture
from layouts.panels import Panels
from tests.living_signs import LivingSigns, put_signs
from tests.panel_desk import Desk, desk
from widgets.kit.wallsight import WallSight
from widgets.wall import sizes
from widgets.wall.kit import WallPanel

PANELS = (
    "wallhead", "wallindex", "wallsigns", "wallfigure", "wallcurve", "wallbars", "wallrank", "wallring", "wallgauge",
    "wallradar", "wallfunnel", "wallsankey", "wallcalendar", "wallareas",
)  # fmt: skip
SIZES = ((600, 200), (960, 540), (1900, 300), (500, 1000), (3800, 2100))
_KNOWN = Panels()


def painted(panel: WallPanel) -> list[str]:
    """The words that a panel paints into its content, each as it is drawn."""
    made = QBuffer()
    picture = QSvgGenerator()
    picture.setOutputDevice(made)
    painter = QPainter(picture)
    panel.paint(painter, panel.content())
    painter.end()
    return [html.unescape(one) for one in re.findall(r"<text[^>]*>([^<]*)</text>", made.data().toStdString())]


class Hall:
    """Attributes:
    at: the desk that a panel's context comes from. port: the vital signs. sight: of the wall.
    """

    def __init__(self, qtbot: QtBot, lang: str = "zh", *, blank: bool = False, signs: bool = True) -> None:
        """Args: blank: nothing came yet, neither things nor definitions nor a ledger."""
        self._qtbot = qtbot
        self.at: Desk = desk("dark", lang, Picture() if blank else None)
        self.port = LivingSigns(SignSet() if blank else None)
        self.at.ctx.signs = self.port if signs else None
        self.at.cases.known = not blank
        if not blank:
            put_signs(self.at.picture)
        self.sight = self.at.ctx.wall = WallSight()

    def hang(self, panel: str, size: tuple[int, int] = (960, 540), **options: Any) -> WallPanel:
        """A panel of that id as the wall shows it, with curves answered."""
        made = _KNOWN[panel](self.at.ctx, None, **options)
        self._qtbot.addWidget(made)
        made.resize(*size)
        made.show()
        self.answer()
        return made

    def answer(self) -> None:
        """Answers what panels asked of the hub; paints."""
        for _ in range(4):
            QApplication.processEvents()
            if not self.port.answer() + self.port.answer_lines():
                break
        QApplication.processEvents()

    def reads_from_the_last_row(self, monkeypatch: pytest.MonkeyPatch, panel: str, **options: Any) -> None:
        """Fails where a word of a panel is smaller than what the last row can read, in any of `SIZES`."""
        used: set[int] = set()
        made = sizes._font

        def noted(px: int, bold: bool) -> QFont:
            used.add(px)
            return made(px, bold)

        monkeypatch.setattr(sizes, "_font", noted)
        for size in SIZES:
            shown = self.hang(panel, size, **options)
            used.clear()
            shown.grab()
            assert not shown.failed, shown._error
            assert used, "it says nothing"
            assert min(used) >= sizes.sizes_at(self.sight.pitch_mm, self.sight.distance_m).min, size

    def orders(self, count: int) -> None:
        """Orders to the first open events whose rules let one go, each a step further than the one before."""
        table, units = self.at.picture["event"], self.at.picture["unit"]
        steps = ("delivered", "read", "accepted", "en_route", "on_scene", "done")
        free = [key for key in units.keys if (units.get(key) or {}).get("state") == 0]
        given = 0
        for event in (table.row(row) for row in range(len(table))):
            if given == count or not free:
                break
            if event["state"]:
                continue
            _, order = self.at.cases.order(event, free.pop(0))
            if self.at.cases.state.order(order) is not None:
                self.at.cases.walk(order, *steps[: given % (len(steps) + 1)])
                given += 1
        assert given == count
