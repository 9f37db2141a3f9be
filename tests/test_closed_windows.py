"""A desk that was closed is gone: nothing that lives longer holds its panels, its context or its picture."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from tests.calls_desk import CallWindow
from tests.loop_desk import LoopWindow


@pytest.mark.parametrize("kind", [LoopWindow, CallWindow])
def test_of_a_desk_that_was_closed_nothing_is_kept(qtbot: QtBot, kind: type[LoopWindow]) -> None:
    window = kind(qtbot)
    engine, desk = window.engine, window.at
    parts = {
        "window": window.window,
        "engine": engine,
        "context": desk.ctx,
        "picture": desk.picture,
        **{panel: engine.panel(panel) for panel in ("map", "queue", "detail") if engine.panel(panel) is not None},
    }
    kept = {name: weakref.ref(part) for name, part in parts.items()}
    assert "map" in kept
    parts.clear()
    window.close()
    window.window.close()
    window.window.deleteLater()
    del window, engine, desk
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [name for name, part in kept.items() if part() is not None] == []
