"""What lies where in imported layers and areas: hit, named, told as a record, marked where it is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtWidgets import QMenu

from cockpit.model import ages
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.records import Record, Spots
from widgets.map.camera import mercator, wgs84
from widgets.map.compose.composer import UserLayers as Laid
from widgets.map.compose.plane import Origin
from widgets.map.drawing import Layer
from widgets.map.layers.draw import UserDrawer
from widgets.map.layers.facts import LayerFacts
from widgets.map.layers.marked import AreaGrid, area_mark, feature_mark
from widgets.map.layers.state import LayerStack
from widgets.map.layers.store import UserLayers
from widgets.map.scene import AREA, Area
from widgets.map.style import MapStyle

TOPIC = "layer"
"""Topic of things of imported layers in the selection; their keys are `<layer>/<feature>`."""
REACH = 7.0
"""Pixels from a point or line within which it is hit."""


class Things:
    """Finds and tells them.

    Attributes:
        selected: (topic, key) that is to be marked.
        areas: gives the areas that are shown.
    """

    def __init__(
        self, ctx: PanelContext, users: UserLayers, drawer: UserDrawer, facts: LayerFacts,
        stack: Callable[[], LayerStack],
    ) -> None:  # fmt: skip
        """Args: stack: gives how the layers are set now."""
        self.ctx, self.users, self.drawer, self.facts, self._stack = ctx, users, drawer, facts, stack
        self.selected = ("", "")
        self.areas: Callable[[], Sequence[Area]] = tuple
        self._grid = AreaGrid()
        self._marked: tuple[object, object, list[Layer]] = ((), None, [])

    def hit(self, x: float, y: float, scale: float) -> str:
        """Key of the imported thing at a place, of the uppermost layer that has one; "" for none.

        Args:
            x, y: Mercator metres. scale: pixels a metre.
        """
        for state in self._stack().layers:
            layer = self.facts.user(state.key)
            if layer is not None and state.visible:
                feature = layer.hit(x, y, REACH / scale, self.drawer.mask(layer, state))
                if feature >= 0:
                    return f"{layer.id}/{feature}"
        return ""

    def place(self, key: str) -> tuple[float, float] | None:
        """A place on it, Mercator metres."""
        layer = self.users.layers.get(key.partition("/")[0])
        return layer.place(_feature(key)) if layer is not None and 0 <= _feature(key) < layer.data.count else None

    def words(self, key: str) -> tuple[str, str] | None:
        """What it is called, and of which layer it is."""
        found = self.record(key)
        return (found.title, found.under) if found is not None else None

    def spots(self) -> Spots:
        """Points of imported layers as they are shown now: what stands there can be looked for by nearness."""
        keys: list[str] = []
        places = [np.zeros((0, 2))]
        for state in self._stack().layers:
            layer = self.facts.user(state.key)
            if layer is None or not state.visible or not len(layer.data.points):
                continue
            feature, mask = layer.data.points.feature, self.drawer.mask(layer, state)
            shown = np.ones(len(feature), dtype=bool) if mask is None else mask[feature]
            keys += [f"{layer.id}/{row}" for row in feature[shown].tolist()]
            places.append(layer.data.points.xy[shown])
        return keys, np.concatenate(places)

    def record(self, key: str) -> Record | None:
        """All that is known of it."""
        layer, feature = self.users.layers.get(key.partition("/")[0]), _feature(key)
        if layer is None or not 0 <= feature < layer.data.count:
            return None
        t, data = self.ctx.t, layer.data
        record = data.record(feature)
        lines = [(name, value if isinstance(value, str) else f"{value:,.10g}") for name, value in record]
        title = data.title(feature) or t("layers.feature", n=feature + 1)
        age = t(ages.age(data.imported, self.ctx.clock.wall()))
        source = t("layers.own_source", department=data.department or t("layers.no_department"), age=age)
        at = layer.place(feature)
        return Record(title, data.name, lines, source, wgs84(*at) if at is not None else None)

    def mark(self, style: MapStyle) -> Laid:
        """What marks the selected feature or area, over everything; the same layers as long as they are the same."""

        def layers(origin: Origin) -> list[Layer]:
            topic, key = self.selected
            layer = self.users.layers.get(key.partition("/")[0]) if topic == TOPIC else None
            area = self._area_of(key) if topic == AREA else self._area_coded(key) if topic == "sign" else None
            token = (key, style, origin)
            if self._marked[0] != token or self._marked[1] is not (area or layer):
                made: list[Layer] = []
                if layer is not None and 0 <= _feature(key) < layer.data.count:
                    made = feature_mark(layer, _feature(key), style, origin)
                elif area is not None:
                    made = area_mark(area, style, origin)
                self._marked = (token, area or layer, made)
            return self._marked[2]

        return layers

    # Areas.

    def _area_of(self, key: str) -> Area | None:
        """The area of a key of the picture, if it is of the tier that is shown."""
        row = self.ctx.picture[AREA].get(key)
        return self._shown(row["code"]) if row is not None else None

    def _area_coded(self, key: str) -> Area | None:
        """The area of an item of a vital sign, as for `_area_of`."""
        return self._shown(key.partition("@")[2].partition("#")[0])

    def _shown(self, code: str) -> Area | None:
        return next((area for area in self.areas() if area.code == code), None) if code else None

    def area_at(self, x: float, y: float) -> tuple[str, str] | None:
        """Key and name (with its tier) of the area at a place of the plane; None where none is shown."""
        area = self._grid.at(self.areas(), x, y)
        if area is None:
            return None
        table, tiers = self.ctx.picture[AREA], self.ctx.pack.tiers
        row = next((i for i, code in enumerate(table.text("code")) if code == area.code), -1)
        tier = self.ctx.t.pack(tiers[area.tier]) if area.tier < len(tiers) else ""
        return (table.key_at(row), self.ctx.t("layers.area_here", tier=tier, name=area.name)) if row >= 0 else None

    def area_menu(self, menu: QMenu, world: tuple[float, float]) -> None:
        """The area at a place, in the menu of that place."""
        found = self.area_at(*world)
        if found is not None:
            key, words = found
            menu.addAction(words).triggered.connect(lambda: self.ctx.selection.select(AREA, key))

    def select_area(self, lon: float, lat: float) -> None:
        """Selects the area at a place, WGS-84; a sentence where there is none."""
        x, y = mercator(lon, lat)
        found = self.area_at(float(x), float(y))
        if found is not None:
            self.ctx.selection.select(AREA, found[0])
        else:
            self.ctx.notify(Message("layers.no_area_here"), 0)


def _feature(key: str) -> int:
    number = key.partition("/")[2]
    return int(number) if number.isdecimal() else -1
