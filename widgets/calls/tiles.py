"""Pictures of a call: one tile a leg that sends some, and our own; painted only while they are seen."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.calls import Call, CallState, Frame
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.panel import guarded

FRAME_MS = 67
"""Fifteen pictures a second at the most."""
HIGH, SHAPE = 240, 4 / 3
OWN = ""


class VideoTiles(QWidget):
    """
    Attributes:
        legs: (id, name) of those that send pictures; ours last, with the id "".
        painted: pictures drawn so far.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.legs: tuple[tuple[str, str], ...] = ()
        self.painted = 0
        self._serials: dict[str, int] = {}
        self._images: dict[str, QImage] = {}
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._look)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HIGH)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(320, HIGH)

    def tell(self, call: Call | None) -> None:
        """Whose pictures there are in a call."""
        legs: list[tuple[str, str]] = []
        if call is not None and call.state is not CallState.ENDED:
            legs = [(leg.id, leg.contact.name) for leg in call.legs if leg.video and leg.state is CallState.UP]
            if any(leg.sends_video for leg in call.legs):
                legs.append((OWN, self.ctx.t("callsui.own_picture")))
        if tuple(legs) != self.legs:
            self.legs = tuple(legs)
            self._images = {leg: image for leg, image in self._images.items() if leg in dict(legs)}
            self.setAccessibleName("、".join(name for _, name in legs))
            self.update()
        self.setVisible(bool(legs))

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    @guarded
    def _look(self) -> None:
        """Takes the newest picture of each; only one that is new is drawn."""
        port, new = self.ctx.calls, False
        if port is None:
            return
        for leg, _ in self.legs:
            frame = port.frame(leg)
            if frame is not None and frame.serial != self._serials.get(leg):
                self._serials[leg] = frame.serial
                self._images[leg] = image_of(frame)
                new = True
        if new:
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.fillRect(self.rect(), theme.bg)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for (leg, name), box in zip(self.legs, self._boxes(), strict=True):
            self._draw(painter, box.adjusted(1, 1, -1, -1), leg, name)
        self.painted += 1

    def _boxes(self) -> list[QRectF]:
        """Equal places, as many columns as make them largest."""
        n = len(self.legs)
        columns = max(1, min(n, math.ceil(math.sqrt(n * self.width() / self.height() / SHAPE))))
        rows = math.ceil(n / columns) if n else 1
        wide, high = self.width() / columns, self.height() / rows
        return [QRectF(i % columns * wide, i // columns * high, wide, high) for i in range(n)]

    def _draw(self, painter: QPainter, box: QRectF, leg: str, name: str) -> None:
        theme, image = self.ctx.theme, self._images.get(leg)
        if image is None:
            painter.fillRect(box, theme.s2)
            draw_icon(
                painter, QRectF(box.center() - QPointF(14, 14), box.center() + QPointF(14, 14)), "camera", theme.t3
            )
        else:
            scale = min(box.width() / image.width(), box.height() / image.height())
            shown = QRectF(0, 0, image.width() * scale, image.height() * scale)
            shown.moveCenter(box.center())
            painter.drawImage(shown, image)
        painter.setFont(theme.font("small"))
        wide = painter.fontMetrics().horizontalAdvance(name) + 12
        label = QRectF(box.left(), box.bottom() - 20, min(wide, box.width()), 20)
        painter.fillRect(label, theme.bg)
        painter.setPen(theme.t1)
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), name)


def image_of(frame: Frame) -> QImage:
    """A frame as an image of its own."""
    size = frame.width * frame.height * 3
    data = bytes(frame.data)
    if frame.width <= 0 or frame.height <= 0 or len(data) < size:
        return QImage()
    return QImage(data, frame.width, frame.height, frame.width * 3, QImage.Format.Format_RGB888).copy()
