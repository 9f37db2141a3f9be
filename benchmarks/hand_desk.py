"""Acts of the rest of the desk for `benchmarks.hand`: a call, cases in many stages, orders while the hub is gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from cockpit.model.clock import MINUTE
from cockpit.model.entries import IssueOrders, NewCase, NewOrder, OpenCase
from cockpit.model.ids import new_id
from cockpit.model.pinyin import pinyin
from cockpit.model.ports import Near
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import LinkState
from cockpit.model.tables import EventState
from widgets.telephone.panel import TelephonePanel

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait


def _open_events(hand: Hand) -> list[dict[str, Any]]:
    """Open events with a place and without a case, the gravest first."""
    table = hand.desk.seat.picture["event"]
    rows = (table.row(i) for i in range(len(table)))
    cases = hand.desk.context.cases
    found = [row for row in rows if row["state"] == EventState.OPEN and row["area"] and not cases.of_event(row["key"])]
    return sorted(found, key=lambda row: (row["level"], -row["occurred"]))


def _facts(row: dict[str, Any]) -> NewCase:
    place = (row["lon"], row["lat"], row["area"], row["channel"])
    return NewCase(row["key"], row["kind"], min(int(row["level"]), 4), *place)


def _order(hand: Hand, row: dict[str, Any], valid_for: int = 20 * MINUTE) -> Iterator[Wait]:
    """Orders the best fit of those who are near, by the rules of the form."""
    ctx = hand.desk.context
    found: list[Any] = []
    kept: list[Any] = []
    ctx.nearby.near(row["lon"], row["lat"], row["kind"], found.append)
    yield lambda: bool(found)
    near: list[Near] = found[0] if isinstance(found[0], list) else []
    for one in near:
        act = IssueOrders((NewOrder(new_id(ctx.clock), one.key),), 8 * MINUTE, 60 * MINUTE, _facts(row))
        if one.free and not any(check.problem for check in ctx.cases.checks(act, "")):
            words = {"order": "请到场处置，5 分钟内回传照片。", "place": row["place"]}
            ctx.cases.submit(act, "", words, kept.append, valid_for)
            yield lambda: bool(kept)
            return


def _cut(hand: Hand) -> None:
    """The hub stands still and its bus is gone; nobody starts it again."""
    hand.stop_the_hub()
    for hub in hand.stopped:
        for process in hub.children(recursive=True):
            if "nats-server" in process.name():
                process.kill()


def telephone(hand: Hand) -> Iterator[Wait]:
    """A call is taken down: class by pinyin, place by words; what is open nearby is seen."""
    hand.desk.activateWindow()
    yield hand.live
    yield hand.sharp
    hand.ctrl(Qt.Key.Key_N)
    yield lambda: isinstance(hand.desk.engine.panel("telephone"), TelephonePanel)
    yield hand.seconds(0.5)
    panel = hand.desk.engine.panel("telephone")
    assert isinstance(panel, TelephonePanel)
    form = panel.form
    flooded = next((row for row in _open_events(hand) if row["kind"] == "E0506"), _open_events(hand)[0])
    _write(form.kind, "lmjs")
    hand.press(Qt.Key.Key_Tab)
    _write(form.place, "".join(syllable[0] for syllable in pinyin(re.split("[ ×近]", flooded["place"])[0])))
    yield lambda: not form.place.list.isHidden()
    hand.press(Qt.Key.Key_Return)
    form.place_at(flooded["lon"] + 0.0006, flooded["lat"] + 0.0004)
    form.name.setText("陈女士")
    form.number.setText("138 0571 2266")
    form.words.setFocus()
    form.words.setPlainText("隧道口积水到膝盖了，一辆车熄火在里面，后面的车还在往里开。")
    yield lambda: bool(form.draft.area)
    yield hand.sharp
    yield hand.seconds(2)


def _write(field: QWidget, words: str) -> None:
    field.setFocus()
    QTest.keyClicks(field, words)


def case_list(hand: Hand) -> Iterator[Wait]:
    """Cases in many stages, one by telephone."""
    hand.desk.activateWindow()
    yield hand.live
    ctx = hand.desk.context
    rows = _open_events(hand)[:10]
    for i, row in enumerate(rows):
        if i % 4 == 3:
            ctx.cases.submit(OpenCase(_facts(row)), "", {"place": row["place"]}, lambda problem: None)
        else:
            yield from _order(hand, row)
    call = NewCase("", "P0103", 3, rows[0]["lon"] + 0.006, rows[0]["lat"] - 0.004, rows[0]["area"], "phone")
    ctx.cases.submit(OpenCase(call), "", {"place": rows[0]["place"], "words": "井盖响"}, lambda problem: None)
    yield lambda: len(ctx.cases.all_open()) >= len(rows)
    yield hand.seconds(25)
    ctx.selection.select("event", rows[0]["key"])
    hand.ctrl(Qt.Key.Key_2)
    yield hand.sharp
    yield hand.seconds(2)


def offline_outbox(hand: Hand) -> Iterator[Wait]:
    """The hub is gone; three orders wait here, and one of an earlier minute is with its device."""
    hand.desk.activateWindow()
    yield hand.live
    rows = _open_events(hand)[:4]
    ctx = hand.desk.context
    yield from _order(hand, rows[0])
    yield lambda: any(row.state in (Sending.SENT, Sending.DONE) for row in ctx.cases.outbox())
    yield hand.sharp
    _cut(hand)
    for row in rows[1:]:
        yield from _order(hand, row)
        yield hand.seconds(3)
    yield lambda: hand.desk.seat.link.state is LinkState.LOST
    ctx.selection.select("event", rows[1]["key"])
    yield lambda: hand.desk.loop.outbox_open and hand.desk.banner.isVisible()
    yield hand.seconds(20)


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {
    "telephone": telephone,
    "case_list": case_list,
    "offline_outbox": offline_outbox,
}
