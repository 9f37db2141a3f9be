"""The one QApplication of a seat, and its orderly end on a signal."""

from __future__ import annotations

import signal

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

SIGNAL_MS = 200
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def application() -> QApplication:
    """The one QApplication, made as the map's backends need it."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication(["city-cockpit"])
    app.setApplicationName("city-cockpit")
    app.setStyle("Fusion")
    return app


def end_on_signals(app: QApplication, owner: QObject) -> None:
    """SIGTERM, SIGINT and SIGHUP end the seat as closing its window does; Python sees them when its code next runs."""
    for signum in _ENDING:
        # by way of the loop: one that comes before it runs is not lost
        signal.signal(signum, lambda *_: QTimer.singleShot(0, app, app.quit))
    beat = QTimer(owner, interval=SIGNAL_MS)
    beat.timeout.connect(_nothing)
    beat.start()


def end_on_signals_at_once() -> None:
    """From now on these signals end the process without order: its loop is over."""
    for signum in _ENDING:
        signal.signal(signum, signal.SIG_DFL)


def _nothing() -> None:
    pass
