"""What a person does is heard at every window of the program, and no longer than it is listened to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.ui.inputs import Inputs

A = Qt.Key.Key_A

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def opened(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is window.windowHandle(), timeout=10_000)
    return window


def test_keys_are_heard_at_a_window_that_was_there_and_at_one_that_opens_later(qtbot: QtBot) -> None:
    heard: list[QEvent.Type] = []
    parent = QObject()
    inputs = Inputs(lambda event: heard.append(event.type()) is not None, parent)
    first = opened(qtbot)
    inputs.listen(True)
    qtbot.keyClick(first.windowHandle(), A)
    assert heard.count(QEvent.Type.KeyPress) == heard.count(QEvent.Type.KeyRelease) == 1
    second = opened(qtbot)
    qtbot.keyClick(second.windowHandle(), A)
    assert heard.count(QEvent.Type.KeyPress) == 2
    second.deleteLater()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is None or second.isHidden(), timeout=10_000)
    inputs.listen(False)
    heard.clear()
    qtbot.keyClick(first.windowHandle(), A)
    assert heard == []


def test_a_window_does_not_have_what_was_taken(qtbot: QtBot) -> None:
    parent, window = QObject(), opened(qtbot)
    inputs = Inputs(lambda event: event.type() == QEvent.Type.KeyPress, parent)
    inputs.listen(True)
    pressed: list[QEvent.Type] = []

    class Eye(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            pressed.append(event.type())
            return False

    eye = Eye(window)
    window.installEventFilter(eye)
    qtbot.keyClick(window.windowHandle(), A)
    assert QEvent.Type.KeyPress not in pressed
    assert QEvent.Type.KeyRelease in pressed
    inputs.listen(False)
