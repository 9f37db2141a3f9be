"""态势地图 on a wall: one map over several screens, whoever draws them.

Each screen has a widget of its own with its cut of one canvas; what does not depend on the screen (where the map looks,
marks, names) is made for the whole canvas by rules that give every machine the same. Words that belong to an event
stand on the screen that has its symbol, and what floats stands on one screen.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, ClassVar

import msgspec
import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QCloseEvent, QColor, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import hour_minute
from cockpit.model.layout import Rect
from cockpit.model.messages import Message
from widgets.kit.feedstate import topic_state
from widgets.kit.fonts import FAMILY
from widgets.kit.states import PanelState
from widgets.map.base import base_file
from widgets.map.camera import Camera, box_of, mercator
from widgets.map.coloring import Coloring, is_coloring
from widgets.map.raster.frames import blit
from widgets.map.raster.pane import Pane, Plate
from widgets.map.raster.stitch import Sheet
from widgets.map.reader import rings_of
from widgets.map.scene import LAYERS, Area, Scene
from widgets.map.titles import Titles
from widgets.wall.kit import WallPanel
from widgets.wall.mapfloats import Float, Floats, float_boxes, tier_name
from widgets.wall.mapground import GroundShop, Label, Look, Picture, Wish, enter_shop, leave_shop
from widgets.wall.mapmarks import (
    Mark,
    MarkReader,
    dot_marks,
    paint_alerts,
    paint_followed,
    paint_marks,
    symbol_size,
    unit_marks,
)
from widgets.wall.mapreading import Reader, paint_trails, reader_of
from widgets.wall.mapview import (
    Canvas,
    box_of_rings,
    canvas_of,
    letter_factor,
    pane_of_box,
    pane_of_city,
    pane_of_event,
    pane_of_view,
    wall_style,
)
from widgets.wall.mapwords import TOLD, Callout, boxes_of, paint_callouts, paint_leaders, placed

SHOWN_FIRST = frozenset(("event", "unit", "alert", "area"))
_looks: list[Look] = []
_user = itertools.count()


def look_of(wanted: Look) -> Look:
    """The one of these that others use already: what is drawn alike is drawn once."""
    for known in _looks:
        alike = known.style is wanted.style and known.areas is wanted.areas
        if alike and known.seams == wanted.seams and known.origin == wanted.origin:
            return known
    _looks[:] = [*_looks[-7:], wanted]
    return wanted


class WallMap(WallPanel):
    """The map.

    Options:
        view: `centre` of the city, near; `city`, all of it. Wall, event and area that are followed come before.
        coloring: what areas' colour tells: `rain`, `events`, `sign:<code>`, "" nothing.
        layers: shown besides those of scene and mode. words: whether grave events have words beside them.

    Attributes:
        pane: of the whole canvas. canvas: what of it this widget shows.
    """

    panel_id: ClassVar[str] = "wallmap"
    title_id: ClassVar[str] = "map.title"
    topics: ClassVar[frozenset[str]] = frozenset(
        ("event", "unit", "alert", "area", "sensor", "camera", "case", "alarm", "feed", "sign")
    )
    headed: ClassVar[bool] = False
    takes_cut: ClassVar[bool] = True
    options: ClassVar[dict[str, Any]] = {
        "frame": False, "view": "centre", "coloring": "", "layers": [], "words": True,
    }  # fmt: skip

    def begin(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        ctx, pack = self.ctx, self.ctx.pack
        box = box_of(pack.bounds)
        self._user = next(_user)
        file = base_file(pack.folder, box, Camera(0.0, 0.0, 1.0, 640, 480), None)
        self._shop: GroundShop | None = enter_shop(file, FAMILY)
        self._shop.better.connect(self._better)
        self._shop.loaded.connect(self._loaded)
        self._shop.failed.connect(self.fail)
        self.scene, self._coloring = Scene(), Coloring("")
        self._titles = Titles(ctx.picture, pack, ctx.cases)
        self._floats, self._marks = Floats(ctx, self.theme), MarkReader()
        self._reader: Reader | None = None
        self._picture: Picture | None = None
        self._wish: Wish | None = None
        self.canvas: Canvas = canvas_of(None, 1, 1)
        self.pane: Pane = pane_of_city(pack, self.canvas.size, 1.0, False)
        self._origin = tuple(float(v) for v in mercator(*pack.centre))
        x, y = mercator(np.array([pack.bounds[0], pack.bounds[2]]), np.array([pack.bounds[1], pack.bounds[3]]))
        self._limits = (float(x[0]), float(y[0]), float(x[1]), float(y[1]))

    # What it shows.

    @property
    def visible_layers(self) -> frozenset[str]:
        """Layers of the map that scene, mode and options switch on."""
        sight = self.ctx.wall
        told = {*self.chosen["layers"], *(sight.layers if sight is not None else ())} & {*LAYERS}
        return frozenset(told) if told else SHOWN_FIRST

    @property
    def coloring(self) -> str:
        """What areas' colour tells; "" nothing."""
        kind = str(self.chosen["coloring"])
        if not kind and self.ctx.wall is not None:
            kind = next((one for one in self.ctx.wall.layers if is_coloring(one)), "")
        return kind if is_coloring(kind) else ""

    @property
    def followed(self) -> str:
        """Key of the event that has a ring; "" none."""
        sight = self.ctx.wall
        return (sight.event or sight.focus) if sight is not None else ""

    def settled(self) -> bool:
        """Whether the ground is sharp: what is still being drawn is not."""
        return self._shop is None or (self._picture is not None and self._picture.wish == self._wish)

    def look(self) -> None:
        if self._shop is None:
            return
        self._aim()
        if self.isVisible():
            self._read()
        self._ask()

    def age_tick(self) -> None:
        if self.isVisible() and self._shop is not None:
            self._read()
            self._ask()
            self.update()

    def _read(self) -> None:
        ctx = self.ctx
        state = topic_state(ctx, "unit")
        stale = state is not None and state.state in ("stale", "dead")
        visible, kind = self.visible_layers, self.coloring
        self._reader = reader_of(ctx, kind)
        self.scene = self._reader.read(ctx, visible, stale)
        self._coloring = msgspec.structs.replace(self._reader.coloring, kind=kind)
        self._say_state()

    def _aim(self) -> None:
        """Where the canvas looks: the wall's own view, else what is followed, else the city."""
        sight = self.ctx.wall
        part = sight.part if sight is not None else None
        self.canvas = canvas_of(part, self.width(), self.height())
        size, factor = self.canvas.size, letter_factor(self.base.min)
        pane = None
        if sight is not None and sight.view is not None:
            pane = pane_of_view(sight.view, size, factor)
        elif sight is not None and sight.event:
            place = self._place_of(sight.event)
            pane = pane_of_event(*place, size, factor) if place is not None else None
        if pane is None and (sight is None or sight.view is None):
            box = self._box_of_area()
            pane = pane_of_box(box, size, factor) if box is not None else None
        self.pane = pane or pane_of_city(self.ctx.pack, size, factor, self.chosen["view"] == "city")

    def _place_of(self, key: str) -> tuple[float, float] | None:
        """Where an event or case is, Mercator metres."""
        row = self.ctx.picture["event"].get(key)
        case = self.ctx.cases.of_event(key) or self.ctx.cases.case(key) if row is None else None
        lon, lat = (row["lon"], row["lat"]) if row is not None else (case.facts.lon, case.facts.lat) if case else (
            math.nan, math.nan)  # fmt: skip
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        x, y = mercator(lon, lat)
        return float(x), float(y)

    def _box_of_area(self) -> tuple[float, float, float, float] | None:
        sight = self.ctx.wall
        code = self.chosen["area"] or (sight.area if sight is not None else "")
        if not code or code == self.ctx.pack.code:
            return None
        table = self.ctx.picture["area"]
        codes = table.text("code")
        row = next((i for i in range(len(codes)) if codes[i] == code), None)
        return box_of_rings(rings_of(table.text("rings")[row])) if row is not None else None

    def _ask(self) -> None:
        """Has the ground of now drawn."""
        if self._shop is None or self.width() < 2 or self.height() < 2:
            return
        areas: tuple[Area, ...] = self.scene.areas if self.coloring else ()
        look = look_of(Look(wall_style(self.theme), areas, self._origin, self.canvas.seams))  # type: ignore[arg-type]
        self._wish = Wish(self.pane, self.canvas.cut, look)
        if self._picture is None or self._picture.wish != self._wish:
            found = self._shop.picture(self._user, self._wish, self._picture)
            if found is not None:
                self._picture = found
                self.update()

    def _better(self) -> None:
        if self._shop is not None:
            if self._picture is None:
                self.update()  # the overview may be there
            self._ask()

    def _loaded(self, there: bool) -> None:
        self._say_state()

    def _say_state(self) -> None:
        scene, shop = self.scene, self._shop
        if shop is not None and shop.there is False and not (scene.events.keys or scene.units.keys or scene.areas):
            self.show_state(PanelState.EMPTY, Message("map.empty"), (Message("map.empty_why"),))
        else:
            self.show_content()

    # Painting.

    def paint(self, painter: QPainter, box: QRectF) -> None:
        canvas, pane, base = self.canvas, self.pane, self.base
        cut, size = canvas.cut, symbol_size(self.base.min)
        self._ground(painter, cut)
        paint_alerts(painter, self.scene, pane, cut, self.theme, size)
        if self._reader is not None:
            paint_trails(painter, self.scene, self._reader.trails, pane, cut, wall_style(self.theme), size)
        marks = self._marks.events(self.scene, pane, self.followed, self.theme, size)
        units = unit_marks(self.scene, pane, cut, self.theme, size)
        dots = dot_marks(self.scene, pane, cut, self.theme, size)
        floats = self._laid_floats()
        callouts = self._callouts(marks, floats)
        self._labels(painter, marks, callouts, floats)
        paint_marks(painter, dots, cut)
        paint_marks(painter, units, cut)
        paint_leaders(painter, callouts, (cut.x, cut.y), base, self.theme)
        paint_marks(painter, marks, cut)
        followed = next((one for one in marks if self.followed and one.key == self.followed), None)
        if followed is not None:
            paint_followed(painter, followed, cut, self.theme, size)
        paint_callouts(painter, callouts, base, self.theme)
        self._floats.paint(painter, floats, base)

    def _ground(self, painter: QPainter, cut: Rect) -> None:
        """The ground; until it is drawn what there is of it, moved and scaled."""
        here, picture, shop = self.pane.part(cut.x, cut.y, cut.w, cut.h), self._picture, self._shop
        if picture is not None and picture.wish.pane == self.pane and picture.wish.cut == cut:
            painter.drawImage(0, 0, picture.plate.image)
            return
        painter.fillRect(0, 0, cut.w, cut.h, QColor(wall_style(self.theme).land))
        if shop is not None and shop.overview is not None:
            _, pane, plate = shop.overview
            _stretch(painter, plate, pane, here)
        if picture is not None:
            _stretch(painter, picture.plate, picture.wish.here, here)

    def _laid_floats(self) -> list[Float]:
        if not self.canvas.floats:
            return []
        room = QRectF(0, 0, self.canvas.cut.w, self.canvas.cut.h)
        coloring = self._coloring if self.coloring else None
        return self._floats.laid(room, self.base, self.scene, coloring, tier_name(self.ctx, coloring))

    def _callouts(self, marks: list[Mark], floats: list[Float]) -> list[Callout]:
        """Words of the gravest events whose symbol is on this screen: the followed one first, then by level and age."""
        if not self.chosen["words"]:
            return []
        cut = self.canvas.cut
        at = (cut.x, cut.y)
        wanted = []
        for mark in marks:
            inside = cut.x <= mark.x < cut.x + cut.w and cut.y <= mark.y < cut.y + cut.h
            told = 0 < mark.level <= TOLD or mark.key == self.followed
            if inside and told and mark.key:
                lines = self._words(mark)
                if lines is not None:
                    wanted.append((mark, lines))
        occurred = self.scene.events.occurred
        wanted.sort(
            key=lambda one: (
                one[0].key != self.followed,
                one[0].level,
                -int(occurred[one[0].row]) if one[0].row >= 0 else 0,
                one[0].key,
            )
        )
        inset = 14.0
        room = QRectF(inset, inset, cut.w - 2 * inset, cut.h - 2 * inset)
        shift = np.array([*at, *at])
        grave = _boxes([one for one in marks if 0 < one.level <= TOLD]) - shift
        others = _boxes([one for one in marks if not 0 < one.level <= TOLD]) - shift
        grave = np.concatenate([grave, float_boxes(floats)])
        return placed(wanted, at, room, self.base, grave, others)

    def _words(self, mark: Mark) -> tuple[str, str] | None:
        """What is said of an event; visitors are not told where it is or whose it is."""
        lines = self._titles.of(mark.topic, mark.key, self.ctx.t, self.ctx.clock.now())
        if lines is not None and mark.count > 1:
            lines = self.ctx.t("wallmap.of_many", title=lines[0], n=mark.count), lines[1]
        if lines is not None and self.ctx.wall is not None and self.ctx.wall.privacy == "visitor":
            row = self.ctx.picture["event"].get(mark.key)
            since = self.ctx.t("wallmap.since", time=hour_minute(int(row["occurred"]))) if row is not None else ""
            return lines[0], since
        return lines

    def _labels(self, painter: QPainter, marks: list[Mark], callouts: list[Callout], floats: list[Float]) -> None:
        """Names of the ground that nothing lies over; those of another view are moved with it as long as it is as
        near."""
        picture, cut = self._picture, self.canvas.cut
        if picture is None or not picture.wish.pane.same_scale(self.pane):
            return
        here = self.pane.part(cut.x, cut.y, cut.w, cut.h)
        x, y = here.at(picture.wish.here)
        x, y = -x, -y
        blocked = np.concatenate([
            _boxes(marks) - [cut.x, cut.y, cut.x, cut.y], boxes_of(callouts), float_boxes(floats),
        ])  # fmt: skip
        blocked -= [x, y, x, y]
        for label in picture.labels:
            if not _over(label, blocked):
                painter.drawImage(label.x + x, label.y + y, label.image)

    # Life.

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

    def close_panel(self) -> None:
        """Leaves the shop; the last one ends its thread."""
        if self._shop is not None:
            shop, self._shop = self._shop, None
            shop.better.disconnect(self._better)
            shop.loaded.disconnect(self._loaded)
            shop.failed.disconnect(self.fail)
            shop.leave(self._user)
            leave_shop(shop)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)


def _boxes(marks: list[Mark]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([one.box for one in marks], dtype=np.float64).reshape(-1, 4)


def _over(label: Label, blocked: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    a = label.boxes
    over = (
        (a[:, None, 0] < blocked[None, :, 2])
        & (a[:, None, 2] > blocked[None, :, 0])
        & (a[:, None, 1] < blocked[None, :, 3])
        & (a[:, None, 3] > blocked[None, :, 1])
    )
    return bool(over.any())


def _stretch(painter: QPainter, plate: Plate, pane: Pane, here: Pane) -> None:
    blit(painter, Sheet(plate, pane, (), []), here)


PANELS: dict[str, type[QWidget]] = {"wallmap": WallMap}
