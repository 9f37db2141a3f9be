"""The raster backend: sharp images drawn by the worker, larger than the view; Qt's thread only blits them.

While a sharper picture is being drawn, the last one is shown moved and scaled, and beneath it an overview of the
whole pack: panning and zooming never show a blank.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.map.base import POLYGONS, BaseData
from widgets.map.camera import Camera
from widgets.map.motion import Trails
from widgets.map.raster.base import Alive, BaseDrawer, BaseLayers
from widgets.map.raster.geometry import PathLayer
from widgets.map.raster.under import Under, draw_under
from widgets.map.raster.worker import Worker
from widgets.map.scene import ALERT, AREA, CAMERA, SENSOR, TRAIL, Dots, Scene
from widgets.map.style import MapStyle

MARGIN = 0.22
"""How much larger than the view an image is on every side."""
OVERVIEW = 900
"""Longer side of the overview of the whole pack, pixels."""
BASE, OVER, UNDER = "2 base", "0 overview", "1 under"
"""Kinds of jobs, served in the order of their names."""


class Sheet(msgspec.Struct, frozen=True):
    """An image and what it shows: camera, and a token that is equal as long as its content is."""

    image: QImage
    camera: Camera
    token: object


class RasterBackend(QObject):
    """See `widgets.map.backend.Backend`.

    Attributes:
        failed: an error of ours in the worker, as an exception.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, family: str) -> None:
        super().__init__()
        self._drawer = BaseDrawer(family)
        self._worker = Worker()
        self._worker.done.connect(self._take)
        self._worker.failed.connect(self.failed)
        self._base: BaseLayers | None = None
        self._base_count = 0
        self._style: MapStyle | None = None
        self._sheets: dict[str, Sheet] = {}
        self._wishes: dict[str, tuple[Camera, object]] = {}

    def set_base(self, base: BaseData | None) -> None:
        self._base = None
        if base is not None:
            layers = {name: PathLayer(shapes, name in POLYGONS) for name, shapes in base.layers.items()}
            self._base = BaseLayers(layers, base.names, base.box)
        self._base_count += 1
        self._sheets.clear()
        self._wishes.clear()

    def show(self, camera: Camera, scene: Scene, trails: Trails, style: MapStyle) -> None:
        if style is not self._style:  # an image in the colours of another theme is no stand-in
            self._style = style
            self._sheets.clear()
            self._wishes.clear()
        base, drawer = self._base, self._drawer
        areas = scene.areas if scene.shows(AREA) else ()
        colored = (self._base_count, scene.area_version, bool(areas))
        if base is not None:
            box = base.box
            side = max(box[2] - box[0], box[3] - box[1])
            width, height = (max(round((b - a) / side * OVERVIEW), 1) for a, b in ((box[0], box[2]), (box[1], box[3])))
            whole = Camera(0.0, 0.0, 1.0, width, height).fitted(box)
            self._want(OVER, whole, colored, lambda alive: drawer.draw(base, whole, style, areas, alive, names=False))
        grown = camera.grown(MARGIN)
        self._want(
            BASE, camera, colored, lambda alive: drawer.draw(base, grown, style, areas, alive, names=True), grown
        )
        stale = scene.units.stale
        alerts = scene.alerts if scene.shows(ALERT) else ()
        sensors = scene.sensors if scene.shows(SENSOR) else Dots()
        cameras = scene.cameras if scene.shows(CAMERA) else Dots()
        ways = trails.version if scene.shows(TRAIL) else -1
        token = (id(alerts), id(sensors.x), id(cameras.x), ways, stale)
        if not self._is_wished(UNDER, camera, token):
            under = Under(alerts, trails.pieces() if ways >= 0 else ([], [], []), sensors, cameras, stale)
            self._want(UNDER, camera, token, lambda alive: draw_under(under, grown, style, alive), grown)

    def paint(self, painter: QPainter, camera: Camera) -> None:
        view = QRectF(0, 0, camera.width, camera.height)
        sharp = self._sheets.get(BASE)
        if sharp is None or not sharp.camera.covers(camera):
            painter.fillRect(view, QColor(self._style.land) if self._style else QColor("black"))
            self._blit(painter, OVER, camera)
        self._blit(painter, BASE, camera)
        self._blit(painter, UNDER, camera)

    def settled(self) -> bool:
        return not self._worker.busy() and all(
            kind in self._sheets and self._sheets[kind].token == token for kind, (_, token) in self._wishes.items()
        )

    def close(self) -> None:
        self._worker.close()

    def _want(
        self, kind: str, camera: Camera, token: object, draw: Callable[[Alive], QImage], image: Camera | None = None
    ) -> None:
        """Has `draw` run unless what was wished for last still serves the view."""
        if self._is_wished(kind, camera, token):
            return
        shown = image or camera
        self._wishes[kind] = (shown, token)
        self._worker.submit(kind, lambda alive: Sheet(draw(alive), shown, token))

    def _is_wished(self, kind: str, camera: Camera, token: object) -> bool:
        wish = self._wishes.get(kind)
        if wish is None or wish[1] != token:
            return False
        same = abs(wish[0].scale / camera.scale - 1) < 1e-9 and wish[0].dpr == camera.dpr
        near = kind == OVER or wish[0].covers(camera.grown(MARGIN / 4))
        return same and near

    def _take(self, kind: str, sheet: object) -> None:
        assert isinstance(sheet, Sheet)
        self._sheets[kind] = sheet
        self.changed.emit()

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
