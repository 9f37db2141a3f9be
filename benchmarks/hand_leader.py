"""Acts for `benchmarks.hand` at a leader's seat: the home page, a topic, a number gone into, the hub away."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cockpit.model.clock import SECOND
from cockpit.model.ports.link import LinkState
from cockpit.ui.leaderdesk import LeaderDesk
from widgets.leader.changes import ChangesPanel
from widgets.leader.ground import open_topic
from widgets.leader.index import IndexPanel
from widgets.leader.topic import TopicPage

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait


def _desk(hand: Hand) -> LeaderDesk:
    desk = hand.desk
    assert isinstance(desk, LeaderDesk)
    return desk


def _knows_yesterday(hand: Hand) -> bool:
    """The city's past has come, and what is made of it is on the page."""
    index, changes = (_desk(hand).engine.panel(id) for id in ("index", "changes"))
    if not (isinstance(index, IndexPanel) and isinstance(changes, ChangesPanel)):
        return False
    return math.isfinite(index.before) and len(changes.grid.tiles) == 6


def _is_whole(hand: Hand) -> bool:
    """Each tile of the page in the centre knows its yesterday too."""
    page = _desk(hand).engine.panel("topic")
    return not isinstance(page, TopicPage) or page.complete


def _ready(hand: Hand) -> Iterator[Wait]:
    hand.desk.activateWindow()
    yield hand.live
    yield lambda: _knows_yesterday(hand) and _is_whole(hand)
    yield hand.seconds(4)


def leader(hand: Hand) -> Iterator[Wait]:
    """The home page."""
    yield from _ready(hand)


def leader_topic(hand: Hand) -> Iterator[Wait]:
    """The page of a topic, its records on the map."""
    yield from _ready(hand)
    open_topic(hand.desk.context, "flood")
    yield hand.seconds(6)


def leader_drill(hand: Hand) -> Iterator[Wait]:
    """From a topic's number to its parts."""
    yield from _ready(hand)
    open_topic(hand.desk.context, "flood")
    yield hand.seconds(2)
    drill = hand.desk.context.drill
    assert drill is not None
    drill.push(drill.scope.with_(measure="count", by="street"))
    hand.desk.context.selection.clear()
    yield hand.seconds(8)


def leader_offline(hand: Hand) -> Iterator[Wait]:
    """The hub stands still: everything that was known is there with its age, and so is the past."""
    yield from _ready(hand)
    hand.stop_the_hub()
    yield lambda: hand.desk.seat.link.state is not LinkState.LIVE
    since = hand.desk.seat.clock.now()
    yield lambda: hand.desk.seat.clock.now() - since > 20 * SECOND


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {
    act.__name__: act for act in (leader, leader_topic, leader_drill, leader_offline)
}
