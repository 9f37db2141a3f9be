"""Everything for hands on the map panel: tools with their keys, what was gathered, the held view, kept views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QMenu, QWidget

from cockpit.model.messages import Message
from cockpit.model.places import PLACE, place_key
from cockpit.model.ports import NamedPlace, Near, Resource
from cockpit.picture import Selection
from widgets.calls import acts, keys
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.kit.menus import submenu
from widgets.map.bookmarks import WITH_KEY
from widgets.map.camera import wgs84
from widgets.map.canvas import Canvas
from widgets.map.hands.contents import STANDING, contents
from widgets.map.hands.ground import length_words
from widgets.map.hands.hold import LOCK_KEY, Hold, HoldChip
from widgets.map.hands.kept_views import LIST_KEY, SAVE_KEY, KeptViews
from widgets.map.hands.locate import COPY_KEY, GOTO_KEY, Locate
from widgets.map.hands.shapes import RADIUS, Form, Shape, ring
from widgets.map.hands.tools import Lasso, RingTool, Ruler, Tool
from widgets.map.hands.tray import Tray, Words
from widgets.map.scene import CAMERA, CASE, EVENT, SENSOR, UNIT

RULER_KEY, LASSO_KEY, RING_KEY, AROUND_KEY = "F2", "F4", "F7", "Shift+F7"
CLEAR_KEY = "Shift+F4"
AGAIN_SECONDS = 60.0
"""What stands in a shape is counted anew after so long, what moves each second."""
MARGIN = 60
"""Pixels around the middle of a ring that lists may not cover."""
RIM = 12
"""Pixels around a drawn area that they may not cover."""
KEPT_RADIUS = "map.radius"
Entry = tuple[str, str, Callable[[], object], bool]
"""Icon, id of its words, what it does, whether it stays pressed: as the column of tools takes it."""


class Board(QObject):
    """Puts the hands' tools together.

    Attributes:
        hold: whether the view is held; chip says so.
        locate: coordinates. views: kept views. tray: what was gathered.
    """

    def __init__(
        self,
        ctx: PanelContext,
        canvas: Canvas,
        words: Words,
        show: Callable[[NamedPlace], object],
        visible: Callable[[], frozenset[str]],
    ) -> None:
        """
        Args:
            words: title and second line of a thing. show: shows a place. visible: layers that are shown.
        """
        super().__init__(canvas)
        self.ctx, self.canvas = ctx, canvas
        self._visible = visible
        self.hold = Hold(canvas)
        self.chip = HoldChip(ctx, self.hold, canvas)
        self.tray = Tray(ctx, words, canvas)
        self.locate = Locate(ctx, canvas, show, canvas)
        self.views = KeptViews(ctx, canvas)
        kept = ctx.prefs.get(KEPT_RADIUS, RADIUS)
        self.radius = float(kept) if isinstance(kept, int | float) and 20 <= kept <= 50_000 else RADIUS
        self.arrange: Callable[[], object] = lambda: None
        self.button_of: Callable[[str], QWidget] = lambda _words: canvas
        self.retell: Callable[[], object] = lambda: None
        self.more: Callable[[QMenu, tuple[float, float]], object] = lambda menu, world: None
        self._asked = 0
        self._counted = 0.0
        self._standing: tuple[object, ...] = ()
        hands = canvas.hands
        hands.drawn.connect(self._drawn)
        hands.taken.connect(lambda: self.retell())
        hands.menu.connect(self.open_menu)
        hands.cleared.connect(self.clear)
        self.hold.changed.connect(lambda: (self.retell(), self.arrange()))
        self.tray.closed.connect(self.clear)
        self.tray.opened.connect(ctx.selection.select)
        self.tray.pointed.connect(ctx.selection.hover)
        self.tray.radius.connect(self.set_radius)
        self.tray.wanted_only.connect(lambda: ctx.actions.trigger("queue.among"))
        self._unsubscribe = ctx.selection.subscribe_members(self._gathered)
        self._offered = tuple(self._actions())
        for action in self._offered:
            ctx.actions.add(action)

    # -- commands ----------------------------------------------------------------------------------------------------

    def _actions(self) -> Iterator[Action]:
        yield Action("map.ruler", "hands.ruler", lambda: self.toggle(Ruler), (RULER_KEY,), icon="ruler")
        yield Action("map.lasso", "hands.lasso", lambda: self.toggle(Lasso), (LASSO_KEY,), icon="lasso")
        yield Action("map.ring", "hands.ring", self.toggle_ring, (RING_KEY,), icon="ring")
        yield Action("map.around", "hands.around_this", self.around, (AROUND_KEY,), icon="ring")
        yield Action("map.clear_shape", "hands.clear", self.clear, (CLEAR_KEY,), self._can_clear, icon="close")
        yield Action("map.lock", "hands.lock", self.toggle_hold, (LOCK_KEY,), icon="lock")
        yield Action("map.copy_place", "hands.copy", self.locate.copy, (COPY_KEY,), icon="pin")
        yield Action("map.goto_place", "hands.goto", self.locate.ask, (GOTO_KEY,), icon="pin")
        yield Action("map.datum", "hands.next_datum", self.locate.next_datum, (), icon="compass")
        save, views = self.views.save, self.views
        yield Action("map.save_view", "hands.save_view", save, (SAVE_KEY,), views.can_save, icon="bookmark")
        yield Action("map.views", "hands.views", self.open_views, (LIST_KEY,), icon="bookmark")
        yield Action(
            "map.order_views", "hands.order_views", views.arrange, (), lambda: views.can_go(1), icon="bookmark"
        )
        for n in range(1, WITH_KEY + 1):
            go, can = partial(views.go_number, n), partial(views.can_go, n)
            yield Action(f"map.view_{n}", f"hands.view_{n}", go, (f"Alt+{n}",), can, shown=False)

    def tools(self) -> list[Entry]:
        """Its entries of the column of tools."""
        return [
            ("ruler", "hands.ruler", lambda: self.toggle(Ruler), True),
            ("lasso", "hands.lasso", lambda: self.toggle(Lasso), True),
            ("ring", "hands.ring", self.toggle_ring, True),
            ("bookmark", "hands.views", self.open_views, False),
            ("lock", "hands.lock", self.toggle_hold, True),
        ]

    def pressed(self) -> dict[str, bool]:
        """Which of its tools stay pressed now."""
        name = self.canvas.hands.tool.name if self.canvas.hands.tool is not None else ""
        return {
            "hands.ruler": name == "ruler",
            "hands.lasso": name == "lasso",
            "hands.ring": name == "ring",
            "hands.lock": self.hold.held,
        }

    @property
    def hint(self) -> str:
        """How the tool in the hand is used, in words; "" for none."""
        tool = self.canvas.hands.tool
        return self.ctx.t(f"hands.{tool.name}_hint") if tool is not None else ""

    def toggle(self, kind: type[Tool]) -> None:
        """Takes a tool into the hand, or puts it down."""
        self._take(None if isinstance(self.canvas.hands.tool, kind) else kind())

    def toggle_ring(self) -> None:
        self._take(None if isinstance(self.canvas.hands.tool, RingTool) else RingTool(self.radius))

    def _take(self, tool: Tool | None) -> None:
        self.canvas.hands.take(tool)
        if tool is not None:
            self.canvas.setFocus()

    def toggle_hold(self) -> None:
        self.hold.set_held(not self.hold.held)

    def open_views(self) -> None:
        self.views.menu(self.button_of("hands.views"))

    def open_menu(self, at: QPointF) -> None:
        """What can be done at a place of the map."""
        canvas, t = self.canvas, self.ctx.t
        menu = QMenu(canvas)
        menu.aboutToHide.connect(menu.deleteLater)
        world = canvas.camera.to_world(at.x(), at.y())
        place = wgs84(*world)
        hit = canvas.hit(at)
        item = (hit.topic, hit.key) if hit is not None and hit.count == 1 else ("", "")
        there = canvas.place(*item) if item[1] else None
        if item[0] in (EVENT, CASE):  # their pages say who is near
            near = partial(self.ctx.selection.select, *item)
        else:
            near = partial(self.ctx.selection.select, PLACE, place_key(*(wgs84(*there) if there else place)))
        menu.addAction(t("places.menu_near")).triggered.connect(lambda: near())
        around = menu.addAction(t("hands.menu_around", metres=self.radius_words))
        around.triggered.connect(lambda: self._drawn(ring(there or world, self.radius, item if there else ("", ""))))
        menu.addAction(t("hands.menu_measure")).triggered.connect(lambda: self._measure_from(there or world))
        menu.addAction(t("hands.menu_copy")).triggered.connect(lambda: self.locate.copy(place))
        menu.addAction(t("hands.menu_centre")).triggered.connect(lambda: self._centre(world))
        self._offer_calls(menu, item)
        self.more(menu, world)
        if self.canvas.hands.shape is not None:
            menu.addSeparator()
            menu.addAction(t("hands.clear") + f"\t{CLEAR_KEY}").triggered.connect(self.clear)
        menu.popup(canvas.mapToGlobal(at.toPoint()))

    def _offer_calls(self, menu: QMenu, item: tuple[str, str]) -> None:
        """Calling and writing to the unit that was hit, and to all units that were gathered."""
        ctx, gathered = self.ctx, self.ctx.selection.members_of(UNIT)
        if item[0] == UNIT:
            name = acts.unit_name(ctx, item[1])
            call = menu.addAction(ctx.t("callsui.call_them", name=name).replace("&", "&&"))
            call.triggered.connect(lambda: acts.call_unit(ctx, item[1]))
            write = menu.addAction(ctx.t("callsui.write_them", name=name).replace("&", "&&"))
            write.triggered.connect(lambda: acts.read_letters(ctx, item[1]))
        if gathered:
            group = menu.addAction(ctx.t("callsui.call_gathered", n=len(gathered)) + f"\t{keys.GROUP}")
            group.triggered.connect(lambda: acts.call(ctx, [acts.contact(ctx, key) for key in gathered]))
            roll = menu.addAction(ctx.t("callsui.roll_gathered", n=len(gathered)))
            roll.triggered.connect(lambda: acts.call(ctx, [acts.contact(ctx, key) for key in gathered], roll=True))

    @property
    def radius_words(self) -> str:
        return length_words(self.radius).replace(".00", "")

    def _measure_from(self, world: tuple[float, float]) -> None:
        ruler = Ruler()
        self._take(ruler)
        ruler.click(world, self.canvas.camera)
        self.canvas.touch()

    def _centre(self, world: tuple[float, float]) -> None:
        self.canvas.fly(self.canvas.goal.centred(*world))
        self.canvas.moved.emit()

    def fill_menu(self, menu: QMenu) -> None:
        """Its part of the panel's menu."""
        t = self.ctx.t
        for id, key in (("ruler", RULER_KEY), ("lasso", LASSO_KEY), ("ring", RING_KEY), ("around", AROUND_KEY)):
            words = t("hands.around_this") if id == "around" else t(f"hands.{id}")
            menu.addAction(f"{words}\t{key}").triggered.connect(partial(self.ctx.actions.trigger, f"map.{id}"))
        lock = menu.addAction(t("hands.lock") + f"\t{LOCK_KEY}")
        lock.setCheckable(True)
        lock.setChecked(self.hold.held)
        lock.triggered.connect(self.toggle_hold)
        self.views.fill(submenu(menu, "views", t("hands.views") + f"\t{LIST_KEY}"))
        self.locate.fill(submenu(menu, "coordinates", t("hands.coordinates")))

    # -- what was gathered -------------------------------------------------------------------------------------------

    def around(self) -> None:
        """Gathers what lies around the selected thing, or the middle of the view."""
        item = self.ctx.selection.item
        place = self.canvas.place(*item) if item[1] else None
        camera = self.canvas.camera
        self._drawn(ring(place or (camera.x, camera.y), self.radius, item if place else ("", "")))

    def set_radius(self, metres: float) -> None:
        """The ring that is seen, with another radius."""
        shape = self.canvas.hands.shape
        if shape is not None and shape.form is Form.RING:
            self._drawn(ring(shape.centre, metres, shape.around))

    def _drawn(self, shape: Shape) -> None:
        if shape.form is Form.RING and shape.metres != self.radius:
            self.radius = shape.metres
            self.ctx.prefs.set(KEPT_RADIUS, round(shape.metres, 1))
        self.canvas.hands.show_shape(shape)
        self._show(step=True)
        self._uncover(shape)
        self._ask_roads(shape)

    def _uncover(self, shape: Shape) -> None:
        """Moves the map as little as it takes to have the middle of a ring, or all of what was drawn, beside the lists;
        a view that is held stays."""
        goal, free = self.canvas.goal, self.canvas.room
        room = (free.left(), free.top(), free.right(), free.bottom())
        if shape.form is Form.RING:
            beside = goal.beside((*shape.centre, *shape.centre), room, MARGIN)
        else:
            box = (float(shape.x.min()), float(shape.y.min()), float(shape.x.max()), float(shape.y.max()))
            beside = goal.beside(box, room, RIM)
        if beside == goal:
            return
        if not self.hold.held:
            self.canvas.fly(beside)
        elif shape.form is Form.RING:
            self.hold.ask(beside, shape.centre)

    def _show(self, step: bool) -> None:
        """Counts what lies in the shape now."""
        shape = self.canvas.hands.shape
        if shape is None:
            return
        now = self.canvas.mono()
        standing = (self._visible(), *(len(self.ctx.picture[topic]) for topic in STANDING))
        whole = (
            step or shape is not self.tray.shape or standing != self._standing or now - self._counted > AGAIN_SECONDS
        )
        before, ctx = None if whole else self.tray.contents, self.ctx
        found = contents(ctx.picture, ctx.cases, shape, before, ctx.records.spots)
        if whole:
            self._counted, self._standing = now, standing
        others = step or found != self.tray.contents
        self.tray.tell(shape, found, self._visible())
        if others:
            self.ctx.selection.gather(found.members, step=step)
        if self.tray.isHidden():
            self.tray.show()
        self.arrange()

    def refresh(self) -> None:
        """Things moved, came or went: what the shape holds is counted anew, a ring goes with its thing."""
        shape = self.canvas.hands.shape
        if shape is None:
            return
        place = self.canvas.place(*shape.around) if shape.around[1] else None
        if place is not None and place != shape.centre:
            self.canvas.hands.show_shape(ring(place, shape.metres, shape.around))
        self._show(step=False)

    def _can_clear(self) -> bool | Message:
        return True if self.canvas.hands.shape is not None else Message("hands.nothing_drawn")

    def clear(self) -> None:
        """Takes the shape off the map; nothing is gathered any more."""
        self._asked += 1
        at_it = self.tray.isAncestorOf(self.tray.focusWidget()) if self.tray.focusWidget() else False
        self.canvas.hands.show_shape(None)
        self.tray.hide()
        self.ctx.selection.gather(())
        if at_it:
            self.canvas.setFocus()
        self.arrange()

    def _gathered(self, selection: Selection) -> None:
        """Back, or another panel, let go of what was gathered, or restored it."""
        shown = self.canvas.hands.shape is not None
        if not selection.members and shown and self.tray.contents.members:
            self.canvas.hands.show_shape(None)
            self.tray.hide()
        elif selection.members and not shown and selection.members == self.tray.contents.members:
            self.canvas.hands.show_shape(self.tray.shape)
            self.tray.show()
        self.arrange()

    def _ask_roads(self, shape: Shape) -> None:
        """Who is near along the streets: air lines lie where there is a river."""
        self._asked += 1
        if shape.form is not Form.RING:
            return
        asked, place = self._asked, wgs84(*shape.centre)

        def came(topic: str, said: list[Near] | list[Resource] | Message) -> None:
            if asked == self._asked and not isinstance(said, Message):
                self.tray.tell_roads({(topic, one.key): one.metres for one in said if one.metres == one.metres})
                self.arrange()

        nearby = self.ctx.nearby
        nearby.near(*place, "", partial(came, UNIT))
        own = self.ctx.records.spots()
        for topic in (SENSOR, CAMERA, *own):
            nearby.resources(*place, topic, partial(came, topic), own.get(topic))

    # -- as the panel is ---------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.tray.retranslate()
        self.chip.tell()
        self.locate.retranslate()

    def retheme(self) -> None:
        self.tray.retheme()
        self.chip.retheme()
        self.locate.retheme()

    def close(self) -> None:
        self._asked += 1
        self._unsubscribe()
        for action in self._offered:
            if self.ctx.actions.get(action.id) is action:  # a map built in its place has put its own there
                self.ctx.actions.remove(action.id)
