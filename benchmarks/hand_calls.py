"""Acts for `benchmarks.hand` on calling: somebody rings, a group speaks, a call comes in, one was missed, the book,
letters, and the code that enrols a phone. Phones are real pages' ends: enrolled, signed in, speaking WebRTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from benchmarks.hand_phones import ANSWER, BUSY, RING, Phones
from cockpit.model.calls import CallState
from cockpit.model.ids import new_id
from cockpit.model.tables import UnitState

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _ready(hand: Hand) -> Iterator[Wait]:
    hand.desk.activateWindow()
    yield hand.live
    yield hand.sharp
    port = hand.desk.context.calls
    yield lambda: port is not None and any(line.ready for line in port.lines)


def _units(hand: Hand, count: int) -> list[str]:
    table = hand.desk.seat.picture["unit"]
    rows = [table.row(i) for i in range(len(table))]
    rows = [row for row in rows if row["state"] == UnitState.FREE and row["lon"] == row["lon"]]
    return [row["key"] for row in sorted(rows, key=lambda row: row["key"])[:count]]


def _codes(hand: Hand, units: list[str], links: list[str]) -> Iterator[Wait]:
    """A code for a phone of each unit; asked for again while the gateway is still coming up."""
    port = hand.desk.context.calls
    assert port is not None
    for unit in units:
        said: list[Any] = []
        while not said or not isinstance(said[-1], tuple):
            asked = len(said)
            port.enrol(unit, said.append)
            yield lambda said=said, asked=asked: len(said) > asked
            yield hand.seconds(0.5)
        links.append(said[-1][0])


def _online(hand: Hand, phones: Phones, count: int) -> Iterator[Wait]:
    port = hand.desk.context.calls
    assert port is not None
    yield lambda: phones.open >= count
    yield lambda: len(port.board.online) >= count


def _state(hand: Hand, *states: CallState) -> bool:
    port = hand.desk.context.calls
    return port is not None and bool(port.calls) and port.calls[0].state in states


def call_ringing(hand: Hand) -> Iterator[Wait]:
    """One key on a unit; its phone rings."""
    yield from _ready(hand)
    (unit,), links, phones = _units(hand, 1), [], Phones()
    yield from _codes(hand, [unit], links)
    phones.add(links[0], RING)
    yield from _online(hand, phones, 1)
    hand.desk.seat.selection.select("unit", unit)
    hand.press(Qt.Key.Key_F10)
    yield lambda: _state(hand, CallState.RINGING, CallState.UP)
    yield hand.seconds(0.5)  # the unit's phone in the embedded city may be picked up soon


def call_group(hand: Hand) -> Iterator[Wait]:
    """Five units that were gathered on the map: four speak, one is busy."""
    yield from _ready(hand)
    units, links, phones = _units(hand, 5), [], Phones()
    yield from _codes(hand, units, links)
    for link, then in zip(links, (ANSWER, ANSWER, ANSWER, ANSWER, BUSY), strict=True):
        phones.add(link, then)
    yield from _online(hand, phones, 5)
    hand.desk.seat.selection.gather([("unit", unit) for unit in units])
    hand.press(Qt.Key.Key_G, CTRL | SHIFT)
    port = hand.desk.context.calls
    assert port is not None

    def speaking() -> bool:
        """Four speak, and nothing is still being tried."""
        states = [leg.state for leg in port.calls[0].legs]
        return states.count(CallState.UP) >= 4 and CallState.PLACING not in states

    yield speaking
    hand.desk.actions_.trigger("call.panel")
    yield hand.seconds(4)
    yield speaking


def call_incoming(hand: Hand) -> Iterator[Wait]:
    """A worker calls the desk while an event is looked at."""
    yield from _ready(hand)
    (unit,), links, phones = _units(hand, 1), [], Phones()
    yield from _codes(hand, [unit], links)
    phones.call(links[0], new_id(hand.desk.context.clock))
    yield lambda: hand.desk.engine.panel("incoming") is not None
    yield hand.seconds(4)


def call_missed(hand: Hand) -> Iterator[Wait]:
    """Two workers called and nobody took it."""
    yield from _ready(hand)
    units, links, phones = _units(hand, 2), [], Phones()
    yield from _codes(hand, units, links)
    port = hand.desk.context.calls
    assert port is not None
    for i, link in enumerate(links):
        phones.call(link, new_id(hand.desk.context.clock), ends_after=2.0)
        yield lambda i=i: len(port.board.missed) > i
    hand.desk.actions_.trigger("call.log")
    yield hand.seconds(4)


def call_contacts(hand: Hand) -> Iterator[Wait]:
    """The book, with people of a street found and marked."""
    yield from _ready(hand)
    hand.desk.actions_.trigger("call.contacts")
    yield lambda: bool(hand.desk.engine.panel("contacts"))
    yield lambda: bool(hand.desk.engine.panel("contacts").found)  # type: ignore[union-attr]
    yield hand.seconds(2)


def call_letters(hand: Hand) -> Iterator[Wait]:
    """Letters with a unit, and what became of them."""
    yield from _ready(hand)
    port, ctx = hand.desk.context.calls, hand.desk.context
    assert port is not None
    unit = _units(hand, 1)[0]
    hand.desk.seat.selection.select("unit", unit)
    hand.ctrl(Qt.Key.Key_M)
    for words in ("下穿通道两端先拦车，不要让行人靠近。", "泵车四分钟到，看到后回一声。"):
        port.write([unit], words)
        yield lambda words=words: any(one.words == words and one.delivered for one in port.letters(unit))
    ctx.calling.changed.emit()
    yield hand.seconds(3)


def call_enrol(hand: Hand) -> Iterator[Wait]:
    """The code that enrols a phone of the selected unit."""
    yield from _ready(hand)
    hand.desk.seat.selection.select("unit", _units(hand, 1)[0])
    hand.desk.actions_.trigger("call.enrol")
    yield hand.seconds(4)


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {
    act.__name__: act
    for act in (call_ringing, call_group, call_incoming, call_missed, call_contacts, call_letters, call_enrol)
}
