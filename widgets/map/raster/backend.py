"""The raster backend: sharp images drawn by the worker, larger than the view; Qt's thread only blits them.

While a sharper picture is being drawn, the last one is shown moved and scaled, and beneath it an overview of the
whole pack: panning and zooming never show a blank.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from shiboken6 import isValid

from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.motion import Trails
from widgets.map.raster.base import Alive, BaseDrawer
from widgets.map.raster.source import BaseLayers, BaseSource
from widgets.map.raster.under import Under, draw_under
from widgets.map.raster.worker import Worker
from widgets.map.scene import ALERT, AREA, CAMERA, EVENT, SENSOR, TRAIL, Dots, Events, Scene
from widgets.map.style import MapStyle

MARGIN = 0.22
"""How much larger than the view an image is on every side."""
CALM_MS = 90
"""How long the scale must stay before it is drawn sharp."""
NAMES_STAND_MS = 3000
"""How long names stay where they are before they give way to new symbols."""
LATER_MS = 250
"""How long the base map waits to be read where an earlier run's drawing is there to be seen."""
OVERVIEW = 900
"""Longer side of the overview of the whole pack, pixels."""
LOAD, UNDER, BASE, OVER = "0 load", "1 under", "2 base", "3 overview"
"""Kinds of jobs, served in the order of their names."""


class Sheet(msgspec.Struct, frozen=True):
    """An image and what it shows: camera, and a token that is equal as long as its content is."""

    image: QImage
    camera: Camera
    token: object


class Same:
    """A token of things: equal to another one as long as they are the very same things."""

    def __init__(self, *things: object) -> None:
        self._things = things

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and all(
            a is b or (isinstance(a, bool) and a == b) for a, b in zip(self._things, other._things, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


class RasterBackend(QObject):
    """See `widgets.map.backend.Backend`.

    Attributes:
        failed: an error of ours in the worker, as an exception.
        loaded: the base map was read; whether there is one.
    """

    name = "raster"
    changed = Signal()
    loaded = Signal(bool)
    failed = Signal(object)

    def __init__(self, family: str) -> None:
        super().__init__()
        self._drawer = BaseDrawer(family)
        self._worker: Worker | None = None
        self._source: BaseSource | None = None
        self._base: BaseLayers | None = None
        self._base_count = 0
        self._style: MapStyle | None = None
        self._sheets: dict[str, Sheet] = {}
        self._wishes: dict[str, tuple[Camera, object]] = {}
        self._loading = True
        self._last: tuple[Camera, Scene, Trails, MapStyle] | None = None
        self._clear_of: tuple[int, Events] = (0, Events())
        self._cleared = QElapsedTimer()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._show_last)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._start_loading)

    def load(self, base: BaseFile) -> None:
        self._source = BaseSource(base)
        self._loading = True

    def _open(self, camera: Camera, scene: Scene, style: MapStyle) -> None:
        """Shows what an earlier run drew of this view; reading the base map can wait until that is painted."""
        sheet = self._sheets.get(BASE)
        if self._source is None or (sheet is not None and sheet.camera.covers(camera)):
            return
        grown = camera.grown(MARGIN)
        areas = scene.areas if scene.shows(AREA) else ()
        image = self._drawer.opening(self._source, grown, style, areas, lambda: True)
        if image is None:
            self._start_loading()
        else:
            self._sheets[BASE] = Sheet(image, grown, None)
            self._later.start(LATER_MS)
            self.changed.emit()

    def _start_loading(self) -> None:
        source = self._source
        if source is not None and self._worker is None:
            self._worker = Worker()
            self._worker.done.connect(self._take)
            self._worker.failed.connect(self.failed)
            self._worker.submit(LOAD, lambda alive: source.layers())

    def say(self, no_data: str) -> None:
        if no_data != self._drawer.no_data_words:
            self._drawer.no_data_words = no_data
            self._wishes.pop(BASE, None)
            self._show_last()

    def _set_base(self, base: BaseLayers | None) -> None:
        self._base = base
        self._base_count += 1
        self._wishes.clear()
        self._loading = False
        self.loaded.emit(base is not None)

    def show(self, camera: Camera, scene: Scene, trails: Trails, style: MapStyle) -> None:
        if style is not self._style:  # an image in the colours of another theme is no stand-in
            self._style = style
            self._sheets.clear()
            self._wishes.clear()
        self._last = (camera, scene, trails, style)
        if self._worker is None:
            self._open(camera, scene, style)
        sharp = self._wishes.get(BASE)
        if sharp is not None and sharp[0].scale != camera.scale and BASE in self._sheets:
            # while a wheel turns or a flight is on, the scaled picture will do until it is calm
            if not self._calm.isActive() or 0.6 < self._sheets[BASE].camera.scale / camera.scale < 1.7:
                self._calm.start()
            return
        if not self._calm.isActive():
            self._show_last()

    def _show_last(self) -> None:
        if self._last is None or self._loading or self._source is None:
            return
        camera, scene, trails, style = self._last
        base, source, drawer = self._base, self._source, self._drawer
        areas = scene.areas if scene.shows(AREA) else ()
        colored = (self._base_count, scene.area_version, bool(areas))
        grown = camera.grown(MARGIN)
        events = self._names_clear_of(scene)
        self._want(
            BASE,
            camera,
            (*colored, self._clear_of[0]),
            lambda alive: drawer.draw_named(source, grown, style, areas, events, alive),
            grown,
        )
        stale = scene.units.stale
        alerts = scene.alerts if scene.shows(ALERT) else ()
        sensors = scene.sensors if scene.shows(SENSOR) else Dots()
        cameras = scene.cameras if scene.shows(CAMERA) else Dots()
        trail = trails.snapshot() if scene.shows(TRAIL) else None
        under = Under(alerts, trail, sensors, cameras, stale)
        content = Same(alerts, sensors.x, cameras.x, trail, stale)
        self._want(UNDER, camera, content, lambda alive: draw_under(under, grown, style, alive), grown)
        if base is not None:
            box = base.box
            side = max(box[2] - box[0], box[3] - box[1])
            width, height = (max(round((b - a) / side * OVERVIEW), 1) for a, b in ((box[0], box[2]), (box[1], box[3])))
            whole = Camera(0.0, 0.0, 1.0, width, height).fitted(box)
            # without colours, which change all day: it is seen for a moment only, at the edges of a view that moves
            self._want(OVER, whole, self._base_count, lambda alive: drawer.draw(base, whole, style, (), alive))

    def _names_clear_of(self, scene: Scene) -> Events:
        """The events whose symbols names keep clear of; taken anew every few seconds, so that names stand still."""
        events = scene.events if scene.shows(EVENT) else Events()
        number, before = self._clear_of
        if events is not before and (not self._cleared.isValid() or self._cleared.hasExpired(NAMES_STAND_MS)):
            moved = not np.array_equal(events.x, before.x) or not np.array_equal(events.level, before.level)
            self._clear_of = (number + moved, events)
            self._cleared.start()
        return self._clear_of[1]

    def paint(self, painter: QPainter, camera: Camera) -> bool:
        view = QRectF(0, 0, camera.width, camera.height)
        sharp = self._sheets.get(BASE)
        covered = sharp is not None and sharp.camera.covers(camera)
        if not covered:
            painter.fillRect(view, QColor(self._style.land) if self._style else QColor("black"))
            self._blit(painter, OVER, camera)
        self._blit(painter, BASE, camera)
        self._blit(painter, UNDER, camera)
        return covered

    def settled(self) -> bool:
        return (
            not self._loading
            and not self._calm.isActive()
            and self._worker is not None
            and not self._worker.busy()
            and all(
                kind in self._sheets and self._sheets[kind].token == token for kind, (_, token) in self._wishes.items()
            )
        )

    def close(self) -> None:
        self._source = None
        if self._worker is not None:
            self._worker.close()
        for timer in (self._calm, self._later):
            if isValid(timer):
                timer.stop()

    def _want(
        self, kind: str, camera: Camera, token: object, draw: Callable[[Alive], QImage], image: Camera | None = None
    ) -> None:
        """Has `draw` run unless what was wished for last still serves the view."""
        if self._is_wished(kind, camera, token):
            return
        shown = image or camera
        self._wishes[kind] = (shown, token)
        assert self._worker is not None
        self._worker.submit(kind, lambda alive: Sheet(draw(alive), shown, token))

    def _is_wished(self, kind: str, camera: Camera, token: object) -> bool:
        wish = self._wishes.get(kind)
        if wish is None or wish[1] != token:
            return False
        same = abs(wish[0].scale / camera.scale - 1) < 1e-9 and wish[0].dpr == camera.dpr
        near = kind == OVER or wish[0].covers(camera.grown(MARGIN / 4))
        return same and near

    def _take(self, kind: str, result: object) -> None:
        if isinstance(result, Sheet):
            self._sheets[kind] = result
            self.changed.emit()
        else:
            assert result is None or isinstance(result, BaseLayers)
            self._set_base(result)
            self._show_last()

    def _blit(self, painter: QPainter, kind: str, camera: Camera) -> None:
        sheet = self._sheets.get(kind)
        if sheet is None:
            return
        drawn, image = sheet.camera, sheet.image
        dpr = drawn.dpr
        if abs(drawn.scale / camera.scale - 1) < 1e-9 and dpr == camera.dpr:
            left, top = (float(v) for v in camera.to_screen(drawn.box[0], drawn.box[3]))
            at = QPointF(round(left * dpr) / dpr, round(top * dpr) / dpr)
            source = QRectF(-at.x() * dpr, -at.y() * dpr, camera.width * dpr, camera.height * dpr)
            part = source.intersected(QRectF(image.rect()))
            if not part.isEmpty():
                size = part.size() / dpr
                painter.drawImage(QRectF(at + part.topLeft() / dpr, size), image, part)
            return
        left, top = (float(v) for v in camera.to_screen(drawn.box[0], drawn.box[3]))
        right, bottom = (float(v) for v in camera.to_screen(drawn.box[2], drawn.box[1]))
        painter.drawImage(QRectF(QPointF(left, top), QPointF(right, bottom)), image, QRectF(image.rect()))
