"""Where the map looks because of something else than a hand on it: what is selected, an alert, a form's place."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt

from cockpit.model.places import PLACE, place_key, place_of
from cockpit.model.ports import NamedPlace
from cockpit.picture import Selection
from widgets.kit.context import PanelContext
from widgets.map.camera import Box, mercator
from widgets.map.canvas import Canvas
from widgets.map.hands.hold import Hold
from widgets.map.overlay import Pin
from widgets.map.scene import ALERT

CLOSE = 1 / 6.0
"""Pixels a metre from which streets can be told apart."""
FOLLOWED = 1 / 40.0
BESIDE = 60
"""Pixels around a box that is looked at."""


class Looking(QObject):
    """Moves the view, unless a person holds it: then it is offered to them.

    Attributes:
        following: the view goes where the selection goes.
    """

    def __init__(self, ctx: PanelContext, canvas: Canvas, hold: Hold) -> None:
        super().__init__(canvas)
        self.ctx, self._canvas, self._hold = ctx, canvas, hold
        self.following = bool(ctx.prefs.get("map.following", False))
        self._from: tuple[float, float, float] | None = None

    # -- a person wants to see it ------------------------------------------------------------------------------------

    def show_selected(self) -> None:
        """Flies to where the program wanted to look, else to what is selected, nearer when far out."""
        if self._hold.follow_wish():
            return
        canvas, item = self._canvas, self.ctx.selection.item
        if item[0] == ALERT:
            self._look_at_alert(item[1], wanted=True)
            return
        at = canvas.place(*item) if item[1] else None
        if at is not None:
            canvas.fly(canvas.camera.centred(*at, max(canvas.camera.scale, CLOSE)))

    def show_place(self, place: NamedPlace) -> None:
        """Selects a place that was searched for and flies there; its mark stays until something else is selected or
        Esc is pressed."""
        canvas = self._canvas
        self.ctx.selection.select(PLACE, place_key(place.lon, place.lat, place.words))
        x, y = (float(v) for v in mercator(place.lon, place.lat))
        canvas.pin = Pin(x, y, (place.words, place.within or self.ctx.t(f"kit.place_{place.kind}")))
        canvas.fly(canvas.camera.centred(x, y, max(canvas.camera.scale, CLOSE)))
        canvas.touch()

    def go_to_box(self, box: Box) -> None:
        """Flies to where all of a box (Mercator metres) is in view: by a person, who holds that view."""
        self._canvas.fly(self._canvas.goal.fitted(box, BESIDE))
        self._canvas.moved.emit()

    def pin_of(self, item: tuple[str, str]) -> Pin | None:
        """The mark of a selected place."""
        place = place_of(item[1]) if item[0] == PLACE else None
        if place is None:
            return None
        lon, lat, words = place
        x, y = (float(v) for v in mercator(lon, lat))
        return Pin(x, y, (words or self.ctx.t("places.place"), f"{lon:.5f}, {lat:.5f}"))

    def set_following(self, on: bool) -> None:
        """Whether the view goes where the selection goes; who wants that lets go of the view."""
        self.following = on
        self.ctx.prefs.set("map.following", on)
        if on:
            self._hold.set_held(False)
            self.show_selected()

    # -- the program wants to show it --------------------------------------------------------------------------------

    def selected(self, selection: Selection) -> None:
        """Another thing is selected: it comes into view."""
        self._hold.forget()
        canvas = self._canvas
        at = canvas.place(*selection.item) if selection.key else None
        goal = canvas.goal
        if selection.instead and self._from is not None:
            goal = goal.centred(*self._from)  # where it looked before it went to what is selected no more
        self._from = (goal.x, goal.y, goal.scale)
        if selection.topic == ALERT:
            self._look_at_alert(selection.key)
        elif at is not None and self.following:
            self._hold.ask(goal.centred(*at, max(goal.scale, FOLLOWED)), at)
        elif at is not None and not goal.sees(*at, pad=48):
            self._hold.ask(goal.showing(*at, pad=0.25), at)
        elif at is not None and selection.instead and goal != canvas.goal:
            self._hold.ask(goal, at)

    def box_came(self, box: Box) -> None:
        """What a person imported is to be seen; a view that is held only offers it."""
        goal = self._canvas.goal
        corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        unseen = next((corner for corner in corners if not goal.sees(*corner)), corners[0])
        self._hold.ask(goal.fitted(box, BESIDE), unseen)

    def _look_at_alert(self, key: str, wanted: bool = False) -> None:
        """Flies to where all that an alert covers is in view, unless it is."""
        canvas = self._canvas
        rings = next((alert.rings for alert in canvas.scene.alerts if alert.key == key), ())
        if not rings:
            return
        x, y = np.concatenate([ring.x for ring in rings]), np.concatenate([ring.y for ring in rings])
        box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
        seen = canvas.camera.box
        goal = canvas.camera.fitted(box, 48)
        if wanted:
            canvas.fly(goal)
        elif not (seen[0] <= box[0] and seen[1] <= box[1] and box[2] <= seen[2] and box[3] <= seen[3]):
            self._hold.ask(goal, (goal.x, goal.y))

    def show_picking(self) -> None:
        """The map is asked for a place, or a form's place is to be seen."""
        asked, canvas = self.ctx.picking, self._canvas
        if asked.wanted and not canvas.picking:
            canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        canvas.pick_place(asked.wanted)
        mark, before = asked.mark, canvas.mark
        if mark is None:
            canvas.mark = None
        else:
            x, y = (float(v) for v in mercator(mark[0], mark[1]))
            canvas.mark = Pin(x, y, (mark[2], self.ctx.t("telephone.mark")))
            moved = before is None or (before.x, before.y) != (x, y)
            if moved and not canvas.goal.sees(x, y, pad=48):
                self._hold.ask(canvas.goal.centred(x, y, max(canvas.goal.scale, CLOSE)), (x, y))
        canvas.touch()
