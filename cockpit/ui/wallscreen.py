"""One output of a machine of the wall: a window without a frame that fills it and is never without a picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QScreen
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import Clock
from cockpit.model.wall import Screen, Wall
from cockpit.model.wallstate import Pointer
from cockpit.ui.frametimes import FrameTimes
from layouts.wallstage import ScreenStage
from widgets.wall.kit import wall_theme
from widgets.wall.over import Over


class Still(QWidget):
    """A picture over the whole screen: the last one of the run before, or the one that is held."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image = QImage()
        self.hide()

    def hold(self, image: QImage) -> None:
        """Shows it; a null one shows nothing any more."""
        self.image = image
        self.setVisible(not image.isNull())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(Qt.GlobalColor.black))
        if self.image.size() == self.size():
            painter.drawImage(event.rect(), self.image, event.rect())
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            fitted = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(0, 0, fitted.width(), fitted.height())
            at.moveCenter(self.rect().center())
            painter.drawImage(at, self.image)


class WallWindow(QWidget):
    """The window on one output.

    From the back to the front: the panels, a still picture, black, what lies over all.

    Attributes:
        output: its name. screen, wall: which screen of which wall it is, None as long as nobody said so.
        stage: its panels. over: what lies over them.
        there: whether the output is plugged in.
        frames: how long its frames took.
        held: since when the picture is held (hub's clock, UTC us), 0 it is not.
        pictured: of when the picture is that stands in before there are panels, UTC us.
        painted: emitted after each frame.
        closed: emitted when something else than `end` has closed it: its panels live on.
        key: told of keys.
    """

    painted = Signal()
    closed = Signal()

    def __init__(self, output: str, clock: Clock) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setObjectName(f"wall {output}")
        self.setWindowTitle(f"city-cockpit {output}")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.output = output
        self.screen_of_wall: Screen | None = None
        self.wall: Wall | None = None
        self.stage: ScreenStage | None = None
        self.there = False
        self.held = self.pictured = 0
        self.frames = FrameTimes()
        self.key: Callable[[QKeyEvent], bool] = lambda event: False
        self._clock = clock
        self._shift = (0, 0)
        self._still = Still(self)
        self._black = _Black(self)
        self.over = Over(self)

    # -- where it is ---------------------------------------------------------------------------------------------

    def fill(self, screen: QScreen) -> None:
        """Shows itself on that output, as large as it is."""
        self.there = True
        if self.windowHandle() is not None:
            self.windowHandle().setScreen(screen)
        self.setScreen(screen)
        if self.isMinimized():
            self.setWindowState(Qt.WindowState.WindowNoState)
        self.setGeometry(screen.geometry())
        if not self.isVisible():
            self.show()
        self._lay()

    def unplug(self) -> None:
        """Its output is gone: it must not come to lie on another one."""
        self.there = False
        self.hide()

    @property
    def away(self) -> bool:
        """Whether it is not to be seen though its output is there: a window list closed or minimised it."""
        return self.there and (self.isHidden() or self.isMinimized())

    def end(self) -> None:
        """Closes it with its panels, for good."""
        self.there = False
        if self.stage is not None:
            self.stage.close_panels()
        self.close()

    def take(self, screen: Screen | None, wall: Wall | None, stage: ScreenStage | None) -> None:
        """Which screen it is from now on, and the panels of it; the ones before are the caller's."""
        self.screen_of_wall, self.wall, self.stage = screen, wall, stage
        if stage is not None:
            stage.setParent(self)
            stage.lower()
            stage.show()
        if wall is not None:
            self.over.fit(wall.pitch / self.scale, wall.distance)
        self._lay()

    @property
    def scale(self) -> float:
        """Pixels of this output for one of the canvas."""
        if self.screen_of_wall is None:
            return 1.0
        at = self.screen_of_wall.at
        return min(self.width() / at.w, self.height() / at.h)

    def shift(self, x: int, y: int) -> None:
        """Moves the picture about by so many px, so that nothing burns in."""
        if self._shift != (x, y):
            self._shift = (x, y)
            self._lay()

    def _lay(self) -> None:
        for whole in (self._still, self._black, self.over):
            whole.setGeometry(self.rect())
        if self.stage is None or self.screen_of_wall is None:
            return
        at, by = self.screen_of_wall.at, self.scale
        wide, high = round(at.w * by), round(at.h * by)
        left, top = (self.width() - wide) // 2, (self.height() - high) // 2
        self.stage.setGeometry(left + self._shift[0], top + self._shift[1], wide, high)

    # -- what it shows -------------------------------------------------------------------------------------------

    def backdrop(self, image: QImage, taken: int) -> None:
        """Shows a picture until `lift`; a null one shows nothing.

        Args:
            taken: when it was, UTC us.
        """
        self.pictured = taken
        self._still.hold(image)

    def hold(self, now: int) -> None:
        """Holds the picture that is on the screen now.

        Args:
            now: the hub's clock, UTC us.
        """
        if self.still and not self.held:
            self.held = self.pictured
        elif not self.held:
            self.held = now
            self._still.hold(self.scene_picture())

    def lift(self) -> None:
        """What lives is seen again."""
        self.held = 0
        self._still.hold(QImage())

    @property
    def still(self) -> bool:
        """Whether a picture stands before the panels."""
        return not self._still.isHidden()

    def black(self, black: bool) -> None:
        if black != self.is_black:
            self._black.setVisible(black)
            self._black.update()  # what is only shown is painted a round of the loop later

    @property
    def is_black(self) -> bool:
        return not self._black.isHidden()

    def point(self, hands: tuple[Pointer, ...]) -> None:
        """Their light spots and strokes, as far as they are on this screen."""
        if self.screen_of_wall is None or self.wall is None:
            self.over.point((), ())
            return
        margin = self.over.type.row
        near = self.rect().adjusted(-margin, -margin, margin, margin)
        spots = [self._place(one.x, one.y) for one in hands if 0 <= one.x <= 1 and 0 <= one.y <= 1]
        seen = tuple(spot for spot in spots if near.contains(round(spot[0]), round(spot[1])))
        strokes = [stroke for one in hands for stroke in one.strokes]
        self.over.point(seen, tuple(tuple(self._place(*at) for at in stroke) for stroke in strokes))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the canvas (0–1) in px of this window."""
        assert self.wall is not None
        assert self.screen_of_wall is not None
        at, by = self.screen_of_wall.at, self.scale
        left, top = (self.stage.x(), self.stage.y()) if self.stage is not None else (0, 0)
        return (x * self.wall.size[0] - at.x) * by + left, (y * self.wall.size[1] - at.y) * by + top

    # -- its picture ---------------------------------------------------------------------------------------------

    def draw_now(self) -> None:
        """Paints what is to be painted at once, and hands it to the screen."""
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.UpdateRequest))

    def picture(self) -> QImage:
        """What is on the screen: a copy of the window's own pixels where it has them, else painted once more."""
        store = self.backingStore() if self.isVisible() else None
        device = store.paintDevice() if store is not None else None
        if isinstance(device, QImage) and device.size() == self.size():
            return device.copy()
        return self.grab().toImage()

    def scene_picture(self) -> QImage:
        """As `picture`, without what lies over all: that lies over the held picture again, night as well."""
        if self.over.isHidden() or self.still or self.stage is None:
            return self.picture()
        image = QImage(self.size(), QImage.Format.Format_RGB32)
        image.fill(wall_theme().bg)
        painter = QPainter(image)
        self.stage.render(painter, self.stage.pos())
        painter.end()
        return image

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest:
            return super().event(event)
        began = self._clock.mono()
        done = super().event(event)
        ended = self._clock.mono()
        self.frames.take(ended, (ended - began) * 1000)
        self.painted.emit()
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), wall_theme().bg)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self.there:
            self.closed.emit()


class _Black(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), QColor(Qt.GlobalColor.black))
