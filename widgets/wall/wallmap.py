"""态势地图 on a wall: one map over several screens, whoever draws them.

Each screen has a widget of its own with its cut of one canvas; what does not depend on the screen (where the map looks,
marks, names) is made for the whole canvas by rules that give every machine the same. Words that belong to an event
stand on the screen that has its symbol, and what floats stands on one screen.
"""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QPainter, QPaintEvent, QRegion, QShowEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.layout import Rect
from cockpit.model.messages import Message
from widgets.kit.feedstate import topic_state
from widgets.kit.states import PanelState
from widgets.map.camera import mercator
from widgets.map.coloring import Coloring, is_coloring, named
from widgets.map.drawing import Points
from widgets.map.orders import OrderWays
from widgets.map.overlay import Route
from widgets.map.raster.pane import Pane
from widgets.map.scene import ALERT, EVENT, LAYERS, TRAIL, Area, Scene
from widgets.wall.kit import WallPanel
from widgets.wall.mapaim import aimed
from widgets.wall.mapcut import Look
from widgets.wall.mapface import Face, Piece, aside, changed, free_labels
from widgets.wall.mapfloats import Float, Floats, float_boxes, tier_name
from widgets.wall.maphold import GroundHold
from widgets.wall.mapmarks import Mark, dot_marks, symbol_size, unit_marks
from widgets.wall.mapreading import Reader, for_eyes, paint_trails, reader_of
from widgets.wall.mapring import FRAME_MS, Arrivals
from widgets.wall.mapswarm import paint_swarm, swarm
from widgets.wall.mapview import (
    Canvas,
    canvas_of,
    letter_factor,
    pane_of_city,
    wall_style,
)
from widgets.wall.mapways import paint_ways, ways_to
from widgets.wall.mapwording import Wording
from widgets.wall.mapwords import Callout

AT_ONCE = frozenset(("event", "alert", "case", "alarm", "area"))
"""What is shown as soon as it comes; what moves and is measured many times a second is read once a second."""
SHOWN_FIRST = frozenset(("event", "unit", "alert", "area"))


class WallMap(WallPanel):
    """The map.

    Options:
        view: `centre` of the city, near; `city`, as much of it as fills the canvas. Wall, event and area that are
            followed come before.
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
    narrowed: ClassVar[frozenset[str]] = frozenset({"about", "time"})
    options: ClassVar[dict[str, Any]] = {
        "frame": False, "view": "centre", "coloring": "", "layers": [], "words": True,
    }  # fmt: skip

    def begin(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        ctx, pack = self.ctx, self.ctx.pack
        self.ground = GroundHold(pack, self.fail, self)
        self.ground.changed.connect(self._compose)
        self.ground.loaded.connect(self._say_state)
        self.scene, self._coloring = Scene(), Coloring("")
        self._wording = Wording(ctx)
        self._floats, self._arrivals = Floats(ctx, self.theme), Arrivals()
        self._beat = QTimer(self, interval=FRAME_MS)
        self._beat.timeout.connect(self._ring)
        self._reader: Reader | None = None
        self.canvas: Canvas = canvas_of(None, 1, 1)
        self.pane: Pane = pane_of_city(pack, self.canvas.size, 1.0, False)
        x, y = mercator(*pack.centre)
        self._origin = (float(x), float(y))
        self._face, self._exposed = Face((), self.canvas.cut), QRegion()
        self._rung: list[QRect] = []
        self._swarm: Points | None = None
        self._ways: OrderWays | None = None
        self._routes: tuple[Route, ...] = ()
        self._pieces: dict[Piece, tuple[int, int, int, int]] = {}

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
        return self.ground.settled()

    def look(self) -> None:
        if not self.ground.open:
            return
        self._aim()
        if self.isVisible():
            self._read()
        self._ask()
        self._compose()

    def refresh(self, topics: frozenset[str]) -> None:
        if topics & AT_ONCE:
            self.look()

    def age_tick(self) -> None:
        if self.isVisible() and self.ground.open:
            self._read()
            self._ask()
            self._compose()

    def _read(self) -> None:
        ctx = self.ctx
        state = topic_state(ctx, "unit")
        stale = state is not None and state.state in ("stale", "dead")
        visible, kind = self.visible_layers, self.coloring
        self._reader = reader_of(ctx, kind, self.about)
        self.scene = for_eyes(ctx, self._reader.read(ctx, visible, stale))
        self._coloring = named(self._reader.coloring, kind, ctx.signs.known.signs if ctx.signs is not None else ())
        self._ways = ways_to(ctx, self.followed)
        if self._ways is not None:
            self._ways.look()
        ringing = self._arrivals.look(self.scene.events, ctx.clock.mono()) and self.scene.shows(EVENT)
        if ringing and not ctx.reduced_motion and not self._beat.isActive():
            self._beat.start()
        self._say_state()

    def _ring(self) -> None:
        """A frame of the rings of new events."""
        if not self._arrivals.ringing(self.ctx.clock.mono()) or not self.isVisible():
            self._beat.stop()
        boxes = self._arrivals.boxes(self.pane, self.canvas.cut, symbol_size(self.base.min))
        for box in (*boxes, *self._rung):
            self.update(box)
        self._rung = boxes

    def sight_changed(self, names: frozenset[str]) -> None:
        if "view" in names:
            self.ground.moves()

    def _aim(self) -> None:
        """Where the canvas looks."""
        sight = self.ctx.wall
        self.canvas = canvas_of(sight.part if sight is not None else None, self.width(), self.height())
        area, all_of_it = str(self.chosen["area"]), self.chosen["view"] == "city"
        self.pane = aimed(self.ctx, self.canvas, letter_factor(self.base.min), area, all_of_it)

    def _ask(self) -> None:
        """Has the ground of now drawn."""
        if self.width() < 2 or self.height() < 2:
            return
        areas: tuple[Area, ...] = self.scene.areas if self.coloring else ()
        alerts = self.scene.alerts if self.scene.shows(ALERT) else ()
        size = symbol_size(self.base.min)
        look = Look(wall_style(self.theme), areas, alerts, size, self._origin, self.canvas.seams)
        self.ground.want(self.pane, self.canvas.cut, look)

    def _say_state(self) -> None:
        scene = self.scene
        if self.ground.there is False and not (scene.events.keys or scene.units.keys or scene.areas):
            self.show_state(PanelState.EMPTY, Message("map.empty"), (Message("map.empty_why"),))
        else:
            self.show_content()

    # Painting.

    def _compose(self) -> None:
        """Lays out what lies over the ground, and has painted anew what of it is another than before."""
        if self._reader is None or not self.ground.open:
            self.update()
            return
        canvas, pane, picture = self.canvas, self.pane, self.ground.picture
        cut, size = canvas.cut, symbol_size(self.base.min)
        marks = self._reader.marks(self.scene, pane, self.followed, self.theme, size)
        floats = self._laid_floats()
        callouts: list[Callout] = []
        if self.ground.moving:
            callouts = self._wording.moved(marks, cut)
        elif self.chosen["words"]:
            taken = float_boxes(floats)
            callouts = self._wording.callouts(marks, cut, self.followed, self.scene.events.occurred, taken, self.base)
        labels, moved = (), (0, 0)
        if picture is not None and picture.wish.pane.same_scale(pane):
            moved = pane.part(cut.x, cut.y, cut.w, cut.h).at(picture.wish.here)
            labels = free_labels(picture.labels, moved, marks, callouts, floats, cut)
        trails = self._reader.fixes if self.scene.shows(TRAIL) else 0
        ring = next((one for one in marks if self.followed and one.key == self.followed), None)
        self._swarm = swarm(self.scene, pane, cut, wall_style(self.theme), size, self._origin)
        self._routes = self._ways.routes if self._ways is not None else ()
        crowd = id(self.scene.units) if self._swarm is not None else 0
        units = [] if crowd else unit_marks(self.scene, pane, cut, self.theme, size)
        face = Face(
            (pane, cut, self.ground.shown, trails, crowd, id(self._routes)), cut, labels, moved,
            aside(dot_marks(self.scene, pane, cut, self.theme, size), labels, moved, cut), units,
            [one for one in marks if _touches(one, cut)], callouts, floats, ring,
        )  # fmt: skip
        pieces = face.pieces(size)
        region = changed(self._pieces, pieces, cut) if self._face.token == face.token else None
        self._face, self._pieces = face, pieces
        if region is None:
            self.update()
        elif not region.isEmpty():
            self.update(region)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._exposed = event.region()
        if self.state is not None or self.failed:  # what is said in place of the map has no frame behind it
            painter = QPainter(self)
            painter.fillRect(event.rect(), self.theme.s1)
            painter.end()
        super().paintEvent(event)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        face, cut = self._face, self.canvas.cut
        size, style = symbol_size(self.base.min), wall_style(self.theme)
        painter.setClipRegion(self._exposed)
        self.ground.paint(painter, self.pane, cut, QColor(style.land))
        if self._reader is not None:
            paint_trails(painter, self.scene, self._reader.trails, self.pane, cut, style, size)
        if self._routes:
            paint_ways(painter, self._routes, self.pane, cut, style, size)
        if self._swarm is not None:
            paint_swarm(painter, self._swarm, self.pane, cut, self._origin)
        if face.cut == cut and face.token[:1] == (self.pane,):
            face.paint(painter, self._exposed, self._floats, self.base, self.theme, size)
        if self._beat.isActive():
            self._arrivals.paint(painter, self.pane, cut, self.theme, size, self.ctx.clock.mono())

    def _laid_floats(self) -> list[Float]:
        canvas = self.canvas
        ends = (canvas.upper == canvas.cut, canvas.lower == canvas.cut)
        if not any(ends):
            return []
        room = QRectF(0, 0, canvas.cut.w, canvas.cut.h)
        coloring = self._coloring if self.coloring else None
        told = self.narrowed_words()
        return self._floats.laid(room, self.base, self.scene, coloring, tier_name(self.ctx, coloring), ends, told)

    # Life.

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

    def close_panel(self) -> None:
        """Ends what moves; the last map of a process ends their thread."""
        self._beat.stop()
        self.ground.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)


def _touches(mark: Mark, cut: Rect) -> bool:
    wide, high = mark.image.width() / 2 + 1, mark.image.height() / 2 + 1
    across = cut.x - wide < mark.x < cut.x + cut.w + wide
    return across and cut.y - high < mark.y < cut.y + cut.h + high


PANELS: dict[str, type[QWidget]] = {"wallmap": WallMap}
