"""The map itself: a widget that pans, zooms, hovers, selects and flies. Layers and tools lie on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Texts
from cockpit.model.places import PLACE, place_of
from widgets.kit.panel import guarded
from widgets.kit.theme import Theme
from widgets.map.backend import Backend
from widgets.map.camera import Box, Camera, mercator
from widgets.map.compose.composer import Composer, UserLayers
from widgets.map.drawing import Drawing
from widgets.map.hands.hands import TOUCHES, Hands
from widgets.map.hands.paint import paint_drafts, paint_shape
from widgets.map.hands.pointing import Pointing
from widgets.map.layers.state import FIRST, LayerStack
from widgets.map.marks import Hit
from widgets.map.motion import Glide
from widgets.map.moves import Moves
from widgets.map.overlay import Overlay, Pin, Route, View
from widgets.map.scene import EVENT, Scene
from widgets.map.style import MapStyle
from widgets.map.uncovered import uncovered

PanelWords = Callable[[str, str], "tuple[str, str] | None"]


class Canvas(QWidget):
    """The map.

    Attributes:
        camera: where it looks; change it by `look` and `fly`.
        scene, routes, pin: what lies on it.
        stack, user: order and opacity of the layers, and what others lay into the stack, by its key there.
        beneath: says the key of what of it lies at a place (Mercator metres, pixels a metre); where: where a key is.
        with_base: whether the last painting showed the base map in the whole view.
        surface: the backend's widget, beneath everything else. composer: makes what the backend draws.
        picked: (topic, key) that a person clicked, ("", "") beside everything.
        hovered: (topic, key) under the cursor.
        pointed: (lon, lat) under the cursor, WGS-84; None when it left.
        picking: the next click says a place and selects nothing; mark: a place that a form is about.
        placed: (lon, lat) that a person said; unplaced: they say none.
        key_of_layers: a key that the panel knows, as text ("1" … "7", "L").
        moved: a person moved the map. looked: the camera changed. painted: the backend's widget was painted.
        hands: what mouse, fingers and keys do. pointing: what is under the pointer. moves: what moves by itself.
        words: says a thing in a title and a second line.
    """

    picked = Signal(str, str)
    hovered = Signal(str, str)
    pointed = Signal(object)
    placed = Signal(float, float)
    unplaced = Signal()
    key_of_layers = Signal(str)
    moved = Signal()
    looked = Signal()
    painted = Signal()

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
        self.overlay, self.glide = Overlay(), Glide()
        self.composer = Composer(self.overlay.marks)
        self.composer.changed.connect(self.touch)
        self.stack: LayerStack = FIRST
        self.user: Mapping[str, UserLayers] = {}
        self.beneath: Callable[[float, float, float], str] = lambda x, y, scale: ""
        self.where: Callable[[str], tuple[float, float] | None] = lambda key: None
        self.limits: Box | None = None
        self.selected, self.hover_item = ("", ""), ("", "")
        self.left_taken = self.top_taken = 0
        self.right_taken = 46
        self.standing: tuple[tuple[int, int, int, int], ...] = ()
        self.paint_ms: list[float] = []
        self.with_base = False
        self._at_once = True
        self._mono, self.words = mono, words
        self._dress: Callable[[], tuple[Theme, Texts]] | None = None
        self._style: MapStyle | None = None
        self.moves = Moves(self)
        self.pointing = Pointing(self)
        self.hands = Hands(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._offer)
        self._backend = backend
        self.surface = backend.surface(self, self._over)
        self.surface.setGeometry(self.rect())
        self.surface.lower()

    # What the panel tells it.

    def dress(self, style: MapStyle, dress: Callable[[], tuple[Theme, Texts]]) -> None:
        """Colours, and a function that gives theme and texts of now."""
        self._style, self._dress = style, dress
        self.touch()

    @property
    def reduced(self) -> bool:
        """Whether nothing moves by itself."""
        return self.moves.reduced

    @reduced.setter
    def reduced(self, reduced: bool) -> None:
        self.moves.reduced = self.glide.reduced = reduced

    @property
    def style(self) -> MapStyle | None:
        """Its colours; None before it was dressed."""
        return self._style

    def show_scene(self, scene: Scene) -> None:
        self.scene = scene
        self.touch()
        self.wake()

    def look(self, camera: Camera) -> None:
        """Looks there at once."""
        camera = camera.clamped(self.limits) if self.limits else camera
        if camera != self.camera:
            self.camera = camera
            self.touch(over=False)
            self.looked.emit()

    def fly(self, goal: Camera) -> None:
        """Flies there; any movement of a person ends the flight where it is."""
        self.moves.fly(goal.clamped(self.limits) if self.limits else goal)

    def swing(self, goal: Camera) -> None:
        """A person sets a zoom going; it comes to rest at `goal`."""
        self.moves.fly(goal.clamped(self.limits) if self.limits else goal, braking=True)
        self.moved.emit()

    @property
    def goal(self) -> Camera:
        """Where it is going to be: the end of a flight, else where it is."""
        return self.moves.goal or self.camera

    def fit(self) -> None:
        """The whole city."""
        if self.limits:
            self.fly(self.camera.fitted(self.limits, 12))

    def zoom(self, factor: float, at: QPointF | None = None, fly: bool = True) -> None:
        """Nearer, as a button or a key does it: by a person."""
        at = at or self.middle
        goal = self.goal.zoomed(factor, at.x(), at.y())
        if fly:
            self.fly(goal)
            self.moved.emit()
        else:
            self.look(goal)

    def pick_place(self, on: bool) -> None:
        """Whether the next click says a place."""
        if on != self.picking:
            self.picking = on
            self.pointing.dress_cursor()
            self.touch()

    def close_map(self) -> None:
        self._soon.stop()
        for one in (self.moves, self.pointing, self.hands):
            one.stop()
        self.composer.close()

    @property
    def middle(self) -> QPointF:
        """The pixel in the middle, where the keyboard points."""
        return QPointF(self.width() / 2, self.height() / 2)

    def mono(self) -> float:
        return self._mono()

    def touch(self, over: bool = True) -> None:
        """What is to be seen is another: the backend is told once all that happens now has happened.

        Args:
            over: what lies over the picture is painted at once; else with the next picture, to whose view it belongs.
        """
        self._at_once = self._at_once or over
        if not self._soon.isActive():
            self._soon.start()

    def touch_over(self) -> None:
        """What lies over the picture is another: what is pointed at, what a hand draws."""
        self.surface.update(uncovered(self.surface))

    def keep_clear(self, boxes: tuple[tuple[int, int, int, int], ...]) -> None:
        """What stands on it where alerts would have their chips: left, top, right, bottom, pixels."""
        if boxes != self.standing:
            self.standing = boxes
            self.touch_over()

    def settled(self) -> bool:
        """Whether the picture on the screen is sharp and what is to be seen."""
        return not self._soon.isActive() and not self.composer.busy() and self._backend.settled()

    @property
    def room(self) -> QRectF:
        """Where words of the map may lie."""
        wide = max(self.width() - self.left_taken - self.right_taken - 8, 120)
        return QRectF(self.left_taken, self.top_taken, wide, self.height() - 30 - self.top_taken)

    def view(self) -> View:
        now = self._mono()
        words = self.words(*self.selected) if self.selected[1] else None
        return View(
            self.camera, self.scene, self.glide.at(now), self.selected, self.hover_item, words, self.routes, self.room,
            now, self.pin, self.mark, (self.picking or self.hands.aiming) and self.hasFocus(), self.standing,
        )  # fmt: skip

    def place(self, topic: str, key: str) -> tuple[float, float] | None:
        if topic == PLACE:
            there = place_of(key)
            return tuple(float(v) for v in mercator(*there[:2])) if there is not None else None
        return self.where(key) if topic == "layer" else self.overlay.place(self.view(), topic, key)

    def hit(self, at: QPointF) -> Hit | None:
        chip = next((key for key, box in self.overlay.chips if box.contains(at)), None)
        if chip is not None:
            return Hit("alert", chip)
        picked = self.selected[1] if self.selected[0] == EVENT else ""
        units = self.glide.at(self._mono())
        hit = self.overlay.marks.hit(self.scene, units, self.camera, at.x(), at.y(), picked)
        if hit is None:
            key = self.beneath(*self.camera.to_world(at.x(), at.y()), self.camera.scale)
            hit = Hit("layer", key) if key else None
        return hit

    # Drawing.

    @guarded
    def _offer(self) -> None:
        """Tells the backend what is to be seen."""
        # a hidden map would be drawn in a size that it will not have
        if self._style is None or self._dress is None or not self.isVisible():
            return
        theme, _ = self._dress()
        self.moves.offered = self._mono()
        at_once, self._at_once = self._at_once, False
        self._backend.show(self.camera, self.drawing(theme), self._style)
        if at_once:
            self.touch_over()

    def drawing(self, theme: Theme, camera: Camera | None = None, wait: bool = False) -> Drawing:
        """What is to be seen now; for a picture of another size with its camera, and all that is heavy made at once."""
        assert self._style is not None
        view = self.view() if camera is None else msgspec.structs.replace(self.view(), camera=camera)
        return self.composer.compose(view, self._style, theme, self.stack, self.user, wait)

    @guarded
    def _over(self, painter: QPainter, camera: Camera) -> None:
        """What lies over the picture of `camera` and is little."""
        if self._dress is None:
            return
        start = self._mono()
        theme, t = self._dress()
        view = msgspec.structs.replace(self.view(), camera=camera)
        self.with_base = bool(getattr(self._backend, "covered", True))
        paint_shape(painter, self.hands, camera, theme)
        self.overlay.over(painter, view, theme, t, self.composer.standing(view))
        paint_drafts(painter, self.hands, camera, theme, t)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(theme.acc)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(0, 0, self.width() - 1, self.height() - 1)
            painter.drawRect(1, 1, self.width() - 3, self.height() - 3)
        self.paint_ms = [*self.paint_ms[-99:], (self._mono() - start) * 1000]
        self.painted.emit()

    def wake(self) -> None:
        """Something may move by itself now."""
        self.moves.wake()

    # A person's hands.

    def by_hand(self, camera: Camera, keep_throw: bool = False) -> None:
        """A person moves the map: that ends a flight where it is."""
        self.moves.halt()
        if not keep_throw:
            self.hands.throw.flying = False
        self.look(camera)
        self.moved.emit()

    def halt(self) -> None:
        """A hand takes hold of the map: what moved by itself stands."""
        self.moves.halt()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        self._offer()  # at once: the first picture is painted with what there is

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.moves.halt()
        self.camera = self.camera.resized(self.width(), self.height(), self.devicePixelRatioF())
        if self.limits:
            self.camera = self.camera.clamped(self.limits)
        self.surface.setGeometry(self.rect())
        self._offer()
        self.looked.emit()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hands.press(event)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hands.move(event)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hands.release(event)

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.hands.double(event)

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        self.hands.wheel(event)

    @guarded
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.hands.asks_menu(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.hands.key(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in TOUCHES:
            return bool(self._touched(event))
        return super().event(event)

    @guarded
    def _touched(self, event: QEvent) -> bool:
        return self.hands.touched(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointing.leave()
        self.hands.leave()
        self.pointed.emit(None)

    def focusInEvent(self, event: QEvent) -> None:
        self.touch_over()

    def focusOutEvent(self, event: QEvent) -> None:
        self.touch_over()
