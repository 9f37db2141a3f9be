"""A duty desk without a screen that does what it is told by lines of JSON, and says when what was painted.

`python -m benchmarks.told_desk --profile DIR --hub DIR`: `{"do": "keys"}` asks for open events without a case,
`{"do": "watch", "key": K}` brings a row into sight and notes when its stage is first painted as another one,
`{"do": "open", "key": K}` opens the form on an event, `{"do": "press"}` presses Ctrl+Enter, `{"do": "recall"}` F8.
Times are monotonic seconds, one clock for all processes of a machine. It is the shipped desk, but for the window that
nobody sees.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest

from cockpit.bus.where import OwnHub
from cockpit.model.clock import SystemClock
from cockpit.model.layout_read import read_layout_file
from cockpit.packs.read import read_pack
from cockpit.processes import die_with_parent
from cockpit.seat import Seat
from cockpit.ui.app import application
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from widgets.kit.fonts import load_fonts
from widgets.lists.event import EventPage
from widgets.lists.queue import QueuePanel

SIZE = (1920, 1080)
LOOK_MS = 20
LONGEST_MS = 8000
GONE = "gone"
PATIENCE = 4.0
"""Seconds until an event is passed over for which nobody can be sent."""
mono = SystemClock().mono


class Told(QObject):
    """Does what the lines say."""

    said = Signal(dict)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        queue, page = desk.engine.panel("queue"), desk.engine.panel("event")
        assert isinstance(queue, QueuePanel)
        assert isinstance(page, EventPage)
        self._queue, self._page = queue, page
        self._watched: dict[str, str] = {}
        self._painting: list[str] = []
        queue.view.viewport().installEventFilter(self)
        self._refresh = queue.refresh
        queue.refresh = self._refreshed  # type: ignore[method-assign]
        self.said.connect(self._do)
        threading.Thread(target=self._listen, name="told", daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self.said.emit(json.loads(line))

    def _do(self, wish: dict[str, Any]) -> None:
        match wish["do"]:
            case "keys":
                self._when(lambda: self._fresh(), lambda keys: say(keys=keys))
            case "watch":
                end = mono() + PATIENCE
                self._when(lambda: self._in_sight(wish["key"], end), lambda stage: self._watch(wish["key"], stage))
            case "open":
                self._open(wish["key"])
            case "press":
                self._press()
            case "recall":
                QTest.keyClick(self._desk.windowHandle(), Qt.Key.Key_F8)
            case "end":
                self._desk.close()
                application().quit()

    def _when(self, look: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Calls `then` with what `look` gives as soon as it gives something."""
        found = look()
        if found:
            then(found)
        else:
            QTimer.singleShot(LOOK_MS, self, lambda: self._when(look, then))

    # -- what is seen

    def _fresh(self) -> list[str]:
        """Keys of open events without a case, once there are units and events."""
        desk = self._desk
        keys = self._queue.model.keys(0, len(self._queue.model))
        ready = len(desk.seat.picture["unit"]) and desk.seat.cases.actor.seat
        return [key for key in keys if desk.seat.cases.of_event(key) is None] if ready else []

    def _face(self, key: str) -> str:
        """The stage that the row in sight shows; "" when it is not in sight."""
        view = self._queue.view
        shown = {key for key, box in view.shown() if view.viewport().rect().contains(box)}
        place = self._queue.model.position(key) if key in shown else None
        return self._queue.model.face(place).stage.words.id if place is not None else ""

    def _in_sight(self, key: str, end: float) -> str:
        """The stage of a row; GONE where its event has left the list meanwhile."""
        self._queue.view.show_key(key)
        return self._face(key) or (GONE if mono() > end else "")

    def _watch(self, key: str, stage: str) -> None:
        if stage == GONE:
            say(watching="")
            return
        self._watched[key] = stage
        QTimer.singleShot(LONGEST_MS, self, lambda: self._give_up(key))
        say(watching=key)

    def _give_up(self, key: str) -> None:
        if self._watched.pop(key, None) is not None:
            say(seen="", at=0.0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._watched:
            changed = [key for key, stage in self._watched.items() if self._face(key) not in ("", stage)]
            for key in changed:
                del self._watched[key]
            if changed:
                self._painting += changed
                # when the loop comes round, all of the frame is painted
                QTimer.singleShot(0, self, self._painted)
        return False

    def _refreshed(self, topics: frozenset[str]) -> None:
        """A list that paints at once has painted, and given the window what it painted, when it returns."""
        self._refresh(topics)
        self._painted()

    def _painted(self) -> None:
        now = mono()
        keys, self._painting = self._painting, []
        for key in keys:
            say(seen=key, at=now)

    # -- what is done

    def _open(self, key: str) -> None:
        self._desk.seat.selection.select("event", key)
        self._desk.actions_.trigger("order.draft")
        end = mono() + PATIENCE
        self._when(lambda: self._can_press(end), lambda answer: say(ready=answer == "ready", why=answer))

    def _can_press(self, end: float) -> str:
        """`ready`, or why the order can not be given out; "" while it is not known."""
        dock = self._page.dock
        form = dock.form if dock is not None else None
        if form is None or not form.draft.lead:
            return "nobody to send" if mono() > end else ""
        return form.checks.why or "ready"

    def _press(self) -> None:
        at = mono()
        QTest.keyClick(self._desk.windowHandle(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        say(pressed=at)


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def _raise(error: BaseException) -> str:
    raise error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--hub", type=Path, required=True)
    options = parser.parse_args()
    die_with_parent()
    app = application()
    load_fonts()
    clock = SystemClock()
    seat = Seat(options.profile, read_pack("hangzhou"), OwnHub(options.hub), clock)
    seat.open_cache()
    player = Player(clock, muted=True)
    prefs = FilePrefs(options.profile / "prefs.json")
    prefs.set("name", "王强")
    layout = read_layout_file(shipped("duty"), Panels())
    desk = Desk(seat, layout, prefs, player, lambda error, panel: _raise(error), "zh", "dark", lambda: None)
    desk.followed.connect(gc.freeze)  # as the shell does
    desk.setFixedSize(*SIZE)
    desk.show()
    desk.activateWindow()
    desk.begin()
    told = Told(desk)
    say(here=str(options.profile))
    app.exec()
    desk.close()
    seat.close()
    player.close()
    told.deleteLater()
    desk.deleteLater()
    app.processEvents()


if __name__ == "__main__":
    main()
