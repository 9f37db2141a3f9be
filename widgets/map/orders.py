"""The ways of ordered units to their cases: of what is selected, along the streets, from where each unit is now."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from cockpit.model.cases import Case, Order
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports import Way
from cockpit.picture.selection import Item
from widgets.kit.context import PanelContext
from widgets.lists.question import Question
from widgets.map.overlay import Route, route_of

AGAIN_AFTER = 10 * SECOND
"""A unit may leave the way that was found for it."""
UNDER_WAY = frozenset({"confirmed", "sent", "delivered", "read", "accepted", "en_route"})
"""States in which a unit has still to go there."""
ACCEPTED = frozenset({"accepted", "en_route"})


class _Asked(NamedTuple):
    """A way that was asked for: when (wall clock), and what came."""

    at: int
    route: Route | None


class OrderWays(QObject):
    """The ways of the orders of what is selected, or of what a wall follows: an event, a case or a unit.

    Attributes:
        routes: those to be drawn.
        changed: they are others.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext, parent: QObject | None, item: Item | None = None) -> None:
        """Args: item: whose orders; None: of what is selected."""
        super().__init__(parent)
        self._item = item
        self.routes: tuple[Route, ...] = ()
        self._ctx = ctx
        self._asked: dict[str, _Asked] = {}

    def look(self) -> None:
        """Brings the ways up to what is selected, to the states of its orders and to where the units are."""
        wanted = {order.id: (order, case) for order, case in self._orders()}
        now = self._ctx.clock.wall()
        self._asked = {ident: asked for ident, asked in self._asked.items() if ident in wanted}
        for ident, (order, case) in wanted.items():
            asked = self._asked.get(ident)
            if asked is None or now - asked.at >= AGAIN_AFTER:
                self._asked[ident] = _Asked(now, asked.route if asked is not None else None)
                answer = Question(self, partial(self._came, ident)).answer
                self._ctx.nearby.way(order.unit, case.facts.lon, case.facts.lat, answer)
        self._show([self._route(order) for order, _ in wanted.values()])

    def _orders(self) -> list[tuple[Order, Case]]:
        """Orders of what is selected whose unit has still to get there."""
        topic, key = self._item or self._ctx.selection.item
        cases = self._ctx.cases
        if topic == "unit":
            order = cases.order_of(key)
            case = cases.case(order.case) if order is not None else None
            found = [(order, case)] if order is not None and case is not None else []
        else:
            case = cases.of_event(key) if topic == "event" else cases.case(key) if topic == "case" else None
            found = [(order, case) for order in case.orders.values()] if case is not None and case.open else []
        return [(order, case) for order, case in found if order.state in UNDER_WAY]

    def _came(self, ident: str, way: Way | Message) -> None:
        asked = self._asked.get(ident)
        if asked is None or isinstance(way, Message) or len(way.path) < 2:
            return
        self._asked[ident] = asked._replace(route=route_of("", way.path, True))
        self.look()

    def _route(self, order: Order) -> Route | None:
        """What is left of the way from where the unit is now."""
        whole = self._asked[order.id].route
        row = self._ctx.picture["unit"].get(order.unit)
        if whole is None or row is None:
            return None
        here = route_of("", [(row["lon"], row["lat"])], True)
        nearest = int(np.argmin(np.hypot(whole.x - here.x[0], whole.y - here.y[0])))
        x, y = np.append(here.x, whole.x[nearest:]), np.append(here.y, whole.y[nearest:])
        waits = order.provisional or order.state not in ACCEPTED
        return Route(order.unit, x, y, True, waits, not waits and not self._ctx.reduced_motion)

    def _show(self, routes: list[Route | None]) -> None:
        found = tuple(route for route in routes if route is not None)
        if len(found) != len(self.routes) or not all(map(_same, found, self.routes)):
            self.routes = found
            self.changed.emit()


def _same(a: Route, b: Route) -> bool:
    return (
        (a.key, a.open_, a.flows) == (b.key, b.open_, b.flows) and np.array_equal(a.x, b.x) and np.array_equal(a.y, b.y)
    )
