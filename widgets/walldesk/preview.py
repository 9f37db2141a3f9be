"""A panel as it would be on the wall, alive: the real one, drawn where nobody sees it, made small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.messages import Message
from cockpit.model.wall import Place
from widgets.kit.actions import Actions
from widgets.kit.context import PanelContext
from widgets.kit.panel import Pane, guarded
from widgets.kit.walling import Walling
from widgets.kit.wallsight import WallSight
from widgets.walldesk.hand import Hand
from widgets.walldesk.kinds import least

AGAIN_MS = 2000
ROOM, MOST = 1.9, 2_400
"""How much more than the least size a panel is drawn with, and the longest side of it, px."""


class Preview(QWidget):
    """
    Attributes:
        panel: id of what is shown, "" nothing. drawn: when it was drawn, machine's wall clock, UTC us.
        problem: why there is no picture.
    """

    def __init__(self, hand: Hand, told: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._hand, self._told = hand, told
        self.panel = ""
        self.drawn = 0
        self.problem: Message | None = None
        self._options: Mapping[str, Any] = {}
        self._built: QWidget | None = None
        self._sight: WallSight | None = None
        self._image = QImage()
        self._timer = QTimer(self, interval=AGAIN_MS)
        self._timer.timeout.connect(self._draw)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(380, 214)

    def show_panel(self, panel: str, options: Mapping[str, Any]) -> None:
        """This panel with these options; the same again goes on."""
        if (panel, options) != (self.panel, self._options):
            self.panel, self._options = panel, dict(options)
            self.end()
            if self.isVisible():
                self._begin()

    def come_alive(self) -> None:
        """The wall may be known now: what was waiting for it begins."""
        if self._built is None and self.problem is None and self.panel and self.isVisible():
            self._begin()

    def _begin(self) -> None:
        hand, wall = self._hand, self._hand.wall
        kind = hand.ctx.walling.panels.get(self.panel) if self.panel else None
        self.problem = None
        if not self.panel or wall is None:
            return
        try:
            if kind is None:
                raise KeyError(self.panel)
            self._sight = self._seen()
            self._built = kind(_alone(hand.ctx, self._sight), parent=None, **self._options)
            self._built.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            self._built.resize(self._size())
            self._built.show()
            if isinstance(self._built, Pane):
                self._built.refresh(self._built.topics)
                self._built.age_tick()
        except Exception as error:  # a third party's panel, or options that it does not have
            hand.ctx.report(error, self.panel)
            self.end()
            self.problem = Message("walldesk.no_preview")
        self._timer.start()
        self._draw()

    def _seen(self) -> WallSight:
        """The wall as the panel would see it from its last row."""
        wall, shows, mode = self._hand.wall, self._hand.shows, self._hand.mode
        assert wall is not None
        event = shows.event if shows is not None else ""
        return WallSight(
            pitch_mm=wall.pitch, distance_m=wall.distance, wall=wall.name, mode=mode, event=event, focus=event
        )

    def _size(self) -> QSize:
        """As large as it wants to be on this wall, in the proportions of the preview."""
        wall = self._hand.wall
        assert wall is not None
        wide, high = least(Place("", panel=self.panel, options=dict(self._options)), wall)
        ratio = max(self.width(), 1) / max(self.height(), 1)
        wide, high = round(max(wide, high * ratio) * ROOM), round(max(high, wide / ratio) * ROOM)
        shrink = min(1.0, MOST / max(wide, high))
        return QSize(round(wide * shrink), round(high * shrink))

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables changed."""
        if isinstance(self._built, Pane) and not self._built.failed and (wanted := self._built.topics & topics):
            self._built.refresh(wanted)

    def age_tick(self) -> None:
        if isinstance(self._built, Pane) and not self._built.failed:
            self._built.age_tick()

    def again(self) -> None:
        """Language or theme changed: it is made anew."""
        if self._built is not None or self.problem is not None:
            self.end()
            if self.isVisible():
                self._begin()

    def _draw(self) -> None:
        if self._built is None or not self.isVisible():
            self.update()
            return
        size = self._built.size()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(self._hand.ctx.theme.s1)
        self._built.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        dpr = self.devicePixelRatioF()
        smooth, kept = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.KeepAspectRatio
        self._image = image.scaled(self.size() * dpr, kept, smooth)
        self._image.setDevicePixelRatio(dpr)
        self.drawn = self._hand.ctx.clock.wall()
        self._told()
        self.update()

    def end(self) -> None:
        """Takes the panel down: its threads and timers end with it."""
        self._timer.stop()
        built, self._built, self._image, self.drawn = self._built, None, QImage(), 0
        if built is not None:
            built.close()
            built.deleteLater()
        self._sight = None

    def showEvent(self, event: object) -> None:
        if self._built is None and self.panel:
            self._begin()

    def hideEvent(self, event: object) -> None:
        self.end()

    def resizeEvent(self, event: object) -> None:
        if self._built is not None:
            self._built.resize(self._size())
            self._draw()

    def words(self) -> Message:
        """What stands where there is no picture: why, or what it waits for."""
        return self.problem or Message("walldesk.waiting" if self.panel else "walldesk.choose_panel")

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._hand.ctx.theme
        painter.fillRect(self.rect(), theme.bg)
        if not self._image.isNull():
            size = self._image.deviceIndependentSize()
            painter.drawImage(
                round((self.width() - size.width()) / 2), round((self.height() - size.height()) / 2), self._image
            )
        painter.setPen(QPen(theme.line, 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if not self._image.isNull():
            return
        words = self._hand.ctx.t(self.words())
        painter.setFont(theme.font("small"))
        painter.setPen(theme.t2)
        wrapped = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(self.rect()).adjusted(16, 8, -16, -8), wrapped, words)


def _alone(ctx: PanelContext, sight: WallSight) -> PanelContext:
    """A context whose panel acts on nothing of the desk: no commands, no toasts."""
    return replace(ctx, wall=sight, actions=Actions(), notify=lambda message, level: None, walling=Walling())
