"""三维地图: the city with its buildings, what happens in it and values as columns; the same selection as everywhere."""

from __future__ import annotations

import math
import threading
from typing import Any, ClassVar

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from cockpit.model.figures import figure
from cockpit.model.messages import Message
from cockpit.paths import assets_dir
from cockpit.picture import Selection
from cockpit.share.deckgl import library
from cockpit.share.tokens import Tokens
from widgets.kit.buttons import Segments, button
from widgets.kit.panel import Panel, PanelContext, guarded
from widgets.kit.sight import Look
from widgets.kit.states import PanelState
from widgets.map.camera import EARTH, Camera, box_of, mercator
from widgets.map.coloring import EVENTS, RAIN
from widgets.map.scene import CASE, EVENT, SENSOR, UNIT
from widgets.map.share.look import tokens_of_theme
from widgets.map.titles import Titles
from widgets.web3d.able import why_not
from widgets.web3d.dress import dress, legend
from widgets.web3d.ground import ground_bytes
from widgets.web3d.living import Living

NONE = "none"
COLUMNS = (EVENTS, RAIN, NONE)
"""What the columns tell."""
PITCH = 52.0
"""Tilt of a look that comes from the flat map, degrees."""
GATHER_MS = 250
"""What comes in within this time is handed to the page at once."""
_SELECTABLE = (EVENT, CASE, UNIT, SENSOR)
_looks = msgspec.json.Decoder(Look)


class Map3DPanel(Panel):
    """The map in three dimensions.

    Attributes:
        page: the page; None as long as it can not be shown.
        columns: what the columns tell, one of `COLUMNS`.
        look: where it looks; None before it began.
        ready: whether the page draws.
    """

    panel_id: ClassVar[str] = "map3d"
    topics: ClassVar[frozenset[str]] = frozenset(("event", "unit", "sensor", "area", "case"))
    title_id: ClassVar[str] = "web3d.title"
    age_topic: ClassVar[str] = "event"

    ground_read = Signal(object)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.page: Any = None
        self.ready = False
        self.look: Look | None = None
        stored = ctx.prefs.get("map3d.columns", EVENTS)
        self.columns = stored if stored in COLUMNS else EVENTS
        self._living = Living(ctx.picture, ctx.pack, ctx.cases)
        self._titles = Titles(ctx.picture, ctx.pack, ctx.cases)
        self._sent: dict[str, object] = {}
        self._dirty: set[str] = set(self.topics)
        self._ground: bytes | None = None
        self._reading: threading.Thread | None = None
        self._closed = False
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._gather = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._gather.timeout.connect(self._push)
        self.kinds = Segments([(kind, "") for kind in COLUMNS], self.columns, self.header)
        self.kinds.chosen.connect(self.set_columns)
        self.back = button("", self.go_back, parent=self.header)
        self.header.right.addWidget(self.kinds)
        self.header.right.addWidget(self.back)
        self.ground_read.connect(self._ground_came)
        self._unsubscribe = ctx.selection.subscribe(self._selected)
        self.restart()

    # -- life ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.open_page()

    def hideEvent(self, event: QHideEvent) -> None:
        self._gather.stop()
        super().hideEvent(event)

    @guarded
    def open_page(self) -> None:
        """Shows the page, or the sentence that says why it can not be shown."""
        if self._closed or self.page is not None:
            self._push()
            return
        reason = why_not()
        if reason is not None:
            self.show_state(
                PanelState.EMPTY, Message("web3d.can_not"), (reason,), ((Message("web3d.again"), self.open_page),)
            )
            return
        from widgets.web3d.view import PageView

        self.page = PageView(self.serve, self.content)
        self._column.addWidget(self.page)
        bridge = self.page.bridge
        bridge.ready.connect(self._began)
        bridge.trouble.connect(self._trouble)
        bridge.pick.connect(self._picked)
        bridge.hover.connect(self._hovered)
        bridge.look.connect(self._looked)
        bridge.press.connect(self._pressed)
        self.page.ended.connect(self._ended)
        self._read_ground()
        self.page.load_page()
        self.show_content()
        self.page.setFocus()

    def close_panel(self) -> None:
        """Ends the page, its process and the subscriptions. A closed panel stays as it is."""
        if self._closed:
            return
        self._closed = True
        self._gather.stop()
        self._unsubscribe()
        if self._reading is not None:
            self._reading.join()
        if self.page is not None:
            self.page.close_page()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_panel()
        super().closeEvent(event)

    def _read_ground(self) -> None:
        """Reads the base map beside Qt's thread."""
        if self._reading is None:
            folder = self.ctx.pack.folder
            self._reading = threading.Thread(
                target=lambda: self.ground_read.emit(ground_bytes(folder)), name="ground3d"
            )
            self._reading.start()

    @guarded
    def _ground_came(self, ground: bytes | None) -> None:
        self._ground = ground
        if self.ready and ground is not None:
            self._tell({"ground": True})
        self._say_legend()

    # -- what the page is given ------------------------------------------------------------------------------------

    def serve(self, name: str) -> bytes | None:
        """What the page asks for, by name; None for what there is not."""
        from widgets.web3d.view import SCHEME, channel_script

        web = assets_dir() / "web"
        match name:
            case "index.html":
                text = (web / "city3d.html").read_text(encoding="utf-8")
                lang = "zh-CN" if self.ctx.t.lang == "zh" else "en"
                return text.replace("{{scheme}}", SCHEME).replace("{{lang}}", lang).encode("utf-8")
            case "city3d.js" | "city3d.css":
                return (web / name).read_bytes()
            case "library.js":
                return library().encode("utf-8")
            case "qwebchannel.js":
                return channel_script()
            case "font.ttf":
                return (assets_dir() / "fonts" / "NotoSansSC_400Regular.ttf").read_bytes()
            case "ground.bin":
                return self._ground
        return None

    def _tell(self, news: dict[str, Any]) -> None:
        if self.page is not None and self.ready:
            self.page.run(f"cockpit.tell({msgspec.json.encode(news).decode('utf-8')})")

    @guarded
    def _began(self) -> None:
        """The page is there and listens."""
        self.ready = True
        self._sent.clear()
        self._dirty = set(self.topics)
        self._dress()
        if self._ground is not None:
            self._tell({"ground": True})
        self.show_look(self.look or self._first_look())
        self._say_legend()
        self._push()
        if self.window().isActiveWindow() and self.isAncestorOf(self.window().focusWidget() or self):
            self.page.setFocus()

    def _first_look(self) -> Look:
        """Where the flat map looks, tilted."""
        pack, last = self.ctx.pack, self.ctx.sight.last
        if last is None:
            return Look(*pack.centre, pack.zoom, PITCH)
        return msgspec.structs.replace(last, pitch=last.pitch or PITCH)

    def show_look(self, look: Look) -> None:
        """Looks there."""
        self.look = look
        self._tell({"look": look})

    def _dress(self) -> None:
        ctx = self.ctx
        self._tell({"dress": dress(self._tokens(), ctx.t, ctx.pack, not ctx.reduced_motion)})

    def _tokens(self) -> Tokens:
        return tokens_of_theme(self.ctx.theme)

    def _say_legend(self) -> None:
        columns = "" if self.columns == NONE else self.columns
        reading = self._reading is None or self._reading.is_alive()
        self._tell({"legend": legend(self._tokens(), self.ctx.t, columns, self._ground, reading)})

    @guarded
    def _push(self) -> None:
        """Hands the page what changed."""
        if not self.ready or self._closed or not self.isVisible():
            return
        self._gather.stop()
        dirty, self._dirty = self._dirty, set()
        news: dict[str, Any] = {}
        if dirty & {"event", "case"}:
            self._changed(news, "events", self._living.events())
        if "unit" in dirty:
            self._changed(news, "units", self._living.units())
        if "sensor" in dirty:
            self._changed(news, "sensors", self._living.sensors())
        if dirty & {"unit", "event", "case"}:
            self._changed(news, "arcs", self._living.arcs())
        if dirty & {"event", "sensor", "area", "columns"}:
            self._changed(news, "columns", self._columns())
        self._changed(news, "selected", list(self.ctx.selection.item))
        if news:
            self._tell(news)

    def _changed(self, news: dict[str, Any], name: str, value: object) -> None:
        """Puts into the news what the page does not know yet."""
        if self._sent.get(name) != value:
            self._sent[name] = news[name] = value

    def _columns(self) -> dict[str, Any]:
        if self.columns == NONE:
            return {"unit": "", "rows": []}
        unit, rows = self._living.columns(self.columns, self.ctx.clock.now())
        decimals = 0 if self.columns == EVENTS else 1
        words = self.ctx.t("web3d.cases") if self.columns == EVENTS else unit
        return {"unit": unit, "rows": [{**row, "w": f"{figure(row['v'], decimals)} {words}".strip()} for row in rows]}

    # -- what the page tells -----------------------------------------------------------------------------------------

    @guarded
    def _picked(self, topic: str, key: str) -> None:
        if key == "":
            self.ctx.selection.clear()
        elif topic in _SELECTABLE:
            self.ctx.selection.select(topic, key)

    @guarded
    def _hovered(self, topic: str, key: str) -> None:
        if key and topic not in _SELECTABLE:
            return
        self.ctx.selection.hover(topic, key)
        words = self._titles.of(topic, key, self.ctx.t, self.ctx.clock.now()) if key else None
        if words is not None:
            self._tell({"tip": [topic, key, "\n".join(part for part in words if part)]})

    @guarded
    def _looked(self, told: str) -> None:
        try:
            look = _looks.decode(told)
        except msgspec.MsgspecError:
            return
        if all(map(math.isfinite, msgspec.structs.astuple(look))):
            self.look = look

    @guarded
    def _pressed(self, name: str) -> None:
        match name:
            case "clear":
                self.ctx.selection.clear()
            case "home":
                self.show_look(self._whole_city())
            case "next" | "previous":
                self._cycle(1 if name == "next" else -1)

    @guarded
    def _trouble(self, why: str) -> None:
        """The page can not draw: says so, and goes on."""
        reason = Message("web3d.no_webgl") if why == "webgl2" else Message("web3d.trouble", {"why": why})
        self.ready = False
        self.show_state(PanelState.DEAD, Message("web3d.can_not"), (reason,), ((Message("web3d.again"), self.anew),))

    @guarded
    def _ended(self) -> None:
        if not self._closed:
            self._trouble(self.ctx.t("web3d.ended"))

    def anew(self) -> None:
        """Opens the page again, after trouble."""
        self.ready = False
        if self.page is not None:
            self.show_content()
            self.page.load_page()
        else:
            self.open_page()

    # -- the panel's own -----------------------------------------------------------------------------------------------

    def refresh(self, topics: frozenset[str]) -> None:
        self._dirty |= topics
        if self.isVisible() and not self._gather.isActive():
            self._gather.start()

    def set_columns(self, kind: str) -> None:
        """Values of another kind as columns."""
        self.columns = kind
        self.ctx.prefs.set("map3d.columns", kind)
        self.kinds.set_current(kind)
        self._dirty.add("columns")
        self._say_legend()
        self._push()

    def look_with_map(self) -> None:
        """Looks where the flat map looks, tilted and turned as it is."""
        last = self.ctx.sight.last
        if last is not None:
            before = self.look or last
            self.show_look(msgspec.structs.replace(last, pitch=before.pitch or PITCH, bearing=before.bearing))

    def hand_over(self) -> None:
        """Has the flat map look where this one looks."""
        if self.look is not None:
            self.ctx.sight.hand(self.look)

    def go_back(self) -> None:
        """Back to the flat map, with the same look."""
        self.ctx.actions.trigger("desk.map3d")

    def retranslate(self) -> None:
        super().retranslate()
        for kind in COLUMNS:
            self.kinds.set_words(kind, self.ctx.t(f"web3d.columns_{kind}"))
        self.back.setText(self.ctx.t("web3d.back"))
        self._again()

    def retheme(self) -> None:
        super().retheme()
        self._again()

    def _again(self) -> None:
        if self.ready:
            self._dress()
            self._say_legend()
            self._dirty.add("columns")
            self._push()

    def fill_menu(self, menu: QMenu) -> None:
        t = self.ctx.t
        for kind in COLUMNS:
            action = menu.addAction(t("web3d.columns_menu", what=t(f"web3d.columns_{kind}")))
            action.setCheckable(True)
            action.setChecked(kind == self.columns)
            action.triggered.connect(lambda _checked=False, kind=kind: self.set_columns(kind))
        menu.addSeparator()
        menu.addAction(t("web3d.home")).triggered.connect(lambda: self.show_look(self._whole_city()))
        menu.addAction(t("web3d.back")).triggered.connect(self.go_back)

    def _whole_city(self) -> Look:
        west, south, east, north = self.ctx.pack.bounds
        camera = Camera(0, 0, 1, max(self.width(), 1), max(self.height(), 1)).fitted(box_of(self.ctx.pack.bounds), 12)
        pitch, bearing = (self.look.pitch, self.look.bearing) if self.look else (PITCH, 0.0)
        return Look((west + east) / 2, (south + north) / 2, camera.zoom, pitch, bearing)

    def _cycle(self, step: int) -> None:
        """Selects the next event, the most urgent first."""
        keys = [(row["t"], row["k"]) for row in reversed(self._living.events())]
        if keys:
            item = self.ctx.selection.item
            at = keys.index(item) + step if item in keys else (0 if step > 0 else len(keys) - 1)
            self.ctx.selection.select(*keys[at % len(keys)])

    def _selected(self, selection: Selection) -> None:
        self._push()
        at = self._living.place(*selection.item) if selection.key else None
        if at is None or self.look is None or not self.ready:
            return
        x, y = (float(v) for v in mercator(self.look.lon, self.look.lat))
        near = 256 * 2**self.look.zoom / (2 * math.pi * EARTH)
        sx, sy = (float(v) for v in mercator(*at))
        if not Camera(x, y, near, max(self.width(), 1), max(self.height(), 1)).sees(sx, sy, 48):
            self.show_look(msgspec.structs.replace(self.look, lon=at[0], lat=at[1]))


PANELS = {"map3d": Map3DPanel}
