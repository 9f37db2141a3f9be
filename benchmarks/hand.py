"""A hand at the real program, for pictures of what only an officer's acts bring about.

python -m benchmarks.hand ACTS FILE run --profile DIR …     plays ACTS, then saves the window as FILE and ends it

It presses what a person presses and waits for what a person would see; the program is the shipped one. What it did
is said in a line of JSON: `{"saved": true}`, or `{"problem": …}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks import hand_calls, hand_city, hand_desk, hand_leader, hand_leader_tour, hand_map, hand_wall
from cockpit.cli import main
from cockpit.model.cases import Order
from cockpit.model.clock import MINUTE
from cockpit.model.entries import IssueOrders, NewOrder
from cockpit.model.ids import new_id
from cockpit.model.ports.cases import Sending
from cockpit.model.tables import EventState, UnitState
from cockpit.ui.shell import Shell
from cockpit.ui.summary import feed_counts
from widgets.lists.event import EventPage
from widgets.map.panel import MapPanel
from widgets.orders.dock import OrderDock
from widgets.orders.words import overdue

LOOK_MS = 100
ON_TOP_NOT_SEEN = Qt.WidgetAttribute.WA_DontShowOnScreen
PATIENCE_MS = 600_000
"""With one thing that is waited for."""
LONGEST = 3600
"""Seconds of all acts."""
Wait = Callable[[], Any]
Acts = Callable[["Hand"], Iterator[Wait]]


class Hand(QObject):
    """Plays one list of acts: each of them is done when what it waits for has come about."""

    begun = Signal()

    def __init__(self, acts: Acts, file: str) -> None:
        super().__init__()
        self.desk: Any
        self._acts, self._file = acts(self), file
        self._wait: Wait = lambda: True
        self._looks = self._since = 0
        self.stopped: list[psutil.Process] = []
        self.front: QWidget | None = None
        self.begun.connect(self._begin, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._until_there, name="hand", daemon=True).start()

    def _until_there(self) -> None:
        while QApplication.instance() is None:
            threading.Event().wait(0.05)
        self.begun.emit()

    def _begin(self) -> None:
        found = next((w for w in QApplication.topLevelWidgets() if isinstance(w, Shell)), None)
        if found is None:
            QTimer.singleShot(LOOK_MS, self, self._begin)
            return
        self.desk = found
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        self._looks += 1
        if (self._looks - self._since) * LOOK_MS > PATIENCE_MS:
            self._end({"problem": "what was waited for did not come about"})
            return
        if not self._wait():
            return
        self._since = self._looks
        try:
            self._wait = next(self._acts)
        except StopIteration:
            self._end({"saved": self._seen().save(self._file)})

    def keep(self, name: str) -> None:
        """Saves what is seen now as a picture of its own, `<name>.png` beside the last one."""
        self._seen().save(str(Path(self._file).with_name(f"{name}.png")))

    def _seen(self) -> QPixmap:
        """The window with the dialogs and menus over it; or `front` where an act opened another one."""
        if self.front is not None:
            return self.front.grab()
        seen = self.desk.grab()
        painter = QPainter(seen)
        for window in QApplication.topLevelWidgets():
            if window is not self.desk and window.isVisible() and not window.testAttribute(ON_TOP_NOT_SEEN):
                painter.drawPixmap(window.mapToGlobal(QPoint()) - self.desk.mapToGlobal(QPoint()), window.grab())
        painter.end()
        return seen

    def _end(self, said: dict[str, Any]) -> None:
        self._timer.stop()
        for process in self.stopped:
            process.send_signal(signal.SIGCONT)
        print(json.dumps(said), flush=True)
        QApplication.quit()

    # -- what is seen

    @property
    def page(self) -> EventPage:
        panel = self.desk.engine.panel("event")
        assert isinstance(panel, EventPage)
        return panel

    @property
    def dock(self) -> OrderDock:
        assert self.page.dock is not None
        return self.page.dock

    @property
    def order(self) -> Order | None:
        """The newest order of what is selected."""
        case = self.dock.case
        return list(case.orders.values())[-1] if case is not None and case.orders else None

    def live(self) -> bool:
        """Every feed is live, and the hub has said who this seat is."""
        feeds = feed_counts(self.desk.seat)
        ready = bool(feeds) and feeds["live"] == sum(feeds.values()) and feeds["live"] > 0
        return ready and bool(self.desk.seat.cases.actor.seat)

    def sharp(self) -> bool:
        panel = self.desk.engine.panel("map")
        return not isinstance(panel, MapPanel) or panel.settled()

    def seconds(self, count: float) -> Wait:
        """Waits so long."""
        until = self._looks + count * 1000 / LOOK_MS
        return lambda: self._looks >= until

    # -- what is done

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.desk.windowHandle(), key, modifiers)

    def ctrl(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def open_form(self) -> Iterator[Wait]:
        """Selects the gravest event to which somebody can be sent, and opens the form."""
        self.desk.activateWindow()
        yield self.live
        table = self.desk.seat.picture["event"]
        rows = [table.row(i) for i in range(len(table))]
        rows = [row for row in rows if row["state"] == EventState.OPEN and row["has_picture"]]
        for row in sorted(rows, key=lambda row: (row["level"], -row["occurred"]))[:12]:
            self.desk.seat.selection.select("event", row["key"])
            self.ctrl(Qt.Key.Key_D)
            pause = self.seconds(6)
            yield lambda pause=pause: self._can_confirm() or pause()
            if self._can_confirm():
                return
        self._end({"problem": "nobody can be sent anywhere"})

    def _can_confirm(self) -> bool:
        form = self.dock.form
        return form is not None and bool(form.draft.lead) and bool(form.checks.checks) and not form.checks.why

    def confirm(self) -> Iterator[Wait]:
        yield from self.open_form()
        self.ctrl(Qt.Key.Key_Return)
        yield lambda: self.order is not None

    def until(self, *states: str) -> Wait:
        """Waits until the order is in one of these states."""
        return lambda: self.order is not None and self.order.state in states

    def stop_the_hub(self) -> None:
        """The hub answers no more; it goes on when the picture is taken."""
        for process in psutil.Process().children(recursive=True):
            if "hub" in process.cmdline():
                process.send_signal(signal.SIGSTOP)
                self.stopped.append(process)


# -- acts ----------------------------------------------------------------------------------------------------------


def order_form(hand: Hand) -> Iterator[Wait]:
    yield from hand.open_form()
    yield hand.sharp
    yield hand.seconds(2)


def provisional(hand: Hand) -> Iterator[Wait]:
    yield from hand.open_form()
    yield hand.sharp
    hand.stop_the_hub()
    hand.ctrl(Qt.Key.Key_Return)
    yield lambda: hand.order is not None
    yield hand.seconds(5)


def delivered(hand: Hand) -> Iterator[Wait]:
    yield from hand.confirm()
    yield hand.until("delivered", "read", "accepted", "en_route")
    yield hand.sharp
    yield hand.seconds(2)


def done(hand: Hand) -> Iterator[Wait]:
    yield from hand.confirm()
    yield hand.until("done", "refused", "expired")
    yield hand.seconds(4)


def overdue_(hand: Hand) -> Iterator[Wait]:
    """To the one who is the farthest, at once: that is too late."""
    yield from hand.open_form()
    draft, near = hand.dock.form.draft, hand.page.page.nearby.found  # type: ignore[union-attr]
    far = [one for one in near if one.free and not hand.dock.drafting.taken(one.key)]
    draft.choose(max(far, key=lambda one: one.seconds).key)
    hand.dock.form.times["arrive"].chosen.emit("5min")  # type: ignore[union-attr]
    yield hand.seconds(1)
    hand.ctrl(Qt.Key.Key_Return)
    yield lambda: hand.order is not None and overdue(hand.order, hand.desk.context.clock.now())
    yield hand.seconds(3)


def refused(hand: Hand) -> Iterator[Wait]:
    """To one who is busy: the form would not let it pass, so it is given to the outbox itself."""
    yield from hand.open_form()
    ctx, dock = hand.desk.context, hand.dock
    table = ctx.picture["unit"]
    busy = next(table.row(i)["key"] for i in range(len(table)) if table.value(i, "state") == UnitState.BUSY)
    hand.press(Qt.Key.Key_Escape)
    act = IssueOrders((NewOrder(new_id(ctx.clock), busy),), 8 * MINUTE, 60 * MINUTE, dock.dossier.about().new_case())
    ctx.cases.submit(act, "", {"order": "请到场处置"}, lambda problem: None, 20 * MINUTE)
    yield lambda: any(row.state is Sending.REFUSED for row in ctx.cases.outbox())
    yield hand.seconds(2)


ACTS: dict[str, Acts] = {
    "order_form": order_form,
    "provisional": provisional,
    "delivered": delivered,
    "done": done,
    "overdue": overdue_,
    "refused": refused,
    **hand_desk.ACTS,
    **hand_map.ACTS,
    **hand_city.ACTS,
    **hand_calls.ACTS,
    **hand_wall.ACTS,
    **hand_leader.ACTS,
    **hand_leader_tour.ACTS,
}


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    name, file, *command = sys.argv[1:]
    hand = Hand(ACTS[name], file)
    raise SystemExit(main([*command, "--shot", file, "--after", str(LONGEST)]))
