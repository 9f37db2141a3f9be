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

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QGuiApplication, QImage, QPainter, QPainterPath, QPen, QTransform
from widgets.map.raster.worker import Worker

def draw(alive):
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(QTransform.fromScale(2, 2))
    painter.setPen(QPen(QColor("red"), 2))
    painter.setBrush(QBrush(QColor("blue")))
    painter.drawPath(QPainterPath())
    painter.setFont(QFont())
    painter.drawText(QRectF(0, 0, 32, 32), Qt.AlignmentFlag.AlignCenter, "x")
    painter.drawImage(QRectF(0, 0, 8, 8), image.copy())
    painter.end()
    return image

app = QGuiApplication([])
worker = Worker()
worker.done.connect(lambda kind, image: app.quit())
worker.failed.connect(lambda error: app.exit(3))
worker.submit("picture", draw)
code = app.exec()
worker.close()
print(late)
sys.exit(code or bool(late))
"""


@pytest.mark.slow
def test_the_thread_that_draws_makes_no_type_of_qt() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
