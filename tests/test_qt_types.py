"""PySide6 makes its types at their first use, which two threads must not do at once: it crashed one start in ten."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import enum, sys, threading
late = []
creation = enum.EnumType._create_.__code__
def noted(frame, event, what):  # a spy from outside: PySide6 6.12 takes no other function in its place
    if event == "call" and frame.f_code is creation:
        late.append(frame.f_locals["class_name"])
threading.setprofile(noted)  # of threads that start from here on, not of this one

from PySide6.QtWidgets import QApplication, QWidget
from PySide6.QtCore import QTimer
from tests.map_drawings import STYLE, VIEW, everything, little_base
from widgets.map.raster.backend import RasterBackend

app = QApplication([])
backend = RasterBackend("sans-serif")
window = QWidget()
surface = backend.surface(window, lambda painter, camera: None)
surface.resize(VIEW.width, VIEW.height)
backend.failed.connect(lambda error: app.exit(3))
backend.load(little_base())
backend.show(VIEW, everything(), STYLE)
look = QTimer()
look.timeout.connect(lambda: backend.settled() and app.quit())
look.start(20)
QTimer.singleShot(60_000, lambda: app.exit(4))
code = app.exec()
backend.close()
print(late)
sys.exit(code or bool(late))
"""


@pytest.mark.slow
def test_the_threads_that_draw_make_no_type_of_qt() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
