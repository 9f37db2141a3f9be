"""A desk or a panel that was closed is gone: nothing that lives longer holds its context, its picture or itself.

What a signal is connected to is held where Python's collector does not look: a function that knows the context, at a
signal of what the context or a panel without a parent holds, would keep all of it for good.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.tables import TABLES
from layouts.panels import Panels
from tests.calls_desk import CallWindow
from tests.loop_desk import LoopWindow
from tests.panel_desk import desk


@pytest.mark.parametrize("kind", [LoopWindow, CallWindow])
def test_of_a_desk_that_was_closed_nothing_is_kept(qtbot: QtBot, kind: type[LoopWindow]) -> None:
    kept = opened_and_closed(kind(qtbot))
    assert {"map", "queue"} <= kept.keys()
    assert still_there(kept) == []


@pytest.mark.parametrize("panel_id", sorted(Panels()))
def test_of_a_panel_that_was_closed_nothing_is_kept(qtbot: QtBot, panel_id: str) -> None:
    assert still_there(panel_opened_and_closed(panel_id)) == []


def opened_and_closed(window: LoopWindow) -> Mapping[str, weakref.ref[object]]:
    engine, at = window.engine, window.at
    panels = {name: weakref.ref(panel) for name in Panels() if (panel := engine.panel(name)) is not None}
    parts = {"window": window.window, "engine": engine, "context": at.ctx, "picture": at.picture}
    window.close()
    leave(window.window)
    return {**panels, **{name: weakref.ref(part) for name, part in parts.items()}}


def panel_opened_and_closed(panel_id: str) -> Mapping[str, weakref.ref[object]]:
    at, window = desk(), QWidget()
    window.resize(900, 700)
    panel = Panels()[panel_id](at.ctx, window)
    panel.resize(window.size())
    window.show()
    panel.refresh(frozenset(TABLES))
    QApplication.processEvents()
    panel.close()
    leave(window)
    return {"panel": weakref.ref(panel), "context": weakref.ref(at.ctx)}


def leave(window: QWidget) -> None:
    window.close()
    window.deleteLater()


def still_there(kept: Mapping[str, weakref.ref[object]]) -> list[str]:
    """What of it is there after all that was to be deleted is, and the garbage is collected."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return [name for name, part in kept.items() if part() is not None]
