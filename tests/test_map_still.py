"""What stands still on the map is painted from memory, and is the same picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from widgets.map.camera import Camera
from widgets.map.still import Still

VIEW = Camera(0.0, 0.0, 1.0, 60, 40)
BOX = QRectF(10, 5, 20, 15)


class Drawing:
    """A square, and how often it was drawn."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, painter: QPainter) -> None:
        self.times += 1
        painter.fillRect(12, 7, 8, 8, QColor("#80ff4020"))


def painted(still: Still, drawing: Drawing, camera: Camera, *things: object) -> QImage:
    image = QImage(camera.width, camera.height, QImage.Format.Format_RGB32)
    image.fill(QColor("#202830"))
    painter = QPainter(image)
    still.paint(painter, camera, BOX, *things, draw=drawing)
    painter.end()
    return image


@pytest.mark.parametrize("dpr", [1.0, 2.0])
def test_what_stands_is_drawn_once_and_looks_as_if_it_were_drawn_each_time(dpr: float, qtbot: QtBot) -> None:
    still, drawing, thing = Still(), Drawing(), object()
    camera = VIEW.resized(60, 40, dpr)
    pictures = [painted(still, drawing, camera, thing) for _ in range(5)]
    assert all(picture == pictures[0] for picture in pictures)
    assert pictures[0].pixelColor(15, 10) != pictures[0].pixelColor(40, 30)
    assert drawing.times == 2  # as it is, since the view might move; then into memory


def test_other_things_or_another_view_are_drawn_anew(qtbot: QtBot) -> None:
    still, first, second = Still(), Drawing(), Drawing()
    painted(still, first, VIEW, 1)
    painted(still, first, VIEW, 1)
    assert painted(still, second, VIEW, 2) == painted(still, second, VIEW, 2)
    assert second.times == 1
    moved = VIEW.panned(3, 0)
    painted(still, second, moved, 2)
    assert second.times == 2


def test_a_box_out_of_view_paints_nothing_and_breaks_nothing(qtbot: QtBot) -> None:
    still, drawing = Still(), Drawing()
    far = VIEW.panned(0, 0)
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for _ in range(3):
        still.paint(painter, far, QRectF(500, 500, 10, 10), draw=drawing)
        still.paint(painter, far, QRectF(), draw=drawing)
    painter.end()
