"""The page of a place on the map: what it is called, who and what is near along the streets, what is open there."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from cockpit.model.places import PLACE, place_of
from cockpit.model.ports import Here
from widgets.lists.nearby import NearbyBlock
from widgets.lists.page import Desk, Page
from widgets.lists.page_things import icon_sign, near_events
from widgets.lists.parts import Head
from widgets.lists.question import Question
from widgets.lists.resources import ResourcesBlock


def place_row(key: str) -> dict[str, Any] | None:
    """What is known of a place by its key: lon, lat, words; None for what is no place."""
    place = place_of(key)
    return dict(zip(("lon", "lat", "words"), place, strict=True)) if place is not None else None


class PlaceThing(Page):
    """The page of a place.

    Attributes:
        nearby: who is near, whatever they do. resources: what stands near.
    """

    topic = PLACE

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self._here = Here("", "")
        self._lines = self.block(below=8)
        lon, lat = row["lon"], row["lat"]
        self.nearby = NearbyBlock(desk, lon, lat, "", self)
        self.column.addWidget(self.nearby)
        self.resources = ResourcesBlock(desk, lon, lat, self.nearby, self)
        self.column.addWidget(self.resources)
        self._near = self.block()
        desk.ctx.gazetteer.here(lon, lat, Question(self, self._came).answer)
        self.begin()
        self._near.fill(near_events(desk, row))

    def _came(self, here: Here) -> None:
        self._here = here
        self.show_row()

    def show_row(self) -> None:
        desk, row, t = self.desk, self.row, self.desk.ctx.t
        street = desk.areas.street(self._here.area) if self._here.area else ""
        title = row["words"] or self._here.words or t("places.place")
        self.head.fill([Head(desk.ctx.theme, icon_sign("pin", desk), title, street or t("places.place"))])
        lines = [self.line("place", desk.place(row))]
        if self._here.words and self._here.words != title:
            lines.insert(0, self.line("by_road", self._here.words))
        if self._here.area:
            lines.append(self.line("area", desk.area_path(self._here.area)))
        self._lines.fill(lines)

    def age_tick(self) -> None:
        super().age_tick()
        self.nearby.age_tick()
        self.resources.age_tick()
