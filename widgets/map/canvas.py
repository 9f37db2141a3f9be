"""The map itself: a widget that pans, zooms, hovers, selects and flies. Layers and tools lie on it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from widgets.kit.panel import guarded
from widgets.map.backend import Backend
from widgets.map.camera import Box, Camera, between, wgs84
from widgets.map.marks import Hit
from widgets.map.motion import Glide, Trails
from widgets.map.overlay import Overlay, Pin, Route, View
from widgets.map.scene import EVENT, Scene
from widgets.map.style import MapStyle

FLIGHT = 0.45
"""Seconds of a flight."""
FRAME_MS = 33
RING_MS = 50
PAN_STEP = 80.0
HOVER_MS = 400
CLICK_SLOP = 5
CORNER = 4
PanelWords = Callable[[str, str], "tuple[str, str] | None"]


class Canvas(QWidget):
    """The map.

    Attributes:
        camera: where it looks; change it by `look` and `fly`.
        scene, routes, pin: what lies on it.
        with_base: whether the last painting showed the base map in the whole view.
        picked: (topic, key) that a person clicked, ("", "") beside everything.
        hovered: (topic, key) under the cursor.
        pointed: (lon, lat) under the cursor, WGS-84; None when it left.
        picking: the next click says a place and selects nothing; mark: a place that a form is about.
        placed: (lon, lat) that a person said; unplaced: they say none.
        key_of_layers: a key that the panel knows, as text ("1" … "7", "L").
        moved: a person moved the map. looked: the camera changed.
    """

    picked = Signal(str, str)
    hovered = Signal(str, str)
    pointed = Signal(object)
    placed = Signal(float, float)
    unplaced = Signal()
    key_of_layers = Signal(str)
    moved = Signal()
    looked = Signal()

    def __init__(self, backend: Backend, mono: Callable[[], float], words: PanelWords, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(200, 160)
        self.camera = Camera(0.0, 0.0, 1.0, 640, 480)
        self.scene = Scene()
        self.routes: tuple[Route, ...] = ()
        self.pin: Pin | None = None
        self.mark: Pin | None = None
        self.picking = False
        self.overlay, self.glide, self.trails = Overlay(), Glide(), Trails()
        self.limits: Box | None = None
        self.reduced = False
        self.selected, self.hover_item = ("", ""), ("", "")
        self.left_taken = self.top_taken = 0
        self.paint_ms: list[float] = []
        self.with_base = False
        self._backend, self._mono, self._words = backend, mono, words
        self._dress: Callable[[], tuple[object, object]] | None = None
        self._style: MapStyle | None = None
        self._flight: tuple[Camera, Camera, float] | None = None
        self._whole_at = 0.0
        self._stale = True
        self._picture = QImage()
        self._pressed: QPointF | None = None
        self._dragged = False
        self._frames = QTimer(self)
        self._frames.timeout.connect(self._frame)
        self._hover_wait = QTimer(self)
        self._hover_wait.setSingleShot(True)
        self._hover_wait.setInterval(HOVER_MS)
        self._hover_wait.timeout.connect(self._show_tip)
        backend.changed.connect(self.touch)

    # What the panel tells it.

    def dress(self, style: MapStyle, dress: Callable[[], tuple[object, object]]) -> None:
        """Colours, and a function that gives theme and texts of now."""
        self._style, self._dress = style, dress
        self._offer()

    def show_scene(self, scene: Scene) -> None:
        self.scene = scene
        self._offer()
        self._wake()

    def look(self, camera: Camera) -> None:
        """Looks there at once."""
        camera = camera.clamped(self.limits) if self.limits else camera
        if camera != self.camera:
            self.camera = camera
            self._offer()
            self.looked.emit()

    def fly(self, goal: Camera) -> None:
        """Flies there; any movement of a person ends the flight where it is."""
        goal = goal.clamped(self.limits) if self.limits else goal
        if self.reduced or not self.isVisible() or goal == self.camera:
            self._flight = None
            self.look(goal)
        else:
            self._flight = (self.camera, goal, self._mono())
            self._wake()

    @property
    def goal(self) -> Camera:
        """Where it is going to be: the end of a flight, else where it is."""
        return self._flight[1] if self._flight else self.camera

    def fit(self) -> None:
        """The whole city."""
        if self.limits:
            self.fly(self.camera.fitted(self.limits, 12))

    def zoom(self, factor: float, at: QPointF | None = None, fly: bool = True) -> None:
        at = at or QPointF(self.width() / 2, self.height() / 2)
        goal = self.goal.zoomed(factor, at.x(), at.y())
        self.fly(goal) if fly else self._by_hand(goal)

    def pick_place(self, on: bool) -> None:
        """Whether the next click says a place."""
        if on != self.picking:
            self.picking = on
            self.setCursor(Qt.CursorShape.CrossCursor) if on else self.unsetCursor()
            self.touch()

    def close_map(self) -> None:
        self._frames.stop()
        self._hover_wait.stop()

    def touch(self) -> None:
        """Has the map painted, without what lies on it: lists and tools cover their places but for round corners."""
        self._whole_at = self._mono()
        self._stale = True
        region = QRegion(self.rect())
        for child in self.findChildren(QFrame, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child.isVisible():
                box = child.geometry()
                region -= QRegion(box.adjusted(CORNER, 0, -CORNER, 0)) + QRegion(box.adjusted(0, CORNER, 0, -CORNER))
        self.update(region)

    @property
    def room(self) -> QRectF:
        """Where words of the map may lie."""
        wide = max(self.width() - self.left_taken - 54, 120)
        return QRectF(self.left_taken, self.top_taken, wide, self.height() - 30 - self.top_taken)

    def view(self) -> View:
        now = self._mono()
        words = self._words(*self.selected) if self.selected[1] else None
        return View(
            self.camera, self.scene, self.glide.at(now), self.selected, self.hover_item, words, self.routes, self.room,
            now, self.pin, self.mark, self.picking and self.hasFocus(),
        )  # fmt: skip

    def place(self, topic: str, key: str) -> tuple[float, float] | None:
        return self.overlay.place(self.view(), topic, key)

    def hit(self, at: QPointF) -> Hit | None:
        chip = next((key for key, box in self.overlay.chips if box.contains(at)), None)
        if chip is not None:
            return Hit("alert", chip)
        picked = self.selected[1] if self.selected[0] == EVENT else ""
        units = self.glide.at(self._mono())
        return self.overlay.marks.hit(self.scene, units, self.camera, at.x(), at.y(), picked)

    # Drawing.

    def _offer(self) -> None:
        """Tells the backend what is to be seen, and paints what there is."""
        # a hidden map would be drawn in a size that it will not have
        if self._style is not None and self.isVisible():
            self._backend.show(self.camera, self.scene, self.trails, self._style)
        self.touch()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dress is None:
            return
        theme, t = self._dress()
        view = self.view()
        size = QSize(self.width(), self.height()) * self.devicePixelRatioF()
        if self._stale or self._picture.size() != size:
            self._picture = self._drawn(size, view, theme, t)
            self._stale = False
        painter = QPainter(self)
        painter.drawImage(QPointF(0, 0), self._picture)
        self.overlay.paint_arrivals(painter, view, theme)  # type: ignore[arg-type]
        painter.end()

    def _drawn(self, size: QSize, view: View, theme: object, t: object) -> QImage:
        """All but the rings of arrival: where only these move, the rest of the picture is painted from memory."""
        start = self._mono()
        image = self._picture if self._picture.size() == size else QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self.with_base = self._backend.paint(painter, self.camera)
        self.overlay.paint(painter, view, theme, t)  # type: ignore[arg-type]
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(theme.acc)  # type: ignore[attr-defined]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(0, 0, self.width() - 1, self.height() - 1)
            painter.drawRect(1, 1, self.width() - 3, self.height() - 3)
        painter.end()
        self.paint_ms = [*self.paint_ms[-99:], (self._mono() - start) * 1000]
        return image

    def _wake(self) -> None:
        """Starts the frames if something moves; slow movement has slow frames."""
        wait = self._next_frame()
        if wait is None:
            self._frames.stop()
        elif not self._frames.isActive() or self._frames.interval() > wait:
            self._frames.start(wait)

    def _next_frame(self) -> int | None:
        """Milliseconds to the next frame; None when nothing moves."""
        now = self._mono()
        if self._flight is not None:
            return FRAME_MS
        gliding = self._glide_wait(now)
        if self._ringing(now):
            return RING_MS if gliding is None else min(RING_MS, gliding)
        return gliding

    def _ringing(self, now: float) -> bool:
        return not self.reduced and self.overlay.ringing(now)

    def _glide_wait(self, now: float) -> int | None:
        """Milliseconds between two frames in which units move by about a pixel and a half; None when all stand."""
        pixels = self.glide.pending(now) * self.camera.scale if self.scene.shows("unit") else 0.0
        if pixels < 0.5:
            return None
        return int(min(max(1000 / pixels / 1.5, FRAME_MS), 250))

    @guarded
    def _frame(self) -> None:
        if self._flight is not None:
            start, end, began = self._flight
            share = (self._mono() - began) / FLIGHT
            if share >= 1:
                self._flight = None
            self.look(between(start, end, share))
        now = self._mono()
        gliding = self._glide_wait(now)
        if self._ringing(now) and (gliding is None or (now - self._whole_at) * 1000 < gliding):
            self.update(self.overlay.around_rings(self.view()))  # all else stands still
        else:
            self.touch()
        wait = self._next_frame()
        if wait is None:
            self._frames.stop()
        elif wait != self._frames.interval():
            self._frames.start(wait)

    # A person's hands.

    def _by_hand(self, camera: Camera) -> None:
        self._flight = None
        self.look(camera)
        self.moved.emit()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        self._offer()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._flight = None
        self.camera = self.camera.resized(self.width(), self.height(), self.devicePixelRatioF())
        if self.limits:
            self.camera = self.camera.clamped(self.limits)
        self._offer()
        self.looked.emit()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._flight = None
            self._pressed, self._dragged = event.position(), False

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None:
            step = at - self._pressed
            if self._dragged or step.manhattanLength() > CLICK_SLOP:
                self._dragged = True
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._by_hand(self.camera.panned(step.x(), step.y()))
                self._pressed = at
        else:
            self._hover(at)
        self.pointed.emit(wgs84(*self.camera.to_world(at.x(), at.y())))

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        self.unsetCursor()
        if not self._dragged:
            self._click(event.position())

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.hit(event.position()) is None:
            self.zoom(2.0, event.position())

    def _click(self, at: QPointF) -> None:
        if self.picking:
            self.placed.emit(*wgs84(*self.camera.to_world(at.x(), at.y())))
            return
        hit = self.hit(at)
        if hit is None:
            self.picked.emit("", "")
        elif hit.count > 1:
            self._open_group(hit)
        else:
            self.picked.emit(hit.topic, hit.key)

    def _open_group(self, hit: Hit) -> None:
        """Flies nearer until the group falls apart; where it can not, its most urgent event is selected."""
        x, y = self.scene.events.x[list(hit.rows)], self.scene.events.y[list(hit.rows)]
        box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
        goal = self.camera.fitted(box, 140)
        if math.hypot(box[2] - box[0], box[3] - box[1]) < 8 or goal.scale < self.camera.scale * 1.05:
            self.picked.emit(hit.topic, hit.key)
        else:
            self.fly(goal if goal.zoom < 17 else goal.centred(goal.x, goal.y, goal.scale / 2 ** (goal.zoom - 17)))

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom(1.25**notches, event.position(), fly=False)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position(), fly=False)
            return True
        return super().event(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = PAN_STEP * (3 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        steps = {
            Qt.Key.Key_Left: (far, 0.0),
            Qt.Key.Key_Right: (-far, 0.0),
            Qt.Key.Key_Up: (0.0, far),
            Qt.Key.Key_Down: (0.0, -far),
        }
        key, text = event.key(), event.text().upper()
        if key in steps:
            self._by_hand(self.camera.panned(*steps[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.6)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / 1.6)
        elif key == Qt.Key.Key_Home:
            self.fit()
        elif key == Qt.Key.Key_Escape and self.picking:
            self.unplaced.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.picking and not event.isAutoRepeat():
            self._click(QPointF(self.width() / 2, self.height() / 2))
        elif key == Qt.Key.Key_Escape:
            self.picked.emit("", "")
        elif text == "N":
            self.cycle(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif text and text in "1234567L":
            self.key_of_layers.emit(text)
        else:
            super().keyPressEvent(event)

    def cycle(self, onward: bool) -> bool:
        """Selects the next event in view, from the left to the right; False past the last one."""
        events = self.scene.events
        sx, sy = self.camera.to_screen(events.x, events.y)
        seen = np.flatnonzero((sx > 0) & (sy > 0) & (sx < self.width()) & (sy < self.height()))
        order = [events.keys[i] for i in seen[np.lexsort((sy[seen], sx[seen]))].tolist()]
        if not order or not self.scene.shows(EVENT):
            return False
        at = order.index(self.selected[1]) if self.selected[1] in order else (-1 if onward else len(order))
        at += 1 if onward else -1
        if not 0 <= at < len(order):
            return False
        self.picked.emit(EVENT, order[at])
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(("", ""))
        self.pointed.emit(None)

    def focusInEvent(self, event: QEvent) -> None:
        self.touch()

    def focusOutEvent(self, event: QEvent) -> None:
        self.touch()

    # What is under the cursor.

    def _hover(self, at: QPointF) -> None:
        hit = self.hit(at)
        self._set_hover((hit.topic, hit.key) if hit else ("", ""))
        self._hover_at = at
        if self.picking:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif hit is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def _set_hover(self, item: tuple[str, str]) -> None:
        if item == self.hover_item:
            return
        self.hover_item = item
        QToolTip.hideText()
        self._hover_wait.start() if item[1] else self._hover_wait.stop()
        self.hovered.emit(*item)
        self.touch()

    @guarded
    def _show_tip(self) -> None:
        hit = self.hit(self._hover_at)
        words = self._words(*self.hover_item) if self.hover_item[1] else None
        if words is None or hit is None:
            return
        title = words[0] if hit.count == 1 else f"{words[0]} +{hit.count - 1}"
        place = self.mapToGlobal(self._hover_at.toPoint() + QPoint(14, 14))
        QToolTip.showText(place, f"{title}\n{words[1]}", self)
