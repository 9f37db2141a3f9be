"""The ground under one cut of a wall's map: what is drawn of it now, and what is wished for."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtGui import QColor, QPainter

from cockpit.model.city import Pack
from cockpit.model.layout import Rect
from widgets.kit.fonts import FAMILY
from widgets.map.base import base_file
from widgets.map.camera import Camera, box_of
from widgets.map.raster.pane import Pane
from widgets.wall.mapcut import Look, Picture, Wish, look_of, stretch
from widgets.wall.mapground import GroundShop, enter_shop, leave_shop

CALM_MS, LONGEST_CALM_MS = 60, 1000
"""How long a view that a hand moves must stand before it is drawn sharp, where frames are quick and where they are
slow: as long as a frame takes, the next view of the same hand may wait behind it."""
_user = itertools.count()


class GroundHold(QObject):
    """Attributes:
    changed: another picture is there. loaded: the base map was read.
    picture: drawn last. wish: what is to be seen. there: whether there is a base map, None not known yet.
    """

    changed = Signal()
    loaded = Signal()

    def __init__(self, pack: Pack, failed: Callable[[BaseException], None], parent: QObject) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.wish: Wish | None = None
        self._user = next(_user)
        file = base_file(pack.folder, box_of(pack.bounds), Camera(0.0, 0.0, 1.0, 640, 480), None)
        self.shop: GroundShop | None = enter_shop(file, FAMILY)
        self._leave = weakref.finalize(self, leave_shop, self.shop, self._user)
        self._failed = failed
        self.shop.better.connect(self._better)
        self.shop.loaded.connect(self.loaded)
        self.shop.failed.connect(failed)
        self._calm = QTimer(self, singleShot=True)
        self._calm.timeout.connect(self._rest)
        self._frame = QElapsedTimer()

    @property
    def there(self) -> bool | None:
        return self.shop.there if self.shop is not None else None

    @property
    def shown(self) -> object:
        """What the ground is painted from: it looks another way when this is another one."""
        return self.picture or (self.shop is not None and self.shop.overview is not None)

    @property
    def open(self) -> bool:
        return self.shop is not None

    @property
    def moving(self) -> bool:
        """Whether a hand moves the view: nothing is drawn sharp meanwhile, it would be in the way of the next move."""
        return self._calm.isActive()

    def settled(self) -> bool:
        """Whether it is sharp."""
        return self.shop is None or (self.picture is not None and self.picture.wish == self.wish)

    def moves(self) -> None:
        """The view is another by a hand."""
        if self.picture is not None:
            self._frame.start()
            self._calm.start(0)  # comes once the frame with this view is painted

    def want(self, pane: Pane, cut: Rect, look: Look) -> None:
        """What is to be seen from now on."""
        self.wish = Wish(pane, cut, look_of(look))
        if not self.moving:
            self._fetch()

    def paint(self, painter: QPainter, pane: Pane, cut: Rect, land: QColor) -> None:
        """The ground of a cut; until it is drawn what there is of it, moved and scaled."""
        here, picture, shop = pane.part(cut.x, cut.y, cut.w, cut.h), self.picture, self.shop
        if picture is not None and picture.wish.pane == pane and picture.wish.cut == cut:
            painter.drawImage(0, 0, picture.plate.image)
            return
        if picture is None or not picture.wish.here.covers(here):
            painter.fillRect(0, 0, cut.w, cut.h, land)
            if shop is not None and shop.overview is not None:
                _, its, plate = shop.overview
                stretch(painter, plate, its, here)
        if picture is not None:
            stretch(painter, picture.plate, picture.wish.here, here)

    def close(self) -> None:
        """Leaves the shop; the last one ends its thread."""
        if self.shop is not None:
            shop, self.shop = self.shop, None
            shop.better.disconnect(self._better)
            shop.loaded.disconnect(self.loaded)
            shop.failed.disconnect(self._failed)
            self._calm.stop()
            self._leave()

    def _fetch(self) -> None:
        if self.shop is None or self.wish is None or (self.picture is not None and self.picture.wish == self.wish):
            return
        found = self.shop.picture(self._user, self.wish, self.picture)
        if found is not None:
            self.picture = found
            self.changed.emit()

    def _better(self) -> None:
        if self.picture is None:
            self.changed.emit()  # the overview may be there
        if not self.moving:
            self._fetch()

    def _rest(self) -> None:
        if self._frame.isValid():
            took = self._frame.elapsed()
            self._frame.invalidate()
            self._calm.start(min(max(CALM_MS, took), LONGEST_CALM_MS))
            return
        self._fetch()
        self.changed.emit()
