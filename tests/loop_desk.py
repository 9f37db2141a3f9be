"""A window with the duty layout over a living picture and the closed loop in one process: what is opened and closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.layout_read import read_layout_file
from cockpit.model.tables import TABLES
from cockpit.ui.loopdesk import LoopDesk
from layouts.engine import LayoutEngine, shipped
from layouts.panels import Panels
from tests.panel_desk import Desk, desk

LOOP = frozenset({"case", "outbox"})


class LoopWindow:
    """The window, and what a person and the hub do at it.

    Attributes:
        at: context and hands. engine, loop: of the window.
    """

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1920, 1080), **options: Any) -> None:
        self.at: Desk = desk(**options)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.engine = LayoutEngine(self.at.ctx, Panels(), self.window)
        self.loop = LoopDesk(self.engine, self.at.ctx)
        for action in self.loop.actions():
            self.at.ctx.actions.add(action)
        self.engine.show_layout(read_layout_file(shipped("duty"), Panels()))
        self.window.resize(*size)
        self.engine.resize(*size)
        self.window.show()
        self.window.activateWindow()
        self.engine.refresh(frozenset(TABLES) | LOOP)
        self.settle()

    def settle(self) -> None:
        """The hub decides what waits, and every panel hears of it."""
        self.at.cases.step()
        QApplication.processEvents()
        self.engine.refresh(LOOP)
        QApplication.processEvents()

    def panel(self, name: str) -> Any:
        return self.engine.panel(name)

    def events(self, **columns: Any) -> list[dict[str, Any]]:
        """Open events with a place, the most urgent first."""
        table = self.at.picture["event"]
        rows = [table.row(i) for i in range(len(table))]
        rows = [row for row in rows if row["state"] == 0 and all(row[k] == v for k, v in columns.items())]
        return sorted(rows, key=lambda row: (row["level"], row["key"]))

    def unit_for(self, event: dict[str, Any]) -> str:
        """A free unit of the event's district that no order takes."""
        table = self.at.picture["unit"]
        rows = (table.row(i) for i in range(len(table)))
        cases = self.at.cases
        return next(
            str(row["key"])
            for row in rows
            if row["state"] == 0 and row["area"][:6] == event["area"][:6] and cases.order_of(row["key"]) is None
        )

    def order(self, event: dict[str, Any], **options: Any) -> tuple[str, str]:
        """Orders a unit to an event; ids of case and order."""
        found = self.at.cases.order(event, self.unit_for(event), **options)
        self.settle()
        return found

    def close(self) -> None:
        self.engine.close_panels()
        QApplication.processEvents()


@contextmanager
def loop_window(qtbot: QtBot, **options: Any) -> Iterator[LoopWindow]:
    window = LoopWindow(qtbot, **options)
    try:
        yield window
    finally:
        window.close()
