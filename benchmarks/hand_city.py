"""Acts for `benchmarks.hand` on what a city measures: vital signs, feeds, alarms, their rules, and a replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cockpit.model.clock import MINUTE
from cockpit.model.replay import KNOWN
from cockpit.model.tables import AlarmState
from widgets.alarms.panel import AlarmsPanel
from widgets.rules.dialog import RulesDialog

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait


def _ready(hand: Hand) -> Iterator[Wait]:
    hand.desk.activateWindow()
    yield hand.live
    yield hand.sharp


def signs(hand: Hand) -> Iterator[Wait]:
    """The tree of vital signs, and the page of one that is out of bounds."""
    yield from _ready(hand)
    table = hand.desk.seat.picture["sign"]
    yield lambda: len(table) > 50 and (table.numbers("level") > 0).any()
    hand.desk.actions_.trigger("desk.signs")
    yield hand.seconds(65)  # a first minute in the roll-ups
    grave = [row for row in (table.row(i) for i in range(len(table))) if row["level"] and not row["part"]]
    first = min(grave, key=lambda row: (row["level"], len(row["area"]), row["code"]))
    hand.desk.seat.selection.select("sign", first["key"])
    yield hand.seconds(4)


def feeds(hand: Hand) -> Iterator[Wait]:
    """The feed board, and the page of a feed."""
    yield from _ready(hand)
    hand.desk.actions_.trigger("desk.feeds")
    table = hand.desk.seat.picture["feed"]
    hand.desk.seat.selection.select("feed", table.key_at(min(3, len(table) - 1)))
    yield hand.seconds(12)


def _alarmed(hand: Hand) -> Iterator[Wait]:
    yield from _ready(hand)
    table = hand.desk.seat.picture["alarm"]
    yield lambda: len(table) > 3
    hand.desk.actions_.trigger("desk.alarms")
    yield hand.seconds(6)
    rows = [table.row(i) for i in range(len(table))]
    waiting = [row for row in rows if row["state"] == AlarmState.UNACKNOWLEDGED and row["lon"] == row["lon"]]
    hand.desk.seat.selection.select("alarm", min(waiting, key=lambda row: (row["level"], -row["raised"]))["key"])
    yield hand.seconds(4)
    yield hand.sharp


def alarms(hand: Hand) -> Iterator[Wait]:
    """The alarm list, one of them selected, its bell on the map."""
    yield from _alarmed(hand)


def rules(hand: Hand) -> Iterator[Wait]:
    """The form of a rule, tried on the tape of the last hour."""
    yield from _alarmed(hand)
    panel = hand.desk.engine.panel("alarms")
    assert isinstance(panel, AlarmsPanel)
    chosen = hand.desk.seat.picture["alarm"].get(hand.desk.seat.selection.key)
    panel.show_rules(str(chosen["rule"]) if chosen is not None else "")
    dialog = panel.findChild(RulesDialog)
    assert dialog is not None
    dialog.trial.go.click()
    yield lambda: dialog.trial.go.isEnabled()
    yield hand.seconds(2)


def replay(hand: Hand) -> Iterator[Wait]:
    """What the screen showed a minute ago."""
    yield from _ready(hand)
    yield hand.seconds(75)
    tape = hand.desk.context.tape
    assert tape is not None
    hand.desk.replay.begin(hand.desk.seat.clock.wall() - MINUTE, KNOWN)
    yield lambda: bool(tape.replay.id) and not tape.replay.busy
    yield hand.seconds(8)
    yield hand.sharp


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {act.__name__: act for act in (signs, feeds, alarms, rules, replay)}
