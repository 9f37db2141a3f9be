"""Acts on the map for `benchmarks.hand`: what is around an event, heat and crowds of cameras."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from cockpit.model.tables import EventState
from widgets.map.panel import MapPanel

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait


def _map(hand: Hand) -> MapPanel:
    panel = hand.desk.engine.panel("map")
    assert isinstance(panel, MapPanel)
    return panel


def _gravest(hand: Hand) -> Iterator[Wait]:
    """Selects the gravest open event with a place."""
    hand.desk.activateWindow()
    yield hand.live
    table = hand.desk.seat.picture["event"]
    rows = (table.row(i) for i in range(len(table)))
    found = [row for row in rows if row["state"] == EventState.OPEN and row["area"]]
    hand.desk.seat.selection.select("event", min(found, key=lambda row: (row["level"], -row["occurred"]))["key"])
    yield hand.seconds(2)


def around(hand: Hand) -> Iterator[Wait]:
    yield from _gravest(hand)
    _map(hand).canvas.setFocus()
    hand.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    yield hand.seconds(3)
    yield hand.sharp
    yield hand.seconds(2)


def layers(hand: Hand) -> Iterator[Wait]:
    yield from _gravest(hand)
    hand.desk.context.actions.trigger("map.toggle_heat")
    hand.desk.context.actions.trigger("map.toggle_camera")
    yield hand.seconds(3)
    yield hand.sharp
    yield hand.seconds(2)


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {"around": around, "layers": layers}
