"""Everything about the layers of one map: list, details, views, imported ones; what is set is kept in the profile."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from cockpit.model import ages
from cockpit.model.messages import Message
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext
from widgets.map.coloring import COLORINGS, SIGN, AreaTree, is_coloring, of_sign
from widgets.map.compose.composer import MARK
from widgets.map.compose.composer import UserLayers as Laid
from widgets.map.layer_list import LayerList
from widgets.map.layers.bringing import Bringing
from widgets.map.layers.colors import Colored
from widgets.map.layers.details import Details
from widgets.map.layers.draw import UserDrawer, chosen_of
from widgets.map.layers.facts import LayerFacts
from widgets.map.layers.state import CITY, FIRST, HEAT, LEAST_OPACITY, USER, LayerStack, LayerState, stack_from, tier_of
from widgets.map.layers.store import UserLayers
from widgets.map.layers.things import TOPIC, Things
from widgets.map.layers.viewsmenu import ViewsMenu
from widgets.map.scene import ALERT, AREA, EVENT
from widgets.map.style import MapStyle
from widgets.map.views import NamedView, applied, of_sources, saved, stacked, views_from, views_to

SPANNED = (EVENT, HEAT, ALERT)
"""Layers that the span of the time bar filters: units and sensors show how it is now."""
KEEP_MS = 400
"""Until what is set is written: a slider tells a hundred values."""
HEAT_KEY = "Ctrl+H"


class LayerDesk(QObject):
    """The layers of one map.

    Attributes:
        stack: how they are set. views: the named ones.
        users: the imported ones. drawer: draws them. facts: what is said of them. things: what lies where in them.
        bringing: asks for files.
        changed: the stack, or what is imported, is another. goes: a person wants to look at a box (west, south, east,
            north, Mercator metres). came: one was imported, box as for `goes`. failed: an error of ours.
    """

    changed = Signal()
    goes = Signal(object)
    came = Signal(object)
    failed = Signal(object)

    def __init__(self, ctx: PanelContext, canvas: QWidget, parent: QObject) -> None:
        """Args: canvas: where files are dropped, and where the list lies."""
        super().__init__(parent)
        self.ctx, self._canvas = ctx, canvas
        self.users = UserLayers(ctx.layers, ctx.clock, self)
        self.drawer = UserDrawer(self)
        self.facts = LayerFacts(ctx, lambda: self.users.layers)
        kept = ctx.prefs.get("map.stack", None)
        self.stack = stack_from(kept if kept is not None else ctx.prefs.get("map.layers", None), self._keys())
        for state in self.stack.layers:  # a span of yesterday would hide what comes today
            if state.filter.end:
                self.stack = self.stack.with_layer(state.key, filter=state.filter.with_last(0))
        if not is_coloring(self.stack.state(AREA).color_by):
            old = ctx.prefs.get("map.coloring", "")
            self.stack = self.stack.with_layer(AREA, color_by=old if old in COLORINGS else COLORINGS[0])
        self.views = views_from(ctx.prefs.get("map.views", None))
        self.things = Things(ctx, self.users, self.drawer, self.facts, lambda: self.stack)
        self.bringing = Bringing(ctx, self.users, canvas, self)
        self._span = (0, 0)
        self.list = LayerList(ctx, self.stack.visible, self.coloring, canvas)
        self._keep = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._keep.timeout.connect(self._write)
        self._actions: list[Action] = []
        self._end_records = ctx.records.add(TOPIC, self.things.record)
        ctx.records.add_spots(TOPIC, self.things.spots)
        self._connect()
        self._offer_actions()
        self._show()

    def _connect(self) -> None:
        rows, users = self.list, self.users
        rows.toggled.connect(lambda key, on: self.set_state(key, visible=on))
        rows.colored.connect(self.color_by)
        rows.detailed.connect(self.open_details)
        rows.moved.connect(lambda key, at: self.set_stack(self.stack.placed(key, at)))
        rows.faded.connect(self._fade)
        rows.views.connect(self.open_views)
        rows.wanted.connect(self.bringing.choose_file)
        users.changed.connect(self._imported)
        users.added.connect(self._added)
        users.failed.connect(self.failed)
        self.drawer.changed.connect(self.changed)
        self.drawer.failed.connect(self.failed)

    def begin(self) -> None:
        """Reads what was imported before."""
        self.users.begin()

    def close(self) -> None:
        """Ends what runs; what was set last is written."""
        if self._keep.isActive():
            self._keep.stop()
            self._write()
        for action in self._actions:
            self.ctx.actions.remove(action.id)
        self._actions = []
        self._end_records()
        self.bringing.close()
        self.drawer.close()
        self.users.close()

    def busy(self) -> bool:
        """Whether imported layers are being read or drawn."""
        return self.users.busy() or self.drawer.busy()

    # What is set.

    @property
    def coloring(self) -> str:
        """What areas' colour tells."""
        return self.stack.state(AREA).color_by

    @property
    def visible(self) -> frozenset[str]:
        """Keys of what is shown."""
        return self.stack.visible

    def set_state(self, key: str, **changes: object) -> None:
        """Sets one layer: `visible`, `opacity`, `filter`, `color_by`, `subject`."""
        self.set_stack(self.stack.with_layer(key, **changes))

    def color_by(self, kind: str) -> None:
        """What areas' colour tells from now on; `SIGN` alone: the vital sign that was shown last."""
        if kind == SIGN:
            kind = str(self.ctx.prefs.get("map.sign", ""))
            if not (kind.startswith(SIGN) and is_coloring(kind)):
                self._show()
                self.ctx.notify(Message("signsui.map_chip_tip"), 0)
                return
        self.set_state(AREA, color_by=kind)

    def color_by_sign(self) -> None:
        """Colours areas by the selected sign, of the tier that has values of it."""
        code = _code_of(self.ctx.selection.key)
        tiers = self._tiers_of(code)
        if not tiers:
            self.ctx.notify(Message("signsui.no_sign_areas"), 0)
            return
        now = tier_of(self.stack)
        kind, tier = SIGN + code, now if now in tiers else tiers[-1]
        self.ctx.prefs.set("map.sign", kind)
        self.set_state(AREA, visible=True, color_by=kind, subject=str(tier))
        signs = self.ctx.signs.known.signs if self.ctx.signs is not None else ()
        name = next((one.name for one in signs if one.code == code), {"zh": code})
        self.ctx.notify(Message("signsui.heat_on", {"name": name}), 0)

    def _tiers_of(self, code: str) -> list[int]:
        """The tiers that have values of a sign: below the city, the largest areas first."""
        areas = self.ctx.picture[AREA]
        there = sorted({*areas.numbers("tier").tolist()} & {1, 2, 3, 4})
        return [tier for tier in there if of_sign(code, self.ctx.picture, AreaTree(areas, tier))]

    def _can_color(self) -> bool | Message:
        return self.ctx.selection.topic == "sign" or Message("signsui.no_sign_selected")

    def set_stack(self, stack: LayerStack) -> None:
        """Sets all layers."""
        stack = stack.with_known(self._keys())
        if stack != self.stack:
            self.stack = stack
            self._keep.start()
            self._show()
            self.changed.emit()

    def _fade(self, key: str, by: float) -> None:
        opacity = round(self.stack.state(key).opacity + by, 2)
        self.set_state(key, opacity=min(max(opacity, LEAST_OPACITY), 1.0))
        percent = f"{self.stack.state(key).opacity * 100:.0f}"
        self.ctx.notify(Message("layers.opacity_is", {"name": self.facts.name(key), "percent": percent}), 0)

    def set_span(self, start: int, end: int) -> None:
        """The time bar has picked [start, end), UTC us, or nothing (0, 0): events, their heat and alerts follow."""
        before, self._span = self._span, (start, end)
        stack = self.stack
        for state in (stack.state(key) for key in SPANNED):
            if end:
                stack = stack.with_layer(state.key, filter=state.filter.with_span(start, end))
            elif before == (state.filter.start, state.filter.end) and before[1]:
                stack = stack.with_layer(state.key, filter=state.filter.with_last(0))
        self.set_stack(stack)

    def _write(self) -> None:
        self.ctx.prefs.set("map.stack", self.stack.to_prefs())

    def _keys(self) -> list[str]:
        return [USER + id for id in self.users.ids]

    # What is shown of them.

    def second(self) -> None:
        """A second passed: ages."""
        if self.list.open:
            states = {state.key: state for state in self.stack.layers}
            self.list.show_tips({key: self.facts.source(key, state.subject) for key, state in states.items()})

    def retranslate(self) -> None:
        self.list.retranslate()
        self.second()
        self._show()

    def _show(self) -> None:
        names = {layer.key: layer.data.name for layer in self.users.layers.values()}
        self.list.show_stack(self.stack, names)

    def show_counts(self, counts: Mapping[str, int | None], style: MapStyle) -> None:
        """How many of each layer of the city; those of imported ones, and their colours, are known here."""
        told, colors = dict(counts), dict[str, Colored | None]()
        for layer in self.users.layers.values():
            state = self.stack.state(layer.key)
            mask = self.drawer.mask(layer, state)
            told[layer.key] = layer.data.count if mask is None else int(mask.sum())
            shown = state.visible and bool(state.color_by)
            colors[layer.key] = self.drawer.colors(layer, state, self.ctx.theme, style) if shown else None
        self.list.set_counts(told)
        self.list.show_colors(colors)

    def laid(self, style: MapStyle, dpr: float) -> dict[str, Laid]:
        """What the imported layers that are shown lay into the drawing, by key."""
        found: dict[str, Laid] = {}
        for state in self.stack.layers:
            layer = self.facts.user(state.key)
            if layer is not None and state.visible:
                found[layer.key] = self.drawer.shown(layer, state, self.ctx.theme, style, dpr)
        if self.things.selected[0] in (TOPIC, AREA, "sign"):
            found[MARK] = self.things.mark(style)
        return found

    # Popovers.

    def open_details(self, key: str, beside: QWidget) -> Details:
        """The details of a layer, beside its row."""
        state = self.stack.state(key)
        if key == AREA:
            state = msgspec.structs.replace(state, subject=str(tier_of(self.stack)))
        about = self.facts.about(state, self._span_words(), self.ctx.theme.name)
        made = Details(self.ctx, state, about, chosen_of(state), self.list)
        made.changed.connect(self._take)
        made.moved.connect(lambda by: self.set_stack(self.stack.moved(key, by)))
        made.picked_span.connect(lambda: self._take_span(key, made))
        layer = self.facts.user(key)
        if layer is not None:
            made.renamed.connect(partial(self.users.rename, layer.id))
            made.removed.connect(partial(self.users.remove, layer.id))
            made.located.connect(lambda: self.goes.emit(layer.box))
            made.reported.connect(partial(self.bringing.show_report, layer.id))
        made.open_at(beside)
        return made

    def _take(self, state: LayerState) -> None:
        """What the details say, but not its place: that may have changed since they opened."""
        self.set_state(
            state.key, opacity=state.opacity, filter=state.filter, color_by=state.color_by, subject=state.subject
        )

    def _take_span(self, key: str, details: Details) -> None:
        details.state = self.stack.with_layer(key, filter=details.state.filter.with_span(*self._span)).state(key)
        self._take(details.state)

    def _span_words(self) -> str:
        start, end = self._span
        return f"{ages.hour_minute(start)}–{ages.hour_minute(end)}" if end else ""

    def open_views(self) -> ViewsMenu:
        """The named views, beside the list."""
        made = ViewsMenu(self.ctx, self.views, self.facts.sources(), self.list)
        made.stacked.connect(self.show_views)
        made.chosen.connect(self._show_sources)
        made.kept.connect(self.keep_view)
        made.removed.connect(self.remove_view)
        made.open_at(self.list)
        return made

    def show_views(self, names: tuple[str, ...]) -> None:
        """The views of these names on one map."""
        views = [view for view in self.views if view.name in names]
        if views:
            keys = self._keys()
            self.set_stack(applied(views[0], keys) if len(views) == 1 else stacked(views, keys))

    def _show_sources(self, chosen: frozenset[str]) -> None:
        self.set_stack(of_sources(self.stack, chosen, self.facts.brought_by()))

    def keep_view(self, name: str, department: str) -> None:
        """Saves what is set now."""
        self._set_views(saved(self.views, NamedView(name, self.stack, department)))
        self.ctx.notify(Message("layers.view_saved", {"name": name}), 0)

    def remove_view(self, name: str) -> None:
        self._set_views(tuple(view for view in self.views if view.name != name))

    def _set_views(self, views: tuple[NamedView, ...]) -> None:
        self.views = views
        self.ctx.prefs.set("map.views", views_to(views))
        self._offer_actions()

    def reset(self) -> None:
        """As on the first day; imported layers stay, hidden."""
        stack = FIRST.with_known(self._keys()).with_layer(AREA, color_by=self.coloring)
        for key in self._keys():
            stack = stack.with_layer(key, visible=False)
        self.set_stack(stack)

    def _added(self, id: str) -> None:
        """A new one is shown, points above the alerts, and is to be looked at."""
        layer = self.users.layers[id]
        stack = self.stack.with_known(self._keys())
        if layer.kind == "point":
            stack = stack.placed(layer.key, stack.keys.index(ALERT))
        self.set_stack(stack.with_layer(layer.key, visible=True))
        self.came.emit(layer.box)

    def _imported(self) -> None:
        self.stack = self.stack.with_known(self._keys())
        self._show()
        self.changed.emit()
        self.ctx.records.changed.emit(TOPIC)

    # Commands.

    def _offer_actions(self) -> None:
        """Its commands for palette and keys; a view each."""
        for action in self._actions:
            self.ctx.actions.remove(action.id)
        self._actions = [
            Action("map.layer_list", "layers.keyboard", self.list.take_keyboard, icon="layers"),
            Action("map.layer_views", "layers.views_action", self.open_views, icon="layers"),
            Action("map.layer_import", "layers.import_action", self.bringing.choose_file, icon="plus"),
            Action("map.layer_reset", "layers.reset", self.reset, icon="layers"),
            Action("map.color_sign", "signsui.action_heat", self.color_by_sign, (HEAT_KEY,), self._can_color, "layers"),
            *(
                Action(f"map.toggle_{key}", f"layers.toggle_{key}", partial(self._toggle, key), icon="eye")
                for key in CITY
            ),
        ]  # fmt: skip
        for view in self.views:
            title = self.ctx.t("layers.view_action", name=view.name)
            run = partial(self.show_views, (view.name,))
            self._actions.append(Action(f"map.view.{view.name}", title, run, icon="layers"))
        for action in self._actions:
            self.ctx.actions.add(action)

    def _toggle(self, key: str) -> None:
        self.set_state(key, visible=not self.stack.state(key).visible)


def _code_of(key: str) -> str:
    """The code of the sign of an item."""
    return key.removeprefix("sign/").partition("@")[0]
