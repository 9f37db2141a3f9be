"""A person's hands on the canvas: mouse, wheel, fingers and keys become movements, clicks, shapes and readings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEventPoint,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QTouchEvent,
    QWheelEvent,
)

from widgets.map.camera import wgs84
from widgets.map.hands.inertia import Throw
from widgets.map.hands.shapes import Form, Shape
from widgets.map.hands.tools import Lasso, Place, Tool
from widgets.map.hands.touch import LONG, Touch

if TYPE_CHECKING:
    from widgets.map.canvas import Canvas

CLICK_SLOP = 5
PAN_STEP = 80.0
ZOOM_STEP = 1.6
WHEEL_STEP = 1.25
TOUCHES = frozenset(
    (
        QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel,
        QEvent.Type.NativeGesture,
    )
)  # fmt: skip
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PULLERS = {Qt.KeyboardModifier.ShiftModifier: Form.BOX, Qt.KeyboardModifier.AltModifier: Form.LASSO}


class Hands(QObject):
    """What hands do.

    Attributes:
        tool: in the hand; None for the bare hand.
        shape: what was drawn last and is seen until it is cleared.
        throw: the map after it was thrown.
        drawn: a shape is done. taken: another tool is in the hand, or none. menu: a menu is asked for at
            (pixel). cleared: the shape is to go.
    """

    drawn = Signal(object)
    taken = Signal()
    menu = Signal(QPointF)
    cleared = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.tool: Tool | None = None
        self.shape: Shape | None = None
        self.throw = Throw()
        self._canvas = canvas
        self._touch = Touch()
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._dragged = False
        self._puller: Tool | None = None
        self._keyed = False
        self._long = QTimer(self, singleShot=True, interval=round(LONG * 1000))
        self._long.timeout.connect(self._long_tap)
        canvas.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    # -- tools -------------------------------------------------------------------------------------------------------

    def take(self, tool: Tool | None) -> None:
        """Takes a tool into the hand, or puts down what is in it."""
        if self.tool is not None:
            self.tool.drop()
        self.tool = tool
        self._keyed = not self._canvas.underMouse()
        self._canvas.pointing.dress_cursor()
        self._canvas.touch_over()
        self.taken.emit()

    @property
    def busy(self) -> bool:
        """Whether a hand is at the map: it holds a tool, or pulls."""
        return self.tool is not None or self._pressed is not None

    @property
    def aiming(self) -> bool:
        """Whether whoever holds a tool is at the keyboard: Enter sets a corner in the middle of the view."""
        return self.tool is not None and self._keyed

    def show_shape(self, shape: Shape | None) -> None:
        """What is seen as drawn."""
        self.shape = shape
        self._canvas.touch_over()

    def drafts(self) -> list[Tool]:
        """What is being drawn now."""
        return [tool for tool in (self.tool, self._puller) if tool is not None]

    def _done(self, shape: Shape | None) -> None:
        if shape is not None:
            self.shape = shape
            self.take(None)
            self.drawn.emit(shape)
        self._canvas.touch_over()

    def _place(self, at: QPointF) -> Place:
        return self._canvas.camera.to_world(at.x(), at.y())

    # -- mouse -------------------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) or self._pressed is not None:
            return
        self._canvas.halt()
        self.throw.hold()
        self._button = event.button()
        self._pressed = self._last = event.position()
        self._dragged, self._puller = False, None
        if event.button() == Qt.MouseButton.LeftButton and not self._canvas.picking:
            form = _PULLERS.get(event.modifiers())
            if form is not None:
                self._puller = Lasso(form)
            elif self.tool is not None and self.tool.pulls:
                self._puller = self.tool

    def move(self, event: QMouseEvent) -> None:
        at = event.position()
        self._keyed = False
        if self._pressed is None:
            self._hover(at)
        elif self._dragged or (at - self._pressed).manhattanLength() > CLICK_SLOP:
            self._dragged = True
            self._drag(at)
        self._canvas.pointed.emit(wgs84(*self._place(at)))

    def _drag(self, at: QPointF) -> None:
        canvas = self._canvas
        if self._puller is not None:
            assert self._pressed is not None
            self._puller.pull(self._place(self._pressed), self._place(at), canvas.camera)
            canvas.touch_over()
            return
        step = at - self._last
        canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.throw.move(canvas.mono(), step.x(), step.y())
        canvas.by_hand(canvas.camera.panned(step.x(), step.y()))
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        if event.button() != self._button or self._pressed is None:
            return
        self._pressed = None
        self._canvas.pointing.dress_cursor()
        puller, self._puller = self._puller, None
        if not self._dragged:
            if self._button == Qt.MouseButton.LeftButton:
                self.click(event.position())
        elif puller is not None:
            self._done(puller.let_go())
        else:
            self._let_go()

    def _let_go(self) -> None:
        if not self._canvas.reduced and self.throw.let_go(self._canvas.mono()):
            self._canvas.wake()

    def glide(self) -> None:
        """One frame of a thrown map; it stops where the city ends."""
        canvas, before = self._canvas, self._canvas.camera
        dx, dy = self.throw.step(canvas.mono())
        canvas.by_hand(before.panned(dx, dy), keep_throw=True)
        if canvas.camera == before and math.hypot(dx, dy) > 0.5:
            self.throw.hold()

    def double(self, event: QMouseEvent) -> None:
        canvas = self._canvas
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.tool is not None:
            self._done(self.tool.finish())
        elif not canvas.picking and canvas.hit(event.position()) is None:
            canvas.zoom(2.0, event.position())

    def click(self, at: QPointF) -> None:
        """A click on a pixel, by mouse, finger or Enter."""
        canvas = self._canvas
        place = self._place(at)
        if canvas.picking:
            canvas.placed.emit(*wgs84(*place))
        elif self.tool is not None:
            hit = canvas.hit(at) if self.tool.name == "ring" else None
            there = canvas.place(hit.topic, hit.key) if hit is not None and hit.count == 1 else None
            item = (hit.topic, hit.key) if hit is not None and there is not None else ("", "")
            self._done(self.tool.click(there or place, canvas.camera, item))
        else:
            canvas.pointing.pick(at)

    def _hover(self, at: QPointF) -> None:
        if self.tool is None:
            self._canvas.pointing.hover(at)
            return
        self.tool.cursor = self._place(at)
        if self.tool.name == "ring":
            self._canvas.pointing.hover(at)
        if self.tool.drafting:
            self._canvas.touch_over()

    def leave(self) -> None:
        if self.tool is not None:
            self.tool.cursor = None
            self._canvas.touch_over()

    def wheel(self, event: QWheelEvent) -> None:
        """Zooms at the cursor. A pad says how far its fingers went: they move the map, and zoom it with Ctrl."""
        pixels, notches = event.pixelDelta(), event.angleDelta().y() / 120
        on_pad = not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if on_pad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._canvas.by_hand(self._canvas.camera.panned(pixels.x(), pixels.y()))
        elif notches:
            at = event.position()
            self._canvas.swing(self._canvas.goal.zoomed(WHEEL_STEP**notches, at.x(), at.y()))
        event.accept()

    def asks_menu(self, event: QContextMenuEvent) -> None:
        """A menu at the cursor, or by its key at the middle."""
        keyed = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu.emit(self._canvas.middle if keyed else QPointF(event.pos()))
        event.accept()

    # -- fingers -----------------------------------------------------------------------------------------------------

    def touched(self, event: QEvent) -> bool:
        """Touch and pinch; False for what is neither."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
                return False
            at = event.position()
            self._canvas.by_hand(self._canvas.camera.zoomed(max(1 + event.value(), 0.2), at.x(), at.y()))
            return True
        if not isinstance(event, QTouchEvent):
            return False
        self._fingers(event)
        event.accept()
        return True

    def _fingers(self, event: QTouchEvent) -> None:
        canvas = self._canvas
        down = [p.position() for p in event.points() if p.state() != QEventPoint.State.Released]
        points = [(p.x(), p.y()) for p in down]
        if event.type() == QEvent.Type.TouchBegin:
            canvas.halt()
            self.throw.hold()
            self._touch.begin(points)
            self._pressed = down[0]
            self._puller = self.tool if self.tool is not None and self.tool.pulls and not canvas.picking else None
            self._long.start()
        elif event.type() == QEvent.Type.TouchUpdate and self._pressed is not None:
            self._fingers_move(points)
        elif event.type() == QEvent.Type.TouchEnd and self._pressed is not None:
            self._long.stop()
            self._pressed, puller, self._puller = None, self._puller, None
            if self._touch.tapping:
                self.click(QPointF(*self._touch.at))
            elif puller is not None:
                self._done(puller.let_go())
            elif not self._touch.pinched:
                self._let_go()
        elif event.type() == QEvent.Type.TouchCancel:
            self._long.stop()
            self._pressed = self._puller = None

    def _fingers_move(self, points: list[tuple[float, float]]) -> None:
        canvas = self._canvas
        camera, (dx, dy) = self._touch.move(canvas.camera, points)
        if not self._touch.tapping:
            self._long.stop()
        if self._touch.pinched and self._puller is not None:  # two fingers move the map, whatever is in the hand
            self._puller.drop()
            self._puller = None
        if self._puller is not None:
            if not self._touch.tapping:
                assert self._pressed is not None
                self._puller.pull(self._place(self._pressed), self._place(QPointF(*self._touch.at)), canvas.camera)
                canvas.touch_over()
        elif camera != canvas.camera:
            self.throw.move(canvas.mono(), dx, dy)
            canvas.by_hand(camera)

    def _long_tap(self) -> None:
        if self._touch.tapping and self._pressed is not None:
            self._pressed = None
            self.menu.emit(QPointF(*self._touch.at))

    def stop(self) -> None:
        self._long.stop()
        self.throw.hold()

    # -- keys --------------------------------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """A key on the map; False for one that means nothing here."""
        canvas, key, text = self._canvas, event.key(), event.text().upper()
        far = PAN_STEP * (3 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        steps = {
            Qt.Key.Key_Left: (far, 0.0),
            Qt.Key.Key_Right: (-far, 0.0),
            Qt.Key.Key_Up: (0.0, far),
            Qt.Key.Key_Down: (0.0, -far),
        }
        if key in steps:
            canvas.by_hand(canvas.camera.panned(*steps[Qt.Key(key)]))
            self._aim()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            canvas.zoom(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            canvas.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_Home:
            canvas.fit()
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key in _ENTER and (canvas.picking or self.tool is not None):
            if not event.isAutoRepeat():
                self._aim()
                self.click(canvas.middle)
        elif key == Qt.Key.Key_Backspace and self.tool is not None:
            self.tool.back()
            canvas.touch_over()
        elif text == "N":
            canvas.pointing.cycle(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif text and text in "12345678L":
            canvas.key_of_layers.emit(text)
        else:
            return False
        return True

    def _aim(self) -> None:
        """With the keyboard the pointer is the cross in the middle."""
        self._keyed = True
        if self.tool is not None:
            self.tool.cursor = self._place(self._canvas.middle)
            self._canvas.touch_over()

    def _escape(self) -> None:
        """Leaves what is nearest at hand: a place that is asked for, what is being drawn, the tool, the selection."""
        canvas = self._canvas
        if canvas.picking:
            canvas.unplaced.emit()
        elif self.tool is not None:
            if not self.tool.drop():
                self.take(None)
            canvas.touch_over()
        elif canvas.selected[1] or canvas.pin is not None or self.shape is None:
            canvas.picked.emit("", "")
        else:
            self.cleared.emit()
