"""The ground of a wall's map: one canvas, of which every screen has its cut drawn, on whatever machine.

A canvas has one pane, whose pixels lie on a grid that depends on its scale alone; a cut is a rectangle of it. So cuts
join without a seam, and a view that moves aside keeps the pixels that it had. Names are laid once for the whole canvas.
All maps of one process share the base map, its letters and one thread; a screen has one picture of its own size.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Sequence
from functools import partial
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPainter

from cockpit.model.layout import Rect
from widgets.map.base import BaseFile
from widgets.map.compose.flat import area_layer
from widgets.map.drawing import Drawing, Ground, Layer
from widgets.map.raster.crew import Crew, helpers
from widgets.map.raster.ground import Stopped
from widgets.map.raster.pane import Pane, Plate
from widgets.map.raster.source import BaseSource
from widgets.map.raster.still_layers import Brushes
from widgets.map.raster.types import make_all_types
from widgets.map.style import MapStyle
from widgets.wall.mapcut import Look, Picture, Wish, carried
from widgets.wall.mapmarks import paint_alerts
from widgets.wall.mapnames import LaidNames, labels_in

Floats = NDArray[np.float64]
LAND, LINES = Ground(key="ground.land", part="land"), Ground(key="ground.lines", part="lines")
BAND = 250_000
"""Pixels that one thread draws at a time."""
OVERVIEW = 640
"""Longer side of the overview of the pack, pixels: it stands in until a place was drawn."""


class GroundShop(QObject):
    """Draws cuts, one after another, the last wish of each user.

    Attributes:
        better: a picture was drawn. loaded: with whether there is a base map. failed: an error of ours.
    """

    better = Signal()
    loaded = Signal(bool)
    failed = Signal(object)

    def __init__(self, file: BaseFile, family: str) -> None:
        super().__init__()
        self.there: bool | None = None
        self.users = 0
        self.overview: tuple[MapStyle, Pane, Plate] | None = None
        self._file, self._source = file, BaseSource(file)
        self._crew = Crew(helpers(), "wallmap-help")
        self._brushes = Brushes(family, None)
        self._names = LaidNames(self._brushes.names)
        self._made: WeakValueDictionary[Wish, Picture] = WeakValueDictionary()
        self._fresh: dict[int, Picture] = {}  # drawn, and not fetched yet
        self._condition = threading.Condition()
        self._wishes: dict[int, tuple[Wish, Picture | None]] = {}
        self._ended, self._busy = False, False
        self._thread: threading.Thread | None = None

    def picture(self, user: int, wish: Wish, before: Picture | None = None) -> Picture | None:
        """The picture of a wish, None as long as it is not drawn; the last wish of a user is the one that counts.

        Args:
            before: what the user shows, whose pixels may be used again.
        """
        with self._condition:
            known = self._made.get(wish)
            if known is not None:
                self._wishes.pop(user, None)
                self._fresh.pop(user, None)
                return known
            asked = self._wishes.get(user)
            self._fresh.pop(user, None)  # of a wish that is none any more
            if not self._ended and (asked is None or asked[0] != wish):
                self._wishes[user] = (wish, before)
                self._start()
                self._condition.notify()
        return None

    def leave(self, user: int) -> None:
        """A user wishes for nothing more."""
        with self._condition:
            self._wishes.pop(user, None)
            self._fresh.pop(user, None)

    def settled(self) -> bool:
        with self._condition:
            return not self._wishes and not self._busy and self.there is not None

    def close(self) -> None:
        with self._condition:
            self._ended = True
            self._wishes.clear()
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
            self._crew.close()
        self._fresh.clear()

    def _start(self) -> None:
        if self._thread is None:
            make_all_types()
            self._crew.start()
            self._thread = threading.Thread(target=self._run, name="wallmap", daemon=True)
            self._thread.start()

    # The thread.

    def _run(self) -> None:
        while True:
            with self._condition:
                self._busy = False
                while not self._wishes and not self._ended:
                    self._condition.wait()
                if self._ended:
                    return
                user, (wish, before) = next(iter(self._wishes.items()))
                self._busy = True
            try:
                self._prepare(wish.look.style)
                picture: Picture | None = self._draw(wish, before, partial(self._wanted, user, wish))
            except Stopped:
                continue
            except Exception as error:  # that cut stays as it was; the others go on
                picture = None
                self._tell(self.failed, error)
            with self._condition:
                if self._is_wished(user, wish):
                    del self._wishes[user]
                if picture is not None:
                    self._made[wish] = self._fresh[user] = picture
            self._tell(self.better)
            del picture, before  # as large as a screen: what nobody shows any more is not held while we wait

    def _tell(self, signal: object, *what: object) -> None:
        if not self._ended:
            signal.emit(*what)  # type: ignore[attr-defined]

    def _wanted(self, user: int, wish: Wish) -> bool:
        with self._condition:
            return not self._ended and self._is_wished(user, wish)

    def _is_wished(self, user: int, wish: Wish) -> bool:
        return user in self._wishes and self._wishes[user][0] == wish

    def _prepare(self, style: MapStyle) -> None:
        """Reads the base map, and draws the overview that stands in for what is not drawn yet."""
        if self.there is None:
            self.there = self._source.layers() is not None
            self._tell(self.loaded, self.there)
        if self.overview is None or self.overview[0] is not style:
            west, south, east, north = self._file.box
            scale = OVERVIEW / max(east - west, north - south)
            pane = Pane(west, north, scale, math.ceil((east - west) * scale), math.ceil((north - south) * scale), 1.0)
            plate = Plate(pane.width, pane.height, alpha=False)
            self._paint(plate, pane, [(0, 0, pane.width, pane.height)], (LAND, LINES), Look(style), lambda: True)
            self.overview = (style, pane, plate)

    def _draw(self, wish: Wish, before: Picture | None, alive: Callable[[], bool]) -> Picture:
        pane, cut, style = wish.here, wish.cut, wish.look.style
        plate = Plate(cut.w, cut.h, alpha=False)
        rects = [(0, 0, cut.w, cut.h)]
        if before is not None and before.wish.fits(wish):
            rects = carried(before.plate, pane.at(before.wish.here), plate)
        layers: tuple[Layer, ...] = (LAND, LINES)
        if wish.look.areas:
            layers = (LAND, area_layer(wish.look.areas, style, wish.look.origin), LINES)
        self._paint(plate, pane, rects, layers, wish.look, alive)
        self._warn(plate, wish, rects)
        names = self._names.of(wish.pane, wish.look.seams, style, self._source if self.there else None, alive)
        return Picture(wish, plate, labels_in(names, wish.pane, wish.cut, style, self._brushes.names))

    def _paint(
        self, plate: Plate, pane: Pane, rects: Sequence[tuple[int, int, int, int]], layers: tuple[Layer, ...],
        look: Look, alive: Callable[[], bool],
    ) -> None:  # fmt: skip
        drawing = Drawing(look.origin, layers=layers)
        for layer in layers:
            self._brushes.prepare(layer)
        view = self._source.view(pane)
        back = QColor(look.style.land)

        def band(x: int, y: int, width: int, height: int) -> None:
            image, here = plate.part(x, y, width, height), pane.part(x, y, width, height)
            image.fill(back)
            for layer in layers:
                self._brushes.paint(image, layer, here, drawing, view, look.style, alive)

        jobs = [partial(band, *one) for rect in rects for one in bands(*rect)]
        if jobs:
            self._crew.share(jobs)

    def _warn(self, plate: Plate, wish: Wish, rects: Sequence[tuple[int, int, int, int]]) -> None:
        """Areas that were warned of, over what was drawn anew."""
        for x, y, width, height in rects if wish.look.alerts else ():
            image = plate.part(x, y, width, height)  # a painter does not keep what it paints on
            painter = QPainter(image)
            part = Rect(wish.cut.x + x, wish.cut.y + y, width, height)
            paint_alerts(painter, wish.look.alerts, wish.pane, part, wish.look.style, wish.look.size)
            painter.end()


def bands(x: int, y: int, width: int, height: int) -> list[tuple[int, int, int, int]]:
    """A rectangle in parts that threads share."""
    count = max(min(width * height // BAND, height // 32), 1)
    edges = [y + height * i // count for i in range(count + 1)]
    return [(x, a, width, b - a) for a, b in itertools.pairwise(edges) if b > a and width > 0]


_shops: dict[str, GroundShop] = {}


def enter_shop(file: BaseFile, family: str) -> GroundShop:
    """The shop of a base map, one a process; to be left by `leave_shop`."""
    shop = _shops.get(file.state)
    if shop is None:
        shop = _shops[file.state] = GroundShop(file, family)
    shop.users += 1
    return shop


def leave_shop(shop: GroundShop, user: int) -> None:
    """The last one that leaves ends the thread."""
    shop.leave(user)
    shop.users -= 1
    if shop.users <= 0:
        _shops.pop(next((state for state, one in _shops.items() if one is shop), ""), None)
        shop.close()
