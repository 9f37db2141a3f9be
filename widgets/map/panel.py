"""态势地图: the duty map. Puts picture, base map, canvas, lists and time bar together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec
import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.ports import NamedPlace
from cockpit.picture import Selection
from widgets.kit.actions import Action
from widgets.kit.feedstate import has_data, topic_age, topic_state
from widgets.kit.fonts import FAMILY
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState
from widgets.map.base import base_file
from widgets.map.camera import EARTH, box_of, mercator
from widgets.map.canvas import Canvas
from widgets.map.coloring import COLORINGS, EVENTS
from widgets.map.furniture import Credit, Hint, ScaleBar, Tools
from widgets.map.layer_list import COUNTED, WIDTH, LayerList
from widgets.map.orders import OrderWays
from widgets.map.overlay import Pin, Route, route_of
from widgets.map.raster.backend import RasterBackend
from widgets.map.reader import SceneReader
from widgets.map.scene import ALERT, AREA, LAYERS, SHOWN_FIRST, UNIT
from widgets.map.style import style_of
from widgets.map.timebar import TimeBar
from widgets.map.titles import Titles

INSET = 8
LIST_FROM = 720
"""Width of the map from which the list of layers is open unless a person folded it: it would cover a third."""


class MapPanel(Panel):
    """The map.

    Attributes:
        canvas: the map itself.
        layers: the list of layers.
        visible: layers that are shown.
        coloring: what areas' colour tells.
        following: whether the map goes where the selection goes.
    """

    panel_id: ClassVar[str] = "map"
    topics: ClassVar[frozenset[str]] = frozenset(("event", "unit", "sensor", "camera", "alert", "area", "feed", "case"))
    title_id: ClassVar[str] = "map.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        stored = ctx.prefs.get("map.layers", None)
        self.visible = frozenset(stored) & frozenset(LAYERS) if isinstance(stored, list) else SHOWN_FIRST
        self.coloring = str(ctx.prefs.get("map.coloring", COLORINGS[0]))
        if self.coloring not in COLORINGS:
            self.coloring = COLORINGS[0]
        self.following = bool(ctx.prefs.get("map.following", False))
        self._closed = False
        self._had_events = False
        self._reader = SceneReader(ctx.picture, ctx.pack, ctx.cases)
        self._titles = Titles(ctx.picture, ctx.pack, ctx.cases)
        self._ways = OrderWays(ctx, self)
        self._said: tuple[tuple[str, str] | None, ...] = ()
        self._backend = RasterBackend(FAMILY)
        self._backend.failed.connect(self.fail)
        self._backend.loaded.connect(self._loaded)
        self._base: bool | None = None
        self.canvas = Canvas(self._backend, ctx.clock.mono, self._words, self.content)
        self.canvas.setObjectName("map-canvas")
        self.canvas.reduced = self.canvas.glide.reduced = ctx.reduced_motion
        self.timebar = TimeBar(ctx, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.timebar)
        self.layers = LayerList(ctx, self.visible, self.coloring, self.canvas)
        self.tools = Tools(
            ctx,
            [
                ("plus", "map.zoom_in", lambda: self.canvas.zoom(1.6), False),
                ("minus", "map.zoom_out", lambda: self.canvas.zoom(1 / 1.6), False),
                ("home", "map.home", self.canvas.fit, False),
                ("pin", "map.to_selected", self.show_selected, False),
                ("follow", "map.follow", self._toggle_follow, True),
            ],
            self.canvas,
        )
        self.tools.buttons["map.follow"].setChecked(self.following)
        self.scale_bar, self.credit = ScaleBar(ctx, self.canvas), Credit(ctx, self.canvas)
        self.hint = Hint(ctx, self.canvas)
        self._cursor, self._follow_words = ElidedLabel(parent=self.header), ElidedLabel(parent=self.header)
        self.header.right.addWidget(self._follow_words)
        self.header.right.addWidget(self._cursor)
        self._connect()
        self.restart()
        self._open_city()

    def _connect(self) -> None:
        canvas, selection = self.canvas, self.ctx.selection
        canvas.picked.connect(self._pick)
        canvas.hovered.connect(selection.hover)
        canvas.pointed.connect(self._point)
        canvas.placed.connect(self.ctx.picking.answer)
        canvas.unplaced.connect(self.ctx.picking.leave)
        self.ctx.picking.changed.connect(self._show_picking)
        canvas.key_of_layers.connect(self._layer_key)
        canvas.looked.connect(lambda: self.scale_bar.show_camera(canvas.camera))
        canvas.installEventFilter(self)
        self.destroyed.connect(self._backend.close)
        self.layers.toggled.connect(self.set_layer)
        self.layers.colored.connect(self.set_coloring)
        self.layers.folded.connect(self._folded)
        self.ctx.routes.changed.connect(self._show_routes)
        self._ways.changed.connect(self._show_routes)
        self._unsubscribe = (selection.subscribe(self._selected), selection.subscribe_hover(self._hovered))
        for name, run in (("home", canvas.fit), ("to_selected", self.show_selected), ("follow", self._toggle_follow)):
            self.ctx.actions.add(Action(f"map.{name}", f"map.{name}", run))

    # What others tell the map.

    def _open_city(self) -> None:
        """Reads the base map and looks at the pack's centre."""
        pack = self.ctx.pack
        self.canvas.limits = box_of(pack.bounds)
        x, y = mercator(*pack.centre)
        scale = 256 * 2**pack.zoom / (2 * np.pi * EARTH)
        home = self.canvas.camera.centred(float(x), float(y), float(scale))
        self._backend.load(base_file(pack.folder, self.canvas.limits, home, self.ctx.drawings))
        self.canvas.look(home)

    def _loaded(self, there: bool) -> None:
        self._base = there
        self._say_state()

    def show_paths(self, paths: Sequence[tuple[str, Sequence[tuple[float, float]]]], chosen: str = "") -> None:
        """Ways along the streets: (key of the unit, WGS-84 (lon, lat) pairs); that of `chosen` in acc, others faint.
        Where units are ordered, it is their ways that stand out."""
        ordered = {route.key for route in self._ways.routes}
        near = [route_of(key, path, key == chosen and not ordered) for key, path in paths if len(path) > 1]
        self.canvas.routes = (*(route for route in near if route.key not in ordered), *self._ways.routes)
        self.canvas.touch()

    def _show_picking(self) -> None:
        """The map is asked for a place, or a form's place is to be seen."""
        asked = self.ctx.picking
        if asked.wanted and not self.canvas.picking:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.canvas.pick_place(asked.wanted)
        self.hint.tell(self.ctx.t("telephone.pick_hint") if asked.wanted else "")
        self._arrange()
        mark = asked.mark
        before = self.canvas.mark
        if mark is None:
            self.canvas.mark = None
        else:
            x, y = (float(v) for v in mercator(mark[0], mark[1]))
            self.canvas.mark = Pin(x, y, (mark[2], self.ctx.t("telephone.mark")))
            moved = before is None or (before.x, before.y) != (x, y)
            goal = self.canvas.goal
            if moved and not goal.sees(x, y, pad=48):
                self.canvas.fly(goal.centred(x, y, max(goal.scale, 1 / 6.0)))
        self.canvas.touch()

    def _show_routes(self) -> None:
        self.show_paths(self.ctx.routes.paths, self.ctx.routes.chosen)

    @property
    def paths(self) -> tuple[Route, ...]:
        return self.canvas.routes

    def set_layer(self, layer: str, on: bool) -> None:
        self.visible = self.visible | {layer} if on else self.visible - {layer}
        self.layers.rows[layer].setChecked(on)
        self.ctx.prefs.set("map.layers", sorted(self.visible))
        self._read()

    def set_coloring(self, kind: str) -> None:
        self.coloring = kind
        self.ctx.prefs.set("map.coloring", kind)
        self._read()

    def show_selected(self) -> None:
        """Flies to what is selected, and nearer when far out."""
        at = self.canvas.place(*self.ctx.selection.item) if self.ctx.selection.key else None
        if at is not None:
            camera = self.canvas.camera
            self.canvas.fly(camera.centred(*at, max(camera.scale, 1 / 6.0)))

    def show_place(self, place: NamedPlace) -> None:
        """Flies to a place that was searched for; its mark stays until something is selected or Esc is pressed."""
        x, y = (float(v) for v in mercator(place.lon, place.lat))
        self.canvas.pin = Pin(x, y, (place.words, self.ctx.t(f"kit.place_{place.kind}")))
        camera = self.canvas.camera
        self.canvas.fly(camera.centred(x, y, max(camera.scale, 1 / 6.0)))
        self.canvas.touch()

    @property
    def backend_name(self) -> str:
        """`raster`, or another way of drawing."""
        return self._backend.name

    def settled(self) -> bool:
        """Whether the picture is sharp: for screenshots and tests."""
        return self._backend.settled()

    def close_panel(self) -> None:
        """Ends worker, timers and subscriptions. A closed panel stays as it is."""
        if self._closed:
            return
        self._closed = True
        for end in self._unsubscribe:
            end()
        for name in ("home", "to_selected", "follow"):
            self.ctx.actions.remove(f"map.{name}")
        self.canvas.close_map()
        self._backend.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    # The panel's own.

    def refresh(self, topics: frozenset[str]) -> None:
        if topics & (self.topics - {"feed", "case"}) or ("case" in topics and self._shows_other_cases()):
            self._read()
        if "case" in topics:
            self._ways.look()

    def _shows_other_cases(self) -> bool:
        """Whether a change in the ledger is seen on the map: mostly it is not, and all of it need not be painted."""
        if self._closed or self._reader.cases() is not self.canvas.scene.cases:
            return True
        items = (self.canvas.selected, self.canvas.hover_item)
        before, self._said = self._said, tuple(self._words(*item) if item[1] else None for item in items)
        return before != self._said

    def age_tick(self) -> None:
        message, stale = topic_age(self.ctx, UNIT)
        self.set_age(message, stale)
        self._read()
        self._ways.look()
        now = self.ctx.clock.now()
        events = self.ctx.picture["event"].numbers("occurred")
        self.timebar.show_events(events, now, has_data(self.ctx, "event"))

    def retranslate(self) -> None:
        super().retranslate()
        for one in (self.layers, self.tools, self.credit):
            one.retranslate()
        self._say_follow()
        self._backend.say(self.ctx.t("map.no_data"))
        self.timebar.update()
        self.canvas.setAccessibleName(self.ctx.t("map.title"))
        self.canvas.setAccessibleDescription(self.ctx.t("map.keys"))
        self._arrange()
        self.canvas.touch()

    def retheme(self) -> None:
        super().retheme()
        theme = self.ctx.theme
        tokens = {name: theme.hex(name) for name in theme.colors()}
        style = style_of({name: theme.map.of(name) for name in theme.map.names()}, tokens)
        self.canvas.dress(style, lambda: (self.ctx.theme, self.ctx.t))
        self.tools.retheme()
        for label in (self._cursor, self._follow_words):
            label.setFont(theme.font("small"))
            label.set_color(theme.t2)
        self._say_follow()
        for one in (self.layers, self.credit, self.scale_bar, self.timebar):
            one.update()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        menu.addAction(t("map.home")).triggered.connect(self.canvas.fit)
        follow = menu.addAction(t("map.follow"))
        follow.setCheckable(True)
        follow.setChecked(self.following)
        follow.triggered.connect(self._toggle_follow)
        menu.addAction(t("map.fold")).triggered.connect(self.layers.fold)

    def _read(self) -> None:
        """Brings the map up to the picture."""
        if self._closed:
            return
        now, mono = self.ctx.clock.now(), self.ctx.clock.mono()
        state = topic_state(self.ctx, UNIT)
        stale = state is not None and state.state in (Freshness.STALE, Freshness.DEAD)
        before = self.canvas.scene
        scene = self._reader.read(self.visible, self.coloring if AREA in self.visible else "", stale, now, mono)
        if scene.units is not before.units:
            units = scene.units
            self.canvas.glide.fixes(units.keys, units.x, units.y, mono)
            self.canvas.trails.fixes(units.keys, units.x, units.y, units.fixed, now)
        if scene.events is not before.events:
            keys = scene.events.keys
            if before.events.keys or self._had_events:
                new = [i for i in _changed(keys, before.events.keys) if keys[i] not in before.events.row_of]
                self.canvas.overlay.arrived([keys[i] for i in new], scene.events.level[new].tolist(), mono)
            self._had_events |= len(keys) > 0
        self.canvas.show_scene(scene)
        sizes = (len(v.keys) for v in (scene.events, scene.units, scene.sensors, scene.cameras))
        counts = dict(zip(COUNTED, (*sizes, len(scene.alerts)), strict=True))
        self.layers.set_counts({name: n if n or has_data(self.ctx, name) else None for name, n in counts.items()})
        source = "event" if self.coloring == EVENTS else "sensor"
        coloring = msgspec.structs.replace(self._reader.coloring, kind=self.coloring)
        self.layers.set_coloring(coloring, topic_age(self.ctx, source)[0])
        self._say_state()

    def _say_state(self) -> None:
        scene = self.canvas.scene
        if self._base is False and not scene.events.keys and not scene.units.keys and not scene.areas:
            self.show_state(PanelState.EMPTY, Message("map.empty"), (Message("map.empty_why"),))
        else:
            self.show_content()

    def _words(self, topic: str, key: str) -> tuple[str, str] | None:
        return self._titles.of(topic, key, self.ctx.t, self.ctx.clock.now())

    def _pick(self, topic: str, key: str) -> None:
        if key:
            self.ctx.selection.select(topic, key)
        else:
            self.canvas.pin = None
            self.canvas.touch()
            self.ctx.selection.clear()

    def _selected(self, selection: Selection) -> None:
        self.canvas.selected = selection.item
        self.canvas.routes, self.canvas.pin = (), None
        self._ways.look()
        at = self.canvas.place(*selection.item) if selection.key else None
        camera = self.canvas.goal
        if selection.topic == ALERT:
            self._look_at_alert(selection.key)
        elif at is not None and self.following:
            self.canvas.fly(camera.centred(*at, max(camera.scale, 1 / 40.0)))
        elif at is not None and not camera.sees(*at, pad=48):
            self.canvas.fly(camera.showing(*at, pad=0.25))
        self.canvas.touch()

    def _look_at_alert(self, key: str) -> None:
        """Flies to where all that an alert covers is in view, unless it is."""
        rings = next((alert.rings for alert in self.canvas.scene.alerts if alert.key == key), ())
        if not rings:
            return
        x, y = np.concatenate([ring.x for ring in rings]), np.concatenate([ring.y for ring in rings])
        box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
        seen = self.canvas.camera.box
        if not (seen[0] <= box[0] and seen[1] <= box[1] and box[2] <= seen[2] and box[3] <= seen[3]):
            self.canvas.fly(self.canvas.camera.fitted(box, 48))

    def _hovered(self, selection: Selection) -> None:
        if self.canvas.hover_item != selection.hovered:
            self.canvas.hover_item = selection.hovered
            self.canvas.touch()

    def _toggle_follow(self) -> None:
        self.following = not self.following
        self.ctx.prefs.set("map.following", self.following)
        self.tools.buttons["map.follow"].setChecked(self.following)
        self._say_follow()
        if self.following:
            self.show_selected()

    def _say_follow(self) -> None:
        self._follow_words.setText(self.ctx.t("map.following") if self.following else "")
        self._follow_words.setVisible(self.following)

    def _point(self, place: tuple[float, float] | None) -> None:
        self._cursor.setText(self.ctx.t("map.cursor", lon=f"{place[0]:.4f}", lat=f"{place[1]:.4f}") if place else "")
        self._cursor.updateGeometry()

    def _layer_key(self, key: str) -> None:
        if key == "L":
            self.layers.fold()
        else:
            self.layers.toggle(int(key))

    def _folded(self, folded: bool) -> None:
        self.ctx.prefs.set("map.list_open", not folded)
        self._arrange()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.canvas and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._arrange()
        return False

    def _arrange(self) -> None:
        """Lists and tools to their corners."""
        canvas = self.canvas
        stored = self.ctx.prefs.get("map.list_open", None)
        self.layers.set_open(canvas.width() >= LIST_FROM if stored is None else bool(stored))
        self.layers.adjustSize()
        self.layers.move(INSET, INSET)
        self.layers.setVisible(canvas.width() > 420)
        listed = canvas.width() > 420
        canvas.left_taken = WIDTH + INSET if listed and self.layers.open else 0
        canvas.top_taken = self.layers.height() + INSET if listed and not self.layers.open else 0
        self.tools.move(canvas.width() - self.tools.width() - INSET, INSET)
        self.scale_bar.move(INSET, canvas.height() - self.scale_bar.height() - INSET)
        self.credit.fit(canvas.width() - self.scale_bar.width() - 3 * INSET)
        self.credit.move(canvas.width() - self.credit.width() - INSET, canvas.height() - self.credit.height() - INSET)
        self.credit.raise_()
        self.hint.fit(canvas.width() - 2 * INSET)
        self.hint.move((canvas.width() - self.hint.width()) // 2, INSET)
        self.hint.raise_()


def _changed(now: Sequence[str], before: Sequence[str]) -> list[int]:
    """Where `now` is not what `before` was. Rows of the picture stay where they are but for some: most are the same."""
    length = min(len(now), len(before))
    rows = [i for i, (a, b) in enumerate(zip(now, before, strict=False)) if a is not b]
    return [*rows, *range(length, len(now))]


PANELS = {"map": MapPanel}
