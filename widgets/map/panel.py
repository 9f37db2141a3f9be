"""态势地图: the duty map. Puts picture, base map, canvas, lists and time bar together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec
import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.places import PLACE, place_key
from cockpit.model.ports import NamedPlace
from cockpit.picture import Selection
from widgets.kit.actions import Action
from widgets.kit.feedstate import has_data, topic_age
from widgets.kit.fonts import FAMILY
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import Panel, PanelContext
from widgets.kit.states import PanelState
from widgets.map.camera import EARTH, box_of, mercator, wgs84
from widgets.map.canvas import Canvas
from widgets.map.choose import MapBackend
from widgets.map.coloring import Coloring
from widgets.map.corners import Corners
from widgets.map.furniture import Credit, Hint, ScaleBar, Tools
from widgets.map.hands.board import Board
from widgets.map.hands.hands import ZOOM_STEP
from widgets.map.hands.hold import GO_KEY
from widgets.map.layers.desk import LayerDesk
from widgets.map.layers.things import TOPIC
from widgets.map.looking import Looking
from widgets.map.minimap import MiniMap, OverviewMaker
from widgets.map.offline.ways import BaseWays
from widgets.map.orders import OrderWays
from widgets.map.overlay import Route, route_of
from widgets.map.reading import Reading
from widgets.map.scene import AREA, UNIT
from widgets.map.share.sharing import Sharing
from widgets.map.share.sight import SightOfMap
from widgets.map.themed import map_style
from widgets.map.timebar import TimeBar
from widgets.map.titles import Titles

MINI_KEY = "Ctrl+Shift+O"
NEAR_KEY = "Shift+F2"


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
    topics: ClassVar[frozenset[str]] = frozenset(
        ("event", "unit", "sensor", "camera", "alert", "area", "feed", "case", "alarm")
    )
    title_id: ClassVar[str] = "map.title"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._closed = False
        self._titles = Titles(ctx.picture, ctx.pack, ctx.cases)
        self._ways = OrderWays(ctx, self)
        self._backend = MapBackend(ctx.prefs, FAMILY, ctx.clock.mono)
        self._backend.told.connect(self._say_backend)
        self._backend.failed.connect(self.fail)
        self._backend.loaded.connect(self._loaded)
        self._base: bool | None = None
        self.canvas = Canvas(self._backend, ctx.clock.mono, self._words, self.content)
        self.canvas.setObjectName("map-canvas")
        self.canvas.composer.failed.connect(self.fail)
        self.canvas.reduced = self.canvas.glide.reduced = ctx.reduced_motion
        self.timebar = TimeBar(ctx, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.timebar)
        self.layer_desk = LayerDesk(ctx, self.canvas, self)
        self.layers = self.layer_desk.list
        self._reading = Reading(ctx, self.canvas, self.layer_desk, self._words)
        self.board = Board(ctx, self.canvas, self._words, self.show_place, lambda: self.visible)
        self.looking = Looking(ctx, self.canvas, self.board.hold)
        self.sight = SightOfMap(ctx, self.canvas)
        self.tools = self._make_tools()
        self.bases = BaseWays(ctx, self.canvas)
        self.scale_bar, self.credit = ScaleBar(ctx, self.canvas), Credit(ctx, self.canvas, lambda: self.bases.credit)
        self.sharing = Sharing(ctx, self.canvas, self._backend, self._coloring, lambda: self.credit.words, self)
        self.hint = Hint(ctx, self.canvas)
        self.minimap = MiniMap(ctx, box_of(ctx.pack.bounds), self.canvas)
        self._overview = OverviewMaker(self)
        self._overview.ready.connect(self.minimap.show_image)
        self._overview.failed.connect(self.fail)
        self._corners = Corners(
            self.canvas, self.layers, self.tools, self.scale_bar, self.credit, self.hint, self.minimap,
            self.board.chip, self.board.tray,
        )  # fmt: skip
        for name, kept in (("list_open", "map.list_open"), ("mini_open", "map.mini_open")):
            stored = ctx.prefs.get(kept, None)
            setattr(self._corners, name, None if stored is None else bool(stored))
        self._follow_words = ElidedLabel(parent=self.header)
        self.header.right.addWidget(self._follow_words)
        self.header.right.addWidget(self.board.locate.label)
        self._connect()
        self.restart()
        self._open_city()
        self.layer_desk.begin()

    def _make_tools(self) -> Tools:
        canvas, offered = self.canvas, self.board.tools()
        keys = {action.title: action.keys[0] for action in self.ctx.actions if action.keys}
        return Tools(
            self.ctx,
            [
                ("plus", "map.zoom_in", lambda: canvas.zoom(ZOOM_STEP), False),
                ("minus", "map.zoom_out", lambda: canvas.zoom(1 / ZOOM_STEP), False),
                ("home", "map.home", canvas.fit, False),
                ("pin", "map.to_selected", self.show_selected, False),
                ("follow", "map.follow", self._toggle_follow, True),
                *offered,
                ("cube", "web3d.action", self.sight.open, False),
            ],
            canvas,
            {**keys, "map.to_selected": GO_KEY},
        )

    def _connect(self) -> None:
        canvas, selection, things = self.canvas, self.ctx.selection, self.layer_desk.things
        canvas.picked.connect(self._pick)
        canvas.hovered.connect(selection.hover)
        canvas.placed.connect(self.ctx.picking.answer)
        canvas.unplaced.connect(self.ctx.picking.leave)
        self.ctx.picking.changed.connect(self._show_picking)
        self.minimap.goes.connect(lambda x, y: canvas.by_hand(canvas.goal.centred(x, y)))
        self.board.arrange = self._arrange
        self.board.retell = self._show_hands
        self.board.button_of = self.tools.buttons.__getitem__
        canvas.key_of_layers.connect(self._layer_key)
        canvas.looked.connect(self._looked)
        canvas.installEventFilter(self)
        self.destroyed.connect(self._backend.close)
        self.layers.folded.connect(self._folded)
        self.layers.grown.connect(self._arrange)
        self.layer_desk.changed.connect(self._read)
        self.layer_desk.goes.connect(self.looking.go_to_box)
        self.layer_desk.came.connect(self.looking.box_came)
        self.layer_desk.failed.connect(self.fail)
        canvas.beneath, canvas.where = things.hit, things.place
        self.timebar.picked.connect(self.layer_desk.set_span)
        things.areas = lambda: canvas.scene.areas
        self.board.more = things.area_menu
        self.bases.changed.connect(self._load_base)
        self.bases.told.connect(self._say_credit)
        self.ctx.routes.changed.connect(self._show_routes)
        self._ways.changed.connect(self._show_routes)
        self._unsubscribe = (selection.subscribe(self._selected), selection.subscribe_hover(self._hovered))
        add = self.ctx.actions.add
        add(Action("map.home", "map.home", canvas.fit, icon="home"))
        add(Action("map.to_selected", "map.to_selected", self.show_selected, (GO_KEY,), icon="pin"))
        add(Action("map.area_here", "layers.area_action", self.area_here, icon="layers"))
        add(Action("map.near_here", "places.near_here", self.near_here, (NEAR_KEY,), icon="user"))
        add(Action("map.follow", "map.follow", self._toggle_follow, icon="follow"))
        for action in self._backend.actions():
            add(action)
        add(Action("map.mini", "hands.mini_fold", self.fold_minimap, (MINI_KEY,), icon="layers"))

    # What others tell the map.

    def _open_city(self) -> None:
        """Reads the base map and looks at the pack's centre."""
        pack = self.ctx.pack
        self.canvas.limits = box_of(pack.bounds)
        x, y = mercator(*pack.centre)
        scale = 256 * 2**pack.zoom / (2 * np.pi * EARTH)
        home = self.canvas.camera.centred(float(x), float(y), float(scale))
        self._home = home
        self._load_base()
        self.canvas.look(home)

    def _load_base(self) -> None:
        """Has the backend read the base map that is chosen."""
        box = box_of(self.ctx.pack.bounds)
        self._backend.load(self.bases.file(self.ctx.pack.folder, box, self._home, self.ctx.drawings))
        self._say_credit()

    def _say_backend(self, what: Message) -> None:
        self.ctx.notify(what, 0)

    def _say_credit(self) -> None:
        self.credit.retranslate()
        self._arrange()

    def _loaded(self, there: bool) -> None:
        self._base = there
        self._say_state()
        self._draw_overview()

    def _draw_overview(self) -> None:
        """The overview of the city, once there is a base map and whenever its colours change."""
        if self._base and not self._closed and self.canvas.style is not None:
            camera = msgspec.structs.replace(self.minimap.camera, dpr=self.devicePixelRatioF())
            self._overview.draw(self._backend, camera, self.canvas.style)

    def show_paths(self, paths: Sequence[tuple[str, Sequence[tuple[float, float]]]], chosen: str = "") -> None:
        """Ways along the streets: (key of the unit, WGS-84 (lon, lat) pairs); that of `chosen` in acc, others faint.
        Where units are ordered, it is their ways that stand out."""
        ordered = {route.key for route in self._ways.routes}
        near = [route_of(key, path, key == chosen and not ordered) for key, path in paths if len(path) > 1]
        self.canvas.routes = (*(route for route in near if route.key not in ordered), *self._ways.routes)
        self.canvas.touch()

    def _show_picking(self) -> None:
        self.looking.show_picking()
        self._show_hands()

    def _show_hands(self) -> None:
        """What is asked of whoever looks, and which tools are in the hand."""
        self.hint.tell(self.ctx.t("telephone.pick_hint") if self.ctx.picking.wanted else self.board.hint)
        for words, on in self.board.pressed().items():
            self.tools.buttons[words].setChecked(on)
        self._arrange()

    def _looked(self) -> None:
        self.scale_bar.show_camera(self.canvas.camera)
        self.minimap.show_camera(self.canvas.camera)

    def fold_minimap(self) -> None:
        """Opens or folds the overview."""
        self._corners.mini_open = not self._corners.mini_shown
        self.ctx.prefs.set("map.mini_open", self._corners.mini_open)
        self._arrange()

    def _show_routes(self) -> None:
        self.show_paths(self.ctx.routes.paths, self.ctx.routes.chosen)

    @property
    def paths(self) -> tuple[Route, ...]:
        return self.canvas.routes

    @property
    def visible(self) -> frozenset[str]:
        return self.layer_desk.visible

    @property
    def coloring(self) -> str:
        return self.layer_desk.coloring

    def set_coloring(self, kind: str) -> None:
        self.layer_desk.set_state(AREA, color_by=kind)

    def show_selected(self) -> None:
        """Flies to what is selected, and nearer when far out."""
        self.looking.show_selected()

    def show_place(self, place: NamedPlace) -> None:
        """Flies to a place that was searched for; its mark stays until something is selected or Esc is pressed."""
        self.looking.show_place(place)

    def area_here(self) -> None:
        """Selects the area where the pointer is, else in the middle of the view."""
        self.layer_desk.things.select_area(*self.board.locate.place)

    def near_here(self) -> None:
        """Selects where the pointer is, else the middle of the view: its page says who and what is near."""
        self.ctx.selection.select(PLACE, place_key(*self.board.locate.place))

    @property
    def following(self) -> bool:
        return self.looking.following

    @property
    def middle(self) -> tuple[float, float]:
        """Where it looks, WGS-84 (lon, lat)."""
        return wgs84(self.canvas.camera.x, self.canvas.camera.y)

    @property
    def backend_name(self) -> str:
        """`raster`, or another way of drawing."""
        return self._backend.name

    def settled(self) -> bool:
        """Whether the picture is sharp: for screenshots and tests."""
        return self.canvas.settled() and not self.layer_desk.busy()

    def close_panel(self) -> None:
        """Ends worker, timers and subscriptions. A closed panel stays as it is."""
        if self._closed:
            return
        self._closed = True
        for end in self._unsubscribe:
            end()
        for name in ("home", "to_selected", "follow", "mini", "near_here", "area_here"):
            self.ctx.actions.remove(f"map.{name}")
        for action in self._backend.actions():
            self.ctx.actions.remove(action.id)
        self.board.close()
        self.layer_desk.close()
        self.bases.close()
        self._overview.close()
        self.sight.close()
        self.sharing.close()
        self.canvas.close_map()
        self._backend.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    # The panel's own.

    def refresh(self, topics: frozenset[str]) -> None:
        if "sensor" in topics and self._reading.only_measured():
            topics -= {"sensor"}  # many times a second: `age_tick` reads them
            if self._reading.says_otherwise():
                self.canvas.touch_over()
        if topics & (self.topics - {"feed", "case"}) or ("case" in topics and self._reading.shows_other_cases()):
            self._read()
        if "case" in topics:
            self._ways.look()

    def age_tick(self) -> None:
        age = topic_age(self.ctx, UNIT)
        self.set_age(age.words, age.old)
        self._read()
        self.board.refresh()
        self._ways.look()
        self.layer_desk.second()
        now = self.ctx.clock.now()
        events = self.ctx.picture["event"].numbers("occurred")
        self.timebar.show_events(events, now, has_data(self.ctx, "event"))

    def retranslate(self) -> None:
        super().retranslate()
        for one in (self.layer_desk, self.tools, self.credit, self.board):
            one.retranslate()
        self.minimap.setToolTip(self.ctx.t("hands.mini_tip"))
        self.minimap.setAccessibleName(self.ctx.t("hands.mini"))
        self._say_follow()
        self._backend.say(self.ctx.t("map.no_data"))
        self.timebar.retranslate()
        self.canvas.setAccessibleName(self.ctx.t("map.title"))
        self.canvas.setAccessibleDescription(self.ctx.t("map.keys"))
        self._arrange()
        self.canvas.touch()

    def retheme(self) -> None:
        super().retheme()
        theme = self.ctx.theme
        style = self._style = map_style(theme)
        self.canvas.dress(style, lambda: (self.ctx.theme, self.ctx.t))
        self._draw_overview()
        self.tools.retheme()
        self.board.retheme()
        self.bases.retheme()
        self._follow_words.setFont(theme.font("small"))
        self._follow_words.set_color(theme.t2)
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
        menu.addAction(t("layers.views_action")).triggered.connect(self.layer_desk.open_views)
        menu.addAction(t("layers.import_action")).triggered.connect(self.layer_desk.bringing.choose_file)
        menu.addAction(t("hands.mini_fold") + f"\t{MINI_KEY}").triggered.connect(self.fold_minimap)
        menu.addSeparator()
        menu.addAction(t("places.near_here") + f"\t{NEAR_KEY}").triggered.connect(self.near_here)
        self.board.fill_menu(menu)
        self.bases.fill_menu(menu)
        self._backend.fill_menu(menu, t)
        menu.addSeparator()
        menu.addAction(t("web3d.action") + "\tF3").triggered.connect(self.sight.open)
        self.sharing.fill_menu(menu)

    def _read(self) -> None:
        """Brings the map up to the picture."""
        if not self._closed:
            self._reading.read(self._style)
            self._say_state()

    def _coloring(self) -> Coloring:
        return self._reading.coloring

    def _say_state(self) -> None:
        scene = self.canvas.scene
        if self._base is False and not scene.events.keys and not scene.units.keys and not scene.areas:
            self.show_state(PanelState.EMPTY, Message("map.empty"), (Message("map.empty_why"),))
        else:
            self.show_content()

    def _words(self, topic: str, key: str) -> tuple[str, str] | None:
        if topic == TOPIC:
            return self.layer_desk.things.words(key)
        return self._titles.of(topic, key, self.ctx.t, self.ctx.clock.now())

    def _pick(self, topic: str, key: str) -> None:
        if key:
            self.ctx.selection.select(topic, key)
        else:
            self.canvas.pin = None
            self.canvas.touch()
            self.ctx.selection.clear()

    def _selected(self, selection: Selection) -> None:
        self.canvas.selected = self.layer_desk.things.selected = selection.item
        self.canvas.user = self.layer_desk.laid(self._style, self.devicePixelRatioF())
        self.canvas.routes, self.canvas.pin = (), self.looking.pin_of(selection.item)
        self._ways.look()
        self.looking.selected(selection)
        self.board.tray.list.viewport().update()
        self.canvas.touch()

    def _hovered(self, selection: Selection) -> None:
        if self.canvas.hover_item != selection.hovered:
            self.canvas.hover_item = selection.hovered
            self.canvas.touch_over()

    def _toggle_follow(self) -> None:
        self.looking.set_following(not self.following)
        self._say_follow()

    def _say_follow(self) -> None:
        self.tools.buttons["map.follow"].setChecked(self.following)
        self._follow_words.setText(self.ctx.t("map.following") if self.following else "")
        self._follow_words.setVisible(self.following)

    def _layer_key(self, key: str) -> None:
        if key == "L":
            self.layers.fold()
        else:
            self.layers.toggle(int(key))

    def _folded(self, folded: bool) -> None:
        self._corners.want_list(not folded)
        self.ctx.prefs.set("map.list_open", not folded)
        self._arrange()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.canvas and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._arrange()
        return False

    def _arrange(self) -> None:
        self._corners.arrange()


PANELS = {"map": MapPanel}
